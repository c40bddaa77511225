#include "core/compare.h"

#include <fmt/format.h>

#include "core/big_integer.h"
#include "core/convert.h"
#include "core/decimal.h"
#include "core/noun.h"
#include "core/number.h"
#include "core/regex.h"
#include "core/text.h"
#include "core/wildcard.h"

namespace hvsh {

namespace {

std::weak_ordering weak(std::partial_ordering order) {
  // A NaN is below every number and equal to itself, as .NET's CompareTo has it.
  return order < 0   ? std::weak_ordering::less
         : order > 0 ? std::weak_ordering::greater
                     : std::weak_ordering::equivalent;
}

std::weak_ordering compare_doubles(double a, double b) {
  if (a != a || b != b)
    return (a != a) == (b != b) ? std::weak_ordering::equivalent
           : a != a             ? std::weak_ordering::less
                                : std::weak_ordering::greater;
  return weak(a <=> b);
}

// Both sides as the wider of their number types.
Result<std::weak_ordering> compare_numbers(const Value& left, const Value& right) {
  const NumberClass wide = common_class(left, right);
  if (wide == NumberClass::big && (left.kind() == Value::Kind::real || right.kind() == Value::Kind::real)) {
    HVSH_TRY(const double a, to_double(left));
    HVSH_TRY(const double b, to_double(right));
    return compare_doubles(a, b);
  }
  if (wide == NumberClass::big) {
    HVSH_TRY(const Value a, to_big_integer(left));
    HVSH_TRY(const Value b, to_big_integer(right));
    return std::weak_ordering(big_compare(a, b));
  }
  if (wide == NumberClass::real) {
    HVSH_TRY(const double a, to_double(left));
    HVSH_TRY(const double b, to_double(right));
    return compare_doubles(a, b);
  }
  if (wide == NumberClass::decimal) {
    HVSH_TRY(const Decimal a, to_decimal(left));
    HVSH_TRY(const Decimal b, to_decimal(right));
    return std::weak_ordering(compare(a, b));
  }
  return std::weak_ordering(integer_bits(left) <=> integer_bits(right));
}

bool is_enumerable(const Value& value) {
  return value.is_object(ObjectKind::array) || value.is_object(ObjectKind::list);
}

// Integers that int64 holds: what most scripts compare.
bool is_plain_integer(const Value& value) {
  return value.kind() == Value::Kind::integer && value.int_type() != IntType::u64;
}

// A value's text; made in `made` where the value is no text.
std::string_view text_of(const Value& value, std::string& made) {
  if (value.is_string()) return value.as_string();
  made = to_string(value);
  return made;
}

std::strong_ordering compare_as_text(const Value& left, const Value& right, bool ignore_case) {
  std::string left_made, right_made;
  return compare_text(text_of(left, left_made), text_of(right, right_made), ignore_case);
}

bool is_character(const Value& value) { return value.kind() == Value::Kind::character; }

Error not_comparable(const Value& left, const Value& right) {
  if (left.kind() == Value::Kind::object && !left.is_string()) {
    return {.id = "NotIcomparable",
            .category = ErrorCategory::InvalidOperation,
            .message = fmt::format("Cannot compare \"{}\" because it is not IComparable.", to_string(left))};
  }
  return {.id = "ComparisonFailure",
          .category = ErrorCategory::InvalidOperation,
          .message = fmt::format("Could not compare \"{}\" to \"{}\".", to_string(left), to_string(right))};
}

Error comparison_failure(const Value& left, const Value& right, const Error& why) {
  return {.id = "ComparisonFailure",
          .category = ErrorCategory::InvalidOperation,
          .message = fmt::format("Could not compare \"{}\" to \"{}\". Error: \"{}\"", to_string(left),
                                 to_string(right), why.message)};
}

bool is_negative(const Value& value) {
  if (value.kind() == Value::Kind::integer) return value.int_type() != IntType::u64 && value.as_int() < 0;
  if (value.kind() == Value::Kind::real) return value.as_real() < 0;
  auto* decimal = value.as<DecimalObject>();
  return decimal != nullptr && decimal->value.negative;
}

std::weak_ordering compare_to_null(const Value& value) {
  return is_negative(value) ? std::weak_ordering::less : std::weak_ordering::greater;
}

// The types whose values are ordered beside numbers and text. `right` is converted to the left's type.
Result<std::weak_ordering> compare_typed(const Value& left, const Value& right) {
  switch (left.kind()) {
    case Value::Kind::boolean: return std::weak_ordering(left.as_bool() <=> to_bool(right));
    case Value::Kind::date_time: {
      HVSH_TRY(const DateTime other, to_date_time(right));
      return std::weak_ordering(left.as_date_time() <=> other);
    }
    case Value::Kind::time_span: {
      HVSH_TRY(const TimeSpan other, to_time_span(right));
      return std::weak_ordering(left.as_time_span() <=> other);
    }
    case Value::Kind::enumeration: {
      HVSH_TRY(const Value other, to_enum(right, left.enum_info()));
      return std::weak_ordering(left.enum_number() <=> other.enum_number());
    }
    default: break;
  }
  if (auto* guid = left.as<GuidObject>()) {
    HVSH_TRY(const Guid other, to_guid(right));
    return std::weak_ordering(guid->value <=> other);
  }
  if (auto* version = left.as<VersionObject>()) {
    HVSH_TRY(const Version other, to_version(right));
    return std::weak_ordering(version->value <=> other);
  }
  return not_comparable(left, right);
}

}  // namespace

std::strong_ordering compare_text(std::string_view a, std::string_view b, bool ignore_case) {
  // Bytes of UTF-8 order as code points do, so only folding needs them one by one.
  if (!ignore_case) return a.compare(b) <=> 0;
  // ASCII, where folding is simple, is nearly all that scripts compare.
  size_t i = 0;
  for (const size_t both = std::min(a.size(), b.size()); i < both; ++i) {
    if (static_cast<unsigned char>(a[i] | b[i]) >= 0x80) break;
    if (const char x = ascii_lower(a[i]), y = ascii_lower(b[i]); x != y) return x <=> y;
  }
  size_t j = i;
  while (i < a.size() && j < b.size()) {
    const char32_t x = fold_case(next_code_point(a, i));
    const char32_t y = fold_case(next_code_point(b, j));
    if (x != y) return x <=> y;
  }
  return (i < a.size()) <=> (j < b.size());
}

bool equal(const Value& left, const Value& right, bool ignore_case) {
  if (left.is_null() || right.is_null()) return left.is_null() && right.is_null();
  if (left.is_string() || (is_character(left) && (right.is_string() || is_character(right)))) {
    return compare_as_text(left, right, ignore_case) == 0;
  }
  if (left.kind() == Value::Kind::object && right.kind() == Value::Kind::object &&
      left.as_object() == right.as_object()) {
    return true;
  }
  if (auto* type = left.as<TypeObject>()) {
    if (auto* other = right.as<TypeObject>()) return type->described == other->described;
    return right.is_string() && (equal_ascii(right.as_string(), type->described->name) ||
                                 equal_ascii(right.as_string(), type->described->short_name));
  }
  const auto order = compare(left, right, ignore_case);
  return order.ok() && *order == 0;
}

Result<std::weak_ordering> compare(const Value& left, const Value& right, bool ignore_case) {
  if (is_plain_integer(left) && is_plain_integer(right))
    return std::weak_ordering(left.as_int() <=> right.as_int());
  if (left.is_null() && right.is_null()) return std::weak_ordering::equivalent;
  if (left.is_null()) return 0 <=> compare_to_null(right);
  if (right.is_null()) return compare_to_null(left);
  if (left.is_string() || (is_character(left) && right.is_string())) {
    return std::weak_ordering(compare_as_text(left, right, ignore_case));
  }
  if (is_number(left) || is_character(left)) {
    if (is_number(right)) return compare_numbers(left, right);
    auto number = as_number(right);
    if (!number) return comparison_failure(left, right, number.error());
    return compare_numbers(left, *number);
  }
  auto order = compare_typed(left, right);
  if (!order && order.error().id != "NotIcomparable") return comparison_failure(left, right, order.error());
  return order;
}

std::weak_ordering sort_order(const Value& left, const Value& right, bool ignore_case) {
  if (left.is_null() || right.is_null()) return !left.is_null() <=> !right.is_null();
  if (const auto order = compare(left, right, ignore_case); order.ok()) return *order;
  return compare_as_text(left, right, ignore_case);
}

namespace {

// One left value against the right side, for the operators that filter.
class Test {
 public:
  Test(Comparison operation, const Value& right, bool ignore_case)
      : operation_(operation), right_(right), ignore_case_(ignore_case) {}

