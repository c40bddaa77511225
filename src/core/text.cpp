#include "core/text.h"

#include <utf8proc.h>

#include <algorithm>

namespace hvsh {

namespace {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

template <class Ascii, class Unicode>
std::string map_text(std::string_view text, Ascii ascii, Unicode unicode) {
  std::string result;
  result.reserve(text.size());
  if (is_ascii(text)) {
    for (char c : text) result += ascii(c);
    return result;
  }
  for (size_t i = 0; i < text.size();) {
    append_utf8(result,
                static_cast<char32_t>(unicode(static_cast<utf8proc_int32_t>(next_code_point(text, i)))));
  }
  return result;
}

// Bytes of the escape sequence that begins at `position` (ESC [ ... letter, or ESC ] ... BEL); 0: none does.
size_t escape_length(std::string_view text, size_t position) {
  if (text[position] != '\x1b' || position + 1 >= text.size()) return 0;
  if (text[position + 1] == '[') {
    size_t end = position + 2;
    while (end < text.size() && (text[end] < '@' || text[end] > '~')) ++end;
    return std::min(end + 1, text.size()) - position;
  }
  if (text[position + 1] == ']') {
    const size_t end = text.find('\x07', position);
    return (end == std::string_view::npos ? text.size() : end + 1) - position;
  }
  return 0;
}

// utf8proc gives sharp s a capital; .NET's invariant culture does not.
utf8proc_int32_t upper(utf8proc_int32_t c) { return c == 0xdf ? c : utf8proc_toupper(c); }

size_t width_of(char32_t code_point) {
  if (code_point < 0x20 || code_point == 0x7f) return 0;
  if (code_point < 0x7f) return 1;
  const int width = utf8proc_charwidth(static_cast<utf8proc_int32_t>(code_point));
  return width < 0 ? 0 : static_cast<size_t>(width);
}

}  // namespace

char32_t next_code_point(std::string_view text, size_t& position) {
  const auto first = static_cast<unsigned char>(text[position++]);
  if (first < 0x80) return first;
  const size_t more = first >= 0xf0 && first < 0xf5   ? 3
                      : first >= 0xe0 && first < 0xf0 ? 2
                      : first >= 0xc2 && first < 0xe0 ? 1
                                                      : 0;
  if (more == 0 || position + more > text.size()) return 0xfffd;
  char32_t code_point = first & (0x3fu >> more);
  for (size_t i = 0; i < more; ++i) {
    if (!is_continuation(text[position + i])) return 0xfffd;
    code_point = code_point << 6 | (static_cast<unsigned char>(text[position + i]) & 0x3fu);
  }
  constexpr char32_t kSmallest[] = {0, 0x80, 0x800, 0x10000};
  if (code_point < kSmallest[more] || code_point > 0x10ffff) return 0xfffd;
  position += more;
  return code_point;
}

void append_utf8(std::string& text, char32_t c) {
  if (c < 0x80) {
    text += static_cast<char>(c);
  } else if (c < 0x800) {
    text += static_cast<char>(0xc0 | c >> 6);
    text += static_cast<char>(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    text += static_cast<char>(0xe0 | c >> 12);
    text += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    text += static_cast<char>(0x80 | (c & 0x3f));
  } else {
    text += static_cast<char>(0xf0 | c >> 18);
    text += static_cast<char>(0x80 | (c >> 12 & 0x3f));
    text += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    text += static_cast<char>(0x80 | (c & 0x3f));
  }
}

std::string utf8_of(char16_t unit) {
  std::string text;
  append_utf8(text, unit);
  return text;
}

size_t utf16_size(std::string_view text) {
  size_t units = 0;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) != 0x80) units += byte >= 0xf0 ? 2 : 1;  // a 4-byte sequence is a surrogate pair
  }
  return units;
}

bool is_ascii_text(std::string_view text) {
  unsigned char bits = 0;
  for (char c : text)
    bits |= static_cast<unsigned char>(c);  // without a branch: the compiler takes 32 at once
  return bits < 0x80;
}

std::u16string to_utf16(std::string_view text) {
  std::u16string result;
  result.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const char32_t c = next_code_point(text, i);
    if (c < 0x10000) {
      result += static_cast<char16_t>(c);
    } else {
      result += static_cast<char16_t>(0xd800 + ((c - 0x10000) >> 10));
      result += static_cast<char16_t>(0xdc00 + ((c - 0x10000) & 0x3ff));
    }
  }
  return result;
}

std::string to_utf8(std::u16string_view text) {
  std::string result;
  result.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    char32_t c = text[i];
    const bool pair =
        c >= 0xd800 && c < 0xdc00 && i + 1 < text.size() && text[i + 1] >= 0xdc00 && text[i + 1] < 0xe000;
    if (pair) c = 0x10000 + ((c - 0xd800) << 10) + (text[++i] - 0xdc00);
    append_utf8(result, c);
  }
  return result;
}

std::string to_lower(std::string_view text) { return map_text(text, ascii_lower, utf8proc_tolower); }
std::string to_upper(std::string_view text) { return map_text(text, ascii_upper, upper); }

// Upper then lower: what has one capital (the two forms of sigma) becomes equal, as in .NET's
// ordinal-ignore-case order.
std::string fold_case(std::string_view text) {
  return map_text(text, ascii_lower, [](utf8proc_int32_t c) { return utf8proc_tolower(upper(c)); });
}

char32_t fold_case(char32_t c) {
  if (c < 0x80) return static_cast<unsigned char>(ascii_lower(static_cast<char>(c)));
  return static_cast<char32_t>(utf8proc_tolower(upper(static_cast<utf8proc_int32_t>(c))));
}

size_t prefix_of_width(std::string_view text, size_t columns) {
  size_t used = 0;
  size_t position = 0;
  while (position < text.size()) {
    if (const size_t escape = escape_length(text, position)) {
      position += escape;
      continue;
    }
    size_t next = position;
    const size_t width = width_of(next_code_point(text, next));
    if (used + width > columns) break;
    used += width;
    position = next;
  }
  return position;
}

std::string without_escapes(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size();) {
    if (const size_t escape = escape_length(text, i)) {
      i += escape;
    } else {
      plain += text[i++];
    }
  }
  return plain;
}

size_t display_width(std::string_view text) {
  size_t width = 0;
  for (size_t i = 0; i < text.size();) {
    if (const size_t escape = escape_length(text, i)) {
      i += escape;
    } else {
      width += width_of(next_code_point(text, i));
    }
  }
  return width;
}

}  // namespace hvsh
