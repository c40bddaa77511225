#pragma once
// What -Property takes: a name, a name with wildcards, a script block, or a table @{Name=; Expression=; ...}.
// Shared by Select-Object, Sort-Object, Group-Object, Measure-Object and the Format cmdlets.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/context.h"
#include "core/convert.h"
#include "core/script_block.h"

namespace hvsh {

struct PropertyExpression {
  std::string name;  // of the property; empty when `block` says what is wanted
  Ref<ScriptBlockObject> block;
  std::string label;  // what the result is called; empty: the name, or the block's text
  // Further keys of the table.
  std::optional<bool> descending;  // Descending, or Ascending turned round
  int width = 0;
  std::string alignment;  // left, center, right
  std::string format;     // .NET format string
  // Where the last record had the property, and its shape: rows of a table are alike.
  mutable uint32_t known_shape = 0;
  mutable uint32_t known_place = 0;

  std::string title() const;
  bool has_wildcards() const;
};

// `keys`: which further keys the command knows ("Descending", "Width", ...); others are an error that names
// them.
Result<PropertyExpression> parse_property_expression(const Value& value,
                                                     std::span<const std::string_view> keys);

// The names that an object has for it: itself, those of a property set, or all properties that its wildcards
// fit (costly ones only when they are named in full).
std::vector<PropertyExpression> expand_wildcards(const PropertyExpression& expression, const Value& object);

// Reads it. `value` is nothing when the object has no such property. An error while reading a property is
// written to the error stream, and `value` is null.
Flow evaluate(Context& context, const PropertyExpression& expression, const Value& object, Value& value);

}  // namespace hvsh
