#include "verbs/system/cim_classes.h"

#include <fmt/format.h>

#include <algorithm>

#include "engines/host_computer.h"
#include "engines/host_disks.h"
#include "engines/host_network.h"
#include "verbs/system/process_table.h"
#include "verbs/system/service_table.h"

namespace hvsh::verbs {

namespace {

using engines::ComputerFacts;
using Fields = std::vector<std::pair<std::string_view, Value>>;
using Instances = std::vector<Fields>;

Value text(std::string_view value) { return Value::string(value); }
Value number(int64_t value) { return Value::integer(value, IntType::u64); }
Value small(int64_t value) { return Value::integer(value, IntType::u32); }
Value time(const std::optional<DateTime>& value) { return value ? Value::date_time(*value) : Value::null(); }

Instances operating_system(const ComputerFacts& f) {
  return {{{"Caption", text(f.os_name)},
           {"Version", text(f.os_version)},
           {"BuildNumber", text(f.os_build)},
           {"CSName", text(f.name)},
           {"OSArchitecture", text("64-bit")},
           {"OSType", small(36)},
           {"ProductType", small(3)},
           {"OperatingSystemSKU", small(0)},
           {"LastBootUpTime", time(f.boot_time)},
           {"LocalDateTime", time(f.local_time)},
           {"InstallDate", time(f.install_time)},
           {"NumberOfProcesses", small(f.process_count)},
           {"TotalVisibleMemorySize", number(f.memory_bytes / 1024)},
           {"FreePhysicalMemory", number(f.free_memory_bytes / 1024)},
           {"TotalVirtualMemorySize", number((f.memory_bytes + f.swap_bytes) / 1024)},
           {"FreeVirtualMemory", number((f.free_memory_bytes + f.free_swap_bytes) / 1024)},
           {"SystemDrive", text("C:")},
           {"SystemDirectory", text("/")},
           {"WindowsDirectory", text("/")},
           {"SerialNumber", text(f.uuid)},
           {"Status", text("OK")}}};
}

Instances computer_system(const ComputerFacts& f) {
  int64_t threads = 0;
  bool virtualization = f.is_virtual;
  for (const auto& one : f.processors) {
    threads += one.threads;
    virtualization |= one.virtualization;
  }
  return {{{"Name", text(f.name)},
           {"DNSHostName", text(f.name)},
           {"Domain", text(f.domain.empty() ? "WORKGROUP" : f.domain)},
           {"Workgroup", f.domain.empty() ? text("WORKGROUP") : Value::null()},
           {"PartOfDomain", Value::boolean(!f.domain.empty())},
           {"DomainRole", Value::integer(f.domain.empty() ? 2 : 3, IntType::u16)},
           {"Manufacturer", text(f.manufacturer)},
           {"Model", text(f.model)},
           {"HypervisorPresent", Value::boolean(virtualization)},
           {"NumberOfProcessors", small(static_cast<int64_t>(f.processors.size()))},
           {"NumberOfLogicalProcessors", small(threads)},
           {"TotalPhysicalMemory", number(f.memory_bytes)},
           {"UserName", text(f.user)},
           {"PrimaryOwnerName", text("root")},
           {"SystemType", text("x64-based PC")},
           {"Status", text("OK")}}};
}

Instances processors(const ComputerFacts& f) {
  Instances all;
  for (const auto& one : f.processors) {
    all.push_back({{"DeviceID", text(one.id)},
                   {"Name", text(one.name)},
                   {"Caption", text(one.name)},
                   {"Manufacturer", text(one.manufacturer)},
                   {"MaxClockSpeed", small(one.megahertz)},
                   {"CurrentClockSpeed", small(one.megahertz)},
                   {"NumberOfCores", small(one.cores)},
                   {"NumberOfEnabledCore", small(one.cores)},
                   {"NumberOfLogicalProcessors", small(one.threads)},
                   {"L2CacheSize", small(one.l2_kib)},
                   {"L3CacheSize", small(one.l3_kib)},
                   {"SocketDesignation", text(one.id)},
                   {"AddressWidth", Value::integer(64, IntType::u16)},
                   {"VirtualizationFirmwareEnabled", Value::boolean(one.virtualization)},
                   {"SecondLevelAddressTranslationExtensions", Value::boolean(one.virtualization)},
                   {"VMMonitorModeExtensions", Value::boolean(one.virtualization)},
                   {"Status", text("OK")}});
  }
  return all;
}

Instances logical_disks(const ComputerFacts& f) {
  Instances all;
  for (const auto& one : f.volumes) {
    all.push_back({{"DeviceID", text(one.mount)},
                   {"DriveType", small(one.remote ? 4 : 3)},
                   {"ProviderName", one.remote ? text(one.device) : Value::null()},
                   {"VolumeName", text(one.label)},
                   {"Size", number(one.size)},
                   {"FreeSpace", number(one.free)},
                   {"FileSystem", text(one.file_system)},
                   {"Name", text(one.mount)},
                   {"Caption", text(one.mount)}});
  }
  return all;
}

Instances volumes(const ComputerFacts& f) {
  Instances all;
  for (const auto& one : f.volumes) {
    all.push_back({{"Name", text(one.mount)},
                   {"DeviceID", text(one.device)},
                   {"DriveLetter", Value::null()},
                   {"Label", text(one.label)},
                   {"Capacity", number(one.size)},
                   {"FreeSpace", number(one.free)},
                   {"FileSystem", text(one.file_system)},
                   {"DriveType", small(one.remote ? 4 : 3)}});
  }
  return all;
}

Instances bios(const ComputerFacts& f) {
  return {{{"SMBIOSBIOSVersion", text(f.bios_version)},
           {"Manufacturer", text(f.bios_vendor)},
           {"Name", text(f.bios_version)},
           {"SerialNumber", text(f.serial_number)},
           {"Version", text(f.bios_version)},
           {"ReleaseDate", time(f.bios_date)}}};
}

Instances computer_product(const ComputerFacts& f) {
  return {{{"IdentifyingNumber", text(f.serial_number)},
           {"Name", text(f.model)},
           {"Vendor", text(f.manufacturer)},
           {"UUID", text(f.uuid)}}};
}

Instances memory_modules(const ComputerFacts& f) {
  Instances all;
  for (const auto& one : f.memory_modules) {
    all.push_back({{"BankLabel", text(one.locator)},
                   {"DeviceLocator", text(one.locator)},
                   {"Capacity", number(one.capacity)},
                   {"Speed", small(one.speed)},
                   {"Manufacturer", text(one.manufacturer)},
                   {"PartNumber", text(one.part_number)}});
  }
  return all;
}

struct FactClass {
  std::string_view name;
  Instances (*make)(const ComputerFacts&);
};
constexpr FactClass kFactClasses[] = {{"Win32_OperatingSystem", operating_system},
                                      {"Win32_ComputerSystem", computer_system},
                                      {"CIM_OperatingSystem", operating_system},
                                      {"CIM_ComputerSystem", computer_system},
                                      {"Win32_Processor", processors},
                                      {"CIM_Processor", processors},
                                      {"Win32_LogicalDisk", logical_disks},
                                      {"Win32_Volume", volumes},
                                      {"Win32_BIOS", bios},
                                      {"CIM_BIOSElement", bios},
                                      {"Win32_ComputerSystemProduct", computer_product},
                                      {"Win32_PhysicalMemory", memory_modules}};

Result<Instances> services(Context& context) {
  HVSH_TRY(const std::vector<nouns::Service> listed, all_services(context));
  Instances all;
  for (const nouns::Service& one : listed) {
    const bool running = one.status == nouns::ServiceControllerStatus::Running;
    const std::string_view mode = one.start_type == nouns::ServiceStartMode::Automatic  ? "Auto"
                                  : one.start_type == nouns::ServiceStartMode::Disabled ? "Disabled"
                                                                                        : "Manual";
    all.push_back({{"ProcessId", small(0)},
                   {"Name", text(one.name)},
                   {"StartMode", text(mode)},
                   {"State", text(running ? "Running" : "Stopped")},
                   {"Status", text("OK")},
                   {"ExitCode", small(0)},
                   {"DisplayName", text(one.display_name)},
                   {"PathName", text(one.path)},
                   {"Started", Value::boolean(running)}});
  }
  return all;
}

Result<Instances> processes(Context&) {
  Instances all;
  for (const nouns::Process& one : all_processes()) {
    all.push_back({{"ProcessId", small(one.id)},
                   {"Name", text(one.name)},
                   {"HandleCount", small(one.handles)},
                   {"WorkingSetSize", number(one.working_set)},
                   {"VirtualSize", number(one.virtual_memory)},
                   {"CommandLine", text(one.command_line)},
                   {"ExecutablePath", text(one.path)},
                   {"ParentProcessId", small(one.parent)},
                   {"ThreadCount", small(one.threads)},
                   {"CreationDate", time(one.started)}});
  }
  return all;
}

Result<Instances> disk_drives(Context& context) {
  HVSH_TRY(const std::vector<engines::HostDisk> disks, context.get<engines::HostDisks>().disks());
  HVSH_TRY(const std::vector<engines::HostPartition> partitions,
           context.get<engines::HostDisks>().partitions());
  Instances all;
  for (const engines::HostDisk& one : disks) {
    const auto count =
        std::count_if(partitions.begin(), partitions.end(),
                      [&](const engines::HostPartition& part) { return part.disk == one.number; });
    all.push_back({{"DeviceID", text(one.device)},
                   {"Caption", text(one.model)},
                   {"Partitions", small(count)},
                   {"Size", number(one.size)},
                   {"Model", text(one.model)},
                   {"Index", small(one.number)},
                   {"InterfaceType", text(one.bus)},
                   {"SerialNumber", text(one.serial)},
                   {"Status", text("OK")}});
  }
  return all;
}

Result<Instances> network_adapters(Context& context) {
  HVSH_TRY(const std::vector<engines::HostAdapter> adapters, context.get<engines::HostNetwork>().adapters());
  Instances all;
  for (const engines::HostAdapter& one : adapters) {
    all.push_back({{"DeviceID", text(std::to_string(one.index))},
                   {"Name", text(one.description)},
                   {"NetConnectionID", text(one.name)},
                   {"MACAddress", text(one.mac)},
                   {"NetEnabled", Value::boolean(one.enabled)},
                   {"NetConnectionStatus", Value::integer(one.connected ? 2 : 7, IntType::u16)},
                   {"PhysicalAdapter", Value::boolean(!one.is_virtual)},
                   {"InterfaceIndex", small(one.index)},
                   {"Speed", number(one.mbits * 1'000'000)}});
  }
  return all;
}

Result<Instances> adapter_configurations(Context& context) {
  engines::HostNetwork& network = context.get<engines::HostNetwork>();
  HVSH_TRY(const std::vector<engines::HostAdapter> adapters, network.adapters());
  HVSH_TRY(const std::vector<engines::HostAddress> addresses, network.addresses());
  HVSH_TRY(const std::vector<engines::HostRoute> routes, network.routes());
  Instances all;
  for (const engines::HostAdapter& one : adapters) {
    std::vector<std::string> own, gateways;
    bool dhcp = false;
    for (const engines::HostAddress& address : addresses) {
      if (address.adapter != one.name) continue;
      own.push_back(address.address);
      dhcp |= address.from_dhcp;
    }
    for (const engines::HostRoute& route : routes) {
      if (route.adapter == one.name && route.destination == "0.0.0.0/0") gateways.push_back(route.next_hop);
    }
    HVSH_TRY(const std::vector<std::string> servers, network.name_servers(one.name));
    all.push_back({{"Index", small(one.index)},
                   {"InterfaceIndex", small(one.index)},
                   {"Description", text(one.description)},
                   {"MACAddress", text(one.mac)},
                   {"IPEnabled", Value::boolean(!own.empty())},
                   {"DHCPEnabled", Value::boolean(dhcp)},
                   {"IPAddress", Traits<std::vector<std::string>>::to(own)},
                   {"DefaultIPGateway", Traits<std::vector<std::string>>::to(gateways)},
                   {"DNSServerSearchOrder", Traits<std::vector<std::string>>::to(servers)}});
  }
  return all;
}

struct LiveClass {
  std::string_view name;
  Result<Instances> (*make)(Context&);
};
constexpr LiveClass kLiveClasses[] = {{"Win32_Service", services},
                                      {"Win32_Process", processes},
                                      {"Win32_DiskDrive", disk_drives},
                                      {"Win32_NetworkAdapter", network_adapters},
                                      {"Win32_NetworkAdapterConfiguration", adapter_configurations}};

constexpr auto kNames = [] {
  std::array<std::string_view, std::size(kFactClasses) + std::size(kLiveClasses)> names{};
  size_t next = 0;
  for (const FactClass& one : kFactClasses) names[next++] = one.name;
  for (const LiveClass& one : kLiveClasses) names[next++] = one.name;
  return names;
}();

Error invalid_class(std::string_view class_name, std::string_view name_space) {
  const std::string lower = to_lower(class_name);
  Error error{.id = "HRESULT 0x80041010",
              .category = ErrorCategory::MetadataError,
              .message = fmt::format("Invalid class '{}' in namespace '{}'.", class_name, name_space),
              .hint = fmt::format("There is no WMI on Linux; answered are {}.", fmt::join(kNames, ", ")),
              .target = std::string(class_name),
              .target_type = "System.String",
              .exception = "Microsoft.Management.Infrastructure.CimException"};
  static constexpr std::pair<std::string_view, std::string_view> kInstead[] = {
      {"msvm_virtualsystemmanagementservice", "New-VM, Set-VM, Remove-VM and Checkpoint-VM"},
      {"msvm_virtualsystemsettingdata", "Get-VM, Get-VMSnapshot and Set-VM"},
      {"msvm_computersystem", "Get-VM, Start-VM and Stop-VM"},
      {"msvm_kvpexchange", "Get-VMIntegrationService"},
      {"msvm_virtualethernetswitch", "Get-VMSwitch, New-VMSwitch and Set-VMSwitch"},
      {"msvm_syntheticethernetport", "Get-VMNetworkAdapter and Set-VMNetworkAdapter"},
      {"msvm_imagemanagementservice", "New-VHD, Get-VHD, Resize-VHD and Mount-VHD"},
      {"msvm_keyboard", "no cmdlet yet"},
      {"msvm_", "the cmdlets of the Hyper-V module (Get-Command -Module Hyper-V)"}};
  for (const auto& [begin, cmdlets] : kInstead) {
    if (!lower.starts_with(begin)) continue;
    error.hint = fmt::format("There is no WMI on Linux: use {}.", cmdlets);
    break;
  }
  return error;
}

Value instance(std::string_view class_name, const Fields& fields) {
  auto record = make<RecordObject>();
  record->type_names = {
      fmt::format("Microsoft.Management.Infrastructure.CimInstance#root/cimv2/{}", class_name),
      "Microsoft.Management.Infrastructure.CimInstance"};
  for (const auto& [name, value] : fields) record->set(name, value);
  return Value::object(record);
}

}  // namespace

std::span<const std::string_view> cim_class_names() { return kNames; }

Result<std::vector<Value>> cim_instances(Context& context, std::string_view class_name,
                                         std::string_view name_space) {
  Result<Instances> made = invalid_class(class_name, name_space);
  std::string_view name = class_name;
  for (const FactClass& one : kFactClasses) {
    if (!equal_ascii(one.name, class_name)) continue;
    HVSH_TRY(const ComputerFacts facts, context.get<engines::HostComputer>().facts());
    made = one.make(facts);
    name = one.name;
  }
  for (const LiveClass& one : kLiveClasses) {
    if (!equal_ascii(one.name, class_name)) continue;
    made = one.make(context);
    name = one.name;
  }
  if (!made) return made.take_error();
  std::vector<Value> all;
  for (const Fields& fields : *made) all.push_back(instance(name, fields));
  return all;
}

}  // namespace hvsh::verbs
