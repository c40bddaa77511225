#pragma once
// What format.cpp and format_number.cpp share.
#include <string>
#include <string_view>

#include "core/value.h"

namespace hvsh {

// "Error formatting a string: why", as the -f operator reports it.
Error format_error(std::string_view why);
Result<std::string> format_number(const Value& number, std::string_view format);

}  // namespace hvsh
