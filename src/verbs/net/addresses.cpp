// Get-, New-, Remove-, Set-NetIPAddress; Get-, New-, Remove-NetRoute; Get-, Set-NetIPInterface.
#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>

#include "core/wildcard.h"
#include "verbs/net/adapter_table.h"

namespace hvsh::verbs {

namespace {

using engines::HostAddress;
using engines::HostNetwork;
using engines::HostRoute;
constexpr std::string_view kModule = "NetTCPIP";
constexpr std::string_view kFamilies[] = {"IPv4", "IPv6"};

// 4, 6, or 0: no address.
int family_of(const std::string& text) {
  in6_addr bytes{};
  if (::inet_pton(AF_INET, text.c_str(), &bytes) == 1) return 4;
  return ::inet_pton(AF_INET6, text.c_str(), &bytes) == 1 ? 6 : 0;
}

Error invalid_parameter(std::string message) {
  return {.id = "Windows System Error 87",
          .category = ErrorCategory::InvalidArgument,
          .message = std::move(message),
          .exception = "Microsoft.Management.Infrastructure.CimException"};
}

nouns::NetIPAddress describe(const HostAddress& one) {
  return {.address = one.address,
          .alias = one.adapter,
          .index = static_cast<uint32_t>(one.index),
          .prefix = static_cast<uint8_t>(one.prefix),
          .is_v6 = one.is_v6,
          .from_dhcp = one.from_dhcp,
          .link_local = one.link_local};
}
nouns::NetRoute describe(const HostRoute& one) {
  return {.destination = one.destination,
          .next_hop = one.next_hop,
          .alias = one.adapter,
          .index = static_cast<uint32_t>(one.index),
          .metric = static_cast<uint16_t>(one.metric),
          .is_v6 = one.is_v6};
}

// Which adapter and family, as all of these cmdlets ask.
struct InterfaceFilter {
  std::vector<std::string> alias, family;
  std::vector<uint32_t> index;
  Value cim_session;

