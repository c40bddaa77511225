#pragma once
#include <span>
#include <string>

#include "core/cmdlet.h"

namespace hvsh::shell {

// Every declaration as a JSON array, one cmdlet a line: what scripts/surface-report compares with Windows'
// modules, and what man pages and indexes are made from. A parameter in a set is "Name", "Name!" when
// mandatory, "Name@0" at a position.
std::string dump_declarations(std::span<const CmdletEntry> cmdlets);

}  // namespace hvsh::shell
