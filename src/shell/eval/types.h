#pragma once
// The types that scripts can name: [int], [string[]], [System.Collections.Generic.List[string]],
// [Microsoft.HyperV.PowerShell.VMState]. What .NET has is declared in shell/dotnet; what is in no table is
// one error that names the type.
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/convert.h"
#include "core/noun.h"
#include "core/object.h"
#include "shell/syntax/ast.h"

namespace hvsh {

// Types without values of their own in core that the evaluator itself knows; the rest stand in shell/dotnet.
namespace types {
inline constexpr TypeInfo ArrayList{"System.Collections.ArrayList", "ArrayList"};
inline constexpr TypeInfo GenericList{"System.Collections.Generic.List`1", "List`1"};
inline constexpr TypeInfo Exception{"System.Exception", "Exception"};
inline constexpr TypeInfo Void{"System.Void", "Void"};
inline constexpr TypeInfo ValueType{"System.ValueType", "ValueType"};
inline constexpr TypeInfo Single{"System.Single", "Single", &ValueType};
inline constexpr TypeInfo OrderedMarker{"ordered", "ordered"};
inline constexpr TypeInfo PSCmdlet{"System.Management.Automation.PSCmdlet", "PSCmdlet"};
inline constexpr TypeInfo PSReference{"System.Management.Automation.PSReference", "PSReference"};
inline constexpr TypeInfo SystemArray{"System.Array", "Array"};
inline constexpr TypeInfo IDictionary{"System.Collections.IDictionary", "IDictionary"};
inline constexpr TypeInfo IEnumerable{"System.Collections.IEnumerable", "IEnumerable"};
inline constexpr TypeInfo Enum{"System.Enum", "Enum", &ValueType};
}  // namespace types

namespace shell {

class Interpreter;
class TypeTable;
struct TypeRef;
using ConvertFunction = Result<Value> (*)(const Value& value, const TypeRef& type);

namespace dotnet {
struct Type;
struct MemberIndex;
}  // namespace dotnet

struct TypeRef {
  const TypeInfo* info = nullptr;
  TypeTable* table = nullptr;
  const dotnet::Type* declared = nullptr;  // nullptr: it has what every object has
  const EnumInfo* enumeration = nullptr;
  const Noun* noun = nullptr;
  std::vector<const TypeRef*> arguments = {};  // of a generic type
  const TypeRef* element = nullptr;            // of an array, and the first argument of a generic type
  bool is_array = false;
  ConvertFunction convert = nullptr;       // nullptr: as the declaration says
  mutable const TypeRef* array = nullptr;  // of this type, once it was asked for
  mutable Value object = {};               // the type as a value, made when first asked for
  mutable std::shared_ptr<const dotnet::MemberIndex> members = {};  // dotnet/overloads.h
};

// Enumerations, nouns and further types that main knows and scripts may name.
struct TypeCatalog {
  std::span<const EnumInfo* const> enums = {};
  std::span<const Noun* const> nouns = {};
  Result<Value> (*read_item)(const std::string& path) = nullptr;  // a FileInfo or DirectoryInfo
};

class TypeTable {
 public:
  explicit TypeTable(TypeCatalog catalog, Interpreter* interpreter = nullptr)
      : catalog_(catalog), interpreter_(interpreter) {}
  TypeTable(const TypeTable&) = delete;
  TypeTable& operator=(const TypeTable&) = delete;

  // Accelerator, full name, full name without "System.", or a name in a namespace that `using` named;
  // nullptr: not known.
  const TypeRef* find(std::string_view name);
  // As written in a script: arrays and generics too. An Error names what is not there (id TypeNotFound).
  Result<const TypeRef*> resolve(const TypeName& name);
  Result<const TypeRef*> resolve_text(std::string_view text);  // "int[]", for -as 'string' and the like
  const TypeRef* array_of(const TypeRef* element);
  const TypeRef* of(const TypeInfo& info);      // the entry for a value's type
  const TypeRef* of_value(const Value& value);  // not null; arrays, exceptions and enumerations exactly
  void use_namespace(std::string_view name);

  Value type_value(const TypeRef& type);
  const TypeRef* ref_of(const Value& type_object);  // from a TypeObject; nullptr: not one of ours
  const TypeCatalog& catalog() const { return catalog_; }
  Interpreter* interpreter() const { return interpreter_; }

 private:
  const TypeRef* load(std::string_view name);
  const TypeRef* of_enumeration(const EnumInfo& info);
  Result<const TypeRef*> instance_of(std::string_view open, std::vector<const TypeRef*> arguments,
                                     std::string_view text);
  const TypeRef* keep(TypeRef ref);
  TypeCatalog catalog_;
  Interpreter* interpreter_;
  std::deque<TypeRef> refs_;
  std::deque<TypeInfo> infos_;  // of arrays and generics
  std::deque<std::string> names_;
  std::vector<std::string> namespaces_;
  std::unordered_map<std::string, const TypeRef*> by_name_;  // lower case
  std::unordered_map<const TypeInfo*, const TypeRef*> by_info_;
};

// [type]value. `name` in messages is the type's full name.
Result<Value> convert_to(const Value& value, const TypeRef& type);
// What an unset variable of the type holds: 0, "", $false, or null.
Value default_of(const TypeRef& type);
// value -is [type]
bool is_of_type(const Value& value, const TypeRef& type);
// [type].IsAssignableFrom([other])
bool is_assignable(const TypeRef& to, const TypeRef& from);
// The type of a value as scripts see it: arrays know their elements.
std::string full_type_name(const Value& value);

}  // namespace shell
}  // namespace hvsh
