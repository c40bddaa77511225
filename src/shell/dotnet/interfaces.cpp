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
    {.info = &kFormatProvider, .convert = convert_provider, .is_interface = true},
};

}  // namespace

std::span<const Type> interface_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
