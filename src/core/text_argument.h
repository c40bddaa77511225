#pragma once
// A parameter of type string that shares the argument's text instead of copying it: for text that may be
// large.
#include "core/convert.h"

namespace hvsh {

struct TextArgument {
  Value value = Value::string("");
  std::string_view view() const { return value.as_string(); }
};

template <>
struct Traits<TextArgument> : ScalarTraits {
  static constexpr const TypeInfo& type = types::String;
  static Value to(const TextArgument& text) { return text.value; }
  static Result<TextArgument> from(const Value& value, Coercion coercion) {
    if (value.is_string()) return TextArgument{value};
    HVSH_TRY(const std::string text, Traits<std::string>::from(value, coercion));
    return TextArgument{Value::string(text)};
  }
};

}  // namespace hvsh
