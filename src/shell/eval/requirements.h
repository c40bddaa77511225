#pragma once
// What a script asks for before it runs: its #requires lines and its `using module` statements.
#include "shell/eval/interpreter.h"

namespace hvsh::shell {

// Imports the modules that are asked for, into the session. A requirement that is not met is a pending error,
// and nothing of the script may run. Only files have requirements; `using module` stands in any text.
Flow meet_requirements(Interpreter& interpreter, const Source& source);

}  // namespace hvsh::shell
