#include <dirent.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "engines/files.h"
#include "engines/linux_host/linux_host.h"
#include "engines/network_errors.h"
#include "engines/process.h"

namespace hvsh::engines::linux_host {

namespace {

using nlohmann::json;

// Our own table, so that nothing of anybody else's is ever touched: one chain, one rule a network.
constexpr std::string_view kTable = "hvsh_nat";

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}
int64_t number_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<int64_t>() : 0;
}

Result<json> ask_ip(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"ip", "-json", "-details"});
  HVSH_TRY(const std::string text, program_output("read the network", arguments));
  json answer = json::parse(text.empty() ? "[]" : text, nullptr, false);
  if (!answer.is_array()) {
    return Error{.id = "NetworkUnreadable",
                 .category = ErrorCategory::InvalidData,
                 .message = "Cannot read the network: ip printed something that is no JSON."};
  }
  return answer;
}

Result<void> run_ip(std::string_view what, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "ip");
  HVSH_TRY(const std::string said, program_output(what, arguments));
  (void)said;
  return {};
}

std::string fact(const std::string& path) {
  auto text = read_file(path, 4096);
  if (!text) return {};
  while (!text->empty() && text->back() == '\n') text->pop_back();
  return std::move(*text);
}

std::string driver_of(const std::string& name) {
  char target[512];
  const ssize_t length =
      ::readlink(fmt::format("/sys/class/net/{}/device/driver", name).c_str(), target, sizeof target);
  if (length <= 0) return {};
  const std::string_view all(target, static_cast<size_t>(length));
  return std::string(all.substr(all.rfind('/') + 1));
}

Result<json> nft_rules() {
  auto listed = run_program({"nft", "--json", "list", "ruleset"});
  if (!listed) {
    Error error = listed.take_error();
    error.hint = "Network address translation needs nftables (on Debian: apt install nftables).";
    return error;
  }
  if (listed->exit_code != 0) {
    return Error{
        .id = "NetworkUnreadable",
        .category = ErrorCategory::PermissionDenied,
        .message = fmt::format("Cannot read network address translation: nft said: {}", listed->errors)};
  }
  return json::parse(listed->output, nullptr, false);
}

// An adapter of the host on a virtual switch is one end of a pair of devices; the other end is a port of the
// bridge. The device's name follows from the hardware address, and the name that users see is its alias.
std::string port_device(const HostPort& port, char end) {
  std::string mac = port.mac;
  std::transform(mac.begin(), mac.end(), mac.begin(), [](unsigned char c) { return std::tolower(c); });
  return fmt::format("hv{}{}", end, mac);
}
constexpr std::string_view kPortPrefix = "hve";

std::string shown_name(const json& link) {
  const std::string device = text_of(link, "ifname"), alias = text_of(link, "ifalias");
  return device.starts_with(kPortPrefix) && !alias.empty() ? alias : device;
}

bool has_device(const std::string& name) {
  return name.find('/') == std::string::npos && ::access(("/sys/class/net/" + name).c_str(), F_OK) == 0;
}

// The device that is shown under that name; the name itself when there is none, for `ip` to complain about.
std::string device_of(const std::string& name) {
  if (has_device(name)) return name;
  const auto links = ask_ip({"link", "show"});
  if (!links) return name;
  for (const json& link : *links) {
    if (shown_name(link) == name) return text_of(link, "ifname");
  }
  return name;
}

class Network final : public HostNetwork {
 public:
  Result<std::vector<HostAdapter>> adapters() override {
    HVSH_TRY(const json links, ask_ip({"link", "show"}));
    std::vector<HostAdapter> found;
    for (const json& link : links) {
      const std::string name = text_of(link, "ifname"), driver = driver_of(name);
      const json flags = link.value("flags", json::array());
      const auto has = [&flags](const char* flag) {
        return std::find(flags.begin(), flags.end(), flag) != flags.end();
      };
      const std::string kind = link.contains("linkinfo") ? text_of(link["linkinfo"], "info_kind") : "";
      const int64_t speed = std::atoll(fact(fmt::format("/sys/class/net/{}/speed", name)).c_str());
      found.push_back({.index = number_of(link, "ifindex"),
                       .name = shown_name(link),
                       .description = name.starts_with(kPortPrefix) ? "Hyper-V Virtual Ethernet Adapter"
                                      : !driver.empty()             ? driver
                                      : !kind.empty()               ? kind
                                                                    : text_of(link, "link_type"),
                       .mac = text_of(link, "address"),
                       .enabled = has("UP"),
                       .connected = has("LOWER_UP"),
                       .is_virtual = driver.empty(),
                       .is_loopback = has("LOOPBACK"),
                       .mbits = std::max<int64_t>(speed, 0),
                       .mtu = number_of(link, "mtu"),
                       .bridge = text_of(link, "master"),
                       .is_bridge = kind == "bridge",
                       .device = name});
    }
    return found;
  }

