[range(1; 1000001) | {Number: ., Rack: (. % 89), Host: "host\(.)"} | select(.Rack >= 40) | {Number, Rack}]
| sort_by(.Rack, .Number) | group_by(.Rack) | .[-2:][]
| "\(.[0].Rack) \(length) \(map(.Number) | add)"
