#pragma once
// The network of this host: adapters, addresses, routes, name servers, and network address translation.
// Changes last until the next start, as `ip` makes them. engines/linux_host runs iproute2 and nftables; the
// in-memory twin of the tests has made-up adapters. Not thread-safe.
#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"

namespace hvsh::engines {

struct HostAdapter {
  int64_t index = 0;
  std::string name, description, mac;  // 52:54:00:12:34:56
  bool enabled = false, connected = false, is_virtual = false, is_loopback = false;
  int64_t mbits = 0, mtu = 1500;
  std::string bridge = {};  // that it is a port of
  bool is_bridge = false;
  std::string device = {};  // the system's name, where users see another
};

struct HostAddress {
  int64_t index = 0;
  std::string adapter, address;
  int64_t prefix = 0;
  bool is_v6 = false, from_dhcp = false, link_local = false;
};

struct HostRoute {
  int64_t index = 0;
  std::string adapter, destination, next_hop;  // 0.0.0.0/0, 192.0.2.1; 0.0.0.0 or :: for on-link
  int64_t metric = 0;
  bool is_v6 = false;
};

struct HostNat {
  std::string name, internal_prefix;  // 172.16.0.0/24
};

// An adapter of this host that is a port of a bridge, as a virtual switch has them.
struct HostPort {
  std::string name;  // vEthernet (Lab); devices on Linux have shorter ones, so this stands in their alias
  std::string bridge;
  std::string mac;  // 12 hexadecimal digits
};

class HostNetwork {
 public:
  virtual ~HostNetwork() = default;
  virtual Result<std::vector<HostAdapter>> adapters() = 0;
  virtual Result<std::vector<HostAddress>> addresses() = 0;
  virtual Result<std::vector<HostRoute>> routes() = 0;
  virtual Result<std::vector<std::string>> name_servers(const std::string& adapter) = 0;
  virtual Result<std::vector<HostNat>> nats() = 0;

  virtual Result<void> enable(const std::string& adapter, bool enabled) = 0;
  virtual Result<void> rename(const std::string& adapter, const std::string& name) = 0;
  virtual Result<void> set_mtu(const std::string& adapter, int64_t mtu) = 0;
  virtual Result<void> add_address(const HostAddress& address) = 0;
  virtual Result<void> remove_address(const HostAddress& address) = 0;
  virtual Result<void> add_route(const HostRoute& route) = 0;
  virtual Result<void> remove_route(const HostRoute& route) = 0;
  virtual Result<void> set_name_servers(const std::string& adapter,
                                        const std::vector<std::string>& servers) = 0;
  virtual Result<void> add_nat(const HostNat& nat) = 0;
  virtual Result<void> remove_nat(const std::string& name) = 0;

  // These find it done and say nothing when it is done already.
  virtual Result<void> add_port(const HostPort& port) = 0;
  virtual Result<void> remove_port(const HostPort& port) = 0;
  virtual Result<void> join_bridge(const std::string& adapter, const std::string& bridge) = 0;
  virtual Result<void> leave_bridge(const std::string& adapter) = 0;
};

}  // namespace hvsh::engines
