reduce (inputs | select(.Kind == "Dynamic" and .Ports >= 8)) as $disk (0; . + $disk.Bytes)
