#include "verbs/file/attributes.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace hvsh::verbs {

namespace {

constexpr std::string_view kNames[] = {"ReadOnly",   "Hidden",          "System",       "Directory",
                                       "Archive",    "Device",          "Normal",       "Temporary",
                                       "SparseFile", "Encrypted",       "ReparsePoint", "Compressed",
                                       "Offline",    "IntegrityStream", "NoScrubData",  "NotContentIndexed"};

std::string_view known_name(std::string_view text) {
  for (std::string_view name : kNames) {
    if (equal_ascii(name, text)) return name;
  }
  for (std::string_view name : kNames) {
    if (!text.empty() && equal_ascii(name.substr(0, text.size()), text)) return name;
  }
  return {};
}

bool has(std::string_view attributes, std::string_view name) {
  for (size_t begin = 0; begin < attributes.size();) {
    const size_t end = std::min(attributes.find(", ", begin), attributes.size());
    if (attributes.substr(begin, end - begin) == name) return true;
    begin = end + 2;
  }
  return false;
}

}  // namespace

Result<AttributeRule> AttributeRule::parse(std::string_view text) {
  AttributeRule rule;
  std::vector<Term> all;
  Term term;
  for (size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : ',';
    if (c == '!') {
      term.inverted = !term.inverted;
    } else if (c != ',' && c != '+' && c != ' ') {
      term.name += c;
    } else if (!term.name.empty()) {
      const std::string_view name = known_name(term.name);
      if (name.empty()) {
        return Error{.id = "InvalidArgument",
                     .category = ErrorCategory::InvalidArgument,
                     .message = fmt::format("'{}' is not an attribute of files.", term.name),
                     .hint = "Use ReadOnly, Hidden, Directory, ReparsePoint, Normal ..., with ! + and ','.",
                     .target = term.name};
      }
      term.name = name;
      all.push_back(std::exchange(term, {}));
      if (c != '+') rule.any_of_.push_back(std::exchange(all, {}));
    }
  }
  return rule;
}

bool AttributeRule::fits(std::string_view attributes) const {
  return any_of_.empty() || std::any_of(any_of_.begin(), any_of_.end(), [&](const std::vector<Term>& all) {
           return std::all_of(all.begin(), all.end(),
                              [&](const Term& term) { return has(attributes, term.name) != term.inverted; });
         });
}

bool AttributeRule::names_hidden() const {
  return std::any_of(any_of_.begin(), any_of_.end(), [](const std::vector<Term>& all) {
    return std::any_of(all.begin(), all.end(),
                       [](const Term& term) { return term.name == "Hidden" && !term.inverted; });
  });
}

}  // namespace hvsh::verbs
