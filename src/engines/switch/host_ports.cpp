// The host's side of switches: its own adapters on them, and its way outside.
#include <fmt/format.h>

#include <algorithm>

#include "core/object.h"
#include "engines/network_errors.h"
#include "engines/switches.h"

namespace hvsh::engines {

using nouns::VMSwitchType;

std::string host_adapter_name(const AdapterConfig& adapter) {
  return fmt::format("vEthernet ({})", adapter.name);
}

const HostAdapter* Switches::Host::find(const std::string& name) const {
  for (const HostAdapter& one : adapters) {
    if (equal_names(one.name, name)) return &one;
  }
  return nullptr;
}

bool Switches::Host::has_address(const std::string& adapter) const {
  return std::any_of(addresses.begin(), addresses.end(),
                     [&](const HostAddress& one) { return one.adapter == adapter && !one.link_local; });
}

Result<Switches::Host> Switches::look_at_host() {
  Host host;
  HVSH_TRY(host.adapters, network_.adapters());
  HVSH_TRY(host.addresses, network_.addresses());
  return host;
}

Result<void> Switches::check_host_name(const std::string& name, const Guid& self) {
  HVSH_TRY(const std::vector<SwitchConfig> all, plane_.list());
  for (const SwitchConfig& one : all) {
    for (const AdapterConfig& adapter : one.host_adapters) {
      if (adapter.id == self || !equal_names(adapter.name, name)) continue;
      return Error{
          .id = "AdapterExists",
          .category = ErrorCategory::ResourceExists,
          .message = fmt::format("This host has a network adapter \"{}\" on the switch \"{}\" already.", name,
                                 one.name),
          .hint = "Give it another name with -Name.",
          .target = name};
    }
  }
  return {};
}

Result<AdapterConfig> Switches::new_host_adapter(const SwitchConfig& config, const std::string& name) {
  HVSH_CHECK(check_host_name(name, {}));
  AdapterConfig adapter{
      .id = Guid::random(), .name = name, .switch_name = config.name, .switch_id = config.id};
  HVSH_TRY(adapter.mac, random_mac());
  return adapter;
}

Result<void> Switches::plug(const SwitchConfig& before, const SwitchConfig& now) {
  const bool has_ports = !before.host_adapters.empty() || !now.host_adapters.empty() ||
                         !before.uplink.empty() || !now.uplink.empty();
  if (!has_ports) return {};
  if (!plane_.is_local()) {
    return switch_refused("plug ports into", now.name.empty() ? before.name : now.name,
                          "it is on another host", "Run hvsh on that host.");
  }
  const auto port = [](const AdapterConfig& adapter, const SwitchConfig& config) {
    return HostPort{.name = host_adapter_name(adapter), .bridge = config.bridge, .mac = adapter.mac};
  };
  for (const AdapterConfig& old : before.host_adapters) {
    const bool stays =
        std::any_of(now.host_adapters.begin(), now.host_adapters.end(),
                    [&](const AdapterConfig& one) { return one.id == old.id && one.mac == old.mac; });
    if (!stays) HVSH_CHECK(network_.remove_port(port(old, before)));
  }
  if (!before.uplink.empty() && !before.uplink_is_bridge && before.uplink != now.uplink) {
    HVSH_CHECK(network_.leave_bridge(before.uplink));
  }
  if (!now.uplink.empty() && !now.uplink_is_bridge) {
    HVSH_CHECK(network_.join_bridge(now.uplink, now.bridge));
  }
  for (const AdapterConfig& adapter : now.host_adapters) HVSH_CHECK(network_.add_port(port(adapter, now)));
  return {};
}

Result<AdapterConfig> Switches::add_host_adapter(AdapterConfig adapter) {
  HVSH_TRY(const SwitchConfig before, get(adapter.switch_id));
  HVSH_CHECK(check_changeable(before, "add an adapter of the host to"));
  HVSH_TRY(AdapterConfig fresh, new_host_adapter(before, adapter.name));
  if (!adapter.mac.empty()) fresh.mac = adapter.mac;
  fresh.static_mac = adapter.static_mac;
  SwitchConfig now = before;
  now.host_adapters.push_back(fresh);
  if (now.type == VMSwitchType::Private) now.type = VMSwitchType::Internal;  // as Windows has it
  HVSH_TRY(const SwitchConfig made, plane_.define(now));
  if (auto plugged = plug(before, made); !plugged) {
    (void)plug(made, before);
    (void)plane_.define(before);
    return plugged.take_error();
  }
  return fresh;
}

Result<AdapterConfig> Switches::set_host_adapter(const AdapterConfig& adapter) {
  HVSH_TRY(const SwitchConfig before, get(adapter.switch_id));
  HVSH_CHECK(check_changeable(before, "change an adapter of the host on"));
  HVSH_CHECK(check_host_name(adapter.name, adapter.id));
  SwitchConfig now = before;
  for (AdapterConfig& one : now.host_adapters) {
    if (one.id != adapter.id) continue;
    one = adapter;
    HVSH_TRY(const SwitchConfig made, plane_.define(now));
    HVSH_CHECK(plug(before, made));
    return adapter;
  }
  return no_such_adapter(before.name, adapter.id);
}

Result<void> Switches::remove_host_adapter(const AdapterConfig& adapter) {
  HVSH_TRY(const SwitchConfig before, get(adapter.switch_id));
  HVSH_CHECK(check_changeable(before, "remove an adapter of the host from"));
  SwitchConfig now = before;
  if (std::erase_if(now.host_adapters, [&](const AdapterConfig& one) { return one.id == adapter.id; }) == 0) {
    return no_such_adapter(before.name, adapter.id);
  }
  if (now.host_adapters.empty() && now.type == VMSwitchType::Internal) now.type = VMSwitchType::Private;
  HVSH_CHECK(plug(before, now));
  HVSH_TRY(const SwitchConfig made, plane_.define(now));
  (void)made;
  return {};
}

}  // namespace hvsh::engines
