#include "engines/libvirt/networks.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/object.h"
#include "engines/libvirt/xml.h"
#include "engines/machine_errors.h"
#include "engines/network_errors.h"

namespace hvsh::engines::libvirt {

namespace {

constexpr std::chrono::seconds kFreshFor{1};
constexpr unsigned kInactive = VIR_NETWORK_XML_INACTIVE;

Result<std::string> xml_of(Session& session, virNetwork* network, unsigned flags) {
  const TextHandle text(session.api.virNetworkGetXMLDesc(network, flags));
  if (!text) return session.fail("read the definition of a network", {});
  return std::string(text.get());
}

// A network that is not persistent has only its present XML.
Result<Network> read_one(Session& session, virNetwork* network) {
  auto xml = xml_of(session, network, kInactive);
  if (!xml) xml = xml_of(session, network, 0);
  if (!xml) return xml.take_error();
  return read_network(*xml);
}

Result<NetworkHandle> find_network(Session& session, const Guid& id, std::string_view action) {
  NetworkHandle network(session.api.virNetworkLookupByUUID(session.handle(), id.bytes.data()));
  if (network) return network;
  if (last_failure(session.api).code == VIR_ERR_NO_NETWORK) return no_such_switch(id);
  return session.fail(action, {});
}

Result<void> start_if_stopped(Session& session, virNetwork* network, const std::string& name) {
  if (session.api.virNetworkIsActive(network) != 0) return {};
  session.begin_change();
  if (session.api.virNetworkCreate(network) == 0) return {};
  // Somebody else may have been quicker.
  Error error = session.fail(fmt::format("start the virtual switch \"{}\"", name), {});
  if (session.api.virNetworkIsActive(network) == 1) return {};
  return error;
}

// Defines a network that starts with the host, and starts it.
Result<void> make_network(Session& session, const std::string& xml, const std::string& name) {
  const std::string action = fmt::format("make the virtual switch \"{}\"", name);
  session.begin_change();
  const NetworkHandle network(session.api.virNetworkDefineXML(session.handle(), xml.c_str()));
  if (!network) return session.fail(action, {});
  if (session.api.virNetworkSetAutostart(network.get(), 1) == 0 &&
      session.api.virNetworkCreate(network.get()) == 0) {
    return {};
  }
  Error error = session.fail(action, {});
  session.api.virNetworkUndefine(network.get());
  return error;
}

// False: this daemon cannot have it, as that of a user without rights cannot.
bool ensure_unplugged_network(Session& session) {
  const NetworkHandle network(session.api.virNetworkLookupByName(session.handle(), kUnpluggedNetwork));
  if (network) return static_cast<bool>(start_if_stopped(session, network.get(), kUnpluggedNetwork));
  return static_cast<bool>(make_network(session, build_unplugged_network(), kUnpluggedNetwork));
}

}  // namespace

Result<std::vector<Network>> read_networks(Session& session) {
  virNetwork** listed = nullptr;
  const int count = session.api.virConnectListAllNetworks(session.handle(), &listed, 0);
  if (count < 0) {
    const int code = last_failure(session.api).code;
    if (code == VIR_ERR_NO_SUPPORT || code == VIR_ERR_NO_CONNECT) return std::vector<Network>();
    return session.fail("list virtual switches", {});
  }
  std::vector<NetworkHandle> handles;
  for (int i = 0; i < count; ++i) handles.emplace_back(listed[i]);
  std::free(listed);
  std::vector<Network> networks;
  for (const NetworkHandle& handle : handles) {
    auto network = read_one(session, handle.get());
    if (network && network->name != kUnpluggedNetwork) networks.push_back(network.take());
  }
  std::sort(networks.begin(), networks.end(),
            [](const Network& a, const Network& b) { return name_before(a.config.name, b.config.name); });
  return networks;
}

const std::vector<Network>& known_networks(Session& session) {
  const auto now = std::chrono::steady_clock::now();
  if (now - session.networks_read > kFreshFor) {
    // Without an answer adapters have libvirt's names.
    auto networks = read_networks(session);
    session.networks = networks ? networks.take() : std::vector<Network>();
    session.networks_read = now;
  }
  return session.networks;
}

void name_switches(Session& session, std::vector<AdapterConfig>& adapters) {
  for (AdapterConfig& adapter : adapters) {
    if (adapter.switch_name.empty()) continue;
    for (const Network& network : known_networks(session)) {
      if (network.name != adapter.switch_name && network.config.bridge != adapter.switch_name) continue;
      adapter.switch_name = network.config.name;
      adapter.switch_id = network.config.id;
      break;
    }
  }
}

Result<Place> place_adapter(Session& session, const AdapterConfig& adapter) {
  Place place{.adapter = adapter};
  if (adapter.switch_name.empty()) {
    if (ensure_unplugged_network(session)) place.adapter.switch_name = kUnpluggedNetwork;
    return place;
  }
  HVSH_TRY(const std::vector<Network> networks, read_networks(session));
  for (const Network& network : networks) {
    if (!equal_names(network.config.name, adapter.switch_name)) continue;
    place.adapter.switch_name = network.name;
    place.keeps_vlans = network.keeps_vlans;
    using enum nouns::VMNetworkAdapterVlanMode;
    if (adapter.vlan.mode != Untagged && (!network.keeps_vlans || adapter.vlan.mode == Private)) {
      return adapter_refused(
          "put into a VLAN", adapter.name,
          fmt::format("the switch \"{}\" is a Linux bridge, on which libvirt keeps no VLANs",
                      network.config.name),
          "Give each VLAN a switch of its own, on a VLAN interface of the host (eth1.10) or a private one.");
    }
    const NetworkHandle handle(session.api.virNetworkLookupByName(session.handle(), network.name.c_str()));
    if (!handle) return no_such_switch(adapter.switch_name);
    HVSH_CHECK(start_if_stopped(session, handle.get(), network.config.name));
    return place;
  }
  return no_such_switch(adapter.switch_name);
}

Result<void> start_networks(Session& session, const std::string& domain_xml) {
  pugi::xml_document document;
  HVSH_CHECK(parse_xml(domain_xml, document));
  for (const pugi::xml_node& node : document.child("domain").child("devices").children("interface")) {
    const std::string name = node.child("source").attribute("network").value();
    if (name.empty()) continue;
    const NetworkHandle network(session.api.virNetworkLookupByName(session.handle(), name.c_str()));
    if (network) HVSH_CHECK(start_if_stopped(session, network.get(), name));
  }
  return {};
}

Result<std::vector<AdapterAddresses>> read_addresses(Session& session, const Guid& machine) {
  std::vector<AdapterAddresses> answer;
  HVSH_TRY(const DomainHandle domain, session.find_or_null(machine));
  if (!domain) return answer;
  for (const unsigned source :
       {VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT, VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE,
        VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_ARP}) {
    virDomainInterface** found = nullptr;
    const int count = session.api.virDomainInterfaceAddresses(domain.get(), &found, source, 0);
    for (int i = 0; i < count; ++i) {
      const virDomainInterface& one = *found[i];
      auto mac = one.hwaddr == nullptr ? Result<std::string>(std::string()) : parse_mac(one.hwaddr);
      AdapterAddresses adapter{.mac = mac ? mac.take() : std::string(), .addresses = {}};
      for (unsigned j = 0; j < one.naddrs && !adapter.mac.empty(); ++j) {
        adapter.addresses.emplace_back(one.addrs[j].addr);
      }
      if (!adapter.addresses.empty()) answer.push_back(std::move(adapter));
      session.api.virDomainInterfaceFree(found[i]);
    }
    std::free(found);
    if (!answer.empty()) break;  // who does not know is no error: a guest without an agent is common
  }
  return answer;
}

Result<SwitchConfig> define_switch(Session& session, const SwitchConfig& config) {
  const NetworkHandle network(session.api.virNetworkLookupByUUID(session.handle(), config.id.bytes.data()));
  session.networks_read = {};
  if (!network) {
    const std::string xml = build_network(config);
    HVSH_CHECK(make_network(session, xml, config.name));
    HVSH_TRY(const Network made, read_network(xml));
    return made.config;
  }
  const std::string action = fmt::format("change the virtual switch \"{}\"", config.name);
  HVSH_TRY(const std::string before, xml_of(session, network.get(), kInactive));
  HVSH_TRY(const std::string xml, edit_network(before, config));
  session.begin_change();
  const NetworkHandle changed(session.api.virNetworkDefineXML(session.handle(), xml.c_str()));
  if (!changed) return session.fail(action, {});
  HVSH_TRY(const Network now, read_network(xml));
  return now.config;
}

Result<void> undefine_switch(Session& session, const Guid& id) {
  HVSH_TRY(const NetworkHandle network, find_network(session, id, "remove a virtual switch"));
  HVSH_TRY(const Network read, read_one(session, network.get()));
  const std::string action = fmt::format("remove the virtual switch \"{}\"", read.config.name);
  session.networks_read = {};
  session.begin_change();
  if (session.api.virNetworkIsActive(network.get()) == 1 &&
      session.api.virNetworkDestroy(network.get()) != 0) {
    return session.fail(action, {});
  }
  if (session.api.virNetworkUndefine(network.get()) != 0) return session.fail(action, {});
  return {};
}

}  // namespace hvsh::engines::libvirt
