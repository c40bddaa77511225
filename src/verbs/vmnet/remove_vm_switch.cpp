#include "verbs/vmnet/switches.h"

namespace hvsh::verbs {

struct RemoveVMSwitch : SwitchTarget {
  std::vector<std::string> pool;
  Switch force;

  enum Set : SetMask { ByName = 1, ByObject = 2 };
  static constexpr std::string_view kSets[] = {"Name", "SwitchObject"};
  static constexpr auto kParams =
      join(remoting_params<RemoveVMSwitch>({.sets = ByName}),
           std::array{
               param<&SwitchTarget::name, RemoveVMSwitch>("Name",
                                                          {.sets = ByName,
                                                           .position = 0,
                                                           .mandatory = true,
                                                           .from_pipeline = true,
                                                           .wildcards = true,
                                                           .aliases = "SwitchName",
                                                           .names_of = {&VirtualSwitch::noun}},
                                                          "Names of the switches."),
               param<&SwitchTarget::vm_switch, RemoveVMSwitch>(
                   "VMSwitch", {.sets = ByObject, .position = 0, .mandatory = true, .from_pipeline = true},
                   "Switches, as Get-VMSwitch gives them."),
               param<&RemoveVMSwitch::pool>("ResourcePoolName", {.position = 1, .wildcards = true},
                                            "Only take the switch out of these pools."),
               param<&RemoveVMSwitch::force>("Force", {}, "Do not ask."),
           });
  static constexpr Example kExamples[] = {
      {"Remove-VMSwitch Lab -Force", "", "Removes the switch Lab without asking."}};
  static constexpr Decl decl{.verb = "Remove",
                             .noun = "VMSwitch",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.HyperV.PowerShell.Commands.RemoveVMSwitch",
                             .synopsis = "Removes virtual switches."};

  Flow process(Context& context) {
    if (const auto refused =
            refuse_given(context, decl, {"ResourcePoolName"}, "switches cannot be taken out of pools here"))
      return context.terminate(*refused);
    return each_switch(context, *this, [&](const engines::SwitchConfig& config) -> Flow {
      const Answer answer = context.should_process(what_if(decl, "remove the virtual switch", config.name));
      if (answer == Answer::stopped) return Flow::stopped;
      if (answer == Answer::no) return Flow::more;
      if (!force) {
        const Answer sure = context.should_continue(
            "Are you sure you want to remove the virtual switch \"" + config.name + "\"?", "Confirm");
        if (sure == Answer::stopped) return Flow::stopped;
        if (sure == Answer::no) return Flow::more;
      }
      auto removed = context.get<engines::Switches>().remove(config.id);
      return removed ? Flow::more : report(context, removed.take_error(), Value::string(config.name));
    });
  }
};
CMDLET(RemoveVMSwitch);

}  // namespace hvsh::verbs
