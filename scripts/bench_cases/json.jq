map(select(.Kind == "Dynamic" and .Ports >= 8) | .Bytes) | add
