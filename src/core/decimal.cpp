#include "core/decimal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace hvsh {

namespace {

using Wide = unsigned __int128;
constexpr int kMaxScale = 28;

// A non-negative number of 256 bits in 32-bit digits, lowest first: room for every intermediate result.
struct Big {
  std::array<uint32_t, 8> digits{};

  Big() = default;
  explicit Big(Wide value) {
    for (size_t i = 0; i < 4; ++i) digits[i] = static_cast<uint32_t>(value >> (32 * i));
  }
  bool fits() const {  // in 96 bits
    return std::all_of(digits.begin() + 3, digits.end(), [](uint32_t d) { return d == 0; });
  }
  Wide low() const {
    Wide value = 0;
    for (size_t i = 4; i-- > 0;) value = value << 32 | digits[i];
    return value;
  }
  void multiply(uint32_t factor) {
    uint64_t carry = 0;
    for (uint32_t& digit : digits) {
      carry += static_cast<uint64_t>(digit) * factor;
      digit = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
  }
  uint32_t divide(uint32_t divisor) {  // returns the remainder
    uint64_t rest = 0;
    for (size_t i = digits.size(); i-- > 0;) {
      rest = rest << 32 | digits[i];
      digits[i] = static_cast<uint32_t>(rest / divisor);
      rest %= divisor;
    }
    return static_cast<uint32_t>(rest);
  }
  void add(uint32_t value) {
    uint64_t carry = value;
    for (uint32_t& digit : digits) {
      carry += digit;
      digit = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
  }
  friend std::strong_ordering operator<=>(const Big& a, const Big& b) {
    for (size_t i = a.digits.size(); i-- > 0;) {
      if (a.digits[i] != b.digits[i]) return a.digits[i] <=> b.digits[i];
    }
    return std::strong_ordering::equal;
  }
};

Big sum(const Big& a, const Big& b) {
  Big result;
  uint64_t carry = 0;
  for (size_t i = 0; i < result.digits.size(); ++i) {
    carry += static_cast<uint64_t>(a.digits[i]) + b.digits[i];
    result.digits[i] = static_cast<uint32_t>(carry);
    carry >>= 32;
  }
  return result;
}

Big difference(const Big& a, const Big& b) {  // a >= b
  Big result;
  int64_t borrow = 0;
  for (size_t i = 0; i < result.digits.size(); ++i) {
    int64_t digit = static_cast<int64_t>(a.digits[i]) - b.digits[i] - borrow;
    borrow = digit < 0 ? 1 : 0;
    if (digit < 0) digit += int64_t{1} << 32;
    result.digits[i] = static_cast<uint32_t>(digit);
  }
  return result;
}

Big product(Wide a, Wide b) {
  const Big x(a), y(b);
  Big result;
  for (size_t i = 0; i < 4; ++i) {
    uint64_t carry = 0;
    for (size_t j = 0; i + j < result.digits.size(); ++j) {
      const uint64_t other = j < 4 ? y.digits[j] : 0;
      carry += static_cast<uint64_t>(x.digits[i]) * other + result.digits[i + j];
      result.digits[i + j] = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
  }
  return result;
}

Error overflow() {
  return {.id = "OverflowException",
          .category = ErrorCategory::InvalidResult,
          .message = "Value was either too large or too small for a Decimal.",
          .exception = "System.OverflowException"};
}
Error division_by_zero() {
  return {.id = "RuntimeException",
          .category = ErrorCategory::NotSpecified,
          .message = "Attempted to divide by zero.",
          .exception = "System.DivideByZeroException"};
}

// Drops digits after the point until the number fits, rounding half to even once, over all that is dropped.
Result<Decimal> fit(Big value, int scale, bool negative, bool inexact = false) {
  uint32_t last = 0;
  bool sticky = inexact;
  while (!value.fits() || scale > kMaxScale) {
    if (scale == 0) return overflow();
    sticky = sticky || last != 0;
    last = value.divide(10);
    --scale;
    if (!value.fits() || scale > kMaxScale) continue;
    if (last > 5 || (last == 5 && (sticky || (value.digits[0] & 1) != 0))) value.add(1);
    last = 0;
    sticky = true;
  }
  return Decimal{value.low(), static_cast<uint8_t>(scale), negative};
}

Big scaled(const Decimal& value, int scale) {
  Big big(value.magnitude);
  for (int i = value.scale; i < scale; ++i) big.multiply(10);
  return big;
}

Result<Decimal> add_signed(const Decimal& a, const Decimal& b, bool b_negative) {
  const int scale = std::max(a.scale, b.scale);
  const Big x = scaled(a, scale), y = scaled(b, scale);
  if (a.negative == b_negative) return fit(sum(x, y), scale, a.negative);
  if (x >= y) return fit(difference(x, y), scale, a.negative);
  return fit(difference(y, x), scale, b_negative);
}

}  // namespace

std::string to_string(const Decimal& value) {
  std::string digits;
  for (Wide rest = value.magnitude; rest != 0; rest /= 10)
    digits += static_cast<char>('0' + static_cast<int>(rest % 10));
  while (digits.size() <= value.scale) digits += '0';
  std::reverse(digits.begin(), digits.end());
  if (value.scale > 0) digits.insert(digits.size() - value.scale, ".");
  return value.negative && value.magnitude != 0 ? "-" + digits : digits;
}

double to_double(const Decimal& value) {
  const double magnitude = std::strtod(to_string(value).c_str(), nullptr);
  return magnitude;
}

std::optional<Decimal> parse_decimal(std::string_view text) {
  Decimal value;
  size_t i = 0;
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) value.negative = text[i++] == '-';
  bool point = false, any = false;
  Big big;
  int scale = 0;
  for (; i < text.size(); ++i) {
    if (text[i] == '.' && !point) {
      point = true;
      continue;
    }
    if (text[i] < '0' || text[i] > '9' || scale > 40) return std::nullopt;
    any = true;
    big.multiply(10);
    big.add(static_cast<uint32_t>(text[i] - '0'));
    if (point) ++scale;
    if (big.digits[6] != 0) return std::nullopt;
  }
  if (!any) return std::nullopt;
  auto result = fit(big, scale, value.negative);
  if (!result) return std::nullopt;
  return *result;
}

Decimal decimal_from_integer(int64_t value) {
  const bool negative = value < 0;
  return {negative ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value), 0, negative};
}
Decimal decimal_from_unsigned(uint64_t value) { return {value, 0, false}; }

Result<Decimal> decimal_from_double(double value) {
  if (!(std::fabs(value) < 7.9228162514264338e28)) return overflow();
  const int exponent = value == 0 ? 0 : static_cast<int>(std::floor(std::log10(std::fabs(value))));
  const int decimals = std::clamp(14 - exponent, 0, kMaxScale);
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.find('.') != std::string::npos) {
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
  }
  const auto parsed = parse_decimal(text);
  if (!parsed) return overflow();
  return *parsed;
}

