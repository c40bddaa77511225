#include <algorithm>

#include "core/wildcard.h"
#include "engines/network_errors.h"
#include "verbs/vmnet/switches.h"

namespace hvsh::verbs {

struct GetVMSwitch : Remoting {
  std::optional<std::string> name;
  std::vector<Guid> id;
  std::vector<std::string> pool;
  std::vector<nouns::VMSwitchType> type;

  enum Set : SetMask { ByName = 1, ById = 2 };
  static constexpr std::string_view kSets[] = {"Name", "Id"};
  static constexpr auto kParams = join(
      std::array{
          param<&GetVMSwitch::name>("Name",
                                    {.sets = ByName,
                                     .position = 0,
                                     .wildcards = true,
                                     .aliases = "SwitchName",
                                     .names_of = {&VirtualSwitch::noun}},
                                    "The switch's name."),
          param<&GetVMSwitch::id>("Id",
                                  {.sets = ById,
                                   .position = 0,
                                   .from_pipeline = true,
                                   .from_pipeline_property = true,
                                   .not_null = true,
                                   .aliases = "SwitchId"},
                                  "Ids of switches."),
          param<&GetVMSwitch::pool>("ResourcePoolName", {.position = 1, .wildcards = true},
                                    "Pools that the switches are in."),
          param<&GetVMSwitch::type>("SwitchType", {.wildcards = true}, "Types of switches."),
      },
      remoting_params<GetVMSwitch>());
  static constexpr Example kExamples[] = {
      {"Get-VMSwitch -SwitchType Internal", "*", "Shows the switches that the host itself is on."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "VMSwitch",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .outputs = kSwitchTypeName,
                             .examples = kExamples,
                             .error_class = "Microsoft.HyperV.PowerShell.Commands.GetVMSwitch",
                             .synopsis = "Gets virtual switches."};

  Flow process(Context& context) {
    auto all = context.get<engines::Switches>().list();
    if (!all) return report(context, all.take_error());
    for (const Guid& wanted : id) {
      const bool there =
          std::any_of(all->begin(), all->end(), [&](const auto& one) { return one.id == wanted; });
      if (there) continue;
      const Flow flow = report(context, engines::no_such_switch(wanted), Value::string(wanted.to_string()));
      if (flow != Flow::more) return flow;
    }
    const std::optional<Wildcard> pattern = name ? std::optional(Wildcard(*name)) : std::nullopt;
    std::erase_if(*all, [&](const engines::SwitchConfig& one) {
      return (pattern && !pattern->matches(one.name)) ||
             (!id.empty() && std::find(id.begin(), id.end(), one.id) == id.end());
    });
    if (all->empty() && name && !is_pattern(*name))
      return report(context, engines::no_such_switch(*name), Value::string(*name));
    std::erase_if(*all, [&](const engines::SwitchConfig& one) {
      return !in_pool() || (!type.empty() && std::find(type.begin(), type.end(), one.type) == type.end());
    });
    auto switches = describe_switches(context, *all);
    if (!switches) return report(context, switches.take_error());
    for (VirtualSwitch& one : *switches) {
      if (const Flow flow = context.write(noun_value(std::move(one))); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  // There is one pool.
  bool in_pool() const {
    return pool.empty() || std::any_of(pool.begin(), pool.end(), [](const std::string& one) {
             return Wildcard(one).matches("Primordial");
           });
  }
};
CMDLET(GetVMSwitch);

}  // namespace hvsh::verbs
