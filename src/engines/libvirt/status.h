#pragma once
// A machine's status from what libvirt, /proc and an earlier look say. Pure functions.
#include <cstdint>
#include <string>
#include <vector>

#include "nouns/machine_model.h"

namespace hvsh::engines::libvirt {

// One machine as libvirt's bulk call gives it, in libvirt's numbers.
struct RawStatus {
  Guid id = {};
  std::string name = {};
  int state = 0;   // virDomainState
  int reason = 0;  // belongs to the state
  bool has_saved_memory = false;
  int64_t memory_bytes = 0;  // that the guest has now
  uint64_t cpu_ns = 0;       // that its process used
  int32_t processors = 1;
  std::vector<std::string> full_disks = {};    // target names; asked only after an I/O error
  std::vector<std::string> broken_disks = {};  // other errors
};

struct StateView {
  nouns::VMState state = nouns::VMState::Off;
  nouns::VMOperationalStatus operational = nouns::VMOperationalStatus::Ok;
  std::string problem = {};
};

StateView view_of(int state, int reason, bool has_saved_memory);
// True when the machine is paused by an error of a disk, so that it is worth asking which.
bool is_paused_by_disk(int state, int reason);
// True when a process of the machine exists.
bool has_process(nouns::VMState state);

// The demand is what is assigned: only the guest knows better, and a list asks no guest.
nouns::MachineStatus machine_status(const RawStatus& raw, TimeSpan uptime, int32_t cpu_usage_percent);

}  // namespace hvsh::engines::libvirt
