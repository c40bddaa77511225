#pragma once
// System.Numerics.BigInteger: whole numbers of any size, up to kMaxBigBits. Pure functions; the library that
// computes (boost's multiprecision) stays in the .cpp file.
#include <compare>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/value.h"

namespace hvsh {

namespace types {
inline constexpr TypeInfo BigInteger{"System.Numerics.BigInteger", "BigInteger"};
}  // namespace types

// Bits that a number may have: some 79,000 digits, which are shown in a moment. Only a slip needs more.
inline constexpr unsigned kMaxBigBits = 1u << 18;

class BigIntegerObject final : public HeapObject {
 public:
  struct Number;
  explicit BigIntegerObject(std::unique_ptr<const Number> number);
  ~BigIntegerObject() override;
  const TypeInfo& type() const override { return types::BigInteger; }
  const Number& number() const { return *number_; }

 private:
  std::unique_ptr<const Number> number_;
};

bool is_big_integer(const Value& value);
// A literal as scripts write it, the suffix n and a multiplier included: 12n, -0xFFn, 5nkb.
Result<Value> big_integer_literal(std::string_view text);
// As [bigint] converts: numbers lose their fraction, text is read as decimal digits.
Result<Value> to_big_integer(const Value& value);
// Both sides become BigIntegers; the result is one. Division cuts towards zero.
enum class BigOperation : uint8_t { add, subtract, multiply, divide, remainder, bit_and, bit_or, bit_xor };
Result<Value> big_operation(BigOperation operation, const Value& left, const Value& right);
Result<Value> big_shift(const Value& value, int64_t places);  // negative: to the right
Result<Value> big_complement(const Value& value);
Result<Value> big_power(const Value& base, int64_t exponent);
Result<Value> big_common_divisor(const Value& left, const Value& right);

// Each requires is_big_integer().
std::string big_to_string(const Value& value);
std::string big_to_hexadecimal(const Value& value);  // two's complement, upper case: 0FF for 255
double big_to_double(const Value& value);
int big_sign(const Value& value);
bool big_is_even(const Value& value);
std::optional<__int128> big_to_int(const Value& value);  // nullopt: more than 64 bits
std::strong_ordering big_compare(const Value& left, const Value& right);

}  // namespace hvsh
