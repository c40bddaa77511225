#pragma once
// Hard disks, DVD drives, the floppy drive and their controllers in a domain's <devices>. Private to the
// domain XML files.
#include "engines/libvirt/device_rules.h"
#include "engines/libvirt/xml.h"

namespace hvsh::engines::libvirt {

// All drives and controllers of a new machine.
Result<void> add_drives(const MachineConfig& config, const DeviceRules& rules, pugi::xml_node devices);

void read_drives(const pugi::xml_node& devices, const pugi::xml_node& metadata, MachineConfig& config);

// Makes the drives of a definition those of `after`, and leaves all else about them as it is. A running
// machine gets new disks on a bus that takes them.
Result<void> edit_drives(pugi::xml_node domain, const MachineConfig& before, const MachineConfig& after,
                         bool is_running);

// The <disk> of that target device; an empty node if there is none.
pugi::xml_node find_drive(const pugi::xml_node& devices, std::string_view target);

// What hvsh's metadata says of disks: the images of served ones, and settings that libvirt has no place for.
void write_disk_notes(pugi::xml_node metadata, const MachineConfig& config);

// <boot order="n"/>, or none for 0.
void set_boot_order(pugi::xml_node device, int32_t order);

}  // namespace hvsh::engines::libvirt
