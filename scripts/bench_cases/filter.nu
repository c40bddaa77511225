1..1000000 | where $it mod 3 == 1 | math sum
