#include "core/big_integer.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>

#include "core/convert.h"
#include "core/decimal.h"
#include "core/text.h"

namespace hvsh {

using Whole = boost::multiprecision::cpp_int;

struct BigIntegerObject::Number {
  Whole value;
};

BigIntegerObject::BigIntegerObject(std::unique_ptr<const Number> number)
    : HeapObject(ObjectKind::other), number_(std::move(number)) {}
BigIntegerObject::~BigIntegerObject() = default;

namespace {

const Whole& whole_of(const Value& value) {
  return static_cast<const BigIntegerObject*>(value.as_object())->number().value;
}

size_t bits_of(const Whole& value) { return value == 0 ? 0 : msb(value < 0 ? Whole(-value) : value) + 1; }

Error too_large() {
  return {.id = "OutOfMemory",
          .category = ErrorCategory::LimitsExceeded,
          .message = fmt::format("The number would be larger than {} bits.", kMaxBigBits),
          .exception = "System.OutOfMemoryException"};
}

Error divided_by_zero() {
  return {.id = "RuntimeException",
          .category = ErrorCategory::NotSpecified,
          .message = "Attempted to divide by zero.",
          .exception = "System.DivideByZeroException"};
}

Result<Value> made(Whole value) {
  if (bits_of(value) > kMaxBigBits) return too_large();
  std::unique_ptr<BigIntegerObject::Number> number(new BigIntegerObject::Number{std::move(value)});
  return Value::object(make<BigIntegerObject>(std::move(number)));
}

bool are_digits(std::string_view text, std::string_view digits) {
  return !text.empty() && text.find_first_not_of(digits) == std::string_view::npos;
}

// A hexadecimal or binary digit holds a whole number of bits.
Whole read_bits(std::string_view digits, unsigned bits_each) {
  Whole value = 0;
  for (char c : digits) {
    value <<= bits_each;
    value += c <= '9' ? c - '0' : ascii_lower(c) - 'a' + 10;
  }
  return value;
}

Result<Whole> read_decimal(std::string_view digits) {
  if (digits.size() > kMaxBigBits / 3) return too_large();
  const size_t zeros =
      std::min(digits.find_first_not_of('0'), digits.size() - 1);  // a 0 in front means octal
  return Whole(std::string(digits.substr(zeros)));
}

Result<Whole> whole_from(const Value& value) {
  if (is_big_integer(value)) return whole_of(value);
  if (value.kind() == Value::Kind::integer && value.int_type() == IntType::u64)
    return Whole(static_cast<uint64_t>(value.as_int()));
  if (value.kind() == Value::Kind::real) {
    const double real = std::trunc(value.as_real());
    if (!std::isfinite(real))
      return conversion_error(value, types::BigInteger.name, "BigInteger cannot represent infinity.");
    return Whole(real);
  }
  if (auto* decimal = value.as<DecimalObject>()) {
    const std::string text = to_string(decimal->value);
    const bool negative = text.starts_with('-');
    const size_t point = std::min(text.find('.'), text.size());
    HVSH_TRY(Whole number, read_decimal(std::string_view(text).substr(negative, point - negative)));
    return negative ? Whole(-number) : number;
  }
  if (!value.is_string()) {
    HVSH_TRY(const Value number, to_integer(value, IntType::i64));
    return Whole(number.as_int());
  }
  std::string_view text = value.as_string();
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (!are_digits(text, "0123456789"))
    return conversion_error(value, types::BigInteger.name, "The value could not be parsed.");
  HVSH_TRY(Whole number, read_decimal(text));
  return negative ? Whole(-number) : number;
}

}  // namespace

bool is_big_integer(const Value& value) {
  return value.is_object(ObjectKind::other) && &value.as_object()->type() == &types::BigInteger;
}

Result<Value> big_integer_literal(std::string_view text) {
  const bool negative = !text.empty() && text[0] != '+' && (text[0] < '0' || text[0] > '9');
  const size_t begin = text.find_first_of("0123456789");
  text.remove_prefix(std::min(begin, text.size()));
  const size_t suffix = text.find_last_of("nN");
  unsigned shift = 0;
  if (suffix + 1 < text.size())
    shift = 10 * static_cast<unsigned>(std::string_view("kmgtp").find(ascii_lower(text[suffix + 1])) + 1);
  text = text.substr(0, suffix);
  const char base = text.size() > 2 ? ascii_lower(text[1]) : '0';
  if (text.size() > kMaxBigBits) return too_large();
  Whole value;
  if (base == 'x' || base == 'b') {
    value = read_bits(text.substr(2), base == 'x' ? 4 : 1);
  } else {
    HVSH_TRY(value, read_decimal(text));
  }
  value <<= shift;
  return made(negative ? Whole(-value) : value);
}

Result<Value> to_big_integer(const Value& value) {
  if (is_big_integer(value)) return value;
  HVSH_TRY(Whole number, whole_from(value));
  return made(std::move(number));
}

Result<Value> big_operation(BigOperation operation, const Value& left, const Value& right) {
  HVSH_TRY(const Whole a, whole_from(left));
  HVSH_TRY(const Whole b, whole_from(right));
  switch (operation) {
    case BigOperation::add: return made(a + b);
    case BigOperation::subtract: return made(a - b);
    case BigOperation::multiply:
      if (bits_of(a) + bits_of(b) > kMaxBigBits + 1) return too_large();
      return made(a * b);
    case BigOperation::divide:
      if (b == 0) return divided_by_zero();
      return made(a / b);
    case BigOperation::remainder:
      if (b == 0) return divided_by_zero();
      return made(a % b);
    case BigOperation::bit_and: return made(a & b);
    case BigOperation::bit_or: return made(a | b);
    case BigOperation::bit_xor: return made(a ^ b);
  }
  return too_large();
}

Result<Value> big_shift(const Value& value, int64_t places) {
  HVSH_TRY(Whole number, whole_from(value));
  if (places > static_cast<int64_t>(kMaxBigBits)) return number == 0 ? made(0) : Result<Value>(too_large());
  if (places >= 0) return made(number << static_cast<unsigned>(places));
  const auto down = static_cast<unsigned>(std::min<int64_t>(-places, kMaxBigBits + 1));
  // Towards minus infinity, as the bits of two's complement go.
  if (number < 0) return made(-((-number - 1) >> down) - 1);
  return made(number >> down);
}

Result<Value> big_complement(const Value& value) {
  HVSH_TRY(const Whole number, whole_from(value));
  return made(-number - 1);
}

Result<Value> big_power(const Value& base, int64_t exponent) {
  HVSH_TRY(const Whole number, whole_from(base));
  if (exponent < 0) {
    return Error{.id = "ArgumentOutOfRangeException",
                 .category = ErrorCategory::InvalidArgument,
                 .message = "The number must be greater than or equal to zero. (Parameter 'exponent')",
                 .exception = "System.ArgumentOutOfRangeException"};
  }
  const size_t bits = bits_of(number);
  const bool small = bits <= 1;  // 0, 1 and -1 stay what they are
  if (!small && static_cast<unsigned __int128>(bits - 1) * static_cast<uint64_t>(exponent) > kMaxBigBits)
    return too_large();
  return made(pow(number, static_cast<unsigned>(small ? 2 - exponent % 2 : exponent) * (exponent != 0)));
}

Result<Value> big_common_divisor(const Value& left, const Value& right) {
  HVSH_TRY(const Whole a, whole_from(left));
  HVSH_TRY(const Whole b, whole_from(right));
  return made(gcd(a, b));
}

std::string big_to_string(const Value& value) { return whole_of(value).str(); }

std::string big_to_hexadecimal(const Value& value) {
  const Whole& number = whole_of(value);
  Whole bits = number;
  if (number < 0) {
    // As many hexadecimal digits as keep the highest bit for the sign.
    const size_t digits = bits_of(-number - 1) / 4 + 1;
    bits = (Whole(1) << static_cast<unsigned>(4 * digits)) + number;
  }
  std::string text = bits.str(0, std::ios_base::hex);
  std::transform(text.begin(), text.end(), text.begin(), ascii_upper);
  if (number >= 0 && text[0] > '7') text.insert(0, 1, '0');
  return text;
}

double big_to_double(const Value& value) { return whole_of(value).convert_to<double>(); }
int big_sign(const Value& value) { return whole_of(value).sign(); }
bool big_is_even(const Value& value) { return (whole_of(value) & 1) == 0; }

std::optional<__int128> big_to_int(const Value& value) {
  const Whole& number = whole_of(value);
  if (bits_of(number) > 64) return std::nullopt;
  return number.convert_to<__int128>();
}

std::strong_ordering big_compare(const Value& left, const Value& right) {
  const int order = whole_of(left).compare(whole_of(right));
  return order <=> 0;
}

}  // namespace hvsh
