// Making, applying and removing checkpoints. The order of the steps is that of engines/block_server.h.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "engines/machine/graph.h"
#include "engines/machine/work.h"
#include "engines/machine_errors.h"

namespace hvsh::engines {

using nouns::VMState;

namespace {

// Windows' default: web01 - (11/22/2026 - 5:00:00 PM)
std::string default_name(const std::string& machine) {
  const CivilTime now = DateTime::now().civil();
  return fmt::format("{} - ({}/{}/{} - {}:{:02}:{:02} {})", machine, now.month, now.day, now.year,
                     now.hour % 12 == 0 ? 12 : now.hour % 12, now.minute, now.second,
                     now.hour < 12 ? "AM" : "PM");
}

Result<void> check_checkpoint_name(const std::string& name) {
  if (name.size() <= 256 &&
      std::none_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; })) {
    return {};
  }
  return Error{
      .id = "InvalidParameter",
      .category = ErrorCategory::InvalidArgument,
      .message = fmt::format("\"{}\" cannot be the name of a checkpoint: it is longer than 256 bytes or "
                             "contains a control character.",
                             name.substr(0, 64)),
      .target = name.substr(0, 64)};
}

Error renamed_since(const std::string& name, const std::string& name_then) {
  return {.id = "InvalidState",
          .category = ErrorCategory::InvalidOperation,
          .message =
              fmt::format("Cannot restore a checkpoint of virtual machine \"{}\": it holds the memory of a "
                          "machine that was named \"{}\".",
                          name, name_then),
          .hint = fmt::format("Rename it back first: Rename-VM -Name '{}' -NewName '{}'.", name, name_then),
          .target = name};
}

// What a checkpoint of this machine needs.
Result<void> check_can_checkpoint(const MachineStatus& status, const MachineConfig& config) {
  if (config.record_path.empty()) return not_a_managed_machine("checkpoint", status.name);
  if (config.checkpoint_type == nouns::CheckpointType::Disabled) {
    return Error{.id = "InvalidState",
                 .category = ErrorCategory::InvalidOperation,
                 .message = fmt::format(
                     "Cannot checkpoint virtual machine \"{}\": its checkpoints are disabled.", status.name),
                 .hint = "Set-VM -CheckpointType Standard enables them.",
                 .target = status.name};
  }
  if (config.checkpoint_type == nouns::CheckpointType::ProductionOnly) {
    return Error{.id = "NotImplemented",
                 .category = ErrorCategory::NotImplemented,
                 .message = fmt::format(
                     "Cannot checkpoint virtual machine \"{}\": it wants production checkpoints only, "
                     "which are not supported yet.",
                     status.name),
                 .hint = "Set-VM -CheckpointType Standard allows those that keep the guest's memory.",
                 .target = status.name};
  }
  for (const DiskConfig& disk : config.disks) {
    if (disk.served || disk.read_only) continue;
    return Error{.id = "NotImplemented",
                 .category = ErrorCategory::NotImplemented,
                 .message = fmt::format(
                     "Cannot checkpoint virtual machine \"{}\": its disk {} '{}' is attached directly "
                     "({}), and checkpoints of such disks are not supported yet.",
                     status.name, disk.target, disk.image, disk.format),
                 .hint = "Convert it with Convert-VHD to a .vhdx and attach that in its place.",
                 .target = status.name};
  }
  if (status.state != VMState::Off && status.state != VMState::Running && !is_paused(status.state)) {
    return wrong_state("checkpoint", status.name, status.state, "running, paused or off");
  }
  return {};
}

}  // namespace

// ---- Checkpoint-VM

