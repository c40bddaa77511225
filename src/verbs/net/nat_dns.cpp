// Get-, New-, Remove-NetNat; Get-, Set-DnsClientServerAddress, Clear-DnsClientCache; the firewall's cmdlets,
// which say what there is instead.
#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>

#include "core/wildcard.h"
#include "verbs/net/adapter_table.h"

namespace hvsh::verbs {

namespace {

using engines::HostNat;
using engines::HostNetwork;

// An IPv4 network: a.b.c.d/n.
bool is_network(const std::string& text) {
  const size_t slash = text.find('/');
  in_addr bytes{};
  if (slash == std::string::npos || ::inet_pton(AF_INET, text.substr(0, slash).c_str(), &bytes) != 1)
    return false;
  const std::string bits = text.substr(slash + 1);
  return !bits.empty() && bits.size() <= 2 && bits.find_first_not_of("0123456789") == std::string::npos &&
         std::stoi(bits) <= 32;
}

}  // namespace

struct GetNetNat {
  std::vector<std::string> name;
  Value cim_session;
  static constexpr Param kParams[] = {
      param<&GetNetNat::name>("Name", {.position = 0, .from_pipeline_property = true, .wildcards = true},
                              "Names."),
      param<&GetNetNat::cim_session>("CimSession", {.aliases = "Session"}, "This host."),
  };
  static constexpr Example kExamples[] = {{"Get-NetNat", "*", "Lists what is translated."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "NetNat",
                             .module = "NetNat",
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Get-NetNat",
                             .synopsis = "Lists the networks whose addresses are translated."};
  Flow process(Context& context) {
    auto all = context.get<HostNetwork>().nats();
    if (!all) return context.terminate(all.take_error());
    if (name.empty()) name.emplace_back("*");
    for (const std::string& pattern : name) {
      bool any = is_pattern(pattern);
      for (const HostNat& one : *all) {
        if (!Wildcard(pattern).matches(one.name)) continue;
        any = true;
        if (Flow flow = context.write(noun_value(nouns::NetNat{one.name, one.internal_prefix}));
            flow != Flow::more)
          return flow;
      }
      if (any) continue;
      if (Flow flow = context.error(no_such("MSFT_NetNat", "Name", pattern)); flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(GetNetNat);

struct NewNetNat {
  std::string name, internal_prefix, external_prefix, routing_domain;
  Value cim_session;
  static constexpr Param kParams[] = {
      param<&NewNetNat::name>("Name", {.position = 0, .mandatory = true}, "Its name."),
      param<&NewNetNat::internal_prefix>("InternalIPInterfaceAddressPrefix", {},
                                         "The network behind it: 172.16.0.0/24."),
      param<&NewNetNat::external_prefix>("ExternalIPInterfaceAddressPrefix", {},
                                         "Not here: packets go out by any adapter."),
      param<&NewNetNat::routing_domain>("InternalRoutingDomainId", {}, "Not on Linux."),
      param<&NewNetNat::cim_session>("CimSession", {.aliases = "Session"}, "This host."),
  };
  static constexpr Example kExamples[] = {
      {"New-NetNat -Name lab -InternalIPInterfaceAddressPrefix 172.16.0.0/24", "*", "Lets a network out."}};
  static constexpr Decl decl{
      .verb = "New",
      .noun = "NetNat",
      .module = "NetNat",
      .params = kParams,
      .examples = kExamples,
      .should_process = true,
      .error_class = "New-NetNat",
      .synopsis = "Translates a network's addresses by nftables, until the next start."};
  Flow process(Context& context) {
    const bool is_plain =
        std::all_of(name.begin(), name.end(), [](char c) { return c >= 0x20 && c != '"' && c != 0x7f; });
    if (!is_network(internal_prefix) || !is_plain || name.size() > 100) {
      return context.terminate(
          {.id = "Windows System Error 87",
           .category = ErrorCategory::InvalidArgument,
           .message = fmt::format("Cannot make NAT '{}': -InternalIPInterfaceAddressPrefix '{}' has to be "
                                  "an IPv4 network such as 172.16.0.0/24, the name short and without \".",
                                  name, internal_prefix),
           .exception = "Microsoft.Management.Infrastructure.CimException"},
          Value::string(name));
    }
    if (!external_prefix.empty()) {
      return context.terminate(
          {.id = "NotSupported",
           .category = ErrorCategory::NotImplemented,
           .message = "New-NetNat cannot choose the address that packets go out by.",
           .hint = "Leave -ExternalIPInterfaceAddressPrefix out: they get the address of their adapter."});
    }
    HostNetwork& network = context.get<HostNetwork>();
    auto all = network.nats();
    if (!all) return context.terminate(all.take_error());
    for (const HostNat& one : *all) {
      if (!equal_ascii(one.name, name)) continue;
      return context.terminate(
          {.id = "Windows System Error 52",
           .category = ErrorCategory::ResourceExists,
           .message = "You were not connected because a duplicate name exists on the network.",
           .hint = fmt::format("There is a NAT '{}' already: see Get-NetNat.", name),
           .exception = "Microsoft.Management.Infrastructure.CimException"},
          Value::string(name));
    }
    if (const Answer answer = context.should_process(name, "New-NetNat"); answer != Answer::yes)
      return answer == Answer::stopped ? Flow::stopped : Flow::more;
    auto done = network.add_nat({name, internal_prefix});
    return done ? context.write(noun_value(nouns::NetNat{name, internal_prefix}))
                : context.terminate(done.take_error(), Value::string(name));
  }
};
CMDLET(NewNetNat);

struct RemoveNetNat {
  std::vector<std::string> name;
  std::vector<Object<nouns::NetNat>> input_object;
  Switch pass_thru;
  static constexpr Param kParams[] = {
      param<&RemoveNetNat::name>("Name", {.position = 0, .from_pipeline_property = true, .wildcards = true},
                                 "Names."),
      param<&RemoveNetNat::input_object>("InputObject", {.from_pipeline = true}, "NAT objects."),
      param<&RemoveNetNat::pass_thru>("PassThru", {}, "Write them."),
  };
  static constexpr Example kExamples[] = {{"Remove-NetNat lab -Confirm:$false", "*", "Ends a translation."}};
  static constexpr Decl decl{.verb = "Remove",
                             .noun = "NetNat",
                             .module = "NetNat",
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .impact = Impact::high,
                             .error_class = "Remove-NetNat",
                             .synopsis = "Ends the translation of addresses, after a question."};
  Flow process(Context& context) {
    HostNetwork& network = context.get<HostNetwork>();
    auto all = network.nats();
    if (!all) return context.terminate(all.take_error());
    std::vector<std::string> patterns = name;
    for (const auto& one : input_object) patterns = {escape_wildcards(one->value.name)};
    if (patterns.empty()) patterns.emplace_back("*");
    for (const std::string& pattern : patterns) {
      bool any = is_pattern(pattern);
      for (const HostNat& one : *all) {
        if (!Wildcard(pattern).matches(one.name)) continue;
        any = true;
        const Answer answer = context.should_process(one.name, "Remove-NetNat");
        if (answer == Answer::stopped) return Flow::stopped;
        if (answer == Answer::no) continue;
        auto done = network.remove_nat(one.name);
        const Flow flow = !done ? context.error(done.take_error(), Value::string(one.name))
                          : pass_thru
                              ? context.write(noun_value(nouns::NetNat{one.name, one.internal_prefix}))
                              : Flow::more;
        if (flow != Flow::more) return flow;
      }
      if (any) continue;
      if (Flow flow = context.error(no_such("MSFT_NetNat", "Name", pattern)); flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(RemoveNetNat);

struct GetDnsClientServerAddress {
  std::vector<std::string> alias, family;
  std::vector<uint32_t> index;
  static constexpr std::string_view kFamilies[] = {"IPv4", "IPv6"};
  static constexpr Param kParams[] = {
      param<&GetDnsClientServerAddress::alias>(
          "InterfaceAlias", {.position = 0, .from_pipeline_property = true, .wildcards = true}, "Adapters."),
      param<&GetDnsClientServerAddress::index>(
          "InterfaceIndex", {.from_pipeline_property = true, .aliases = "ifIndex"}, "Their numbers."),
      param<&GetDnsClientServerAddress::family>("AddressFamily", {.values = kFamilies}, "IPv4 or IPv6."),
  };
  static constexpr Example kExamples[] = {
      {"Get-DnsClientServerAddress eth0", "*", "Tells an adapter's name servers."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "DnsClientServerAddress",
                             .module = "DnsClient",
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Get-DnsClientServerAddress",
                             .synopsis = "Tells the name servers of adapters."};
  Flow process(Context& context) {
    AdapterTarget target;
    target.name = alias;
    target.index = index;
    std::vector<nouns::NetAdapter> found;
    if (Flow flow = target.find(context, found); flow != Flow::more) return flow;
    for (const nouns::NetAdapter& one : found) {
      auto servers = context.get<HostNetwork>().name_servers(one.name);
      if (!servers) return context.terminate(servers.take_error());
      for (const bool v6 : {false, true}) {
        const bool wanted =
            family.empty() || std::any_of(family.begin(), family.end(), [v6](const std::string& name) {
              return equal_ascii(name, v6 ? "IPv6" : "IPv4");
            });
        if (!wanted) continue;
        nouns::DnsClientServerAddress answer{
            .alias = one.name, .index = static_cast<uint32_t>(one.index), .is_v6 = v6, .servers = {}};
        for (const std::string& server : *servers) {
          if ((server.find(':') != std::string::npos) == v6) answer.servers.push_back(server);
        }
        if (Flow flow = context.write(noun_value(std::move(answer))); flow != Flow::more) return flow;
      }
    }
    return Flow::more;
  }
};
CMDLET(GetDnsClientServerAddress);

struct SetDnsClientServerAddress {
  std::vector<std::string> alias, servers;
  std::vector<uint32_t> index;
  std::vector<Object<nouns::DnsClientServerAddress>> input_object;
  Switch reset, validate, pass_thru;
  static constexpr Param kParams[] = {
      param<&SetDnsClientServerAddress::alias>(
          "InterfaceAlias", {.position = 0, .from_pipeline_property = true, .aliases = "Name"}, "Adapters."),
      param<&SetDnsClientServerAddress::index>(
          "InterfaceIndex", {.from_pipeline_property = true, .aliases = "ifIndex"}, "Their numbers."),
      param<&SetDnsClientServerAddress::input_object>("InputObject", {.from_pipeline = true},
                                                      "What Get-DnsClientServerAddress gave."),
      param<&SetDnsClientServerAddress::servers>("ServerAddresses", {.position = 1, .aliases = "Addresses"},
                                                 "The name servers."),
      param<&SetDnsClientServerAddress::reset>("ResetServerAddresses", {.aliases = "ResetAddresses"},
                                               "Those of DHCP again."),
      param<&SetDnsClientServerAddress::validate>("Validate", {}, "Accepted."),
      param<&SetDnsClientServerAddress::pass_thru>("PassThru", {}, "Accepted."),
  };
  static constexpr Example kExamples[] = {
      {"Set-DnsClientServerAddress eth0 -ServerAddresses 192.0.2.53", "*", "Sets an adapter's name server."}};
  static constexpr Decl decl{.verb = "Set",
                             .noun = "DnsClientServerAddress",
                             .module = "DnsClient",
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Set-DnsClientServerAddress",
                             .synopsis = "Sets the name servers of adapters by systemd-resolved."};
  Flow process(Context& context) {
    AdapterTarget target;
    target.name = alias;
    target.index = index;
    for (const auto& one : input_object) target.index = {one->value.index};
    std::vector<std::string> wanted;
    // 'a,b' in one text is how Windows takes it too.
    for (const std::string& one : servers) {
      for (size_t begin = 0; begin <= one.size();) {
        const size_t end = std::min(one.find(',', begin), one.size());
        std::string server = one.substr(begin, end - begin);
        std::erase(server, ' ');
        if (!server.empty()) wanted.push_back(std::move(server));
        begin = end + 1;
      }
    }
    if (target.is_any() || (wanted.empty() && !reset)) {
      return context.terminate({.id = "InvalidParameter",
                                .category = ErrorCategory::InvalidArgument,
                                .message =
                                    "Set-DnsClientServerAddress needs an adapter, and -ServerAddresses or "
                                    "-ResetServerAddresses."});
    }
    for (const std::string& one : wanted) {
      in6_addr bytes{};
      if (::inet_pton(AF_INET, one.c_str(), &bytes) == 1 || ::inet_pton(AF_INET6, one.c_str(), &bytes) == 1)
        continue;
      return context.terminate(
          {.id = "InvalidParameter",
           .category = ErrorCategory::InvalidArgument,
           .message = fmt::format("The address '{}' of a name server is no IP address.", one)},
          Value::string(one));
    }
    std::vector<nouns::NetAdapter> found;
    if (Flow flow = target.find(context, found); flow != Flow::more) return flow;
    for (const nouns::NetAdapter& one : found) {
      const Answer answer = context.should_process(one.name, "Set-DnsClientServerAddress");
      if (answer == Answer::stopped) return Flow::stopped;
      if (answer == Answer::no) continue;
      auto done = context.get<HostNetwork>().set_name_servers(one.name, wanted);
      if (done) continue;
      if (Flow flow = context.error(done.take_error(), Value::string(one.name)); flow != Flow::more)
        return flow;
    }
    return Flow::more;
  }
};
CMDLET(SetDnsClientServerAddress);

// The cmdlets of Windows' firewall.
struct FirewallRule {
  std::vector<std::string> name, display_name, display_group, group, profile;
  std::string direction, action, protocol, enabled, description;
  std::vector<std::string> local_port, remote_port, local_address, remote_address, program, service,
      interface_alias;
  Value input_object;
  Switch pass_thru, all;

  static Flow refuse(Context& context, std::string_view cmdlet) {
    return context.terminate(
        {.id = "NotSupported",
         .category = ErrorCategory::NotImplemented,
         .message = fmt::format("{} has no firewall of Windows to act on.", cmdlet),
         .hint = "This host's firewall is nftables, firewalld or ufw; most hosts let everything in that "
                 "a service listens to.",
         .exception = "System.PlatformNotSupportedException"});
  }
};
template <class Self>
consteval auto firewall_params() {
  return std::array{
      param<&FirewallRule::name, Self>("Name", {.position = 0, .aliases = {"ID", "InstanceID"}}, "Names."),
      param<&FirewallRule::display_name, Self>("DisplayName", {}, "Names for people."),
      param<&FirewallRule::display_group, Self>("DisplayGroup", {}, "Groups for people."),
      param<&FirewallRule::group, Self>("Group", {.aliases = "RuleGroup"}, "Groups."),
      param<&FirewallRule::direction, Self>("Direction", {}, "Inbound or Outbound."),
      param<&FirewallRule::action, Self>("Action", {}, "Allow or Block."),
      param<&FirewallRule::profile, Self>("Profile", {}, "Profiles."),
      param<&FirewallRule::enabled, Self>("Enabled", {}, "True or False."),
      param<&FirewallRule::input_object, Self>("InputObject", {.from_pipeline = true}, "Rules."),
      param<&FirewallRule::pass_thru, Self>("PassThru", {}, "Write them."),
  };
}
struct GetNetFirewallRule : FirewallRule {
  static constexpr auto kParams =
      join(firewall_params<GetNetFirewallRule>(),
           std::array{param<&FirewallRule::all, GetNetFirewallRule>("All", {}, "All.")});
  static constexpr Example kExamples[] = {{"Get-NetFirewallRule", "*", "Says which firewalls there are."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "NetFirewallRule",
                             .module = "NetSecurity",
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Get-NetFirewallRule",
                             .synopsis = "Would list rules of Windows' firewall."};
  Flow process(Context& context) { return refuse(context, "Get-NetFirewallRule"); }
};
CMDLET(GetNetFirewallRule);
struct EnableNetFirewallRule : FirewallRule {
  static constexpr auto kParams = firewall_params<EnableNetFirewallRule>();
  static constexpr Example kExamples[] = {
      {"Enable-NetFirewallRule -DisplayGroup 'Remote Desktop'", "*", "Says which firewalls there are."}};
  static constexpr Decl decl{.verb = "Enable",
                             .noun = "NetFirewallRule",
                             .module = "NetSecurity",
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Enable-NetFirewallRule",
                             .synopsis = "Would enable rules of Windows' firewall."};
  Flow process(Context& context) { return refuse(context, "Enable-NetFirewallRule"); }
};
CMDLET(EnableNetFirewallRule);
struct NewNetFirewallRule : FirewallRule {
  static constexpr auto kParams = join(
      firewall_params<NewNetFirewallRule>(),
      std::array{
          param<&FirewallRule::protocol, NewNetFirewallRule>("Protocol", {}, "TCP or UDP."),
          param<&FirewallRule::local_port, NewNetFirewallRule>("LocalPort", {}, "Ports here."),
          param<&FirewallRule::remote_port, NewNetFirewallRule>("RemotePort", {}, "Ports there."),
          param<&FirewallRule::local_address, NewNetFirewallRule>("LocalAddress", {}, "Addresses here."),
          param<&FirewallRule::remote_address, NewNetFirewallRule>("RemoteAddress", {}, "Addresses there."),
          param<&FirewallRule::program, NewNetFirewallRule>("Program", {}, "A program."),
          param<&FirewallRule::service, NewNetFirewallRule>("Service", {}, "A service."),
          param<&FirewallRule::interface_alias, NewNetFirewallRule>("InterfaceAlias", {}, "Adapters."),
          param<&FirewallRule::description, NewNetFirewallRule>("Description", {}, "A note for people."),
      });
  static constexpr Example kExamples[] = {{"New-NetFirewallRule -DisplayName lab -LocalPort 80 -Protocol TCP",
                                           "*", "Says which firewalls there are."}};
  static constexpr Decl decl{.verb = "New",
                             .noun = "NetFirewallRule",
                             .module = "NetSecurity",
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "New-NetFirewallRule",
                             .synopsis = "Would make a rule of Windows' firewall."};
  Flow process(Context& context) { return refuse(context, "New-NetFirewallRule"); }
};
CMDLET(NewNetFirewallRule);

}  // namespace hvsh::verbs
