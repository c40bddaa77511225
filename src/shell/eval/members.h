#pragma once
// Members of objects and types, as scripts reach them: properties that objects carry first, then what
// shell/dotnet declares, then what the language itself adds (psobject, Count, .Where() ...). What is in none
// of them is one error that names the member.
//
// The functions that return bool leave a pending error when they return false.
#include <span>
#include <string_view>

#include "core/value.h"
#include "shell/dotnet/construct.h"
#include "shell/eval/types.h"

namespace hvsh::shell {

class Interpreter;

// target.name; a collection without such a property gives that of its items. Null for what is not there, an
// error under strict mode.
bool get_member(Interpreter& interpreter, const Value& target, std::string_view name, Span span, Value& out);
// target.name = value
Result<void> set_property(Interpreter& interpreter, const Value& target, std::string_view name, Value value);
// target.name(arguments)
bool call_member(Interpreter& interpreter, const Value& target, std::string_view name,
                 std::span<const Value> arguments, Span span, Value& out);
// [type]::name, [type]::name = value and [type]::name(arguments)
bool get_static(Interpreter& interpreter, const TypeRef& type, std::string_view name, Span span, Value& out);
Result<void> set_static(Interpreter& interpreter, const TypeRef& type, std::string_view name, Value value);
bool call_static(Interpreter& interpreter, const TypeRef& type, std::string_view name,
                 std::span<const Value> arguments, Span span, Value& out);
// target[index] and target[index] = value
bool get_index(Interpreter& interpreter, const Value& target, const Value& index, Span span, Value& out);
Result<void> set_index(Interpreter& interpreter, const Value& target, const Value& index, Value value);

// Exception calling "Name" with "2" argument(s): "..."; `error` is what the member threw.
Error wrap_exception(Error error, std::string_view member, size_t arguments);

}  // namespace hvsh::shell
