#pragma once
// Cmdlets that need the interpreter itself: variables, aliases, commands, modules, the console. They belong
// to the shell; main merges this table with the verbs' own. Their bodies ask the Context for the Interpreter.
#include <span>

#include "core/cmdlet.h"

namespace hvsh::shell {

std::span<const CmdletEntry> engine_cmdlets();  // sorted by name

}  // namespace hvsh::shell
