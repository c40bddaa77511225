"""The heart guest (tests/guests/heart.s) from a test's side: put it on a disk, describe its machine, and read from
disk and serial line what it did. Standard library, qemu-img and qemu-io only.

The chain of proof: a beat that the serial line acknowledges (`+`) must be on the disk unless a later beat of the
same ring place took its sector. `check_acknowledged` says so or raises HeartError.
"""
import collections
import functools
import os
import re
import struct
import subprocess
import tempfile

GUESTS = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "guests")
SECTOR = 512
BOOT_SECTOR_NUMBER, RING_START, KNOBS_AT = 63, 64, 0x1F0
RECORD = struct.Struct("<4sIII")  # mark, boot, beat, own sector number

Record = collections.namedtuple("Record", "boot beat")  # ordered: of two records the greater is newer


class HeartError(AssertionError):
    """The disk or the serial line contradicts what the guest can have done."""


class Knobs(collections.namedtuple("Knobs", "ticks ring pages stride serial", defaults=(2, 64, 16, 1, 1))):
    """See heart.s. Defaults: nine beats a second, 64 sectors from sector 64 on, 64 KiB of memory, serial on."""

    @property
    def image_bytes(self):
        return (RING_START + max(self.ring, 1) * self.stride) * SECTOR


@functools.cache
def assembled():
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run([os.path.join(GUESTS, "mkheart"), out.name], check=True)
        return out.read()


def boot_sector(**knobs):
    return assembled()[:KNOBS_AT] + struct.pack("<5H", *Knobs(**knobs)) + b"\0\0\0\0\x55\xaa"


def install(path, format="raw", **knobs):
    """Writes the guest into the first sector of an existing image of a format that qemu-io writes."""
    with tempfile.NamedTemporaryFile() as sector:
        sector.write(boot_sector(**knobs))
        sector.flush()
        result = subprocess.run(["qemu-io", "-f", format, "-c", f"write -q -s {sector.name} 0 {SECTOR}", path],
                                capture_output=True, text=True)
    # qemu-io reports a failed write on its output, with exit code 0 in some versions
    if result.returncode != 0 or result.stdout.strip() or result.stderr.strip():
        raise HeartError(f"qemu-io cannot write {path}: {result.stdout}{result.stderr}")


def make(path, format="raw", size=16 << 20, **knobs):
    """Makes an image of `size` bytes with the guest on it, and returns the knobs for read_ring."""
    path = str(path)
    subprocess.run(["qemu-img", "create", "-q", "-f", format, path, str(size)], check=True)
    install(path, format, **knobs)
    return Knobs(**knobs)


def read_ring(source, format="raw", knobs=Knobs()):
    """{sector number: Record} of every sector of the ring that was written. `source` is a file, or an nbd+unix://
    address (then the format is raw), and may be in use. Raises HeartError for a torn or misplaced sector."""
    if source_is_address := str(source).startswith("nbd"):
        command = ["qemu-img", "convert", "-U", "-f", "raw"]
    elif format == "raw":
        with open(source, "rb") as f:
            return parse_ring(f.read(knobs.image_bytes), knobs)
    with tempfile.NamedTemporaryFile() as raw:
        if source_is_address:
            subprocess.run([*command, "-O", "raw", source, raw.name], check=True)
        else:  # only as much as the ring needs, since qemu reads every zero of a sparse VHDX
            options = (f"driver=raw,size={knobs.image_bytes},file.driver={format},"
                       f"file.file.driver=file,file.file.filename={str(source).replace(',', ',,')}")
            subprocess.run(["qemu-img", "convert", "-U", "--image-opts", "-O", "raw", options, raw.name], check=True)
        return parse_ring(raw.read(knobs.image_bytes), knobs)


def parse_ring(image, knobs):
    found = {}
    for place in range(knobs.ring):
        number = RING_START + place * knobs.stride
        sector = image[number * SECTOR:(number + 1) * SECTOR]
        if not sector.strip(b"\0"):
            continue
        records = set(RECORD.iter_unpack(sector))
        if len(records) != 1:
            raise HeartError(f"sector {number} is torn: it holds {sorted(records)}")
        mark, boot, beat, own = records.pop()
        if mark != b"HEAT" or own != number or beat % knobs.ring != place:
            raise HeartError(f"sector {number} holds what belongs elsewhere: {mark!r} boot {boot} beat {beat}, "
                             f"written for sector {own}")
        found[number] = Record(boot, beat)
    return found


def newest(ring):
    """The newest Record of a ring, or None if nothing was written."""
    return max(ring.values(), default=None)


class Serial:
    """What a serial log says: `begun` and `acknowledged` are lists of Record in order, `failed` has the BIOS's status
    with each failed write, `damaged` the beats that found foreign memory. An unfinished last line counts as far as
    it goes. A line that the guest cannot have printed raises HeartError, unless `cut`: a guest that was turned off in
    the middle of a line and brought back in the middle of another one leaves a mixture, which is passed over."""

    LINE = re.compile(r"(?P<boot>#[0-9A-F]{8})|(?P<beat>[0-9A-F]{8})(?P<done>\+|!(?P<status>[0-9A-F]{2}))?(?P<bad>\?)?")

    def __init__(self, path, cut=False):
        self.begun, self.acknowledged, self.failed, self.damaged = [], [], [], []
        with open(path, "rb") as f:
            text = f.read().decode("ascii", "replace")
        *lines, unfinished = text.split("\r\n")
        boot = 0
        for line in lines + [unfinished] * bool(re.match(r"#?[0-9A-F]{8}", unfinished)):
            match = self.LINE.match(line)
            if not match or (line is not unfinished and match.end() != len(line)):
                if cut:
                    continue
                raise HeartError(f"the serial log {path} has the line {line!r}")
            if match["boot"]:
                boot = int(match["boot"][1:], 16)
                continue
            record = Record(boot, int(match["beat"], 16))
            self.begun.append(record)
            if match["done"] == "+":
                self.acknowledged.append(record)
            elif match["status"]:
                self.failed.append((record, int(match["status"], 16)))
            if match["bad"]:
                self.damaged.append(record)

    @property
    def last(self):
        """The last beat begun, or Record(0, 0) before the first."""
        return self.begun[-1] if self.begun else Record(0, 0)


def check_acknowledged(ring, serial, knobs=Knobs()):
    """Raises HeartError unless every acknowledged beat of the serial log is in the ring, or one that came later."""
    for record in serial.acknowledged:
        number = RING_START + record.beat % knobs.ring * knobs.stride
        there = ring.get(number)
        if there is None or there < record:
            raise HeartError(f"beat {record} was acknowledged, but sector {number} holds {there}")


def domain_xml(name, disk, format="raw", serial=None, memory_kib=2048, kind="qemu", disk_xml=None, extra=""):
    """A machine for the guest. disk_xml replaces the whole <disk>, extra adds devices."""
    disk_xml = disk_xml or (f"<disk type='file'><driver name='qemu' type='{format}'/><source file='{disk}'/>"
                            "<target dev='vda' bus='virtio'/></disk>")
    serial_xml = f"<serial type='file'><source path='{serial}' append='on'/></serial>" if serial else ""
    return f"""<domain type='{kind}'><name>{name}</name><memory unit='KiB'>{memory_kib}</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type><boot dev='hd'/></os><features><acpi/></features>
<devices>{disk_xml}<controller type='usb' model='none'/>{serial_xml}<memballoon model='none'/>{extra}</devices></domain>"""
