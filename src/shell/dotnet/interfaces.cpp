// Interfaces, which -is and declarations name.
#include "shell/dotnet/groups.h"

namespace hvsh::shell::dotnet {

namespace {

constexpr TypeInfo kInterfaces[] = {
    {"System.IComparable", "IComparable"},
    {"System.IFormattable", "IFormattable"},
    {"System.IConvertible", "IConvertible"},
    {"System.ICloneable", "ICloneable"},
    {"System.IDisposable", "IDisposable"},
    {"System.Collections.ICollection", "ICollection"},
    {"System.Collections.IList", "IList"},
    {"System.Collections.IComparer", "IComparer"},
    {"System.Collections.IEqualityComparer", "IEqualityComparer"},
    {"System.Security.Principal.IPrincipal", "IPrincipal"},
    {"System.Security.Principal.IIdentity", "IIdentity"},
    {"System.Management.Automation.IDynamicParameters", "IDynamicParameters"},
};
constexpr TypeInfo kFormatProvider{"System.IFormatProvider", "IFormatProvider"};

// What is no collection counts as one of one item, as where an array is wanted.
Result<Value> convert_sequence(const Value& value, const TypeRef&) { return value; }

// Cultures make no difference here, so whatever stands for one will do.
Result<Value> convert_provider(const Value& value, const TypeRef&) { return value; }

// Delegates: a script block stands for each.
constexpr TypeInfo kDelegates[] = {
    {"System.Delegate", "Delegate"},
    {"System.Action", "Action"},
    {"System.Action`1", "Action`1"},
    {"System.Action`2", "Action`2"},
    {"System.Func`1", "Func`1"},
    {"System.Func`2", "Func`2"},
    {"System.Func`3", "Func`3"},
    {"System.Predicate`1", "Predicate`1"},
    {"System.Comparison`1", "Comparison`1"},
    {"System.EventHandler", "EventHandler"},
    {"System.Text.RegularExpressions.MatchEvaluator", "MatchEvaluator"},
};
Result<Value> convert_delegate(const Value& value, const TypeRef& type) {
  if (value.is_null() || value.is_object(ObjectKind::script_block)) return value;
  return conversion_error(value, type.info->name);
}
constexpr Type delegate(const TypeInfo& info, uint8_t generic = 0) {
  return {.info = &info, .convert = convert_delegate, .generic = generic};
}

constexpr Type interface(const TypeInfo& info) { return {.info = &info, .is_interface = true}; }

constexpr Type kTypes[] = {
    interface(kInterfaces[0]),
    interface(kInterfaces[1]),
    interface(kInterfaces[2]),
    interface(kInterfaces[3]),
    interface(kInterfaces[4]),
    interface(kInterfaces[5]),
    interface(kInterfaces[6]),
    interface(kInterfaces[7]),
    interface(kInterfaces[8]),
    interface(kInterfaces[9]),
    interface(kInterfaces[10]),
    interface(kInterfaces[11]),
    interface(types::IDictionary),
    {.info = &types::IEnumerable, .convert = convert_sequence, .is_interface = true},
    delegate(kDelegates[0]),
    delegate(kDelegates[1]),
    delegate(kDelegates[2], 1),
    delegate(kDelegates[3], 2),
    delegate(kDelegates[4], 1),
    delegate(kDelegates[5], 2),
    delegate(kDelegates[6], 3),
    delegate(kDelegates[7], 1),
    delegate(kDelegates[8], 1),
    delegate(kDelegates[9]),
    delegate(kDelegates[10]),
    {.info = &kFormatProvider, .convert = convert_provider, .is_interface = true},
};

}  // namespace

std::span<const Type> interface_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