  Result<std::vector<HostAddress>> addresses() override {
    HVSH_TRY(const json links, ask_ip({"address", "show"}));
    std::vector<HostAddress> found;
    for (const json& link : links) {
      for (const json& one : link.value("addr_info", json::array())) {
        found.push_back({.index = number_of(link, "ifindex"),
                         .adapter = shown_name(link),
                         .address = text_of(one, "local"),
                         .prefix = number_of(one, "prefixlen"),
                         .is_v6 = text_of(one, "family") == "inet6",
                         .from_dhcp = one.value("dynamic", false),
                         .link_local = text_of(one, "scope") == "link"});
      }
    }
    return found;
  }

  Result<std::vector<HostRoute>> routes() override {
    HVSH_TRY(const std::vector<HostAdapter> known, adapters());
    std::vector<HostRoute> found;
    for (const char* family : {"-4", "-6"}) {
      const bool v6 = family[1] == '6';
      HVSH_TRY(const json routes, ask_ip({family, "route", "show"}));
      for (const json& one : routes) {
        HostRoute route{.adapter = text_of(one, "dev"),
                        .destination = text_of(one, "dst"),
                        .next_hop = text_of(one, "gateway"),
                        .metric = number_of(one, "metric"),
                        .is_v6 = v6};
        if (route.destination == "default") route.destination = v6 ? "::/0" : "0.0.0.0/0";
        if (route.destination.find('/') == std::string::npos) route.destination += v6 ? "/128" : "/32";
        if (route.next_hop.empty()) route.next_hop = v6 ? "::" : "0.0.0.0";
        for (const HostAdapter& adapter : known) {
          if (adapter.device != route.adapter) continue;
          route.index = adapter.index;
          route.adapter = adapter.name;
          break;
        }
        found.push_back(std::move(route));
      }
    }
    return found;
  }

  Result<std::vector<std::string>> name_servers(const std::string& adapter) override {
    auto answer = run_program({"resolvectl", "dns", adapter});
    std::vector<std::string> servers;
    const auto add_words = [&servers](std::string_view text) {
      while (!text.empty()) {
        const size_t end = std::min(text.find_first_of(" \n"), text.size());
        if (end > 0) servers.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
      }
    };
    if (answer && answer->exit_code == 0) {
      const size_t colon = answer->output.find("): ");
      if (colon != std::string::npos) add_words(std::string_view(answer->output).substr(colon + 3));
      return servers;
    }
    // Without systemd-resolved all adapters have the same.
    const std::string all = fact("/etc/resolv.conf");
    for (size_t begin = 0; begin < all.size();) {
      const size_t end = std::min(all.find('\n', begin), all.size());
      const std::string_view line = std::string_view(all).substr(begin, end - begin);
      if (line.starts_with("nameserver ")) add_words(line.substr(11));
      begin = end + 1;
    }
    return servers;
  }

  Result<std::vector<HostNat>> nats() override {
    std::vector<HostNat> found;
    HVSH_TRY(const json rules, nft_rules());
    for (const json& one : rules.value("nftables", json::array())) {
      if (!one.contains("rule") || text_of(one["rule"], "table") != kTable) continue;
      const json& rule = one["rule"];
      HostNat nat{.name = text_of(rule, "comment"), .internal_prefix = {}};
      for (const json& part : rule.value("expr", json::array())) {
        if (!part.contains("match") || !part["match"]["right"].is_object()) continue;
        const json prefix = part["match"]["right"].value("prefix", json::object());
        if (prefix.empty() || !nat.internal_prefix.empty()) continue;
        nat.internal_prefix = fmt::format("{}/{}", text_of(prefix, "addr"), number_of(prefix, "len"));
      }
      if (!nat.name.empty()) found.push_back(std::move(nat));
    }
    return found;
  }

  Result<void> enable(const std::string& adapter, bool enabled) override {
    return run_ip(fmt::format("{} adapter '{}'", enabled ? "enable" : "disable", adapter),
                  {"link", "set", "dev", device_of(adapter), enabled ? "up" : "down"});
  }
  Result<void> rename(const std::string& adapter, const std::string& name) override {
    const std::string device = device_of(adapter);
    return run_ip(fmt::format("rename adapter '{}'", adapter),
                  {"link", "set", "dev", device, device.starts_with(kPortPrefix) ? "alias" : "name", name});
  }
  Result<void> set_mtu(const std::string& adapter, int64_t mtu) override {
    return run_ip(fmt::format("set the MTU of adapter '{}'", adapter),
                  {"link", "set", "dev", device_of(adapter), "mtu", std::to_string(mtu)});
  }
  Result<void> add_address(const HostAddress& address) override { return change_address("add", address); }
  Result<void> remove_address(const HostAddress& address) override { return change_address("del", address); }
  Result<void> add_route(const HostRoute& route) override { return change_route("add", route); }
  Result<void> remove_route(const HostRoute& route) override { return change_route("del", route); }
  Result<void> set_name_servers(const std::string& adapter,
                                const std::vector<std::string>& servers) override {
    std::vector<std::string> argv{"resolvectl", "dns", adapter};
    argv.insert(argv.end(), servers.begin(), servers.end());
    if (servers.empty()) argv = {"resolvectl", "revert", adapter};
    auto said = program_output(fmt::format("set name servers of adapter '{}'", adapter), argv);
    if (said) return {};
    Error error = said.take_error();
    error.hint = "Name servers of an adapter are systemd-resolved's; without it edit /etc/resolv.conf.";
    return error;
  }

