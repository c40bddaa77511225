#include "verbs/vm/common.h"

namespace hvsh::verbs {

struct RenameVM : MachineTarget {
  std::string new_name;

  static constexpr auto kParams =
      join(target_params<RenameVM>(),
           std::array{param<&RenameVM::new_name>("NewName", {.position = 1, .mandatory = true},
                                                 "The machine's new name.")},
           passthru_param<RenameVM>());
  static constexpr Example kExamples[] = {{"Rename-VM web01 -NewName web03", "", "Names web01 web03."}};
  static constexpr Decl decl{.verb = "Rename",
                             .noun = "VM",
                             .sets = kNameSets,
                             .default_set = 0,
                             .params = kParams,
                             .outputs = kMachineType,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.HyperV.PowerShell.Commands.RenameVM",
                             .synopsis = "Renames virtual machines."};

  Flow process(Context& context) {
    return change_machines(
        context, *this, "rename the virtual machine",
        [&](engines::Machines& machines, const VirtualMachine& machine, const engines::Notices& notes) {
          return machines.rename(machine.id, new_name, notes);
        });
  }
};
CMDLET(RenameVM);

}  // namespace hvsh::verbs
