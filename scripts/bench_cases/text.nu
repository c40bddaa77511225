1..1000000 | each {|n| $"disk-($n)" } | where $it =~ '-\d*77$' | length
