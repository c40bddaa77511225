#pragma once
#include <span>

#include "core/cmdlet.h"

namespace hvsh::verbs {

// Every cmdlet of this layer, in the order of registry.inc, which is that of bytes. One line in registry.inc
// adds one.
std::span<const CmdletEntry> cmdlets();

}  // namespace hvsh::verbs
