"""The main job on real guests: what they wrote to their disks and said on their serial lines is the proof."""
import grp
import os
import re
import signal
import subprocess
import time

import heart
from live import BINARY, REPOSITORY, URI, Skip, check_equal, hvsh, run, state, virsh, wait_for
from machines import HeartMachine, images, log_serial, objects, record_of, vm_state


def test_tour(folder):
    out = run(BINARY, f"{REPOSITORY}/scripts/tour.ps1", "-Folder", folder, timeout=150).out
    for line in (r"^Name +State +CPUUsage\(%\) MemoryAssigned\(M\) Uptime +Status +Version *$",
                 r"^web01 Running +\d+ +64 +00:00:\S+ +Operating normally 10.0 *$",
                 r"^web01 +clean +Standard ", r"^VhdFormat +: VHDX$", r"^VhdType +: Dynamic$",
                 r"^VMName +AvgCPU\(MHz\) AvgRAM\(M\)", r"^web02 is Off$", r'"ProcessorCount": 2',
                 r"^web01.vhdx$"):
        if not re.search(line, out, re.M):
            raise AssertionError(f"the tour does not print {line!r}:\n{out}")
    check_equal([f for f in os.listdir(folder) if f.endswith((".vhdx", ".qcow2", ".csv"))], [], "what the tour left")
    check_equal(virsh("list", "--all", "--name").out.strip(), "", "domains that the tour left")
test_tour.seconds = 180


def test_restore_goes_back_to_the_checkpoint(folder):
    machine = HeartMachine(folder, cut=True)
    hvsh("Checkpoint-VM heart -SnapshotName clean")
    kept = machine.serial().last.beat
    machine.beats(kept + 10)
    hvsh("Restore-VMSnapshot -Name clean -VMName heart -Confirm:$false")
    check_equal(vm_state("heart"), "Saved")
    newest = heart.newest(machine.ring())
    check_equal(newest.beat <= kept + 1, True, f"newest beat on disk {newest} after going back to about {kept}")
    before = len(machine.serial().begun)
    hvsh("Start-VM heart")
    wait_for("more beats", lambda: len(machine.serial().begun) >= before + 3)
    again = machine.serial().begun[before:]
    check_equal(again[0].boot, newest.boot, "boot: the guest went on, it did not start anew")
    check_equal(again[0].beat <= kept + 1, True, f"first beat {again[0]} after going back to about {kept}")
    check_equal([r.beat for r in again], list(range(again[0].beat, again[0].beat + len(again))), "beats in order")
    machine.off()
    ring, went_on = machine.ring(), machine.serial()
    went_on.acknowledged = [r for r in went_on.acknowledged if r.beat >= again[0].beat][-len(again) + 1:]
    heart.check_acknowledged(ring, went_on, machine.knobs)


def test_merge_loses_nothing_while_the_guest_writes(folder):
    machine = HeartMachine(folder, ticks=0, ring=32768, stride=2)
    machine.more(200)
    hvsh("Checkpoint-VM heart -SnapshotName one")
    machine.more(200)
    hvsh("Checkpoint-VM heart -SnapshotName two")
    machine.more(200)
    before = machine.serial().last.beat
    hvsh("Remove-VMSnapshot heart -Name one")
    hvsh("Remove-VMSnapshot heart -Name two")
    machine.more(200)
    check_equal(images("heart"), {next(iter(images("heart"))): machine.disk}, "images after the merge")
    check_equal([f for f in os.listdir(folder) if f.endswith(".qcow2")], [], "leaves after the merge")
    check_equal(machine.serial().last.beat > before, True, "the guest went on")
    machine.off()
    check_equal(machine.serial().failed, [], "writes that failed")
    machine.check_disk()
test_merge_loses_nothing_while_the_guest_writes.seconds = 120


def test_save_and_start_continue_the_count(folder):
    machine = HeartMachine(folder)
    hvsh("Save-VM heart")
    check_equal(vm_state("heart"), "Saved")
    hvsh("Start-VM heart")
    serial = machine.more()
    check_equal([r.beat for r in serial.begun], list(range(1, serial.last.beat + 1)), "beats, none lost or repeated")
    hvsh("Suspend-VM heart")
    check_equal(vm_state("heart"), "Paused")
    paused = machine.serial().last
    time.sleep(0.5)
    check_equal(machine.serial().last, paused, "beats while paused")
    hvsh("Resume-VM heart")
    machine.more()
    machine.off()
    machine.check_disk()


