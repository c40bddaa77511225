"""The block server below real guests: libvirt's hook starts and stops it, a guest lives through the server's death,
and a full disk makes it wait. The machines are made by hand here, so that nothing above the server is needed."""
import json
import os
import re
import signal
import subprocess
import uuid

import heart
from live import BINARY, Skip, check_equal, define, hvsh, state, virsh, wait_for

RUN = os.environ.get("HVSH_RUN_DIR", "")


class Machine:
    """A heart guest with one VHDX behind a block server, its folder, its record and its domain."""

    def __init__(self, folder, name="served", **knobs):
        if not BINARY:
            raise Skip("no hvsh binary was given (HVSH_BINARY)")
        self.folder, self.name, self.id = folder, name, str(uuid.uuid4())
        self.disk, self.serial, self.record = f"{folder}/{name}.vhdx", f"{folder}/{name}.serial", f"{folder}/{name}.json"
        self.knobs = heart.make(self.disk, "vhdx", **knobs)
        self.write_record(self.disk)

    def write_record(self, image):
        with open(self.record, "w") as f:
            json.dump({"version": 1, "id": self.id, "name": self.name,
                       "disks": [{"target": "vda", "image": image, "readOnly": False}]}, f)

    def move_disk(self, reached_by, seen_as):
        """Into a folder that has another path for this process than for libvirtd."""
        name = os.path.basename(self.disk)
        subprocess.run(["cp", "--sparse=always", self.disk, f"{reached_by}/{name}"], check=True)
        self.write_record(f"{seen_as}/{name}")

    def xml(self, disk=None):
        disk = disk or (f"<disk type='network'><driver name='qemu' type='raw' error_policy='stop'/>"
                        f"<source protocol='nbd' name='vda'><host transport='unix' socket='{RUN}/{self.id}/nbd'/>"
                        "</source><target dev='vda' bus='virtio'/></disk>")
        text = heart.domain_xml(self.name, None, serial=self.serial, disk_xml=disk)
        return text.replace("</name>", f"</name><uuid>{self.id}</uuid><metadata><hvsh:vm xmlns:hvsh="
                            f"'https://hvsh.dev/xmlns/vm/1' record='{self.record}'><disk target='vda' "
                            f"image='{self.disk}' format='vhdx'/></hvsh:vm></metadata>", 1)

    def server_pid(self):
        """0 while there is none."""
        try:
            with open(f"{RUN}/{self.id}/status") as f:
                return int(re.search(r"^server (\d+)", f.read(), re.M)[1])
        except FileNotFoundError:
            return 0

    def kill_server(self):
        killed = self.server_pid()
        os.kill(killed, signal.SIGKILL)
        wait_for("another server", lambda: self.server_pid() not in (0, killed))

    def beats(self, more=3):
        """Waits until the guest has had so many more beats on its disk, without a failed one."""
        before = len(self.log().acknowledged)
        serial = wait_for(f"{more} beats", lambda: len((s := self.log()).acknowledged) >= before + more and s)
        check_equal(serial.failed, [], "writes that failed in the guest")
        return serial

    def log(self):
        return heart.Serial(self.serial) if os.path.exists(self.serial) else heart.Serial("/dev/null")

    def check_disk(self, image=None, format="vhdx"):
        heart.check_acknowledged(heart.read_ring(image or self.disk, format, self.knobs), self.log(), self.knobs)


def refusal(machine, disk=None):
    define(machine.xml(disk), start=False)
    started = virsh("start", machine.name, ok=False)
    if started.code == 0:
        raise AssertionError("the start was not refused")
    check_equal(machine.server_pid(), 0, "server after the refusal")
    return started.err


def expect(text, part):
    if part not in text:
        raise AssertionError(f"no {part!r} in {text!r}")


def test_virsh_alone_starts_and_stops_the_server(folder):
    machine = Machine(folder, ticks=1)
    for _ in range(2):
        if state_of(machine) == "undefined":
            define(machine.xml())
        else:
            virsh("start", machine.name)
        machine.beats()
        server = machine.server_pid()
        virsh("destroy", machine.name)
        wait_for("the server's end", lambda: not os.path.exists(f"/proc/{server}"))
        machine.check_disk()
        os.unlink(machine.serial)


