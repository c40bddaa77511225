#pragma once
// Making objects: [type]::new(...), New-Object, and casts that need an object made.
#include "shell/eval/types.h"

namespace hvsh::shell {

// An Error of a constructor comes wrapped, as PowerShell reports it.
Result<Value> construct(Interpreter& interpreter, const TypeRef& type, std::span<const Value> arguments);
// Sets declared properties from a hashtable, in its order.
Result<void> set_properties(Interpreter& interpreter, const Value& object, const MapObject& properties);

namespace dotnet {
// [type]value where the declaration has no function for it: static Parse of a text, a constructor with one
// parameter, a hashtable of properties.
Result<Value> convert_by_declaration(const Value& value, const TypeRef& type);
}  // namespace dotnet

}  // namespace hvsh::shell