def servers_of(name):
    """Process ids of the block servers that serve a machine's images."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                words = f.read().split(b"\0")
        except OSError:
            continue
        if words[0].endswith(b"qemu-storage-daemon") and any(name.encode() in word for word in words):
            found.append(int(pid))
    return found


def test_a_server_that_dies_comes_back_and_the_guest_goes_on(folder):
    machine = HeartMachine(folder, ticks=1)
    (server,) = servers_of(folder)
    os.kill(server, signal.SIGKILL)
    machine.beats(machine.serial().last.beat + 20)
    wait_for("the machine to run", lambda: vm_state("heart") == "Running")
    machine.off()
    machine.check_disk()


def test_virsh_starts_and_stops_it_too(folder):
    machine = HeartMachine(folder, start=False)
    virsh("start", "heart")
    machine.beats(3)
    virsh("destroy", "heart")
    wait_for("the server to end", lambda: not servers_of(folder))
    machine.check_disk()


def test_a_full_disk_pauses_the_guest_and_status_says_so(folder):
    small = os.environ.get("HVSH_SMALL_DISK")
    if not small:
        raise Skip("a small file system cannot be mounted")
    try:
        machine = HeartMachine(small, ticks=0, ring=4000, stride=16)
        wait_for("the pause", lambda: vm_state("heart") == "PausedCritical", 40)
        (vm,) = objects("Get-VM heart | Select-Object Status")
        check_equal("space" in vm["Status"].lower() or "full" in vm["Status"].lower(), True, f"Status {vm['Status']!r}")
        run("mount", "-o", "remount,size=200m", small)
        hvsh("Resume-VM heart")
        machine.more(50)
        machine.off()
        machine.check_disk()
        hvsh("Remove-VM heart -Force")
    finally:
        virsh("destroy", "heart", ok=False)
        for name in os.listdir(small):
            run("rm", "-rf", f"{small}/{name}")
        run("mount", "-o", "remount,size=6m", small)


def test_foreign_xml_survives(folder):
    machine = HeartMachine(folder, start=False)
    xml = virsh("dumpxml", "--inactive", "heart").out
    xml = xml.replace("</metadata>", "<x:mine xmlns:x='urn:test'><x:a b='c'/></x:mine></metadata>", 1)
    xml = re.sub(r"(<features>)", r"\1<pae/>", xml, count=1)
    with open("foreign.xml", "w") as f:
        f.write(xml)
    virsh("define", "foreign.xml")
    hvsh("Set-VM heart -ProcessorCount 2 -Notes 'a <b> & \"c\"'")
    hvsh("Rename-VM heart -NewName soul")
    after = virsh("dumpxml", "--inactive", "soul").out
    for kept in ("<x:a b=", "<pae/>"):
        check_equal(kept in after, True, kept)
    (vm,) = objects("Get-VM soul | Select-Object ProcessorCount, Notes")
    check_equal(vm, {"ProcessorCount": 2, "Notes": 'a <b> & "c"'})


def test_checkpoint_tree_and_branches(folder):
    machine = HeartMachine(folder, cut=True)
    hvsh("Checkpoint-VM heart -SnapshotName a")
    machine.more()
    hvsh("Checkpoint-VM heart -SnapshotName b")
    machine.more()
    hvsh("Restore-VMSnapshot -Name a -VMName heart -Confirm:$false; Start-VM heart")
    hvsh("Checkpoint-VM heart -SnapshotName c")
    tree = {s["Name"]: s["ParentSnapshotName"] for s in objects(
        "Get-VMSnapshot heart | Select-Object Name, ParentSnapshotName")}
    check_equal({k: v or "" for k, v in tree.items()}, {"a": "", "b": "a", "c": "a"})
    hvsh("Remove-VMSnapshot heart -Name a -IncludeAllChildSnapshots")
    check_equal(objects("Get-VMSnapshot heart"), [])
    machine.off()
    check_equal([f for f in os.listdir(folder) if f.endswith(".qcow2")], [], "leaves")
    check_equal(list(images("heart").values()), [machine.disk])
test_checkpoint_tree_and_branches.seconds = 120


def test_kept_object_sees_the_host(folder):
    HeartMachine(folder)
    out = hvsh("$vm = Get-VM heart; Stop-VM heart -TurnOff; while ($vm.State -ne 'Off') { Start-Sleep 1 }; $vm.State")
    check_equal(out.out.strip(), "Off")


def test_a_deaf_guest_is_named(folder):
    HeartMachine(folder)
    done = run(BINARY, "-Command", "Stop-VM heart -ErrorAction Stop", ok=False, env={"HVSH_SHUTDOWN_TIMEOUT": "2"})
    check_equal(done.code, 1)
    check_equal("-TurnOff" in done.err, True, done.err)
    check_equal(vm_state("heart"), "Running")


def test_generation_2_comes_up_to_its_firmware(folder):
    if not os.path.isdir("/usr/share/OVMF"):
        raise Skip("no UEFI firmware is installed (package ovmf)")
    hvsh(f"New-VM g2 -Generation 2 -MemoryStartupBytes 128MB -NewVHDPath {folder}/g2.vhdx -NewVHDSizeBytes 64MB -Path {folder}")
    log_serial("g2", f"{folder}/g2.serial")
    started = hvsh("Start-VM g2; $vm = Get-VM g2; '{0} {1}' -f $vm.Generation, $vm.State").out
    check_equal(started.split(), ["2", "Running"], "generation and state")
    # The firmware says on the serial line what it tries to boot from: the empty disk is one of them.
    wait_for("the firmware to look for a system", lambda: os.path.exists(f"{folder}/g2.serial") and
             b"BdsDxe" in open(f"{folder}/g2.serial", "rb").read(), 45)
    hvsh("Stop-VM g2 -TurnOff; Remove-VM g2 -Force")
    check_equal(virsh("list", "--all", "--name").out.split(), [], "domains, and with them their firmware's variables")


test_generation_2_comes_up_to_its_firmware.seconds = 90


def test_users_of_the_group_share_the_state(folder):
    """Two who are not root and in the group libvirt, with the folders that root made: what the one leaves the other can
    go on with. The bed's daemon has root's socket, so it is opened to the group for the time of the test."""
    try:
        group = grp.getgrnam("libvirt").gr_gid
    except KeyError as why:
        raise Skip("there is no group libvirt") from why
    socket = re.search(r"socket=([^&]+)", URI)[1]
    before = os.stat(socket)
    folders = {"HVSH_STATE_DIR": f"{folder}/state", "HVSH_RUN_DIR": f"{folder}/run"}

    def as_user(name, script, groups=f"--groups={group}", ok=True):
        return run("setpriv", f"--reuid={name}", f"--regid={name}", groups, BINARY, "-Command", script, ok=ok,
                   env={**folders, "HOME": folder})

    run(BINARY, "-Command", "New-VM first -MemoryStartupBytes 64MB | Out-Null; Set-VM first -Notes root", env=folders)
    heart.make(f"{folder}/disk.raw", size=1 << 20, ticks=5)
    try:
        os.chown(socket, -1, group)
        os.chmod(socket, 0o660)
        as_user("daemon", f"New-VM web01 -MemoryStartupBytes 64MB -VHDPath {folder}/disk.raw | Out-Null")
        as_user("games", "Start-VM web01; Enable-VMResourceMetering web01; Set-VM web01 -Notes theirs")
        seen = as_user("daemon", "$vm = Get-VM web01; \"$($vm.State) $($vm.Notes)\"; (Measure-VM web01).VMName").out
        check_equal(seen.split(), ["Running", "theirs", "web01"], "what the first sees of the second's work")
        as_user("games", "Stop-VM web01 -TurnOff; Rename-VM web01 web02; Set-VM first -Notes ours; Remove-VM web02 -Force")
        check_equal(hvsh("(Get-VM).Notes").out.split(), ["ours"], "notes")
        # A disk in VHDX format needs a block server, which root alone may start for this daemon's machines.
        hvsh(f"New-VHD {folder}/disk.vhdx -SizeBytes 4MB | Out-Null")
        os.chmod(f"{folder}/disk.vhdx", 0o666)
        refused = as_user("daemon", f"New-VM vx -MemoryStartupBytes 64MB -VHDPath {folder}/disk.vhdx; Start-VM vx", ok=False)
        if "served by root" not in refused.err:
            raise AssertionError(f"a disk in VHDX format of one who is not root is not refused:\n{refused.out}{refused.err}")
        check_equal(hvsh("(Get-VM | Where-Object State -eq Running).Name").out.split(), [], "running machines")
        hvsh("Get-VM vx -ErrorAction SilentlyContinue | Remove-VM -Force")
        outside = as_user("mail", "Get-VM", "--clear-groups", ok=False)
        check_equal(outside.code, 1, "exit code of one who is not in the group")
        if "group libvirt" not in outside.err:
            raise AssertionError(f"one who is not in the group is not told so:\n{outside.err}")
    finally:
        os.chown(socket, before.st_uid, before.st_gid)
        os.chmod(socket, before.st_mode & 0o7777)
