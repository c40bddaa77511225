// Making and removing machines.
#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "core/object.h"
#include "core/wildcard.h"
#include "engines/machine/graph.h"
#include "engines/machine/work.h"
#include "engines/machine_errors.h"

namespace hvsh::engines {
namespace {

constexpr const char* kConfigurationVersion = "10.0";

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
  return text;
}

// The format that a name promises; empty: it promises nothing.
std::string promised_format(const std::string& path) {
  const std::string extension = lower(std::filesystem::path(path).extension().string());
  if (extension == ".vhdx" || extension == ".avhdx") return "vhdx";
  if (extension == ".vhd" || extension == ".avhd") return "vpc";
  if (extension == ".qcow2") return "qcow2";
  if (extension == ".raw" || extension == ".img" || extension == ".iso") return "raw";
  return {};
}

Error bad_parameter(std::string message, const std::string& target, std::string hint = {}) {
  return {.id = "InvalidParameter",
          .category = ErrorCategory::InvalidArgument,
          .message = std::move(message),
          .hint = std::move(hint),
          .target = target};
}

std::string canonical(const std::string& path) {
  std::error_code code;
  const auto real = std::filesystem::weakly_canonical(path, code);
  return code ? path : real.string();
}

// The folders on the way to `path` that are not there yet, outermost first.
std::vector<std::string> missing_folders(const std::string& path) {
  std::vector<std::string> missing;
  for (std::string at = path; ::access(at.c_str(), F_OK) != 0 && at.size() > 1; at = folder_of(at)) {
    missing.insert(missing.begin(), at);
  }
  return missing;
}

Result<void> make_folder(const std::string& path) {
  struct stat info {};
  if (::mkdir(path.c_str(), 0755) == 0) {
    // Below the shared folder of machines, the group may change what is in it as well.
    const bool shared = ::stat(path.c_str(), &info) == 0 && (info.st_mode & S_ISGID) != 0;
    if (shared) (void)!::chmod(path.c_str(), 02775);
    return sync_folder(folder_of(path));
  }
  if (errno == EEXIST && ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) return {};
  return errno_error("make the folder", path, errno);
}

// Never over a file that is there.
Result<void> move_new(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) != 0) {
    if (errno != EINVAL && errno != ENOSYS) return errno_error("create", to, errno);
    // A file system without that flag.
    if (::link(from.c_str(), to.c_str()) != 0) return errno_error("create", to, errno);
    ::unlink(from.c_str());
  }
  return sync_folder(folder_of(to));
}

// The chosen kind before all others; VHD is what generation 2 calls an IDE disk.
void put_first(nouns::BootDevice device, std::vector<nouns::BootDevice>& order) {
  using nouns::BootDevice;
  if (device == BootDevice::VHD) device = BootDevice::IDE;
  if (device == BootDevice::NetworkAdapter) device = BootDevice::LegacyNetworkAdapter;
  std::erase(order, device);
  order.insert(order.begin(), device);
}

Result<void> check_new(const NewMachine& machine) {
  HVSH_CHECK(check_machine_name(machine.name));
  HVSH_CHECK(check_memory(machine.memory_startup_bytes));
  if (machine.generation != 1 && machine.generation != 2) {
    return bad_parameter(fmt::format("{} is not a generation of virtual machines.", machine.generation),
                         machine.name, "There are generations 1 and 2.");
  }
  if (!machine.vhd_path.empty() && !machine.new_vhd_path.empty()) {
    return bad_parameter("A virtual machine is made with an existing disk or with a new one, not with both.",
                         machine.name);
  }
  for (const std::string* path : {&machine.path, &machine.vhd_path, &machine.new_vhd_path}) {
    if (!path->empty() && path->front() != '/') {
      return bad_parameter(fmt::format("'{}' is not an absolute path.", *path), *path);
    }
  }
  if (machine.new_vhd_path.empty()) return {};
  if (machine.new_vhd_size_bytes == 0) {
    return bad_parameter(fmt::format("The new disk '{}' needs a size.", machine.new_vhd_path),
                         machine.new_vhd_path, "Give it with -NewVHDSizeBytes, for example 40GB.");
  }
  if (::access(machine.new_vhd_path.c_str(), F_OK) == 0) {
    Error error = errno_error("create the disk", machine.new_vhd_path, EEXIST);
    error.hint = "Attach it with -VHDPath, or choose another path.";
    return error;
  }
  return {};
}

}  // namespace

