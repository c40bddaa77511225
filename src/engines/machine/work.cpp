#include "engines/machine/work.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>

#include "engines/machine/graph.h"
#include "engines/machine_errors.h"

namespace hvsh::engines {

using nouns::VMState;

bool is_on(VMState state) {
  return state != VMState::Off && state != VMState::OffCritical && state != VMState::Saved &&
         state != VMState::SavedCritical;
}
bool is_paused(VMState state) { return state == VMState::Paused || state == VMState::PausedCritical; }

Error not_a_managed_machine(std::string_view action, std::string_view name) {
  return {
      .id = "NotImplemented",
      .category = ErrorCategory::NotImplemented,
      .message = fmt::format("Cannot {} virtual machine \"{}\": it was not made by hvsh and has no machine "
                             "record.",
                             action, name),
      .hint = "Create a machine with New-VM and -VHDPath from its disk.",
      .target = std::string(name)};
}

Error no_such_checkpoint(std::string_view machine, const std::string& checkpoint) {
  return {.id = "InvalidParameter",
          .category = ErrorCategory::InvalidArgument,
          .message =
              fmt::format("Hyper-V was unable to find a checkpoint with id \"{}\" of virtual machine \"{}\".",
                          checkpoint, machine),
          .hint = fmt::format("Get-VMSnapshot -VMName '{}' lists the checkpoints that it has.", machine),
          .target = checkpoint};
}

Result<void> delete_file(const std::string& path) {
  if (path.empty() || ::unlink(path.c_str()) == 0 || errno == ENOENT || errno == ENOTDIR) return {};
  return errno_error("delete", path, errno);
}

void delete_empty_folders(const std::vector<std::string>& folders) {
  // What is not empty belongs to somebody else and stays.
  std::for_each(folders.rbegin(), folders.rend(),
                [](const std::string& path) { (void)::rmdir(path.c_str()); });
}

Result<void> check_machine_name(std::string_view name) {
  std::string why;
  if (name.empty() || name.find_first_not_of(' ') == std::string_view::npos) {
    why = "it is empty";
  } else if (name.size() > 100) {
    why = "it is longer than 100 bytes";
  } else if (name == "." || name == "..") {
    why = "it names a folder";
  } else if (name.find('/') != std::string_view::npos) {
    why = "it contains '/'";
  } else if (std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; })) {
    why = "it contains a control character";
  }
  if (why.empty()) return {};
  return Error{.id = "InvalidParameter",
               .category = ErrorCategory::InvalidArgument,
               .message = fmt::format("\"{}\" cannot be the name of a virtual machine: {}.", name, why),
               .target = std::string(name)};
}

bool same_images(const std::vector<MachineDisk>& record, const std::vector<MachineDisk>& server) {
  const auto text = [](const std::vector<MachineDisk>& disks) {
    std::set<std::pair<std::string, std::string>> images;
    for (const MachineDisk& disk : disks) {
      std::error_code code;
      const auto path = std::filesystem::weakly_canonical(disk.image, code);
      images.emplace(disk.target, code ? disk.image : path.string());
    }
    return images;
  };
  return text(record) == text(server);
}

Result<void> check_memory(int64_t bytes) {
  constexpr int64_t kMebi = int64_t{1} << 20;
  std::string why;
  if (bytes < 32 * kMebi) {
    why = "the least is 32 MB";
  } else if (bytes > 12 * kMebi * kMebi) {
    why = "the most is 12 TB";
  } else if (bytes % (2 * kMebi) != 0) {
    why = "it is not a multiple of 2 MB";
  }
  if (why.empty()) return {};
  return Error{
      .id = "InvalidParameter",
      .category = ErrorCategory::InvalidArgument,
      .message = fmt::format("A virtual machine cannot start with {} bytes of memory: {}.", bytes, why),
      .target = fmt::format("{}", bytes)};
}

// ---- Entering

Result<Machines::Work> Machines::Work::enter(Machines& machines, const Guid& id, std::string_view activity,
                                             const Notices& notices, bool lenient) {
  if (!machines.recovered_) machines.recover(notices);
  HVSH_TRY(const auto before, machines.hypervisor_.status(std::span(&id, 1)));
  if (!before[0]) return no_such_machine(id);
  HVSH_TRY(Lock lock, machines.state_.lock_machine(id, before[0]->name, activity));
  Work work(machines, id, std::move(lock), notices);
  if (auto recovered = work.recover(); !recovered) {
    if (!lenient) return recovered.take_error();
    notices.warn(recovered.error().message);
  }
  // The wait for the lock may have been long, and recovery may have removed the machine.
  HVSH_TRY(const auto now, work.look());
  if (!now) return no_such_machine(before[0]->name);
  work.status_ = *now;
  HVSH_TRY(work.config_, machines.hypervisor_.config(id));
  return work;
}

