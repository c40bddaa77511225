// Making, changing and removing switches.
#include "engines/switches.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/object.h"
#include "engines/network_errors.h"

namespace hvsh::engines {

using nouns::VMSwitchType;

namespace {

constexpr size_t kLongestName = 100;

Error bad_name(std::string_view name, std::string_view why) {
  return {.id = "InvalidParameter",
          .category = ErrorCategory::InvalidArgument,
          .message = fmt::format("\"{}\" cannot be the name of a virtual switch: {}.", name, why),
          .target = std::string(name)};
}

}  // namespace

bool allows_management_os(const SwitchConfig& config) { return !config.host_adapters.empty(); }

Result<SwitchConfig> Switches::get(const Guid& id) {
  HVSH_TRY(const std::vector<SwitchConfig> all, plane_.list());
  for (const SwitchConfig& one : all) {
    if (one.id == id) return one;
  }
  return no_such_switch(id);
}

Result<SwitchConfig> Switches::get(const std::string& name) {
  HVSH_TRY(const std::vector<SwitchConfig> all, plane_.list());
  for (const SwitchConfig& one : all) {
    if (equal_names(one.name, name)) return one;
  }
  return no_such_switch(name);
}

Result<void> Switches::check_name(const std::string& name, const Guid& self) {
  if (name.empty()) return bad_name(name, "it is empty");
  if (name.size() > kLongestName) return bad_name(name, "it is too long");
  const bool has_control = std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < ' '; });
  if (has_control || name.find('/') != std::string::npos)
    return bad_name(name, "names have neither '/' nor control characters");
  HVSH_TRY(const std::vector<SwitchConfig> all, plane_.list());
  for (const SwitchConfig& one : all) {
    if (one.id != self && equal_names(one.name, name)) return switch_exists(one.name);
  }
  return {};
}

Result<void> Switches::check_changeable(const SwitchConfig& config, std::string_view action) {
  if (!config.is_foreign) return {};
  return switch_refused(action, config.name, "it was made by other means than New-VMSwitch",
                        "Change it where it was made (virsh net-edit), or make one with New-VMSwitch.");
}

// ---- What is plugged in

Result<void> Switches::set_uplink(SwitchConfig& config, const std::string& uplink, std::string_view action) {
  HVSH_TRY(const Host host, look_at_host());
  const HostAdapter* adapter = host.find(uplink);
  if (adapter == nullptr) {
    return Error{.id = "InvalidParameter",
                 .category = ErrorCategory::InvalidArgument,
                 .message = fmt::format("Hyper-V was unable to find a network adapter with name \"{}\" on "
                                        "this host.",
                                        uplink),
                 .hint = "Get-NetAdapter lists the adapters of this host.",
                 .target = uplink};
  }
  const auto refused = [&](std::string why, std::string hint) -> Error {
    return switch_refused(action, config.name, std::move(why), std::move(hint));
  };
  if (adapter->is_loopback) return refused("the loopback adapter leads nowhere", "Give another adapter.");
  HVSH_TRY(const std::vector<SwitchConfig> all, plane_.list());
  for (const SwitchConfig& other : all) {
    if (other.id == config.id || (other.uplink != adapter->name && other.bridge != adapter->name)) continue;
    return refused(fmt::format("\"{}\" belongs to the switch \"{}\" already", adapter->name, other.name),
                   "An adapter can be the way outside of one switch.");
  }
  if (adapter->is_bridge) {
    config.bridge = adapter->name;
  } else if (!adapter->bridge.empty() && adapter->bridge != config.bridge) {
    return refused(fmt::format("\"{}\" is a port of the bridge {}", adapter->name, adapter->bridge),
                   fmt::format("Give the bridge: -NetAdapterName {}.", adapter->bridge));
  } else if (host.has_address(adapter->name)) {
    return refused(fmt::format("the host itself uses \"{}\" and would be cut off", adapter->name),
                   fmt::format("Let the host's network configuration make a bridge with \"{}\" in it and the "
                               "host's addresses on it, and give that bridge: -NetAdapterName br0.",
                               adapter->name));
  }
  config.type = VMSwitchType::External;
  config.uplink = adapter->name;
  config.uplink_is_bridge = adapter->is_bridge;
  return {};
}

