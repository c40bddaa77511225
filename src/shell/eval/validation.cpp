// Validation attributes: reading them, and checking values against them.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/compare.h"
#include "core/operators.h"
#include "core/regex.h"
#include "shell/bind/bind_errors.h"
#include "shell/eval/block_info.h"
#include "shell/eval/interpreter.h"

namespace hvsh::shell {

bool is_attribute(const TypeName& type, std::string_view name) {
  if (equal_names(type.name, name)) return true;
  // With or without "Attribute" and its namespace.
  std::string_view own = type.name;
  if (const size_t dot = own.rfind('.'); dot != std::string_view::npos) own = own.substr(dot + 1);
  constexpr std::string_view kSuffix = "Attribute";
  if (own.size() > kSuffix.size() && equal_names(own.substr(own.size() - kSuffix.size()), kSuffix)) {
    own = own.substr(0, own.size() - kSuffix.size());
  }
  return equal_names(own, name);
}

bool Interpreter::validators_of(const Attribute& attribute, Validators& validators, bool& known) {
  std::vector<Value> values;
  for (const Expr* expr : attribute.positional) {
    Value value;
    if (!eval(*expr, value)) return false;
    values.push_back(std::move(value));
  }
  const auto pair = [&]() -> std::optional<std::pair<int64_t, int64_t>> {
    if (values.size() != 2) return std::nullopt;
    auto low = to_integer(values[0], IntType::i64);
    auto high = to_integer(values[1], IntType::i64);
    if (!low || !high) return std::nullopt;
    return std::pair(low->as_int(), high->as_int());
  };
  std::string message;
  bool exact_case = false;
  for (const Attribute::Named& item : attribute.named) {
    if (item.value == nullptr) continue;
    Value value;
    if (!eval(*item.value, value)) return false;
    if (equal_names(item.name, "ErrorMessage")) message = to_string(value);
    if (equal_names(item.name, "IgnoreCase")) exact_case = !to_bool(value);
  }
  const TypeName& type = *attribute.type;
  known = true;
  if (is_attribute(type, "ValidateSet")) {
    for (const Value& value : values) {
      for (const Value& item : to_items(value)) validators.set.push_back(to_string(item));
    }
    validators.set_message = message;
    validators.set_exact_case = exact_case;
  } else if (is_attribute(type, "ValidateRange") && values.size() == 2) {
    auto low = to_double(values[0]), high = to_double(values[1]);
    if (!low) return fail(low.take_error(), attribute.span);
    if (!high) return fail(high.take_error(), attribute.span);
    validators.range = {*low, *high};
  } else if (is_attribute(type, "ValidateRange") && values.size() == 1) {
    const std::string kind = to_string(values[0]);
    constexpr double kMost = std::numeric_limits<double>::max();
    if (equal_names(kind, "Positive")) validators.range = {1, kMost, "greater than zero"};
    if (equal_names(kind, "NonNegative")) validators.range = {0, kMost, "greater than or equal to zero"};
    if (equal_names(kind, "Negative")) validators.range = {-kMost, -1, "less than zero"};
    if (equal_names(kind, "NonPositive")) validators.range = {-kMost, 0, "less than or equal to zero"};
  } else if (is_attribute(type, "ValidateLength")) {
    validators.length = pair();
  } else if (is_attribute(type, "ValidateCount")) {
    validators.count = pair();
  } else if (is_attribute(type, "ValidatePattern") && !values.empty()) {
    validators.pattern = to_string(values[0]);
    validators.pattern_message = message;
  } else if (is_attribute(type, "ValidateScript") && !values.empty()) {
    validators.script = Ref<ShellScriptBlock>(values[0].as<ShellScriptBlock>());
    validators.script_message = message;
  } else if (is_attribute(type, "ValidateNotNull")) {
    validators.not_null = true;
  } else if (is_attribute(type, "ValidateNotNullOrEmpty")) {
    validators.not_null_or_empty = true;
  } else if (is_attribute(type, "ValidateNotNullOrWhiteSpace")) {
    validators.not_white_space = true;
  } else {
    known = false;
  }
  return true;
}

namespace {

// The attribute's ErrorMessage, with the value as {0} and the rule as {1}.
std::string own_message(const std::string& message, std::string value, std::string rule) {
  const Value parts[] = {Value::string(std::move(value)), Value::string(std::move(rule))};
  const auto text = format_composite(message, parts);
  return text ? *text : message;
}

// Why a value is not valid, by attribute; empty: it is.
std::string check_range(const Validators& validators, const Value& item, const std::string& text) {
  if (validators.range) {
    auto number = to_double(item);
    if (!number) return number.error().message;
    const bool outside = *number > validators.range->maximum || *number < validators.range->minimum;
    if (outside && !validators.range->wish.empty()) {
      return fmt::format("The argument \"{}\" cannot be validated because its value is not {}.", text,
                         validators.range->wish);
    }
    if (*number > validators.range->maximum) {
      return fmt::format(
          "The {} argument is greater than the maximum allowed range of {}. Supply an argument that is "
          "less than or equal to {} and then try the command again.",
          text, real_to_string(validators.range->maximum), real_to_string(validators.range->maximum));
    }
    if (*number < validators.range->minimum) {
      return fmt::format(
          "The {} argument is less than the minimum allowed range of {}. Supply an argument that is "
          "greater than or equal to {} and then try the command again.",
          text, real_to_string(validators.range->minimum), real_to_string(validators.range->minimum));
    }
  }
  return {};
}

std::string check_length(const Validators& validators, const std::string& text) {
  if (validators.length) {
    const auto size = static_cast<int64_t>(utf16_size(text));
    if (size < validators.length->first) {
      return fmt::format(
          "The character length ({}) of the argument is too short. Specify an argument with a length "
          "that is greater than or equal to \"{}\", and then try the command again.",
          size, validators.length->first);
    }
    if (size > validators.length->second) {
      return fmt::format(
          "The character length of the {} argument is too long. Shorten the character length of the "
          "argument so it is fewer than or equal to \"{}\" characters, and then try the command again.",
          size, validators.length->second);
    }
  }
  return {};
}

std::string check_pattern(const Validators& validators, const std::string& text) {
  if (!validators.pattern.empty()) {
    auto regex = Regex::compile(validators.pattern, {.ignore_case = true});
    if (!regex) return regex.error().message;
    auto found = (*regex)->find(text);
    if (!found) return found.error().message;
    if (!*found) {
      if (!validators.pattern_message.empty())
        return own_message(validators.pattern_message, text, validators.pattern);
      return fmt::format(
          "The argument \"{}\" does not match the \"{}\" pattern. Supply an argument that matches "
          "\"{}\" and try the command again.",
          text, validators.pattern, validators.pattern);
    }
  }
  return {};
}

std::string check_script(Interpreter& interpreter, const Validators& validators, const Value& item,
                         const std::string& text, bool& stopped) {
  if (validators.script) {
    CollectSink sink;
    const Flow flow = interpreter.call_block(*validators.script, {}, item, ScopeMode::child, sink);
    if (flow == Flow::stopped) {
      if (interpreter.pending().kind == Unwind::error) {
        const Ref<ErrorRecordObject> record = std::exchange(interpreter.pending(), {}).error;
        return record->error.message;
      }
      stopped = true;
      return "stopped";
    }
    if (!to_bool(sink.take_value())) {
      if (!validators.script_message.empty())
        return own_message(validators.script_message, text, validators.script->text());
      return fmt::format(
          "The \"{}\" validation script for the argument with value \"{}\" did not return a result of "
          "True. Determine why the validation script failed, and then try the command again.",
          validators.script->text(), text);
    }
  }
  return {};
}

std::string check_set(const Validators& validators, const std::string& text) {
  if (!validators.set.empty()) {
    for (const std::string& allowed : validators.set) {
      if (compare_text(allowed, text, !validators.set_exact_case) == 0) return {};
    }
    const std::string all = fmt::format("{}", fmt::join(validators.set, ","));
    if (!validators.set_message.empty()) return own_message(validators.set_message, text, all);
    return fmt::format(
        "The argument \"{}\" does not belong to the set \"{}\" specified by the ValidateSet attribute. "
        "Supply an argument that is in the set and then try the command again.",
        text, all);
  }
  return {};
}

std::string check_item(Interpreter& interpreter, const Validators& validators, const Value& item,
                       bool& stopped) {
  const std::string text = to_string(item);
  std::string why = check_range(validators, item, text);
  if (why.empty()) why = check_length(validators, text);
  if (why.empty()) why = check_pattern(validators, text);
  if (why.empty()) why = check_script(interpreter, validators, item, text, stopped);
  return why.empty() ? check_set(validators, text) : why;
}

std::string check_whole(const Validators& validators, const Value& value) {
  const bool is_many = value.is_object(ObjectKind::array) || value.is_object(ObjectKind::list);
  if (validators.not_null && value.is_null()) {
    return "The argument is null. Provide a valid value for the argument, and then try running the command "
           "again.";
  }
  if (validators.not_null_or_empty) {
    const auto is_empty = [](const Value& item) {
      return item.is_null() || (item.is_string() && item.as_string().empty());
    };
    bool bad = !is_many && is_empty(value);
    if (is_many) {
      const std::vector<Value> items = to_items(value);
      bad = items.empty();
      for (const Value& item : items) bad = bad || is_empty(item);
    }
    if (bad && is_many) {
      return "The argument is null, empty, or an element of the argument collection contains a null value. "
             "Supply a "
             "collection that does not contain any null values and then try the command again.";
    }
    if (bad) {
      return "The argument is null or empty. Provide an argument that is not null or empty, and then try the "
             "command "
             "again.";
    }
  }
  if (validators.not_white_space) {
    const std::vector<Value> items = is_many ? to_items(value) : std::vector<Value>{value};
    const auto blank = [](const Value& item) {
      return item.is_null() || to_string(item).find_first_not_of(" \t\r\n\f\v") == std::string::npos;
    };
    if (items.empty() || std::any_of(items.begin(), items.end(), blank)) {
      return "The argument is null, empty, or consists of only white-space characters. Provide an argument "
             "that "
             "contains non white-space characters, and then try the command again.";
    }
  }
  if (validators.count) {
    const auto size = static_cast<int64_t>(to_items(value).size());
    if (size < validators.count->first || size > validators.count->second) {
      return fmt::format(
          "The parameter requires at least {} value(s) and no more than {} value(s) - {} value(s) were "
          "provided.",
          validators.count->first, validators.count->second, size);
    }
  }
  return {};
}

}  // namespace

Result<void> check_validators(Interpreter& interpreter, const Validators& validators, const Param* param,
                              std::string_view variable, const Value& value) {
  bool stopped = false;
  std::string why = check_whole(validators, value);
  if (why.empty() && !value.is_null()) {
    for (const Value& item : to_items(value)) {
      why = check_item(interpreter, validators, item, stopped);
      if (!why.empty()) break;
    }
  }
  if (why.empty()) return {};
  if (param != nullptr) return bind_errors::validation_failed(*param, why);
  return Error{
      .id = "ValidateSetFailure",
      .category = ErrorCategory::MetadataError,
      .message = fmt::format("The variable cannot be validated because the value {} is not a valid value for "
                             "the {} variable.",
                             to_string(value), variable),
      .hint = why,
      .exception = "System.Management.Automation.ValidationMetadataException"};
}

}  // namespace hvsh::shell
