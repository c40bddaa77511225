#pragma once
#include <cstdint>

namespace hvsh {

// A range of bytes in one source text. `source` numbers the text (a file, a -Command string, a prompt line)
// in the interpreter's source table; 0 is "no source". 12 bytes, trivially copied; kept on every syntax node.
struct Span {
  uint32_t source = 0;
  uint32_t begin = 0;
  uint32_t end = 0;

  constexpr bool empty() const { return source == 0; }
  // The smallest span that covers both; both must be of one source.
  constexpr Span to(Span last) const { return {source, begin, last.end > end ? last.end : end}; }
  friend constexpr bool operator==(const Span&, const Span&) = default;
};

}  // namespace hvsh
