#include "verbs/vm/common.h"

namespace hvsh::verbs {

struct RestartVM : MachineTarget {
  Switch force, wait;
  std::optional<nouns::WaitVMTypes> wait_for;
  std::optional<uint16_t> delay;
  std::optional<int32_t> timeout;

  enum Set : SetMask {
    Name = 1,
    NameWait = 2,
    VMObject = 4,
    VMObjectWait = 8,
    Waits = NameWait | VMObjectWait
  };
  static constexpr std::string_view kSets[] = {"Name", "NameWait", "VMObject", "VMObjectWait"};
  static constexpr std::string_view kWaitTypes[] = {"Heartbeat", "IPAddress"};
  static constexpr auto kParams =
      join(target_params<RestartVM>({.by_name = Name | NameWait, .by_object = VMObject | VMObjectWait}),
           std::array{
               param<&RestartVM::force>("Force", {}, "Do not ask."),
               param<&RestartVM::wait>("Wait", {.sets = Waits, .mandatory = true},
                                       "Return when the guest is up again."),
               param<&RestartVM::wait_for>("For", {.sets = Waits, .values = kWaitTypes},
                                           "What the guest must report."),
               param<&RestartVM::delay>("Delay", {.sets = Waits, .range = {1, 65535}},
                                        "Seconds between two looks."),
               param<&RestartVM::timeout>(
                   "Timeout", {.sets = Waits, .aliases = {"TimeoutSec"}, .range = {-1, 2147483647}},
                   "Seconds to wait; -1 waits for ever."),
           },
           passthru_param<RestartVM>(), as_job_param<RestartVM>());
  static constexpr Example kExamples[] = {{"Restart-VM web01 -Force", "", "Resets web01 without asking."}};
  static constexpr Decl decl{.verb = "Restart",
                             .noun = "VM",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .outputs = kMachineType,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.HyperV.PowerShell.Commands.RestartVM",
                             .synopsis = "Restarts virtual machines, as their reset button does."};

  Flow process(Context& context) {
    if (wait) {
      return context.terminate(
          {.id = "NotImplemented",
           .category = ErrorCategory::NotImplemented,
           .message = "Restart-VM -Wait needs the guest's integration services, which are not read yet.",
           .hint = "Restart without -Wait and look at what the guest serves."});
    }
    return change_machines(
        context, *this, "restart the virtual machine",
        [&](engines::Machines& machines, const VirtualMachine& machine,
            const engines::Notices& notes) -> Result<void> {
          if (!force) {
            const Answer answer = context.should_continue(
                "Are you sure you want to restart the virtual machine \"" + machine.name + "\"?", "Confirm");
            if (answer != Answer::yes) return {};
          }
          return machines.restart(machine.id, /*reset=*/true, notes);
        });
  }
};
CMDLET(RestartVM);

}  // namespace hvsh::verbs
