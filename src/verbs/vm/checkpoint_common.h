#pragma once
// What the cmdlets of checkpoints share.
#include "verbs/vm/common.h"

namespace hvsh::verbs {

inline constexpr std::string_view kSnapshotType[] = {"Microsoft.HyperV.PowerShell.VMSnapshot"};

// The checkpoints of a machine whose names match (wildcards allowed; empty: all). A name without wildcards
// that finds nothing is an error.
Result<std::vector<VMSnapshot>> find_checkpoints(Context& context, const VirtualMachine& machine,
                                                 const std::vector<std::string>& names);

// One checkpoint: by its name and its machine's, as an object, or by name of a given machine.
struct CheckpointTarget : Remoting {
  std::string name, vm_name;
  std::optional<Object<VirtualMachine>> vm;
  std::optional<Object<VMSnapshot>> snapshot;
  Switch passthru;
};

enum CheckpointSet : SetMask { kSnapshotByName = 1, kSnapshotByObject = 2, kSnapshotOfVM = 4 };
inline constexpr std::string_view kCheckpointSets[] = {"SnapshotName", "SnapshotObject", "VM"};

template <class Self>
consteval auto checkpoint_params() {
  return join(
      remoting_params<Self>({.sets = kSnapshotByName}),
      std::array{
          param<&CheckpointTarget::name, Self>("Name",
                                               {.sets = kSnapshotByName,
                                                .position = 0,
                                                .mandatory = true,
                                                .also = {{{.sets = kSnapshotOfVM, .mandatory = true}}},
                                                .wildcards = true},
                                               "The checkpoint's name."),
          param<&CheckpointTarget::vm_name, Self>("VMName",
                                                  {.sets = kSnapshotByName,
                                                   .position = 1,
                                                   .mandatory = true,
                                                   .wildcards = true,
                                                   .names_of = {&VirtualMachine::noun}},
                                                  "The machine's name."),
          param<&CheckpointTarget::vm, Self>("VM",
                                             {.sets = kSnapshotOfVM,
                                              .position = 0,
                                              .mandatory = true,
                                              .from_pipeline = true,
                                              .not_null = true},
                                             "The machine."),
          param<&CheckpointTarget::snapshot, Self>("VMSnapshot",
                                                   {.sets = kSnapshotByObject,
                                                    .position = 0,
                                                    .mandatory = true,
                                                    .from_pipeline = true,
                                                    .not_null = true,
                                                    .aliases = {"VMCheckpoint"}},
                                                   "The checkpoint."),
          param<&CheckpointTarget::passthru, Self>("Passthru", {}, "Write the checkpoint."),
      });
}

template <std::invocable<const VMSnapshot&> Act>
Flow each_checkpoint(Context& context, const CheckpointTarget& target, Act act) {
  if (target.snapshot) return act((*target.snapshot)->value);
  MachineTarget machines;
  if (target.vm) {
    machines.vm = {*target.vm};
  } else {
    machines.name = {target.vm_name};
  }
  return each_machine(context, machines, [&](const VirtualMachine& machine) -> Flow {
    auto found = find_checkpoints(context, machine, {target.name});
    if (!found) return report(context, found.take_error(), to_value(machine));
    for (const VMSnapshot& one : *found) {
      if (const Flow flow = act(one); flow != Flow::more) return flow;
    }
    return Flow::more;
  });
}

}  // namespace hvsh::verbs
