#pragma once
// A virtual machine's status and configuration as plain data: engines fill them, nouns show them.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/date_time.h"
#include "core/guid.h"
#include "nouns/device_enums.h"
#include "nouns/enums.h"
#include "nouns/network_enums.h"

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

// Where a drive is attached.
struct DrivePlace {
  ControllerType type = ControllerType::SCSI;
  int32_t number = 0;
  int32_t location = 0;

  friend auto operator<=>(const DrivePlace&, const DrivePlace&) = default;
};

struct DiskConfig {
  std::string target = {};  // the hypervisor's device name, unique in the machine: sda, hda, vda
  std::string image = {};  // file that it was attached with; for a served disk the record knows today's image
  std::string format = {};         // raw, qcow2, vpc; vhdx only when served
  bool served = false;             // reached through the block server's export of the same name as `target`
  std::string server_socket = {};  // unix socket of that server
  DrivePlace place = {};
  bool read_only = false;
  std::optional<uint64_t> maximum_iops = {};
  std::optional<uint64_t> minimum_iops = {};
  CacheAttributes cache = CacheAttributes::Default;
  bool shared = false;     // by the machines of a cluster
  int32_t boot_order = 0;  // of generation 2: 1 is tried first; 0: after all that have a number

  friend bool operator==(const DiskConfig&, const DiskConfig&) = default;
};

struct DvdConfig {
  std::string target = {};
  std::string image = {};  // empty: no disc
  DrivePlace place = {};
  int32_t boot_order = 0;

  friend bool operator==(const DvdConfig&, const DvdConfig&) = default;
};

// Which VLANs a port of a switch carries.
struct VlanConfig {
  VMNetworkAdapterVlanMode mode = VMNetworkAdapterVlanMode::Untagged;
  int32_t access_id = 0;                              // of mode Access
  int32_t native_id = 0;                              // of mode Trunk
  std::vector<int32_t> allowed_ids = {};              // of mode Trunk, ascending
  VMNetworkAdapterPrivateVlanMode private_mode = {};  // of mode Private, and all below
  int32_t primary_id = 0;
  int32_t secondary_id = 0;                 // isolated, community
  std::vector<int32_t> secondary_ids = {};  // promiscuous, ascending

  friend bool operator==(const VlanConfig&, const VlanConfig&) = default;
};

// A network adapter of a machine, or of the host itself on a switch.
struct AdapterConfig {
  Guid id = {};  // stays as long as the adapter; zero: one is to be made
  std::string name = "Network Adapter";
  std::string mac = {};          // 12 upper-case hex digits; empty: one is made
  bool static_mac = false;       // chosen by the administrator
  std::string switch_name = {};  // empty: not connected
  Guid switch_id = {};           // zero: not connected, or to something that is no switch
  bool legacy = false;
  int32_t boot_order = 0;
  VlanConfig vlan = {};

  friend bool operator==(const AdapterConfig&, const AdapterConfig&) = default;
};

// A virtual switch.
struct SwitchConfig {
  Guid id = {};
  std::string name = {};
  std::string notes = {};
  VMSwitchType type = VMSwitchType::Private;
  std::string bridge = {};        // the host's device that is the switch
  std::string uplink = {};        // of an external switch: the host's adapter (or bridge) that leads outside
  bool uplink_is_bridge = false;  // that bridge is the switch, and the host may be on it already
  std::vector<AdapterConfig> host_adapters = {};  // of the host itself, each an adapter "vEthernet (NAME)"
  bool is_foreign = false;                        // somebody else made it: it is used and never changed

  friend bool operator==(const SwitchConfig&, const SwitchConfig&) = default;
};

// What is said of processors beside their count.
struct ProcessorConfig {
  int64_t reserve_percent = 0;
  int64_t maximum_percent = 100;
  int32_t weight = 100;
  bool nested_virtualization = false;
  bool migration_compatible = false;  // only features that every host of a cluster has
  bool old_system_compatible = false;
  int64_t threads_per_core = 0;  // 0: as the host has it
  int32_t maximum_per_numa_node = 0;
  int32_t maximum_numa_nodes_per_socket = 0;
  bool host_resource_protection = false;

  friend bool operator==(const ProcessorConfig&, const ProcessorConfig&) = default;
};

