#pragma once
// What a machine's configuration may be and which of its settings can change in which state: Hyper-V's rules,
// the same for every hypervisor engine. Pure functions.
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "nouns/enums.h"
#include "nouns/machine_model.h"

namespace hvsh::engines {

inline constexpr int32_t kIdeControllers = 2;
inline constexpr int32_t kIdeLocations = 2;
inline constexpr int32_t kScsiControllers = 4;
inline constexpr int32_t kScsiLocations = 64;

// "SCSI controller 0 at location 1", as it stands in a sentence.
std::string place_words(const nouns::DrivePlace& place);

// Whether a hard disk or DVD drive is at that place already.
bool is_taken(const nouns::MachineConfig& config, const nouns::DrivePlace& place);

// The first free place on the controllers of that type, on controller `number` if it is given.
std::optional<nouns::DrivePlace> free_place(const nouns::MachineConfig& config, nouns::ControllerType type,
                                            std::optional<int32_t> number = {});

// A device name that no drive has: sda, sdb and so on, hda to hdd for IDE.
std::string free_target(const nouns::MachineConfig& config, const nouns::DrivePlace& place);

// InvalidParameter for what no machine can have: two drives at one place, a controller that it has not, no
// processor.
Result<void> check_configuration(const nouns::MachineConfig& config);

// Whether the machine has to be off for `after` to take the place of `before`.
bool needs_off(const nouns::MachineConfig& before, const nouns::MachineConfig& after);

// InvalidState when the difference cannot be made in that state, or InvalidParameter as above.
Result<void> check_change(const nouns::MachineConfig& before, const nouns::MachineConfig& after,
                          nouns::VMState state);

}  // namespace hvsh::engines
