#pragma once
// Which devices a machine gets. The one place that decides.
//
//   guest      | disks of type SCSI      | adapters, generation 1 / 2 | clock
//   -----------+-------------------------+----------------------------+----------
//   (unknown)  | AHCI (bus sata)         | e1000 / e1000e             | UTC
//   linux      | virtio-scsi             | virtio                     | UTC
//   windows    | AHCI                    | e1000 / e1000e             | local time
//
// Disks of type IDE are on the PIIX controller of generation 1 for every guest; generation 2 has none, as on
// Windows. A legacy adapter is an e1000. Generation 1 is QEMU's machine `pc` with a BIOS, and its bus is
// conventional PCI, hence e1000; generation 2 is `q35` with UEFI, on PCI Express.
//
// Why: when nobody says which system will be installed, every device must be one that each installer has
// drivers for since about 2009, or it would find no disk. Who knows the guest overrides the rule:
// MachineConfig::guest_system, kept as guest='linux' in the machine's metadata.
#include <string>
#include <string_view>

#include "core/result.h"

namespace hvsh::engines::libvirt {

struct DeviceRules {
  const char* scsi_bus = "sata";
  const char* scsi_model = nullptr;  // of the controller; nullptr: the bus has one kind
  const char* adapter_model = "e1000";
  const char* legacy_adapter_model = "e1000";
  const char* clock_offset = "utc";
};

// InvalidParameter for a guest that the table does not have.
Result<DeviceRules> device_rules(std::string_view guest_system, int32_t generation);

// Where libvirt has the disk at Hyper-V's controller and location. AHCI controllers have six ports, so
// controller c, location l is port l % 6 of AHCI controller c + 4 * (l / 6); the inverse is exact.
struct DriveAddress {
  int32_t controller = 0;
  int32_t bus = 0;
  int32_t unit = 0;
};
DriveAddress sata_address(int32_t controller, int32_t location);
struct ControllerPlace {
  int32_t number = 0;
  int32_t location = 0;
};
ControllerPlace sata_place(int32_t controller, int32_t unit);

}  // namespace hvsh::engines::libvirt
