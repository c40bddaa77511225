#pragma once
// $Host, $ExecutionContext and what scripts reach through them, as objects with members of their own
// (dotnet/host.cpp).
#include <string_view>

#include "core/object.h"

namespace hvsh::shell {

class Interpreter;

// $ExecutionContext.SessionState, also $PSCmdlet's.
Value session_state();

// Variables of one scope by name, as $PSCmdlet.GetVariableValue and SessionState.PSVariable read them.
Value variable_value(Interpreter& interpreter, std::string_view name, const Value& otherwise);

}  // namespace hvsh::shell
