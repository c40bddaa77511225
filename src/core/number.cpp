#include "core/number.h"

#include <algorithm>

#include "core/big_integer.h"
#include "core/convert.h"
#include "core/decimal.h"

namespace hvsh {

bool is_number(const Value& value) {
  return value.kind() == Value::Kind::integer || value.kind() == Value::Kind::real ||
         value.is_object(ObjectKind::decimal) || is_big_integer(value);
}

Result<Value> as_number(const Value& value) {
  if (is_number(value)) return value;
  switch (value.kind()) {
    case Value::Kind::nothing:
    case Value::Kind::null: return Value::integer(0);
    case Value::Kind::boolean: return Value::integer(value.as_bool() ? 1 : 0);
    case Value::Kind::character: return Value::integer(value.as_char());
    case Value::Kind::enumeration: return Value::integer(value.enum_number());
    default: break;
  }
  if (value.is_string()) {
    if (const auto number = parse_number(value.as_string())) return *number;
    return to_integer(value, IntType::i32);  // an empty text is 0, any other tells what is wrong
  }
  return conversion_error(value, types::Int32.name);
}

__int128 integer_bits(const Value& value) {
  if (value.kind() == Value::Kind::character) return value.as_char();
  return value.int_type() == IntType::u64 ? static_cast<__int128>(static_cast<uint64_t>(value.as_int()))
                                          : static_cast<__int128>(value.as_int());
}

namespace {

NumberClass class_of(const Value& value) {
  if (value.kind() == Value::Kind::real) return NumberClass::real;
  if (value.kind() == Value::Kind::character) return NumberClass::int32;
  if (is_big_integer(value)) return NumberClass::big;
  if (value.kind() != Value::Kind::integer) return NumberClass::decimal;
  switch (value.int_type()) {
    case IntType::u32: return NumberClass::uint32;
    case IntType::i64: return NumberClass::int64;
    case IntType::u64: return NumberClass::uint64;
    default: return NumberClass::int32;
  }
}

}  // namespace

NumberClass common_class(const Value& left, const Value& right) {
  const NumberClass a = class_of(left), b = class_of(right);
  const NumberClass wide = std::max(a, b);
  const auto negative = [](const Value& value) {
    return value.kind() == Value::Kind::integer && value.int_type() != IntType::u64 && value.as_int() < 0;
  };
  if (wide == NumberClass::uint32 && (negative(left) || negative(right))) return NumberClass::int64;
  if (wide == NumberClass::uint64 && (negative(left) || negative(right))) return NumberClass::decimal;
  return wide;
}

Result<Decimal> to_decimal(const Value& value) {
  if (auto* decimal = value.as<DecimalObject>()) return decimal->value;
  if (value.kind() == Value::Kind::real) return decimal_from_double(value.as_real());
  if (value.is_string()) {
    if (const auto decimal = parse_decimal(value.as_string())) return *decimal;
  }
  if (is_big_integer(value)) {
    if (const auto decimal = parse_decimal(big_to_string(value))) return *decimal;
    return conversion_error(value, types::Decimal.name,
                            "Value was either too large or too small for a Decimal.");
  }
  HVSH_TRY(const Value number, as_number(value));
  if (number.kind() == Value::Kind::real) return decimal_from_double(number.as_real());
  if (number.int_type() == IntType::u64) return decimal_from_unsigned(static_cast<uint64_t>(number.as_int()));
  return decimal_from_integer(number.as_int());
}

}  // namespace hvsh
