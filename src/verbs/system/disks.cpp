// Get-Disk, Get-PhysicalDisk, Get-Partition, Get-Volume, Initialize-Disk, Clear-Disk, New-Partition,
// Remove-Partition, Format-Volume, New-Volume, Add- and Remove-PartitionAccessPath.
#include <fmt/format.h>

#include <algorithm>

#include "core/cmdlet.h"
#include "core/wildcard.h"
#include "engines/host_disks.h"
#include "nouns/storage.h"

namespace hvsh::verbs {

namespace {

using engines::HostDisk;
using engines::HostDisks;
using engines::HostPartition;
using engines::TableStyle;
constexpr std::string_view kModule = "Storage";

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

Error not_found(std::string_view cim_class, std::string_view property, const std::string& value) {
  return {.id = fmt::format("CmdletizationQuery_NotFound_{}", property),
          .category = ErrorCategory::ObjectNotFound,
          .message = fmt::format(
              "No {0} objects found with property '{1}' equal to '{2}'. Verify the value of the property and "
              "retry.",
              cim_class, property, value),
          .target = value,
          .exception = "Microsoft.PowerShell.Cmdletization.Cim.CimJobException"};
}
Error no_letters() {
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
  return not_found("MSFT_Disk", "Number", std::to_string(number));
}
Result<HostPartition> partition_of(Context& context, int64_t disk, int64_t number) {
  HVSH_TRY(const std::vector<HostPartition> all, context.get<HostDisks>().partitions());
  for (const HostPartition& one : all) {
    if (one.disk == disk && one.number == number) return one;
  }
  return not_found("MSFT_Partition", "PartitionNumber", std::to_string(number));
}
Result<HostPartition> partition_on(Context& context, const std::string& device) {
  HVSH_TRY(const std::vector<HostPartition> all, context.get<HostDisks>().partitions());
  for (const HostPartition& one : all) {
    if (one.device == device) return one;
  }
  return not_found("MSFT_Partition", "Device", device);
}

// Asks, and goes on when the answer is yes.
template <class Change>
Flow ask(Context& context, const std::string& target, std::string_view action, Change change) {
  const Answer answer = context.should_process(target, action);
  if (answer != Answer::yes) return answer == Answer::stopped ? Flow::stopped : Flow::more;
  return change();
}

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
    return context.error(not_found("MSFT_Disk", "Number", std::to_string(number.front())));
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
    if (!drive_letter.empty()) return context.terminate(no_letters());
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
    return context.error(not_found("MSFT_Partition", "DiskNumber", std::to_string(disk_number.front())));
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
    if (!drive_letter.empty()) return context.terminate(no_letters());
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

// Cmdlets that change a whole disk.
struct DiskChange {
  std::vector<uint32_t> number;
  std::vector<Object<nouns::Disk>> input_object;
  Switch pass_thru;

