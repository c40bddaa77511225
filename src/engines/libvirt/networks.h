#pragma once
// Switches among libvirt's networks, as tasks on a session use them.
#include <string>
#include <vector>

#include "engines/libvirt/network_xml.h"
#include "engines/libvirt/session.h"

namespace hvsh::engines::libvirt {

// All of them, by one list call and one short one each; no network of ours for unplugged adapters. A daemon
// without networks has none.
Result<std::vector<Network>> read_networks(Session& session);
// The same, up to a second old.
const std::vector<Network>& known_networks(Session& session);

// Names libvirt's networks and bridges in adapters that were read the way users know them, and back: the
// switch's name and id.
void name_switches(Session& session, std::vector<AdapterConfig>& adapters);
// An adapter that libvirt can have: the network's name in the switch's place, its network started.
struct Place {
  AdapterConfig adapter = {};
  bool keeps_vlans = false;
};
Result<Place> place_adapter(Session& session, const AdapterConfig& adapter);
// Starts those of the machine's networks that do not run, as the switches of a Hyper-V host always do.
Result<void> start_networks(Session& session, const std::string& domain_xml);

// From the guest's agent, the DHCP server, or the neighbours of this host: the first that knows any.
Result<std::vector<AdapterAddresses>> read_addresses(Session& session, const Guid& machine);

Result<SwitchConfig> define_switch(Session& session, const SwitchConfig& config);
Result<void> undefine_switch(Session& session, const Guid& id);

}  // namespace hvsh::engines::libvirt
