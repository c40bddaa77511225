#pragma once
// The language's operators on values. Pure functions: no variables, no script blocks.
//
// Numbers: the wider type of both wins; what overflows int, long or ulong becomes a double, decimals stay
// exact. Null on the left of + is whatever stands on the right. An Error carries PowerShell's id and message.
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "core/value.h"

namespace hvsh {

Result<Value> add(const Value& left, const Value& right);
Result<Value> subtract(const Value& left, const Value& right);
Result<Value> multiply(const Value& left, const Value& right);
Result<Value> divide(const Value& left, const Value& right);
Result<Value> remainder(const Value& left, const Value& right);
Result<Value> negate(const Value& value);     // -x
Result<Value> to_number(const Value& value);  // +x: text becomes the number that it spells

Result<Value> bit_and(const Value& left, const Value& right);
Result<Value> bit_or(const Value& left, const Value& right);
Result<Value> bit_xor(const Value& left, const Value& right);
Result<Value> bit_not(const Value& value);
Result<Value> shift_left(const Value& left, const Value& right);
Result<Value> shift_right(const Value& left, const Value& right);

// 1..5, 5..1, 'a'..'e'. Whoever loops should count instead: the array is made whole (kMaxRange items at
// most).
Result<Value> range(const Value& first, const Value& last);

// format -f arguments; `arguments` is one value or an array.
Result<Value> format_operator(const Value& format, const Value& arguments);
// .NET's composite format ("{0,10:N2} {{}}") and one value by a format string ("N2", "yyyy-MM-dd", "x8").
Result<std::string> format_composite(std::string_view format, std::span<const Value> arguments);
Result<std::string> format_value(const Value& value, std::string_view format);

// text -split pattern[, max[, options]]; a pattern of null is the unary form (white space).
Result<Value> split(const Value& text, const Value& right, bool ignore_case);
// The items as "$items" shows them: an array among them by its type's name only.
std::string text_of_items(std::span<const Value> items, std::string_view separator);
Value join(const Value& items, std::string_view separator);
// text -replace pattern[, replacement]. `evaluate` is called for a script block as replacement: it gets the
// match (System.Text.RegularExpressions.Match) and returns the text to put in its place.
Result<Value> replace(
    const Value& text, const Value& right, bool ignore_case,
    const std::function<Result<std::string>(const Value& block, const Value& match)>& evaluate);

}  // namespace hvsh
