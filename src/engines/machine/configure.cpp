// Changes to a machine's settings and devices.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "engines/machine/work.h"
#include "engines/machine_errors.h"
#include "engines/machine_rules.h"

namespace hvsh::engines {

namespace {

template <class List>
auto by_target(List& list, const std::string& target) {
  return std::find_if(list.begin(), list.end(), [&](const auto& each) { return each.target == target; });
}

std::string canonical(const std::string& path) {
  std::error_code code;
  const auto real = std::filesystem::weakly_canonical(path, code);
  return code ? path : real.string();
}

// What the record has to say of the served disks that the configuration has.
std::vector<MachineDisk> record_disks(const std::vector<MachineDisk>& now, const MachineConfig& config) {
  std::vector<MachineDisk> disks;
  for (const DiskConfig& disk : config.disks) {
    if (!disk.served) continue;
    const auto known = by_target(now, disk.target);
    disks.push_back(known == now.end() ? MachineDisk{disk.target, disk.image, disk.read_only} : *known);
  }
  return disks;
}

Result<void> check_free(const MachineConfig& config, const std::string& image) {
  for (const DiskConfig& disk : config.disks) {
    if (disk.image != image || disk.target.empty()) continue;
    return Error{
        .id = "ResourceBusy",
        .category = ErrorCategory::ResourceBusy,
        .message = fmt::format("Cannot attach '{}' to virtual machine \"{}\": it is attached already, on {}.",
                               image, config.name, place_words(disk.place)),
        .hint = "Attach a copy of it, or remove that drive first.",
        .target = image};
  }
  return {};
}

// A disk that checkpoints hold cannot go: they could not be restored without it.
Result<void> check_checkpoints(const MachineRecord& record, const MachineConfig& config,
                               const std::vector<MachineDisk>& after) {
  for (const CheckpointRecord& checkpoint : record.checkpoints) {
    for (const MachineDisk& disk : checkpoint.disks) {
      if (by_target(record.disks, disk.target) == record.disks.end()) continue;
      if (by_target(after, disk.target) != after.end()) continue;
      return Error{.id = "InvalidState",
                   .category = ErrorCategory::InvalidOperation,
                   .message = fmt::format(
                       "Cannot remove the disk '{}' of virtual machine \"{}\": checkpoint \"{}\" holds it.",
                       disk.image, config.name, checkpoint.name),
                   .hint = "Remove the machine's checkpoints first (Remove-VMSnapshot).",
                   .target = config.name};
    }
  }
  return {};
}

}  // namespace

// What a new disk is: its format from its content, and how the guest reaches it.
Result<void> Machines::complete_disk(const MachineConfig& before, MachineConfig& wanted, DiskConfig& disk) {
  disk.image = canonical(disk.image);
  disk.target.clear();
  HVSH_CHECK(check_free(wanted, disk.image));
  struct stat info {};
  if (disk.format.empty() && ::stat(disk.image.c_str(), &info) == 0 && S_ISBLK(info.st_mode))
    disk.format = "raw";
  if (disk.format.empty()) {
    HVSH_TRY(disk.format, format_to_attach(disk.image));
  }
  disk.served = disk.format == "vhdx";
  disk.server_socket.clear();
  if (disk.served) {
    if (before.record_path.empty()) return not_a_managed_machine("attach a VHDX disk to", before.name);
    HVSH_TRY(disk.server_socket, servers_.socket_path(before.id.to_string()));
  }
  disk.target = free_target(wanted, disk.place);
  return {};
}

Result<void> Machines::complete_change(const MachineConfig& before, MachineConfig& wanted) {
  if (wanted.name != before.name) HVSH_CHECK(check_machine_name(wanted.name));
  if (wanted.memory_startup_bytes != before.memory_startup_bytes) {
    HVSH_CHECK(check_memory(wanted.memory_startup_bytes));
  }
  if (!wanted.dynamic_memory) {
    wanted.memory_minimum_bytes = wanted.memory_maximum_bytes = wanted.memory_startup_bytes;
  }
  for (DiskConfig& disk : wanted.disks) {
    const auto known = by_target(before.disks, disk.target);
    if (known != before.disks.end() && known->image == disk.image) continue;
    // Another image is another disk: what holds the old one by its name must not find the new one.
    if (known != before.disks.end()) disk.format.clear();
    HVSH_CHECK(complete_disk(before, wanted, disk));
  }
  for (DvdConfig& dvd : wanted.dvds) {
    const auto known = by_target(before.dvds, dvd.target);
    if (known == before.dvds.end()) dvd.target = free_target(wanted, dvd.place);
    if (dvd.image.empty() || (known != before.dvds.end() && known->image == dvd.image)) continue;
    dvd.image = canonical(dvd.image);
  }
  return {};
}

Result<MachineConfig> Machines::change(const Guid& id, std::string_view activity, const Change& change,
                                       const Notices& notices) {
  HVSH_TRY(Work work, Work::enter(*this, id, activity, notices));
  MachineConfig wanted = work.config();
  HVSH_CHECK(change(wanted));
  if (wanted == work.config()) return config(id);
  HVSH_CHECK(complete_change(work.config(), wanted));
  HVSH_CHECK(check_change(work.config(), wanted, work.status().state));
  HVSH_CHECK(work.run_change(wanted));
  return config(id);
}

Result<void> Machines::rename(const Guid& id, const std::string& name, const Notices& notices) {
  const auto renamed = change(
      id, "Rename-VM",
      [&](MachineConfig& config) -> Result<void> {
        config.name = name;
        return {};
      },
      notices);
  return renamed ? Result<void>() : renamed.error();
}

Result<void> Machines::Work::run_change(const MachineConfig& wanted) {
  Plan plan{.record_path = config_.record_path};
  if (plan.record_path.empty()) return hypervisor().configure(id_, wanted);
  const auto is_served = [](const DiskConfig& disk) { return disk.served; };
  const bool touches_record = wanted.name != name() ||
                              std::any_of(wanted.disks.begin(), wanted.disks.end(), is_served) ||
                              std::any_of(config_.disks.begin(), config_.disks.end(), is_served);
  if (!touches_record) return hypervisor().configure(id_, wanted);
  HVSH_TRY(MachineRecord record, this->record());
  plan.disks = record.disks;
  plan.leaves = record_disks(record.disks, wanted);
  if (wanted.name == name() && plan.disks == plan.leaves) return hypervisor().configure(id_, wanted);
  HVSH_CHECK(check_checkpoints(record, config_, plan.leaves));
  HVSH_CHECK(begin(kChange, plan));
  return end([&]() -> Result<void> {
    HVSH_CHECK(step(1));
    // Disks to come are in the record and served before the guest gets them; those to go, until it has let
    // go.
    for (const MachineDisk& disk : plan.leaves) {
      if (by_target(record.disks, disk.target) == record.disks.end()) record.disks.push_back(disk);
    }
    if (record.disks != plan.disks) {
      HVSH_CHECK(save_record(record, plan.record_path));
      if (is_on(status_.state)) HVSH_CHECK(servers().update(id_text(), plan.record_path));
    }
    HVSH_CHECK(step(2));
    HVSH_CHECK(hypervisor().configure(id_, wanted));
    HVSH_TRY(const Outcome outcome, settle_change(operation(), plan));
    (void)outcome;
    return {};
  }());
}

// The record follows the hypervisor: its name and the disks that it has.
Result<Outcome> Machines::Work::settle_change(Operation&, Plan& plan) {
  HVSH_TRY(const auto now, look());
  if (!now) return Outcome::undone;
  HVSH_TRY(const MachineConfig config, hypervisor().config(id_));
  HVSH_TRY(MachineRecord record, load_record(plan.record_path));
  const MachineRecord before = record;
  record.name = now->name;
  record.disks = record_disks(record.disks, config);
  if (record != before) HVSH_CHECK(save_record(record, plan.record_path));
  const bool disks_changed = plan.disks != plan.leaves;
  if (disks_changed && is_on(now->state)) HVSH_CHECK(servers().update(id_text(), plan.record_path));
  const bool done = now->name != plan.machine_name || (disks_changed && record.disks == plan.leaves);
  return done ? Outcome::finished : Outcome::undone;
}

}  // namespace hvsh::engines
