#pragma once
// Whether KVM really runs guests here: tried, not believed.
//
// Some hosts (nested ones above all) offer /dev/kvm and libvirt offers type='kvm', yet every instruction is
// interpreted and real systems stop with an emulation failure. So a guest of ours, a few hundred bytes in the
// place of the BIOS, is run by QEMU under KVM: it enters 64-bit mode with paging, uses SSE and LOCK
// CMPXCHG16B, takes an exception through an IDT, runs twenty million instructions, and only when all came out
// right tells QEMU to exit with a number of its own. The instructions take some milliseconds on a processor
// and minutes in an interpreter; the time allowed is three seconds.
//
// The answer is kept in the state folder for this boot and this QEMU binary. Linux on x86-64 only; elsewhere
// the answer is no.
#include <optional>
#include <string>

namespace hvsh::engines::libvirt {

struct KvmAnswer {
  bool works = false;
  std::string problem = {};  // why not: "there is no /dev/kvm"
};

struct KvmProbeOptions {
  std::string qemu = {};            // empty: qemu-system-x86_64 in PATH or at /usr/libexec/qemu-kvm
  std::string accelerator = "kvm";  // tests use tcg, which proves the guest's code
  std::string cache_file = {};      // empty: nothing is kept
  int timeout_ms = 3000;
};

KvmAnswer probe_kvm(const KvmProbeOptions& options);

}  // namespace hvsh::engines::libvirt