Result<CheckpointInfo> Machines::checkpoint(const Guid& id, const std::string& name, const Notices& notices) {
  HVSH_TRY(Work work, Work::enter(*this, id, kCheckpoint, notices));
  HVSH_CHECK(check_can_checkpoint(work.status(), work.config()));
  HVSH_CHECK(check_checkpoint_name(name));
  HVSH_TRY(const MachineRecord record, work.record());
  const std::string checkpoint = Guid::random().to_string();
  Plan plan{.record_path = work.config().record_path,
            .checkpoint = checkpoint,
            .previous_checkpoint = record.current_checkpoint,
            .tag = checkpoint,
            .was_running = work.status().state == VMState::Running,
            .disks = record.disks};
  if (is_on(work.status().state)) {
    const std::string folder =
        work.config().snapshot_folder.empty() ? work.config().folder : work.config().snapshot_folder;
    plan.memory_file = fmt::format("{}/Snapshots/{}.mem", folder, checkpoint);
  }
  HVSH_CHECK(work.begin(kCheckpoint, plan));
  HVSH_CHECK(work.end(work.run_checkpoint(name.empty() ? default_name(work.name()) : name, plan)));
  HVSH_TRY(const std::vector<CheckpointInfo> all, checkpoints(id));
  for (const CheckpointInfo& info : all) {
    if (info.id.to_string() == checkpoint) return info;
  }
  return no_such_checkpoint(work.name(), checkpoint);
}

Result<void> Machines::Work::run_checkpoint(const std::string& name, Plan& plan) {
  const bool on = is_on(status_.state);
  HVSH_TRY(const std::string definition, hypervisor().definition(id_));
  HVSH_CHECK(step(1));
  HVSH_TRY(plan.leaves, servers().create_leaves(plan.disks, plan.tag));
  if (on) {
    std::error_code code;
    std::filesystem::create_directories(folder_of(plan.memory_file), code);
    if (code) return errno_error("make the folder", folder_of(plan.memory_file), code.value());
  }
  plan.paused = plan.was_running;
  HVSH_CHECK(step(2, plan));
  if (plan.was_running) HVSH_CHECK(hypervisor().pause(id_));
  if (on) {
    HVSH_CHECK(step(3));
    HVSH_CHECK(hypervisor().save_memory(id_, plan.memory_file));
  }
  HVSH_TRY(MachineRecord record, load_record(plan.record_path));
  const VMState state = is_paused(status_.state) ? VMState::Paused : on ? VMState::Running : VMState::Off;
  record.checkpoints.push_back(
      {.id = plan.checkpoint,
       .name = name,
       .parent_id = plan.previous_checkpoint,
       .created = DateTime::utc_now().to_iso(),
       .state = std::string(EnumOf<VMState>::info.name_of(static_cast<int32_t>(state))),
       .config = definition,
       .memory_file = plan.memory_file,
       .disks = plan.disks,
       .notes = config_.notes});
  record.current_checkpoint = plan.checkpoint;
  record.disks = plan.leaves;
  enter_leaves(record, plan.disks, plan.leaves);
  HVSH_CHECK(step(4));
  HVSH_CHECK(save_record(record, plan.record_path));
  if (!on) return {};
  HVSH_CHECK(step(5));
  if (is_served()) HVSH_CHECK(servers().switch_leaves(id_text(), plan.leaves));
  HVSH_CHECK(step(6));
  return resume_if_ours(plan);
}

// Committed with the record. Before that it is undone. After it, it is finished, unless the guest has written
// to the images that should be frozen, or the server cannot go over to the leaves: then the record is put
// back.
Result<Outcome> Machines::Work::settle_checkpoint(Operation& operation, Plan& plan) {
  HVSH_TRY(const MachineRecord record, load_record(plan.record_path));
  const bool committed = record.find_checkpoint(plan.checkpoint) != nullptr;
  HVSH_TRY(auto now, look());
  if (!committed) return undo_checkpoint(operation, plan, false);
  if (!now || !is_on(now->state)) return Outcome::finished;  // the next start opens the record's images
  HVSH_TRY(ServerState server, servers().state(id_text()));
  if (!server.running && !record.disks.empty()) {
    HVSH_CHECK(servers().start(id_text(), plan.record_path));
    HVSH_TRY(server, servers().state(id_text()));
  }
  if (!same_images(record.disks, server.disks)) {
    if (!is_paused(now->state)) return undo_checkpoint(operation, plan, true);
    if (!servers().switch_leaves(id_text(), record.disks)) return undo_checkpoint(operation, plan, true);
  }
  HVSH_CHECK(resume_if_ours(plan));
  return Outcome::finished;
}

