#include "wiring.h"

#include "nouns/enums.h"
#include "nouns/virtual_machine.h"

namespace hvsh {

void wire(shell::Services&) {}

shell::TypeCatalog known_types() { return {}; }

}  // namespace hvsh
