(1..1000000 | Where-Object { $_ % 3 -eq 1 } | Measure-Object -Sum).Sum
