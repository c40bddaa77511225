from itertools import groupby

rows = ({"Number": n, "Rack": n % 89, "Host": f"host{n}"} for n in range(1, 1000001))
rows = [{"Number": r["Number"], "Rack": r["Rack"]} for r in rows if r["Rack"] >= 40]
rows.sort(key=lambda r: (r["Rack"], r["Number"]))
groups = [(rack, [r["Number"] for r in same]) for rack, same in groupby(rows, key=lambda r: r["Rack"])]
for rack, numbers in groups[-2:]:
    print(rack, len(numbers), sum(numbers))
