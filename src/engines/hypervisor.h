#pragma once
// The hypervisor as hvsh needs it: machines defined, listed, started and stopped, their memory saved and
// brought back. engines/libvirt drives a real one, engines/memory is an in-memory one for tests that can fail
// its n-th call.
//
// Errors are in terms of the domain and complete (what, on what, why, what to do); libvirt's codes stay
// inside engines/libvirt. Ids used: InvalidParameter (no such machine, Windows' id), InvalidState,
// HypervisorUnavailable, HypervisorTimeout, MachineExists, AccessDenied, OperationFailed. No call is made
// before the first one needs the connection; a daemon that hangs becomes HypervisorTimeout. Not thread-safe:
// one per interpreter.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/date_time.h"
#include "core/guid.h"
#include "core/result.h"
#include "nouns/enums.h"
#include "nouns/machine_model.h"

namespace hvsh::engines {

using nouns::AdapterConfig;
using nouns::DiskConfig;
using nouns::DvdConfig;
using nouns::MachineConfig;
using nouns::MachineStatus;

// Which machines. Empty names and ids: all. Names may hold wildcards; a name without any is looked up alone,
// and one that matches nothing is an error (InvalidParameter) while a pattern that matches nothing is an
// empty answer.
struct MachineQuery {
  std::vector<std::string> names = {};
  std::vector<Guid> ids = {};
};

// Addresses that the guest uses on one of its adapters.
struct AdapterAddresses {
  std::string mac;  // 12 upper-case hex digits
  std::vector<std::string> addresses;
};

struct HostInfo {
  std::string name;                         // of this host
  std::string uri;                          // of the hypervisor connection
  bool hardware_virtualization = false;     // tried, not believed: a real guest's code ran under KVM
  std::string virtualization_problem = {};  // why not, as a sentence's end: "there is no /dev/kvm"
  int64_t memory_bytes = 0;
  int32_t logical_processors = 0;
  int32_t processor_mhz = 0;
};

class Hypervisor {
 public:
  virtual ~Hypervisor() = default;

  virtual Result<HostInfo> host() = 0;

  // Sorted by name. A machine that vanishes while it is being listed is left out.
  virtual Result<std::vector<MachineStatus>> list(const MachineQuery& query) = 0;
  // In the order of `ids`; nullopt for one that is no longer there. One bulk call.
  virtual Result<std::vector<std::optional<MachineStatus>>> status(std::span<const Guid> ids) = 0;
  virtual Result<MachineConfig> config(const Guid& id) = 0;
  // MachineConfig::version of many machines, in the order of `ids`; empty for one that is no longer there.
  // For lists: much cheaper than as many configurations.
  virtual Result<std::vector<std::string>> versions(std::span<const Guid> ids) = 0;

  virtual Result<void> define(const MachineConfig& config) = 0;
  // The machine as it shall be: what differs from its present configuration is changed in place, all else in
  // its definition stays. engines/machine_rules.h says what can change in which state; what can be refused is
  // refused before anything is changed. Ids, paths of records and images of served disks are the caller's.
  virtual Result<void> configure(const Guid& id, const MachineConfig& wanted) = 0;
  virtual Result<void> undefine(const Guid& id) = 0;  // with its saved state; must be off

  // Of a running machine, from the first that knows any: its guest agent, the DHCP server, the neighbours.
  virtual Result<std::vector<AdapterAddresses>> addresses(const Guid& machine) = 0;

  virtual Result<void> start(const Guid& id) = 0;  // from its saved state when there is one
  virtual Result<void> turn_off(const Guid& id) = 0;
  virtual Result<void> request_shutdown(const Guid& id) = 0;  // returns at once; the guest may ignore it
  virtual Result<void> request_reboot(const Guid& id) = 0;    // likewise
  virtual Result<void> reset(const Guid& id) = 0;             // as the reset button
  virtual Result<void> pause(const Guid& id) = 0;
  virtual Result<void> resume(const Guid& id) = 0;
  virtual Result<void> save(const Guid& id) = 0;  // memory to disk, machine off (Saved)
  virtual Result<void> discard_saved(const Guid& id) = 0;

  // Memory and device state of a paused machine to `path` (0600, no disks); it stays paused.
  virtual Result<void> save_memory(const Guid& id, const std::string& path) = 0;
  // The reverse, for a machine that is off and has the name that it had then: it comes up paused at that
  // instant.
  virtual Result<void> restore_memory(const Guid& id, const std::string& path) = 0;

  // The whole definition as opaque text, for checkpoints; redefine() puts it back (the machine is off), under
  // the name that the machine has now. config_of() reads such a text as config() reads the present one; it
  // needs no connection.
  virtual Result<std::string> definition(const Guid& id) = 0;
  virtual Result<void> redefine(const Guid& id, const std::string& definition) = 0;
  virtual Result<MachineConfig> config_of(const std::string& definition) = 0;
};

}  // namespace hvsh::engines