Result<Outcome> Machines::Work::undo_checkpoint(Operation& operation, Plan& plan, bool committed) {
  HVSH_TRY(auto now, look());
  if (committed) {
    // While the record changes, the guest waits: a server that were restarted now would open the wrong
    // images.
    if (now && now->state == VMState::Running) {
      plan.paused = true;
      HVSH_CHECK(operation.step(operation.entry().step, text_of(plan)));
      HVSH_CHECK(hypervisor().pause(id_));
    }
    HVSH_TRY(MachineRecord record, load_record(plan.record_path));
    HVSH_TRY(const ServerState server, servers().state(id_text()));
    if (same_images(record.disks, server.disks)) {  // it was restarted meanwhile, on the leaves
      HVSH_CHECK(resume_if_ours(plan));
      return Outcome::finished;
    }
    take_out_checkpoint(record, plan.checkpoint);
    record.disks = plan.disks;
    record.current_checkpoint = plan.previous_checkpoint;
    for (const MachineDisk& leaf : plan.leaves) forget_image(record, leaf.image);
    HVSH_CHECK(save_record(record, plan.record_path));
  }
  HVSH_CHECK(resume_if_ours(plan));
  if (plan.leaves.empty() && operation.entry().step >= 1) {
    // Perhaps made and not journalled: the same tag gives the same names.
    HVSH_TRY(plan.leaves, servers().create_leaves(plan.disks, plan.tag));
  }
  std::vector<std::string> made;
  for (const MachineDisk& leaf : plan.leaves) {
    const bool old = std::any_of(plan.disks.begin(), plan.disks.end(),
                                 [&](const MachineDisk& disk) { return disk.image == leaf.image; });
    if (!old) made.push_back(leaf.image);
  }
  HVSH_CHECK(servers().remove_images(made));
  HVSH_CHECK(delete_file(plan.memory_file));
  HVSH_CHECK(delete_file(plan.memory_file.empty() ? "" : plan.memory_file + ".partial"));
  if (!plan.memory_file.empty()) delete_empty_folders({folder_of(plan.memory_file)});
  return Outcome::undone;
}

// ---- Restore-VMSnapshot

Result<void> Machines::restore(const Guid& id, const Guid& checkpoint, const Notices& notices) {
  HVSH_TRY(Work work, Work::enter(*this, id, kRestore, notices));
  if (work.config().record_path.empty()) {
    return not_a_managed_machine("restore a checkpoint of", work.name());
  }
  HVSH_TRY(const MachineRecord record, work.record());
  const CheckpointRecord* found = record.find_checkpoint(checkpoint.to_string());
  if (found == nullptr) return no_such_checkpoint(work.name(), checkpoint.to_string());
  if (!found->memory_file.empty() && ::access(found->memory_file.c_str(), F_OK) != 0) {
    return errno_error("read the saved memory", found->memory_file, errno);
  }
  if (!found->memory_file.empty()) {
    // A hypervisor may bring memory back only under the name that the machine had. Known before anything is
    // touched, that is an error; later it would be a machine without its memory.
    HVSH_TRY(const MachineConfig then, hypervisor_.config_of(found->config));
    if (then.name != work.name()) return renamed_since(work.name(), then.name);
  }
  Plan plan{.record_path = work.config().record_path,
            .checkpoint = found->id,
            .tag = Guid::random().to_string(),
            .disks = found->disks,
            .memory_file = found->memory_file};
  HVSH_CHECK(work.begin(kRestore, plan));
  return work.end(work.run_restore(plan));
}