struct FirmwareConfig {
  bool secure_boot = false;
  std::string secure_boot_template = {};
  IPProtocolPreference network_protocol = IPProtocolPreference::IPv4;
  ConsoleModeType console = ConsoleModeType::Default;
  bool pause_after_boot_failure = false;
  bool num_lock = false;
  // Generation 1: kinds of devices in the order in which they are tried.
  std::vector<BootDevice> startup_order = {BootDevice::CD, BootDevice::IDE, BootDevice::LegacyNetworkAdapter,
                                           BootDevice::Floppy};

  friend bool operator==(const FirmwareConfig&, const FirmwareConfig&) = default;
};

struct ComPortConfig {
  std::string pipe = {};  // as Windows writes it, \\.\pipe\name; empty: not connected
  bool debugger = false;

  friend bool operator==(const ComPortConfig&, const ComPortConfig&) = default;
};

struct SecurityConfig {
  bool tpm = false;
  std::string key_protector = {};  // base64
  bool encrypt_traffic = false;
  bool vbs_opt_out = false;

  friend bool operator==(const SecurityConfig&, const SecurityConfig&) = default;
};

struct VideoConfig {
  ResolutionType resolution = ResolutionType::Default;
  int32_t horizontal = 1920;
  int32_t vertical = 1200;

  friend bool operator==(const VideoConfig&, const VideoConfig&) = default;
};

// Which of the guest's services the host uses.
struct IntegrationConfig {
  bool guest_interface = false;
  bool heartbeat = true;
  bool key_value_pairs = true;
  bool shutdown = true;
  bool time_synchronization = true;
  bool backup = true;

  friend bool operator==(const IntegrationConfig&, const IntegrationConfig&) = default;
};

// A machine's configuration. What hvsh does not model stays in the hypervisor's own definition, untouched by
// edits.
struct MachineConfig {
  Guid id = {};
  std::string name = {};
  int32_t generation = 1;
  int64_t processor_count = 1;
  ProcessorConfig processor = {};
  int64_t memory_startup_bytes = 0;
  int64_t memory_minimum_bytes = 0;  // equal to startup while dynamic memory is off
  int64_t memory_maximum_bytes = 0;
  bool dynamic_memory = false;
  int32_t memory_buffer_percent = 20;
  int32_t memory_priority = 50;
  int64_t memory_per_numa_node_bytes = 0;  // at most; 0: as the host has it
  std::string notes = {};
  std::string version = {};  // configuration version, as "10.0"; empty: not made by hvsh
  std::optional<DateTime> created = {};
  std::string folder = {};       // the VM's own folder (ConfigurationLocation)
  std::string record_path = {};  // machine record: today's images and checkpoints; empty: not made by hvsh
  std::string snapshot_folder = {};
  std::string paging_folder = {};  // of a smart paging file; empty: the VM's own folder
  StartAction start_action = StartAction::StartIfRunning;
  int32_t start_delay_seconds = 0;
  StopAction stop_action = StopAction::Save;
  CriticalErrorAction critical_error_action = CriticalErrorAction::Pause;
  int32_t critical_error_minutes = 30;
  CheckpointType checkpoint_type = CheckpointType::Standard;
  bool automatic_checkpoints = false;
  bool guest_controlled_cache = false;
  uint32_t low_mmio_bytes = 128u << 20;
  uint64_t high_mmio_bytes = uint64_t{512} << 20;
  bool lock_on_disconnect = false;
  FirmwareConfig firmware = {};
  SecurityConfig security = {};
  VideoConfig video = {};
  IntegrationConfig integration = {};
  ComPortConfig com1 = {};
  ComPortConfig com2 = {};
  std::string guest_system = {};  // linux, windows: better devices; empty: what every system has drivers for
  std::string serial_log = {};    // file that COM1 is written to; empty: none
  int32_t scsi_controllers = 0;
  std::vector<DiskConfig> disks = {};
  std::vector<DvdConfig> dvds = {};
  std::string floppy_image = {};  // generation 1 has one drive; empty: no disk in it
  std::vector<AdapterConfig> adapters = {};
  bool metering_enabled = false;
  // What the machine record adds (empty in a bare hypervisor's answer).
  std::optional<Guid> parent_checkpoint_id = {};
  std::string parent_checkpoint_name = {};
  int64_t system_files_bytes = 0;  // record and saved memory in the VM's folder

  friend bool operator==(const MachineConfig&, const MachineConfig&) = default;
};

}  // namespace hvsh::nouns
