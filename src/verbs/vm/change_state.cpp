// The cmdlets that take a machine from one state to another and have no parameters of their own.
#include "verbs/vm/common.h"

namespace hvsh::verbs {

// -Name or -VM, -Passthru, -AsJob.
template <class Self>
consteval auto state_params() {
  return join(target_params<Self>(), passthru_param<Self>(), as_job_param<Self>());
}

struct StartVM : MachineTarget {
  static constexpr auto kParams = state_params<StartVM>();
  static constexpr std::string_view kAliases[] = {"savm"};
  static constexpr Example kExamples[] = {
      {"Start-VM -Name web*", "", "Starts every machine whose name begins with web."}};
  static constexpr Decl decl{.verb = "Start",
                             .noun = "VM",
                             .sets = kNameSets,
                             .default_set = 0,
                             .params = kParams,
                             .outputs = kMachineType,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.HyperV.PowerShell.Commands.StartVM",
                             .synopsis = "Starts virtual machines, or goes on from their saved state."};
  Flow process(Context& context) {
    return change_machines(context, *this, "start the virtual machine",
                           [](engines::Machines& machines, const VirtualMachine& machine,
                              const engines::Notices& notes) { return machines.start(machine.id, notes); });
  }
};
CMDLET(StartVM);

struct SuspendVM : MachineTarget {
  static constexpr auto kParams = state_params<SuspendVM>();
  static constexpr Example kExamples[] = {
      {"Suspend-VM web01", "", "Pauses web01; its memory stays where it is."}};
  static constexpr Decl decl{.verb = "Suspend",
                             .noun = "VM",
                             .sets = kNameSets,
                             .default_set = 0,
                             .params = kParams,
                             .outputs = kMachineType,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.HyperV.PowerShell.Commands.SuspendVM",
                             .synopsis = "Pauses virtual machines."};
  Flow process(Context& context) {
    return change_machines(context, *this, "suspend the virtual machine",
                           [](engines::Machines& machines, const VirtualMachine& machine,
                              const engines::Notices& notes) { return machines.suspend(machine.id, notes); });
  }
};
CMDLET(SuspendVM);

struct ResumeVM : MachineTarget {
  static constexpr auto kParams = state_params<ResumeVM>();
  static constexpr Example kExamples[] = {{"Resume-VM web01", "", "Lets a paused web01 go on."}};
  static constexpr Decl decl{.verb = "Resume",
                             .noun = "VM",
                             .sets = kNameSets,
                             .default_set = 0,
                             .params = kParams,
                             .outputs = kMachineType,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.HyperV.PowerShell.Commands.ResumeVM",
                             .synopsis = "Lets paused virtual machines go on."};
  Flow process(Context& context) {
    return change_machines(context, *this, "resume the virtual machine",
                           [](engines::Machines& machines, const VirtualMachine& machine,
                              const engines::Notices& notes) { return machines.resume(machine.id, notes); });
  }
};
CMDLET(ResumeVM);

struct SaveVM : MachineTarget {
  static constexpr auto kParams = state_params<SaveVM>();
  static constexpr Example kExamples[] = {
      {"Save-VM web01", "", "Keeps web01's memory on disk; Start-VM goes on from it."}};
  static constexpr Decl decl{.verb = "Save",
                             .noun = "VM",
                             .sets = kNameSets,
                             .default_set = 0,
                             .params = kParams,
                             .outputs = kMachineType,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.HyperV.PowerShell.Commands.SaveVM",
                             .synopsis = "Saves the memory of virtual machines to disk and turns them off."};
  Flow process(Context& context) {
    return change_machines(
        context, *this, "save the virtual machine",
        [](engines::Machines& machines, const VirtualMachine& machine, const engines::Notices& notes) {
          return machines.stop(machine.id, engines::StopMode::save, notes);
        });
  }
};
CMDLET(SaveVM);

}  // namespace hvsh::verbs
