#include "verbs/vm/common.h"

namespace hvsh::verbs {

struct StopVM : MachineTarget {
  Switch save, turn_off, force;

  static constexpr auto kParams =
      join(target_params<StopVM>(),
           std::array{
               param<&StopVM::save>("Save", {}, "Save the machine's memory to disk."),
               param<&StopVM::turn_off>("TurnOff", {}, "Cut the power instead of asking the guest."),
               param<&StopVM::force>("Force", {}, "Do not ask, even if the guest has unsaved work."),
           },
           passthru_param<StopVM>(), as_job_param<StopVM>());
  static constexpr std::string_view kAliases[] = {"spvm"};
  static constexpr Example kExamples[] = {
      {"Stop-VM web01", "", "Asks the guest to shut down and returns when it is off."},
      {"Get-VM web* | Stop-VM -TurnOff -Passthru", "*",
       "Cuts the power of several machines and writes them."}};
  static constexpr Decl decl{.verb = "Stop",
                             .noun = "VM",
                             .sets = kNameSets,
                             .default_set = 0,
                             .params = kParams,
                             .outputs = kMachineType,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.HyperV.PowerShell.Commands.StopVM",
                             .synopsis = "Shuts down, turns off or saves virtual machines."};

  Flow process(Context& context) {
    if (save && turn_off) {
      return context.terminate({.id = "InvalidParameter",
                                .category = ErrorCategory::InvalidArgument,
                                .message = "Stop-VM cannot both save a machine and turn it off.",
                                .hint = "Give -Save or -TurnOff, not both."});
    }
    const engines::StopMode mode = save       ? engines::StopMode::save
                                   : turn_off ? engines::StopMode::turn_off
                                              : engines::StopMode::shut_down;
    const std::string_view phrase = save       ? "save the virtual machine"
                                    : turn_off ? "turn off the virtual machine"
                                               : "shut down the virtual machine";
    return change_machines(
        context, *this, phrase,
        [mode](engines::Machines& machines, const VirtualMachine& machine, const engines::Notices& notes) {
          return machines.stop(machine.id, mode, notes);
        });
  }
};
CMDLET(StopVM);

}  // namespace hvsh::verbs
