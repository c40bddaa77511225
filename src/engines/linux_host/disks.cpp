#include <fmt/format.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "engines/files.h"
#include "engines/linux_host/linux_host.h"
#include "engines/process.h"

namespace hvsh::engines::linux_host {

namespace {

using nlohmann::json;

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}
int64_t number_of(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return 0;
  if (found->is_number()) return found->get<int64_t>();
  return found->is_string() ? std::atoll(found->get<std::string>().c_str()) : 0;
}
bool flag_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

// A number that the kernel tells of a partition: its own, and where it begins.
int64_t fact_of(const json& device, std::string_view what) {
  auto text = read_file(fmt::format("/sys/class/block/{}/{}", text_of(device, "name"), what), 64);
  return text ? std::atoll(text->c_str()) : 0;
}

bool any_mounted(const json& device) {
  if (!text_of(device, "mountpoint").empty()) return true;
  const json children = device.value("children", json::array());
  return std::any_of(children.begin(), children.end(), any_mounted);
}

Result<json> ask_lsblk() {
  HVSH_TRY(
      const std::string text,
      program_output("read the disks",
                     {"lsblk", "--json", "--bytes", "--output",
                      "NAME,PATH,TYPE,SIZE,MODEL,SERIAL,TRAN,RO,RM,ROTA,LOG-SEC,PTTYPE,PARTTYPENAME,PARTUUID,"
                      "FSTYPE,LABEL,MOUNTPOINT,FSAVAIL"}));
  const json answer = json::parse(text, nullptr, false);
  return answer.is_object() ? answer.value("blockdevices", json::array()) : json::array();
}

TableStyle style_of(std::string_view name) {
  return name == "gpt" ? TableStyle::gpt : name == "dos" ? TableStyle::mbr : TableStyle::raw;
}

std::string type_of(std::string_view name) {
  if (name == "EFI System") return "System";
  if (name == "Microsoft reserved") return "Reserved";
  if (name == "Windows recovery environment") return "Recovery";
  if (name == "Microsoft basic data" || name.empty()) return "Basic";
  return std::string(name);
}

// What Windows calls a file system, and the program that makes one.
std::vector<std::string> mkfs_of(const std::string& file_system, const std::string& label) {
  const auto is = [&file_system](std::string_view name) { return equal_ascii(file_system, name); };
  if (is("NTFS")) return {"mkfs.ntfs", "--quick", "--label", label};
  if (is("FAT32") || is("vfat")) return {"mkfs.vfat", "-F", "32", "-n", label};
  if (is("FAT")) return {"mkfs.vfat", "-n", label};
  if (is("exFAT")) return {"mkfs.exfat", "-L", label};
  if (is("ext4") || is("xfs") || is("btrfs"))
    return {"mkfs." + to_lower(file_system), is("ext4") ? "-q" : "-f", "-L", label};
  return {};
}

class Disks final : public HostDisks {
 public:
  Result<std::vector<HostDisk>> disks() override {
    HVSH_TRY(const json devices, ask_lsblk());
    std::vector<HostDisk> found;
    for (const json& device : devices) {
      const std::string type = text_of(device, "type");
      if ((type != "disk" && type != "loop") || number_of(device, "size") == 0) continue;
      const int64_t sector = number_of(device, "log-sec");
      found.push_back({.number = static_cast<int64_t>(found.size()),
                       .device = text_of(device, "path"),
                       .model = text_of(device, "model"),
                       .serial = text_of(device, "serial"),
                       .bus = type == "loop" ? "File Backed Virtual" : text_of(device, "tran"),
                       .size = number_of(device, "size"),
                       .sector = sector > 0 ? sector : 512,
                       .style = style_of(text_of(device, "pttype")),
                       .read_only = flag_of(device, "ro"),
                       .removable = flag_of(device, "rm"),
                       .rotational = flag_of(device, "rota"),
                       .in_use = any_mounted(device)});
    }
    return found;
  }

  Result<std::vector<HostPartition>> partitions() override {
    HVSH_TRY(const std::vector<HostDisk> known, disks());
    HVSH_TRY(const json devices, ask_lsblk());
    std::vector<HostPartition> found;
    for (const json& device : devices) {
      const auto disk = std::find_if(known.begin(), known.end(), [&](const HostDisk& one) {
        return one.device == text_of(device, "path");
      });
      if (disk == known.end()) continue;
      for (const json& child : device.value("children", json::array())) {
        if (text_of(child, "type") != "part") continue;
        found.push_back({.disk = disk->number,
                         .number = fact_of(child, "partition"),
                         .device = text_of(child, "path"),
                         .type = type_of(text_of(child, "parttypename")),
                         .id = text_of(child, "partuuid"),
                         .offset = fact_of(child, "start") * 512,
                         .size = number_of(child, "size"),
                         .file_system = text_of(child, "fstype"),
                         .label = text_of(child, "label"),
                         .mount = text_of(child, "mountpoint"),
                         .free = number_of(child, "fsavail")});
      }
    }
    return found;
  }

