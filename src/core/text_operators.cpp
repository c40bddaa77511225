// -split, -join, -replace.
#include <fmt/format.h>

#include <algorithm>

#include "core/convert.h"
#include "core/operators.h"
#include "core/regex.h"
#include "core/text.h"

namespace hvsh {

namespace {

bool is_enumerable(const Value& value) {
  return value.is_object(ObjectKind::array) || value.is_object(ObjectKind::list);
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

void split_at_spaces(std::string_view text, std::vector<Value>& parts) {
  size_t i = 0;
  while (true) {
    while (i < text.size() && is_space(text[i])) ++i;
    if (i == text.size()) return;
    const size_t begin = i;
    while (i < text.size() && !is_space(text[i])) ++i;
    parts.push_back(Value::string(text.substr(begin, i - begin)));
  }
}

Error bad_argument(std::string_view operation, std::string_view what) {
  return {.id = "BadOperatorArgument",
          .category = ErrorCategory::InvalidOperation,
          .message = fmt::format("Bad argument to operator '{}': {}.", operation, what)};
}

struct SplitPlan {
  std::shared_ptr<const Regex> regex;
  int64_t most = 0;  // 0: no limit; negative: counted from the right
};

Result<SplitPlan> plan_of(const Value& right, bool ignore_case) {
  const std::vector<Value> arguments = to_items(right);
  if (arguments.empty() || arguments.size() > 3)
    return bad_argument("-split", "it takes a pattern, a count and options");
  SplitPlan plan;
  RegexOptions options{.ignore_case = ignore_case};
  bool simple = false;
  if (arguments.size() > 1) {
    HVSH_TRY(const Value most, to_integer(arguments[1], IntType::i32));
    plan.most = most.as_int();
  }
  if (arguments.size() > 2) {
    std::string names = to_string(arguments[2]);
    std::replace(names.begin(), names.end(), ',', ' ');
    std::vector<Value> list;
    split_at_spaces(names, list);
    for (const Value& item : list) {
      const std::string_view name = item.as_string();
      if (equal_ascii(name, "SimpleMatch")) {
        simple = true;
      } else if (equal_ascii(name, "IgnoreCase")) {
        options.ignore_case = true;
      } else if (equal_ascii(name, "Multiline")) {
        options.multiline = true;
      } else if (equal_ascii(name, "Singleline")) {
        options.singleline = true;
      } else if (equal_ascii(name, "IgnorePatternWhitespace")) {
        options.ignore_space = true;
      } else if (equal_ascii(name, "ExplicitCapture")) {
        options.explicit_capture = true;
      } else if (!equal_ascii(name, "RegexMatch") && !equal_ascii(name, "CultureInvariant")) {
        return bad_argument("-split", fmt::format("'{}' is not one of its options", name));
      }
    }
  }
  const std::string pattern = to_string(arguments[0]);
  HVSH_TRY(plan.regex, Regex::compile(simple ? escape_regex(pattern) : pattern, options));
  return plan;
}

// The last `most` parts whole, everything before them as one: -split with a negative count.
Result<void> split_from_right(std::string_view text, const SplitPlan& plan, std::vector<Value>& parts) {
  HVSH_TRY(std::vector<RegexMatch> matches, plan.regex->find_all(text));
  const auto kept = static_cast<size_t>(-plan.most - 1);
  if (matches.size() > kept) matches.erase(matches.begin(), matches.end() - static_cast<ptrdiff_t>(kept));
  size_t position = 0;
  for (const RegexMatch& match : matches) {
    parts.push_back(Value::string(text.substr(position, match.groups[0].begin - position)));
    position = match.groups[0].end;
  }
  parts.push_back(Value::string(text.substr(position)));
  return {};
}

Result<std::string> replace_one(
    const std::string& text, const Regex& regex, const Value& replacement,
    const std::function<Result<std::string>(const Value&, const Value&)>& evaluate) {
  if (!replacement.is_object(ObjectKind::script_block)) return regex.replace(text, to_string(replacement));
  HVSH_TRY(const std::vector<RegexMatch> matches, regex.find_all(text));
  std::string result;
  size_t position = 0;
  for (const RegexMatch& match : matches) {
    result += text.substr(position, match.groups[0].begin - position);
    HVSH_TRY(const std::string inserted, evaluate(replacement, regex.match_value(text, match)));
    result += inserted;
    position = match.groups[0].end;
  }
  return result + text.substr(position);
}

}  // namespace

Result<Value> split(const Value& text, const Value& right, bool ignore_case) {
  std::vector<Value> parts;
  if (right.is_null()) {
    for (const Value& item : is_enumerable(text) ? to_items(text) : std::vector<Value>{text}) {
      split_at_spaces(to_string(item), parts);
    }
    return Value::array(std::move(parts));
  }
  HVSH_TRY(const SplitPlan plan, plan_of(right, ignore_case));
  for (const Value& item : is_enumerable(text) ? to_items(text) : std::vector<Value>{text}) {
    const std::string line = to_string(item);
    if (plan.most < 0) {
      HVSH_CHECK(split_from_right(line, plan, parts));
      continue;
    }
    HVSH_TRY(const std::vector<std::string> pieces,
             plan.regex->split(line, plan.most == 0 ? SIZE_MAX : static_cast<size_t>(plan.most)));
    for (const std::string& piece : pieces) parts.push_back(Value::string(piece));
  }
  return Value::array(std::move(parts));
}

std::string text_of_items(std::span<const Value> items, std::string_view separator) {
  std::string text;
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) text += separator;
    text += is_enumerable(items[i]) ? std::string(items[i].type().name) : to_string(items[i]);
  }
  return text;
}

Value join(const Value& items, std::string_view separator) {
  std::string text;
  bool first = true;
  for (const Value& item : to_items(items)) {
    if (!first) text += separator;
    first = false;
    text += to_string(item);
  }
  return Value::string(std::move(text));
}

Result<Value> replace(const Value& text, const Value& right, bool ignore_case,
                      const std::function<Result<std::string>(const Value&, const Value&)>& evaluate) {
  const std::vector<Value> arguments = to_items(right);
  if (arguments.size() > 2) {
    return Error{.id = "BadReplaceArgument",
                 .category = ErrorCategory::InvalidOperation,
                 .message = fmt::format("The {} operator allows only two elements to follow it, not {}.",
                                        ignore_case ? "-ireplace" : "-replace", arguments.size())};
  }
  const std::string pattern = arguments.empty() ? std::string() : to_string(arguments[0]);
  const Value replacement = arguments.size() < 2 ? Value::string("") : arguments[1];
  HVSH_TRY(const std::shared_ptr<const Regex> regex, Regex::compile(pattern, {.ignore_case = ignore_case}));
  if (!is_enumerable(text)) {
    HVSH_TRY(std::string result, replace_one(to_string(text), *regex, replacement, evaluate));
    return Value::string(std::move(result));
  }
  std::vector<Value> results;
  for (const Value& item : to_items(text)) {
    HVSH_TRY(std::string result, replace_one(to_string(item), *regex, replacement, evaluate));
    results.push_back(Value::string(std::move(result)));
  }
  return Value::array(std::move(results));
}

}  // namespace hvsh
