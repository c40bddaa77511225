mut all = []
for n in 1..10000 { $all ++= [($n * 2)] }
print ($all | length)
