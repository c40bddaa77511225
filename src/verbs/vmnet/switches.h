#pragma once
// What the switch cmdlets share: how they name switches, and how a switch is shown.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engines/switches.h"
#include "nouns/virtual_switch.h"
#include "verbs/vm/common.h"

namespace hvsh::verbs {

using nouns::VirtualSwitch;

inline constexpr std::string_view kSwitchTypeName[] = {"Microsoft.HyperV.PowerShell.VMSwitch"};

// Switches as objects; their uplinks get the descriptions that Get-NetAdapter shows.
Result<std::vector<VirtualSwitch>> describe_switches(Context& context,
                                                     const std::vector<engines::SwitchConfig>& configs);
Flow write_switch(Context& context, const engines::SwitchConfig& config);

// Those with that name or pattern. A name that finds none is an error.
Result<std::vector<engines::SwitchConfig>> find_switches(Context& context, const std::string& name);

// The name of the host's adapter with that description; an error when there is none, or more than one.
Result<std::string> adapter_by_description(Context& context, const std::string& description);

// An error for the first of these parameters that was given; nothing when none was.
std::optional<Error> refuse_given(Context& context, const Decl& decl,
                                  std::initializer_list<std::string_view> parameters, std::string_view why);
Error not_supported(const Decl& decl, std::string_view parameter, std::string_view why);

// Switches by name or as objects, each handed to `act`.
struct SwitchTarget : Remoting {
  std::vector<std::string> name;
  std::vector<Object<VirtualSwitch>> vm_switch;
  Switch passthru;
};

template <std::invocable<const engines::SwitchConfig&> Act>
Flow each_switch(Context& context, const SwitchTarget& target, Act act) {
  for (const Object<VirtualSwitch>& one : target.vm_switch) {
    if (const Flow flow = act(one->value.config); flow != Flow::more) return flow;
  }
  for (const std::string& name : target.name) {
    auto found = find_switches(context, name);
    if (!found) {
      const Flow flow = report(context, found.take_error(), Value::string(name));
      if (flow != Flow::more) return flow;
      continue;
    }
    for (const engines::SwitchConfig& one : *found) {
      if (const Flow flow = act(one); flow != Flow::more) return flow;
    }
  }
  return Flow::more;
}

// Asks ShouldProcess, runs `operation(switches, config)` (which gives the switch as it is now), and writes it
// with -Passthru.
template <class Self, class Operation>
Flow change_switches(Context& context, const Self& self, std::string_view phrase, Operation operation) {
  return each_switch(context, self, [&](const engines::SwitchConfig& config) -> Flow {
    const Answer answer = context.should_process(what_if(Self::decl, phrase, config.name));
    if (answer == Answer::stopped) return Flow::stopped;
    if (answer == Answer::no) return Flow::more;
    auto changed = operation(context.get<engines::Switches>(), config);
    if (!changed) return report(context, changed.take_error(), Value::string(config.name));
    return self.passthru ? write_switch(context, *changed) : Flow::more;
  });
}

}  // namespace hvsh::verbs
