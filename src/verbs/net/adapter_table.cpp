#include "verbs/net/adapter_table.h"

#include <fmt/format.h>

#include "core/wildcard.h"

namespace hvsh::verbs {

Result<std::vector<nouns::NetAdapter>> all_adapters(Context& context) {
  HVSH_TRY(const std::vector<engines::HostAdapter> listed, context.get<engines::HostNetwork>().adapters());
  std::vector<nouns::NetAdapter> all;
  for (const engines::HostAdapter& one : listed) {
    all.push_back({.name = one.name,
                   .description = one.description,
                   .mac = one.mac,
                   .index = one.index,
                   .mbits = one.mbits,
                   .mtu = static_cast<uint32_t>(one.mtu),
                   .enabled = one.enabled,
                   .connected = one.connected,
                   .is_virtual = one.is_virtual});
    if (one.is_loopback) all.pop_back();
  }
  return all;
}

Error no_such(std::string_view cim_class, std::string_view property, const std::string& value) {
  return {.id = fmt::format("CmdletizationQuery_NotFound_{}", property),
          .category = ErrorCategory::ObjectNotFound,
          .message =
              fmt::format("No {0} objects found with property '{1}' equal to '{2}'. Verify the value of the "
                          "property and retry.",
                          cim_class, property, value),
          .target = value,
          .target_type = "System.String",
          .exception = "Microsoft.PowerShell.Cmdletization.Cim.CimJobException"};
}

Flow AdapterTarget::find(Context& context, std::vector<nouns::NetAdapter>& found) const {
  auto all = all_adapters(context);
  if (!all) return context.terminate(all.take_error());
  if (is_any()) {
    found = all.take();
    return Flow::more;
  }
  for (const auto& one : input_object) {
    for (const nouns::NetAdapter& now : *all) {
      if (now.index == one->value.index) found.push_back(now);
    }
  }
  const auto look = [&](std::string_view property, const std::string& wanted, auto fits, bool pattern) {
    bool any = pattern;
    for (const nouns::NetAdapter& now : *all) {
      if (!fits(now)) continue;
      any = true;
      found.push_back(now);
    }
    return any ? Flow::more
               : context.error(no_such("MSFT_NetAdapter", property, wanted), Value::string(wanted));
  };
  for (const std::string& one : name) {
    const Wildcard wildcard(one);
    const Flow flow = look(
        "Name", one, [&](const auto& now) { return wildcard.matches(now.name); }, is_pattern(one));
    if (flow != Flow::more) return flow;
  }
  for (const std::string& one : description) {
    const Wildcard wildcard(one);
    const Flow flow = look(
        "InterfaceDescription", one, [&](const auto& now) { return wildcard.matches(now.description); },
        is_pattern(one));
    if (flow != Flow::more) return flow;
  }
  for (const uint32_t one : index) {
    const Flow flow = look(
        "InterfaceIndex", std::to_string(one), [one](const auto& now) { return now.index == one; }, false);
    if (flow != Flow::more) return flow;
  }
  return Flow::more;
}

Result<nouns::NetAdapter> one_adapter(Context& context, const std::string& alias, int64_t index) {
  HVSH_TRY(const std::vector<nouns::NetAdapter> all, all_adapters(context));
  for (const nouns::NetAdapter& one : all) {
    if (alias.empty() ? one.index == index : equal_ascii(one.name, alias)) return one;
  }
  return alias.empty() ? no_such("MSFT_NetIPInterface", "InterfaceIndex", std::to_string(index))
                       : no_such("MSFT_NetIPInterface", "InterfaceAlias", alias);
}

}  // namespace hvsh::verbs
