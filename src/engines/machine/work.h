#pragma once
// One operation on one machine while it runs: its lock, its journal entry, and the steps that operations
// share. Internal to the machine engine.
//
// An operation that fails is settled by the same code that recovery uses: what is not committed is undone,
// what is committed is finished. So there is one description of "half-made" per kind of operation, in
// settle_*().
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engines/block_server.h"
#include "engines/machine.h"
#include "engines/machine/plan.h"
#include "engines/machine/record.h"

namespace hvsh::engines {

inline constexpr std::string_view kNewMachine = "New-VM";
inline constexpr std::string_view kRemoveMachine = "Remove-VM";
inline constexpr std::string_view kChange = "Set-VM";  // of settings or devices
inline constexpr std::string_view kCheckpoint = "Checkpoint-VM";
inline constexpr std::string_view kRestore = "Restore-VMSnapshot";
inline constexpr std::string_view kRemoveCheckpoint = "Remove-VMSnapshot";
// The step of a restore from which on only images are tidied.
inline constexpr int kRestoreTidies = 8;
// Within any step that merges: the guest is about to wait; the server has gone over, the record has not.
inline constexpr int kPivoting = 9;
inline constexpr int kPivoted = 10;

// lessened: the machine is whole and past the commit point, but does not have all that was asked for.
enum class Outcome { finished, lessened, undone };

class Machines::Work {
 public:
  // Recovers, takes the lock and looks at the machine. `lenient`: go on although an earlier operation can
  // neither be finished nor undone now (for what must always work, like cutting the power).
  static Result<Work> enter(Machines& machines, const Guid& id, std::string_view activity,
                            const Notices& notices, bool lenient = false);
  // For recovery and for a machine that is just being made: no recovery, no look.
  Work(Machines& machines, const Guid& id, Lock lock, const Notices& notices)
      : machines_(machines), id_(id), lock_(std::move(lock)), notices_(notices) {}

  // ---- What the machine is. status and config are those of the time when it was entered.
  const MachineStatus& status() const { return status_; }
  const MachineConfig& config() const { return config_; }
  const std::string& name() const { return status_.name; }
  bool is_served() const;
  Result<std::optional<MachineStatus>> look();  // now; nullopt: gone
  Result<MachineRecord> record();               // an error for a machine that has none

  // ---- Steps that operations share.
  void sample();  // metering; an error is only warned about
  Result<void> set_metering(bool enabled);
  Result<void> start_server();
  Result<void> stop_server();
  Result<void> restart_server();
  // Removes and merges images until the record's graph is as small as it can be. Whether the guest has to run
  // again after a pivot is the plan's `paused`.
  Result<void> tidy(Operation& operation, Plan& plan);

  // ---- Operations.
  Result<void> begin(std::string_view kind, Plan& plan);
  Operation& operation() { return *operation_; }
  Result<void> step(int number) { return operation_->step(number); }
  Result<void> step(int number, const Plan& plan) { return operation_->step(number, text_of(plan)); }
  // Ends the operation: `result` of its steps, then journalled as done, or settled after an error. Success if
  // settling finished what had failed before.
  Result<void> end(Result<void> result);
  // Finishes or undoes what the journal has of this machine.
  Result<void> recover();

 private:
  friend class Machines;
  Result<Outcome> settle(Operation& operation, Plan& plan);
  Result<Outcome> settle_new(Operation& operation, Plan& plan);
  Result<Outcome> settle_remove(Operation& operation, Plan& plan);
  Result<Outcome> settle_change(Operation& operation, Plan& plan);
  Result<Outcome> settle_checkpoint(Operation& operation, Plan& plan);
  Result<Outcome> undo_checkpoint(Operation& operation, Plan& plan, bool committed);
  Result<Outcome> settle_restore(Operation& operation, Plan& plan);
  Result<Outcome> settle_remove_checkpoint(Operation& operation, Plan& plan);

  Result<void> run_new(const NewMachine& machine, const MachineConfig& config, Plan& plan);
  Result<void> run_remove(Plan& plan);
  Result<void> run_change(const MachineConfig& wanted);
  Result<void> run_checkpoint(const std::string& name, Plan& plan);
  Result<void> run_restore(Plan& plan);
  Result<void> bring_back(Operation& operation, const Plan& plan, const CheckpointRecord& checkpoint,
                          bool has_disks);
  Result<void> end_restore(Operation& operation, Plan& plan);
  Result<CheckpointRecord> restored_checkpoint(const Plan& plan, bool& has_disks);
  Result<void> run_remove_checkpoint(const std::vector<std::string>& ids, Plan& plan);
  Result<void> merge(Operation& operation, Plan& plan, const std::string& target, const std::string& child,
                     const std::string& base);
  void release_guest(Operation& operation, Plan& plan);
  Result<void> resume_if_ours(const Plan& plan);

  Hypervisor& hypervisor() { return machines_.hypervisor_; }
  BlockServers& servers() { return machines_.servers_; }
  std::string id_text() const { return id_.to_string(); }

  Machines& machines_;
  Guid id_;
  Lock lock_;
  const Notices& notices_;
  MachineStatus status_ = {};
  MachineConfig config_ = {};
  std::optional<Operation> operation_ = {};
};

// Errors that several operations give.
Error not_a_managed_machine(std::string_view action, std::string_view name);
Error no_such_checkpoint(std::string_view machine, const std::string& checkpoint);
bool is_on(nouns::VMState state);
bool is_paused(nouns::VMState state);

// Deletes a file; one that is not there is no error.
Result<void> delete_file(const std::string& path);
// Deletes folders from the last to the first as far as they are empty.
void delete_empty_folders(const std::vector<std::string>& folders);

// Whether the server has exactly the record's images open.
bool same_images(const std::vector<MachineDisk>& record, const std::vector<MachineDisk>& server);

// At least 32 MB and whole multiples of 2 MB, as on Windows.
Result<void> check_memory(int64_t bytes);

// Windows' rules for the name of a machine, and those of a file name, since its folder is called so.
Result<void> check_machine_name(std::string_view name);

}  // namespace hvsh::engines