  Result<void> add_nat(const HostNat& nat) override {
    const std::string commands = fmt::format(
        "add table ip {0}\n"
        "add chain ip {0} postrouting {{ type nat hook postrouting priority srcnat; }}\n"
        "add rule ip {0} postrouting ip saddr {1} ip daddr != {1} masquerade comment \"{2}\"\n",
        kTable, nat.internal_prefix, nat.name);
    auto said = program_output(fmt::format("make NAT '{}'", nat.name), {"nft", "-f", "-"}, commands);
    if (!said) {
      Error error = said.take_error();
      error.hint = "It needs root's rights and nftables (on Debian: apt install nftables).";
      return error;
    }
    HVSH_TRY(const std::string forwarded, program_output("let this host forward packets",
                                                         {"sysctl", "-q", "-w", "net.ipv4.ip_forward=1"}));
    (void)forwarded;
    return {};
  }

  Result<void> remove_nat(const std::string& name) override {
    HVSH_TRY(const json rules, nft_rules());
    for (const json& one : rules.value("nftables", json::array())) {
      if (!one.contains("rule") || text_of(one["rule"], "table") != kTable ||
          text_of(one["rule"], "comment") != name)
        continue;
      HVSH_TRY(const std::string said,
               program_output(fmt::format("remove NAT '{}'", name),
                              {"nft", "delete", "rule", "ip", std::string(kTable), "postrouting", "handle",
                               std::to_string(number_of(one["rule"], "handle"))}));
      (void)said;
    }
    return {};
  }

  Result<void> add_port(const HostPort& port) override {
    const std::string device = port_device(port, 'e'), peer = port_device(port, 'p');
    const std::string what = fmt::format("make the adapter '{}'", port.name);
    if (!has_device(device)) {
      HVSH_CHECK(with_hint(run_ip(what, {"link", "add", "name", device, "address", colon_mac(port.mac),
                                         "type", "veth", "peer", "name", peer})));
    }
    HVSH_CHECK(with_hint(run_ip(what, {"link", "set", "dev", peer, "master", port.bridge, "up"})));
    HVSH_CHECK(run_ip(what, {"link", "set", "dev", device, "alias", port.name}));
    return run_ip(what, {"link", "set", "dev", device, "up"});
  }
  Result<void> remove_port(const HostPort& port) override {
    const std::string device = port_device(port, 'e');
    if (!has_device(device)) return {};
    return with_hint(
        run_ip(fmt::format("remove the adapter '{}'", port.name), {"link", "delete", "dev", device}));
  }
  Result<void> join_bridge(const std::string& adapter, const std::string& bridge) override {
    return with_hint(run_ip(fmt::format("connect adapter '{}' to a switch", adapter),
                            {"link", "set", "dev", device_of(adapter), "master", bridge, "up"}));
  }
  Result<void> leave_bridge(const std::string& adapter) override {
    const std::string device = device_of(adapter);
    if (!has_device(device)) return {};
    return with_hint(run_ip(fmt::format("disconnect adapter '{}' from its switch", adapter),
                            {"link", "set", "dev", device, "nomaster"}));
  }

 private:
  static Result<void> with_hint(Result<void> result) {
    if (result || ::geteuid() == 0) return result;
    Error error = result.take_error();
    error.hint = "Adapters of the host are root's: run it as root.";
    return error;
  }
  static Result<void> change_address(const char* verb, const HostAddress& address) {
    return run_ip(fmt::format("{} address {}", *verb == 'a' ? "add" : "remove", address.address),
                  {"address", verb, fmt::format("{}/{}", address.address, address.prefix), "dev",
                   device_of(address.adapter)});
  }
  static Result<void> change_route(const char* verb, const HostRoute& route) {
    std::vector<std::string> arguments{route.is_v6 ? "-6" : "-4", "route", verb, route.destination};
    if (route.next_hop != "0.0.0.0" && route.next_hop != "::") {
      arguments.insert(arguments.end(), {"via", route.next_hop});
    }
    arguments.insert(arguments.end(), {"dev", device_of(route.adapter)});
    if (route.metric > 0) arguments.insert(arguments.end(), {"metric", std::to_string(route.metric)});
    return run_ip(fmt::format("{} route to {}", *verb == 'a' ? "add" : "remove", route.destination),
                  arguments);
  }
};

}  // namespace

std::unique_ptr<HostNetwork> make_network() { return std::make_unique<Network>(); }

}  // namespace hvsh::engines::linux_host
