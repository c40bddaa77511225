"""Proves the bed and the guest, without hvsh: what other live tests stand on."""
import os
import pwd
import time

import heart
from live import check_equal, define, state, virsh, wait_for


def start(folder, **options):
    knobs = heart.make(f"{folder}/disk", **options)
    define(heart.domain_xml("heart", f"{folder}/disk", serial=f"{folder}/serial"))
    return knobs


def beats(folder, at_least):
    return wait_for(f"beat {at_least}", lambda: (s := heart.Serial(f"{folder}/serial")).last.beat >= at_least and s)


def test_counts_saves_restores(folder):
    knobs = start(folder, ticks=1)
    check_equal(state("heart"), "running")
    beats(folder, 5)
    virsh("managedsave", "heart")
    check_equal(state("heart"), "shut off")
    saved = heart.Serial(f"{folder}/serial")
    time.sleep(0.3)
    virsh("start", "heart")
    serial = beats(folder, saved.last.beat + 3)
    check_equal([r.beat for r in serial.begun], list(range(1, serial.last.beat + 1)), "beats, none lost or repeated")
    check_equal(serial.damaged, [], "damaged memory")
    virsh("destroy", "heart")
    serial, ring = heart.Serial(f"{folder}/serial"), heart.read_ring(f"{folder}/disk", knobs=knobs)
    heart.check_acknowledged(ring, serial, knobs)
    check_equal(serial.last.beat - heart.newest(ring).beat in (0, 1), True, "disk within a beat of the serial line")


def test_boots_are_numbered(folder):
    knobs = start(folder)
    beats(folder, 2)
    virsh("destroy", "heart")
    virsh("start", "heart")
    wait_for("the second boot", lambda: heart.Serial(f"{folder}/serial").last >= heart.Record(2, 2))
    virsh("destroy", "heart")
    serial = heart.Serial(f"{folder}/serial")
    heart.check_acknowledged(heart.read_ring(f"{folder}/disk", knobs=knobs), serial, knobs)


def test_runs_as_unprivileged_user(folder):
    start(folder)
    user = pwd.getpwnam("libvirt-qemu").pw_uid
    check_equal(os.stat(f"{folder}/disk").st_uid, user, "owner of the disk while the guest runs")
    with open(f"{os.environ['HVSH_TESTBED']}/run/libvirt/qemu/heart.pid") as f:
        check_equal(os.stat(f"/proc/{f.read().strip()}").st_uid, user, "user of QEMU")


def test_ring_spans_images_of_other_formats(folder):
    for format in ("qcow2", "vpc"):
        disk, log = f"{folder}/{format}", f"{folder}/{format}.serial"
        knobs = heart.make(disk, format, size=64 << 20, ring=16, stride=4096, ticks=1)
        define(heart.domain_xml(format, disk, format, serial=log))
        wait_for("beat 20", lambda: heart.Serial(log).last.beat >= 20)
        virsh("destroy", format)
        heart.check_acknowledged(heart.read_ring(disk, format, knobs), heart.Serial(log), knobs)


def test_vhdx_takes_the_guest(folder):
    """libvirt runs no VHDX by itself, so this only writes and reads one."""
    knobs = heart.make("disk.vhdx", "vhdx", size=4 << 30)
    check_equal(heart.read_ring("disk.vhdx", "vhdx", knobs), {}, "ring before the first boot")


def test_two_mebibytes_hold_128_pages(folder):
    start(folder, ticks=1, pages=128)
    check_equal(beats(folder, 20).damaged, [], "damaged memory")


def test_lost_torn_and_misplaced_writes_are_seen(folder):
    knobs = start(folder, ticks=0, ring=8)
    serial = beats(folder, 40)
    virsh("destroy", "heart")
    with open(f"{folder}/disk", "rb") as f:
        good = f.read()
    place = (heart.RING_START + serial.acknowledged[-1].beat % 8) * 512
    heart.check_acknowledged(heart.parse_ring(good, knobs), serial, knobs)
    cases = {"lost": good[:place] + bytes(512) + good[place + 512:],
             "torn": good[:place] + bytes(256) + good[place + 256:],
             "misplaced": good[:64 * 512] + good[65 * 512:66 * 512] + good[65 * 512:]}
    for what, image in cases.items():
        try:
            heart.check_acknowledged(heart.parse_ring(image, knobs), serial, knobs)
        except heart.HeartError:
            continue
        raise AssertionError(f"a {what} write was not noticed")
