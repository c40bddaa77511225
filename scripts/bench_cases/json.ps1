$disks = Get-Content disks.json -Raw | ConvertFrom-Json
[long]($disks | Where-Object { $_.Kind -eq 'Dynamic' -and $_.Ports -ge 8 } | Measure-Object Bytes -Sum).Sum
