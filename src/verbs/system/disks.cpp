// Get-Disk, Get-PhysicalDisk, Get-Partition, Get-Volume.
#include <fmt/format.h>

#include <algorithm>

#include "core/wildcard.h"
#include "verbs/system/disk_table.h"

namespace hvsh::verbs {

namespace {
using engines::HostDisk;
using engines::HostDisks;
using engines::HostPartition;
using engines::TableStyle;
constexpr std::string_view kModule = "Storage";
}  // namespace

struct GetDisk {
  std::vector<uint32_t> number;
  std::vector<std::string> friendly_name, serial_number;
  static constexpr Param kParams[] = {
      param<&GetDisk::number>(
          "Number", {.position = 0, .from_pipeline_property = true, .aliases = {"DeviceId", "DiskNumber"}},
          "Their numbers."),
      param<&GetDisk::friendly_name>("FriendlyName", {.wildcards = true}, "Their models."),
      param<&GetDisk::serial_number>("SerialNumber", {.wildcards = true}, "Their serial numbers."),
  };
  static constexpr Example kExamples[] = {
      {"Get-Disk | Where-Object PartitionStyle -eq RAW", "*", "Disks that are not in use."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "Disk",
                             .module = kModule,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Get-Disk",
                             .synopsis = "Lists the disks of this host."};
  Flow process(Context& context) {
    auto disks = context.get<HostDisks>().disks();
    if (!disks) return context.terminate(disks.take_error());
    auto partitions = context.get<HostDisks>().partitions();
    if (!partitions) return context.terminate(partitions.take_error());
    const auto matches = [](const std::vector<std::string>& patterns, const std::string& text) {
      return patterns.empty() || std::any_of(patterns.begin(), patterns.end(), [&](const std::string& one) {
               return Wildcard(one).matches(text);
             });
    };
    bool any = false;
    for (const HostDisk& one : *disks) {
      const bool numbered =
          number.empty() || std::find(number.begin(), number.end(), one.number) != number.end();
      if (!numbered || !matches(friendly_name, one.model) || !matches(serial_number, one.serial)) continue;
      any = true;
      if (Flow flow = context.write(noun_value(describe(one, *partitions))); flow != Flow::more) return flow;
    }
    if (any || number.empty()) return Flow::more;
    return context.error(no_such_storage("MSFT_Disk", "Number", std::to_string(number.front())));
  }
};
CMDLET(GetDisk);

struct GetPhysicalDisk {
  std::vector<std::string> friendly_name;
  Switch can_pool;
  static constexpr Param kParams[] = {
      param<&GetPhysicalDisk::friendly_name>("FriendlyName", {.position = 0, .wildcards = true},
                                             "Their models."),
      param<&GetPhysicalDisk::can_pool>("CanPool", {}, "Only those that are empty."),
  };
  static constexpr Example kExamples[] = {
      {"Get-PhysicalDisk | Where-Object MediaType -eq SSD", "*", "Disks without motors."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "PhysicalDisk",
                             .module = kModule,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Get-PhysicalDisk",
                             .synopsis = "Lists the disks of this host as devices."};
  Flow process(Context& context) {
    auto disks = context.get<HostDisks>().disks();
    if (!disks) return context.terminate(disks.take_error());
    for (const HostDisk& one : *disks) {
      const bool wanted = friendly_name.empty() || std::any_of(friendly_name.begin(), friendly_name.end(),
                                                               [&](const std::string& pattern) {
                                                                 return Wildcard(pattern).matches(one.model);
                                                               });
      const bool pool = one.style == TableStyle::raw && !one.in_use;
      if (!wanted || (can_pool && !pool)) continue;
      const Flow flow = context.write(
          noun_value(nouns::PhysicalDisk{static_cast<uint32_t>(one.number), one.model, one.serial, one.bus,
                                         static_cast<uint64_t>(one.size), one.rotational, pool}));
      if (flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(GetPhysicalDisk);

struct GetPartition {
  std::vector<uint32_t> disk_number, partition_number;
  std::string drive_letter;
  Object<nouns::Disk> disk;
  static constexpr Param kParams[] = {
      param<&GetPartition::disk_number>(
          "DiskNumber", {.position = 0, .from_pipeline_property = true, .aliases = "DeviceId"},
          "Of these disks."),
      param<&GetPartition::partition_number>("PartitionNumber", {.position = 1, .aliases = "Number"},
                                             "These."),
      param<&GetPartition::drive_letter>("DriveLetter", {}, "Not on Linux."),
      param<&GetPartition::disk>("Disk", {.from_pipeline = true, .aliases = "InputObject"}, "A disk object."),
  };
  static constexpr Example kExamples[] = {{"Get-Partition -DiskNumber 0", "*", "Lists a disk's partitions."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "Partition",
                             .module = kModule,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Get-Partition",
                             .synopsis = "Lists partitions of disks."};
  Flow process(Context& context) {
    if (!drive_letter.empty()) return context.terminate(no_drive_letters());
    auto all = context.get<HostDisks>().partitions();
    if (!all) return context.terminate(all.take_error());
    const auto has = [](const std::vector<uint32_t>& list, int64_t number) {
      return list.empty() || std::find(list.begin(), list.end(), number) != list.end();
    };
    bool any = false;
    for (const HostPartition& one : *all) {
      if (disk ? disk->value.number != one.disk : !has(disk_number, one.disk)) continue;
      if (!has(partition_number, one.number)) continue;
      any = true;
      if (Flow flow = context.write(noun_value(describe(one))); flow != Flow::more) return flow;
    }
    if (any || disk || disk_number.empty()) return Flow::more;
    return context.error(
        no_such_storage("MSFT_Partition", "DiskNumber", std::to_string(disk_number.front())));
  }
};
CMDLET(GetPartition);

struct GetVolume {
  std::string drive_letter;
  std::vector<std::string> label, path;
  Object<nouns::Partition> partition;
  static constexpr Param kParams[] = {
      param<&GetVolume::drive_letter>("DriveLetter", {.position = 0}, "Not on Linux."),
      param<&GetVolume::label>("FileSystemLabel", {.wildcards = true}, "Their labels."),
      param<&GetVolume::path>("Path", {}, "Where they are mounted, or their devices."),
      param<&GetVolume::partition>("Partition", {.from_pipeline = true}, "A partition object."),
  };
  static constexpr Example kExamples[] = {
      {"Get-Volume | Sort-Object SizeRemaining", "*", "Lists volumes, the fullest first."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "Volume",
                             .module = kModule,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Get-Volume",
                             .synopsis = "Lists file systems on disks."};
  Flow process(Context& context) {
    if (!drive_letter.empty()) return context.terminate(no_drive_letters());
    auto all = context.get<HostDisks>().partitions();
    if (!all) return context.terminate(all.take_error());
    for (const HostPartition& one : *all) {
      const bool labelled =
          label.empty() || std::any_of(label.begin(), label.end(), [&](const std::string& pattern) {
            return Wildcard(pattern).matches(one.label);
          });
      const bool placed =
          path.empty() || std::any_of(path.begin(), path.end(), [&](const std::string& wanted) {
            return wanted == one.mount || wanted == one.device;
          });
      if (one.file_system.empty() || !labelled || !placed) continue;
      if (partition && partition->value.device != one.device) continue;
      if (Flow flow = context.write(noun_value(volume_of(one))); flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(GetVolume);

}  // namespace hvsh::verbs
