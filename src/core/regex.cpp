#define PCRE2_CODE_UNIT_WIDTH 8
#include "core/regex.h"

#include <fmt/format.h>
#include <pcre2.h>

#include <algorithm>
#include <limits>
#include <list>

#include "core/library.h"
#include "core/text.h"

namespace hvsh {

namespace {

// Steps that one match may take; a pattern with nested repeats needs more for ever. About a second.
constexpr uint32_t kMatchLimit = 20'000'000;
// Compiled patterns that are kept: scripts use a few again and again.
constexpr size_t kKeptPatterns = 64;

struct Library {
  decltype(&pcre2_compile_8) compile;
  decltype(&pcre2_code_free_8) code_free;
  decltype(&pcre2_match_8) match;
  decltype(&pcre2_match_data_create_from_pattern_8) match_data_create;
  decltype(&pcre2_match_data_free_8) match_data_free;
  decltype(&pcre2_get_ovector_pointer_8) ovector;
  decltype(&pcre2_get_error_message_8) error_message;
  decltype(&pcre2_pattern_info_8) pattern_info;
  decltype(&pcre2_jit_compile_8) jit_compile;
  pcre2_match_context_8* match_context;
};

std::optional<Library> load_library() {
  void* handle = open_library({"libpcre2-8.so.0"});
  if (handle == nullptr) return std::nullopt;
  Library library{};
  decltype(&pcre2_match_context_create_8) context_create = nullptr;
  decltype(&pcre2_set_match_limit_8) set_match_limit = nullptr;
  const bool complete =
      find_function(handle, "pcre2_compile_8", library.compile) &&
      find_function(handle, "pcre2_code_free_8", library.code_free) &&
      find_function(handle, "pcre2_match_8", library.match) &&
      find_function(handle, "pcre2_match_data_create_from_pattern_8", library.match_data_create) &&
      find_function(handle, "pcre2_match_data_free_8", library.match_data_free) &&
      find_function(handle, "pcre2_get_ovector_pointer_8", library.ovector) &&
      find_function(handle, "pcre2_get_error_message_8", library.error_message) &&
      find_function(handle, "pcre2_pattern_info_8", library.pattern_info) &&
      find_function(handle, "pcre2_jit_compile_8", library.jit_compile) &&
      find_function(handle, "pcre2_match_context_create_8", context_create) &&
      find_function(handle, "pcre2_set_match_limit_8", set_match_limit);
  if (!complete) return std::nullopt;
  library.match_context = context_create(nullptr);
  if (library.match_context == nullptr) return std::nullopt;
  set_match_limit(library.match_context, kMatchLimit);
  return library;
}

const Library* library() {
  static const std::optional<Library> loaded = load_library();
  return loaded ? &*loaded : nullptr;
}

std::string message_of(int code) {
  PCRE2_UCHAR8 buffer[200];
  const int length = library()->error_message(code, buffer, sizeof buffer);
  if (length < 0) return fmt::format("code {}", code);
  return {reinterpret_cast<const char*>(buffer), static_cast<size_t>(length)};
}

uint32_t flags_of(RegexOptions options) {
  uint32_t flags = PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF | PCRE2_ALT_BSUX | PCRE2_DUPNAMES;
  if (options.ignore_case) flags |= PCRE2_CASELESS;
  if (options.multiline) flags |= PCRE2_MULTILINE;
  if (options.singleline) flags |= PCRE2_DOTALL;
  if (options.ignore_space) flags |= PCRE2_EXTENDED;
  if (options.explicit_capture) flags |= PCRE2_NO_AUTO_CAPTURE;
  return flags;
}

std::vector<std::string> group_names(const pcre2_code_8* code) {
  uint32_t groups = 0, names = 0, entry_size = 0;
  PCRE2_SPTR8 table = nullptr;
  library()->pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
  library()->pattern_info(code, PCRE2_INFO_NAMECOUNT, &names);
  library()->pattern_info(code, PCRE2_INFO_NAMEENTRYSIZE, &entry_size);
  library()->pattern_info(code, PCRE2_INFO_NAMETABLE, &table);
  std::vector<std::string> result(groups + 1);
  for (uint32_t i = 0; i < names; ++i, table += entry_size) {  // two bytes of number, then the name
    const size_t number = static_cast<size_t>(table[0]) << 8 | table[1];
    if (number < result.size()) result[number] = reinterpret_cast<const char*>(table + 2);
  }
  return result;
}

// System.Text.RegularExpressions.Match and Group, as scripts read them.
struct MatchValue {
  bool success = true;
  std::string value;
  int32_t index = 0;  // UTF-16 units
  int32_t length = 0;
  std::string name;
  Value groups;

