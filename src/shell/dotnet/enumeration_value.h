#pragma once
#include "shell/dotnet/declare.h"

namespace hvsh::shell::dotnet {

// A value of a declared enumeration, by its full name.
inline Value enumeration_value(std::string_view type, int32_t number) {
  return Value::enumeration(*find_declared(type)->enumeration, number);
}

}  // namespace hvsh::shell::dotnet