  bool fits(const std::string& adapter, int64_t number, bool is_v6) const {
    const auto any = [](const auto& list, auto matches) {
      return list.empty() || std::any_of(list.begin(), list.end(), matches);
    };
    return any(alias, [&](const std::string& one) { return Wildcard(one).matches(adapter); }) &&
           any(index, [&](uint32_t one) { return one == number; }) &&
           any(family, [&](const std::string& one) { return equal_ascii(one, is_v6 ? "IPv6" : "IPv4"); });
  }
  std::string first_alias() const { return alias.empty() ? std::string() : alias.front(); }
  int64_t first_index() const { return index.empty() ? 0 : index.front(); }
};
template <class Self>
consteval auto interface_params() {
  return std::array{
      param<&InterfaceFilter::index, Self>(
          "InterfaceIndex", {.from_pipeline_property = true, .aliases = "ifIndex"}, "The adapter's number."),
      param<&InterfaceFilter::alias, Self>(
          "InterfaceAlias", {.from_pipeline_property = true, .wildcards = true, .aliases = "ifAlias"},
          "The adapter."),
      param<&InterfaceFilter::family, Self>(
          "AddressFamily", {.from_pipeline_property = true, .values = kFamilies}, "IPv4 or IPv6."),
      param<&InterfaceFilter::cim_session, Self>("CimSession", {.aliases = "Session"}, "This host."),
  };
}

Flow gateway_in_use(Context& context, const std::string& gateway) {
  return context.terminate(
      invalid_parameter(fmt::format("'{}' is no address that a gateway could have.", gateway)),
      Value::string(gateway));
}

}  // namespace

struct GetNetIPAddress : InterfaceFilter {
  std::vector<std::string> address;
  std::vector<uint8_t> prefix;
  static constexpr auto kParams =
      join(interface_params<GetNetIPAddress>(),
           std::array{
               param<&GetNetIPAddress::address>(
                   "IPAddress", {.position = 0, .wildcards = true, .aliases = "LocalAddress"}, "Addresses."),
               param<&GetNetIPAddress::prefix>("PrefixLength", {}, "Bits of the network."),
           });
  static constexpr Example kExamples[] = {
      {"(Get-NetIPAddress -IPAddress 127.0.0.1).PrefixLength", "8", "Of the loopback adapter."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "NetIPAddress",
                             .module = kModule,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Get-NetIPAddress",
                             .synopsis = "Lists the addresses of this host."};
  Flow process(Context& context) {
    auto all = context.get<HostNetwork>().addresses();
    if (!all) return context.terminate(all.take_error());
    bool any = false;
    for (const HostAddress& one : *all) {
      const bool wanted =
          address.empty() || std::any_of(address.begin(), address.end(), [&](const std::string& pattern) {
            return Wildcard(pattern).matches(one.address);
          });
      if (!wanted || !fits(one.adapter, one.index, one.is_v6)) continue;
      if (!prefix.empty() && std::find(prefix.begin(), prefix.end(), one.prefix) == prefix.end()) continue;
      any = true;
      if (Flow flow = context.write(noun_value(describe(one))); flow != Flow::more) return flow;
    }
    if (any) return Flow::more;
    if (!address.empty() && !is_pattern(address.front()))
      return context.error(no_such("MSFT_NetIPAddress", "IPAddress", address.front()));
    if (!alias.empty() && !is_pattern(alias.front()))
      return context.error(no_such("MSFT_NetIPAddress", "InterfaceAlias", alias.front()));
    if (!index.empty())
      return context.error(no_such("MSFT_NetIPAddress", "InterfaceIndex", std::to_string(index.front())));
    return Flow::more;
  }
};
CMDLET(GetNetIPAddress);

struct NewNetIPAddress : InterfaceFilter {
  std::string address, gateway, type, store;
  uint8_t prefix = 32;
  std::optional<TimeSpan> valid, preferred;
  std::optional<bool> skip;
  static constexpr auto kParams = join(
      interface_params<NewNetIPAddress>(),
      std::array{
          param<&NewNetIPAddress::address>(
              "IPAddress", {.position = 0, .mandatory = true, .aliases = "LocalAddress"}, "The address."),
          param<&NewNetIPAddress::prefix>("PrefixLength", {.range = {0, 128}}, "Bits of the network."),
          param<&NewNetIPAddress::gateway>("DefaultGateway", {}, "A gateway to everywhere."),
          param<&NewNetIPAddress::type>("Type", {}, "Unicast."),
          param<&NewNetIPAddress::store>("PolicyStore", {}, "Accepted; it holds until the next start."),
          param<&NewNetIPAddress::valid>("ValidLifetime", {}, "Accepted."),
          param<&NewNetIPAddress::preferred>("PreferredLifetime", {}, "Accepted."),
          param<&NewNetIPAddress::skip>("SkipAsSource", {}, "Accepted."),
      });
  static constexpr Example kExamples[] = {
      {"New-NetIPAddress -InterfaceAlias eth1 -IPAddress 198.51.100.1 -PrefixLength 24", "*",
       "Gives an adapter an address."}};
  static constexpr Decl decl{.verb = "New",
                             .noun = "NetIPAddress",
                             .module = kModule,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "New-NetIPAddress",
                             .synopsis = "Gives an adapter an address, until the next start."};
  Flow process(Context& context) {
    const int kind = family_of(address);
    if (kind == 0 || (kind == 4 && prefix > 32)) {
      return context.terminate(
          invalid_parameter(fmt::format("Invalid parameter IPAddress {}/{}.", address, prefix)),
          Value::string(address));
    }
    if (!gateway.empty() && family_of(gateway) != kind) return gateway_in_use(context, gateway);
    auto adapter = one_adapter(context, first_alias(), first_index());
    if (!adapter) return context.terminate(adapter.take_error());
    HostNetwork& network = context.get<HostNetwork>();
    auto known = network.addresses();
    if (!known) return context.terminate(known.take_error());
    for (const HostAddress& one : *known) {
      if (one.address != address || one.adapter != adapter->name) continue;
      return context.terminate({.id = "Windows System Error 5010",
                                .category = ErrorCategory::ResourceExists,
                                .message = "The object already exists.",
                                .hint = fmt::format("Adapter '{}' has {} already.", adapter->name, address),
                                .exception = "Microsoft.Management.Infrastructure.CimException"},
                               Value::string(address));
    }
    if (const Answer answer =
            context.should_process(fmt::format("{} on {}", address, adapter->name), "New-NetIPAddress");
        answer != Answer::yes)
      return answer == Answer::stopped ? Flow::stopped : Flow::more;
    const HostAddress made{.index = adapter->index,
                           .adapter = adapter->name,
                           .address = address,
                           .prefix = prefix,
                           .is_v6 = kind == 6};
    if (auto done = network.add_address(made); !done)
      return context.terminate(done.take_error(), Value::string(address));
    if (!gateway.empty()) {
      auto done = network.add_route({.index = adapter->index,
                                     .adapter = adapter->name,
                                     .destination = kind == 6 ? "::/0" : "0.0.0.0/0",
                                     .next_hop = gateway,
                                     .is_v6 = kind == 6});
      if (!done) return context.terminate(done.take_error(), Value::string(gateway));
    }
    return context.write(noun_value(describe(made)));
  }
};
CMDLET(NewNetIPAddress);

struct RemoveNetIPAddress : InterfaceFilter {
  std::vector<std::string> address;
  std::vector<Object<nouns::NetIPAddress>> input_object;
  std::string gateway;
  Switch pass_thru;
  static constexpr auto kParams =
      join(interface_params<RemoveNetIPAddress>(),
           std::array{
               param<&RemoveNetIPAddress::address>(
                   "IPAddress", {.position = 0, .from_pipeline_property = true, .aliases = "LocalAddress"},
                   "Addresses."),
               param<&RemoveNetIPAddress::input_object>("InputObject", {.from_pipeline = true},
                                                        "Address objects."),
               param<&RemoveNetIPAddress::gateway>("DefaultGateway", {}, "The gateway goes too."),
               param<&RemoveNetIPAddress::pass_thru>("PassThru", {}, "Write the addresses."),
           });
  static constexpr Example kExamples[] = {
      {"Remove-NetIPAddress -IPAddress 198.51.100.1 -Confirm:$false", "*", "Takes an address away."}};
  static constexpr Decl decl{.verb = "Remove",
                             .noun = "NetIPAddress",
                             .module = kModule,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .impact = Impact::high,
                             .error_class = "Remove-NetIPAddress",
                             .synopsis = "Takes addresses away, after a question."};
  Flow process(Context& context) {
    HostNetwork& network = context.get<HostNetwork>();
    auto all = network.addresses();
    if (!all) return context.terminate(all.take_error());
    if (address.empty() && input_object.empty() && alias.empty() && index.empty()) {
      return context.terminate(
          invalid_parameter("Remove-NetIPAddress needs -IPAddress, -InterfaceAlias or -InterfaceIndex."));
    }
    bool any = false;
    for (const HostAddress& one : *all) {
      if (!is_wanted(one)) continue;
      any = true;
      const Answer answer =
          context.should_process(fmt::format("{} on {}", one.address, one.adapter), "Remove-NetIPAddress");
      if (answer == Answer::stopped) return Flow::stopped;
      if (answer == Answer::no) continue;
      auto done = network.remove_address(one);
      const Flow flow = !done       ? context.error(done.take_error(), Value::string(one.address))
                        : pass_thru ? context.write(noun_value(describe(one)))
                                    : Flow::more;
      if (flow != Flow::more) return flow;
    }
    if (any || address.empty()) return Flow::more;
    return context.error(no_such("MSFT_NetIPAddress", "IPAddress", address.front()));
  }

