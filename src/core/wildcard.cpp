#include "core/wildcard.h"

#include <algorithm>

#include "core/text.h"

namespace hvsh {

namespace {
bool is_special(char c) { return c == '*' || c == '?' || c == '[' || c == ']' || c == '`'; }
}  // namespace

bool is_pattern(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '`') {
      ++i;
    } else if (text[i] == '*' || text[i] == '?' || text[i] == '[') {
      return true;
    }
  }
  return false;
}

std::string escape_wildcards(std::string_view text) {
  std::string result;
  for (char c : text) {
    if (is_special(c)) result += '`';
    result += c;
  }
  return result;
}

std::string unescape_wildcards(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '`' && i + 1 < text.size() && is_special(text[i + 1])) ++i;
    result += text[i];
  }
  return result;
}

Wildcard::Wildcard(std::string_view pattern, bool ignore_case) : ignore_case_(ignore_case) {
  const auto fold = [&](char32_t c) { return ignore_case ? fold_case(c) : c; };
  for (size_t i = 0; i < pattern.size();) {
    const char32_t c = next_code_point(pattern, i);
    if (c == '*') {
      if (parts_.empty() || parts_.back().kind != Part::Kind::any_text)
        parts_.push_back({Part::Kind::any_text});
    } else if (c == '?') {
      parts_.push_back({Part::Kind::any_one});
    } else if (c == '`' && i < pattern.size()) {
      parts_.push_back({Part::Kind::character, fold(next_code_point(pattern, i))});
    } else if (const size_t end = c == '[' ? pattern.find(']', i + 1) : std::string_view::npos;
               end != std::string_view::npos) {
      Part part{Part::Kind::one_of};
      while (i < end) {
        const char32_t first = fold(next_code_point(pattern, i));
        char32_t last = first;
        if (i + 1 < end && pattern[i] == '-') {
          ++i;
          last = fold(next_code_point(pattern, i));
        }
        part.ranges.emplace_back(first, last);
      }
      i = end + 1;
      parts_.push_back(std::move(part));
    } else {
      parts_.push_back({Part::Kind::character, fold(c)});
    }
  }
}

bool Wildcard::matches_one(const Part& part, char32_t c) const {
  if (part.kind == Part::Kind::any_one) return true;
  if (ignore_case_) c = fold_case(c);
  if (part.kind == Part::Kind::character) return part.character == c;
  return std::any_of(part.ranges.begin(), part.ranges.end(),
                     [c](const auto& range) { return range.first <= c && c <= range.second; });
}

// A mismatch goes back to the last star only, which then takes one character more: no pattern is slower than
// its length times the text's.
bool Wildcard::matches(std::string_view text) const {
  size_t part = 0, position = 0;
  size_t star = parts_.size(), star_position = 0;
  while (position < text.size()) {
    if (part < parts_.size() && parts_[part].kind == Part::Kind::any_text) {
      star = part++;
      star_position = position;
      continue;
    }
    size_t next = position;
    if (part < parts_.size() && matches_one(parts_[part], next_code_point(text, next))) {
      ++part;
      position = next;
      continue;
    }
    if (star == parts_.size()) return false;
    next_code_point(text, star_position);
    position = star_position;
    part = star + 1;
  }
  while (part < parts_.size() && parts_[part].kind == Part::Kind::any_text) ++part;
  return part == parts_.size();
}

}  // namespace hvsh
