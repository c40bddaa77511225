#pragma once
// The texts that a running interpreter has parsed, by number: script files, -Command strings, lines of a
// prompt. Span::source is that number, so that an error can show its line long after the parse.
//
// Lines end at \n, \r\n or \r and are counted from 1, as columns are; a column counts UTF-16 units, as
// PowerShell's do. Line ends are looked up only when somebody asks. Belongs to one interpreter, not
// thread-safe.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/span.h"

namespace hvsh::shell {

struct Position {
  uint32_t line = 1;
  uint32_t column = 1;
  friend bool operator==(const Position&, const Position&) = default;
};

class SourceTable {
 public:
  // Keeps a copy of the text, without its byte order mark. `name` is the file's path; empty for text that has
  // no file. The number is never given twice.
  uint32_t add(std::string name, std::string_view text);
  // Forgets a text; spans in it have no position from now on. For those who parse in a loop.
  void remove(uint32_t source);

  // All of these give empty answers for a number that is not known.
  bool contains(uint32_t source) const;
  std::string_view name(uint32_t source) const;
  std::string_view text(uint32_t source) const;
  std::string_view text(Span span) const;
  // Of the first byte, and of the one behind the last.
  Position begin(Span span) const;
  Position end(Span span) const;
  // A line without its end; empty beyond the last one.
  std::string_view line(uint32_t source, uint32_t number) const;
  uint32_t line_count(uint32_t source) const;
  // The offset of a line's first byte.
  uint32_t line_begin(uint32_t source, uint32_t number) const;

 private:
  struct Source {
    std::string name;
    std::string text;
    mutable std::vector<uint32_t> line_begins;  // empty: not yet looked up
  };
  const Source* find(uint32_t source) const;
  static const std::vector<uint32_t>& line_begins(const Source& source);
  static Position position(const Source& source, uint32_t offset);

  std::vector<std::unique_ptr<Source>> sources_;  // the first has number 1
};

}  // namespace hvsh::shell
