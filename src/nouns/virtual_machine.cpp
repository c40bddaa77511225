#include "nouns/virtual_machine.h"

#include <fmt/format.h>

namespace hvsh::nouns {

namespace {

// Which words belong to an operational status, where a problem does not say it better.
std::string_view describe(VMOperationalStatus status) {
  switch (status) {
    case VMOperationalStatus::Ok: return "Operating normally";
    case VMOperationalStatus::Degraded: return "Degraded";
    case VMOperationalStatus::InService: return "In service";
    case VMOperationalStatus::CreatingSnapshot: return "Creating checkpoint";
    case VMOperationalStatus::ApplyingSnapshot: return "Applying checkpoint";
    case VMOperationalStatus::DeletingSnapshot: return "Deleting checkpoint";
    case VMOperationalStatus::MergingDisks: return "Merging disks";
    case VMOperationalStatus::MigratingVirtualMachine: return "Migrating virtual machine";
    case VMOperationalStatus::CriticalIoError: return "A disk reported an error";
    default: return EnumOf<VMOperationalStatus>::info.name_of(static_cast<int32_t>(status));
  }
}

std::vector<HardDiskDrive> drives_of(const MachineConfig& config, const MachinePart& owner) {
  std::vector<HardDiskDrive> drives;
  for (const DiskConfig& disk : config.disks) {
    HardDiskDrive drive;
    static_cast<MachinePart&>(drive) = owner;
    drive.path = disk.image;
    drive.maximum_iops = disk.maximum_iops;
    drive.controller_type = disk.place.type;
    drive.controller_number = disk.place.number;
    drive.controller_location = disk.place.location;
    drive.target = disk.target;
    drives.push_back(std::move(drive));
  }
  return drives;
}

}  // namespace

std::string HardDiskDrive::name() const {
  return fmt::format("Hard Drive on {} controller number {} at location {}",
                     EnumOf<ControllerType>::info.name_of(static_cast<int32_t>(controller_type)),
                     controller_number, controller_location);
}

std::string HardDiskDrive::id() const {
  const std::string owner = upper_guid((checkpoint_id.is_zero() ? vm_id : checkpoint_id));
  return fmt::format("Microsoft:{}\\{}\\{}\\{}\\D", owner,
                     EnumOf<ControllerType>::info.name_of(static_cast<int32_t>(controller_type)),
                     controller_number, controller_location);
}

std::string DriveController::name() const {
  return fmt::format("{} Controller {}", EnumOf<ControllerType>::info.name_of(static_cast<int32_t>(type)),
                     controller_number);
}

std::string DriveController::id() const {
  return fmt::format("Microsoft:{}\\{}\\{}", upper_guid(vm_id),
                     EnumOf<ControllerType>::info.name_of(static_cast<int32_t>(type)), controller_number);
}

Result<std::vector<VMOperationalStatus>> VirtualMachine::operational_statuses() const {
  HVSH_TRY(VMOperationalStatus status, live<&MachineStatus::operational>());
  return std::vector{status};
}

Result<std::optional<VMOperationalStatus>> VirtualMachine::primary_status() const {
  HVSH_TRY(VMOperationalStatus status, live<&MachineStatus::operational>());
  return std::optional(status);
}

Result<std::string> VirtualMachine::status_text() const {
  HVSH_TRY(std::string problem, live<&MachineStatus::problem>());
  if (!problem.empty()) return problem;
  HVSH_TRY(VMOperationalStatus status, live<&MachineStatus::operational>());
  return std::string(describe(status));
}

Result<std::vector<std::string>> VirtualMachine::status_descriptions() const {
  HVSH_TRY(std::string text, status_text());
  return std::vector{text};
}

// Windows says OK, Low or Warning from the guest's own pressure; without that report nothing is claimed.
Result<std::string> VirtualMachine::memory_status() const { return std::string(); }

Result<DateTime> VirtualMachine::creation_time() const {
  HVSH_TRY(const MachineConfig* config, handle->config());
  return config->created ? config->created->to_local() : DateTime{};
}

Result<VirtualMachineSubType> VirtualMachine::sub_type() const {
  HVSH_TRY(const MachineConfig* config, handle->config());
  return config->generation == 2 ? VirtualMachineSubType::Generation2 : VirtualMachineSubType::Generation1;
}

Result<std::vector<HardDiskDrive>> VirtualMachine::hard_drives() const {
  HVSH_TRY(const MachineConfig* config, handle->config());
  return drives_of(*config, {.vm_id = id, .vm_name = name, .computer_name = computer_name()});
}

Result<std::vector<NetworkAdapter>> VirtualMachine::network_adapters() const {
  HVSH_TRY(const MachineConfig* config, handle->config());
  return adapters_of(*config, {.vm_id = id, .vm_name = name, .computer_name = computer_name()}, handle);
}

bool VirtualMachine::is_deleted() const {
  const auto status = handle->status();
  return status && *status == nullptr;
}

std::string VirtualMachine::display() const {
  return fmt::format("VirtualMachine (Name = '{}') [Id = '{}']", name, id.to_string());
}

std::string VirtualMachine::setting_or_empty(std::string MachineConfig::*field) const {
  const auto config = handle->config();
  return config ? (*config)->*field : std::string();
}

namespace {

template <auto Field>
consteval Prop setting_prop(std::string_view name, std::string_view help) {
  return prop<&VirtualMachine::setting<Field>>(name, help);
}
template <auto Field>
consteval Prop live_prop(std::string_view name, std::string_view help) {
  return prop<&VirtualMachine::live<Field>>(name, help);
}
template <auto kValue>
consteval Prop fixed_prop(std::string_view name, std::string_view help) {
  return prop<&VirtualMachine::constant<kValue>>(name, help);
}
template <auto Field>
consteval Prop then(std::string_view name) {
  return prop<&VMSnapshot::setting<Field>>(name, "As it was then.");
}

}  // namespace

constexpr Prop VirtualMachine::kProps[] = {
    setting_prop<&MachineConfig::folder>("ConfigurationLocation", "The machine's own folder."),
    fixed_prop<false>("SmartPagingFileInUse", "Whether it runs on swapped memory at start."),
    setting_prop<&MachineConfig::folder>("SmartPagingFilePath", "Folder of such a file."),
    setting_prop<&MachineConfig::snapshot_folder>("SnapshotFileLocation", "Folder of its checkpoints."),
    setting_prop<&MachineConfig::start_action>("AutomaticStartAction", "What happens when the host starts."),
    setting_prop<&MachineConfig::start_delay_seconds>("AutomaticStartDelay", "Seconds to wait before that."),
    setting_prop<&MachineConfig::stop_action>("AutomaticStopAction", "What happens when the host stops."),
    fixed_prop<CriticalErrorAction::Pause>("AutomaticCriticalErrorAction",
                                           "What happens when a disk is lost."),
    fixed_prop<30>("AutomaticCriticalErrorActionTimeout", "Minutes to wait before that."),
    setting_prop<&MachineConfig::automatic_checkpoints>("AutomaticCheckpointsEnabled",
                                                        "Whether each start makes a checkpoint."),
    live_prop<&MachineStatus::cpu_usage_percent>("CPUUsage", "Percent of its virtual processors' time."),
    live_prop<&MachineStatus::memory_assigned_bytes>("MemoryAssigned",
                                                     "Bytes of memory that the guest has now."),
    live_prop<&MachineStatus::memory_demand_bytes>("MemoryDemand", "Bytes of memory that the guest uses."),
    prop<&VirtualMachine::memory_status>("MemoryStatus", "How well the demand is met."),
    prop<&VirtualMachine::none>("NumaAligned", "Whether its nodes fit the host's."),
    fixed_prop<1>("NumaNodesCount", "Virtual NUMA nodes."),
    fixed_prop<1>("NumaSocketCount", "Virtual sockets."),
    prop<&VirtualMachine::none>("Heartbeat", "What the guest's integration service last said."),
    prop<&VirtualMachine::empty_text>("IntegrationServicesState", "Whether they need an update."),
    prop<&VirtualMachine::none>("IntegrationServicesVersion", "Their version in the guest."),
    live_prop<&MachineStatus::uptime>("Uptime", "Since it was started or brought back."),
    prop<&VirtualMachine::operational_statuses>("OperationalStatus", "How it is, as numbers."),
    prop<&VirtualMachine::primary_status>("PrimaryOperationalStatus", "How it is."),
    prop<&VirtualMachine::secondary_status>("SecondaryOperationalStatus", "What is done with it."),
    prop<&VirtualMachine::status_descriptions>("StatusDescriptions", "How it is, in words."),
    prop<&VirtualMachine::status_text>("PrimaryStatusDescription", "How it is, in words."),
    prop<&VirtualMachine::empty_text>("SecondaryStatusDescription", "What is done with it, in words."),
    prop<&VirtualMachine::status_text>("Status", "How it is, in words."),
    fixed_prop<VMReplicationHealthState::NotApplicable>("ReplicationHealth", "How its replication is."),
    fixed_prop<VMReplicationMode::None>("ReplicationMode", "Its part in a replication."),
    fixed_prop<VMReplicationState::Disabled>("ReplicationState", "What its replication is doing."),
    setting_prop<&MachineConfig::metering_enabled>("ResourceMeteringEnabled",
                                                   "Whether Measure-VM has figures."),
    setting_prop<&MachineConfig::checkpoint_type>("CheckpointType", "The kind of checkpoint that it gets."),
    fixed_prop<EnhancedSessionTransportType::VMBus>("EnhancedSessionTransportType", "Way to its desktop."),
    prop<&VirtualMachine::no_items<Value>>("Groups", "Groups that it is in."),
    prop<&VirtualMachine::version>("Version", "Version of its configuration."),
    fixed_prop<VirtualMachineType::RealizedVirtualMachine>("VirtualMachineType", "Realized or planned."),
    prop<&VirtualMachine::sub_type>("VirtualMachineSubType", "Generation, as a type."),
    setting_prop<&MachineConfig::notes>("Notes", "The administrator's notes."),
    live_prop<&MachineStatus::state>("State", "What it is doing."),
    prop<&VirtualMachine::none>("ComPort1", "First serial port."),
    prop<&VirtualMachine::none>("ComPort2", "Second serial port."),
    prop<&VirtualMachine::no_items<Value>>("DVDDrives", "DVD drives."),
    prop<&VirtualMachine::no_items<Value>>("FibreChannelHostBusAdapters", "Fibre channel adapters."),
    prop<&VirtualMachine::none>("FloppyDrive", "Floppy drive."),
    prop<&VirtualMachine::hard_drives>("HardDrives", "Hard disks."),
    prop<&VirtualMachine::none>("RemoteFxAdapter", "RemoteFX adapter."),
    prop<&VirtualMachine::no_items<Value>>("VMIntegrationService", "Integration services."),
    setting_prop<&MachineConfig::dynamic_memory>("DynamicMemoryEnabled",
                                                 "Whether its memory is balanced with others'."),
    setting_prop<&MachineConfig::memory_maximum_bytes>("MemoryMaximum", "Bytes at most."),
    setting_prop<&MachineConfig::memory_minimum_bytes>("MemoryMinimum", "Bytes at least."),
    setting_prop<&MachineConfig::memory_startup_bytes>("MemoryStartup", "Bytes at start."),
    setting_prop<&MachineConfig::processor_count>("ProcessorCount", "Virtual processors."),
    fixed_prop<false>("BatteryPassthroughEnabled", "Whether it sees the host's battery."),
    setting_prop<&MachineConfig::generation>("Generation", "1: BIOS; 2: UEFI."),
    fixed_prop<false>("IsClustered", "Whether a cluster keeps it."),
    setting_prop<&MachineConfig::parent_checkpoint_id>("ParentSnapshotId",
                                                       "Checkpoint that its present state grew from."),
    setting_prop<&MachineConfig::parent_checkpoint_name>("ParentSnapshotName", "Its name."),
    setting_prop<&MachineConfig::folder>("Path", "The machine's own folder."),
    setting_prop<&MachineConfig::system_files_bytes>("SizeOfSystemFiles",
                                                     "Bytes of its record and saved memory."),
    fixed_prop<false>("GuestControlledCacheTypes", "Whether the guest chooses cache types."),
    fixed_prop<0u>("LowMemoryMappedIoSpace", "Bytes kept for devices below 4 GiB."),
    fixed_prop<uint64_t{0}>("HighMemoryMappedIoSpace", "Bytes kept for devices above 4 GiB."),
    fixed_prop<OnOffState::Off>("LockOnDisconnect", "Whether its desktop locks when left."),
    prop<&VirtualMachine::creation_time>("CreationTime", "When it was made."),
    prop<&VirtualMachine::id>("Id", "Its id."),
    prop<&VirtualMachine::name>("Name", "Its name."),
    prop<&VirtualMachine::network_adapters>("NetworkAdapters", "Network adapters."),
    prop<&VirtualMachine::cim_session>("CimSession", "The session through which it was found."),
    prop<&VirtualMachine::computer_name>("ComputerName", "The host."),
    prop<&VirtualMachine::is_deleted>("IsDeleted", "Whether it is gone."),
    alias_prop("VMName", "Name"),
    alias_prop("VMId", "Id"),
    alias_prop("ParentCheckpointId", "ParentSnapshotId"),
    alias_prop("ParentCheckpointName", "ParentSnapshotName"),
    alias_prop("CheckpointFileLocation", "SnapshotFileLocation"),
};
constexpr Noun VirtualMachine::noun{.type = {"Microsoft.HyperV.PowerShell.VirtualMachine", "VirtualMachine"},
                                    .props = VirtualMachine::kProps,
                                    .table = VirtualMachine::kTable};

Result<std::vector<HardDiskDrive>> VMSnapshot::hard_drives() const {
  return drives_of(config, {.vm_id = vm_id,
                            .vm_name = vm_name,
                            .checkpoint_id = id,
                            .checkpoint_name = name,
                            .computer_name = computer_name()});
}

std::vector<NetworkAdapter> VMSnapshot::network_adapters() const {
  return adapters_of(config,
                     {.vm_id = vm_id,
                      .vm_name = vm_name,
                      .checkpoint_id = id,
                      .checkpoint_name = name,
                      .computer_name = computer_name()},
                     nullptr);
}

std::string VMSnapshot::display() const {
  return fmt::format("VMSnapshot (Name = '{}') [Id = '{}', VMId = '{}']", name, id.to_string(),
                     vm_id.to_string());
}

constexpr Prop VMSnapshot::kProps[] = {
    prop<&VMSnapshot::type>("SnapshotType", "What it was made for."),
    prop<&VMSnapshot::is_automatic>("IsAutomaticCheckpoint", "Whether a start made it."),
    prop<&VMSnapshot::vm_id>("VMId", "Id of its machine."),
    prop<&VMSnapshot::vm_name>("VMName", "Name of its machine."),
    prop<&VMSnapshot::state>("State", "What the machine was doing; Running: its memory is kept too."),
    prop<&VMSnapshot::hard_drives>("HardDrives", "Hard disks, with the frozen images."),
    then<&MachineConfig::dynamic_memory>("DynamicMemoryEnabled"),
    then<&MachineConfig::memory_maximum_bytes>("MemoryMaximum"),
    then<&MachineConfig::memory_minimum_bytes>("MemoryMinimum"),
    then<&MachineConfig::memory_startup_bytes>("MemoryStartup"),
    then<&MachineConfig::processor_count>("ProcessorCount"),
    then<&MachineConfig::generation>("Generation"),
    prop<&VMSnapshot::notes>("Notes", "The administrator's notes."),
    prop<&VMSnapshot::parent_id>("ParentSnapshotId", "Checkpoint that it grew from."),
    prop<&VMSnapshot::parent_name>("ParentSnapshotName", "Its name."),
    prop<&VMSnapshot::path>("Path", "Folder of its files."),
    prop<&VMSnapshot::system_files_bytes>("SizeOfSystemFiles", "Bytes of its saved memory."),
    then<&MachineConfig::version>("Version"),
    prop<&VMSnapshot::created>("CreationTime", "When it was made."),
    prop<&VMSnapshot::id>("Id", "Its id."),
    prop<&VMSnapshot::name>("Name", "Its name."),
    prop<&VMSnapshot::network_adapters>("NetworkAdapters", "Network adapters."),
    prop<&VMSnapshot::cim_session>("CimSession", "The session through which it was found."),
    prop<&VMSnapshot::computer_name>("ComputerName", "The host."),
    prop<&VMSnapshot::is_deleted>("IsDeleted", "Whether it is gone."),
    alias_prop("ParentCheckpointId", "ParentSnapshotId"),
    alias_prop("ParentCheckpointName", "ParentSnapshotName"),
};
constexpr Noun VMSnapshot::noun{.type = {"Microsoft.HyperV.PowerShell.VMSnapshot", "VMSnapshot"},
                                .props = VMSnapshot::kProps,
                                .table = VMSnapshot::kTable};

}  // namespace hvsh::nouns
