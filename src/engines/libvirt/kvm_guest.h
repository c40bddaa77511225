#pragma once
// The guest of kvm_probe.cpp: a ROM image of 64 KiB, as QEMU's -bios takes it.
#include <string>

namespace hvsh::engines::libvirt {

// What the guest writes to the exit device when all went well; QEMU's exit code is then 2 * value + 1.
inline constexpr int kProbeValue = 0x2a;
inline constexpr int kProbeExitCode = 2 * kProbeValue + 1;

// Empty where the project is built for another processor.
std::string probe_rom();

}  // namespace hvsh::engines::libvirt
