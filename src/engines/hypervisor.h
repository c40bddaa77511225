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

namespace hvsh::engines {

// What lives on the host and changes by itself. Cheap: one bulk call answers for every machine.
struct MachineStatus {
  Guid id;
  std::string name;
  nouns::VMState state = nouns::VMState::Off;
  nouns::VMOperationalStatus operational = nouns::VMOperationalStatus::Ok;
  std::string problem = {};       // why the machine is not all right ("the disk image's file system is full")
  int32_t cpu_usage_percent = 0;  // of the machine's virtual processors together, 0..100
  uint64_t cpu_time_ns = 0;       // since the machine started
  int64_t memory_assigned_bytes = 0;  // 0 when off
  int64_t memory_demand_bytes = 0;
  TimeSpan uptime = {};  // since the machine started or was brought back
};

struct DiskConfig {
  std::string target = {};  // the hypervisor's device name, unique in the machine: sda, hda, vda
  std::string image = {};  // file that it was attached with; for a served disk the record knows today's image
  std::string format = {};         // raw, qcow2, vpc; vhdx only when served
  bool served = false;             // reached through the block server's export of the same name as `target`
  std::string server_socket = {};  // unix socket of that server
  nouns::ControllerType controller_type = nouns::ControllerType::SCSI;
  int32_t controller_number = 0;
  int32_t controller_location = 0;
  bool read_only = false;
  std::optional<uint64_t> maximum_iops = {};
};

struct AdapterConfig {
  std::string name = "Network Adapter";
  std::string mac = {};          // 12 upper-case hex digits; empty: the hypervisor makes one
  std::string switch_name = {};  // empty: not connected
  bool legacy = false;
};

// A machine's configuration. What hvsh does not model stays in the hypervisor's own definition, untouched by
// edits.
struct MachineConfig {
  Guid id = {};
  std::string name = {};
  int32_t generation = 1;
  int64_t processor_count = 1;
  int64_t memory_startup_bytes = 0;
  int64_t memory_minimum_bytes = 0;  // equal to startup while dynamic memory is off
  int64_t memory_maximum_bytes = 0;
  bool dynamic_memory = false;
  std::string notes = {};
  std::string version = {};  // configuration version, as "10.0"; empty: not made by hvsh
  std::optional<DateTime> created = {};
  std::string folder = {};       // the VM's own folder (ConfigurationLocation)
  std::string record_path = {};  // machine record: today's images and checkpoints; empty: not made by hvsh
  std::string snapshot_folder = {};
  nouns::StartAction start_action = nouns::StartAction::StartIfRunning;
  int32_t start_delay_seconds = 0;
  nouns::StopAction stop_action = nouns::StopAction::Save;
  nouns::CheckpointType checkpoint_type = nouns::CheckpointType::Standard;
  bool automatic_checkpoints = false;
  std::optional<nouns::BootDevice> boot_device = {};
  std::string serial_log = {};  // file that COM1 is written to; empty: none
  std::vector<DiskConfig> disks = {};
  std::vector<AdapterConfig> adapters = {};
  bool metering_enabled = false;
};

// Only what is set is changed, in place.
struct MachineEdit {
  std::optional<std::string> name = {};
  std::optional<int64_t> processor_count = {};
  std::optional<int64_t> memory_startup_bytes = {};
  std::optional<int64_t> memory_minimum_bytes = {};
  std::optional<int64_t> memory_maximum_bytes = {};
  std::optional<bool> dynamic_memory = {};
  std::optional<std::string> notes = {};
  std::optional<std::string> snapshot_folder = {};
  std::optional<nouns::StartAction> start_action = {};
  std::optional<int32_t> start_delay_seconds = {};
  std::optional<nouns::StopAction> stop_action = {};
  std::optional<nouns::CheckpointType> checkpoint_type = {};
  std::optional<bool> automatic_checkpoints = {};
  std::optional<bool> metering_enabled = {};
};

// Which machines. Empty names and ids: all. Names may hold wildcards; a name without any is looked up alone,
// and one that matches nothing is an error (InvalidParameter) while a pattern that matches nothing is an
// empty answer.
struct MachineQuery {
  std::vector<std::string> names = {};
  std::vector<Guid> ids = {};
};

struct HostInfo {
  std::string name;                      // of this host
  std::string uri;                       // of the hypervisor connection
  bool hardware_virtualization = false;  // tried, not believed: a real guest's code ran under KVM
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

  virtual Result<void> define(const MachineConfig& config) = 0;
  virtual Result<void> edit(const Guid& id, const MachineEdit& edit) = 0;
  virtual Result<void> undefine(const Guid& id) = 0;  // with its saved state; must be off

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
  // The reverse, for a machine that is off: it comes up paused at that instant.
  virtual Result<void> restore_memory(const Guid& id, const std::string& path) = 0;

  // The whole definition as opaque text, for checkpoints; redefine() puts it back (the machine is off).
  virtual Result<std::string> definition(const Guid& id) = 0;
  virtual Result<void> redefine(const Guid& id, const std::string& definition) = 0;
};

}  // namespace hvsh::engines
