#include "core/guid.h"

#include <sys/random.h>

#include <cstdlib>

namespace hvsh {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr bool is_dash_position(size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

}  // namespace

std::optional<Guid> Guid::parse(std::string_view text) {
  if (text.size() == 38 &&
      ((text.front() == '{' && text.back() == '}') || (text.front() == '(' && text.back() == ')'))) {
    text = text.substr(1, 36);
  }
  const bool dashed = text.size() == 36;
  if (!dashed && text.size() != 32) return std::nullopt;
  Guid guid;
  size_t digit = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (dashed && is_dash_position(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int value = hex_digit(text[i]);
    if (value < 0) return std::nullopt;
    guid.bytes[digit / 2] = static_cast<uint8_t>(guid.bytes[digit / 2] << 4 | value);
    ++digit;
  }
  return guid;
}

Guid Guid::random() {
  Guid guid;
  // 16 bytes never come back short; without a working random source nothing made here would be unique.
  if (getrandom(guid.bytes.data(), guid.bytes.size(), 0) != 16) std::abort();
  guid.bytes[6] = static_cast<uint8_t>((guid.bytes[6] & 0x0f) | 0x40);
  guid.bytes[8] = static_cast<uint8_t>((guid.bytes[8] & 0x3f) | 0x80);
  return guid;
}

std::string Guid::to_string() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

}  // namespace hvsh