  Result<void> initialize(const HostDisk& disk, TableStyle style) override {
    HVSH_CHECK(check_idle(disk));
    const char* label = style == TableStyle::gpt ? "label: gpt\n" : "label: dos\n";
    return done(program_output(fmt::format("initialize disk {}", disk.number),
                               {"sfdisk", "--quiet", disk.device}, label));
  }
  Result<void> clear(const HostDisk& disk) override {
    HVSH_CHECK(check_idle(disk));
    return done(program_output(fmt::format("clear disk {}", disk.number),
                               {"wipefs", "--all", "--quiet", disk.device}));
  }

  Result<int64_t> add_partition(const HostDisk& disk, int64_t size, const std::string& type) override {
    HVSH_TRY(const std::vector<HostPartition> before, partitions());
    std::string line = size > 0 ? fmt::format("size={}KiB", size / 1024) : ",";
    if (type == "System") line += ", type=uefi";
    HVSH_CHECK(done(program_output(fmt::format("make a partition on disk {}", disk.number),
                                   {"sfdisk", "--quiet", "--append", "--no-tell-kernel", disk.device},
                                   line + "\n")));
    HVSH_CHECK(
        done(program_output("tell the kernel of a new partition", {"partx", "--update", disk.device})));
    HVSH_TRY(const std::vector<HostPartition> after, partitions());
    for (const HostPartition& one : after) {
      const bool known = std::any_of(before.begin(), before.end(),
                                     [&](const HostPartition& old) { return old.device == one.device; });
      if (!known && one.disk == disk.number) return one.number;
    }
    return Error{.id = "PartitionNotFound",
                 .category = ErrorCategory::InvalidResult,
                 .message = fmt::format("Cannot find the partition that was made on disk {}.", disk.number)};
  }
  Result<void> remove_partition(const HostPartition& partition) override {
    HVSH_CHECK(check_unmounted(partition));
    HVSH_TRY(const std::vector<HostDisk> known, disks());
    for (const HostDisk& disk : known) {
      if (disk.number != partition.disk) continue;
      return done(
          program_output(fmt::format("remove partition {}", partition.device),
                         {"sfdisk", "--quiet", "--delete", disk.device, std::to_string(partition.number)}));
    }
    return {};
  }
  Result<void> format(const HostPartition& partition, const std::string& file_system,
                      const std::string& label) override {
    HVSH_CHECK(check_unmounted(partition));
    std::vector<std::string> argv = mkfs_of(file_system, label);
    if (argv.empty()) {
      return Error{
          .id = "InvalidParameter",
          .category = ErrorCategory::InvalidArgument,
          .message = fmt::format("Cannot format {}: '{}' is not a file system that this host can make.",
                                 partition.device, file_system),
          .hint = "Use NTFS, FAT32, exFAT, ext4, xfs or btrfs."};
    }
    argv.push_back(partition.device);
    return done(
        program_output(fmt::format("format {}", partition.device), argv, {}, std::chrono::minutes(30)));
  }
  Result<void> mount(const HostPartition& partition, const std::string& folder) override {
    return done(
        program_output(fmt::format("mount {}", partition.device), {"mount", "--", partition.device, folder}));
  }
  Result<void> unmount(const HostPartition& partition) override {
    return done(
        program_output(fmt::format("unmount {}", partition.device), {"umount", "--", partition.device}));
  }

 private:
  static Result<void> done(Result<std::string> said) {
    if (!said) return said.take_error();
    return {};
  }
  static Error in_use(const std::string& device) {
    return {.id = "DeviceInUse",
            .category = ErrorCategory::ResourceBusy,
            .message = fmt::format("Cannot change {}: a file system on it is mounted.", device),
            .hint = "Unmount it first (umount)."};
  }
  static Result<void> check_idle(const HostDisk& disk) {
    if (disk.in_use) return in_use(disk.device);
    return {};
  }
  static Result<void> check_unmounted(const HostPartition& partition) {
    if (!partition.mount.empty()) return in_use(partition.device);
    return {};
  }
};

}  // namespace

std::unique_ptr<HostDisks> make_disks() { return std::make_unique<Disks>(); }

}  // namespace hvsh::engines::linux_host
