import re

fits = re.compile(r"-\d*77$").search
print(sum(1 for n in range(1, 1000001) if fits(f"disk-{n}")))
