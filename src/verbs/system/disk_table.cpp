#include "verbs/system/disk_table.h"

#include <fmt/format.h>

namespace hvsh::verbs {

using engines::HostDisk;
using engines::HostDisks;
using engines::HostPartition;
using engines::TableStyle;

nouns::Disk describe(const HostDisk& one, const std::vector<HostPartition>& partitions) {
  nouns::Disk disk{.number = static_cast<uint32_t>(one.number),
                   .device = one.device,
                   .model = one.model,
                   .serial = one.serial,
                   .bus = one.bus,
                   .style = one.style == TableStyle::gpt   ? "GPT"
                            : one.style == TableStyle::mbr ? "MBR"
                                                           : "RAW",
                   .size = static_cast<uint64_t>(one.size),
                   .sector = static_cast<uint32_t>(one.sector),
                   .read_only = one.read_only,
                   .rotational = one.rotational,
                   .in_use = one.in_use};
  for (const HostPartition& part : partitions) {
    if (part.disk != one.number) continue;
    ++disk.partition_count;
    disk.allocated += static_cast<uint64_t>(part.size);
  }
  return disk;
}
nouns::Partition describe(const HostPartition& one) {
  return {.disk_number = static_cast<uint32_t>(one.disk),
          .number = static_cast<uint32_t>(one.number),
          .device = one.device,
          .type = one.type,
          .guid = one.id,
          .mount = one.mount,
          .offset = static_cast<uint64_t>(one.offset),
          .size = static_cast<uint64_t>(one.size)};
}
nouns::Volume volume_of(const HostPartition& one) {
  return {.label = one.label,
          .file_system = one.file_system,
          .path = one.mount.empty() ? one.device : one.mount,
          .device = one.device,
          .size = static_cast<uint64_t>(one.size),
          .remaining = static_cast<uint64_t>(one.free)};
}

Error no_such_storage(std::string_view cim_class, std::string_view property, const std::string& value) {
  return {.id = fmt::format("CmdletizationQuery_NotFound_{}", property),
          .category = ErrorCategory::ObjectNotFound,
          .message = fmt::format(
              "No {0} objects found with property '{1}' equal to '{2}'. Verify the value of the property and "
              "retry.",
              cim_class, property, value),
          .target = value,
          .exception = "Microsoft.PowerShell.Cmdletization.Cim.CimJobException"};
}
Error no_drive_letters() {
  return {.id = "NotSupported",
          .category = ErrorCategory::NotImplemented,
          .message = "Linux gives volumes no drive letters.",
          .hint =
              "Mount the volume with Add-PartitionAccessPath -AccessPath FOLDER, and map a letter with "
              "New-PSDrive.",
          .exception = "System.PlatformNotSupportedException"};
}

Result<HostDisk> disk_numbered(Context& context, int64_t number) {
  HVSH_TRY(const std::vector<HostDisk> all, context.get<HostDisks>().disks());
  for (const HostDisk& one : all) {
    if (one.number == number) return one;
  }
  return no_such_storage("MSFT_Disk", "Number", std::to_string(number));
}
Result<HostPartition> partition_of(Context& context, int64_t disk, int64_t number) {
  HVSH_TRY(const std::vector<HostPartition> all, context.get<HostDisks>().partitions());
  for (const HostPartition& one : all) {
    if (one.disk == disk && one.number == number) return one;
  }
  return no_such_storage("MSFT_Partition", "PartitionNumber", std::to_string(number));
}
Result<HostPartition> partition_on(Context& context, const std::string& device) {
  HVSH_TRY(const std::vector<HostPartition> all, context.get<HostDisks>().partitions());
  for (const HostPartition& one : all) {
    if (one.device == device) return one;
  }
  return no_such_storage("MSFT_Partition", "Device", device);
}

}  // namespace hvsh::verbs
