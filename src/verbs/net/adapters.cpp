// Get-, Enable-, Disable-, Rename- and Set-NetAdapter.
#include <fmt/format.h>

#include "verbs/net/adapter_table.h"

namespace hvsh::verbs {

namespace {

using engines::HostNetwork;
constexpr std::string_view kModule = "NetAdapter";

template <class Self>
consteval auto adapter_params(SetMask names, SetMask objects) {
  return std::array{
      param<&AdapterTarget::name, Self>("Name",
                                        {.sets = names,
                                         .position = 0,
                                         .from_pipeline_property = true,
                                         .wildcards = true,
                                         .aliases = {"ifAlias", "InterfaceAlias"}},
                                        "Names of adapters."),
      param<&AdapterTarget::input_object, Self>(
          "InputObject", {.sets = objects, .mandatory = true, .from_pipeline = true}, "Adapter objects."),
      param<&AdapterTarget::description, Self>(
          "InterfaceDescription", {.sets = names, .wildcards = true, .aliases = "ifDesc"}, "Their drivers."),
  };
}

// Enable-, Disable-, Rename- and Set-NetAdapter: asks, changes, and writes what became of it.
struct AdapterChange : AdapterTarget {
  Switch pass_thru, no_restart;
  Value cim_session;
  enum Set : SetMask { ByName = 1, InputObject = 2 };
  static constexpr std::string_view kSets[] = {"ByName", "InputObject (cdxml)"};

