$kept = Import-Csv disks.csv |
  Where-Object { $_.Kind -eq 'Dynamic' -and [int]$_.Ports -ge 8 } |
  Measure-Object Bytes -Sum
[long]$kept.Sum
