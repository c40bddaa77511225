#pragma once
// The types that scripts can name: [int], [string[]], [System.Collections.Generic.List[string]],
// [Microsoft.HyperV.PowerShell.VMState]. One table; what is not in it is one error that names the type.
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/convert.h"
#include "core/noun.h"
#include "core/object.h"
#include "shell/syntax/ast.h"

namespace hvsh {

// Further types that have no values of their own in core.
namespace types {
inline constexpr TypeInfo Math{"System.Math", "Math"};
inline constexpr TypeInfo Path{"System.IO.Path", "Path"};
inline constexpr TypeInfo File{"System.IO.File", "File"};
inline constexpr TypeInfo Directory{"System.IO.Directory", "Directory"};
inline constexpr TypeInfo Environment{"System.Environment", "Environment"};
inline constexpr TypeInfo Convert{"System.Convert", "Convert"};
inline constexpr TypeInfo Console{"System.Console", "Console"};
inline constexpr TypeInfo Regex{"System.Text.RegularExpressions.Regex", "Regex"};
inline constexpr TypeInfo ArrayList{"System.Collections.ArrayList", "ArrayList"};
inline constexpr TypeInfo GenericList{"System.Collections.Generic.List`1", "List`1"};
inline constexpr TypeInfo Exception{"System.Exception", "Exception"};
inline constexpr TypeInfo Void{"System.Void", "Void"};
inline constexpr TypeInfo Single{"System.Single", "Single"};
inline constexpr TypeInfo OrderedMarker{"ordered", "ordered"};
inline constexpr TypeInfo PSCmdlet{"System.Management.Automation.PSCmdlet", "PSCmdlet"};
inline constexpr TypeInfo SystemArray{"System.Array", "Array"};
inline constexpr TypeInfo CultureInfo{"System.Globalization.CultureInfo", "CultureInfo"};
inline constexpr TypeInfo IDictionary{"System.Collections.IDictionary", "IDictionary"};
inline constexpr TypeInfo ValueType{"System.ValueType", "ValueType"};
inline constexpr TypeInfo Enum{"System.Enum", "Enum"};
inline constexpr TypeInfo NullOrEmptyMarker{"System.Management.Automation.Language.NullString", "NullString"};
}  // namespace types

namespace shell {

struct TypeRef;
using ConvertFunction = Result<Value> (*)(const Value& value, const TypeRef& type);

struct TypeRef {
  const TypeInfo* info = nullptr;
  const EnumInfo* enumeration = nullptr;
  const Noun* noun = nullptr;
  const TypeRef* element = nullptr;  // of an array or List<T>
  bool is_array = false;
  ConvertFunction convert = nullptr;  // nullptr: only values of the type itself
  Value object;                       // the type as a value, made when first asked for
};

// Enumerations and nouns that main knows and scripts may name.
struct TypeCatalog {
  std::span<const EnumInfo* const> enums = {};
  std::span<const Noun* const> nouns = {};
};

class TypeTable {
 public:
  explicit TypeTable(TypeCatalog catalog) : catalog_(catalog) {}

  // Accelerator, full name, or full name without "System."; nullptr: not known.
  const TypeRef* find(std::string_view name);
  // As written in a script: arrays and generics too. An Error names what is not there (id TypeNotFound).
  Result<const TypeRef*> resolve(const TypeName& name);
  Result<const TypeRef*> resolve_text(std::string_view text);  // "int[]", for -as 'string' and the like
  const TypeRef* array_of(const TypeRef* element);
  const TypeRef* list_of(const TypeRef* element);
  const TypeRef* of(const TypeInfo& info);  // the entry for a value's type

  Value type_value(const TypeRef& type);
  const TypeRef* ref_of(const Value& type_object);  // from a TypeObject; nullptr: not one of ours

 private:
  const TypeRef* load(std::string_view name);
  TypeCatalog catalog_;
  std::deque<TypeRef> refs_;
  std::deque<TypeInfo> infos_;  // of arrays and generics
  std::deque<std::string> names_;
  std::unordered_map<std::string, const TypeRef*> by_name_;  // lower case
  std::unordered_map<const TypeInfo*, const TypeRef*> by_info_;
};

// [type]value. `name` in messages is the type's full name.
Result<Value> convert_to(const Value& value, const TypeRef& type);
// What an unset variable of the type holds: 0, "", $false, or null.
Value default_of(const TypeRef& type);
// value -is [type]
bool is_of_type(const Value& value, const TypeRef& type);
// The type of a value as scripts see it: arrays know their elements.
std::string full_type_name(const Value& value);

}  // namespace shell
}  // namespace hvsh
