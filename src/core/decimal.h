#pragma once
// Arithmetic of System.Decimal: 96-bit magnitude, scale 0 to 28, rounded half to even. Pure functions; what
// leaves the range is an error, never wrapped or cut silently.
#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "core/object.h"

namespace hvsh {

std::string to_string(const Decimal& value);  // keeps trailing zeros: 1.50
double to_double(const Decimal& value);
std::optional<Decimal> parse_decimal(
    std::string_view text);  // [-]digits[.digits]; nullopt: not one, or too big
Decimal decimal_from_integer(int64_t value);
Decimal decimal_from_unsigned(uint64_t value);
Result<Decimal> decimal_from_double(double value);      // 15 significant digits, as .NET converts
std::optional<int64_t> to_int64(const Decimal& value);  // rounded half to even; nullopt: outside of the range

Result<Decimal> add(const Decimal& a, const Decimal& b);
Result<Decimal> subtract(const Decimal& a, const Decimal& b);
Result<Decimal> multiply(const Decimal& a, const Decimal& b);
Result<Decimal> divide(const Decimal& a, const Decimal& b);
Result<Decimal> remainder(const Decimal& a, const Decimal& b);
std::strong_ordering compare(const Decimal& a, const Decimal& b);
Decimal round(const Decimal& value, int digits);  // to that many digits after the point, half to even

}  // namespace hvsh
