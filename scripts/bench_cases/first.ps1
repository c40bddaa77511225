(1..1000000000 | Where-Object { $_ % 7 -eq 0 } | Select-Object -First 5) -join ' '
