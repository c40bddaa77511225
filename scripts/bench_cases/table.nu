let rows = 1..2000 | each {|n|
  {Name: $"vm($n)", State: "Running", Load: ($n mod 100), Memory: ($n * 1048576), Status: "Operating normally"}
}
$rows | table --expand | str contains "vm2000"
