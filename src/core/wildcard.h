#pragma once
// Wildcards as PowerShell has them: * any text, ? one character, [abc] and [a-c] one of them, ` takes the
// next character as it is. The whole text must match; there is no negation. Case is ignored unless asked
// otherwise.
#include <string>
#include <string_view>
#include <vector>

namespace hvsh {

// True when the text has an unescaped * ? or [, so that it names several things instead of one.
bool is_pattern(std::string_view text);
std::string escape_wildcards(std::string_view text);
std::string unescape_wildcards(std::string_view text);

class Wildcard {
 public:
  explicit Wildcard(std::string_view pattern, bool ignore_case = true);
  bool matches(std::string_view text) const;

 private:
  struct Part {
    enum class Kind : uint8_t { character, any_one, any_text, one_of } kind;
    char32_t character = 0;
    std::vector<std::pair<char32_t, char32_t>> ranges = {};  // of one_of, both ends included
  };
  bool matches_one(const Part& part, char32_t c) const;
  std::vector<Part> parts_;
  bool ignore_case_;
};

}  // namespace hvsh
