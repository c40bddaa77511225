#pragma once
// What the program is made of: which engine stands behind each interface that a cmdlet asks its Context for.
#include "shell/eval/interpreter.h"

namespace hvsh {

// Names every engine; each is made when the first cmdlet asks for it.
void wire(shell::Services& services);

// Enumerations and nouns that scripts may name as types.
shell::TypeCatalog known_types();

}  // namespace hvsh
