"""Bad input and bad luck, each with one clear error record, an exit code, and nothing half-made."""
import os
import pty
import select
import shutil
import signal
import subprocess
import tempfile
import time

from live import BINARY, URI, check_equal, hvsh, run, virsh, wait_for
from machines import HeartMachine, objects, vm_state


def refused(command, *parts, code=1, env=None, timeout=60):
    """A script with the command ends with it under $ErrorActionPreference Stop; its error is one, has all the parts, and
    says where in the script it was."""
    folder = tempfile.mkdtemp(prefix="hvsh-script-", dir="/tmp")
    try:
        with open(f"{folder}/bad.ps1", "w") as f:
            f.write(f"$ErrorActionPreference = 'Stop'\n\n{command}\n'went on'\n")
        done = run(BINARY, f"{folder}/bad.ps1", ok=False, env=env, timeout=timeout)
    finally:
        shutil.rmtree(folder)
    check_equal(done.code, code, f"exit code of {command}: {done.out}{done.err}")
    check_equal("went on" in done.out, False, f"{command} went on")
    check_equal(done.err.count("Line |"), 1, f"errors of {command}:\n{done.err}")
    for part in ("bad.ps1:3", *parts):
        if part.lower() not in done.err.lower():
            raise AssertionError(f"{command}: {part!r} is not in its error:\n{done.err}")
    return done


def id_of(command):
    out = hvsh(f"try {{ {command} -ErrorAction Stop }} catch {{ $_.FullyQualifiedErrorId; \"$($_.CategoryInfo.Category)\" }}").out
    return out.split()


def nothing_left(folder):
    check_equal(sorted(os.listdir(folder)), [], "files left")
    check_equal(virsh("list", "--all", "--name").out.strip(), "", "domains left")


def test_names(folder):
    refused("Get-VM nosuch", "nosuch")
    check_equal(id_of("Get-VM nosuch"), ["InvalidParameter,Microsoft.HyperV.PowerShell.Commands.GetVM", "InvalidArgument"])
    check_equal(objects("Get-VM nosuch*"), [])
    hvsh("New-VM twice -MemoryStartupBytes 64MB -NoVHD -Path . | Out-Null")
    refused("New-VM twice -MemoryStartupBytes 64MB -NoVHD -Path .", "twice")
    check_equal(len(objects("Get-VM")), 1)
    hvsh("Remove-VM twice -Force")
    nothing_left(folder)


def test_disk_sizes_and_paths(folder):
    refused("New-VHD a.vhdx 0", "size")
    refused("New-VHD a.vhdx 65TB", "64 TB")
    os.mkdir("folder.vhdx")
    refused("New-VHD folder.vhdx 1GB", "folder.vhdx")
    os.rmdir("folder.vhdx")
    refused("New-VHD no/such/folder/a.vhdx 1GB", "no/such/folder")
    refused("New-VHD a.txt 1GB", ".vhdx")
    with open("fake.vhdx", "wb") as f:
        f.write(b"this is no disk" * 100)
    refused("Get-VHD fake.vhdx", "fake.vhdx")
    refused(f"New-VM x -MemoryStartupBytes 64MB -VHDPath {folder}/fake.vhdx -Path .", "fake.vhdx")
    run("qemu-img", "create", "-q", "-f", "qcow2", "lie.vhdx", "64M")
    refused(f"New-VM x -MemoryStartupBytes 64MB -VHDPath {folder}/lie.vhdx -Path .", "lie.vhdx")
    refused("Get-VHD missing.vhdx", "missing.vhdx")
    os.unlink("fake.vhdx"), os.unlink("lie.vhdx")
    nothing_left(folder)


def test_a_full_disk_leaves_nothing(folder):
    os.mkdir("small")
    run("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", "small")
    try:
        refused("New-VHD small/a.vhdx 1GB -Fixed", "space")
        check_equal(os.listdir("small"), [])
    finally:
        run("umount", "-l", "small")
    os.rmdir("small")
    nothing_left(folder)


def test_a_read_only_folder(folder):
    os.mkdir("ro")
    run("mount", "-t", "tmpfs", "-o", "ro", "tmpfs", "ro")
    try:
        refused("New-VHD ro/a.vhdx 1GB", "ro/a.vhdx", "read-only")
        refused("New-VM x -MemoryStartupBytes 64MB -NoVHD -Path ro/vms", "ro/vms", "read-only")
    finally:
        run("umount", "-l", "ro")
    os.rmdir("ro")
    nothing_left(folder)


def test_parameters(folder):
    refused("Get-VM -NoSuchParameter x", "NoSuchParameter")
    check_equal(id_of("Get-VM -NoSuchParameter x")[0].startswith("NamedParameterNotFound"), True)
    check_equal(id_of("Set-VM x -Auto 1")[0].startswith("AmbiguousParameter"), True)
    refused("Set-VM x -AutomaticStartAction Dance", "Dance", "StartIfRunning")
    refused("New-VM x -MemoryStartupBytes 0 -NoVHD", "memory")
    refused("New-VM x -MemoryStartupBytes 64MB -NoVHD -Generation 3", "Generation")
    refused("Start-VM -ComputerName elsewhere -Name x", "elsewhere")
    nothing_left(folder)


