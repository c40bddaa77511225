#pragma once
#include <span>

#include "core/cmdlet.h"

namespace hvsh::verbs {

// Every cmdlet of this layer, sorted by name without case. One line in registry.inc adds one.
std::span<const CmdletEntry> cmdlets();

}  // namespace hvsh::verbs
