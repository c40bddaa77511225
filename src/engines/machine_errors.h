#pragma once
// What every hypervisor engine says alike: Windows' text for a machine that is not there, one form for a
// machine that is in the wrong state, and the order of names. Pure functions.
#include <string>
#include <string_view>

#include "core/guid.h"
#include "core/result.h"
#include "nouns/enums.h"

namespace hvsh::engines {

// `Hyper-V was unable to find a virtual machine with name "x".` (InvalidParameter, InvalidArgument)
Error no_such_machine(std::string_view name);
Error no_such_machine(const Guid& id);

// `Cannot pause virtual machine "web01": it is off.` with the hint `It must be running.`
// (InvalidState, InvalidOperation). `needed` completes "It must be".
Error wrong_state(std::string_view action, std::string_view name, nouns::VMState state,
                  std::string_view needed);

// MachineExists, ResourceExists.
Error machine_exists(std::string_view name);

// A state as it stands in a sentence: "running", "off", "paused (critical)".
std::string state_words(nouns::VMState state);

// Names in the order that lists have: without case first, then by case.
bool name_before(std::string_view a, std::string_view b);

}  // namespace hvsh::engines
