#pragma once
// A virtual machine's status and configuration as plain data: engines fill them, nouns show them.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/date_time.h"
#include "core/guid.h"
#include "nouns/enums.h"

namespace hvsh::nouns {

// What lives on the host and changes by itself. Cheap: one bulk call answers for every machine.
struct MachineStatus {
  Guid id;
  std::string name;
  VMState state = VMState::Off;
  VMOperationalStatus operational = VMOperationalStatus::Ok;
  std::string problem = {};       // why the machine is not all right ("the disk image's file system is full")
  int32_t cpu_usage_percent = 0;  // of the machine's virtual processors together, 0..100
  uint64_t cpu_time_ns = 0;       // since the machine started
  int64_t memory_assigned_bytes = 0;  // 0 when off
  int64_t memory_demand_bytes = 0;    // what is assigned, unless a guest was asked
  TimeSpan uptime = {};               // since the machine started or was brought back
};

struct DiskConfig {
  std::string target = {};  // the hypervisor's device name, unique in the machine: sda, hda, vda
  std::string image = {};  // file that it was attached with; for a served disk the record knows today's image
  std::string format = {};         // raw, qcow2, vpc; vhdx only when served
  bool served = false;             // reached through the block server's export of the same name as `target`
  std::string server_socket = {};  // unix socket of that server
  ControllerType controller_type = ControllerType::SCSI;
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
  StartAction start_action = StartAction::StartIfRunning;
  int32_t start_delay_seconds = 0;
  StopAction stop_action = StopAction::Save;
  CheckpointType checkpoint_type = CheckpointType::Standard;
  bool automatic_checkpoints = false;
  std::optional<BootDevice> boot_device = {};
  std::string guest_system = {};  // linux, windows: better devices; empty: what every system has drivers for
  std::string serial_log = {};    // file that COM1 is written to; empty: none
  std::vector<DiskConfig> disks = {};
  std::vector<AdapterConfig> adapters = {};
  bool metering_enabled = false;
  // What the machine record adds (empty in a bare hypervisor's answer).
  std::optional<Guid> parent_checkpoint_id = {};
  std::string parent_checkpoint_name = {};
  int64_t system_files_bytes = 0;  // record and saved memory in the VM's folder
};

}  // namespace hvsh::nouns