  std::string display() const { return value; }
  static constexpr Prop kProps[] = {
      prop<&MatchValue::groups>("Groups", "The groups, by number and by name; the first is the whole match."),
      prop<&MatchValue::success>("Success", "Whether it took part in the match."),
      prop<&MatchValue::name>("Name", "The group's name or number."),
      prop<&MatchValue::index>("Index", "Where it begins in the text."),
      prop<&MatchValue::length>("Length", "How long it is."),
      prop<&MatchValue::value>("Value", "The text that it took."),
  };
  static constexpr Noun noun{.type = {"System.Text.RegularExpressions.Match", "Match"}, .props = kProps};
};

MatchValue group_value(std::string_view text, const RegexGroup& group, std::string name) {
  if (!group.matched) return {.success = false, .value = {}, .name = std::move(name), .groups = {}};
  const std::string_view taken = text.substr(group.begin, group.end - group.begin);
  return {.success = true,
          .value = std::string(taken),
          .index = static_cast<int32_t>(utf16_size(text.substr(0, group.begin))),
          .length = static_cast<int32_t>(utf16_size(taken)),
          .name = std::move(name),
          .groups = {}};
}

}  // namespace

Regex::~Regex() {
  if (match_data_ != nullptr) library()->match_data_free(static_cast<pcre2_match_data_8*>(match_data_));
  if (code_ != nullptr) library()->code_free(static_cast<pcre2_code_8*>(code_));
}

Result<std::shared_ptr<const Regex>> Regex::compile(std::string_view pattern, RegexOptions options) {
  struct Kept {
    std::string pattern;
    RegexOptions options;
    std::shared_ptr<const Regex> regex;
  };
  static thread_local std::list<Kept> kept;  // most recently used first
  for (auto it = kept.begin(); it != kept.end(); ++it) {
    if (it->pattern != pattern || it->options != options) continue;
    kept.splice(kept.begin(), kept, it);
    return it->regex;
  }
  if (library() == nullptr) {
    return Error{.id = "RegexLibraryMissing",
                 .category = ErrorCategory::NotInstalled,
                 .message = "Cannot use a regular expression: libpcre2-8.so.0 cannot be loaded.",
                 .hint = "Install the package libpcre2-8-0."};
  }
  int code = 0;
  size_t offset = 0;
  pcre2_code_8* compiled = library()->compile(reinterpret_cast<PCRE2_SPTR8>(pattern.data()), pattern.size(),
                                              flags_of(options), &code, &offset, nullptr);
  if (compiled == nullptr) {
    return Error{
        .id = "System.Text.RegularExpressions.RegexParseException",
        .category = ErrorCategory::OperationStopped,
        .message = fmt::format("Invalid pattern '{}' at offset {}. {}.", pattern, offset, message_of(code)),
        .target = std::string(pattern),
        .exception = "System.Text.RegularExpressions.RegexParseException"};
  }
  library()->jit_compile(compiled, PCRE2_JIT_COMPLETE);  // where it cannot, the interpreter matches
  std::shared_ptr<Regex> regex(new Regex);
  regex->code_ = compiled;
  regex->match_data_ = library()->match_data_create(compiled, nullptr);
  // .NET numbers the groups without a name first, then the named ones.
  const std::vector<std::string> names = group_names(compiled);
  for (const bool named : {false, true}) {
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i].empty() == named) continue;
      regex->names_.push_back(names[i]);
      regex->library_numbers_.push_back(i);
    }
  }
  kept.push_front({std::string(pattern), options, regex});
  if (kept.size() > kKeptPatterns) kept.pop_back();
  return std::shared_ptr<const Regex>(regex);
}

Result<std::optional<RegexMatch>> Regex::find(std::string_view text, size_t from) const {
  if (from > text.size()) return std::optional<RegexMatch>();
  auto* code = static_cast<pcre2_code_8*>(code_);
  auto* data = static_cast<pcre2_match_data_8*>(match_data_);
  const int count = library()->match(code, reinterpret_cast<PCRE2_SPTR8>(text.data()), text.size(), from, 0,
                                     data, library()->match_context);
  if (count == PCRE2_ERROR_NOMATCH) return std::optional<RegexMatch>();
  if (count < 0) {
    return Error{
        .id = "RegexMatchTimeoutException",
        .category = ErrorCategory::LimitsExceeded,
        .message = fmt::format("The regular expression could not be matched: {}.", message_of(count)),
        .hint = "Write it without repeats inside of repeats.",
        .exception = "System.Text.RegularExpressions.RegexMatchTimeoutException"};
  }
  const size_t* offsets = library()->ovector(data);
  RegexMatch match;
  match.groups.resize(names_.size());
  for (size_t group = 0; group < names_.size(); ++group) {
    const size_t i = library_numbers_[group];
    if (i >= static_cast<size_t>(count) || offsets[2 * i] == PCRE2_UNSET) continue;
    // \K in a look-ahead may put the begin behind the end.
    match.groups[group] = {true, std::min(offsets[2 * i], offsets[2 * i + 1]), offsets[2 * i + 1]};
  }
  return std::optional<RegexMatch>(std::move(match));
}

