1..1000000 |
  ForEach-Object { [pscustomobject]@{ Number = $_; Rack = $_ % 89; Host = "host$_" } } |
  Where-Object Rack -ge 40 |
  Select-Object Number, Rack |
  Sort-Object Rack, Number |
  Group-Object Rack |
  Select-Object -Last 2 |
  ForEach-Object { '{0} {1} {2}' -f $_.Name, $_.Count, [long]($_.Group | Measure-Object Number -Sum).Sum }
