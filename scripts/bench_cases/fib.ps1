function Get-Fib([int]$Number) {
  if ($Number -lt 2) { return $Number }
  (Get-Fib ($Number - 1)) + (Get-Fib ($Number - 2))
}
Get-Fib 22
