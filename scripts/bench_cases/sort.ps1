(1..1000000 | ForEach-Object { ($_ * 7001) % 999983 } | Sort-Object)[500000]
