#pragma once
#include "shell/eval/types.h"

namespace hvsh {

// Enumerations and nouns that scripts may name as types: [Microsoft.HyperV.PowerShell.VMState].
shell::TypeCatalog known_types();

}  // namespace hvsh
