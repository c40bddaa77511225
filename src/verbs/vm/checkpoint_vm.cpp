#include "verbs/vm/checkpoint_common.h"

namespace hvsh::verbs {

struct CheckpointVM : MachineTarget {
  std::string snapshot_name;

  static constexpr auto kParams =
      join(target_params<CheckpointVM>(),
           std::array{param<&CheckpointVM::snapshot_name>(
               "SnapshotName", {.position = 1, .aliases = {"CheckpointName"}},
               "The checkpoint's name; the machine's and the time when left out.")},
           passthru_param<CheckpointVM>(), as_job_param<CheckpointVM>());
  static constexpr std::string_view kOutputs[] = {"Microsoft.HyperV.PowerShell.Snapshot"};
  static constexpr Example kExamples[] = {
      {"Checkpoint-VM web01 -SnapshotName clean", "", "Keeps the present state of web01."}};
  static constexpr Decl decl{
      .verb = "Checkpoint",
      .noun = "VM",
      .sets = kNameSets,
      .default_set = 0,
      .params = kParams,
      .outputs = kOutputs,
      .examples = kExamples,
      .should_process = true,
      .error_class = "Microsoft.HyperV.PowerShell.Commands.CheckpointVM",
      .synopsis = "Makes a checkpoint of virtual machines: memory, disks and settings of one instant."};

  Flow process(Context& context) {
    return each_machine(context, *this, [&](const VirtualMachine& machine) -> Flow {
      const Answer answer =
          context.should_process(what_if(decl, "create a checkpoint of the virtual machine", machine.name));
      if (answer == Answer::stopped) return Flow::stopped;
      if (answer == Answer::no) return Flow::more;
      auto made = context.get<engines::Machines>().checkpoint(machine.id, snapshot_name, notices(context));
      if (!made) return report(context, made.take_error(), to_value(machine));
      if (!passthru) return Flow::more;
      return context.write(noun_value(context.get<engines::Inventory>().checkpoint(machine, *made)));
    });
  }
};
CMDLET(CheckpointVM);

}  // namespace hvsh::verbs
