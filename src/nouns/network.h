#pragma once
// Adapters, addresses, routes and NATs as the NetAdapter, NetTCPIP and NetNat modules show them.
#include <optional>
#include <string>
#include <vector>

#include "core/noun.h"

namespace hvsh::nouns {

struct NetAdapter {
  std::string name, description, mac;
  int64_t index = 0, mbits = 0;
  uint32_t mtu = 1500;
  bool enabled = false, connected = false, is_virtual = false;

  std::string status() const { return !enabled ? "Disabled" : connected ? "Up" : "Disconnected"; }
  std::string admin_status() const { return enabled ? "Up" : "Down"; }
  std::string media_state() const { return connected ? "Connected" : "Disconnected"; }
  std::string link_speed() const;
  uint64_t speed() const { return static_cast<uint64_t>(mbits) * 1'000'000; }
  std::string mac_address() const;  // 52-54-00-00-00-02
  uint32_t if_index() const { return static_cast<uint32_t>(index); }
  std::string display() const { return name; }

  static constexpr Prop kProps[] = {
      prop<&NetAdapter::name>("Name", "Its name."),
      prop<&NetAdapter::description>("InterfaceDescription", "Its driver."),
      prop<&NetAdapter::if_index>("ifIndex", "Its number."),
      prop<&NetAdapter::if_index>("InterfaceIndex", "Its number."),
      prop<&NetAdapter::name>("InterfaceAlias", "Its name."),
      prop<&NetAdapter::name>("ifAlias", "Its name."),
      prop<&NetAdapter::status>("Status", "Up, Disconnected or Disabled."),
      prop<&NetAdapter::admin_status>("AdminStatus", "Up or Down."),
      prop<&NetAdapter::media_state>("MediaConnectionState", "Connected or Disconnected."),
      prop<&NetAdapter::mac_address>("MacAddress", "Its hardware address."),
      prop<&NetAdapter::mac_address>("PermanentAddress", "Its hardware address."),
      prop<&NetAdapter::link_speed>("LinkSpeed", "How fast it is."),
      prop<&NetAdapter::speed>("Speed", "How fast it is, in bits a second."),
      prop<&NetAdapter::mtu>("MtuSize", "The largest packet."),
      prop<&NetAdapter::is_virtual>("Virtual", "Whether no device stands behind it."),
      prop<&NetAdapter::description>("DriverDescription", "Its driver."),
  };
  static constexpr Column kTable[] = {{.property = "Name", .width = 25},
                                      {.property = "InterfaceDescription", .width = 39},
                                      {.property = "ifIndex", .width = 7, .align = Align::right},
                                      {.property = "Status", .width = 12},
                                      {.property = "MacAddress", .width = 18},
                                      {.property = "LinkSpeed", .width = 13, .align = Align::right}};
  static constexpr Noun noun{
      .type = {"Microsoft.Management.Infrastructure.CimInstance#ROOT/StandardCimv2/MSFT_NetAdapter",
               "MSFT_NetAdapter"},
      .props = kProps,
      .table = kTable};
};

struct NetIPAddress {
  std::string address, alias;
  uint32_t index = 0;
  uint8_t prefix = 0;
  bool is_v6 = false, from_dhcp = false, link_local = false;

  std::string family() const { return is_v6 ? "IPv6" : "IPv4"; }
  std::string type() const { return "Unicast"; }
  std::string origin() const { return from_dhcp ? "Dhcp" : link_local ? "WellKnown" : "Manual"; }
  std::string suffix_origin() const { return from_dhcp ? "Dhcp" : link_local ? "Link" : "Manual"; }
  std::string state() const { return "Preferred"; }
  std::string store() const { return "ActiveStore"; }
  std::string display() const { return address; }

  static constexpr Prop kProps[] = {
      prop<&NetIPAddress::address>("IPAddress", "The address."),
      prop<&NetIPAddress::index>("InterfaceIndex", "The adapter's number."),
      prop<&NetIPAddress::alias>("InterfaceAlias", "The adapter."),
      prop<&NetIPAddress::family>("AddressFamily", "IPv4 or IPv6."),
      prop<&NetIPAddress::type>("Type", "Unicast."),
      prop<&NetIPAddress::prefix>("PrefixLength", "Bits of the network."),
      prop<&NetIPAddress::origin>("PrefixOrigin", "Manual or Dhcp."),
      prop<&NetIPAddress::suffix_origin>("SuffixOrigin", "Manual, Dhcp or Link."),
      prop<&NetIPAddress::state>("AddressState", "Preferred."),
      prop<&NetIPAddress::store>("PolicyStore", "It holds until the next start."),
      prop<&NetIPAddress::address>("IPv4Address", "The address."),
      prop<&NetIPAddress::index>("ifIndex", "The adapter's number."),
  };
  static constexpr std::string_view kList[] = {
      "IPAddress",    "InterfaceIndex", "InterfaceAlias", "AddressFamily", "Type",
      "PrefixLength", "PrefixOrigin",   "SuffixOrigin",   "AddressState",  "PolicyStore"};
  static constexpr Noun noun{
      .type = {"Microsoft.Management.Infrastructure.CimInstance#ROOT/StandardCimv2/MSFT_NetIPAddress",
               "MSFT_NetIPAddress"},
      .props = kProps,
      .list = kList};
};

struct NetRoute {
  std::string destination, next_hop, alias;
  uint32_t index = 0;
  uint16_t metric = 0;
  bool is_v6 = false;

