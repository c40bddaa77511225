#pragma once
// Format-Custom, Format-List, Format-Table and Format-Wide. They belong to the shell, which draws what they
// write; main merges this table with the verbs' own.
#include <span>

#include "core/cmdlet.h"

namespace hvsh::shell {

std::span<const CmdletEntry> format_cmdlets();  // sorted by name

}  // namespace hvsh::shell
