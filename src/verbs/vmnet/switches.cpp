#include "verbs/vmnet/switches.h"

#include <fmt/format.h>

#include "core/wildcard.h"
#include "engines/host_name.h"
#include "engines/network_errors.h"

namespace hvsh::verbs {

using engines::HostAdapter;
using engines::HostNetwork;
using engines::SwitchConfig;
using engines::Switches;

Result<std::vector<VirtualSwitch>> describe_switches(Context& context,
                                                     const std::vector<SwitchConfig>& configs) {
  std::vector<VirtualSwitch> switches;
  std::optional<std::vector<HostAdapter>> adapters;
  for (const SwitchConfig& config : configs) {
    VirtualSwitch one{.config = config,
                      .uplink_description = config.uplink,
                      .computer_name = context.get<engines::Inventory>().computer_name()};
    if (!config.uplink.empty()) {
      if (!adapters) {
        HVSH_TRY(adapters, context.get<HostNetwork>().adapters());
      }
      for (const HostAdapter& adapter : *adapters) {
        if (adapter.name == config.uplink) one.uplink_description = adapter.description;
      }
    }
    switches.push_back(std::move(one));
  }
  return switches;
}

Flow write_switch(Context& context, const SwitchConfig& config) {
  auto described = describe_switches(context, {config});
  if (!described) return report(context, described.take_error(), Value::string(config.name));
  return context.write(noun_value(std::move(described->front())));
}

Result<std::vector<SwitchConfig>> find_switches(Context& context, const std::string& name) {
  HVSH_TRY(std::vector<SwitchConfig> all, context.get<Switches>().list());
  const Wildcard pattern(name);
  std::erase_if(all, [&](const SwitchConfig& one) { return !pattern.matches(one.name); });
  if (all.empty() && !is_pattern(name)) return engines::no_such_switch(name);
  return all;
}

Result<std::string> adapter_by_description(Context& context, const std::string& description) {
  HVSH_TRY(const std::vector<HostAdapter> adapters, context.get<HostNetwork>().adapters());
  std::vector<std::string> found;
  for (const HostAdapter& adapter : adapters) {
    if (equal_names(adapter.description, description)) found.push_back(adapter.name);
  }
  if (found.size() == 1) return found.front();
  Error error{
      .id = "InvalidParameter",
      .category = ErrorCategory::InvalidArgument,
      .message = fmt::format(
          "Hyper-V was unable to find a network adapter with description \"{}\" on this host.", description),
      .hint = "Get-NetAdapter lists the adapters of this host.",
      .target = description};
  if (found.empty()) return error;
  error.message = fmt::format("{} adapters of this host are described as \"{}\": {}.", found.size(),
                              description, fmt::join(found, ", "));
  error.hint = "Name one with -NetAdapterName.";
  return error;
}

Error not_supported(const Decl& decl, std::string_view parameter, std::string_view why) {
  return {.id = "NotSupported",
          .category = ErrorCategory::NotImplemented,
          .message = fmt::format("{}-{} cannot honour -{}: {}.", decl.verb, decl.noun, parameter, why),
          .hint = "Leave the parameter out.",
          .target = std::string(parameter)};
}

std::optional<Error> refuse_given(Context& context, const Decl& decl,
                                  std::initializer_list<std::string_view> parameters, std::string_view why) {
  for (const std::string_view parameter : parameters) {
    if (context.is_bound(parameter)) return not_supported(decl, parameter, why);
  }
  return std::nullopt;
}

}  // namespace hvsh::verbs
