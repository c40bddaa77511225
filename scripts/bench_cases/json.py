import json

with open("disks.json") as file:
    print(sum(d["Bytes"] for d in json.load(file) if d["Kind"] == "Dynamic" and d["Ports"] >= 8))
