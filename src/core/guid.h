#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hvsh {

// A GUID in the byte order of its text (RFC 4122 order: the first byte is the first two hex digits).
struct Guid {
  std::array<uint8_t, 16> bytes{};

  // Accepts the forms 8-4-4-4-12, the same in braces or parentheses, and 32 digits; nothing else.
  static std::optional<Guid> parse(std::string_view text);
  static Guid random();  // version 4, from getrandom

  std::string to_string() const;  // lower case, 8-4-4-4-12
  bool is_zero() const { return *this == Guid{}; }
  friend constexpr auto operator<=>(const Guid&, const Guid&) = default;
};

}  // namespace hvsh
