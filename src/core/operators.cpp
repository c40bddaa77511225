#include "core/operators.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "core/big_integer.h"
#include "core/convert.h"
#include "core/decimal.h"
#include "core/number.h"
#include "core/text.h"

namespace hvsh {

namespace {

// Items that an array made by .. or * may have: 2 GiB of values. More is a slip, and would end the process.
constexpr int64_t kMaxItems = int64_t{1} << 27;
constexpr size_t kMaxText = size_t{1} << 30;

Error divided_by_zero() {
  return {.id = "RuntimeException",
          .category = ErrorCategory::NotSpecified,
          .message = "Attempted to divide by zero.",
          .exception = "System.DivideByZeroException"};
}

Error no_operator(const Value& value, std::string_view name) {
  return {
      .id = "MethodNotFound",
      .category = ErrorCategory::InvalidOperation,
      .message = fmt::format("Method invocation failed because [{}] does not contain a method named '{}'.",
                             value.type().name, name),
      .target = std::string(name)};
}

Error too_large(std::string_view what) {
  return {.id = "OutOfMemory",
          .category = ErrorCategory::LimitsExceeded,
          .message = fmt::format("{} would be too large.", what)};
}

bool is_enumerable(const Value& value) {
  return value.is_object(ObjectKind::array) || value.is_object(ObjectKind::list);
}

// What arithmetic takes as a number on the left without a word.
bool counts_as_number(const Value& value) {
  return is_number(value) || value.kind() == Value::Kind::boolean ||
         value.kind() == Value::Kind::enumeration || value.kind() == Value::Kind::character;
}

// In BigOperation's order.
enum class Operation { add, subtract, multiply, divide, remainder };
constexpr std::string_view kMethodNames[] = {"op_Addition", "op_Subtraction", "op_Multiply", "op_Division",
                                             "op_Modulus"};

Result<Value> on_reals(Operation operation, double a, double b) {
  switch (operation) {
    case Operation::add: return Value::real(a + b);
    case Operation::subtract: return Value::real(a - b);
    case Operation::multiply: return Value::real(a * b);
    case Operation::divide: return Value::real(a / b);
    case Operation::remainder: return Value::real(std::fmod(a, b));
  }
  return Value();
}

Result<Value> on_decimals(Operation operation, const Decimal& a, const Decimal& b) {
  Result<Decimal> result = [&] {
    switch (operation) {
      case Operation::add: return add(a, b);
      case Operation::subtract: return subtract(a, b);
      case Operation::multiply: return multiply(a, b);
      case Operation::divide: return divide(a, b);
      case Operation::remainder: return remainder(a, b);
    }
    return add(a, b);
  }();
  if (!result) return result.take_error();
  return Value::object(make<DecimalObject>(*result));
}

struct IntegerClass {
  IntType type;
  __int128 minimum;
  __int128 maximum;
};

IntegerClass integer_class(NumberClass wide) {
  switch (wide) {
    case NumberClass::uint32: return {IntType::u32, 0, UINT32_MAX};
    case NumberClass::int64: return {IntType::i64, INT64_MIN, INT64_MAX};
    case NumberClass::uint64: return {IntType::u64, 0, UINT64_MAX};
    default: return {IntType::i32, INT32_MIN, INT32_MAX};
  }
}

Result<Value> on_integers(Operation operation, __int128 a, __int128 b, NumberClass wide) {
  const IntegerClass limits = integer_class(wide);
  __int128 result = 0;
  switch (operation) {
    case Operation::add: result = a + b; break;
    case Operation::subtract: result = a - b; break;
    case Operation::multiply:
      // Two 64-bit numbers always fit 128 bits when one is signed; two ulongs may not.
      if (__builtin_mul_overflow(a, b, &result))
        return Value::real(static_cast<double>(a) * static_cast<double>(b));
      break;
    case Operation::divide:
      if (b == 0) return divided_by_zero();
      if (a % b != 0) return Value::real(static_cast<double>(a) / static_cast<double>(b));
      result = a / b;
      break;
    case Operation::remainder:
      if (b == 0) return divided_by_zero();
      result = a % b;
      break;
  }
  if (result < limits.minimum || result > limits.maximum) return Value::real(static_cast<double>(result));
  return Value::integer(static_cast<int64_t>(result), limits.type);
}

Result<Value> arithmetic(Operation operation, const Value& left, const Value& right) {
  HVSH_TRY(const Value a, as_number(left));
  HVSH_TRY(const Value b, as_number(right));
  const NumberClass wide = common_class(a, b);
  if (wide == NumberClass::big) return big_operation(static_cast<BigOperation>(operation), a, b);
  if (wide == NumberClass::real) {
    HVSH_TRY(const double x, to_double(a));
    HVSH_TRY(const double y, to_double(b));
    return on_reals(operation, x, y);
  }
  if (wide == NumberClass::decimal) {
    HVSH_TRY(const Decimal x, to_decimal(a));
    HVSH_TRY(const Decimal y, to_decimal(b));
    return on_decimals(operation, x, y);
  }
  return on_integers(operation, integer_bits(a), integer_bits(b), wide);
}

Result<int64_t> checked_ticks(__int128 ticks, int64_t minimum, int64_t maximum, std::string_view what) {
  if (ticks < minimum || ticks > maximum) {
    return Error{.id = "ArgumentOutOfRange",
                 .category = ErrorCategory::InvalidArgument,
                 .message = fmt::format("The result is outside of the range of {}.", what)};
  }
  return static_cast<int64_t>(ticks);
}

// date + span, date - span, date - date, span + span, span - span, span * number, span / number.
Result<Value> on_times(Operation operation, const Value& left, const Value& right) {
  const bool additive = operation == Operation::add || operation == Operation::subtract;
  const int sign = operation == Operation::subtract ? -1 : 1;
  if (left.kind() == Value::Kind::date_time && additive) {
    const DateTime date = left.as_date_time();
    if (sign < 0 && right.kind() == Value::Kind::date_time) {
      return Value::time_span({date.ticks - right.as_date_time().ticks});
    }
    HVSH_TRY(const TimeSpan span, to_time_span(right));
    HVSH_TRY(const int64_t ticks,
             checked_ticks(static_cast<__int128>(date.ticks) + static_cast<__int128>(span.ticks) * sign, 0,
                           DateTime::kMaxTicks, "a DateTime"));
    return Value::date_time({ticks, date.kind});
  }
  if (left.kind() == Value::Kind::time_span && additive) {
    HVSH_TRY(const TimeSpan span, to_time_span(right));
    HVSH_TRY(const int64_t ticks, checked_ticks(static_cast<__int128>(left.as_time_span().ticks) +
                                                    static_cast<__int128>(span.ticks) * sign,
                                                INT64_MIN, INT64_MAX, "a TimeSpan"));
    return Value::time_span({ticks});
  }
  if (left.kind() == Value::Kind::time_span &&
      (operation == Operation::multiply || operation == Operation::divide)) {
    if (right.kind() == Value::Kind::time_span) {
      if (operation == Operation::multiply)
        return no_operator(left, kMethodNames[static_cast<size_t>(operation)]);
      return Value::real(static_cast<double>(left.as_time_span().ticks) /
                         static_cast<double>(right.as_time_span().ticks));
    }
    HVSH_TRY(const double factor, to_double(right));
    const double span = static_cast<double>(left.as_time_span().ticks);
    const double ticks = operation == Operation::multiply ? span * factor : span / factor;
    if (!(std::fabs(ticks) < 9.2e18))
      return checked_ticks(static_cast<__int128>(INT64_MAX) + 1, 0, 0, "a TimeSpan").take_error();
    return Value::time_span({static_cast<int64_t>(std::nearbyint(ticks))});
  }
  return no_operator(left, kMethodNames[static_cast<size_t>(operation)]);
}

bool is_time(const Value& value) {
  return value.kind() == Value::Kind::date_time || value.kind() == Value::Kind::time_span;
}

Result<Value> numeric(Operation operation, const Value& left, const Value& right) {
  if (is_time(left)) return on_times(operation, left, right);
  const bool number = left.is_null() || counts_as_number(left) || left.is_string();
  if (!number) return no_operator(left, kMethodNames[static_cast<size_t>(operation)]);
  if (is_enumerable(right) || is_time(right))
    return no_operator(right, kMethodNames[static_cast<size_t>(operation)]);
  return arithmetic(operation, left, right);
}

Result<Value> merge(const MapObject& left, const MapObject& right) {
  auto merged = make<MapObject>(left.ordered());
  for (const auto& [key, value] : left.entries()) merged->set(key, value);
  for (const auto& [key, value] : right.entries()) {
    if (merged->find(key) != nullptr) {
      return Error{.id = "System.ArgumentException",
                   .category = ErrorCategory::OperationStopped,
                   .message = fmt::format(
                       "Item has already been added. Key in dictionary: '{0}'  Key being added: '{0}'",
                       to_string(key)),
                   .exception = "System.ArgumentException"};
    }
    merged->set(key, value);
  }
  return Value::object(merged);
}

Result<int64_t> repeat_count(const Value& value) {
  HVSH_TRY(const Value count, to_integer(value, IntType::i32));
  if (count.as_int() < 0) {
    return Error{.id = "ArgumentOutOfRange",
                 .category = ErrorCategory::InvalidArgument,
                 .message = fmt::format("Cannot repeat something {} times.", count.as_int())};
  }
  return count.as_int();
}

}  // namespace

Result<Value> add(const Value& left, const Value& right) {
  if (left.is_null()) return right.is_nothing() ? Value::null() : right;
  if (left.is_string() || (left.kind() == Value::Kind::character && right.is_string())) {
    return Value::string(to_string(left) + to_string(right));
  }
  if (is_enumerable(left)) {
    std::vector<Value> items = to_items(left);
    if (is_enumerable(right)) {
      for (Value& item : to_items(right)) items.push_back(std::move(item));
    } else {
      items.push_back(right);
    }
    return Value::array(std::move(items));
  }
  if (auto* map = left.as<MapObject>()) {
    if (auto* other = right.as<MapObject>()) return merge(*map, *other);
    return Error{.id = "AddHashTableToNonHashTable",
                 .category = ErrorCategory::InvalidOperation,
                 .message = "A hash table can only be added to another hash table."};
  }
  return numeric(Operation::add, left, right);
}

Result<Value> subtract(const Value& left, const Value& right) {
  return numeric(Operation::subtract, left, right);
}

Result<Value> multiply(const Value& left, const Value& right) {
  if (left.is_string()) {
    HVSH_TRY(const int64_t count, repeat_count(right));
    const std::string_view text = left.as_string();
    if (text.size() * static_cast<size_t>(count) > kMaxText) return too_large("The text");
    std::string result;
    result.reserve(text.size() * static_cast<size_t>(count));
    for (int64_t i = 0; i < count; ++i) result += text;
    return Value::string(std::move(result));
  }
  if (is_enumerable(left)) {
    HVSH_TRY(const int64_t count, repeat_count(right));
    const std::vector<Value> items = to_items(left);
    if (static_cast<__int128>(items.size()) * count > kMaxItems) return too_large("The array");
    std::vector<Value> result;
    for (int64_t i = 0; i < count; ++i) result.insert(result.end(), items.begin(), items.end());
    return Value::array(std::move(result));
  }
  if (left.is_null()) return Value::null();
  return numeric(Operation::multiply, left, right);
}

Result<Value> divide(const Value& left, const Value& right) {
  return numeric(Operation::divide, left, right);
}
Result<Value> remainder(const Value& left, const Value& right) {
  return numeric(Operation::remainder, left, right);
}

Result<Value> negate(const Value& value) {
  if (value.kind() == Value::Kind::time_span) {
    return on_times(Operation::multiply, value, Value::integer(-1));
  }
  return numeric(Operation::subtract, Value::integer(0), value);
}

Result<Value> to_number(const Value& value) { return numeric(Operation::add, Value::integer(0), value); }

namespace {

enum class BitOperation { conjunction, disjunction, difference };

// Bits of a value and the type that the result has: long or ulong where one side needs it, else int.
struct Bits {
  uint64_t bits = 0;
  IntType type = IntType::i32;
};

Result<Bits> bits_of(const Value& value) {
  HVSH_TRY(Value number, as_number(value));
  if (number.kind() != Value::Kind::integer) {
    auto small = to_integer(number, IntType::i32);
    HVSH_TRY(number, small ? std::move(small) : to_integer(number, IntType::i64));
  }
  IntType type = number.int_type();
  if (type != IntType::u32 && type != IntType::i64 && type != IntType::u64) type = IntType::i32;
  return Bits{static_cast<uint64_t>(number.as_int()), type};
}

// The bits as a value of the type: sign-extended or cut to its width.
Value value_of(uint64_t bits, IntType type) {
  if (type == IntType::i32) return Value::integer(static_cast<int32_t>(static_cast<uint32_t>(bits)));
  if (type == IntType::u32) return Value::integer(static_cast<uint32_t>(bits), type);
  return Value::integer(static_cast<int64_t>(bits), type);
}

Result<Value> on_bits(BitOperation operation, const Value& left, const Value& right) {
  const EnumInfo* info = left.kind() == Value::Kind::enumeration    ? &left.enum_info()
                         : right.kind() == Value::Kind::enumeration ? &right.enum_info()
                                                                    : nullptr;
  const auto number = [info](const Value& value) -> Result<Bits> {
    if (info != nullptr && value.is_string()) {
      HVSH_TRY(const Value converted, to_enum(value, *info));
      return bits_of(converted);
    }
    return bits_of(value);
  };
  if (is_big_integer(left) || is_big_integer(right)) {
    return big_operation(operation == BitOperation::conjunction   ? BigOperation::bit_and
                         : operation == BitOperation::disjunction ? BigOperation::bit_or
                                                                  : BigOperation::bit_xor,
                         left, right);
  }
  HVSH_TRY(const Bits a, number(left));
  HVSH_TRY(const Bits b, number(right));
  uint64_t bits = a.bits & b.bits;
  if (operation == BitOperation::disjunction) bits = a.bits | b.bits;
  if (operation == BitOperation::difference) bits = a.bits ^ b.bits;
  if (info != nullptr) return Value::enumeration(*info, static_cast<int32_t>(static_cast<uint32_t>(bits)));
  IntType type = std::max(a.type, b.type);
  const bool signs_differ = (a.type == IntType::i32) != (b.type == IntType::i32);
  if (type == IntType::u32 && signs_differ) type = IntType::i64;
  return value_of(bits, type);
}

Result<Value> shift(const Value& left, const Value& right, bool to_left) {
  if (is_big_integer(left)) {
    HVSH_TRY(const Value places, to_integer(right, IntType::i32));
    return big_shift(left, to_left ? places.as_int() : -places.as_int());
  }
  HVSH_TRY(const Bits value, bits_of(left));
  HVSH_TRY(const Value count, to_integer(right, IntType::i32));
  const bool wide = value.type == IntType::i64 || value.type == IntType::u64;
  const auto places = static_cast<unsigned>(count.as_int()) & (wide ? 63u : 31u);
  if (to_left) return value_of(value.bits << places, value.type);
  if (value.type == IntType::u64) return value_of(value.bits >> places, value.type);
  return value_of(static_cast<uint64_t>(static_cast<int64_t>(value.bits) >> places), value.type);
}

}  // namespace

Result<Value> bit_and(const Value& left, const Value& right) {
  return on_bits(BitOperation::conjunction, left, right);
}
Result<Value> bit_or(const Value& left, const Value& right) {
  return on_bits(BitOperation::disjunction, left, right);
}
Result<Value> bit_xor(const Value& left, const Value& right) {
  return on_bits(BitOperation::difference, left, right);
}
Result<Value> bit_not(const Value& value) {
  if (is_big_integer(value)) return big_complement(value);
  HVSH_TRY(const Bits bits, bits_of(value));
  if (value.kind() == Value::Kind::enumeration) {
    return Value::enumeration(value.enum_info(), static_cast<int32_t>(static_cast<uint32_t>(~bits.bits)));
  }
  return value_of(~bits.bits, bits.type);
}
Result<Value> shift_left(const Value& left, const Value& right) { return shift(left, right, true); }
Result<Value> shift_right(const Value& left, const Value& right) { return shift(left, right, false); }

Result<Value> range(const Value& first, const Value& last) {
  const auto single = [](const Value& value) {
    if (value.kind() == Value::Kind::character) return true;
    return value.is_string() && value.as_string().size() == 1 && !parse_number(value.as_string());
  };
  const bool characters = single(first) && single(last);
  const auto end_of = [characters](const Value& value) -> Result<int64_t> {
    if (characters) return to_utf16(to_string(value))[0];
    HVSH_TRY(const Value number, to_integer(value, IntType::i32));
    return number.as_int();
  };
  HVSH_TRY(const int64_t from, end_of(first));
  HVSH_TRY(const int64_t to, end_of(last));
  const int64_t step = from <= to ? 1 : -1;
  const int64_t count = (to - from) * step + 1;
  if (count > kMaxItems) return too_large(fmt::format("The array {}..{}", from, to));
  std::vector<Value> items;
  items.reserve(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    const int64_t number = from + i * step;
    items.push_back(characters ? Value::character(static_cast<char16_t>(number)) : Value::integer(number));
  }
  return Value::array(std::move(items));
}

}  // namespace hvsh
