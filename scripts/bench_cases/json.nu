open disks.json | where Kind == "Dynamic" and Ports >= 8 | get Bytes | math sum
