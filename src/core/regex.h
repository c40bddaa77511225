#pragma once
// Regular expressions as .NET has them, by PCRE2, which is loaded at the first use. Patterns are kept
// compiled. A match that needs more than a bounded number of steps is an error, so that no pattern hangs the
// shell.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/noun.h"

namespace hvsh {

struct RegexOptions {
  bool ignore_case = false;
  bool multiline = false;     // ^ and $ at every line
  bool singleline = false;    // . takes line ends too
  bool ignore_space = false;  // blanks and # comments in the pattern mean nothing
  bool explicit_capture = false;
  friend bool operator==(const RegexOptions&, const RegexOptions&) = default;
};

// One group of a match; offsets are bytes.
struct RegexGroup {
  bool matched = false;
  size_t begin = 0;
  size_t end = 0;
};

struct RegexMatch {
  std::vector<RegexGroup> groups;  // the first is the whole match
};

class Regex {
 public:
  static Result<std::shared_ptr<const Regex>> compile(std::string_view pattern, RegexOptions options);
  ~Regex();

  // The first match at or behind `from` (bytes); nullopt: none.
  Result<std::optional<RegexMatch>> find(std::string_view text, size_t from = 0) const;
  // At most `most` matches that do not overlap.
  Result<std::vector<RegexMatch>> find_all(std::string_view text, size_t most = SIZE_MAX) const;
  // Name of a group by its number; empty for a numbered one.
  const std::string& group_name(size_t number) const { return names_[number]; }
  size_t group_count() const { return names_.size(); }  // with group 0

  // `replacement` with $1 ${name} $& $$ $` $' $+ $_ filled in from the match.
  std::string expand(std::string_view replacement, std::string_view text, const RegexMatch& match) const;
  Result<std::string> replace(std::string_view text, std::string_view replacement) const;
  // .NET's Regex.Split: the captured groups stand between the parts.
  Result<std::vector<std::string>> split(std::string_view text, size_t most_parts = SIZE_MAX) const;

  // System.Text.RegularExpressions.Match: Success, Value, Index, Length, Groups (by name and number).
  Value match_value(std::string_view text, const RegexMatch& match) const;

 private:
  Regex() = default;
  void* code_ = nullptr;
  void* match_data_ = nullptr;  // where the library puts what it found; one thread uses a Regex
  std::vector<std::string> names_;
  std::vector<size_t> library_numbers_;  // of each group; a back reference in a pattern counts by these
};

std::string escape_regex(std::string_view text);  // [regex]::Escape

}  // namespace hvsh
