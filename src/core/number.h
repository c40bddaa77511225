#pragma once
// Numbers of all widths, as arithmetic and comparison see them: which class both sides meet in.
#include "core/value.h"

namespace hvsh {

struct Decimal;

// In the order of widening. Smaller integers count as int.
enum class NumberClass : uint8_t { int32, uint32, int64, uint64, decimal, real, big };

bool is_number(const Value& value);  // integer, real, decimal or BigInteger
// Text, characters, booleans, enumerations and null as the number that they stand for.
Result<Value> as_number(const Value& value);
// The class in which both are computed: a negative number beside uint goes to long, beside ulong to decimal.
NumberClass common_class(const Value& left, const Value& right);
__int128 integer_bits(const Value& value);  // of an integer or character, with ulong above long's range
Result<Decimal> to_decimal(const Value& value);

}  // namespace hvsh
