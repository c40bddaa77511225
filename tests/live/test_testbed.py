"""scripts/testbed itself, in beds of its own: it ends what it started however it is ended, and refuses clearly."""
import json
import os
import signal
import subprocess
import time

import heart
from live import REPOSITORY, check_equal, run, wait_for

TESTBED = f"{REPOSITORY}/scripts/testbed"
OUTSIDE = {k: v for k, v in os.environ.items() if not k.startswith(("HVSH_", "LIBVIRT_"))}  # of no bed


def testbed(*arguments, ok=True, prefix=()):
    return run(*prefix, "env", "-i", f"PATH={os.environ['PATH']}", TESTBED, *arguments, ok=ok)


def refused(*arguments, because, prefix=()):
    result = testbed(*arguments, ok=False, prefix=prefix)
    check_equal(result.code, 1, "exit code")
    check_equal("Traceback" in result.err, False, f"trace in {result.err}")
    if because not in result.err:
        raise AssertionError(f"wanted {because!r} in: {result.err}")


def members(bed):
    """Processes that see the bed's run folder as theirs."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.path.samefile(f"/proc/{pid}/root/run/libvirt", f"{bed}/run/libvirt"):
                found.append(int(pid))
        except OSError:
            pass
    return found


def gone(bed):
    wait_for(f"the end of all processes of {bed}", lambda: not members(bed), timeout=15)


def start_guest(bed, folder):
    disk = f"{folder}/{os.path.basename(bed)}.disk"
    heart.make(disk)
    with open(f"{disk}.xml", "w") as f:
        f.write(heart.domain_xml("guest", disk, serial=f"{disk}.serial"))
    for words in (["define", f"{disk}.xml"], ["start", "guest"]):
        virsh(bed, *words)
    wait_for("its first beat", lambda: heart.Serial(f"{disk}.serial").last.beat)
    return f"{disk}.serial"


def virsh(bed, *words):
    return run("virsh", "-q", "-c", f"qemu+unix:///system?socket={bed}/run/libvirt/libvirt-sock", *words).out.strip()


def test_up_and_down_twice_and_side_by_side(folder):
    a, b = f"{folder}/a", f"{folder}/b"
    for bed in (a, b, a):
        testbed("up", bed)
    for bed in (a, b):  # the same name in both
        start_guest(bed, folder)
    testbed("down", a)
    check_equal(members(a), [], "processes of the ended bed")
    check_equal(virsh(b, "domstate", "guest"), "running", "guest of the other bed")
    testbed("down", a)
    testbed("up", a)
    check_equal(virsh(a, "domstate", "guest"), "shut off", "a bed keeps its domains")
    testbed("down", a)
    testbed("down", b)
    gone(b)


def test_guests_outlive_a_restart_of_libvirtd(folder):
    bed = f"{folder}/a"
    testbed("up", bed)
    log = start_guest(bed, folder)
    for _ in range(2):
        testbed("restart", bed)
        check_equal(virsh(bed, "domstate", "guest"), "running", "guest after the restart")
    with open(f"{bed}/run/libvirtd.pid") as f:  # a daemon that hangs is replaced as well
        os.kill(int(f.read()), signal.SIGSTOP)
    testbed("restart", bed)
    last = heart.Serial(log).last
    wait_for("further beats", lambda: heart.Serial(log).last > last)
    testbed("down", bed)


def test_run_ends_all_however_it_ends(folder):
    check_equal(testbed("run", f"{folder}/a", "--", "sh", "-c", "exit 7", ok=False).code, 7, "exit code of the command")
    gone(f"{folder}/a")
    ends = {signal.SIGTERM: 143, signal.SIGINT: 130, signal.SIGHUP: 129, signal.SIGKILL: -9}
    for number, code in ends.items():
        bed = f"{folder}/{number.name}"
        script = f'sleep 1000 & setsid sleep 1001 & : > {bed}/started; wait'
        process = subprocess.Popen([TESTBED, "run", bed, "--", "sh", "-c", script], env=OUTSIDE, text=True,
                                   stderr=subprocess.PIPE, start_new_session=True)
        wait_for("the command", lambda: os.path.exists(f"{bed}/started"))
        start_guest(bed, folder)
        if number == signal.SIGINT:  # as a terminal sends it: to all in the foreground
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        check_equal(process.wait(20), code, f"exit code after {number.name}")
        gone(bed)
        left = run("ps", "-eo", "pid,args").out
        check_equal([line for line in left.splitlines() if f"{bed}/" in line], [], f"left after {number.name}")


def test_run_may_be_interrupted_while_it_starts(folder):
    for delay in (0.05, 0.1, 0.15, 0.2, 0.25, 0.3):
        bed = f"{folder}/{delay}"
        process = subprocess.Popen([TESTBED, "run", bed, "--", "sleep", "1000"], env=OUTSIDE, stderr=subprocess.PIPE)
        time.sleep(delay)
        process.terminate()
        process.communicate(timeout=20)
        if os.path.exists(f"{bed}/run"):
            gone(bed)


def test_down_finds_what_a_killed_supervisor_left(folder):
    bed = f"{folder}/a"
    testbed("up", bed)
    start_guest(bed, folder)
    # a daemon of the kind of a block server, started from outside the bed
    server = subprocess.Popen(["sleep", "1000"], env={**OUTSIDE, "HVSH_RUN_DIR": f"{bed}/r"}, start_new_session=True)
    with open(f"{bed}/bed.json") as f:
        os.kill(json.load(f)["pid"], signal.SIGKILL)
    testbed("up", bed)
    check_equal(virsh(bed, "domstate", "guest"), "shut off", "guest of the killed bed")
    check_equal(server.wait(5), -signal.SIGTERM, "the daemon outside")
    server = subprocess.Popen(["sleep", "1000"], env={**OUTSIDE, "HVSH_RUN_DIR": f"{bed}/r"}, start_new_session=True)
    testbed("down", bed)
    check_equal(server.wait(5), -signal.SIGTERM, "the daemon outside")
    check_equal(members(bed), [], "processes")


def test_hook_calls_the_given_hvsh_with_the_beds_folders(folder):
    bed, program = f"{folder}/a", f"{folder}/hvsh"
    with open(program, "w") as f:
        f.write(f'#!/bin/sh\necho "$*" >> {folder}/calls\nenv >> {folder}/calls\ncat > {folder}/xml\n')
    os.chmod(program, 0o755)
    testbed("up", bed, "--hvsh", program)
    start_guest(bed, folder)
    testbed("down", bed)
    with open(f"{folder}/calls") as f:
        calls = f.read()
    for wanted in ("--libvirt-hook qemu guest prepare begin -\n", f"HVSH_RUN_DIR={bed}/r\n",
                   f"HVSH_STATE_DIR={bed}/state\n", f"HVSH_URI=qemu+unix:///system?socket={bed}/"):
        if wanted not in calls:
            raise AssertionError(f"no {wanted!r} in\n{calls}")


def test_refuses_with_a_reason(folder):
    refused("up", folder + "/" + "x" * 60, because="too long")
    refused("up", f"{folder}/with space", because="characters")
    refused("up", "/var/lib/libvirt/bed", because="lies below /var/lib/libvirt")
    refused("restart", f"{folder}/a", because="not up")
    refused("wait", f"{folder}/a", because="does not answer")
    refused("up", f"{folder}/a", "--hvsh", "/nowhere/hvsh", because="build it first")
    with open(f"{folder}/file", "w"):
        pass
    refused("up", f"{folder}/file", because="not a folder")
    refused("up", folder, because="neither empty nor a test bed")
    os.mkdir(f"{folder}/closed", 0o700)
    refused("up", f"{folder}/closed/a", because=f"may not enter {folder}/closed,")
    refused("up", f"{folder}/b", because="must run as root", prefix=("setpriv", "--reuid=65534", "--clear-groups"))
    check_equal(testbed("down", f"{folder}/never").code, 0, "down of no bed")
    check_equal(testbed("run", f"{folder}/c", ok=False).code, 2, "run without a command")
    refused("run", f"{folder}/c", "--", "/nowhere/program", because="/nowhere/program: no such program")
    gone(f"{folder}/c")
