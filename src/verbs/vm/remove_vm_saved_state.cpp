#include "verbs/vm/common.h"

namespace hvsh::verbs {

struct RemoveVMSavedState : MachineTarget {
  std::optional<Object<VMSnapshot>> snapshot;

  enum Set : SetMask { VMName = 1, VMObject = 2, Snapshot = 4 };
  static constexpr std::string_view kSets[] = {"VMName", "VMObject", "VMSnapshot"};
  static constexpr auto kParams = join(
      target_params<RemoveVMSavedState>(by_vm_name(/*wildcards=*/true)),
      std::array{param<&RemoveVMSavedState::snapshot>("VMSnapshot",
                                                      {.sets = Snapshot,
                                                       .position = 0,
                                                       .mandatory = true,
                                                       .from_pipeline = true,
                                                       .aliases = {"VMCheckpoint"}},
                                                      "The checkpoint whose memory is to be forgotten.")});
  static constexpr Example kExamples[] = {
      {"Remove-VMSavedState web01", "", "Forgets the saved memory of web01."}};
  static constexpr Decl decl{
      .verb = "Remove",
      .noun = "VMSavedState",
      .sets = kSets,
      .default_set = 0,
      .params = kParams,
      .examples = kExamples,
      .should_process = true,
      .error_class = "Microsoft.HyperV.PowerShell.Commands.RemoveVMSavedState",
      .synopsis = "Forgets the saved memory of virtual machines; the next start is a cold one."};

  Flow process(Context& context) {
    if (snapshot) {
      return context.terminate({.id = "NotImplemented",
                                .category = ErrorCategory::NotImplemented,
                                .message = "The memory of a checkpoint cannot be removed by itself yet.",
                                .hint = "Remove-VMSnapshot removes the checkpoint as a whole."});
    }
    return change_machines(
        context, *this, "remove the saved state of the virtual machine",
        [](engines::Machines& machines, const VirtualMachine& machine, const engines::Notices& notes) {
          return machines.discard_saved(machine.id, notes);
        });
  }
};
CMDLET(RemoveVMSavedState);

}  // namespace hvsh::verbs
