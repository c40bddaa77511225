print(sum(n for n in range(1, 1000001) if n % 3 == 1))
