open --raw disks.ndjson | lines | each { from json } | where Kind == "Dynamic" and Ports >= 8 | get Bytes | math sum
