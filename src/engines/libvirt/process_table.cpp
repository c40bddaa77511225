#include "engines/libvirt/process_table.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <memory>

#include "engines/files.h"

namespace hvsh::engines::libvirt {

namespace {

constexpr size_t kMaxArgumentBytes = 256 << 10;  // QEMU's arguments for hundreds of disks are some 100 KiB
constexpr int64_t kNsPerSecond = 1'000'000'000;

// What a file of /proc holds, at most `size` bytes; empty when it cannot be read (the process has gone).
std::string_view read_small(int folder, const char* name, char* buffer, size_t size) {
  const UniqueFd file(openat(folder, name, O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return {};
  size_t used = 0;
  while (used < size) {
    const ssize_t count = read(file.get(), buffer + used, size - used);
    if (count <= 0) break;
    used += static_cast<size_t>(count);
  }
  return {buffer, used};
}

template <class Number>
bool parse_number(std::string_view text, Number& number) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  return problem == std::errc();
}

bool is_qemu(std::string_view command) { return command.starts_with("qemu") || command.starts_with("kvm"); }

int64_t since_boot_ns() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return now.tv_sec * kNsPerSecond + now.tv_nsec;
}

struct FolderClose {
  void operator()(DIR* folder) const { closedir(folder); }
};

}  // namespace

std::optional<ProcessStat> parse_stat(std::string_view text) {
  // The command stands in parentheses and may hold any character, parentheses too.
  const size_t open = text.find('(');
  const size_t close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return std::nullopt;
  ProcessStat stat{.command = text.substr(open + 1, close - open - 1)};
  constexpr int kStartTime = 22;  // numbered from 1, as proc(5) does
  std::string_view rest = text.substr(close + 1);
  for (int field = 3; field <= kStartTime; ++field) {
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(word.size());
    if (field == kStartTime && !parse_number(word, stat.start_ticks)) return std::nullopt;
  }
  return stat;
}

std::optional<Guid> machine_of(std::string_view arguments) {
  std::string_view before;
  while (!arguments.empty()) {
    const size_t end = std::min(arguments.find('\0'), arguments.size());
    const std::string_view argument = arguments.substr(0, end);
    arguments.remove_prefix(std::min(end + 1, arguments.size()));
    if (before == "-uuid") return Guid::parse(argument);
    before = argument;
  }
  return std::nullopt;
}

std::map<Guid, QemuProcess> qemu_processes(const std::string& proc_folder) {
  std::map<Guid, QemuProcess> processes;
  const std::unique_ptr<DIR, FolderClose> folder(opendir(proc_folder.c_str()));
  if (!folder) return processes;
  const int64_t ticks_per_second = sysconf(_SC_CLK_TCK);
  const int64_t now_ns = since_boot_ns();
  const auto to_ns = [&](uint64_t ticks) {
    return static_cast<int64_t>(ticks) / ticks_per_second * kNsPerSecond +
           static_cast<int64_t>(ticks) % ticks_per_second * (kNsPerSecond / ticks_per_second);
  };
  std::array<char, 1024> stat_buffer{};
  std::string arguments_buffer;
  while (const dirent* entry = readdir(folder.get())) {
    const std::string name = entry->d_name;
    if (name.empty() || name[0] < '0' || name[0] > '9') continue;
    const auto text =
        read_small(dirfd(folder.get()), (name + "/stat").c_str(), stat_buffer.data(), stat_buffer.size());
    const auto stat = parse_stat(text);
    if (!stat || !is_qemu(stat->command)) continue;
    arguments_buffer.resize(kMaxArgumentBytes);
    const auto machine = machine_of(read_small(dirfd(folder.get()), (name + "/cmdline").c_str(),
                                               arguments_buffer.data(), arguments_buffer.size()));
    if (!machine) continue;
    QemuProcess process{.start_ticks = stat->start_ticks,
                        .age_ns = std::max<int64_t>(0, now_ns - to_ns(stat->start_ticks))};
    parse_number(name, process.pid);
    // A machine that is being moved on this host has two: the younger one is its future.
    QemuProcess& known = processes[*machine];
    if (known.pid == 0 || known.start_ticks < process.start_ticks) known = process;
  }
  return processes;
}

}  // namespace hvsh::engines::libvirt
