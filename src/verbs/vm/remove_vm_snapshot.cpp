#include "verbs/vm/checkpoint_common.h"

namespace hvsh::verbs {

struct RemoveVMSnapshot : MachineTarget {
  std::vector<std::string> snapshot_name;
  std::vector<Object<VMSnapshot>> snapshot;
  Switch include_children;

  enum Set : SetMask { SnapshotName = 1, VMObject = 2, SnapshotObject = 4 };
  static constexpr std::string_view kSets[] = {"SnapshotName", "VMObject", "SnapshotObject"};
  static constexpr auto kParams =
      join(remoting_params<RemoveVMSnapshot>({.sets = SnapshotName}),
           std::array{
               param<&MachineTarget::name, RemoveVMSnapshot>("VMName",
                                                             {.sets = SnapshotName,
                                                              .position = 0,
                                                              .mandatory = true,
                                                              .wildcards = true,
                                                              .names_of = {&VirtualMachine::noun}},
                                                             "Names of the machines."),
               param<&MachineTarget::vm, RemoveVMSnapshot>(
                   "VM", {.sets = VMObject, .position = 0, .mandatory = true, .from_pipeline = true},
                   "Machines, as Get-VM gives them."),
               param<&RemoveVMSnapshot::snapshot_name>(
                   "Name",
                   {.sets = SnapshotName | VMObject, .position = 1, .from_pipeline = true, .wildcards = true},
                   "Names of the checkpoints; all when it is left out."),
               param<&RemoveVMSnapshot::snapshot>("VMSnapshot",
                                                  {.sets = SnapshotObject,
                                                   .position = 0,
                                                   .mandatory = true,
                                                   .from_pipeline = true,
                                                   .aliases = {"VMCheckpoint"}},
                                                  "Checkpoints, as Get-VMSnapshot gives them."),
               param<&RemoveVMSnapshot::include_children>("IncludeAllChildSnapshots",
                                                          {.aliases = {"IncludeAllChildCheckpoints"}},
                                                          "Remove what grew from them too."),
           },
           passthru_param<RemoveVMSnapshot>(), as_job_param<RemoveVMSnapshot>());
  static constexpr std::string_view kAliases[] = {"Remove-VMCheckpoint"};
  static constexpr Example kExamples[] = {
      {"Remove-VMSnapshot web01 -Name clean", "", "Forgets the checkpoint; the disks are merged."}};
  static constexpr Decl decl{.verb = "Remove",
                             .noun = "VMSnapshot",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .outputs = kMachineType,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.HyperV.PowerShell.Commands.RemoveVMSnapshot",
                             .synopsis = "Removes checkpoints and merges their disks; the machine goes on."};

  Flow process(Context& context) {
    for (const Object<VMSnapshot>& one : snapshot) {
      if (const Flow flow = remove(context, one->value); flow != Flow::more) return flow;
    }
    return each_machine(context, *this, [&](const VirtualMachine& machine) -> Flow {
      auto found = find_checkpoints(context, machine, snapshot_name);
      if (!found) return report(context, found.take_error(), to_value(machine));
      for (const VMSnapshot& one : *found) {
        if (const Flow flow = remove(context, one); flow != Flow::more) return flow;
      }
      return Flow::more;
    });
  }

 private:
  Flow remove(Context& context, const VMSnapshot& one) const {
    const Answer answer = context.should_process(what_if(decl, "remove the checkpoint", one.name));
    if (answer == Answer::stopped) return Flow::stopped;
    if (answer == Answer::no) return Flow::more;
    Result<void> done = context.get<engines::Machines>().remove_checkpoint(
        one.vm_id, one.id, include_children.on, notices(context));
    if (!done) return report(context, done.take_error(), noun_value(VMSnapshot(one)));
    return passthru ? context.write(noun_value(VMSnapshot(one))) : Flow::more;
  }
};
CMDLET(RemoveVMSnapshot);

}  // namespace hvsh::verbs