Result<void> Switches::set_management(SwitchConfig& config, bool wanted, std::string_view action) {
  if (wanted == allows_management_os(config)) return {};
  if (!wanted) {
    config.host_adapters.clear();
    return {};
  }
  if (config.type == VMSwitchType::Private)
    return switch_refused(action, config.name, "the host cannot be on a private switch",
                          "Make it an internal one: -SwitchType Internal.");
  HVSH_TRY(AdapterConfig adapter, new_host_adapter(config, config.name));
  config.host_adapters.push_back(std::move(adapter));
  return {};
}

// ---- Operations

Result<SwitchConfig> Switches::create(const NewSwitch& wanted) {
  HVSH_CHECK(check_name(wanted.name, {}));
  SwitchConfig config{.id = Guid::random(), .name = wanted.name, .notes = wanted.notes, .type = wanted.type};
  constexpr std::string_view kCreate = "create";
  if (wanted.type == VMSwitchType::External) HVSH_CHECK(set_uplink(config, wanted.uplink, kCreate));
  if (wanted.type != VMSwitchType::Private) {
    const bool management = wanted.type == VMSwitchType::Internal || wanted.allow_management_os;
    HVSH_CHECK(set_management(config, management, kCreate));
  }
  HVSH_TRY(SwitchConfig made, plane_.define(config));
  if (auto plugged = plug({}, made); !plugged) {
    (void)plug(made, {});
    (void)plane_.undefine(made.id);
    return plugged.take_error();
  }
  return made;
}

Result<SwitchConfig> Switches::edit(const Guid& id, const SwitchEdit& edit) {
  constexpr std::string_view kChange = "change";
  HVSH_TRY(const SwitchConfig before, get(id));
  HVSH_CHECK(check_changeable(before, kChange));
  SwitchConfig now = before;
  if (edit.name) {
    HVSH_CHECK(check_name(*edit.name, id));
    now.name = *edit.name;
    for (AdapterConfig& adapter : now.host_adapters) adapter.switch_name = now.name;
  }
  if (edit.notes) now.notes = *edit.notes;
  if (edit.type && *edit.type != VMSwitchType::External) {
    now.type = *edit.type;
    now.uplink.clear();
    now.uplink_is_bridge = false;
    HVSH_CHECK(set_management(now, *edit.type == VMSwitchType::Internal, kChange));
  }
  if (edit.uplink) HVSH_CHECK(set_uplink(now, *edit.uplink, kChange));
  if (edit.type == VMSwitchType::External && now.uplink.empty()) {
    return switch_refused(kChange, now.name, "an external switch needs an adapter of the host",
                          "Give it: Set-VMSwitch -NetAdapterName.");
  }
  if (now.uplink_is_bridge != before.uplink_is_bridge ||
      (now.uplink_is_bridge && now.uplink != before.uplink)) {
    return switch_refused(kChange, now.name, "a switch cannot move between bridges",
                          "Make a new switch on that bridge and connect the machines to it.");
  }
  if (edit.allow_management_os) {
    if (now.type != VMSwitchType::External) {
      return switch_refused(kChange, now.name, "AllowManagementOS is a setting of external switches",
                            "The type of the others says it: Internal or Private.");
    }
    HVSH_CHECK(set_management(now, *edit.allow_management_os, kChange));
  }
  HVSH_TRY(SwitchConfig made, plane_.define(now));
  HVSH_CHECK(plug(before, made));
  return made;
}

Result<void> Switches::check_unused(const SwitchConfig& config) {
  HVSH_TRY(const auto statuses, hypervisor_.list({}));
  for (const MachineStatus& status : statuses) {
    const auto machine = hypervisor_.config(status.id);
    if (!machine) continue;  // gone meanwhile, and its connection with it
    const bool uses = std::any_of(machine->adapters.begin(), machine->adapters.end(),
                                  [&](const AdapterConfig& one) { return one.switch_id == config.id; });
    if (uses) {
      return switch_refused("remove", config.name,
                            fmt::format("virtual machine \"{}\" is connected to it", machine->name),
                            "Disconnect it first.");
    }
  }
  return {};
}

Result<void> Switches::remove(const Guid& id) {
  HVSH_TRY(const SwitchConfig config, get(id));
  HVSH_CHECK(check_changeable(config, "remove"));
  HVSH_CHECK(check_unused(config));
  HVSH_CHECK(plug(config, {}));
  return plane_.undefine(id);
}

}  // namespace hvsh::engines
