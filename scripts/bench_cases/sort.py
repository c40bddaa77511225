print(sorted(n * 7001 % 999983 for n in range(1, 1000001))[500000])
