"""Operations on real machines, whole and killed at each step that the journal knows. The heart guest proves by its
serial line and its disk that no acknowledged write is lost, that a checkpoint brings disk and memory back together,
and that a merge under a guest that writes all the time changes nothing for it."""
import json
import os
import re
import subprocess
import time

import heart
from live import BINARY, Skip, check_equal, hvsh, run, state, virsh, wait_for

KNOBS = {"ticks": 1, "ring": 32}


def machine(folder, name="web01"):
    """A machine with one VHDX that holds the guest, its serial line written to a file; not started."""
    if not BINARY:
        raise Skip("no hvsh binary was given (HVSH_BINARY)")
    heart.make(f"{folder}/{name}.vhdx", "vhdx", size=64 << 20, **KNOBS)
    hvsh(f"New-VM {name} -MemoryStartupBytes 64MB -VHDPath {folder}/{name}.vhdx -Path {folder}/vms | Out-Null")
    xml = virsh("dumpxml", "--inactive", name).out
    file = f"<serial type='file'><source path='{folder}/serial' append='on'/>"
    with open("domain.xml", "w") as f:
        f.write(re.sub(r"<console.*?</console>", "", xml, flags=re.S).replace("<serial type='pty'>", file))
    virsh("define", "domain.xml")
    return name


def serial(folder):
    return heart.Serial(f"{folder}/serial")


def beats(folder, more=3):
    """Waits until the guest has begun some more beats."""
    before = len(serial(folder).begun)
    return wait_for(f"{more} more beats", lambda: (s := serial(folder)) and len(s.begun) >= before + more and s)


def record(folder, name="web01"):
    [file] = [f"{folder}/vms/{name}/Virtual Machines/{f}" for f in os.listdir(f"{folder}/vms/{name}/Virtual Machines")]
    with open(file) as f:
        return json.load(f)


def ring_of(folder, name="web01"):
    """What the machine's disk holds, through all its images; the machine is off."""
    image = record(folder, name)["disks"][0]["image"] if os.path.exists(f"{folder}/vms/{name}") else f"{folder}/{name}.vhdx"
    return heart.read_ring(image, "qcow2" if image.endswith(".qcow2") else "vhdx", heart.Knobs(**KNOBS))


def check_nothing_lost(folder):
    """Turns the machine off and compares disk and serial line."""
    hvsh("Stop-VM web01 -TurnOff")
    heard = serial(folder)
    heart.check_acknowledged(ring_of(folder), heard, heart.Knobs(**KNOBS))
    check_equal(heard.damaged, [], "beats that found their memory damaged")
    check_equal(heard.failed, [], "writes that failed")


def checkpoints(folder):
    return [c["name"] for c in record(folder)["checkpoints"]]


def images(folder):
    return sorted(f for f in os.listdir(folder) if f.endswith((".vhdx", ".qcow2")))


def killed(command, fault):
    """Runs a command that kills itself at a step; False if it never came to that step."""
    done = subprocess.run([BINARY, "-Command", command], capture_output=True, text=True, timeout=60,
                          env={**os.environ, "HVSH_FAULT": fault})
    if done.returncode == 0:
        return False
    check_equal(done.returncode, -9, f"exit code of {command} with {fault}: {done.stdout}{done.stderr}")
    return True


def steps(kind, last):
    for number in range(last + 1):
        yield f"kill:{kind}:{number}"
        yield f"kill-after:{kind}:{number}"


def recover():
    """The next command that changes something finishes or undoes what was begun."""
    done = hvsh("Set-VM web01 -Notes recovered")
    check_equal(done.err, "", "what the recovering command complained of")


def test_checkpoint_killed_at_each_step(folder):
    machine(folder)
    hvsh("Start-VM web01")
    beats(folder)
    made = 0
    for fault in steps("Checkpoint-VM", 6):
        before = checkpoints(folder)
        assert killed("Checkpoint-VM web01 -SnapshotName c", fault), fault
        recover()
        check_equal(state("web01"), "running", f"state after {fault}")
        beats(folder)
        after = checkpoints(folder)
        made += len(after) - len(before)
        check_equal(len(images(folder)), len(after) + 1, f"images after {fault}")
        check_equal(len(os.listdir(f"{folder}/vms/web01/Snapshots")) if after else 0, len(after), "memory files")
    assert made >= 3, made
    check_nothing_lost(folder)


test_checkpoint_killed_at_each_step.seconds = 240


def test_removal_killed_at_each_step_while_the_guest_writes(folder):
    machine(folder)
    hvsh("Start-VM web01")
    beats(folder)
    merges = [f"{how}:Remove-VMSnapshot:{step}" for step in (9, 10)
              for how in ("kill", "kill-after")]
    for which in ("first", "second"):
        # 9: the guest waits for the server to go over; 10: the base holds all, the record does not know.
        for fault in [*steps("Remove-VMSnapshot", 2), *merges]:
            for name in ("first", "second"):
                hvsh(f"Checkpoint-VM web01 -SnapshotName {name}")
                beats(folder, 2)
            reached = killed(f"Remove-VMSnapshot web01 -Name {which}", fault)
            assert reached or (which == "first" and ":9" in fault), fault  # nobody waits for a merge below
            recover()
            check_equal(state("web01"), "running", f"state after {fault}")
            beats(folder)
            left = checkpoints(folder)
            check_equal(len(images(folder)), len(left) + 1, f"images after {fault}")
            for name in left:
                hvsh(f"Remove-VMSnapshot web01 -Name {name}")
            check_equal(images(folder), ["web01.vhdx"], f"images at the end of {fault}")
    check_nothing_lost(folder)


