"""The step `language` of scripts/bench: the cases of scripts/bench_cases, ours against nushell, jq and Python.

Each case is one small program per tool, doing the same and printing the same; a tool that prints something else fails
the run. A limit is a share of a peer's time, wall and processor both, taken in turns in one run."""
import json
import os
import random
import shutil
import statistics
import subprocess
import tempfile
from dataclasses import dataclass, field

CASES = os.path.join(os.path.dirname(os.path.realpath(__file__)), "bench_cases")
ROUNDS = 3
JSON_BYTES = 100_000_000
JQ = {"json": ["-r"]}  # the others take no input, or ask for it
JQ_FILES = {"json": ["disks.json"], "lines": ["disks.ndjson"]}


@dataclass
class Case:
    name: str
    says: str
    limits: dict = field(default_factory=dict)  # peer: our time as a share of its time; "best": of the fastest named
    megabytes: int = 0
    best_of: tuple = ()


LANGUAGE = [
    Case("filter", "filter and sum of 1e6", {"nu": 0.5}),
    Case("loop", "while to 1e6", {"nu": 0.15}),
    Case("fib", "fib 22", {"nu": 0.2}),
    Case("records", "1e6 records: filter, select, sort, group", {"nu": 0.35}, megabytes=300),
    Case("sort", "sort of 1e6 numbers", {"nu": 0.5}),
    Case("text", "1e6 texts, matched", {"nu": 0.5}),
    Case("append", "a list that grows 10,000 times", {"nu": 0.5}),
    Case("table", "a table of 2,000 rows", {"nu": 0.5}),
    Case("first", "first 5 of 1e9", {"start": 2.0}),
    Case("json", "100 MB of JSON", {"jq": 0.7}, megabytes=600),
    Case("lines", "100 MB of JSON lines", {"best": 1.0}, megabytes=30, best_of=("nu", "jq")),
    Case("csv", "60 MB of CSV", {"best": 1.0}, megabytes=30, best_of=("nu", "jq")),
]


def make_data(folder):
    """A fleet's disks, the same every time: as one JSON text, as JSON lines, as CSV."""
    if os.path.exists(f"{folder}/disks.csv"):
        return
    chance = random.Random(20)
    kinds = ("Dynamic", "Fixed", "Differencing")
    with open(f"{folder}/disks.json", "w") as whole, open(f"{folder}/disks.ndjson", "w") as lines, \
            open(f"{folder}/disks.csv.part", "w") as table:
        whole.write("[\n")
        table.write("Path,Serial,Kind,Ports,Bytes,Server,Latency,Remark\n")
        written = number = 0
        while written < JSON_BYTES:
            disk = {"Path": f"/srv/disks/{number:07}.vhdx", "Serial": f"{chance.getrandbits(112):028X}",
                    "Kind": kinds[chance.randrange(3)], "Ports": 1 << chance.randrange(6),
                    "Bytes": chance.randrange(1, 4096) << 20, "Server": f"store{chance.randrange(48)}.example.org",
                    "Latency": round(chance.random() * 40, 4), "Remark": f"replaced {number % 31} times so far"}
            text = json.dumps(disk, separators=(",", ":"))
            whole.write((",\n" if number else "") + text)
            lines.write(text + "\n")
            table.write(",".join(str(value) for value in disk.values()) + "\n")
            written += len(text) + 2
            number += 1
        whole.write("\n]\n")
    os.rename(f"{folder}/disks.csv.part", f"{folder}/disks.csv")


def commands_of(case, tools):
    """What each tool that is here and has the case runs."""
    commands = {}
    for tool, suffix in (("hvsh", "ps1"), ("nu", "nu"), ("jq", "jq"), ("python", "py")):
        program = f"{CASES}/{case.name}.{suffix}"
        if not tools.get(tool) or not os.path.exists(program):
            continue
        words = {"hvsh": ["-NoProfile", "-File", program], "nu": ["-n", program], "python": ["-I", "-S", program],
                 "jq": [*JQ.get(case.name, ["-rn"]), "-f", program, *JQ_FILES.get(case.name, [])]}[tool]
        commands[tool] = [tools[tool], *words]
    if "start" in case.limits:
        commands["start"] = [tools["hvsh"], "-NoProfile", "-Command", "exit"]
    return commands


def outputs_agree(case, commands, folder):
    printed = {}
    for tool, command in commands.items():
        if tool == "start":
            continue
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        printed[tool] = done.stdout.strip().lower() if done.returncode == 0 else f"code {done.returncode}: {done.stderr}"
    if len(set(printed.values())) == 1:
        return True
    print(f"FAIL {case.says}: the tools do not agree: {printed}", flush=True)
    return False


def times_of(commands, folder):
    """Seconds of each, wall and processor, as the median of rounds in which all take their turns."""
    wall, processor = {tool: [] for tool in commands}, {tool: [] for tool in commands}
    for _ in range(ROUNDS):
        for tool, command in commands.items():
            with tempfile.NamedTemporaryFile("r", suffix=".json") as out:
                runs = "20" if tool == "start" or "start" in commands else "1"
                subprocess.run(["hyperfine", "-N", "--warmup", "0", "--runs", runs, "--style", "none",
                                "--export-json", out.name, " ".join(command)], check=True, cwd=folder,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                result = json.load(out)["results"][0]
            wall[tool].append(result["median"])
            processor[tool].append(result["user"] + result["system"])
    return ({tool: statistics.median(found) for tool, found in wall.items()},
            {tool: statistics.median(found) for tool, found in processor.items()})


def bench_case(board, case, tools, folder, megabytes):
    commands = commands_of(case, tools)
    if not outputs_agree(case, commands, folder):
        board.failed += 1
        return
    wall, processor = times_of(commands, folder)
    told = ", ".join(f"{tool} {wall[tool] * 1000:.0f}" for tool in commands)
    print(f"     {case.says}, wall ms: {told}", flush=True)
    for peer, limit in case.limits.items():
        there = [tool for tool in (case.best_of if peer == "best" else (peer,)) if tool in commands]
        if not there:
            print(f"skip {case.says}: {' and '.join(case.best_of or (peer,))} not found", flush=True)
            continue
        for kind, found in (("wall", wall), ("processor", processor)):
            best = min(there, key=found.get)
            board.add(f"{case.says} / {best}, {kind}", found["hvsh"] / found[best], "", limit)
    if case.megabytes:
        board.add(f"{case.says}, memory", megabytes(*commands["hvsh"], folder=folder), "MB", case.megabytes)


def bench_language(board, tools, megabytes, names=(), data=None):
    for tool in ("nu", "jq"):
        if not tools.get(tool):
            print(f"skip peer {tool}: not found", flush=True)
    folder = data or tempfile.mkdtemp(prefix="hvsh-bench-")
    os.makedirs(folder, exist_ok=True)
    try:
        make_data(folder)
        for case in LANGUAGE:
            if not names or case.name in names:
                bench_case(board, case, tools, folder, megabytes)
    finally:
        if not data:
            shutil.rmtree(folder, ignore_errors=True)