// A guest that reads the container of an image as its disk corrupts both, so name and content must agree.
Result<std::string> Machines::format_to_attach(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return errno_error("attach", path, errno);
  if (S_ISDIR(info.st_mode)) return errno_error("attach", path, EISDIR);
  HVSH_TRY(const ImageFacts facts, images_.probe(path));
  const std::string promised = promised_format(path);
  if (!promised.empty() && promised != facts.format) {
    return Error{
        .id = "InvalidData",
        .category = ErrorCategory::InvalidData,
        .message = fmt::format("Cannot attach '{}': its name says {}, and its content is {}.", path, promised,
                               facts.format),
        .hint = "Give it the extension of its real format; Get-VHD and qemu-img info show what it is.",
        .target = path};
  }
  if (facts.format == "vhdx" || facts.format == "vpc" || facts.format == "raw" || facts.format == "qcow2") {
    return facts.format;
  }
  return Error{
      .id = "NotImplemented",
      .category = ErrorCategory::NotImplemented,
      .message = fmt::format("Cannot attach '{}': disks of format {} are not supported.", path, facts.format),
      .hint = "Convert it with Convert-VHD.",
      .target = path};
}

Result<void> Machines::check_name_is_free(const std::string& name) {
  auto listed = hypervisor_.list({.names = {escape_wildcards(name)}});
  if (!listed) return listed.error().id == "InvalidParameter" ? Result<void>() : listed.take_error();
  for (const MachineStatus& status : *listed) {
    if (equal_names(status.name, name)) return machine_exists(name);
  }
  return {};
}

Result<MachineConfig> Machines::config_for(const NewMachine& machine, const Guid& id) {
  const std::string parent = machine.path.empty() ? config_.machines_folder : machine.path;
  MachineConfig config{.id = id, .name = machine.name, .generation = machine.generation};
  config.processor_count = machine.processor_count;
  config.memory_startup_bytes = machine.memory_startup_bytes;
  config.memory_minimum_bytes = config.memory_maximum_bytes = machine.memory_startup_bytes;
  config.notes = machine.notes;
  config.version = kConfigurationVersion;
  config.created = DateTime::utc_now();
  config.folder = (std::filesystem::path(canonical(parent)) / machine.name).string();
  config.record_path = fmt::format("{}/Virtual Machines/{}.hvsh.json", config.folder, id.to_string());
  config.snapshot_folder = config.folder;
  if (machine.boot_device) put_first(*machine.boot_device, config.firmware.startup_order);
  config.scsi_controllers = 1;
  config.adapters.push_back({.switch_name = machine.switch_name});
  const std::string image = machine.vhd_path.empty() ? machine.new_vhd_path : machine.vhd_path;
  if (image.empty()) return config;
  DiskConfig disk{.target = "sda", .image = canonical(image)};
  disk.place.type = machine.generation == 1 ? nouns::ControllerType::IDE : nouns::ControllerType::SCSI;
  if (machine.vhd_path.empty()) {
    disk.format = promised_format(image);
    if (disk.format != "vhdx" && disk.format != "vpc") {
      return bad_parameter(fmt::format("The new disk '{}' must be called .vhdx or .vhd.", image), image);
    }
  } else {
    HVSH_TRY(disk.format, format_to_attach(disk.image));
  }
  disk.served = disk.format == "vhdx";
  if (disk.served) {
    HVSH_TRY(disk.server_socket, servers_.socket_path(id.to_string()));
  }
  config.disks.push_back(std::move(disk));
  return config;
}

Result<Guid> Machines::create(const NewMachine& machine, const Notices& notices) {
  if (!recovered_) recover(notices);
  HVSH_CHECK(check_new(machine));
  HVSH_CHECK(check_name_is_free(machine.name));
  const Guid id = Guid::random();
  HVSH_TRY(const MachineConfig config, config_for(machine, id));
  std::optional<Lock> image_lock;
  if (!machine.new_vhd_path.empty()) {
    HVSH_TRY(image_lock, state_.lock_image(machine.new_vhd_path, kNewMachine));
  }
  HVSH_TRY(Lock lock, state_.lock_machine(id, machine.name, kNewMachine));
  Work work(*this, id, std::move(lock), notices);
  Plan plan{.machine_name = machine.name, .record_path = config.record_path};
  plan.folders = missing_folders(folder_of(config.record_path));
  if (!machine.new_vhd_path.empty()) {
    const std::filesystem::path path = config.disks[0].image;
    plan.disk = path.string();
    plan.temporary_disk =
        (path.parent_path() / fmt::format(".{}{}", id.to_string(), path.extension().string())).string();
  }
  HVSH_CHECK(work.begin(kNewMachine, plan));
  HVSH_CHECK(work.end(work.run_new(machine, config, plan)));
  return id;
}

