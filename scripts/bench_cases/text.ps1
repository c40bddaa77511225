@(1..1000000 | ForEach-Object { "disk-$_" } | Where-Object { $_ -match '-\d*77$' }).Count