 private:
  bool is_wanted(const HostAddress& one) const {
    for (const auto& object : input_object) {
      if (object->value.address == one.address && object->value.alias == one.adapter) return true;
    }
    if (!input_object.empty()) return false;
    return (address.empty() || std::find(address.begin(), address.end(), one.address) != address.end()) &&
           fits(one.adapter, one.index, one.is_v6);
  }
};
CMDLET(RemoveNetIPAddress);

struct GetNetRoute : InterfaceFilter {
  std::vector<std::string> destination, next_hop;
  static constexpr auto kParams =
      join(interface_params<GetNetRoute>(),
           std::array{
               param<&GetNetRoute::destination>("DestinationPrefix", {.position = 0, .wildcards = true},
                                                "Where they lead: 0.0.0.0/0."),
               param<&GetNetRoute::next_hop>("NextHop", {.wildcards = true}, "Their gateways."),
           });
  static constexpr Example kExamples[] = {
      {"Get-NetRoute -DestinationPrefix 0.0.0.0/0", "*", "Tells the way to everywhere."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "NetRoute",
                             .module = kModule,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Get-NetRoute",
                             .synopsis = "Lists the routes of this host."};
  Flow process(Context& context) {
    auto all = context.get<HostNetwork>().routes();
    if (!all) return context.terminate(all.take_error());
    bool any = false;
    const auto matches = [](const std::vector<std::string>& patterns, const std::string& text) {
      return patterns.empty() ||
             std::any_of(patterns.begin(), patterns.end(),
                         [&](const std::string& pattern) { return Wildcard(pattern).matches(text); });
    };
    for (const HostRoute& one : *all) {
      if (!fits(one.adapter, one.index, one.is_v6) || !matches(destination, one.destination) ||
          !matches(next_hop, one.next_hop))
        continue;
      any = true;
      if (Flow flow = context.write(noun_value(describe(one))); flow != Flow::more) return flow;
    }
    if (any || destination.empty()) return Flow::more;
    return context.error(no_such("MSFT_NetRoute", "DestinationPrefix", destination.front()));
  }
};
CMDLET(GetNetRoute);

struct RouteChange : InterfaceFilter {
  std::string destination, next_hop, store;
  uint16_t metric = 0;
  Result<HostRoute> route(Context& context) const {
    HVSH_TRY(const nouns::NetAdapter adapter, one_adapter(context, first_alias(), first_index()));
    const size_t slash = destination.find('/');
    const int kind = family_of(destination.substr(0, slash));
    if (kind == 0 || slash == std::string::npos)
      return invalid_parameter(fmt::format("Invalid parameter DestinationPrefix {}.", destination));
    if (!next_hop.empty() && family_of(next_hop) != kind)
      return invalid_parameter(fmt::format("Invalid parameter NextHop {}.", next_hop));
    return HostRoute{.index = adapter.index,
                     .adapter = adapter.name,
                     .destination = destination,
                     .next_hop = !next_hop.empty() ? next_hop
                                 : kind == 6       ? "::"
                                                   : "0.0.0.0",
                     .metric = metric,
                     .is_v6 = kind == 6};
  }
};
template <class Self>
consteval auto route_params() {
  return join(
      interface_params<Self>(),
      std::array{
          param<&RouteChange::destination, Self>(
              "DestinationPrefix", {.position = 0, .mandatory = true, .from_pipeline_property = true},
              "Where it leads: 10.0.0.0/8."),
          param<&RouteChange::next_hop, Self>("NextHop", {.from_pipeline_property = true}, "Its gateway."),
          param<&RouteChange::metric, Self>("RouteMetric", {}, "The lower, the better."),
          param<&RouteChange::store, Self>("PolicyStore", {}, "Accepted; it holds until the next start."),
      });
}

struct NewNetRoute : RouteChange {
  static constexpr auto kParams = route_params<NewNetRoute>();
  static constexpr Example kExamples[] = {
      {"New-NetRoute -DestinationPrefix 10.0.0.0/8 -InterfaceAlias eth0 -NextHop 192.0.2.254", "*",
       "Adds a route."}};
  static constexpr Decl decl{.verb = "New",
                             .noun = "NetRoute",
                             .module = kModule,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "New-NetRoute",
                             .synopsis = "Adds a route, until the next start."};
  Flow process(Context& context) {
    auto made = route(context);
    if (!made) return context.terminate(made.take_error(), Value::string(destination));
    if (const Answer answer = context.should_process(made->destination, "New-NetRoute");
        answer != Answer::yes)
      return answer == Answer::stopped ? Flow::stopped : Flow::more;
    auto done = context.get<HostNetwork>().add_route(*made);
    return done ? context.write(noun_value(describe(*made)))
                : context.terminate(done.take_error(), Value::string(destination));
  }
};
CMDLET(NewNetRoute);

struct RemoveNetRoute : RouteChange {
  static constexpr auto kParams = route_params<RemoveNetRoute>();
  static constexpr Example kExamples[] = {
      {"Remove-NetRoute -DestinationPrefix 10.0.0.0/8 -Confirm:$false", "*", "Removes a route."}};
  static constexpr Decl decl{.verb = "Remove",
                             .noun = "NetRoute",
                             .module = kModule,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .impact = Impact::high,
                             .error_class = "Remove-NetRoute",
                             .synopsis = "Removes routes, after a question."};
  Flow process(Context& context) {
    HostNetwork& network = context.get<HostNetwork>();
    auto all = network.routes();
    if (!all) return context.terminate(all.take_error());
    bool any = false;
    for (const HostRoute& one : *all) {
      if (one.destination != destination || !fits(one.adapter, one.index, one.is_v6)) continue;
      if (!next_hop.empty() && one.next_hop != next_hop) continue;
      any = true;
      const Answer answer = context.should_process(one.destination, "Remove-NetRoute");
      if (answer == Answer::stopped) return Flow::stopped;
      if (answer == Answer::no) continue;
      if (auto done = network.remove_route(one); !done)
        return context.error(done.take_error(), Value::string(destination));
    }
    return any ? Flow::more : context.error(no_such("MSFT_NetRoute", "DestinationPrefix", destination));
  }
};
CMDLET(RemoveNetRoute);

}  // namespace hvsh::verbs
