#pragma once
// Equality and order as the language's operators see them (engine-semantics 1.7). Text compares by folded
// code points, which is the same on every host.
#include <compare>
#include <string_view>

#include "core/value.h"

namespace hvsh {

std::strong_ordering compare_text(std::string_view a, std::string_view b, bool ignore_case = true);

// left -eq right for a single left value: the right side is converted to the left's type; what does not
// convert is not equal. Objects without a value of their own are equal only to themselves.
bool equal(const Value& left, const Value& right, bool ignore_case = true);

// The order of left and right, by the left's type. Null is below everything but negative numbers. An Error
// where there is none: objects, or a right side that does not convert.
Result<std::weak_ordering> compare(const Value& left, const Value& right, bool ignore_case = true);

// Sort-Object's order: never fails; what cannot be compared is compared as text.
std::weak_ordering sort_order(const Value& left, const Value& right, bool ignore_case = true);

enum class Comparison : uint8_t {
  eq,
  ne,
  gt,
  ge,
  lt,
  le,
  like,
  not_like,
  match,
  not_match,
  contains,
  not_contains,
  in,
  not_in,
};

// What -match found, when the left side was one value: $Matches.
struct Matches {
  bool set = false;
  std::vector<std::pair<Value, Value>> groups;  // number or name -> text, in order
};

// The comparison operators whole: a collection on the left filters (except for contains and in), anything
// else gives a boolean. `matches` may be nullptr.
Result<Value> compare_operator(Comparison operation, const Value& left, const Value& right, bool ignore_case,
                               Matches* matches = nullptr);

}  // namespace hvsh