  template <class Change>
  Flow each(Context& context, std::string_view action, Change change) const {
    std::vector<int64_t> numbers(number.begin(), number.end());
    for (const auto& one : input_object) numbers.push_back(one->value.number);
    for (const int64_t one : numbers) {
      auto disk = disk_numbered(context, one);
      if (!disk) {
        if (Flow flow = context.error(disk.take_error()); flow != Flow::more) return flow;
        continue;
      }
      const Flow flow = ask(context, fmt::format("Disk {} ({})", one, disk->device), action, [&] {
        Result<void> done = change(context.get<HostDisks>(), *disk);
        if (!done) return context.error(done.take_error(), Value::integer(one));
        return pass_thru ? write_now(context, one) : Flow::more;
      });
      if (flow != Flow::more) return flow;
    }
    return Flow::more;
  }
  static Flow write_now(Context& context, int64_t number) {
    auto disk = disk_numbered(context, number);
    auto partitions = context.get<HostDisks>().partitions();
    if (!disk || !partitions) return Flow::more;
    return context.write(noun_value(describe(*disk, *partitions)));
  }
};
template <class Self>
consteval auto disk_change_params() {
  return std::array{
      param<&DiskChange::number, Self>(
          "Number", {.position = 0, .from_pipeline_property = true, .aliases = {"DeviceId", "DiskNumber"}},
          "Their numbers."),
      param<&DiskChange::input_object, Self>("InputObject", {.from_pipeline = true}, "Disk objects."),
      param<&DiskChange::pass_thru, Self>("PassThru", {}, "Write the disks."),
  };
}

struct InitializeDisk : DiskChange {
  std::string style = "GPT", virtual_disk;
  static constexpr std::string_view kStyles[] = {"Unknown", "MBR", "GPT"};
  static constexpr auto kParams =
      join(disk_change_params<InitializeDisk>(),
           std::array{param<&InitializeDisk::style>("PartitionStyle", {.values = kStyles}, "GPT or MBR.")});
  static constexpr Example kExamples[] = {
      {"Initialize-Disk -Number 2 -PartitionStyle GPT", "*", "Makes a disk ready for partitions."}};
  static constexpr Decl decl{.verb = "Initialize",
                             .noun = "Disk",
                             .module = kModule,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Initialize-Disk",
                             .synopsis = "Writes an empty table of partitions on a disk that has none."};
  Flow process(Context& context) {
    return each(context, "Initialize-Disk", [this](HostDisks& disks, const HostDisk& disk) -> Result<void> {
      if (disk.style != TableStyle::raw) {
        return Error{.id = "StorageWMI 41002",
                     .category = ErrorCategory::NotSpecified,
                     .message = "The disk has already been initialized.",
                     .hint = fmt::format("Clear-Disk {} -RemoveData makes it empty.", disk.number),
                     .exception = "Microsoft.Management.Infrastructure.CimException"};
      }
      return disks.initialize(disk, equal_ascii(style, "MBR") ? TableStyle::mbr : TableStyle::gpt);
    });
  }
};
CMDLET(InitializeDisk);

struct ClearDisk : DiskChange {
  Switch remove_data, remove_oem, zero_out;
  static constexpr auto kParams =
      join(disk_change_params<ClearDisk>(),
           std::array{
               param<&ClearDisk::remove_data>("RemoveData", {}, "Although there are partitions."),
               param<&ClearDisk::remove_oem>("RemoveOEM", {}, "Accepted."),
               param<&ClearDisk::zero_out>("ZeroOutEntireDisk", {}, "Not here; use blkdiscard or dd."),
           });
  static constexpr Example kExamples[] = {
      {"Clear-Disk -Number 2 -RemoveData -Confirm:$false", "*", "Makes a disk empty."}};
  static constexpr Decl decl{.verb = "Clear",
                             .noun = "Disk",
                             .module = kModule,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .impact = Impact::high,
                             .error_class = "Clear-Disk",
                             .synopsis = "Takes all partitions off a disk, after a question."};
  Flow process(Context& context) {
    if (zero_out) {
      return context.terminate({.id = "NotSupported",
                                .category = ErrorCategory::NotImplemented,
                                .message = "Clear-Disk does not write zeros over a whole disk.",
                                .hint = "Use blkdiscard --zeroout or dd."});
    }
    return each(context, "Clear-Disk", [&](HostDisks& disks, const HostDisk& disk) -> Result<void> {
      HVSH_TRY(const std::vector<HostPartition> partitions, disks.partitions());
      const bool any = std::any_of(partitions.begin(), partitions.end(),
                                   [&](const HostPartition& one) { return one.disk == disk.number; });
      if (any && !remove_data) {
        return Error{.id = "StorageWMI 41013",
                     .category = ErrorCategory::NotSpecified,
                     .message = fmt::format("Disk {} has partitions.", disk.number),
                     .hint = "Add -RemoveData if they shall be lost.",
                     .exception = "Microsoft.Management.Infrastructure.CimException"};
      }
      return disks.clear(disk);
    });
  }
};
CMDLET(ClearDisk);

struct NewPartition {
  std::vector<uint32_t> disk_number;
  std::vector<Object<nouns::Disk>> input_object;
  std::optional<uint64_t> size, offset, alignment;
  Switch use_maximum, assign_letter, is_active, is_hidden;
  std::string drive_letter, gpt_type, mbr_type;
  static constexpr Param kParams[] = {
      param<&NewPartition::disk_number>(
          "DiskNumber", {.position = 0, .from_pipeline_property = true, .aliases = {"DeviceId", "Number"}},
          "The disk."),
      param<&NewPartition::input_object>("InputObject", {.from_pipeline = true}, "A disk object."),
      param<&NewPartition::size>("Size", {}, "So many bytes."),
      param<&NewPartition::use_maximum>("UseMaximumSize", {}, "All that is left."),
      param<&NewPartition::offset>("Offset", {}, "Not here: behind the last one."),
      param<&NewPartition::alignment>("Alignment", {}, "Accepted."),
      param<&NewPartition::assign_letter>("AssignDriveLetter", {}, "Accepted; Linux has no letters."),
      param<&NewPartition::drive_letter>("DriveLetter", {}, "Not on Linux."),
      param<&NewPartition::gpt_type>("GptType", {}, "{c12a7328-f81f-11d2-ba4b-00a0c93ec93b} for EFI."),
      param<&NewPartition::mbr_type>("MbrType", {}, "Accepted."),
      param<&NewPartition::is_active>("IsActive", {}, "Accepted."),
      param<&NewPartition::is_hidden>("IsHidden", {}, "Accepted."),
  };
  static constexpr Example kExamples[] = {
      {"New-Partition -DiskNumber 2 -UseMaximumSize", "*", "Makes a partition of all that is left."}};
  static constexpr Decl decl{.verb = "New",
                             .noun = "Partition",
                             .module = kModule,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "New-Partition",
                             .synopsis = "Makes a partition on a disk."};
  Flow process(Context& context) {
    if (!drive_letter.empty()) return context.terminate(no_letters());
    if (!size && !use_maximum) {
      return context.terminate(
          {.id = "StorageWMI 5",
           .category = ErrorCategory::InvalidArgument,
           .message = "Invalid Parameter: New-Partition needs -Size or -UseMaximumSize."});
    }
    for (const auto& one : input_object) disk_number = {one->value.number};
    for (const uint32_t number : disk_number) {
      auto disk = disk_numbered(context, number);
      if (!disk) return context.error(disk.take_error());
      if (disk->style == TableStyle::raw) {
        return context.error({.id = "StorageWMI 41004",
                              .category = ErrorCategory::NotSpecified,
                              .message = "The disk has not been initialized.",
                              .hint = fmt::format("Initialize-Disk -Number {} first.", number),
                              .exception = "Microsoft.Management.Infrastructure.CimException"});
      }
      const Flow flow = ask(context, fmt::format("Disk {} ({})", number, disk->device), "New-Partition", [&] {
        const bool efi = to_lower(gpt_type).find("c12a7328") != std::string::npos;
        auto made = context.get<HostDisks>().add_partition(*disk, size ? static_cast<int64_t>(*size) : 0,
                                                           efi ? "System" : "");
        if (!made) return context.error(made.take_error(), Value::integer(number));
        auto partition = partition_of(context, number, *made);
        return partition ? context.write(noun_value(describe(*partition)))
                         : context.error(partition.take_error());
      });
      if (flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(NewPartition);

// Cmdlets about one partition: by its disk and number, or as an object.
struct PartitionChange {
  int64_t disk_number = -1, partition_number = -1;
  Object<nouns::Partition> partition;
  std::string drive_letter, access_path;
  Switch pass_thru;

  Result<HostPartition> find(Context& context) const {
    if (partition) return partition_on(context, partition->value.device);
    if (!drive_letter.empty()) return no_letters();
    return partition_of(context, disk_number, partition_number);
  }
};
template <class Self>
consteval auto partition_change_params() {
  return std::array{
      param<&PartitionChange::disk_number, Self>(
          "DiskNumber", {.position = 0, .from_pipeline_property = true}, "The disk."),
      param<&PartitionChange::partition_number, Self>(
          "PartitionNumber", {.position = 1, .from_pipeline_property = true}, "Its number."),
      param<&PartitionChange::partition, Self>("InputObject", {.from_pipeline = true}, "A partition object."),
      param<&PartitionChange::drive_letter, Self>("DriveLetter", {}, "Not on Linux."),
      param<&PartitionChange::pass_thru, Self>("PassThru", {}, "Write the partition."),
  };
}

struct RemovePartition : PartitionChange {
  static constexpr auto kParams = partition_change_params<RemovePartition>();
  static constexpr Example kExamples[] = {
      {"Remove-Partition -DiskNumber 2 -PartitionNumber 1 -Confirm:$false", "*", "Removes a partition."}};
  static constexpr Decl decl{.verb = "Remove",
                             .noun = "Partition",
                             .module = kModule,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .impact = Impact::high,
                             .error_class = "Remove-Partition",
                             .synopsis = "Removes a partition, after a question."};
  Flow process(Context& context) {
    auto found = find(context);
    if (!found) return context.error(found.take_error());
    return ask(context, found->device, "Remove-Partition", [&] {
      if (!found->mount.empty()) {
        return context.error(
            {.id = "DeviceInUse",
             .category = ErrorCategory::ResourceBusy,
             .message = fmt::format("Cannot remove {}: it is mounted at {}.", found->device, found->mount)});
      }
      auto done = context.get<HostDisks>().remove_partition(*found);
      return done ? Flow::more : context.error(done.take_error(), Value::string(found->device));
    });
  }
};
CMDLET(RemovePartition);

struct AddPartitionAccessPath : PartitionChange {
  Switch assign_letter;
  static constexpr auto kParams =
      join(partition_change_params<AddPartitionAccessPath>(),
           std::array{
               param<&PartitionChange::access_path, AddPartitionAccessPath>("AccessPath", {.position = 2},
                                                                            "The folder."),
               param<&AddPartitionAccessPath::assign_letter>("AssignDriveLetter", {}, "Not on Linux."),
           });
  static constexpr Example kExamples[] = {
      {"Get-Partition 2 1 | Add-PartitionAccessPath -AccessPath /mnt/lab", "*", "Mounts a partition."}};
  static constexpr Decl decl{.verb = "Add",
                             .noun = "PartitionAccessPath",
                             .module = kModule,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Add-PartitionAccessPath",
                             .synopsis = "Mounts a partition at a folder."};
  Flow process(Context& context) {
    if (assign_letter || access_path.empty()) return context.terminate(no_letters());
    auto found = find(context);
    if (!found) return context.error(found.take_error());
    auto folder = context.resolve_path(access_path);
    if (!folder) return context.terminate(folder.take_error());
    return ask(context, fmt::format("{} at {}", found->device, *folder), "Add-PartitionAccessPath", [&] {
      auto done = context.get<HostDisks>().mount(*found, *folder);
      return done ? Flow::more : context.error(done.take_error(), Value::string(found->device));
    });
  }
};
CMDLET(AddPartitionAccessPath);

struct RemovePartitionAccessPath : PartitionChange {
  static constexpr auto kParams =
      join(partition_change_params<RemovePartitionAccessPath>(),
           std::array{param<&PartitionChange::access_path, RemovePartitionAccessPath>(
               "AccessPath", {.position = 2}, "The folder.")});
  static constexpr Example kExamples[] = {
      {"Get-Partition 2 1 | Remove-PartitionAccessPath -AccessPath /mnt/lab", "*", "Unmounts a partition."}};
  static constexpr Decl decl{.verb = "Remove",
                             .noun = "PartitionAccessPath",
                             .module = kModule,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Remove-PartitionAccessPath",
                             .synopsis = "Unmounts a partition."};
  Flow process(Context& context) {
    auto found = find(context);
    if (!found) return context.error(found.take_error());
    return ask(context, fmt::format("{} at {}", found->device, found->mount), "Remove-PartitionAccessPath",
               [&] {
                 auto done = context.get<HostDisks>().unmount(*found);
                 return done ? Flow::more : context.error(done.take_error(), Value::string(found->device));
               });
  }
};
CMDLET(RemovePartitionAccessPath);

struct FormatVolume {
  Object<nouns::Partition> partition;
  Object<nouns::Volume> input_object;
  std::string drive_letter, file_system = "NTFS", label, path;
  std::optional<uint32_t> unit;
  Switch full, force, compress;
  static constexpr std::string_view kSystems[] = {"NTFS", "ReFS", "exFAT", "FAT32",
                                                  "FAT",  "ext4", "xfs",   "btrfs"};
  static constexpr Param kParams[] = {
      param<&FormatVolume::partition>("Partition", {.from_pipeline = true}, "A partition object."),
      param<&FormatVolume::input_object>("InputObject", {.from_pipeline = true}, "A volume object."),
      param<&FormatVolume::drive_letter>("DriveLetter", {.position = 0}, "Not on Linux."),
      param<&FormatVolume::path>("Path", {}, "A device: /dev/sdc1."),
      param<&FormatVolume::file_system>("FileSystem", {.values = kSystems}, "NTFS if none is given."),
      param<&FormatVolume::label>("NewFileSystemLabel", {}, "Its label."),
      param<&FormatVolume::unit>("AllocationUnitSize", {.aliases = "ClusterSize"}, "Accepted."),
      param<&FormatVolume::full>("Full", {}, "Accepted."),
      param<&FormatVolume::force>("Force", {}, "Accepted."),
      param<&FormatVolume::compress>("Compress", {}, "Accepted."),
  };
  static constexpr Example kExamples[] = {
      {"Get-Partition 2 1 | Format-Volume -FileSystem ext4 -NewFileSystemLabel data -Confirm:$false", "*",
       "Makes a file system."}};
  static constexpr Decl decl{.verb = "Format",
                             .noun = "Volume",
                             .module = kModule,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .impact = Impact::high,
                             .error_class = "Format-Volume",
                             .synopsis = "Makes a file system on a partition, after a question."};
  Flow process(Context& context) {
    if (!drive_letter.empty()) return context.terminate(no_letters());
    const std::string device = partition      ? partition->value.device
                               : input_object ? input_object->value.device
                                              : path;
    auto found = partition_on(context, device);
    if (!found) return context.error(found.take_error());
    return ask(context, device, "Format-Volume", [&] {
      if (auto done = context.get<HostDisks>().format(*found, file_system, label); !done)
        return context.error(done.take_error(), Value::string(device));
      auto made = partition_on(context, device);
      return made ? context.write(noun_value(volume_of(*made))) : context.error(made.take_error());
    });
  }
};
CMDLET(FormatVolume);

}  // namespace hvsh::verbs
