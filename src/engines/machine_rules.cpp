#include "engines/machine_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engines/machine_errors.h"

namespace hvsh::engines {

using nouns::ControllerType;
using nouns::DiskConfig;
using nouns::DrivePlace;
using nouns::DvdConfig;
using nouns::MachineConfig;
using nouns::VMState;

namespace {

Error wrong(const MachineConfig& config, std::string_view why, std::string hint = {}) {
  return {.id = "InvalidParameter",
          .category = ErrorCategory::InvalidArgument,
          .message = fmt::format("Virtual machine \"{}\" cannot be so: {}.", config.name, why),
          .hint = std::move(hint),
          .target = config.name};
}

std::string_view name_of(ControllerType type) {
  return EnumOf<ControllerType>::info.name_of(static_cast<int32_t>(type));
}

Result<void> check_place(const MachineConfig& config, const DrivePlace& place) {
  const auto outside = [&](int32_t controllers, int32_t locations) {
    return place.number < 0 || place.number >= controllers || place.location < 0 ||
           place.location >= locations;
  };
  switch (place.type) {
    case ControllerType::IDE:
      if (config.generation == 2) {
        return wrong(config, "a machine of generation 2 has no IDE controllers", "Use a SCSI controller.");
      }
      if (outside(kIdeControllers, kIdeLocations)) {
        return wrong(config, fmt::format("there is no {}", place_words(place)),
                     "IDE controllers 0 and 1 have locations 0 and 1.");
      }
      return {};
    case ControllerType::SCSI:
      if (place.number >= config.scsi_controllers && place.number < kScsiControllers) {
        return wrong(config, fmt::format("it has no SCSI controller {}", place.number),
                     "Add-VMScsiController adds one.");
      }
      if (outside(kScsiControllers, kScsiLocations)) {
        return wrong(config, fmt::format("there is no {}", place_words(place)),
                     "SCSI controllers 0 to 3 have locations 0 to 63.");
      }
      return {};
    case ControllerType::PMEM: break;
  }
  return wrong(config, "disks on PMEM controllers are not there yet", "Use a SCSI controller.");
}

// Drives of `from` that `in` does not have in the same place.
template <class Drive, class Visit>
void each_moved(const std::vector<Drive>& from, const std::vector<Drive>& in, const Visit& visit) {
  for (const Drive& drive : from) {
    const bool stays = std::any_of(in.begin(), in.end(), [&](const Drive& other) {
      return other.target == drive.target && other.place == drive.place;
    });
    if (!stays) visit(drive.place);
  }
}

// A drive may come, go or move on IDE controllers only while the machine is off.
bool changes_ide(const MachineConfig& before, const MachineConfig& after) {
  bool found = false;
  const auto visit = [&](const DrivePlace& place) { found = found || place.type == ControllerType::IDE; };
  each_moved(before.disks, after.disks, visit);
  each_moved(after.disks, before.disks, visit);
  each_moved(before.dvds, after.dvds, visit);
  each_moved(after.dvds, before.dvds, visit);
  return found;
}

// What a running machine may change of its processors is how much of the host's time they get.
nouns::ProcessorConfig fixed_part(nouns::ProcessorConfig processor) {
  processor.reserve_percent = processor.maximum_percent = processor.weight = 0;
  return processor;
}

template <class Drive>
bool same_boot_order(const std::vector<Drive>& before, const std::vector<Drive>& after) {
  return std::all_of(after.begin(), after.end(), [&](const Drive& drive) {
    return std::all_of(before.begin(), before.end(), [&](const Drive& other) {
      if constexpr (requires { drive.target; }) {
        return other.target != drive.target || other.boot_order == drive.boot_order;
      } else {
        return other.mac != drive.mac || other.boot_order == drive.boot_order;
      }
    });
  });
}

// The first setting that differs and needs the machine off, as "change ... of" has it; empty: none.
std::string_view fixed_difference(const MachineConfig& before, const MachineConfig& after) {
  if (before.name != after.name) return "rename";
  if (before.processor_count != after.processor_count ||
      fixed_part(before.processor) != fixed_part(after.processor)) {
    return "change processors of";
  }
  if (before.memory_startup_bytes != after.memory_startup_bytes ||
      before.memory_maximum_bytes != after.memory_maximum_bytes ||
      before.dynamic_memory != after.dynamic_memory ||
      before.memory_per_numa_node_bytes != after.memory_per_numa_node_bytes) {
    return "change startup memory of";
  }
  if (before.scsi_controllers != after.scsi_controllers) return "change SCSI controllers of";
  if (changes_ide(before, after)) return "change drives on IDE controllers of";
  if (before.firmware != after.firmware || !same_boot_order(before.disks, after.disks) ||
      !same_boot_order(before.dvds, after.dvds) || !same_boot_order(before.adapters, after.adapters)) {
    return "change the firmware of";
  }
  if (before.security.tpm != after.security.tpm) return "change the TPM of";
  if (before.video != after.video) return "change the video of";
  if (before.com1 != after.com1 || before.com2 != after.com2) return "change COM ports of";
  if (before.low_mmio_bytes != after.low_mmio_bytes || before.high_mmio_bytes != after.high_mmio_bytes ||
      before.guest_controlled_cache != after.guest_controlled_cache) {
    return "change memory-mapped devices of";
  }
  return {};
}

}  // namespace

std::string place_words(const DrivePlace& place) {
  return fmt::format("{} controller {} at location {}", name_of(place.type), place.number, place.location);
}

bool is_taken(const MachineConfig& config, const DrivePlace& place) {
  const auto here = [&](const auto& drive) { return drive.place == place; };
  return std::any_of(config.disks.begin(), config.disks.end(), here) ||
         std::any_of(config.dvds.begin(), config.dvds.end(), here);
}

std::optional<DrivePlace> free_place(const MachineConfig& config, ControllerType type,
                                     std::optional<int32_t> number) {
  const bool is_ide = type == ControllerType::IDE;
  const int32_t controllers =
      is_ide ? (config.generation == 2 ? 0 : kIdeControllers) : config.scsi_controllers;
  for (DrivePlace place{type, number.value_or(0), 0}; place.number < controllers; ++place.number) {
    for (place.location = 0; place.location < (is_ide ? kIdeLocations : kScsiLocations); ++place.location) {
      if (!is_taken(config, place)) return place;
    }
    if (number) break;
  }
  return {};
}

std::string free_target(const MachineConfig& config, const DrivePlace& place) {
  std::set<std::string> used;
  for (const DiskConfig& disk : config.disks) used.insert(disk.target);
  for (const DvdConfig& dvd : config.dvds) used.insert(dvd.target);
  const char* prefix = place.type == ControllerType::IDE ? "hd" : "sd";
  for (int32_t index = 0;; ++index) {
    const std::string letters = index < 26 ? std::string(1, static_cast<char>('a' + index))
                                           : std::string{static_cast<char>('a' + index / 26 - 1),
                                                         static_cast<char>('a' + index % 26)};
    if (std::string target = prefix + letters; !used.contains(target)) return target;
  }
}

Result<void> check_configuration(const MachineConfig& config) {
  if (config.processor_count < 1) {
    return wrong(config, fmt::format("{} is not a number of processors", config.processor_count),
                 "Give it at least 1.");
  }
  if (config.scsi_controllers < 0 || config.scsi_controllers > kScsiControllers) {
    return wrong(config, fmt::format("it cannot have {} SCSI controllers", config.scsi_controllers),
                 "A machine has at most 4.");
  }
  std::set<DrivePlace> places;
  std::set<std::string> targets;
  const auto look_at = [&](const auto& drive) -> Result<void> {
    HVSH_CHECK(check_place(config, drive.place));
    if (!places.insert(drive.place).second) {
      return wrong(config, fmt::format("two drives would be on {}", place_words(drive.place)),
                   "Give each drive a location of its own.");
    }
    if (!targets.insert(drive.target).second) {
      return wrong(config, fmt::format("two drives would be named '{}'", drive.target));
    }
    return {};
  };
  for (const DiskConfig& disk : config.disks) HVSH_CHECK(look_at(disk));
  for (const DvdConfig& dvd : config.dvds) HVSH_CHECK(look_at(dvd));
  return {};
}

bool needs_off(const MachineConfig& before, const MachineConfig& after) {
  return !fixed_difference(before, after).empty();
}

Result<void> check_change(const MachineConfig& before, const MachineConfig& after, VMState state) {
  const std::string_view action = fixed_difference(before, after);
  if (!action.empty() && state != VMState::Off) return wrong_state(action, before.name, state, "off");
  const bool same_drives = before.disks == after.disks && before.dvds == after.dvds &&
                           before.scsi_controllers == after.scsi_controllers;
  if (state == VMState::Saved && !same_drives) {
    return wrong_state("change drives of", before.name, state, "running or off");
  }
  // What somebody else defined may have drives in places that Hyper-V does not have; they stay.
  if (same_drives && before.processor_count == after.processor_count) return {};
  return check_configuration(after);
}

}  // namespace hvsh::engines
