#pragma once
// Virtual switches as libvirt's network XML: built, read, and edited in place. Pure functions.
//
// A switch of ours is a network without addresses or forwarding, so libvirt makes a bridge and nothing else;
// an external switch on a bridge of the host is a network that forwards to that bridge. What libvirt has no
// place for is in the network's metadata, one element of the namespace https://hvsh.dev/xmlns/switch/1:
//
//   <hvsh:switch xmlns:hvsh="https://hvsh.dev/xmlns/switch/1" name="Lab" type="Internal" uplink="eth1">
//     <notes>two lines</notes>
//     <host-adapter id="..." name="Lab" mac="525400A1B2C3" static="false"/>
//   </hvsh:switch>
//
// The name stands there too, so that a switch gets another one without its machines' definitions changing.
// Networks of others are switches as well: those that forward to a bridge or an adapter are external, those
// with an address of the host internal, the others private. libvirt's "default" network is what Windows
// calls the Default Switch, with its well-known id.
#include <string>

#include "core/result.h"
#include "engines/switches.h"

namespace hvsh::engines::libvirt {

inline constexpr const char* kSwitchNamespace = "https://hvsh.dev/xmlns/switch/1";
// The network that adapters without a switch are on, with the cable pulled and nobody to talk to: libvirt can
// move an adapter from one network to another while its machine runs, and only so.
inline constexpr const char* kUnpluggedNetwork = "hvsh-unplugged";

struct Network {
  std::string name = {};  // libvirt's
  SwitchConfig config = {};
  bool keeps_vlans = false;  // an Open vSwitch bridge: ports have the VLANs of their interface element
};

Result<Network> read_network(const std::string& xml);
// A new network's XML.
std::string build_network(const SwitchConfig& config);
std::string build_unplugged_network();
// The same network with the settings of `config`.
Result<std::string> edit_network(const std::string& xml, const SwitchConfig& config);

}  // namespace hvsh::engines::libvirt