Result<std::optional<MachineStatus>> Machines::Work::look() {
  HVSH_TRY(auto answer, hypervisor().status(std::span(&id_, 1)));
  return std::move(answer[0]);
}

bool Machines::Work::is_served() const {
  return std::any_of(config_.disks.begin(), config_.disks.end(),
                     [](const DiskConfig& disk) { return disk.served; });
}

Result<MachineRecord> Machines::Work::record() { return load_record(config_.record_path); }

// ---- Shared steps

void Machines::Work::sample() {
  if (!config_.metering_enabled) return;
  auto sampled = [&]() -> Result<void> {
    HVSH_TRY(const MeteringSample now, machines_.sample_of(id_));
    return machines_.metering_.add(id_, now);
  }();
  if (!sampled) {
    notices_.warn(fmt::format("The resource metering of virtual machine \"{}\" has missed a sample: {}",
                              name(), sampled.error().message));
  }
}

Result<void> Machines::Work::start_server() {
  if (!is_served() || config_.record_path.empty()) return {};
  auto started = servers().start(id_text(), config_.record_path);
  // The guest is off, so nobody holds the images that an older server has open.
  if (!started && started.error().id == "BlockServerDiffers") {
    return servers().reopen(id_text(), config_.record_path);
  }
  return started;
}

Result<void> Machines::Work::stop_server() {
  return is_served() ? servers().stop(id_text()) : Result<void>();
}

Result<void> Machines::Work::restart_server() {
  return is_served() ? servers().restart(id_text()) : Result<void>();
}

Result<void> Machines::Work::resume_if_ours(const Plan& plan) {
  if (!plan.paused) return {};
  HVSH_TRY(const auto now, look());
  return now && is_paused(now->state) ? hypervisor().resume(id_) : Result<void>();
}

Result<void> Machines::Work::merge(Operation& operation, Plan& plan, const std::string& target,
                                   const std::string& child, const std::string& base) {
  MergeHooks hooks;
  // A merge that an earlier process was killed in has left its own number.
  const int step = std::min(operation.entry().step, kRestoreTidies);
  hooks.before_pivot = [&]() -> Result<void> {
    HVSH_TRY(const auto now, look());
    if (!now || now->state != VMState::Running) return {};
    plan.paused = true;
    HVSH_CHECK(operation.step(kPivoting, text_of(plan)));
    return hypervisor().pause(id_);
  };
  hooks.after_pivot = [&](const std::string& image) -> Result<void> {
    HVSH_CHECK(operation.step(kPivoted));
    HVSH_TRY(MachineRecord record, load_record(plan.record_path));
    put_in_place(record, child, image);
    HVSH_CHECK(save_record(record, plan.record_path));
    HVSH_CHECK(resume_if_ours(plan));
    plan.paused = false;
    return operation.step(step, text_of(plan));
  };
  const std::string activity = fmt::format("Merging disk {} of '{}'", target, plan.machine_name);
  hooks.progress = [&](uint64_t done, uint64_t total) {
    notices_.show(activity, total == 0 ? -1
                                       : static_cast<int>(100.0 * static_cast<double>(std::min(done, total)) /
                                                          static_cast<double>(total)));
    return !notices_.is_stopping();
  };
  auto merged = servers().merge(
      {.vm_id = id_text(), .record_path = plan.record_path, .target = target, .child = child, .base = base},
      hooks);
  notices_.show(activity, 100);
  if (!merged) {
    if (plan.paused) release_guest(operation, plan);
    return merged;
  }
  HVSH_TRY(MachineRecord record, load_record(plan.record_path));
  // An earlier attempt may have come so far that there was nothing left to say to after_pivot.
  put_in_place(record, child, base);
  forget_image(record, child);
  return save_record(record, plan.record_path);
}

// A merge that failed at the pivot has left the guest waiting. It may go on if the server writes what the
// record says; if not, only finishing the merge can let it.
void Machines::Work::release_guest(Operation& operation, Plan& plan) {
  auto released = [&]() -> Result<void> {
    HVSH_TRY(const MachineRecord record, load_record(plan.record_path));
    HVSH_TRY(const ServerState server, servers().state(id_text()));
    if (!server.running || !same_images(record.disks, server.disks)) return {};
    HVSH_CHECK(resume_if_ours(plan));
    plan.paused = false;
    return operation.step(operation.entry().step, text_of(plan));
  }();
  if (!released) notices_.warn(released.error().message);
}

