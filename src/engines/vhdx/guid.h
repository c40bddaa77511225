#pragma once
// GUIDs as Microsoft's formats store them: the first three fields little-endian, the rest as written.
#include "core/guid.h"
#include "engines/vhdx/bytes.h"

namespace hvsh::vhdx {

namespace detail {
// Which byte of the text's order stands at each stored place.
inline constexpr std::array<uint8_t, 16> kStoredOrder = {3, 2, 1,  0,  5,  4,  7,  6,
                                                         8, 9, 10, 11, 12, 13, 14, 15};

consteval uint8_t hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<uint8_t>(c - '0');
  if (c >= 'A' && c <= 'F') return static_cast<uint8_t>(c - 'A' + 10);
  throw "a GUID constant is written in upper-case hexadecimal digits";
}
}  // namespace detail

inline Guid load_guid(const uint8_t* from) {
  Guid guid;
  for (size_t i = 0; i < 16; ++i) guid.bytes[detail::kStoredOrder[i]] = from[i];
  return guid;
}

inline void store_guid(uint8_t* to, const Guid& guid) {
  for (size_t i = 0; i < 16; ++i) to[i] = guid.bytes[detail::kStoredOrder[i]];
}

// For the constants of the formats; a wrong literal does not compile.
consteval Guid guid_constant(std::string_view text) {
  Guid guid;
  size_t digits = 0;
  for (const char c : text) {
    if (c == '-') continue;
    const uint8_t digit = detail::hex_digit(c);
    guid.bytes.at(digits / 2) = static_cast<uint8_t>(guid.bytes.at(digits / 2) * 16 + digit);
    ++digits;
  }
  if (digits != 32) throw "a GUID constant has 32 digits";
  return guid;
}

// "B04AEFB7-D19E-4A81-B789-25B8E9445913", as Windows prints disk identifiers.
std::string upper(const Guid& guid);

}  // namespace hvsh::vhdx
