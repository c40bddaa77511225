#pragma once
// Facts about this host, and the few things that can be done to it as a whole. engines/linux_host reads /proc
// and /sys and asks systemd; the in-memory twin of the tests has a made-up computer. Not thread-safe.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/date_time.h"
#include "core/result.h"

namespace hvsh::engines {

struct ProcessorFacts {
  std::string id;  // CPU0: the socket
  std::string name, manufacturer;
  int64_t cores = 1, threads = 1, megahertz = 0;
  int64_t l2_kib = 0, l3_kib = 0;
  bool virtualization = false;  // VMX or SVM
};

struct VolumeFacts {
  std::string mount, device, file_system, label;
  int64_t size = 0, free = 0;
  bool remote = false;
};

struct MemoryModuleFacts {
  std::string locator, manufacturer, part_number;
  int64_t capacity = 0, speed = 0;
};

struct ComputerFacts {
  std::string name, domain, user;
  std::string manufacturer, model, serial_number, uuid;
  std::string bios_vendor, bios_version;
  std::optional<DateTime> bios_date;
  std::string os_name, os_version, os_build, kernel;  // Debian GNU/Linux 12 (bookworm), 12, 6.1.0-18-amd64
  DateTime boot_time, local_time;
  std::optional<DateTime> install_time;
  int64_t memory_bytes = 0, free_memory_bytes = 0, swap_bytes = 0, free_swap_bytes = 0;
  int64_t process_count = 0;
  bool is_virtual = false;
  std::vector<ProcessorFacts> processors;
  std::vector<VolumeFacts> volumes;
  std::vector<MemoryModuleFacts> memory_modules;
};

struct HostEvent {
  DateTime time;
  std::string unit, message, host;
  int64_t priority = 6;  // 0: emergency .. 7: debug
  int64_t process_id = 0;
};

struct HostEventQuery {
  std::string unit;  // empty: all
  std::optional<DateTime> from, to;
  int64_t most = 1000;
  int64_t max_priority = 7;
  bool oldest_first = false;
};

class HostComputer {
 public:
  virtual ~HostComputer() = default;
  virtual Result<ComputerFacts> facts() = 0;
  virtual Result<void> rename(const std::string& name) = 0;
  virtual Result<void> restart() = 0;
  virtual Result<void> shut_down() = 0;
  virtual Result<std::vector<HostEvent>> journal(const HostEventQuery& query) = 0;
};

}  // namespace hvsh::engines
