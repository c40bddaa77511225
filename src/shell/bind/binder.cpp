#include "shell/bind/binder.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "shell/bind/bind_errors.h"

namespace hvsh::shell {

namespace be = bind_errors;

BindSpec spec_of(const Decl& decl) {
  return {.params = decl.params,
          .common = CommonParameters::table(decl.should_process),
          .sets = decl.sets,
          .default_set = decl.default_set};
}

Binder::Binder(const BindSpec& spec, BindTarget& target) : spec_(spec), target_(target) {
  const size_t sets = spec.sets.empty() ? 1 : spec.sets.size();
  all_ = sets >= 32 ? kAllSets : (SetMask{1} << sets) - 1;
  default_ = spec.default_set >= 0 ? SetMask{1} << spec.default_set : (spec.sets.empty() ? 1 : 0);
  mask_ = all_;
  states_.resize(spec.params.size() + spec.common.size());
}

bool Binder::is_bound(std::string_view name) const {
  for (size_t i = 0; i < count(); ++i) {
    if (equal_ascii(param(i).name, name)) return is_bound(i);
    for (std::string_view alias : param(i).options.aliases) {
      if (equal_ascii(alias, name)) return is_bound(i);
    }
  }
  return false;
}

SetMask Binder::set() const {
  if (is_one(mask_)) return mask_;
  return (mask_ & default_) != 0 ? default_ : mask_;
}

bool Binder::takes_pipeline(size_t index) const {
  const ParamOptions& options = param(index).options;
  return options.from_pipeline || options.from_pipeline_property;
}

bool Binder::mandatory_in(size_t index, SetMask mask) const {
  for (SetMask left = mask; left != 0; left &= left - 1) {
    if (param(index).mandatory_in(left & -left)) return true;
  }
  return false;
}

bool Binder::takes_pipeline_input() const {
  for (size_t i = 0; i < spec_.params.size(); ++i) {
    if (takes_pipeline(i)) return true;
  }
  return false;
}

// ------------------------------------------------------------------------------------------------- names

Result<std::optional<size_t>> Binder::find(std::string_view name) const {
  std::vector<size_t> prefixed;
  for (size_t i = 0; i < count(); ++i) {
    bool starts = false;
    const auto look = [&](std::string_view candidate) {
      if (candidate.size() < name.size() || !equal_ascii(candidate.substr(0, name.size()), name))
        return false;
      starts = true;
      return candidate.size() == name.size();
    };
    if (look(param(i).name)) return std::optional(i);
    for (std::string_view alias : param(i).options.aliases) {
      if (look(alias)) return std::optional(i);
    }
    if (starts) prefixed.push_back(i);
  }
  if (prefixed.empty() || name.empty()) return std::optional<size_t>();
  if (prefixed.size() == 1) return std::optional(prefixed[0]);
  // The command's own parameters win over common ones.
  const auto own = std::count_if(prefixed.begin(), prefixed.end(),
                                 [&](size_t index) { return index < spec_.params.size(); });
  if (own == 1) return std::optional(prefixed[0]);
  std::vector<std::string_view> candidates;
  for (size_t index : prefixed) {
    if (own == 0 || index < spec_.params.size()) candidates.push_back(param(index).name);
  }
  return be::ambiguous_parameter(name, candidates);
}

// Joins `-Name value`: only with the command's declaration is it known whether -Name is a switch.
Result<void> Binder::reparse(std::span<const Argument> arguments, std::vector<Named>& named,
                             std::vector<Argument>& rest) const {
  // An explicit -Name beats @splat, so what was splatted by name comes last.
  std::vector<const Argument*> order;
  order.reserve(arguments.size());
  for (const Argument& argument : arguments) {
    if (!(argument.from_splat && argument.is_parameter)) order.push_back(&argument);
  }
  for (const Argument& argument : arguments) {
    if (argument.from_splat && argument.is_parameter) order.push_back(&argument);
  }
  for (size_t i = 0; i < order.size(); ++i) {
    const Argument& argument = *order[i];
    if (!argument.is_parameter) {
      rest.push_back(argument);
      continue;
    }
    auto found = find(argument.name);
    if (!found) {
      found.error().span = argument.span;
      return found.take_error();
    }
    if (!*found) {
      rest.push_back(argument);
      continue;
    }
    const size_t index = **found;
    if (argument.has_value) {
      if (argument.from_splat &&
          std::any_of(named.begin(), named.end(), [&](const Named& one) { return one.index == index; })) {
        continue;
      }
      named.push_back({index, &argument, argument.value, argument.text});
    } else if (param(index).is_switch) {
      named.push_back({index, &argument, Value::boolean(true), {}});
    } else {
      const Argument* next = i + 1 < order.size() ? order[i + 1] : nullptr;
      const bool next_is_known = next != nullptr && next->is_parameter && [&] {
        auto other = find(next->name);
        return !other || other->has_value();
      }();
      if (next == nullptr || next_is_known || (next->is_parameter && next->from_splat)) {
        return be::missing_argument(param(index), argument.span);
      }
      if (next->is_parameter) {
        named.push_back({index, next, Value::string(fmt::format("-{}", next->name)), {}});
      } else {
        named.push_back({index, next, next->value, next->text});
      }
      ++i;
    }
  }
  return {};
}

// -------------------------------------------------------------------------------------- storing one value

bool Binder::takes_script_block(size_t index) const {
  return param(index).takes_script_block || index >= spec_.params.size();
}

Result<void> Binder::store(size_t index, const Value& value, std::string_view text, Coercion coercion,
                           BoundBy by) {
  const Param& declared = param(index);
  State& state = states_[index];
  if (by != BoundBy::pipeline && value.is_object(ObjectKind::script_block) && takes_pipeline(index) &&
      !takes_script_block(index)) {
    state = {.by = by, .delayed = true, .value = value};
    mask_ &= declared.sets();
    return {};
  }
  // A number keeps its spelling as text, but it is not text without coercion: New-VHD x.vhdx 64MB is a size.
  const bool spelled =
      coercion == Coercion::full && !text.empty() && declared.type == &types::String && !value.is_string();
  Value given = spelled ? Value::string(text) : value;
  // A script's text parameter makes "" of null before anybody asks whether it may be null.
  if (spec_.is_script && given.is_null() && declared.type == &types::String && !declared.is_collection) {
    given = Value::string("");
  }
  if (given.is_null() && !declared.is_switch) {
    HVSH_CHECK(validate(index, given));
  }
  const bool is_many = given.is_object(ObjectKind::array) || given.is_object(ObjectKind::list);
  if (is_many && !declared.is_collection && declared.type == &types::String) {
    Error cause{.message =
                    spec_.is_script
                        ? fmt::format("Cannot convert value to type {}.", declared.type->name)
                        : fmt::format("Cannot convert value of type '{}' to type '{}': one value is needed.",
                                      given.type().name, declared.type->name)};
    return be::conversion_failed(declared, std::move(cause), spec_.is_script, {});
  }
  Result<void> stored = index < spec_.params.size() ? target_.assign(index, given, coercion)
                                                    : declared.assign(&common_, given, coercion);
  if (!stored) {
    if (stored.error().id == be::kValidationId) return stored;
    return be::conversion_failed(declared, stored.take_error(), spec_.is_script, {});
  }
  HVSH_CHECK(validate(index, given));
  state = {.by = by, .value = given};
  mask_ &= declared.sets();
  return {};
}

namespace {

Result<void> check_range(const Param& param, const Value& item) {
  const Range& range = param.options.range;
  const auto number = to_double(item);
  if (!number) return be::validation_failed(param, number.error().message);
  if (*number > static_cast<double>(range.maximum)) {
    return be::validation_failed(
        param,
        fmt::format("The {} argument is greater than the maximum allowed range of {}. Supply an argument "
                    "that is less than or equal to {} and then try the command again.",
                    to_string(item), range.maximum, range.maximum));
  }
  if (*number < static_cast<double>(range.minimum)) {
    return be::validation_failed(
        param,
        fmt::format("The {} argument is less than the minimum allowed range of {}. Supply an argument that "
                    "is greater than or equal to {} and then try the command again.",
                    to_string(item), range.minimum, range.minimum));
  }
  return {};
}

Result<void> check_values(const Param& param, const Value& item) {
  const std::string text = to_string(item);
  for (std::string_view allowed : param.options.values) {
    if (equal_names(allowed, text)) return {};
  }
  return be::validation_failed(
      param, fmt::format("The argument \"{}\" does not belong to the set \"{}\" specified by the ValidateSet "
                         "attribute. Supply an argument that is in the set and then try the command again.",
                         text, fmt::join(param.options.values, ",")));
}

bool is_empty_text(const Value& value) { return value.is_string() && value.as_string().empty(); }

}  // namespace

// The declared validation attributes, in the order range, set, not null; then what mandatory parameters
// demand.
Result<void> Binder::validate(size_t index, const Value& value) const {
  const Param& declared = param(index);
  const ParamOptions& options = declared.options;
  const bool is_many = value.is_object(ObjectKind::array) || value.is_object(ObjectKind::list);
  if (!value.is_null() && (options.range.is_set() || !options.values.empty())) {
    for (const Value& item : to_items(value)) {
      if (options.range.is_set()) HVSH_CHECK(check_range(declared, item));
      if (!options.values.empty()) HVSH_CHECK(check_values(declared, item));
    }
  }
  if (options.not_null || options.not_null_or_empty) {
    if (value.is_null()) {
      return be::validation_failed(
          declared, options.not_null_or_empty
                        ? "The argument is null or empty. Provide an argument that is not null or "
                          "empty, and then try the command again."
                        : "The argument is null. Provide a valid value for the argument, and then "
                          "try running the command again.");
    }
    bool bad = options.not_null_or_empty && is_empty_text(value);
    if (is_many) {
      const std::vector<Value> items = to_items(value);
      bad = bad || (options.not_null_or_empty && items.empty());
      for (const Value& item : items) {
        bad = bad || item.is_null() || (options.not_null_or_empty && is_empty_text(item));
      }
    }
    if (bad) {
      return be::validation_failed(
          declared, is_many ? "The argument is null, empty, or an element of the argument collection "
                              "contains a null value. Supply a collection that does not contain any "
                              "null values and then try the command again."
                            : "The argument is null or empty. Provide an argument that is not null "
                              "or empty, and then try the command again.");
    }
  }
  if (!mandatory_in(index, mask_ & declared.sets())) return {};
  if (value.is_null() && !options.allow_null)
    return be::empty_not_allowed(declared, "null", "NullNotAllowed");
  if (is_empty_text(value) && !options.allow_empty && declared.type == &types::String) {
    return be::empty_not_allowed(declared, "an empty string", "EmptyStringNotAllowed");
  }
  if (is_many && declared.is_collection && !options.allow_empty) {
    const std::vector<Value> items = to_items(value);
    if (items.empty()) return be::empty_not_allowed(declared, "an empty array", "EmptyArrayNotAllowed");
    for (const Value& item : items) {
      if (item.is_null() && !options.allow_null) {
        return be::empty_not_allowed(declared, "null", "NullNotAllowed");
      }
      if (is_empty_text(item) && declared.type == &types::String) {
        return be::empty_not_allowed(declared, "an empty string", "EmptyStringNotAllowed");
      }
    }
  }
  return {};
}

// -------------------------------------------------------------------------------- the command-line phase

Result<void> Binder::bind_named(std::span<const Named> named) {
  for (const Named& one : named) {
    if (is_bound(one.index)) return be::already_bound(param(one.index), one.argument->span);
    if (auto stored = store(one.index, one.value, one.text, Coercion::full, BoundBy::command_line); !stored) {
      stored.error().span = one.argument->span;
      return stored;
    }
  }
  return {};
}

// What takes the remaining arguments takes all of them, and none by its position.
bool Binder::takes_position(size_t index) const {
  return !is_bound(index) && !param(index).options.remaining_arguments;
}

bool Binder::try_position(int position, SetMask sets, const Argument& argument, Coercion coercion,
                          std::optional<Error>& failure) {
  for (size_t i = 0; i < spec_.params.size(); ++i) {
    if (!takes_position(i)) continue;
    bool here = false;
    for (SetMask left = sets & param(i).sets(); left != 0 && !here; left &= left - 1) {
      here = param(i).position_in(left & -left) == position;
    }
    if (!here) continue;
    auto stored = store(i, argument.value, argument.text, coercion, BoundBy::command_line);
    if (stored) return true;
    stored.error().span = argument.span;
    if (coercion == Coercion::full || stored.error().id == be::kValidationId) failure = stored.take_error();
  }
  return false;
}

Result<void> Binder::bind_positional(std::vector<Argument>& rest) {
  std::vector<int> positions;
  for (size_t i = 0; i < spec_.params.size(); ++i) {
    if (!takes_position(i)) continue;
    for (SetMask left = mask_ & param(i).sets(); left != 0; left &= left - 1) {
      const int position = param(i).position_in(left & -left);
      if (position >= 0) positions.push_back(position);
    }
  }
  std::sort(positions.begin(), positions.end());
  positions.erase(std::unique(positions.begin(), positions.end()), positions.end());

  std::vector<Argument> left_over;
  size_t next = 0;
  for (int position : positions) {
    // A position that no parameter of the sets that are still valid has takes no argument.
    bool wanted = false;
    for (size_t i = 0; i < spec_.params.size() && !wanted; ++i) {
      if (!takes_position(i)) continue;
      for (SetMask left = mask_ & param(i).sets(); left != 0 && !wanted; left &= left - 1) {
        wanted = param(i).position_in(left & -left) == position;
      }
    }
    if (!wanted) continue;
    while (next < rest.size() && rest[next].is_parameter) left_over.push_back(rest[next++]);
    if (next == rest.size()) break;
    const Argument& argument = rest[next++];
    std::optional<Error> failure;
    const SetMask preferred = mask_ & default_;
    const bool bound =
        (preferred != 0 && try_position(position, preferred, argument, Coercion::none, failure)) ||
        try_position(position, mask_, argument, Coercion::none, failure) ||
        (preferred != 0 && try_position(position, preferred, argument, Coercion::full, failure)) ||
        try_position(position, mask_, argument, Coercion::full, failure);
    if (bound) continue;
    if (failure && failure->id.starts_with(be::kValidationId)) return std::move(*failure);
    if (failure && !positional_failure_) positional_failure_ = std::move(failure);
    left_over.push_back(argument);
  }
  left_over.insert(left_over.end(), rest.begin() + static_cast<ptrdiff_t>(next), rest.end());
  rest = std::move(left_over);
  return {};
}

void Binder::apply_defaults(std::span<const DefaultValue> defaults) {
  for (const DefaultValue& one : defaults) {
    auto found = find(one.parameter);
    if (!found || !*found || is_bound(**found) || !in_mask(**found, mask_)) continue;
    const SetMask before = mask_;
    if (auto stored = store(**found, one.value, {}, Coercion::full, BoundBy::default_value); !stored) {
      mask_ = before;
      default_errors_.push_back(stored.take_error());
    }
  }
}

Result<void> Binder::bind_remaining(std::vector<Argument>& rest) {
  if (rest.empty()) return {};
  for (size_t i = 0; i < spec_.params.size(); ++i) {
    if (!param(i).options.remaining_arguments || is_bound(i) || !in_mask(i, mask_)) continue;
    std::vector<Value> items;
    for (const Argument& argument : rest) {
      if (argument.is_parameter) {
        items.push_back(Value::string(fmt::format("-{}", argument.name)));
        if (argument.has_value) items.push_back(argument.value);
      } else {
        items.push_back(argument.value);
      }
    }
    // `foo a,b` and `foo a b` agree.
    const bool unwrap = items.size() == 1 && items[0].is_object(ObjectKind::array);
    const Value all = unwrap ? items[0] : Value::array(std::move(items));
    const Span span = rest.front().span;
    rest.clear();
    if (auto stored = store(i, all, {}, Coercion::full, BoundBy::command_line); !stored) {
      stored.error().span = span;
      return stored;
    }
    return {};
  }
  return {};
}

Error Binder::unbound_error(const Argument& argument) const {
  if (!argument.is_parameter) {
    if (positional_failure_) return *positional_failure_;
    return be::positional_parameter_not_found(to_string(argument.value), argument.span);
  }
  std::vector<std::string_view> names;
  for (size_t i = 0; i < count(); ++i) {
    if (!param(i).options.hidden) names.push_back(param(i).name);
  }
  return be::named_parameter_not_found(argument.name, be::nearest(argument.name, names), argument.span);
}

Result<void> Binder::bind(std::span<const Argument> arguments, bool input_expected,
                          std::span<const DefaultValue> defaults) {
  std::vector<Named> named;
  std::vector<Argument> rest;
  HVSH_CHECK(reparse(arguments, named, rest));
  HVSH_CHECK(bind_named(named));
  if (!rest.empty()) HVSH_CHECK(bind_positional(rest));
  apply_defaults(defaults);
  // An unknown name explains a failed set better than the set's error does.
  if (auto sets = validate_sets(true, false); !sets) {
    for (const Argument& argument : rest) {
      if (argument.is_parameter && !spec_.collects_rest) return unbound_error(argument);
    }
    return sets.take_error();
  }
  HVSH_CHECK(bind_remaining(rest));
  if (!rest.empty()) {
    if (!spec_.collects_rest) return unbound_error(rest.front());
    rest_ = std::move(rest);
  }
  HVSH_TRY(size_t sets, validate_sets(input_expected, !input_expected));
  if (sets > 1 && input_expected) {
    drop_sets_without_input();
    HVSH_TRY(sets, validate_sets(true, false));
  }
  HVSH_CHECK(find_missing(input_expected));
  saved_mask_ = mask_;
  return {};
}

Result<void> Binder::supply(size_t index, const Value& value) {
  HVSH_CHECK(store(index, value, {}, Coercion::full, BoundBy::command_line));
  std::erase(missing_, index);
  saved_mask_ = mask_;
  return {};
}

Result<void> Binder::check_mandatory() const {
  if (missing_.empty()) return {};
  std::vector<std::string_view> names;
  for (size_t index : missing_) names.push_back(param(index).name);
  return be::missing_mandatory(names);
}

}  // namespace hvsh::shell