Result<void> Machines::Work::tidy(Operation& operation, Plan& plan) {
  while (true) {
    HVSH_TRY(MachineRecord record, load_record(plan.record_path));
    const auto next = next_step(record);
    if (!next) break;
    if (next->kind == GraphStep::merge) {
      HVSH_CHECK(merge(operation, plan, next->target, next->image, next->base));
      continue;
    }
    HVSH_CHECK(servers().remove_images({next->image}));
    forget_image(record, next->image);
    HVSH_CHECK(save_record(record, plan.record_path));
  }
  // Killed between the pivot and the resume: the merge is done, the guest still waits.
  return resume_if_ours(plan);
}

// ---- Journal

Result<void> Machines::Work::begin(std::string_view kind, Plan& plan) {
  if (plan.machine_name.empty()) plan.machine_name = name();
  HVSH_TRY(operation_, machines_.state_.begin(kind, id_, text_of(plan)));
  return {};
}

Result<void> Machines::Work::end(Result<void> result) {
  if (result) return operation_->done();
  Error error = result.take_error();
  auto plan = parse_plan(operation_->entry().data);
  auto outcome = plan ? settle(*operation_, *plan) : plan.take_error();
  auto closed = outcome ? operation_->done() : Result<void>();
  if (outcome && closed) {
    if (*outcome == Outcome::undone) return error;
    if (*outcome == Outcome::lessened) {
      error.hint =
          fmt::format("The disks of \"{}\" are those of the checkpoint; its memory or settings are not.",
                      plan->machine_name);
      return error;
    }
    notices_.warn(fmt::format("{} of \"{}\" is done, though at first it failed: {}", operation_->entry().kind,
                              plan->machine_name, error.message));
    return {};
  }
  const Error& open = outcome ? closed.error() : outcome.error();
  if (!error.hint.empty()) error.hint += " ";
  error.hint += fmt::format(
      "What was begun could not be finished or undone yet ({}) The next command on this machine "
      "tries again.",
      open.message);
  return error;
}

Result<void> Machines::Work::recover() {
  HVSH_TRY(std::vector<JournalEntry> entries, machines_.state_.unfinished(id_));
  for (JournalEntry& entry : entries) {
    Operation operation = machines_.state_.resume(entry);
    HVSH_TRY(Plan plan, parse_plan(entry.data));
    auto outcome = settle(operation, plan);
    if (outcome) {
      HVSH_CHECK(operation.done());
      notices_.tell(
          fmt::format("{} of virtual machine \"{}\", begun by process {} at {}, was interrupted; it has "
                      "been {}.",
                      entry.kind, plan.machine_name, entry.owner, entry.started,
                      *outcome == Outcome::undone ? "undone" : "finished"));
      continue;
    }
    Error error = outcome.take_error();
    error.message = fmt::format(
        "{} of virtual machine \"{}\", begun by process {} at {}, was interrupted and can neither be "
        "finished nor undone: {}",
        entry.kind, plan.machine_name, entry.owner, entry.started, error.message);
    // The machine is whole while images wait to be merged or removed; that must not stop it from being used.
    const bool whole = entry.kind == kRemoveCheckpoint ||
                       (entry.kind == kRestore && operation.entry().step >= kRestoreTidies);
    if (!whole || plan.paused) return error;
    notices_.warn(error.message);
  }
  return {};
}

Result<Outcome> Machines::Work::settle(Operation& operation, Plan& plan) {
  const std::string& kind = operation.entry().kind;
  if (kind == kNewMachine) return settle_new(operation, plan);
  if (kind == kRemoveMachine) return settle_remove(operation, plan);
  if (kind == kChange) return settle_change(operation, plan);
  if (kind == kCheckpoint) return settle_checkpoint(operation, plan);
  if (kind == kRestore) return settle_restore(operation, plan);
  if (kind == kRemoveCheckpoint) return settle_remove_checkpoint(operation, plan);
  return Error{
      .id = "InvalidData",
      .category = ErrorCategory::InvalidData,
      .message = fmt::format("The journal holds an operation '{}' that this program does not know.", kind),
      .hint = "Use the version of hvsh that began it, or a later one."};
}

}  // namespace hvsh::engines