test_removal_killed_at_each_step_while_the_guest_writes.seconds = 300


def start_again(folder):
    """Starts a machine that was brought back. Its guest goes on in the middle of a line, so the log begins anew."""
    os.rename(f"{folder}/serial", f"{folder}/serial.before")
    hvsh("Start-VM web01")
    wait_for("a whole line", lambda: b"\r\n" in open(f"{folder}/serial", "rb").read())


def heard_since(folder):
    """The beats of a log that begins in the middle of a line."""
    with open(f"{folder}/serial", "rb") as f:
        rest = f.read().split(b"\r\n", 1)[-1]
    with open(f"{folder}/serial.rest", "wb") as f:
        f.write(rest)
    return heart.Serial(f"{folder}/serial.rest")


def check_went_back(folder, then):
    """The guest goes on from a beat, in memory and on its disk."""
    wait_for("beats", lambda: len(heard_since(folder).begun) >= 3)
    hvsh("Stop-VM web01 -TurnOff")
    heard, newest = heard_since(folder), heart.newest(ring_of(folder))
    check_equal(heard.damaged, [], "beats that found their memory damaged")
    assert heard.begun[0].beat in range(then.beat, then.beat + 20), (then, heard.begun[0])
    assert newest.boot == then.boot and newest.beat in (heard.last.beat - 1, heard.last.beat), (newest, heard.last)


def test_restore_killed_at_each_step(folder):
    machine(folder)
    hvsh("Start-VM web01")
    beats(folder, 5)
    hvsh("Checkpoint-VM web01 -SnapshotName base")
    then = serial(folder).last
    done = 0
    for fault in steps("Restore-VMSnapshot", 8):
        if state("web01") != "running":
            start_again(folder)
        time.sleep(0.3)
        before = record(folder)["disks"]
        assert killed("Restore-VMSnapshot -VMName web01 -Name base -Confirm:$false", fault), fault
        recover()
        check_equal(len(images(folder)), 2, f"images after {fault}")
        if record(folder)["disks"] == before:
            assert state("web01") in ("running", "shut off"), state("web01")
            continue
        check_equal(hvsh("(Get-VM web01).State").out.strip(), "Saved", f"state after {fault}")
        start_again(folder)
        check_went_back(folder, then)
        done += 1
    assert done >= 10, done


test_restore_killed_at_each_step.seconds = 300


def test_new_vm_killed_at_each_step(folder):
    if not BINARY:
        raise Skip("no hvsh binary was given (HVSH_BINARY)")
    for fault in steps("New-VM", 5):
        command = (f"New-VM web01 -MemoryStartupBytes 64MB -Path {folder}/vms -NewVHDPath {folder}/new.vhdx "
                   "-NewVHDSizeBytes 1GB | Out-Null")
        assert killed(command, fault), fault
        hvsh("New-VM other -MemoryStartupBytes 64MB -NoVHD | Out-Null; Remove-VM other -Force")
        there = "web01" in virsh("list", "--all", "--name").out.split()
        check_equal(os.path.exists(f"{folder}/new.vhdx"), there, f"disk after {fault}")
        check_equal(os.path.exists(f"{folder}/vms/web01"), there, f"folder after {fault}")
        if there:
            hvsh(f"Start-VM web01; Stop-VM web01 -TurnOff; Remove-VM web01 -Force; Remove-Item {folder}/new.vhdx")
        check_equal([f for f in os.listdir(folder) if f != "vms"], [], f"files left after {fault}")


test_new_vm_killed_at_each_step.seconds = 180


def test_remove_vm_killed_at_each_step(folder):
    machine(folder)
    hvsh("Start-VM web01")
    beats(folder)
    hvsh("Checkpoint-VM web01 -SnapshotName a")
    beats(folder)
    hvsh("Checkpoint-VM web01 -SnapshotName b; Stop-VM web01 -TurnOff")
    heard, wanted = serial(folder), ring_of(folder)
    heart.check_acknowledged(wanted, heard, heart.Knobs(**KNOBS))
    for fault in steps("Remove-VM", 5):
        if "web01" not in virsh("list", "--all", "--name").out.split():
            break
        assert killed("Remove-VM web01 -Force", fault), fault
        hvsh("New-VM other -MemoryStartupBytes 64MB -NoVHD | Out-Null; Remove-VM other -Force")
        check_equal(ring_of(folder), wanted, f"the disk after {fault}")
    check_equal(virsh("list", "--all", "--name").out.split(), [], "machines")
    check_equal(images(folder), ["web01.vhdx"], "images")
    check_equal(os.path.exists(f"{folder}/vms/web01"), False, "the machine's folder is there")
    check_equal(heart.read_ring(f"{folder}/web01.vhdx", "vhdx", heart.Knobs(**KNOBS)), wanted, "the disk")


test_remove_vm_killed_at_each_step.seconds = 120


def test_the_second_process_is_told_who_has_the_machine(folder):
    machine(folder)
    hvsh("Start-VM web01")
    first = subprocess.Popen([BINARY, "-Command", "Stop-VM web01"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                             env={**os.environ, "HVSH_SHUTDOWN_TIMEOUT": "4"})
    time.sleep(1)
    second = run(BINARY, "-Command", "Checkpoint-VM web01 -ErrorAction Stop", ok=False, env={"HVSH_LOCK_TIMEOUT": "0.5"})
    check_equal(second.code, 1, "exit code of the second")
    said = " ".join(second.err.split())
    assert f"it is held by Stop-VM, process {first.pid} of root" in said, second.err
    check_equal(first.wait(), 1, "exit code of the first, whose guest ignores the request")
    check_equal(state("web01"), "running", "state")
