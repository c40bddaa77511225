#pragma once
// Functions that PowerShell defines in every session, in its own language. They are parsed when first called.
#include <span>
#include <string_view>

namespace hvsh::shell {

// The body of the function of that name; empty: there is none.
std::string_view builtin_function(std::string_view name);
std::span<const std::string_view> builtin_function_names();

}  // namespace hvsh::shell
