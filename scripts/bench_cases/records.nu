1..1000000
| each {|n| {Number: $n, Rack: ($n mod 89), Host: $"host($n)"} }
| where Rack >= 40
| select Number Rack
| sort-by Rack Number
| group-by Rack
| items {|rack rows| $"($rack) ($rows | length) ($rows.Number | math sum)" }
| last 2
| to text
