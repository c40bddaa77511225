#pragma once
// Text: UTF-8 inside, UTF-16 units where scripts count, folding for comparisons that ignore case, and widths
// on a terminal. Broken UTF-8 never fails: each bad byte stands for U+FFFD.
#include <cstdint>
#include <string>
#include <string_view>

namespace hvsh {

constexpr char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
constexpr char ascii_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }
constexpr bool equal_ascii(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (ascii_lower(a[i]) != ascii_lower(b[i])) return false;
  }
  return true;
}

// The code point that begins at `position`, which moves behind it. `position` must be inside of the text.
char32_t next_code_point(std::string_view text, size_t& position);
void append_utf8(std::string& text, char32_t code_point);
// One UTF-16 unit as text; half of a surrogate pair is written as its own three bytes.
std::string utf8_of(char16_t unit);
std::u16string to_utf16(std::string_view text);
size_t utf16_size(std::string_view text);  // its length in units
bool is_ascii_text(std::string_view text);
std::string to_utf8(std::u16string_view text);  // joins surrogate pairs

std::string to_lower(std::string_view text);
std::string to_upper(std::string_view text);
std::string fold_case(
    std::string_view text);  // for comparing without case; simple folding, invariant culture
char32_t fold_case(char32_t code_point);

// Columns that text takes on a terminal; escape sequences (colours) take none. Tabs and line ends count zero.
size_t display_width(std::string_view text);
std::string without_escapes(std::string_view text);
// The longest beginning of `text` that is at most `columns` wide, in bytes.
size_t prefix_of_width(std::string_view text, size_t columns);

}  // namespace hvsh