Decimal round(const Decimal& value, int digits) {
  if (value.scale <= digits) return value;
  Wide magnitude = value.magnitude;
  bool sticky = false;
  int last = 0;
  for (int scale = value.scale; scale > digits; --scale) {
    sticky = sticky || last != 0;
    last = static_cast<int>(magnitude % 10);
    magnitude /= 10;
  }
  if (last > 5 || (last == 5 && (sticky || (magnitude & 1) != 0))) ++magnitude;
  return {magnitude, static_cast<uint8_t>(digits), value.negative};
}

std::optional<int64_t> to_int64(const Decimal& value) {
  const Decimal whole = round(value, 0);
  const Wide limit = (Wide{1} << 63) - (whole.negative ? 0 : 1);
  if (whole.magnitude > limit) return std::nullopt;
  const auto low = static_cast<uint64_t>(whole.magnitude);
  return static_cast<int64_t>(whole.negative ? 0 - low : low);
}

Result<Decimal> add(const Decimal& a, const Decimal& b) { return add_signed(a, b, b.negative); }
Result<Decimal> subtract(const Decimal& a, const Decimal& b) { return add_signed(a, b, !b.negative); }
Result<Decimal> multiply(const Decimal& a, const Decimal& b) {
  return fit(product(a.magnitude, b.magnitude), a.scale + b.scale, a.negative != b.negative);
}

Result<Decimal> divide(const Decimal& a, const Decimal& b) {
  if (b.magnitude == 0) return division_by_zero();
  // Long division, digit by digit, until it comes out even or 28 digits stand after the point; then the
  // trailing zeros that the division itself added are dropped.
  Wide quotient = a.magnitude / b.magnitude;
  Wide rest = a.magnitude % b.magnitude;
  Big digits(quotient);
  int scale = a.scale - b.scale;
  for (; scale < 0; ++scale) {
    rest *= 10;  // below 10 * 2^96: fits
    digits.multiply(10);
    digits.add(static_cast<uint32_t>(rest / b.magnitude));
    rest %= b.magnitude;
  }
  while (rest != 0 && scale <= kMaxScale && digits.fits()) {
    rest *= 10;
    digits.multiply(10);
    digits.add(static_cast<uint32_t>(rest / b.magnitude));
    rest %= b.magnitude;
    ++scale;
  }
  return fit(digits, scale, a.negative != b.negative, rest != 0);
}

Result<Decimal> remainder(const Decimal& a, const Decimal& b) {
  if (b.magnitude == 0) return division_by_zero();
  const int scale = std::max(a.scale, b.scale);
  Big x = scaled(a, scale);
  const Big y = scaled(b, scale);
  // Subtracting y shifted left, from the highest shift that stays below x, leaves x mod y.
  Big shifted = y;
  int shifts = 0;
  while (shifted <= x && (shifted.digits.back() & 0x80000000u) == 0) {
    shifted.multiply(2);
    ++shifts;
  }
  for (;; --shifts) {
    if (shifted <= x) x = difference(x, shifted);
    if (shifts == 0) break;
    shifted.divide(2);
  }
  return fit(x, scale, a.negative);
}

std::strong_ordering compare(const Decimal& a, const Decimal& b) {
  const bool a_negative = a.negative && a.magnitude != 0;
  const bool b_negative = b.negative && b.magnitude != 0;
  if (a_negative != b_negative)
    return a_negative ? std::strong_ordering::less : std::strong_ordering::greater;
  const int scale = std::max(a.scale, b.scale);
  const auto order = scaled(a, scale) <=> scaled(b, scale);
  return a_negative ? 0 <=> order : order;
}

}  // namespace hvsh
