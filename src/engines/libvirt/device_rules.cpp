#include "engines/libvirt/device_rules.h"

#include <fmt/format.h>

namespace hvsh::engines::libvirt {

namespace {

constexpr int32_t kAhciPorts = 6;
constexpr int32_t kScsiControllers = 4;  // that a Hyper-V machine may have

}  // namespace

Result<DeviceRules> device_rules(std::string_view guest_system, int32_t generation) {
  DeviceRules rules;
  if (generation == 2) rules.adapter_model = "e1000e";
  if (guest_system.empty()) return rules;
  if (guest_system == "linux") {
    rules.scsi_bus = "scsi";
    rules.scsi_model = "virtio-scsi";
    rules.adapter_model = "virtio";
    return rules;
  }
  if (guest_system == "windows") {
    rules.clock_offset = "localtime";
    return rules;
  }
  return Error{
      .id = "InvalidParameter",
      .category = ErrorCategory::InvalidArgument,
      .message = fmt::format("There are no device rules for the guest system '{}'.", guest_system),
      .hint = "Known are linux and windows; leave it out for devices that every system has drivers for.",
      .target = std::string(guest_system)};
}

DriveAddress sata_address(int32_t controller, int32_t location) {
  return {.controller = controller + kScsiControllers * (location / kAhciPorts),
          .bus = 0,
          .unit = location % kAhciPorts};
}

ControllerPlace sata_place(int32_t controller, int32_t unit) {
  return {.number = controller % kScsiControllers,
          .location = controller / kScsiControllers * kAhciPorts + unit};
}

}  // namespace hvsh::engines::libvirt
