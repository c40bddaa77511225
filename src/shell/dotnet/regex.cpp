// System.Text.RegularExpressions.
#include "core/regex.h"

#include <fmt/format.h>

#include "core/text.h"
#include "shell/dotnet/groups.h"
#include "shell/eval/interpreter.h"

namespace hvsh::shell::dotnet {

namespace {

constexpr TypeInfo kRegexInfo{"System.Text.RegularExpressions.Regex", "Regex"};
constexpr TypeInfo kMatchesInfo{"System.Text.RegularExpressions.MatchCollection", "MatchCollection"};

struct Pattern {
  std::string text;
  Value options;
  std::shared_ptr<const Regex> compiled;
};

// Bits of System.Text.RegularExpressions.RegexOptions.
RegexOptions options_of(const Value& value) {
  const int32_t bits = value.kind() == Value::Kind::enumeration ? value.enum_number() : 0;
  return {.ignore_case = (bits & 1) != 0,
          .multiline = (bits & 2) != 0,
          .singleline = (bits & 16) != 0,
          .ignore_space = (bits & 32) != 0,
          .explicit_capture = (bits & 4) != 0};
}

Result<Pattern> compile(const Call& call, size_t pattern, size_t options) {
  const Value& given = options < call.count() ? call.at(options) : Value::null();
  auto compiled = Regex::compile(call.text(pattern), options_of(given));
  if (!compiled) {
    return thrown("System.Text.RegularExpressions.RegexParseException",
                  fmt::format("Invalid pattern '{}'.", call.text(pattern)));
  }
  return Pattern{call.text(pattern), given, compiled.take()};
}

Pattern& pattern_of(const Call& call) { return state_of<Pattern>(call.self); }

Result<Value> match(const Pattern& pattern, const std::string& input, int64_t from = 0) {
  HVSH_TRY(auto found, pattern.compiled->find(
                           input, to_utf8(to_utf16(input).substr(0, static_cast<size_t>(from))).size()));
  if (found) return pattern.compiled->match_value(input, *found);
  RegexMatch none;
  none.groups.resize(1);
  return pattern.compiled->match_value(input, none);
}

Result<Value> matches(const Pattern& pattern, const std::string& input) {
  HVSH_TRY(auto all, pattern.compiled->find_all(input));
  auto list = make<ListObject>(kMatchesInfo);
  for (const RegexMatch& one : all) list->items.push_back(pattern.compiled->match_value(input, one));
  return Value::object(list);
}

Result<Value> is_match(const Pattern& pattern, const std::string& input) {
  HVSH_TRY(auto found, pattern.compiled->find(input));
  return truth(found.has_value());
}

// The replacement is text with $1, or a script block that gets each match.
Result<Value> replace(const Call& call, const Pattern& pattern, const std::string& input, const Value& with,
                      int64_t most) {
  const bool by_block = with.is_object(ObjectKind::script_block);
  const std::string replacement = by_block ? "" : to_string(with);
  HVSH_TRY(auto all, pattern.compiled->find_all(input, most < 0 ? SIZE_MAX : static_cast<size_t>(most)));
  std::string made;
  size_t begin = 0;
  for (const RegexMatch& one : all) {
    made.append(input, begin, one.groups[0].begin - begin);
    if (by_block) {
      const Value found = pattern.compiled->match_value(input, one);
      HVSH_TRY(Value text, call_delegate(call, with, {&found, 1}));
      made += to_string(text);
    } else {
      made += pattern.compiled->expand(replacement, input, one);
    }
    begin = one.groups[0].end;
  }
  made.append(input, begin);
  return text(std::move(made));
}

Result<Value> split(const Pattern& pattern, const std::string& input, int64_t most) {
  HVSH_TRY(auto parts, pattern.compiled->split(input, most <= 0 ? SIZE_MAX : static_cast<size_t>(most)));
  return text_array(std::move(parts));
}

std::string unescape(std::string_view input) {
  std::string made;
  for (size_t i = 0; i < input.size(); ++i) {
    if (input[i] != '\\' || i + 1 == input.size()) {
      made += input[i];
      continue;
    }
    switch (const char c = input[++i]) {
      case 'n': made += '\n'; break;
      case 't': made += '\t'; break;
      case 'r': made += '\r'; break;
      case 'f': made += '\f'; break;
      default: made += c;
    }
  }
  return made;
}

Result<Value> group_names(const Call& call, bool numbers) {
  const Regex& regex = *pattern_of(call).compiled;
  std::vector<Value> items;
  for (size_t i = 0; i < regex.group_count(); ++i) {
    const std::string& name = regex.group_name(i);
    items.push_back(numbers ? number(static_cast<int64_t>(i))
                            : text(name.empty() ? std::to_string(i) : name));
  }
  return typed_array(std::move(items), numbers ? types::Int32 : types::String);
}

// The static forms: (input, pattern, ...[, options]).
template <class Run>
Result<Value> with_pattern(const Call& call, size_t options, Run run) {
  HVSH_TRY(const Pattern pattern, compile(call, 1, options));
  return run(pattern);
}

Result<Value> make_regex(const Call& call) {
  HVSH_TRY(Pattern pattern, compile(call, 0, 1));
  return instance(kRegexInfo, std::move(pattern));
}

Result<Value> static_match(const Call& c) {
  return with_pattern(c, 2, [&](const Pattern& p) { return match(p, c.text(0)); });
}
Result<Value> static_matches(const Call& c) {
  return with_pattern(c, 2, [&](const Pattern& p) { return matches(p, c.text(0)); });
}
Result<Value> static_is_match(const Call& c) {
  return with_pattern(c, 2, [&](const Pattern& p) { return is_match(p, c.text(0)); });
}
Result<Value> static_replace(const Call& c) {
  return with_pattern(c, 3, [&](const Pattern& p) { return replace(c, p, c.text(0), c.at(2), -1); });
}
Result<Value> static_split(const Call& c) {
  return with_pattern(c, 2, [&](const Pattern& p) { return split(p, c.text(0), 0); });
}

constexpr Member kRegex[] = {
    {"new(string pattern)", make_regex},
    {"new(string pattern, RegexOptions options)", make_regex},
    {"new(string pattern, RegexOptions options, timespan matchTimeout)", make_regex},
    {"static string Escape(string str)",
     [](const Call& c) -> Result<Value> { return text(escape_regex(c.text(0))); }},
    {"static string Unescape(string str)",
     [](const Call& c) -> Result<Value> { return text(unescape(c.text(0))); }},
    {"static Match Match(string input, string pattern)", static_match},
    {"static Match Match(string input, string pattern, RegexOptions options)", static_match},
    {"static MatchCollection Matches(string input, string pattern)", static_matches},
    {"static MatchCollection Matches(string input, string pattern, RegexOptions options)", static_matches},
    {"static bool IsMatch(string input, string pattern)", static_is_match},
    {"static bool IsMatch(string input, string pattern, RegexOptions options)", static_is_match},
    {"static string Replace(string input, string pattern, scriptblock evaluator)", static_replace},
    {"static string Replace(string input, string pattern, string replacement)", static_replace},
    {"static string Replace(string input, string pattern, scriptblock evaluator, RegexOptions options)",
     static_replace},
    {"static string Replace(string input, string pattern, string replacement, RegexOptions options)",
     static_replace},
    {"static string[] Split(string input, string pattern)", static_split},
    {"static string[] Split(string input, string pattern, RegexOptions options)", static_split},
    {"RegexOptions Options", [](const Call& c) -> Result<Value> { return pattern_of(c).options; }},
    {"bool RightToLeft", [](const Call&) -> Result<Value> { return truth(false); }},
    {"Match Match(string input)", [](const Call& c) { return match(pattern_of(c), c.text(0)); }},
    {"Match Match(string input, int startat)",
     [](const Call& c) -> Result<Value> {
       if (c.integer(1) < 0) return out_of_range("startat", "Start index cannot be less than 0.");
       return match(pattern_of(c), c.text(0), c.integer(1));
     }},
    {"MatchCollection Matches(string input)",
     [](const Call& c) { return matches(pattern_of(c), c.text(0)); }},
    {"bool IsMatch(string input)", [](const Call& c) { return is_match(pattern_of(c), c.text(0)); }},
    {"string Replace(string input, scriptblock evaluator)",
     [](const Call& c) { return replace(c, pattern_of(c), c.text(0), c.at(1), -1); }},
    {"string Replace(string input, string replacement)",
     [](const Call& c) { return replace(c, pattern_of(c), c.text(0), c.at(1), -1); }},
    {"string Replace(string input, scriptblock evaluator, int count)",
     [](const Call& c) { return replace(c, pattern_of(c), c.text(0), c.at(1), c.integer(2)); }},
    {"string Replace(string input, string replacement, int count)",
     [](const Call& c) { return replace(c, pattern_of(c), c.text(0), c.at(1), c.integer(2)); }},
    {"string[] Split(string input)", [](const Call& c) { return split(pattern_of(c), c.text(0), 0); }},
    {"string[] Split(string input, int count)",
     [](const Call& c) { return split(pattern_of(c), c.text(0), c.integer(1)); }},
    {"string[] GetGroupNames()", [](const Call& c) { return group_names(c, false); }},
    {"int[] GetGroupNumbers()", [](const Call& c) { return group_names(c, true); }},
    {"string ToString()", [](const Call& c) -> Result<Value> { return text(pattern_of(c).text); }},
};

constexpr Type kTypes[] = {
    {.info = &kRegexInfo, .names = "regex", .members = kRegex},
    {.info = &kMatchesInfo, .interfaces = "System.Collections.ICollection, System.Collections.IEnumerable"},
};

}  // namespace

std::span<const Type> regex_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
