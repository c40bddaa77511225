#include "engines/libvirt/kvm_probe.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "engines/files.h"
#include "engines/libvirt/kvm_guest.h"
#include "engines/process.h"

namespace hvsh::engines::libvirt {

namespace {

constexpr uint64_t kMaxCacheBytes = 4096;

std::string find_qemu() {
  std::string qemu = find_program("qemu-system-x86_64");
  constexpr const char* kRedHat = "/usr/libexec/qemu-kvm";
  if (qemu.empty() && access(kRedHat, X_OK) == 0) qemu = kRedHat;
  return qemu;
}

// Names this boot and this QEMU; empty when either cannot be told.
std::string cache_key(const std::string& qemu) {
  struct stat info {};
  auto boot = read_file("/proc/sys/kernel/random/boot_id", 64);
  if (!boot || stat(qemu.c_str(), &info) != 0) return {};
  while (!boot->empty() && boot->back() == '\n') boot->pop_back();
  return fmt::format("{} {} {} {}.{}", *boot, qemu, info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
}

// Cache file: the key, then "works" or the problem, one line each.
bool read_cache(const std::string& file, const std::string& key, KvmAnswer& answer) {
  if (file.empty() || key.empty()) return false;
  auto text = read_file(file, kMaxCacheBytes);
  if (!text) return false;
  const size_t line = text->find('\n');
  if (line == std::string::npos || text->substr(0, line) != key) return false;
  answer.problem = text->substr(line + 1, text->find('\n', line + 1) - line - 1);
  answer.works = answer.problem == "works";
  if (answer.works) answer.problem.clear();
  return true;
}

void write_cache(const std::string& file, const std::string& key, const KvmAnswer& answer) {
  if (file.empty() || key.empty()) return;
  mkdir(folder_of(file).c_str(), 0755);
  // A cache that cannot be written is tried again next time.
  (void)write_file_atomically(file, fmt::format("{}\n{}\n", key, answer.works ? "works" : answer.problem),
                              0644);
}

// The ROM as a file without a name.
UniqueFd rom_file(const std::string& rom) {
  UniqueFd file(memfd_create("hvsh-probe", MFD_CLOEXEC));
  if (file.valid() && write(file.get(), rom.data(), rom.size()) != static_cast<ssize_t>(rom.size()))
    file.reset();
  return file;
}

KvmAnswer try_guest(const KvmProbeOptions& options, const std::string& qemu) {
  const std::string rom = probe_rom();
  if (rom.empty()) return {.problem = "it is not tried on this kind of processor"};
  const UniqueFd file = rom_file(rom);
  if (!file.valid())
    return {.problem = fmt::format("the test guest could not be made ({})", std::strerror(errno))};
  const std::vector<std::string> argv = {qemu,
                                         "-accel",
                                         options.accelerator,
                                         "-machine",
                                         "pc",
                                         "-m",
                                         "16",
                                         "-nodefaults",
                                         "-no-user-config",
                                         "-display",
                                         "none",
                                         "-no-reboot",
                                         "-device",
                                         "isa-debug-exit,iobase=0xf4,iosize=4",
                                         "-bios",
                                         fmt::format("/proc/self/fd/{}", file.get())};
  auto outcome = run(argv, nullptr, std::chrono::milliseconds(options.timeout_ms), {file.get()});
  if (!outcome && outcome.error().category == ErrorCategory::OperationTimeout)
    return {.problem = "a test guest under KVM was not done in time, as if it were interpreted"};
  if (!outcome) return {.problem = fmt::format("'{}' could not be started", qemu)};
  if (outcome->exit_code == kProbeExitCode) return {.works = true};
  return {.problem = "a test guest failed under KVM"};
}

}  // namespace

KvmAnswer probe_kvm(const KvmProbeOptions& options) {
  if (options.accelerator == "kvm") {
    constexpr const char* kDevice = "/dev/kvm";
    const UniqueFd device(open(kDevice, O_RDWR | O_CLOEXEC));
    if (!device.valid() && (errno == EACCES || errno == EPERM)) {
      return {.problem = "this user may not open /dev/kvm (join the group kvm)"};
    }
    if (!device.valid()) return {.problem = "there is no /dev/kvm that works"};
  }
  const std::string qemu = options.qemu.empty() ? find_qemu() : options.qemu;
  if (qemu.empty()) return {.problem = "qemu-system-x86_64 is not installed"};
  const std::string key = cache_key(qemu);
  KvmAnswer answer;
  if (read_cache(options.cache_file, key, answer)) return answer;
  answer = try_guest(options, qemu);
  write_cache(options.cache_file, key, answer);
  return answer;
}

}  // namespace hvsh::engines::libvirt
