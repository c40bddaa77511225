"""Machines made by hvsh with the heart guest on a VHDX, for tests that prove what happened by the guest's own data."""
import json
import os
import re

import heart
from live import Skip, hvsh, run, virsh, wait_for


def objects(script, **options):
    """What a command line writes, as a list of parsed JSON objects."""
    out = hvsh(f"@({script}) | ConvertTo-Json -Depth 2 -AsArray", **options).out.strip()
    return json.loads(out) if out else []


def vm_state(name):
    return hvsh(f"(Get-VM {name}).State").out.strip()


def record_of(name):
    """The machine's record: path and content."""
    path = re.search(r"record=['\"]([^'\"]+)", virsh("dumpxml", "--inactive", name).out)[1]
    with open(path) as f:
        return path, json.load(f)


def images(name):
    """Target -> the image that the machine writes now."""
    return {disk["target"]: disk["image"] for disk in record_of(name)[1]["disks"]}


def log_serial(name, path):
    """Sends COM1 of a machine that is off to a file, the way an administrator would edit the domain."""
    xml = virsh("dumpxml", "--inactive", "--security-info", name).out
    serial = f"<serial type='file'><source path='{path}' append='on'/><target port='0'/></serial>"
    element = r"<{0}\b[^>]*?(/>|>.*?</{0}>)"
    xml = re.sub(element.format("console"), "", xml, flags=re.S)
    xml, found = re.subn(element.format("serial"), serial, xml, count=1, flags=re.S)
    if not found:
        xml = xml.replace("</devices>", serial + "</devices>")
    with open("edited.xml", "w") as f:
        f.write(xml)
    virsh("define", "edited.xml")


class HeartMachine:
    """A machine that hvsh made, with the heart guest on a dynamic VHDX of 64 MiB."""

    def __init__(self, folder, name="heart", start=True, cut=False, **knobs):
        self.cut = cut  # it will be taken back to a checkpoint, which may cut a line of its log
        self.name, self.folder, self.serial_path = name, folder, f"{folder}/{name}.serial"
        self.disk, self.knobs = f"{folder}/{name}.vhdx", heart.Knobs(**knobs)
        hvsh(f"New-VHD {self.disk} 64MB | Out-Null")
        heart.install(self.disk, "vhdx", **knobs)
        hvsh(f"New-VM {name} -MemoryStartupBytes 64MB -VHDPath {self.disk} -Path {folder} | Out-Null")
        log_serial(name, self.serial_path)
        if start:
            hvsh(f"Start-VM {name}")
            self.beats(3)

    def serial(self):
        return heart.Serial(self.serial_path, self.cut)

    def beats(self, at_least, timeout=30):
        return wait_for(f"beat {at_least}", lambda: os.path.exists(self.serial_path) and
                        (s := self.serial()).last.beat >= at_least and s, timeout)

    def more(self, count=3):
        return self.beats(self.serial().last.beat + count)

    def off(self):
        hvsh(f"if ((Get-VM {self.name}).State -ne 'Off') {{ Stop-VM {self.name} -TurnOff }}")

    def ring(self):
        """The ring as the machine's images hold it; the machine is off."""
        (path,) = images(self.name).values()
        # The leaf may be of any format; qemu-img finds the chain by itself.
        with open("chain.raw", "wb"):
            pass
        run("qemu-img", "convert", "-U", "-O", "raw", path, "chain.raw")
        with open("chain.raw", "rb") as f:
            return heart.parse_ring(f.read(self.knobs.image_bytes), self.knobs)

    def check_disk(self):
        """Every acknowledged beat is on the disk."""
        heart.check_acknowledged(self.ring(), self.serial(), self.knobs)
