#include "verbs/vm/common.h"

namespace hvsh::verbs {

struct RemoveVM : MachineTarget {
  Switch force;

  static constexpr auto kParams =
      join(target_params<RemoveVM>(), std::array{param<&RemoveVM::force>("Force", {}, "Do not ask.")},
           passthru_param<RemoveVM>(), as_job_param<RemoveVM>());
  static constexpr Example kExamples[] = {
      {"Remove-VM web01 -Force", "", "Removes web01 and its checkpoints without asking; its disks stay."}};
  static constexpr Decl decl{
      .verb = "Remove",
      .noun = "VM",
      .sets = kNameSets,
      .default_set = 0,
      .params = kParams,
      .outputs = kMachineType,
      .examples = kExamples,
      .should_process = true,
      .error_class = "Microsoft.HyperV.PowerShell.Commands.RemoveVM",
      .synopsis = "Removes virtual machines; their disks stay, with the checkpoints merged."};

  Flow process(Context& context) {
    return each_machine(context, *this, [&](const VirtualMachine& machine) -> Flow {
      const Answer answer = context.should_process(what_if(decl, "remove the virtual machine", machine.name));
      if (answer == Answer::stopped) return Flow::stopped;
      if (answer == Answer::no) return Flow::more;
      if (!force) {
        const Answer sure = context.should_continue(
            "Are you sure you want to remove the virtual machine \"" + machine.name + "\"?", "Confirm");
        if (sure == Answer::stopped) return Flow::stopped;
        if (sure == Answer::no) return Flow::more;
      }
      Result<void> done = context.get<engines::Machines>().remove(machine.id, notices(context));
      if (!done) return report(context, done.take_error(), to_value(machine));
      // The machine is gone, so what is passed on is the object that was given.
      return passthru ? context.write(to_value(machine)) : Flow::more;
    });
  }
};
CMDLET(RemoveVM);

}  // namespace hvsh::verbs