Result<void> Machines::Work::run_new(const NewMachine& machine, const MachineConfig& config, Plan& plan) {
  HVSH_CHECK(step(1));
  for (const std::string& folder : plan.folders) HVSH_CHECK(make_folder(folder));
  if (!plan.disk.empty()) {
    HVSH_CHECK(step(2));
    HVSH_CHECK(machines_.images_.create(plan.temporary_disk, machine.new_vhd_size_bytes));
    struct stat info {};
    if (::stat(plan.temporary_disk.c_str(), &info) != 0)
      return errno_error("read", plan.temporary_disk, errno);
    plan.device = info.st_dev;
    plan.inode = info.st_ino;
    HVSH_CHECK(step(3, plan));
    HVSH_CHECK(move_new(plan.temporary_disk, plan.disk));
  }
  HVSH_CHECK(step(4));
  MachineRecord record{.id = id_text(), .name = config.name};
  for (const DiskConfig& disk : config.disks) {
    if (disk.served) record.disks.push_back({disk.target, disk.image, disk.read_only});
  }
  HVSH_CHECK(save_record(record, config.record_path));
  HVSH_CHECK(step(5));
  return hypervisor().define(config);
}

// Defining is the commit point: before it, what was made goes again, and nothing else.
Result<Outcome> Machines::Work::settle_new(Operation&, Plan& plan) {
  HVSH_TRY(const auto now, look());
  if (now) return Outcome::finished;
  HVSH_CHECK(delete_file(plan.record_path));
  HVSH_CHECK(delete_file(plan.temporary_disk));
  struct stat info {};
  if (!plan.disk.empty() && plan.inode != 0 && ::stat(plan.disk.c_str(), &info) == 0 &&
      info.st_dev == plan.device && info.st_ino == plan.inode) {
    HVSH_CHECK(delete_file(plan.disk));
  }
  delete_empty_folders(plan.folders);
  return Outcome::undone;
}

// ---- Removal

Result<void> Machines::remove(const Guid& id, const Notices& notices) {
  HVSH_TRY(Work work, Work::enter(*this, id, kRemoveMachine, notices));
  if (is_on(work.status().state)) {
    return wrong_state("remove", work.name(), work.status().state, "off or saved");
  }
  Plan plan{.record_path = work.config().record_path};
  if (!plan.record_path.empty() && ::access(plan.record_path.c_str(), F_OK) != 0 && errno == ENOENT) {
    notices.warn(
        fmt::format("The machine record '{}' is gone; checkpoints of virtual machine \"{}\" that it named "
                    "are not merged.",
                    plan.record_path, work.name()));
    plan.record_path.clear();
  }
  if (!plan.record_path.empty()) {
    HVSH_TRY(const MachineRecord record, work.record());
    for (const CheckpointRecord& checkpoint : record.checkpoints) {
      if (!checkpoint.memory_file.empty()) plan.files.push_back(checkpoint.memory_file);
    }
    plan.files.push_back(plan.record_path);
    plan.folders = {work.config().folder, work.config().snapshot_folder + "/Snapshots",
                    folder_of(plan.record_path)};
  }
  HVSH_CHECK(work.begin(kRemoveMachine, plan));
  return work.end(work.run_remove(plan));
}

Result<void> Machines::Work::run_remove(Plan& plan) {
  HVSH_CHECK(step(1));
  if (!plan.record_path.empty()) {
    HVSH_TRY(MachineRecord record, load_record(plan.record_path));
    if (!record.checkpoints.empty()) {
      record.checkpoints.clear();
      record.current_checkpoint.clear();
      HVSH_CHECK(save_record(record, plan.record_path));
    }
    HVSH_CHECK(step(2));
    HVSH_CHECK(tidy(operation(), plan));
  }
  HVSH_CHECK(step(3));
  HVSH_CHECK(stop_server());
  HVSH_CHECK(step(4));
  HVSH_CHECK(hypervisor().undefine(id_));
  HVSH_CHECK(step(5));
  HVSH_TRY(const Outcome outcome, settle_remove(operation(), plan));
  (void)outcome;
  return {};
}

// Undefining is the commit point: before it, the machine stays, though its checkpoints may be gone and are
// then merged; after it, its files go.
Result<Outcome> Machines::Work::settle_remove(Operation& operation, Plan& plan) {
  HVSH_TRY(const auto now, look());
  if (now) {
    if (plan.record_path.empty()) return Outcome::undone;
    HVSH_TRY(const MachineRecord record, load_record(plan.record_path));
    if (!record.checkpoints.empty()) return Outcome::undone;
    // Checkpoints that the record has let go of cannot come back, so their memory goes too.
    for (const std::string& file : plan.files) {
      if (file != plan.record_path) HVSH_CHECK(delete_file(file));
    }
    HVSH_CHECK(tidy(operation, plan));
    return Outcome::undone;
  }
  HVSH_CHECK(servers().stop(id_text()));
  HVSH_CHECK(machines_.metering_.end(id_));
  for (const std::string& file : plan.files) HVSH_CHECK(delete_file(file));
  delete_empty_folders(plan.folders);
  return Outcome::finished;
}

}  // namespace hvsh::engines
