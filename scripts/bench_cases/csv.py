import csv

with open("disks.csv") as file:
    print(sum(int(d["Bytes"]) for d in csv.DictReader(file) if d["Kind"] == "Dynamic" and int(d["Ports"]) >= 8))
