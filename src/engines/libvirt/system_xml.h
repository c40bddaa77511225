#pragma once
// Processors' shares and features, and the order of boot devices. Private to the domain XML files.
#include "engines/libvirt/xml.h"

namespace hvsh::engines::libvirt {

// <cputune>: the share of the host's time that the processors get.
void set_shares(pugi::xml_node domain, const nouns::ProcessorConfig& processor);
// Whether the guest finds the processor's virtualization extensions.
void set_nested(pugi::xml_node cpu, const MachineConfig& config);
void edit_processor(pugi::xml_node domain, const MachineConfig& before, const MachineConfig& after);
void read_processor(const pugi::xml_node& domain, MachineConfig& config);

// libvirt has one order of kinds of devices or one of the devices themselves, not both.
void set_startup_order(pugi::xml_node os, const MachineConfig& config);
void read_startup_order(const pugi::xml_node& os, MachineConfig& config);
void edit_boot_order(pugi::xml_node domain, const MachineConfig& before, const MachineConfig& after);

}  // namespace hvsh::engines::libvirt
