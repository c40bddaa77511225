#pragma once
// Declarations made usable: members by name with their parameters' types, and the choice among overloads by
// PowerShell's rules (the one whose arguments need the least conversion).
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "shell/dotnet/declare.h"

namespace hvsh::shell::dotnet {

struct Parameter {
  const TypeRef* type = nullptr;
  std::string_view name;
  bool takes_rest = false;  // params T[]; `type` is the array's
  bool by_ref = false;
};

struct Overload {
  const Member* member = nullptr;
  std::vector<Parameter> parameters;
  bool takes_rest() const { return !parameters.empty() && parameters.back().takes_rest; }
};

// The members that one type declares, without those of its bases.
struct MemberIndex {
  using Table = std::unordered_map<std::string, std::vector<Overload>>;  // lower case
  Table methods, static_methods;
  std::unordered_map<std::string, const Member*> properties, static_properties;
  std::vector<Overload> constructors;
};

// Made when first asked for. Types that a declaration names and the table does not know are a fault of the
// declaration, which dotnet_test finds; they count as object.
const MemberIndex& index_of(TypeTable& types, const TypeRef& type);

// All overloads of a method, the type's own first, then its bases'.
std::vector<const Overload*> find_methods(TypeTable& types, const TypeRef& type, std::string_view name,
                                          bool is_static);
const Member* find_property(TypeTable& types, const TypeRef& type, std::string_view name, bool is_static);
// The base as members are inherited: the declared one, else System.Object. nullptr: of System.Object.
const TypeRef* base_of(TypeTable& types, const TypeRef& type);

// "string Substring(int startIndex)" with full names, as PowerShell lists overloads.
std::string definition(const Member& member);
std::string member_name(const Member& member);
enum class MemberKind : uint8_t { constructor, method, property };
struct Shape {
  MemberKind kind;
  bool is_static;
};
Shape shape_of(const Member& member);

// Chooses and calls. Errors are PowerShell's: MethodCountCouldNotFindBest, MethodArgumentConversion...; what
// the member itself throws is wrapped by the caller. `name` is the method's as it was written.
Result<Value> invoke(Interpreter& interpreter, const TypeRef& type,
                     std::span<const Overload* const> overloads, std::string_view name, const Value& self,
                     std::span<const Value> arguments, bool& thrown_by_member);

// How far a value is from a parameter's type: 0 is the type itself, kImpossible what cannot be converted.
inline constexpr int kImpossible = -1;
int conversion_distance(const Value& value, const TypeRef& type);

}  // namespace hvsh::shell::dotnet
