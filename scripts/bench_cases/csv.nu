open disks.csv | where Kind == "Dynamic" and Ports >= 8 | get Bytes | math sum
