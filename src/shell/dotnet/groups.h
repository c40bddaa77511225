#pragma once
// The declared types by subject; each function stands in the file of its name.
#include "shell/dotnet/declare.h"

namespace hvsh::shell::dotnet {

std::span<const Type> object_types();
std::span<const Type> number_types();
std::span<const Type> big_integer_types();
std::span<const Type> math_types();
std::span<const Type> conversion_types();
std::span<const Type> text_types();
std::span<const Type> character_types();
std::span<const Type> encoding_types();
std::span<const Type> regex_types();
std::span<const Type> array_types();
std::span<const Type> collection_types();
std::span<const Type> dictionary_types();
std::span<const Type> time_types();
std::span<const Type> culture_types();
std::span<const Type> file_types();
std::span<const Type> file_info_types();
std::span<const Type> path_types();
std::span<const Type> stream_types();
std::span<const Type> environment_types();
std::span<const Type> net_types();
std::span<const Type> uri_types();
std::span<const Type> xml_types();
std::span<const Type> security_types();
std::span<const Type> diagnostics_types();
std::span<const Type> automation_types();
std::span<const Type> cmdlet_types();
std::span<const Type> interface_types();
std::span<const Type> management_types();
std::span<const Type> hash_types();
std::span<const Type> host_types();
std::span<const Type> key_types();
std::span<const Type> enumeration_types();

// Conversions and members that several groups have alike.
Result<Value> convert_any(const Value& value, const TypeRef& type);
Result<Value> to_text(const Call& call);     // ToString(), ToString(format)
Result<Value> compare_to(const Call& call);  // CompareTo
Result<void> set_reference(const Value& reference, Value value);
extern const std::span<const Member> kFormattable;  // ToString(format), CompareTo
extern const std::span<const Member> kIntrinsic;    // psobject, .Where() ...: what everything has

}  // namespace hvsh::shell::dotnet