  std::string family() const { return is_v6 ? "IPv6" : "IPv4"; }
  uint32_t interface_metric() const { return 0; }
  std::string store() const { return "ActiveStore"; }
  std::string display() const { return destination; }

  static constexpr Prop kProps[] = {
      prop<&NetRoute::index>("ifIndex", "The adapter's number."),
      prop<&NetRoute::destination>("DestinationPrefix", "Where it leads."),
      prop<&NetRoute::next_hop>("NextHop", "Through which gateway."),
      prop<&NetRoute::metric>("RouteMetric", "The lower, the better."),
      prop<&NetRoute::interface_metric>("ifMetric", "Always 0 on Linux."),
      prop<&NetRoute::store>("PolicyStore", "It holds until the next start."),
      prop<&NetRoute::index>("InterfaceIndex", "The adapter's number."),
      prop<&NetRoute::alias>("InterfaceAlias", "The adapter."),
      prop<&NetRoute::family>("AddressFamily", "IPv4 or IPv6."),
  };
  static constexpr Column kTable[] = {
      {.property = "ifIndex", .width = 7},  {.property = "DestinationPrefix", .width = 46},
      {.property = "NextHop", .width = 40}, {.property = "RouteMetric", .width = 11, .align = Align::right},
      {.property = "ifMetric", .width = 8}, {.property = "PolicyStore"}};
  static constexpr Noun noun{
      .type = {"Microsoft.Management.Infrastructure.CimInstance#ROOT/StandardCimv2/MSFT_NetRoute",
               "MSFT_NetRoute"},
      .props = kProps,
      .table = kTable};
};

struct NetNat {
  std::string name, internal_prefix;

  std::string external_prefix() const { return ""; }
  bool active() const { return true; }
  std::string store() const { return "Active"; }
  std::string display() const { return name; }

  static constexpr Prop kProps[] = {
      prop<&NetNat::name>("Name", "Its name."),
      prop<&NetNat::external_prefix>("ExternalIPInterfaceAddressPrefix",
                                     "Every address that packets go out by."),
      prop<&NetNat::internal_prefix>("InternalIPInterfaceAddressPrefix", "The network behind it."),
      prop<&NetNat::store>("Store", "It holds until the next start."),
      prop<&NetNat::active>("Active", "Whether it works."),
  };
  static constexpr std::string_view kList[] = {"Name", "ExternalIPInterfaceAddressPrefix",
                                               "InternalIPInterfaceAddressPrefix", "Store", "Active"};
  static constexpr Noun noun{
      .type = {"Microsoft.Management.Infrastructure.CimInstance#root/StandardCimv2/MSFT_NetNat",
               "MSFT_NetNat"},
      .props = kProps,
      .list = kList};
};

struct DnsClientServerAddress {
  std::string alias;
  uint32_t index = 0;
  bool is_v6 = false;
  std::vector<std::string> servers;

  std::string family() const { return is_v6 ? "IPv6" : "IPv4"; }
  static constexpr Prop kProps[] = {
      prop<&DnsClientServerAddress::alias>("InterfaceAlias", "The adapter."),
      prop<&DnsClientServerAddress::index>("InterfaceIndex", "The adapter's number."),
      prop<&DnsClientServerAddress::family>("Address Family", "IPv4 or IPv6."),
      prop<&DnsClientServerAddress::servers>("ServerAddresses", "The name servers."),
      prop<&DnsClientServerAddress::family>("AddressFamily", "IPv4 or IPv6."),
  };
  static constexpr Column kTable[] = {
      {.property = "InterfaceAlias", .width = 28},
      {.property = "InterfaceIndex", .label = "Interface Index", .width = 15, .align = Align::right},
      {.property = "Address Family", .width = 14},
      {.property = "ServerAddresses"}};
  static constexpr Noun noun{
      .type =
          {"Microsoft.Management.Infrastructure.CimInstance#ROOT/StandardCimv2/MSFT_DNSClientServerAddress",
           "MSFT_DNSClientServerAddress"},
      .props = kProps,
      .table = kTable};
};

}  // namespace hvsh::nouns