def state_of(machine):
    done = virsh("domstate", machine.name, ok=False)
    return done.out.strip() if done.code == 0 else "undefined"


def test_save_and_restore_go_through_the_server(folder):
    machine = Machine(folder, ticks=1)
    define(machine.xml())
    saved = machine.beats()
    virsh("managedsave", machine.name)
    wait_for("the server's end", lambda: machine.server_pid() == 0)
    virsh("start", machine.name)
    serial = machine.beats()
    check_equal([r.beat for r in serial.begun], list(range(1, serial.last.beat + 1)), "beats, none lost or repeated")
    check_equal(serial.last.boot, saved.last.boot, "boot")
    virsh("destroy", machine.name)
    machine.check_disk()


def test_guest_lives_through_the_servers_death(folder):
    machine = Machine(folder, ticks=1)
    define(machine.xml())
    machine.beats()
    for _ in range(3):
        machine.kill_server()
        machine.beats()
        check_equal(state(machine.name), "running")
    virsh("destroy", machine.name)
    machine.check_disk()


def test_idle_guest_meets_the_new_server_at_its_next_write(folder):
    machine = Machine(folder, ticks=72)  # four seconds between two writes: both connection and server are new by then
    define(machine.xml())
    machine.beats(1)
    machine.kill_server()
    machine.beats(2)
    check_equal(state(machine.name), "running")
    virsh("destroy", machine.name)
    machine.check_disk()


test_idle_guest_meets_the_new_server_at_its_next_write.seconds = 90


def test_full_disk_makes_the_guest_wait(folder):
    # The file system must be small where libvirtd and the server live, which is a mount namespace of the bed's own.
    with open(f"{os.environ['HVSH_TESTBED']}/run/libvirtd.pid") as f:
        libvirtd = f.read().strip()
    small = f"{folder}/small"
    os.mkdir(small)
    if subprocess.run(["nsenter", "-m", "-t", libvirtd, "mount", "-t", "tmpfs", "-o", "size=24m,mode=755", "none",
                       small]).returncode != 0:
        raise Skip("a small file system cannot be mounted")
    machine = Machine(folder, ticks=0, size=256 << 20, ring=64, stride=4096)
    there = f"/proc/{libvirtd}/root{small}"
    machine.move_disk(there, small)
    filler, space = f"{there}/filler", os.statvfs(there)
    with open(filler, "wb") as f:
        f.write(b"\0" * (space.f_bavail * space.f_frsize - 65536))
    define(machine.xml())
    wait_for("the pause", lambda: state(machine.name) == "paused")
    expect(virsh("domstate", "--reason", machine.name).out, "I/O error")
    expect(virsh("domblkerror", machine.name).out, "no space")
    check_equal(machine.log().failed, [], "writes that failed in the guest")
    os.unlink(filler)
    hvsh(f"Resume-VM {machine.name}")
    machine.beats(20)
    virsh("destroy", machine.name)
    machine.check_disk(f"{there}/{os.path.basename(machine.disk)}")


def test_hook_refuses_with_a_reason_that_virsh_shows(folder):
    machine = Machine(folder)
    expect(refusal(machine, f"<disk type='file'><driver name='qemu' type='raw'/><source file='{machine.disk}'/>"
                            "<target dev='vda' bus='virtio'/></disk>"), "is a VHDX")
    machine.write_record(f"{folder}/missing.vhdx")
    expect(refusal(machine), "missing.vhdx")
    with open(f"{folder}/wrong.vhdx", "w") as f:
        f.write("no disk")
    machine.write_record(f"{folder}/wrong.vhdx")
    expect(refusal(machine), "is not a VHDX")
    os.unlink(machine.record)
    expect(refusal(machine), machine.record)
    machine.write_record(machine.disk)
    virsh("start", machine.name)
    machine.beats()
