// Initialize-Disk, Clear-Disk, New-Partition, Remove-Partition, Format-Volume, Add- and
// Remove-PartitionAccessPath.
#include <fmt/format.h>

#include <algorithm>

#include "verbs/system/disk_table.h"

namespace hvsh::verbs {

namespace {
using engines::HostDisk;
using engines::HostDisks;
using engines::HostPartition;
using engines::TableStyle;
constexpr std::string_view kModule = "Storage";
}  // namespace

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
    if (!drive_letter.empty()) return context.terminate(no_drive_letters());
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
    if (!drive_letter.empty()) return no_drive_letters();
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
    if (assign_letter || access_path.empty()) return context.terminate(no_drive_letters());
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
    if (!drive_letter.empty()) return context.terminate(no_drive_letters());
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
