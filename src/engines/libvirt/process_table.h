#pragma once
// The QEMU processes of this host, read from /proc in one pass.
//
// libvirt does not tell when a machine started; the kernel does. A process is a machine's when its command is
// QEMU's and its arguments hold `-uuid ID`; a machine whose process cannot be seen (another host's, or hidden
// by hidepid) is simply not in the answer. Processor time is that of the whole process: virtual processors
// and QEMU's own threads.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/guid.h"

namespace hvsh::engines::libvirt {

struct QemuProcess {
  int32_t pid = 0;
  uint64_t start_ticks = 0;  // clock ticks from boot to its start: tells two processes of one machine apart
  int64_t age_ns = 0;
};

std::map<Guid, QemuProcess> qemu_processes(const std::string& proc_folder = "/proc");

// The parts of the above, for tests. `arguments` are separated by NUL, as /proc/PID/cmdline has them.
std::optional<Guid> machine_of(std::string_view arguments);
struct ProcessStat {
  std::string_view command = {};
  uint64_t start_ticks = 0;
};
std::optional<ProcessStat> parse_stat(std::string_view text);

}  // namespace hvsh::engines::libvirt