Result<std::vector<RegexMatch>> Regex::find_all(std::string_view text, size_t most) const {
  std::vector<RegexMatch> matches;
  size_t from = 0;
  while (matches.size() < most && from <= text.size()) {
    HVSH_TRY(std::optional<RegexMatch> match, find(text, from));
    if (!match) break;
    const RegexGroup& whole = match->groups[0];
    from = whole.end;
    if (whole.begin == whole.end) {  // an empty match: go on behind the next character
      if (from < text.size()) {
        next_code_point(text, from);
      } else {
        ++from;
      }
    }
    matches.push_back(std::move(*match));
  }
  return matches;
}

std::string Regex::expand(std::string_view replacement, std::string_view text,
                          const RegexMatch& match) const {
  const auto group_text = [&](size_t number) {
    const RegexGroup& group = match.groups[number];
    return group.matched ? text.substr(group.begin, group.end - group.begin) : std::string_view();
  };
  const auto group_named = [&](std::string_view name) -> std::optional<size_t> {
    size_t number = 0;
    for (char c : name) {
      if (c < '0' || c > '9') {
        const auto it = std::find(names_.begin(), names_.end(), name);
        if (it == names_.end()) return std::nullopt;
        return static_cast<size_t>(it - names_.begin());
      }
      number = std::min<size_t>(number * 10 + static_cast<size_t>(c - '0'), 1'000'000);
    }
    if (name.empty() || number >= names_.size()) return std::nullopt;
    return number;
  };
  std::string result;
  for (size_t i = 0; i < replacement.size(); ++i) {
    if (replacement[i] != '$' || i + 1 == replacement.size()) {
      result += replacement[i];
      continue;
    }
    const char next = replacement[i + 1];
    const RegexGroup& whole = match.groups[0];
    size_t length = 2;
    if (next == '$') {
      result += '$';
    } else if (next == '&') {
      result += group_text(0);
    } else if (next == '`') {
      result += text.substr(0, whole.begin);
    } else if (next == '\'') {
      result += text.substr(whole.end);
    } else if (next == '_') {
      result += text;
    } else if (next == '+') {
      result += group_text(names_.size() - 1);
    } else {
      std::string_view name;
      if (next == '{') {
        const size_t end = replacement.find('}', i);
        if (end != std::string_view::npos) name = replacement.substr(i + 2, end - i - 2);
        length = name.size() + 3;
      } else {
        size_t end = i + 1;
        while (end < replacement.size() && replacement[end] >= '0' && replacement[end] <= '9') ++end;
        name = replacement.substr(i + 1, end - i - 1);
        length = name.size() + 1;
      }
      const auto number = group_named(name);
      if (number) {
        result += group_text(*number);
      } else {  // names no group: stays as it is written
        result += '$';
        length = 1;
      }
    }
    i += length - 1;
  }
  return result;
}

Result<std::string> Regex::replace(std::string_view text, std::string_view replacement) const {
  HVSH_TRY(const std::vector<RegexMatch> matches, find_all(text));
  std::string result;
  size_t position = 0;
  for (const RegexMatch& match : matches) {
    result += text.substr(position, match.groups[0].begin - position);
    result += expand(replacement, text, match);
    position = match.groups[0].end;
  }
  return result + std::string(text.substr(position));
}

Result<std::vector<std::string>> Regex::split(std::string_view text, size_t most_parts) const {
  HVSH_TRY(const std::vector<RegexMatch> matches, find_all(text, most_parts == 0 ? 0 : most_parts - 1));
  std::vector<std::string> parts;
  size_t position = 0;
  for (const RegexMatch& match : matches) {
    parts.emplace_back(text.substr(position, match.groups[0].begin - position));
    for (size_t i = 1; i < match.groups.size(); ++i) {
      const RegexGroup& group = match.groups[i];
      if (group.matched) parts.emplace_back(text.substr(group.begin, group.end - group.begin));
    }
    position = match.groups[0].end;
  }
  parts.emplace_back(text.substr(position));
  return parts;
}

Value Regex::match_value(std::string_view text, const RegexMatch& match) const {
  auto groups = make<MapObject>(true);
  for (size_t i = 0; i < match.groups.size(); ++i) {
    const std::string name = names_[i].empty() ? std::to_string(i) : names_[i];
    groups->set(name, noun_value(group_value(text, match.groups[i], name)));
  }
  MatchValue value = group_value(text, match.groups[0], "0");
  value.groups = Value::object(groups);
  return noun_value(std::move(value));
}

std::string escape_regex(std::string_view text) {
  std::string result;
  for (char c : text) {
    switch (c) {
      case '\t': result += "\\t"; break;
      case '\n': result += "\\n"; break;
      case '\r': result += "\\r"; break;
      case '\f': result += "\\f"; break;
      default:
        if (std::string_view("\\*+?|{[()^$.# ").find(c) != std::string_view::npos) result += '\\';
        result += c;
    }
  }
  return result;
}

}  // namespace hvsh
