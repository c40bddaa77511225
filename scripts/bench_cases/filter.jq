[range(1; 1000001) | select(. % 3 == 1)] | add