Result<void> Machines::Work::run_restore(Plan& plan) {
  HVSH_CHECK(step(1));
  HVSH_TRY(plan.leaves, servers().create_leaves(plan.disks, plan.tag));
  HVSH_CHECK(step(2, plan));
  sample();
  if (is_on(status_.state)) HVSH_CHECK(hypervisor().turn_off(id_));
  if (status_.state == VMState::Saved) HVSH_CHECK(hypervisor().discard_saved(id_));
  sample();
  HVSH_CHECK(servers().stop(id_text()));
  HVSH_TRY(MachineRecord record, load_record(plan.record_path));
  record.disks = plan.leaves;
  record.current_checkpoint = plan.checkpoint;
  enter_leaves(record, plan.disks, plan.leaves);
  HVSH_CHECK(step(3));
  HVSH_CHECK(save_record(record, plan.record_path));
  bool has_disks = false;
  HVSH_TRY(const CheckpointRecord checkpoint, restored_checkpoint(plan, has_disks));
  HVSH_CHECK(bring_back(operation(), plan, checkpoint, has_disks));
  return end_restore(operation(), plan);
}

Result<CheckpointRecord> Machines::Work::restored_checkpoint(const Plan& plan, bool& has_disks) {
  HVSH_TRY(const MachineRecord record, load_record(plan.record_path));
  has_disks = !record.disks.empty();
  const CheckpointRecord* checkpoint = record.find_checkpoint(plan.checkpoint);
  if (checkpoint == nullptr) return no_such_checkpoint(plan.machine_name, plan.checkpoint);
  return *checkpoint;
}

// Settings and memory, after the commit point; also from recovery, so it begins wherever the machine is.
Result<void> Machines::Work::bring_back(Operation& operation, const Plan& plan,
                                        const CheckpointRecord& checkpoint, bool has_disks) {
  HVSH_TRY(auto now, look());
  if (now && now->state == VMState::Off && operation.entry().step < 7) {
    HVSH_CHECK(operation.step(4));
    if (!checkpoint.config.empty()) {
      HVSH_TRY(const MachineConfig before, hypervisor().config(id_));
      HVSH_CHECK(hypervisor().redefine(id_, checkpoint.config));
      // Whether it is metered is a fact about the machine, not about its state.
      HVSH_CHECK(set_metering(before.metering_enabled));
    }
    if (checkpoint.memory_file.empty()) return {};
    HVSH_CHECK(operation.step(5));
    if (has_disks) HVSH_CHECK(servers().reopen(id_text(), plan.record_path));
    HVSH_CHECK(operation.step(6));
    HVSH_CHECK(hypervisor().restore_memory(id_, checkpoint.memory_file));
    HVSH_TRY(now, look());
  }
  // Paused by us, at the checkpoint's instant; one that runs was started by somebody, on the right disks.
  if (now && is_paused(now->state) && operation.entry().step >= 6) {
    HVSH_CHECK(operation.step(7));
    HVSH_CHECK(hypervisor().save(id_));
  }
  return {};
}

Result<void> Machines::Work::end_restore(Operation& operation, Plan& plan) {
  HVSH_CHECK(operation.step(kRestoreTidies));
  HVSH_TRY(const auto now, look());
  if (now && !is_on(now->state)) HVSH_CHECK(servers().stop(id_text()));
  return tidy(operation, plan);
}

