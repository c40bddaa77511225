#include "core/property_expression.h"

#include <fmt/format.h>

#include "core/extended_members.h"
#include "core/text.h"
#include "core/wildcard.h"

namespace hvsh {

namespace {

bool is_prefix_of(std::string_view text, std::string_view name) {
  return !text.empty() && text.size() <= name.size() && equal_ascii(name.substr(0, text.size()), text);
}

Error bad_key(const Value& key) {
  return {.id = "DictionaryKeyUnknown",
          .category = ErrorCategory::InvalidArgument,
          .message = fmt::format("The {} key is not valid.", to_string(key)),
          .target = to_string(key)};
}

Result<void> set_key(PropertyExpression& expression, const Value& key, const Value& value,
                     std::span<const std::string_view> keys) {
  const std::string name = to_string(key);
  const auto allowed = [&](std::string_view wanted) {
    if (!is_prefix_of(name, wanted)) return false;
    for (std::string_view known : keys) {
      if (known == wanted) return true;
    }
    return false;
  };
  if (is_prefix_of(name, "Name") || is_prefix_of(name, "Label")) {
    expression.label = to_string(value);
  } else if (is_prefix_of(name, "Expression")) {
    if (auto* block = value.as<ScriptBlockObject>()) {
      expression.block = Ref<ScriptBlockObject>(block);
    } else {
      expression.name = to_string(value);
    }
  } else if (allowed("Descending")) {
    expression.descending = to_bool(value);
  } else if (allowed("Ascending")) {
    expression.descending = !to_bool(value);
  } else if (allowed("Width")) {
    HVSH_TRY(const Value width, to_integer(value, IntType::i32));
    if (width.as_int() < 1) {
      return Error{
          .id = "DictionaryKeyIllegalValue",
          .category = ErrorCategory::InvalidArgument,
          .message = fmt::format(
              "\"{}\" is not a valid value for the Width key; use a number greater than 0.", width.as_int())};
    }
    expression.width = static_cast<int>(width.as_int());
  } else if (allowed("Alignment")) {
    const std::string text = to_string(value);
    for (std::string_view known : {"left", "center", "right"}) {
      if (is_prefix_of(text, known)) expression.alignment = known;
    }
    if (expression.alignment.empty()) {
      return Error{
          .id = "DictionaryKeyIllegalValue",
          .category = ErrorCategory::InvalidArgument,
          .message = fmt::format(
              "\"{}\" is not a valid value for the Alignment key; use Left, Center or Right.", text)};
    }
  } else if (allowed("FormatString")) {
    expression.format = to_string(value);
  } else {
    return bad_key(key);
  }
  return {};
}

}  // namespace

std::string PropertyExpression::title() const {
  if (!label.empty()) return label;
  return block ? block->text() : name;
}

bool PropertyExpression::has_wildcards() const { return !block && is_pattern(name); }

Result<PropertyExpression> parse_property_expression(const Value& value,
                                                     std::span<const std::string_view> keys) {
  PropertyExpression expression;
  if (auto* block = value.as<ScriptBlockObject>()) {
    expression.block = Ref<ScriptBlockObject>(block);
    return expression;
  }
  auto* map = value.as<MapObject>();
  if (map == nullptr) {
    if (value.is_null()) return conversion_error(value, "a property");
    expression.name = to_string(value);
    return expression;
  }
  for (const auto& [key, entry] : map->entries()) HVSH_CHECK(set_key(expression, key, entry, keys));
  if (!expression.block && expression.name.empty()) {
    return Error{.id = "DictionaryKeyMissing",
                 .category = ErrorCategory::InvalidArgument,
                 .message = "The required key \"Expression\" is missing.",
                 .hint = "Write @{Name = 'Label'; Expression = { ... }}."};
  }
  return expression;
}

std::vector<PropertyExpression> expand_wildcards(const PropertyExpression& expression, const Value& object) {
  std::vector<PropertyExpression> expanded;
  if (!expression.has_wildcards()) {
    const ExtendedMember* set = expression.block ? nullptr : find_extended(object, expression.name);
    if (set == nullptr || set->kind != MemberKind::property_set) return {expression};
    for (const Value& name : to_items(set->value)) {
      expanded.push_back({.name = to_string(name), .block = {}});
    }
    return expanded;
  }
  const Wildcard pattern(expression.name);
  for (const PropertyView& view : list_properties(object)) {
    if (view.costly || !pattern.matches(view.name)) continue;
    PropertyExpression one = expression;
    one.name = view.name;
    expanded.push_back(std::move(one));
  }
  return expanded;
}

Flow evaluate(Context& context, const PropertyExpression& expression, const Value& object, Value& value) {
  if (expression.block) {
    std::optional<Error> ignored;
    return context.try_invoke(*expression.block, object, value, ignored);
  }
  value = Value::nothing();
  if (object.is_object(ObjectKind::record)) {
    const auto& record = *static_cast<RecordObject*>(object.as_object());
    const bool known = record.shape().id() == expression.known_shape;
    const auto place =
        known ? std::optional<size_t>(expression.known_place) : record.shape().find(expression.name);
    if (place) {
      expression.known_shape = record.shape().id();
      expression.known_place = static_cast<uint32_t>(*place);
      value = record.values()[*place];
      return Flow::more;
    }
  }
  const auto found = get_property(object, expression.name);
  if (!found) return Flow::more;
  if (found->ok()) {
    value = **found;
    return Flow::more;
  }
  value = Value::null();
  return context.error(found->error(), object);
}

}  // namespace hvsh