def test_a_daemon_that_is_not_there(folder):
    refused("Get-VM", "libvirt", "systemctl start", env={"HVSH_URI": f"qemu+unix:///system?socket={folder}/none"})


def test_a_daemon_that_hangs(folder):
    with open(f"{os.environ['HVSH_TESTBED']}/run/libvirtd.pid") as f:
        daemon = int(f.read())
    os.kill(daemon, signal.SIGSTOP)
    try:
        begin = time.monotonic()
        refused("Get-VM", "not", env={"HVSH_LIBVIRT_TIMEOUT": "2"}, timeout=30)
        check_equal(time.monotonic() - begin < 20, True, "ended by its deadline")
    finally:
        os.kill(daemon, signal.SIGCONT)
    wait_for("the daemon", lambda: virsh("list", ok=False).code == 0)


def test_states(folder):
    hvsh("New-VM idle -MemoryStartupBytes 64MB -NoVHD -Path . | Out-Null")
    refused("Suspend-VM idle", "idle", "it is off")
    refused("Save-VM idle", "idle", "it is off")
    check_equal("already" in run(BINARY, "-Command", "Stop-VM idle 3>&1").out, True)
    hvsh("Start-VM idle")
    refused("Remove-VM idle -Force", "idle", "it is running")
    refused("Set-VM idle -ProcessorCount 4", "idle")
    hvsh("Stop-VM idle -TurnOff; Remove-VM idle -Force")
    nothing_left(folder)


def test_the_owner_of_a_lock_is_named(folder):
    machine = HeartMachine(folder)
    slow = subprocess.Popen([BINARY, "-Command", "Stop-VM heart"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            stdin=subprocess.DEVNULL, env={**os.environ, "HVSH_SHUTDOWN_TIMEOUT": "20"})
    try:
        time.sleep(1)
        refused("Set-VM heart -Notes x", "Stop-VM", str(slow.pid), env={"HVSH_LOCK_TIMEOUT": "1"})
    finally:
        slow.terminate()
        slow.wait()
    machine.off()


def test_a_machine_that_vanishes(folder):
    hvsh("New-VM here -MemoryStartupBytes 64MB -NoVHD -Path . | Out-Null")
    done = run(BINARY, "-Command",
               f"$vm = Get-VM here; virsh -q -c '{URI}' undefine here | Out-Null; $vm | Start-VM -ErrorAction Stop", ok=False)
    check_equal(done.code, 1, done.err)
    check_equal("unable to find a virtual machine" in done.err, True, done.err)


def test_exit_codes_and_ways_in(folder):
    check_equal(run(BINARY, "-Command", "exit 7", ok=False).code, 7)
    check_equal(run(BINARY, "-Command", "throw 'x'", ok=False).code, 1)
    check_equal(run(BINARY, "-NoSuchOption", ok=False).code, 64)
    check_equal(run(BINARY, "-Command", "sh -c 'exit 2'", ok=False).code, 1, "of a program that failed last")
    check_equal(run(BINARY, "-Command", "Get-VM nosuch; 'fine'", ok=False).code, 0, "after an error that did not end it")
    check_equal(run(BINARY, stdin="'from input'\n").out.strip(), "from input")
    check_equal(run(BINARY, stdin="exit 5\n", ok=False).code, 5)
    with open("script", "w") as f:
        f.write("#!/usr/bin/env hvsh\nparam([string] $Word)\n\"said $Word\"\nexit 3\n")
    os.chmod("script", 0o755)
    os.mkdir("bin")
    os.symlink(BINARY, "bin/hvsh")
    done = run("./script", "-Word", "hello", ok=False, env={"PATH": f"{folder}/bin:{os.environ['PATH']}"})
    check_equal((done.out.strip(), done.code), ("said hello", 3))
    hvsh("New-VM direct -MemoryStartupBytes 64MB -NoVHD -Path . | Out-Null")
    check_equal("direct" in run(BINARY, "Get-VM", "-Name", "dir*").out, True)
    check_equal('"Name"' in run(BINARY, "Get-VM", "-Name", "dir*", "-OutputFormat", "Json").out, True)
    check_equal(run(BINARY, "Get-VM", "nosuch", ok=False).code, 1)


def test_the_prompt(folder):
    """On a terminal: commands one by one, an error ends none of them but its own, `exit` gives the code."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(BINARY, [BINARY], {**os.environ, "TERM": "dumb", "NO_COLOR": "1"})
    said = b""

    def hear(word):
        nonlocal said
        deadline = time.monotonic() + 20
        while word not in said:
            if not select.select([terminal], [], [], max(0, deadline - time.monotonic()))[0]:
                raise AssertionError(f"{word} was not said, but {said}")
            said += os.read(terminal, 4096)
        said = said[said.index(word) + len(word):]

    def say(line):
        hear(b"> ")
        os.write(terminal, line + b"\n")
        hear(b"\n")

    say(b"New-VM typed -MemoryStartupBytes 64MB -NoVHD -Path . | Out-Null")
    say(b"Get-VM nosuch")
    hear(b"nosuch")
    say(b"'{0} is {1}' -f (Get-VM typed).Name,")
    say(b"(Get-VM typed).State")
    hear(b"typed is Off")
    say(b"exit 9")
    check_equal(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 9, "exit code")
    os.close(terminal)