  Result<void> prepare() {
    if (operation_ == Comparison::like || operation_ == Comparison::not_like) {
      pattern_ = std::make_unique<Wildcard>(to_string(right_), ignore_case_);
    }
    if (operation_ == Comparison::match || operation_ == Comparison::not_match) {
      HVSH_TRY(regex_, Regex::compile(to_string(right_), {.ignore_case = ignore_case_}));
    }
    return {};
  }

  Result<bool> operator()(const Value& left, Matches* matches) const {
    switch (operation_) {
      case Comparison::eq: return equal(left, right_, ignore_case_);
      case Comparison::ne: return !equal(left, right_, ignore_case_);
      case Comparison::like:
      case Comparison::not_like: {
        std::string made;
        return pattern_->matches(text_of(left, made)) == (operation_ == Comparison::like);
      }
      case Comparison::match:
      case Comparison::not_match: {
        std::string made;
        HVSH_TRY(const bool found, match(text_of(left, made), matches));
        return found == (operation_ == Comparison::match);
      }
      default: break;
    }
    HVSH_TRY(const std::weak_ordering order, compare(left, right_, ignore_case_));
    switch (operation_) {
      case Comparison::gt: return order > 0;
      case Comparison::ge: return order >= 0;
      case Comparison::lt: return order < 0;
      default: return order <= 0;
    }
  }

