#pragma once
// Microsoft.HyperV.PowerShell.VirtualMachine and the objects that belong to it.
//
// Property names, order and default views are Windows' (reference: the Hyper-V module of Windows Server 2016
// and later). A VirtualMachine is host + id: what changes by itself on the host (state, usage, uptime) is
// read through its handle, which fetches again in bulk when the last answer is older than a second; its
// configuration is fetched when a property first needs it and stays as it was.
#include <memory>
#include <string>
#include <vector>

#include "core/join.h"
#include "core/noun.h"
#include "nouns/machine_part.h"
#include "nouns/network_adapter.h"

namespace hvsh::nouns {

struct HardDiskDrive : MachinePart {
  std::string path;
  std::optional<int32_t> disk_number;
  std::optional<uint64_t> maximum_iops, minimum_iops;
  ControllerType controller_type = ControllerType::SCSI;
  int32_t controller_number = 0;
  int32_t controller_location = 0;
  std::string target;  // the hypervisor's device name; not shown

  std::optional<Guid> qos_policy_id() const { return {}; }
  std::optional<bool> persistent_reservations() const { return false; }
  std::optional<CacheAttributes> write_hardening() const { return CacheAttributes::Default; }
  std::string name() const;
  std::string pool_name() const { return "Primordial"; }
  std::string id() const;
  std::string display() const { return name(); }

  static constexpr auto kProps = join(
      std::array{
          prop<&HardDiskDrive::path>("Path", "The disk image that the guest writes now."),
          prop<&HardDiskDrive::disk_number>("DiskNumber",
                                            "Number of the host's disk, for a pass-through disk."),
          prop<&HardDiskDrive::maximum_iops>("MaximumIOPS", "Upper limit of operations a second."),
          prop<&HardDiskDrive::minimum_iops>("MinimumIOPS", "Operations a second that are watched for."),
          prop<&HardDiskDrive::qos_policy_id>("QoSPolicyID", "Id of a storage policy."),
          prop<&HardDiskDrive::persistent_reservations>("SupportPersistentReservations",
                                                        "Shared by a cluster."),
          prop<&HardDiskDrive::write_hardening>("WriteHardeningMethod", "How writes are cached."),
          prop<&HardDiskDrive::controller_location>("ControllerLocation", "Place on the controller."),
          prop<&HardDiskDrive::controller_number>("ControllerNumber", "Which controller of its type."),
          prop<&HardDiskDrive::controller_type>("ControllerType", "IDE, SCSI or PMEM."),
          prop<&HardDiskDrive::name>("Name", "Where it is attached, in words."),
          prop<&HardDiskDrive::pool_name>("PoolName", "Resource pool."),
          prop<&HardDiskDrive::id>("Id", "Microsoft:<machine>\\<device>."),
      },
      machine_part_props<HardDiskDrive>());
  static constexpr Column kTable[] = {
      {"VMName"}, {"ControllerType"}, {"ControllerNumber"}, {"ControllerLocation"}, {"DiskNumber"}, {"Path"}};
  static constexpr Noun noun{.type = {"Microsoft.HyperV.PowerShell.HardDiskDrive", "HardDiskDrive"},
                             .props = kProps,
                             .table = kTable};
};

struct DriveController : MachinePart {
  int32_t controller_number = 0;
  ControllerType type = ControllerType::SCSI;
  std::vector<HardDiskDrive> drives;

  std::string name() const;
  std::string id() const;
  std::string display() const { return name(); }

  static constexpr auto kProps = join(
      std::array{
          prop<&DriveController::controller_number>("ControllerNumber", "Which controller of its type."),
          prop<&DriveController::drives>("Drives", "What is attached to it."),
          prop<&DriveController::name>("Name", "Which controller, in words."),
          prop<&DriveController::id>("Id", "Microsoft:<machine>\\<device>."),
      },
      machine_part_props<DriveController>());
  static constexpr Column kTable[] = {{"VMName"}, {"ControllerNumber"}, {"Drives"}};
  static constexpr Noun noun{.type = {"Microsoft.HyperV.PowerShell.VMDriveController", "VMDriveController"},
                             .props = kProps,
                             .table = kTable};
};

struct VirtualMachine {
  std::shared_ptr<MachineHandle> handle;
  Guid id;
  std::string name;

  // A field of the status, fetched again when it is stale.
  template <auto Field>
  auto live() const -> Result<typename detail::MemberOf<decltype(Field)>::Type> {
    HVSH_TRY(const MachineStatus* status, handle->status());
    return (status != nullptr ? *status : handle->last_status()).*Field;
  }
  // A field of the configuration.
  template <auto Field>
  auto setting() const -> Result<typename detail::MemberOf<decltype(Field)>::Type> {
    HVSH_TRY(const MachineConfig* config, handle->config());
    return config->*Field;
  }
  // What has one answer for every machine on KVM: a feature that is not there, an integration component that
  // is not used.
  template <auto kValue>
  auto constant() const {
    return kValue;
  }
  template <class T>
  std::vector<T> no_items() const {
    return {};
  }
  std::optional<Value> none() const { return {}; }

  Result<std::vector<VMOperationalStatus>> operational_statuses() const;
  Result<std::optional<VMOperationalStatus>> primary_status() const;
  std::optional<VMOperationalStatus> secondary_status() const { return {}; }
  Result<std::string> status_text() const;  // "Operating normally", or what is wrong
  Result<std::vector<std::string>> status_descriptions() const;
  Result<std::string> memory_status() const;
  std::string empty_text() const { return {}; }
  Result<std::string> version() const { return handle->version(); }
  std::string path() const { return setting_or_empty(&MachineConfig::folder); }
  Result<DateTime> creation_time() const;
  Result<VirtualMachineSubType> sub_type() const;
  Result<std::vector<HardDiskDrive>> hard_drives() const;
  Result<std::vector<NetworkAdapter>> network_adapters() const;
  std::string cim_session() const { return "CimSession: ."; }
  std::string computer_name() const { return handle->computer_name(); }
  bool is_deleted() const;
  std::string display() const;

