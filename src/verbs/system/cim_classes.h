#pragma once
// The few WMI classes that scripts ask about a host, made from its facts.
#include "core/cmdlet.h"

namespace hvsh::verbs {

// All instances of a class. An error names the cmdlets to use instead of what is not there (Msvm_*), or says
// what is.
Result<std::vector<Value>> cim_instances(Context& context, std::string_view class_name,
                                         std::string_view name_space);
std::span<const std::string_view> cim_class_names();

}  // namespace hvsh::verbs
