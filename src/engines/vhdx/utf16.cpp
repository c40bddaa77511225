#include "engines/vhdx/utf16.h"

namespace hvsh::vhdx {

namespace {

// The code point at `at`, which moves behind it; nothing if the bytes there are not well-formed UTF-8.
std::optional<char32_t> next_code_point(std::string_view text, size_t& at) {
  const auto lead = static_cast<uint8_t>(text[at++]);
  if (lead < 0x80) return lead;
  const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
  if (lead < 0xC2 || lead > 0xF4 || text.size() - at < static_cast<size_t>(more)) return std::nullopt;
  char32_t code = lead & (0x3F >> more);
  for (int i = 0; i < more; ++i) {
    const auto byte = static_cast<uint8_t>(text[at++]);
    if ((byte & 0xC0) != 0x80) return std::nullopt;
    code = (code << 6) | (byte & 0x3F);
  }
  static constexpr char32_t kSmallest[] = {0, 0x80, 0x800, 0x10000};
  if (code < kSmallest[more] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return std::nullopt;
  return code;
}

void append_utf8(std::string& to, char32_t code) {
  if (code < 0x80) {
    to += static_cast<char>(code);
    return;
  }
  const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  static constexpr uint8_t kLead[] = {0, 0xC0, 0xE0, 0xF0};
  to += static_cast<char>(kLead[more] | (code >> (6 * more)));
  for (int i = more - 1; i >= 0; --i) to += static_cast<char>(0x80 | ((code >> (6 * i)) & 0x3F));
}

template <class Load>
std::optional<std::string> decode(Bytes bytes, Load load) {
  if (bytes.size() % 2 != 0) return std::nullopt;
  std::u16string units(bytes.size() / 2, u'\0');
  for (size_t i = 0; i < units.size(); ++i) units[i] = static_cast<char16_t>(load(bytes.data() + 2 * i));
  return to_utf8(units);
}

}  // namespace

std::optional<std::u16string> to_utf16(std::string_view utf8) {
  std::u16string units;
  for (size_t at = 0; at < utf8.size();) {
    const std::optional<char32_t> code = next_code_point(utf8, at);
    if (!code) return std::nullopt;
    if (*code < 0x10000) {
      units += static_cast<char16_t>(*code);
    } else {
      units += static_cast<char16_t>(0xD800 + ((*code - 0x10000) >> 10));
      units += static_cast<char16_t>(0xDC00 + ((*code - 0x10000) & 0x3FF));
    }
  }
  return units;
}

std::optional<std::string> to_utf8(std::u16string_view utf16) {
  std::string text;
  for (size_t i = 0; i < utf16.size(); ++i) {
    char32_t code = utf16[i];
    if (code >= 0xD800 && code <= 0xDFFF) {
      const bool paired =
          code < 0xDC00 && i + 1 < utf16.size() && utf16[i + 1] >= 0xDC00 && utf16[i + 1] <= 0xDFFF;
      if (!paired) return std::nullopt;
      code = 0x10000 + ((code - 0xD800) << 10) + (utf16[++i] - 0xDC00);
    }
    append_utf8(text, code);
  }
  return text;
}

std::optional<std::string> utf8_from_le(Bytes bytes) { return decode(bytes, load_le<uint16_t>); }
std::optional<std::string> utf8_from_be(Bytes bytes) { return decode(bytes, load_be<uint16_t>); }

Buffer bytes_le(std::u16string_view text) {
  Buffer bytes(text.size() * 2);
  for (size_t i = 0; i < text.size(); ++i) store_le<uint16_t>(bytes.data() + 2 * i, text[i]);
  return bytes;
}

}  // namespace hvsh::vhdx