  static const Prop kProps[];
  static constexpr Column kTable[] = {
      {"Name"},
      {"State"},
      {"CPUUsage", "CPUUsage(%)"},
      {"MemoryAssigned", "MemoryAssigned(M)", 0, Align::automatic, Unit::mebi},
      {"Uptime"},
      {"Status"},
      {"Version"}};
  static const Noun noun;

 private:
  std::string setting_or_empty(std::string MachineConfig::*field) const;
};

// A checkpoint of a machine.
struct VMSnapshot {
  std::shared_ptr<MachineHandle> handle;
  Guid id;
  std::string name;
  SnapshotType type = SnapshotType::Standard;
  Guid vm_id;
  std::string vm_name;
  VMState state = VMState::Off;  // Running: with memory
  std::optional<Guid> parent_id;
  std::string parent_name;
  DateTime created;
  std::string path;
  int64_t system_files_bytes = 0;
  MachineConfig config;  // as it was at that time
  std::string notes;

  bool is_automatic() const { return false; }
  template <auto Field>
  auto setting() const {
    return config.*Field;
  }
  Result<std::vector<HardDiskDrive>> hard_drives() const;
  std::vector<NetworkAdapter> network_adapters() const;
  std::string cim_session() const { return "CimSession: ."; }
  std::string computer_name() const { return handle ? handle->computer_name() : std::string(); }
  bool is_deleted() const { return false; }
  std::string display() const;

  static const Prop kProps[];
  static constexpr Column kTable[] = {
      {"VMName"}, {"Name"}, {"SnapshotType"}, {"CreationTime"}, {"ParentSnapshotName"}};
  static const Noun noun;
};

// What Measure-VM reports. Sizes are in MiB, processor usage in MHz; a value that was not measured is null.
struct MeteringReport {
  Guid vm_id;
  std::string vm_name;
  std::string computer_name;
  std::optional<TimeSpan> duration;
  std::optional<uint64_t> average_processor_mhz, average_memory, maximum_memory, minimum_memory, total_disk;
  std::optional<uint64_t> average_iops, average_latency, data_read, data_written, io_count;
  std::optional<uint64_t> network_inbound, network_outbound;

  std::string cim_session() const { return "CimSession: ."; }

  static constexpr Prop kProps[] = {
      prop<&MeteringReport::vm_id>("VMId", "Id of the machine."),
      prop<&MeteringReport::vm_name>("VMName", "Name of the machine."),
      prop<&MeteringReport::cim_session>("CimSession", "The session through which it was measured."),
      prop<&MeteringReport::computer_name>("ComputerName", "The host."),
      prop<&MeteringReport::duration>("MeteringDuration", "Since metering was enabled or reset."),
      prop<&MeteringReport::average_processor_mhz>("AverageProcessorUsage", "MHz."),
      prop<&MeteringReport::average_memory>("AverageMemoryUsage", "MiB, weighted by time."),
      prop<&MeteringReport::maximum_memory>("MaximumMemoryUsage", "MiB."),
      prop<&MeteringReport::minimum_memory>("MinimumMemoryUsage", "MiB."),
      prop<&MeteringReport::total_disk>("TotalDiskAllocation", "MiB, the disks' maximum sizes together."),
      prop<&MeteringReport::average_iops>("AggregatedAverageNormalizedIOPS", "8 KiB operations a second."),
      prop<&MeteringReport::average_latency>("AggregatedAverageLatency", "Microseconds."),
      prop<&MeteringReport::data_read>("AggregatedDiskDataRead", "MiB."),
      prop<&MeteringReport::data_written>("AggregatedDiskDataWritten", "MiB."),
      prop<&MeteringReport::io_count>("AggregatedNormalizedIOCount", "8 KiB operations."),
      prop<&MeteringReport::network_inbound>("NetworkInbound", "MiB received."),
      prop<&MeteringReport::network_outbound>("NetworkOutbound", "MiB sent."),
      alias_prop("AvgCPU", "AverageProcessorUsage"),
      alias_prop("AvgRAM", "AverageMemoryUsage"),
      alias_prop("MinRAM", "MinimumMemoryUsage"),
      alias_prop("MaxRAM", "MaximumMemoryUsage"),
      alias_prop("TotalDisk", "TotalDiskAllocation"),
  };
  static constexpr Column kTable[] = {{"VMName"},
                                      {"AverageProcessorUsage", "AvgCPU(MHz)"},
                                      {"AverageMemoryUsage", "AvgRAM(M)"},
                                      {"MaximumMemoryUsage", "MaxRAM(M)"},
                                      {"MinimumMemoryUsage", "MinRAM(M)"},
                                      {"TotalDiskAllocation", "TotalDisk(M)"},
                                      {"NetworkInbound", "NetworkInbound(M)"},
                                      {"NetworkOutbound", "NetworkOutbound(M)"}};
  static constexpr Noun noun{.type = {"Microsoft.HyperV.PowerShell.VMMeteringReportForVirtualMachine",
                                      "VMMeteringReportForVirtualMachine"},
                             .props = kProps,
                             .table = kTable};
};

}  // namespace hvsh::nouns
