#pragma once
// Network adapters in a domain's <devices>. Private to the domain XML files.
#include "engines/libvirt/device_rules.h"
#include "engines/libvirt/xml.h"

namespace hvsh::engines::libvirt {

void add_adapter(const AdapterConfig& adapter, const DeviceRules& rules, pugi::xml_node devices);
AdapterConfig read_adapter(const pugi::xml_node& node, const pugi::xml_node& metadata);

// The <interface> with that address (12 digits); an empty node if there is none.
pugi::xml_node find_adapter(const pugi::xml_node& devices, const std::string& mac);

// What hvsh's metadata says of adapters.
void write_adapter_notes(pugi::xml_node metadata, const MachineConfig& config);

}  // namespace hvsh::engines::libvirt