Result<Outcome> Machines::Work::settle_restore(Operation& operation, Plan& plan) {
  HVSH_TRY(MachineRecord record, load_record(plan.record_path));
  const bool committed = operation.entry().step >= 3 && record.current_checkpoint == plan.checkpoint &&
                         record.disks == plan.leaves;
  if (committed) {
    Outcome outcome = Outcome::finished;
    bool has_disks = false;
    HVSH_TRY(const CheckpointRecord checkpoint, restored_checkpoint(plan, has_disks));
    // A memory file that cannot be used, or settings that the hypervisor refuses, will not get better; the
    // machine goes on from the checkpoint's disks.
    if (operation.entry().step < kRestoreTidies) {
      if (auto brought = bring_back(operation, plan, checkpoint, has_disks); !brought) {
        const std::string& id = brought.error().id;
        if (id == "HypervisorUnavailable" || id == "HypervisorTimeout" || id == "JournalFailed") {
          return brought.take_error();
        }
        notices_.warn(
            fmt::format("Virtual machine \"{}\" has the disks of checkpoint \"{}\", but not all of its "
                        "settings and memory: {}",
                        plan.machine_name, checkpoint.name, brought.error().message));
        outcome = Outcome::lessened;
      }
    }
    HVSH_CHECK(end_restore(operation, plan));
    return outcome;
  }
  if (plan.leaves.empty() && operation.entry().step >= 1) {
    HVSH_TRY(plan.leaves, servers().create_leaves(plan.disks, plan.tag));
  }
  std::vector<std::string> made;
  for (const MachineDisk& leaf : plan.leaves) {
    if (!leaf.read_only) made.push_back(leaf.image);
  }
  HVSH_CHECK(servers().remove_images(made));
  return Outcome::undone;
}

// ---- Remove-VMSnapshot

Result<void> Machines::remove_checkpoint(const Guid& id, const Guid& checkpoint, bool include_children,
                                         const Notices& notices) {
  HVSH_TRY(Work work, Work::enter(*this, id, kRemoveCheckpoint, notices));
  if (work.config().record_path.empty()) {
    return not_a_managed_machine("remove a checkpoint of", work.name());
  }
  HVSH_TRY(const MachineRecord record, work.record());
  const std::string text = checkpoint.to_string();
  if (record.find_checkpoint(text) == nullptr) return no_such_checkpoint(work.name(), text);
  const std::vector<std::string> ids =
      include_children ? subtree_of(record, text) : std::vector<std::string>{text};
  Plan plan{.record_path = work.config().record_path, .checkpoint = text};
  for (const std::string& each : ids) {
    const CheckpointRecord* found = record.find_checkpoint(each);
    if (!found->memory_file.empty()) plan.files.push_back(found->memory_file);
  }
  HVSH_CHECK(work.begin(kRemoveCheckpoint, plan));
  return work.end(work.run_remove_checkpoint(ids, plan));
}

Result<void> Machines::Work::run_remove_checkpoint(const std::vector<std::string>& ids, Plan& plan) {
  HVSH_TRY(MachineRecord record, load_record(plan.record_path));
  for (const std::string& id : ids) take_out_checkpoint(record, id);
  HVSH_CHECK(step(1));
  HVSH_CHECK(save_record(record, plan.record_path));
  HVSH_CHECK(step(2));
  HVSH_TRY(const Outcome outcome, settle_remove_checkpoint(operation(), plan));
  (void)outcome;
  return {};
}

// Committed with the record, which lets go of the checkpoints at once; files and images follow.
Result<Outcome> Machines::Work::settle_remove_checkpoint(Operation& operation, Plan& plan) {
  HVSH_TRY(const MachineRecord record, load_record(plan.record_path));
  if (record.find_checkpoint(plan.checkpoint) != nullptr) return Outcome::undone;
  for (const std::string& file : plan.files) HVSH_CHECK(delete_file(file));
  HVSH_CHECK(tidy(operation, plan));
  return Outcome::finished;
}

Result<void> Machines::rename_checkpoint(const Guid& id, const Guid& checkpoint, const std::string& name,
                                         const Notices& notices) {
  HVSH_TRY(Work work, Work::enter(*this, id, "Rename-VMSnapshot", notices));
  HVSH_CHECK(check_checkpoint_name(name));
  if (work.config().record_path.empty()) {
    return not_a_managed_machine("rename a checkpoint of", work.name());
  }
  HVSH_TRY(MachineRecord record, work.record());
  for (CheckpointRecord& each : record.checkpoints) {
    if (each.id != checkpoint.to_string()) continue;
    each.name = name;
    return save_record(record, work.config().record_path);
  }
  return no_such_checkpoint(work.name(), checkpoint.to_string());
}

}  // namespace hvsh::engines
