#include "engines/libvirt/kvm_probe.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "engines/files.h"
#include "engines/libvirt/kvm_guest.h"

namespace hvsh::engines::libvirt {

namespace {

constexpr uint64_t kMaxCacheBytes = 4096;
constexpr int kRomFd = 3;  // in the child

std::string find_qemu() {
  const char* path = std::getenv("PATH");
  std::string folders = path == nullptr ? "/usr/bin:/bin" : path;
  folders += ':';
  for (size_t begin = 0, end; (end = folders.find(':', begin)) != std::string::npos; begin = end + 1) {
    const std::string file = folders.substr(begin, end - begin) + "/qemu-system-x86_64";
    if (access(file.c_str(), X_OK) == 0) return file;
  }
  constexpr const char* kRedHat = "/usr/libexec/qemu-kvm";
  return access(kRedHat, X_OK) == 0 ? kRedHat : "";
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

pid_t spawn_qemu(const std::string& qemu, const std::string& accelerator, int rom) {
  std::vector<std::string> words = {qemu,
                                    "-accel",
                                    accelerator,
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
                                    fmt::format("/proc/self/fd/{}", kRomFd)};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, rom, kRomFd);
  pid_t child = -1;
  const int problem = posix_spawn(&child, qemu.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return problem == 0 ? child : -1;
}

// The exit code; -1 after a signal, -2 when the time is over (the process is ended).
int wait_for(pid_t child, int timeout_ms) {
  const UniqueFd process(static_cast<int>(syscall(SYS_pidfd_open, child, 0)));
  pollfd item{.fd = process.get(), .events = POLLIN, .revents = 0};
  int ready = -1;
  do {
    ready = poll(&item, 1, timeout_ms);
  } while (ready < 0 && errno == EINTR);
  if (ready != 1) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (ready != 1) return -2;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

KvmAnswer try_guest(const KvmProbeOptions& options, const std::string& qemu) {
  const std::string rom = probe_rom();
  if (rom.empty()) return {.problem = "it is not tried on this kind of processor"};
  UniqueFd file = rom_file(rom);
  // The child's descriptor 3 must not be the one that closes on exec.
  if (file.get() == kRomFd) file.reset(fcntl(file.get(), F_DUPFD_CLOEXEC, kRomFd + 1));
  if (!file.valid())
    return {.problem = fmt::format("the test guest could not be made ({})", std::strerror(errno))};
  const pid_t child = spawn_qemu(qemu, options.accelerator, file.get());
  if (child < 0) return {.problem = fmt::format("'{}' could not be started", qemu)};
  const int code = wait_for(child, options.timeout_ms);
  if (code == kProbeExitCode) return {.works = true};
  if (code == -2)
    return {.problem = "a test guest under KVM was not done in time, as if it were interpreted"};
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
