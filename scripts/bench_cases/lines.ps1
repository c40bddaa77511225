$kept = Get-Content disks.ndjson |
  ForEach-Object { $_ | ConvertFrom-Json } |
  Where-Object { $_.Kind -eq 'Dynamic' -and $_.Ports -ge 8 } |
  Measure-Object Bytes -Sum
[long]$kept.Sum
