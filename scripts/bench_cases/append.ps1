$all = @()
foreach ($n in 1..10000) { $all += $n * 2 }
$all.Count
