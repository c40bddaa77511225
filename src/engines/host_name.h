#pragma once
// The name of this host as objects show it (ComputerName).
#include <unistd.h>

#include <array>
#include <string>

namespace hvsh::engines {

inline std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string("localhost");
}

}  // namespace hvsh::engines
