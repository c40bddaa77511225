def fib(number):
    return number if number < 2 else fib(number - 1) + fib(number - 2)

print(fib(22))
