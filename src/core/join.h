#pragma once
#include <array>
#include <cstddef>

namespace hvsh {

// Joins constexpr arrays: parameter tables are made of shared groups and a cmdlet's own lines.
template <class T, size_t... N>
consteval auto join(const std::array<T, N>&... parts) {
  std::array<T, (N + ... + 0)> all{};
  size_t next = 0;
  (
      (void)[&] {
        for (const T& part : parts) all[next++] = part;
      }(),
      ...);
  return all;
}

}  // namespace hvsh
