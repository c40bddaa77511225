"""What live tests share: the bed's programs, waiting, and checks whose failure says what was seen.

A live test is a function test_*(folder) in a file test_*.py of this folder; `folder` is its own, empty, its current
directory, readable by QEMU's user, and gone afterwards, as are all domains and hvsh's state. It passes by returning,
fails by any exception, and says that it does not apply by raising Skip with the reason (in CI, where HVSH_NO_SKIP is
set, that fails). A function's attribute `seconds` replaces the limit of 60 s.
"""
import os
import re
import subprocess
import time

URI = os.environ.get("HVSH_URI", "")
BINARY = os.environ.get("HVSH_BINARY", "")
REPOSITORY = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))


class Skip(Exception):
    """The test does not apply here, and why."""


class Result:
    """Output and exit code of a program that ended."""

    def __init__(self, done):
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr


def run(*command, ok=True, timeout=60, stdin=None, env=None):
    """Runs a program. Unless it may fail (ok=False), its failure is the test's, with all it said."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=timeout,
                          input=stdin or "", env={**os.environ, **(env or {})})
    if ok and done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return Result(done)


def virsh(*command, ok=True, timeout=60):
    return run("virsh", "-q", "-c", URI, *command, ok=ok, timeout=timeout)


def hvsh(script, *arguments, ok=True, timeout=60):
    """Runs a script text by `hvsh -Command`, or a script file with arguments if it ends in .ps1."""
    if not BINARY:
        raise Skip("no hvsh binary was given (HVSH_BINARY)")
    words = ["-File", script, *arguments] if script.endswith(".ps1") else ["-Command", script]
    return run(BINARY, *words, ok=ok, timeout=timeout)


def define(xml, start=True):
    """Defines a domain from XML text, starts it unless told not to, and returns its name."""
    path = "domain.xml"
    with open(path, "w") as f:
        f.write(xml)
    virsh("define", path)
    name = re.search(r"<name>(.*?)</name>", xml)[1]
    if start:
        virsh("start", name)
    return name


def state(name):
    return virsh("domstate", name).out.strip()


def wait_for(what, condition, timeout=20):
    """Calls condition until it gives something true, and returns that."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout} s for {what}; last seen: {value!r}")
        time.sleep(0.05)


def check_equal(got, wanted, what="value"):
    if got != wanted:
        raise AssertionError(f"{what}: got {got!r}, wanted {wanted!r}")
