#pragma once
// .NET members that scripts can use: methods and properties of objects, static members of types. One declared
// table per family (members_*.cpp); what is in none of them is one error that names the member.
//
// A function of a table gets a Call; what it returns is the member's value (nothing for void). When it runs a
// script block that stops, it returns any Error and the interpreter's pending state counts.
#include <span>
#include <string_view>

#include "core/value.h"
#include "shell/eval/types.h"

namespace hvsh::shell {

class Interpreter;

struct Call {
  Interpreter& interpreter;
  const Value& self;  // null for a static member
  std::span<const Value> arguments;
  const TypeRef* type = nullptr;  // of a static member

  const Value& at(size_t index) const { return arguments[index]; }
  size_t count() const { return arguments.size(); }
};

using MemberFunction = Result<Value> (*)(const Call& call);

inline constexpr int kAnyCount = 255;

// One method, or with most == kProperty one property.
struct MemberEntry {
  std::string_view name;
  int least;  // arguments
  int most;
  MemberFunction function;
};
inline constexpr int kProperty = -1;

struct MemberFamily {
  const TypeInfo* type;
  bool is_static;
  std::span<const MemberEntry> members;
};

// The families of the tables, in the order in which they are asked.
std::span<const MemberFamily> string_members();
std::span<const MemberFamily> collection_members();
std::span<const MemberFamily> number_members();
std::span<const MemberFamily> time_members();
std::span<const MemberFamily> system_members();
std::span<const MemberFamily> cmdlet_members();
std::span<const MemberFamily> engine_members();

// target.name; a collection without such a property gives that of its items. Null for what is not there.
bool get_member(Interpreter& interpreter, const Value& target, std::string_view name, Span span, Value& out);
// target.name(arguments)
bool call_member(Interpreter& interpreter, const Value& target, std::string_view name,
                 std::span<const Value> arguments, Span span, Value& out);
// [type]::name and [type]::name(arguments)
bool get_static(Interpreter& interpreter, const TypeRef& type, std::string_view name, Span span, Value& out);
bool call_static(Interpreter& interpreter, const TypeRef& type, std::string_view name,
                 std::span<const Value> arguments, Span span, Value& out);
// [type]::new(...), New-Object
Result<Value> construct(Interpreter& interpreter, const TypeRef& type, std::span<const Value> arguments);
// target[index]; false: pending error.
bool get_index(Interpreter& interpreter, const Value& target, const Value& index, Span span, Value& out);

// Reading arguments of a Call; errors name the argument's position.
Result<int64_t> int_argument(const Call& call, size_t index);
Result<double> real_argument(const Call& call, size_t index);
std::string text_argument(const Call& call, size_t index);
Error argument_error(std::string_view message);

}  // namespace hvsh::shell