  template <class Operation>
  Flow change(Context& context, std::string_view action, Operation operation) const {
    if (is_any()) {
      return context.terminate({.id = "ParameterBindingFailed",
                                .category = ErrorCategory::InvalidArgument,
                                .message = fmt::format("{} needs to know which adapter.", action),
                                .hint = "Give -Name, -InterfaceDescription or an adapter object."});
    }
    std::vector<nouns::NetAdapter> found;
    if (Flow flow = find(context, found); flow != Flow::more) return flow;
    for (const nouns::NetAdapter& one : found) {
      const Answer answer = context.should_process(one.name, action);
      if (answer == Answer::stopped) return Flow::stopped;
      if (answer == Answer::no) continue;
      if (Result<void> done = operation(context.get<HostNetwork>(), one); !done) {
        if (Flow flow = context.error(done.take_error(), Value::string(one.name)); flow != Flow::more)
          return flow;
        continue;
      }
      if (!pass_thru) continue;
      auto all = all_adapters(context);
      if (!all) return context.terminate(all.take_error());
      for (const nouns::NetAdapter& now : *all) {
        if (now.index != one.index) continue;
        if (Flow flow = context.write(noun_value(now)); flow != Flow::more) return flow;
      }
    }
    return Flow::more;
  }
};
template <class Self>
consteval auto adapter_change_params() {
  return join(
      adapter_params<Self>(AdapterChange::ByName, AdapterChange::InputObject),
      std::array{
          param<&AdapterChange::pass_thru, Self>("PassThru", {}, "Write the adapters."),
          param<&AdapterChange::cim_session, Self>("CimSession", {.aliases = "Session"}, "This host."),
      });
}

}  // namespace

struct GetNetAdapter : AdapterTarget {
  Switch include_hidden, physical;
  Value cim_session;
  enum Set : SetMask { ByName = 1, ByIndex = 2 };
  static constexpr std::string_view kSets[] = {"ByName", "ByIfIndex"};
  static constexpr Param kParams[] = {
      param<&AdapterTarget::name, GetNetAdapter>("Name",
                                                 {.sets = ByName,
                                                  .position = 0,
                                                  .from_pipeline = true,
                                                  .from_pipeline_property = true,
                                                  .wildcards = true,
                                                  .aliases = {"ifAlias", "InterfaceAlias"}},
                                                 "Names of adapters."),
      param<&AdapterTarget::description, GetNetAdapter>(
          "InterfaceDescription", {.sets = ByName, .wildcards = true, .aliases = "ifDesc"}, "Their drivers."),
      param<&AdapterTarget::index, GetNetAdapter>(
          "InterfaceIndex", {.sets = ByIndex, .mandatory = true, .aliases = "ifIndex"}, "Their numbers."),
      param<&GetNetAdapter::include_hidden>("IncludeHidden", {}, "Accepted; nothing is hidden."),
      param<&GetNetAdapter::physical>("Physical", {}, "Only those with a device behind them."),
      param<&GetNetAdapter::cim_session>("CimSession", {.aliases = "Session"}, "This host."),
  };
  static constexpr Example kExamples[] = {
      {"Get-NetAdapter -Physical | Where-Object Status -eq Up", "*", "Adapters in use."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "NetAdapter",
                             .module = kModule,
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Get-NetAdapter",
                             .synopsis = "Lists the network adapters of this host."};
  Flow process(Context& context) {
    std::vector<nouns::NetAdapter> found;
    if (Flow flow = find(context, found); flow != Flow::more) return flow;
    for (const nouns::NetAdapter& one : found) {
      if (physical && one.is_virtual) continue;
      if (Flow flow = context.write(noun_value(one)); flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(GetNetAdapter);

struct EnableNetAdapter : AdapterChange {
  static constexpr auto kParams = adapter_change_params<EnableNetAdapter>();
  static constexpr Example kExamples[] = {{"Enable-NetAdapter eth1", "*", "Puts an adapter to use."}};
  static constexpr Decl decl{.verb = "Enable",
                             .noun = "NetAdapter",
                             .module = kModule,
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Enable-NetAdapter",
                             .synopsis = "Enables network adapters."};
  Flow process(Context& context) {
    return change(context, "Enable-NetAdapter", [](HostNetwork& network, const nouns::NetAdapter& one) {
      return network.enable(one.name, true);
    });
  }
};
CMDLET(EnableNetAdapter);

struct DisableNetAdapter : AdapterChange {
  static constexpr auto kParams = adapter_change_params<DisableNetAdapter>();
  static constexpr Example kExamples[] = {
      {"Disable-NetAdapter eth1 -Confirm:$false", "*", "Takes an adapter out of use."}};
  static constexpr Decl decl{.verb = "Disable",
                             .noun = "NetAdapter",
                             .module = kModule,
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .impact = Impact::high,
                             .error_class = "Disable-NetAdapter",
                             .synopsis = "Disables network adapters, after a question."};
  Flow process(Context& context) {
    return change(context, "Disable-NetAdapter", [](HostNetwork& network, const nouns::NetAdapter& one) {
      return network.enable(one.name, false);
    });
  }
};
CMDLET(DisableNetAdapter);

struct RenameNetAdapter : AdapterChange {
  std::string new_name;
  static constexpr auto kParams = join(adapter_change_params<RenameNetAdapter>(),
                                       std::array{param<&RenameNetAdapter::new_name>(
                                           "NewName", {.position = 1, .mandatory = true}, "Its new name.")});
  static constexpr Example kExamples[] = {
      {"Rename-NetAdapter eth1 -NewName lab1", "*", "Gives an adapter another name."}};
  static constexpr Decl decl{.verb = "Rename",
                             .noun = "NetAdapter",
                             .module = kModule,
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Rename-NetAdapter",
                             .synopsis = "Gives a network adapter another name, until the next start."};
  Flow process(Context& context) {
    // The kernel takes no more than 15 bytes without blanks and slashes.
    if (new_name.size() > 15 || new_name.find_first_of(" /:\t") != std::string::npos || new_name.empty()) {
      return context.terminate(
          {.id = "InvalidParameter",
           .category = ErrorCategory::InvalidArgument,
           .message = fmt::format("Cannot name an adapter '{}': Linux takes up to 15 characters, "
                                  "without blanks, ':' and '/'.",
                                  new_name)},
          Value::string(new_name));
    }
    return change(context, "Rename-NetAdapter", [this](HostNetwork& network, const nouns::NetAdapter& one) {
      return network.rename(one.name, new_name);
    });
  }
};
CMDLET(RenameNetAdapter);

struct SetNetAdapter : AdapterChange {
  std::string mac_address;
  std::optional<uint16_t> vlan_id;
  static constexpr auto kParams = join(
      adapter_change_params<SetNetAdapter>(),
      std::array{
          param<&SetNetAdapter::vlan_id>("VlanID", {}, "A virtual network: an adapter of its own on Linux."),
          param<&SetNetAdapter::mac_address>("MacAddress", {.aliases = "LinkLayerAddress"},
                                             "Its hardware address."),
          param<&AdapterChange::no_restart, SetNetAdapter>("NoRestart", {}, "Accepted."),
      });
  static constexpr Example kExamples[] = {
      {"Set-NetAdapter eth0 -VlanID 5", "*", "Says how Linux makes VLANs."}};
  static constexpr Decl decl{
      .verb = "Set",
      .noun = "NetAdapter",
      .module = kModule,
      .sets = kSets,
      .default_set = 0,
      .params = kParams,
      .examples = kExamples,
      .should_process = true,
      .error_class = "Set-NetAdapter",
      .synopsis = "Would set an adapter's VLAN and address, which Linux does otherwise."};
  Flow process(Context& context) {
    return context.terminate(
        {.id = "NotSupported",
         .category = ErrorCategory::NotImplemented,
         .message = "Set-NetAdapter cannot set the VLAN or the hardware address of an adapter.",
         .hint = "VLANs of machines are Set-VMNetworkAdapterVlan's; of the host, `ip link add ... type "
                 "vlan`; addresses, `ip link set dev NAME address ...`."});
  }
};
CMDLET(SetNetAdapter);

}  // namespace hvsh::verbs
