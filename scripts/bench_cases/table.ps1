$rows = 1..2000 | ForEach-Object {
  [pscustomobject]@{ Name = "vm$_"; State = 'Running'; Load = $_ % 100; Memory = $_ * 1MB; Status = 'Operating normally' }
}
($rows | Format-Table | Out-String).Contains('vm2000')
