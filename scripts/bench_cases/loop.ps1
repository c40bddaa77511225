$n = 0
while ($n -lt 1000000) { $n++ }
$n
