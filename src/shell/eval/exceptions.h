#pragma once
// Exception types as `catch [Type]` tells them apart: names and who derives from whom.
#include <string_view>
#include <vector>

#include "core/object.h"

namespace hvsh::shell {

// Whether an exception is of the named type (full, or without "System.") or derives from it.
bool exception_is(std::string_view exception, std::string_view type_name);
// What a `catch [Type]` that fits the inner exception gets as $_: the record with that exception.
Ref<ErrorRecordObject> with_inner_exception(const ErrorRecordObject& record);
// `throw $object`: type and message of an exception object go into the error.
void describe_exception(const Value& thrown, Error& error);
// The full name of an exception type that scripts may name; empty when it is none that we know.
std::string_view known_exception(std::string_view name);
std::vector<std::string_view> exception_names();  // all of them

}  // namespace hvsh::shell
