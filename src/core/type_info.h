#pragma once
// What a script can ask about a type: its names, its base, the names and numbers of an enumeration.
#include <cstdint>
#include <span>
#include <string_view>

namespace hvsh {

// One type as scripts see it. All instances are static; types are compared by address.
struct TypeInfo {
  std::string_view name;  // full .NET name: System.Int32, Microsoft.HyperV.PowerShell.VirtualMachine
  std::string_view short_name = {};  // as -is, casts and declarations write it: int, String, VirtualMachine
  const TypeInfo* base = nullptr;    // nullptr: System.Object

  bool is(const TypeInfo& other) const {
    for (const TypeInfo* type = this; type != nullptr; type = type->base) {
      if (type == &other) return true;
    }
    return false;
  }
};

struct EnumMember {
  std::string_view name;
  int32_t value;
};

// An enumeration of the Windows modules (or of PowerShell): spelling and numbers are theirs.
struct EnumInfo {
  TypeInfo type;
  std::span<const EnumMember> members;
  bool flags = false;

  // The first member with that number; empty when there is none.
  std::string_view name_of(int32_t value) const {
    for (const EnumMember& member : members) {
      if (member.value == value) return member.name;
    }
    return {};
  }
};

// Specialised for each C++ enum that scripts can see: `static constexpr EnumInfo info`.
template <class E>
struct EnumOf;

// The types that a Value can have without a noun.
namespace types {
inline constexpr TypeInfo Object{"System.Object", "Object"};
inline constexpr TypeInfo Bool{"System.Boolean", "Boolean"};
inline constexpr TypeInfo Char{"System.Char", "Char"};
inline constexpr TypeInfo SByte{"System.SByte", "SByte"};
inline constexpr TypeInfo Byte{"System.Byte", "Byte"};
inline constexpr TypeInfo Int16{"System.Int16", "Int16"};
inline constexpr TypeInfo UInt16{"System.UInt16", "UInt16"};
inline constexpr TypeInfo Int32{"System.Int32", "Int32"};
inline constexpr TypeInfo UInt32{"System.UInt32", "UInt32"};
inline constexpr TypeInfo Int64{"System.Int64", "Int64"};
inline constexpr TypeInfo UInt64{"System.UInt64", "UInt64"};
inline constexpr TypeInfo Double{"System.Double", "Double"};
inline constexpr TypeInfo Decimal{"System.Decimal", "Decimal"};
inline constexpr TypeInfo String{"System.String", "String"};
inline constexpr TypeInfo DateTime{"System.DateTime", "DateTime"};
inline constexpr TypeInfo TimeSpan{"System.TimeSpan", "TimeSpan"};
inline constexpr TypeInfo Guid{"System.Guid", "Guid"};
inline constexpr TypeInfo Version{"System.Version", "Version"};
inline constexpr TypeInfo Array{"System.Object[]", "Object[]"};
inline constexpr TypeInfo Hashtable{"System.Collections.Hashtable", "Hashtable"};
inline constexpr TypeInfo OrderedDictionary{"System.Collections.Specialized.OrderedDictionary",
                                            "OrderedDictionary"};
inline constexpr TypeInfo PSObject{"System.Management.Automation.PSObject", "PSObject"};
inline constexpr TypeInfo PSCustomObject{"System.Management.Automation.PSCustomObject", "PSCustomObject"};
inline constexpr TypeInfo ScriptBlock{"System.Management.Automation.ScriptBlock", "ScriptBlock"};
inline constexpr TypeInfo SwitchParameter{"System.Management.Automation.SwitchParameter", "SwitchParameter"};
inline constexpr TypeInfo ErrorRecord{"System.Management.Automation.ErrorRecord", "ErrorRecord"};
inline constexpr TypeInfo RuntimeType{"System.RuntimeType", "RuntimeType"};
}  // namespace types

}  // namespace hvsh
