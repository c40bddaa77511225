"""SIGKILL of hvsh at every journalled step of each operation: the next run finishes it or takes it back, and the guest
has lost nothing."""
import os
import signal

from live import BINARY, check_equal, hvsh, run, virsh, wait_for
from machines import HeartMachine, images, objects, vm_state

MOST_STEPS = 20


def killed_at(operation, step, command):
    """Runs a command that kills itself at a step; False when it has no such step and ran to its end."""
    done = run(BINARY, "-Command", command, ok=False, timeout=90, env={"HVSH_FAULT": f"kill:{operation}:{step}"})
    if done.code == -signal.SIGKILL:
        return True
    check_equal(done.code, 0, f"exit code of {command}: {done.err}")
    return False


def each_step(operation, command, check, prepare=lambda: None):
    """Kills `command` at step 1, 2, ... until it has none left; `check` follows each kill, after the next run."""
    for step in range(1, MOST_STEPS):
        prepare()
        killed = killed_at(operation, step, command)
        check(killed)
        if not killed:
            check_equal(step > 1, True, f"{operation} has journalled steps")
            return
    raise AssertionError(f"{operation} has more than {MOST_STEPS} steps")


def test_checkpoint(folder):
    machine = HeartMachine(folder, ticks=1)

    def check(killed):
        # The next run that changes something recovers; a second checkpoint proves that the machine is whole.
        hvsh("Checkpoint-VM heart -SnapshotName after", timeout=90)
        if vm_state("heart") == "Paused":
            raise AssertionError("the guest was left paused")
        machine.more()
        hvsh("Get-VMSnapshot heart | Remove-VMSnapshot", timeout=90)
        check_equal(list(images("heart").values()), [machine.disk])
    each_step("Checkpoint-VM", "Checkpoint-VM heart -SnapshotName killed", check)
    machine.off()
    check_equal([f for f in os.listdir(folder) if f.endswith(".qcow2")], [], "leaves")
    machine.check_disk()
test_checkpoint.seconds = 240


def test_remove_checkpoint(folder):
    machine = HeartMachine(folder, ticks=1)

    def prepare():
        hvsh("Checkpoint-VM heart -SnapshotName gone", timeout=90)
        machine.more()

    def check(killed):
        hvsh("Set-VM heart -Notes recovered")
        if vm_state("heart") == "Paused":
            raise AssertionError("the guest was left paused")
        machine.more()
        hvsh("Get-VMSnapshot heart | Remove-VMSnapshot", timeout=90)
        check_equal(list(images("heart").values()), [machine.disk])
    each_step("Remove-VMSnapshot", "Remove-VMSnapshot heart -Name gone", check, prepare)
    machine.off()
    machine.check_disk()
test_remove_checkpoint.seconds = 240


def test_restore(folder):
    machine = HeartMachine(folder, cut=True, ticks=1)
    hvsh("Checkpoint-VM heart -SnapshotName back")
    kept = machine.serial().last.beat

    def check(killed):
        hvsh("Set-VM heart -Notes recovered")
        state = vm_state("heart")
        check_equal(state in ("Running", "Saved", "Off"), True, f"state {state}")
        hvsh("Restore-VMSnapshot -Name back -VMName heart -Confirm:$false", timeout=90)
        hvsh("Start-VM heart")
        begun = len(machine.serial().begun)
        wait_for("beats", lambda: len(machine.serial().begun) > begun + 2)
        first = machine.serial().begun[begun + 1].beat
        check_equal(first <= kept + 60, True, f"beat {first} after going back to {kept}")
    each_step("Restore-VMSnapshot", "Restore-VMSnapshot -Name back -VMName heart -Confirm:$false", check)
    machine.off()
test_restore.seconds = 240


def test_new_vm(folder):
    def check(killed):
        hvsh("New-VM probe -MemoryStartupBytes 64MB -NoVHD -Path . | Out-Null; Remove-VM probe -Force")
        names = virsh("list", "--all", "--name").out.split()
        disk = os.path.exists(f"{folder}/new.vhdx")
        if "fresh" in names:
            check_equal(disk, True, "the disk of a machine that is there")
            hvsh("Start-VM fresh; Stop-VM fresh -TurnOff; Remove-VM fresh -Force")
            os.unlink(f"{folder}/new.vhdx")
        else:
            check_equal(disk, False, "a disk without its machine")
            check_equal(os.path.exists(f"{folder}/fresh"), False, "the folder of a machine that is not there")
    each_step("New-VM", f"New-VM fresh -MemoryStartupBytes 64MB -NewVHDPath {folder}/new.vhdx -NewVHDSizeBytes 64MB "
              f"-Path {folder} | Out-Null", check)
test_new_vm.seconds = 200


def test_remove_vm(folder):
    def prepare():
        if virsh("list", "--all", "--name").out.strip():
            return
        if not os.path.exists(f"{folder}/new.vhdx"):
            hvsh(f"New-VHD {folder}/new.vhdx 64MB | Out-Null")
        hvsh(f"New-VM fresh -MemoryStartupBytes 64MB -VHDPath {folder}/new.vhdx -Path {folder} | Out-Null; "
             "Checkpoint-VM fresh -SnapshotName one", timeout=90)

    def check(killed):
        hvsh("New-VM probe -MemoryStartupBytes 64MB -NoVHD -Path . | Out-Null; Remove-VM probe -Force")
        names = virsh("list", "--all", "--name").out.split()
        check_equal(os.path.exists(f"{folder}/new.vhdx"), True, "the disk stays")
        if "fresh" in names:
            hvsh("Start-VM fresh; Stop-VM fresh -TurnOff; Remove-VM fresh -Force", timeout=90)
        check_equal(os.path.exists(f"{folder}/fresh"), False, "the machine's folder")
        check_equal([f for f in os.listdir(folder) if f.endswith(".qcow2")], [], "leaves")
        run("qemu-img", "check", f"{folder}/new.vhdx")
    each_step("Remove-VM", "Remove-VM fresh -Force", check, prepare)
test_remove_vm.seconds = 240
