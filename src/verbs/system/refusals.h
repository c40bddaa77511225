#pragma once
// One clear error for what cannot be on Linux.
#include "core/cmdlet.h"

namespace hvsh::verbs {

inline Error not_on_linux(std::string message, std::string hint) {
  return {.id = "NotSupported",
          .category = ErrorCategory::NotImplemented,
          .message = std::move(message),
          .hint = std::move(hint),
          .exception = "System.PlatformNotSupportedException"};
}

// -ComputerName of a cmdlet that acts on this host alone: the first other host, or nothing.
std::string other_host(const std::vector<std::string>& names);
Error only_this_host(std::string_view cmdlet, const std::string& other);

}  // namespace hvsh::verbs