 private:
  Result<bool> match(std::string_view text, Matches* matches) const {
    HVSH_TRY(const std::optional<RegexMatch> found, regex_->find(text));
    if (!found || matches == nullptr) return found.has_value();
    matches->set = true;
    for (size_t i = 0; i < found->groups.size(); ++i) {
      const RegexGroup& group = found->groups[i];
      if (!group.matched) continue;
      const std::string& name = regex_->group_name(i);
      matches->groups.emplace_back(
          name.empty() ? Value::integer(static_cast<int64_t>(i)) : Value::string(name),
          Value::string(text.substr(group.begin, group.end - group.begin)));
    }
    return true;
  }

  Comparison operation_;
  const Value& right_;
  bool ignore_case_;
  std::unique_ptr<Wildcard> pattern_;
  std::shared_ptr<const Regex> regex_;
};

bool contains(const Value& items, const Value& item, bool ignore_case) {
  for (const Value& one : to_items(items)) {
    if (equal(one, item, ignore_case)) return true;
  }
  return items.is_null() && item.is_null();
}

}  // namespace

Result<Value> compare_operator(Comparison operation, const Value& left, const Value& right, bool ignore_case,
                               Matches* matches) {
  switch (operation) {
    case Comparison::contains: return Value::boolean(contains(left, right, ignore_case));
    case Comparison::not_contains: return Value::boolean(!contains(left, right, ignore_case));
    case Comparison::in: return Value::boolean(contains(right, left, ignore_case));
    case Comparison::not_in: return Value::boolean(!contains(right, left, ignore_case));
    default: break;
  }
  Test test(operation, right, ignore_case);
  HVSH_CHECK(test.prepare());
  if (!is_enumerable(left)) {
    HVSH_TRY(const bool result, test(left, matches));
    return Value::boolean(result);
  }
  const bool as_text = operation == Comparison::like || operation == Comparison::not_like;
  std::vector<Value> kept;
  for (const Value& item : to_items(left)) {
    HVSH_TRY(const bool keep, test(item, nullptr));
    if (keep) kept.push_back(as_text ? Value::string(to_string(item)) : item);
  }
  return Value::array(std::move(kept));
}

}  // namespace hvsh
