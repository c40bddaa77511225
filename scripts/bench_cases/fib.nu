def fib [number: int]: nothing -> int {
  if $number < 2 { return $number }
  (fib ($number - 1)) + (fib ($number - 2))
}
fib 22
