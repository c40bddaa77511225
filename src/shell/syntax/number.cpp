#include "shell/syntax/number.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "shell/syntax/scanner.h"

namespace hvsh::shell {

namespace {

using Wide = unsigned __int128;

constexpr Wide kMaxDecimalDigits = (Wide{1} << 96) - 1;

// The pieces of a literal before its value is computed.
struct Pieces {
  bool negative = false;
  int base = 10;
  std::string_view digits;    // before the point, or of a hexadecimal or binary number
  std::string_view fraction;  // after it
  std::string_view real;      // digits, point, fraction and exponent
  int exponent = 0;
  bool is_real = false;
  bool is_unsigned = false;
  char suffix = 0;     // l s y d n, or 0
  unsigned shift = 0;  // of the multiplier, in bits

  Wide multiplier() const { return Wide{1} << shift; }
};

bool is_digit_of(int base, char c) {
  if (base == 2) return c == '0' || c == '1';
  if (is_class(c, kDigit)) return true;
  return base == 16 && to_lower(c) >= 'a' && to_lower(c) <= 'f';
}

unsigned digit_value(char c) {
  return is_class(c, kDigit) ? static_cast<unsigned>(c - '0') : static_cast<unsigned>(to_lower(c) - 'a' + 10);
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  size_t position() const { return at_; }

  bool read(Pieces& p) {
    if (peek() == '0' && (to_lower(peek(1)) == 'x' || to_lower(peek(1)) == 'b')) {
      int base = to_lower(peek(1)) == 'x' ? 16 : 2;
      if (is_digit_of(base, peek(2))) {
        at_ += 2;
        p.base = base;
      }
    }
    p.digits = run(p.base);
    if (p.base == 10 && !read_fraction(p)) return false;
    read_suffix(p);
    read_multiplier(p);
    return true;
  }

 private:
  std::string_view run(int base) {
    size_t begin = at_;
    while (is_digit_of(base, peek())) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  bool read_fraction(Pieces& p) {
    size_t begin = at_ - p.digits.size();
    if (peek() == '.' && peek(1) != '.' && (is_class(peek(1), kDigit) || !p.digits.empty())) {
      ++at_;
      p.fraction = run(10);
      p.is_real = true;
    }
    if (p.digits.empty() && p.fraction.empty()) return false;
    if (to_lower(peek()) == 'e') {
      size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
      if (is_class(peek(1 + sign), kDigit)) {
        bool down = peek(1) == '-';
        at_ += 1 + sign;
        std::string_view exponent = run(10);
        if (std::from_chars(exponent.data(), exponent.data() + exponent.size(), p.exponent).ec != std::errc{})
          p.exponent = 1 << 20;
        if (down) p.exponent = -p.exponent;
        p.is_real = true;
      }
    }
    p.real = text_.substr(begin, at_ - begin);
    return true;
  }

  void read_suffix(Pieces& p) {
    if (to_lower(peek()) == 'u') {
      p.is_unsigned = true;
      ++at_;
    }
    char c = to_lower(peek());
    bool known = c == 'l' || c == 's' || c == 'y' || (!p.is_unsigned && (c == 'n' || c == 'd'));
    if (known && !(c == 'd' && p.base != 10)) {
      p.suffix = c;
      ++at_;
    }
  }

  void read_multiplier(Pieces& p) {
    constexpr std::string_view kLetters = "kmgtp";
    size_t i = kLetters.find(to_lower(peek()));
    if (peek() == '\0' || i == std::string_view::npos || to_lower(peek(1)) != 'b') return;
    p.shift = static_cast<unsigned>(10 * (i + 1));
    at_ += 2;
  }

  std::string_view text_;
  size_t at_ = 0;
};

// The digits as a whole number, if they fit 127 bits.
std::optional<Wide> whole_value(std::string_view digits, int base) {
  Wide value = 0;
  for (char c : digits) {
    if (value >> 121 != 0) return std::nullopt;
    value = value * static_cast<unsigned>(base) + digit_value(c);
  }
  return value;
}

double real_value(const Pieces& p) {
  double value = 0;
  if (p.base == 10) {
    auto [end, error] = std::from_chars(p.real.data(), p.real.data() + p.real.size(), value);
    if (error == std::errc::result_out_of_range) {
      bool tiny = p.exponent < 0 || (p.exponent == 0 && p.digits.find_first_not_of('0') == p.digits.npos);
      value = tiny ? 0.0 : std::numeric_limits<double>::infinity();
    }
  } else {
    for (char c : p.digits) value = value * p.base + digit_value(c);
  }
  value *= static_cast<double>(p.multiplier());
  return p.negative ? -value : value;
}

DecimalParts decimal_parts(Wide digits, unsigned scale, bool negative) {
  return {static_cast<uint32_t>(digits), static_cast<uint32_t>(digits >> 32),
          static_cast<uint32_t>(digits >> 64), static_cast<uint8_t>(scale), negative};
}

// The first `keep` digits, rounded half to even by the others.
std::optional<Wide> rounded_to(std::string_view digits, size_t keep) {
  std::optional<Wide> value = whole_value(digits.substr(0, keep), 10);
  std::string_view rest = digits.substr(keep);
  if (!value || rest.empty()) return value;
  bool tie = rest[0] == '5' && rest.find_first_not_of('0', 1) == std::string_view::npos;
  if (tie ? (*value & 1) != 0 : rest[0] >= '5') ++*value;
  return value;
}

// Decimal keeps the zeros at the end: 1.10d has scale 2. More digits than fit are rounded half to even.
std::optional<DecimalParts> decimal_value(const Pieces& p) {
  if (p.base != 10) {
    std::optional<Wide> whole = whole_value(p.digits, p.base);
    if (!whole || *whole > kMaxDecimalDigits >> p.shift) return std::nullopt;
    return decimal_parts(*whole * p.multiplier(), 0, p.negative);
  }
  std::string all(p.digits);
  all += p.fraction;
  int64_t scale = static_cast<int64_t>(p.fraction.size()) - p.exponent;
  if (scale < 0) {
    if (all.find_first_not_of('0') == std::string::npos) return decimal_parts(0, 0, p.negative);
    if (scale < -40) return std::nullopt;
    all.append(static_cast<size_t>(-scale), '0');
    scale = 0;
  }
  all.erase(0, std::min(all.find_first_not_of('0'), all.size()));
  const auto size = static_cast<int64_t>(all.size());
  for (int64_t drop = std::max({int64_t{0}, scale - 28, size - 29}); drop <= scale; ++drop) {
    std::optional<Wide> value = drop > size ? 0 : rounded_to(all, static_cast<size_t>(size - drop));
    if (value && *value <= kMaxDecimalDigits >> p.shift)
      return decimal_parts(*value * p.multiplier(), static_cast<unsigned>(scale - drop), p.negative);
  }
  return std::nullopt;
}

// Two's complement: digits that fill `bits` with the highest bit set stand for a negative number.
bool fills(const Pieces& p, unsigned bits) {
  return p.base == 16 ? p.digits.size() * 4 == bits : p.base == 2 && p.digits.size() == bits;
}

struct SignedWide {
  Wide magnitude;
  bool negative;

  bool fits(unsigned bits) const {
    Wide most = (Wide{1} << (bits - 1)) - (negative ? 0 : 1);
    return magnitude <= most;
  }
  int64_t value() const {
    auto low = static_cast<uint64_t>(magnitude);
    return static_cast<int64_t>(negative ? ~low + 1 : low);
  }
};

SignedWide with_sign_bit(const Pieces& p, Wide value, unsigned bits) {
  if (fills(p, bits) && (value >> (bits - 1) & 1) != 0) return {(Wide{1} << bits) - value, !p.negative};
  return {value, p.negative};
}

bool store_signed(const Pieces& p, Wide whole, unsigned bits, NumberType type, Number& out) {
  SignedWide value = with_sign_bit(p, whole, bits);
  if (value.magnitude > std::numeric_limits<uint64_t>::max()) return false;
  value.magnitude <<= p.shift;
  if (!value.fits(bits)) return false;
  out.type = type;
  out.integer = value.value();
  return true;
}

bool store_unsigned(const Pieces& p, Wide whole, unsigned bits, NumberType type, Number& out) {
  if ((p.negative && whole != 0) || whole > std::numeric_limits<uint64_t>::max()) return false;
  Wide value = whole << p.shift;
  if (value >> bits != 0) return false;
  out.type = type;
  if (type == NumberType::UInt64) {
    out.unsigned64 = static_cast<uint64_t>(value);
  } else {
    out.integer = static_cast<int64_t>(value);
  }
  return true;
}

bool store_double(const Pieces& p, Number& out) {
  out.type = NumberType::Double;
  out.real = real_value(p);
  return true;
}

bool store_decimal(const Pieces& p, Number& out) {
  std::optional<DecimalParts> value = decimal_value(p);
  if (!value) return false;
  out.type = NumberType::Decimal;
  out.decimal = *value;
  return true;
}

bool store_big(const Pieces& p, const std::optional<Wide>& whole, Number& out) {
  if (p.is_real) return false;
  out.type = NumberType::BigInteger;
  out.has_value = whole && *whole <= std::numeric_limits<uint64_t>::max() &&
                  SignedWide{*whole << p.shift, p.negative}.fits(64);
  if (out.has_value) out.integer = SignedWide{*whole << p.shift, p.negative}.value();
  return true;
}

// Reals with an integer suffix are rounded half to even, as a cast does.
std::optional<Wide> rounded(const Pieces& p) {
  Pieces positive = p;
  positive.negative = false;
  positive.shift = 0;
  double value = real_value(positive);
  if (!(value < 1.8e19)) return std::nullopt;
  auto floor = static_cast<uint64_t>(value);
  double rest = value - static_cast<double>(floor);
  if (rest > 0.5 || (rest == 0.5 && (floor & 1) != 0)) ++floor;
  return floor;
}

bool store(const Pieces& p, Number& out) {
  if (p.suffix == 'd') return store_decimal(p, out);
  bool typed = p.suffix != 0 || p.is_unsigned;
  if (p.is_real && !typed) return store_double(p, out);
  std::optional<Wide> whole = p.is_real ? rounded(p) : whole_value(p.digits, p.base);
  if (p.suffix == 'n') return store_big(p, whole, out);
  if (!whole) return !typed && (store_decimal(p, out) || store_double(p, out));
  if (p.is_unsigned) {
    switch (p.suffix) {
      case 'y': return store_unsigned(p, *whole, 8, NumberType::Byte, out);
      case 's': return store_unsigned(p, *whole, 16, NumberType::UInt16, out);
      case 'l': return store_unsigned(p, *whole, 64, NumberType::UInt64, out);
      default:
        return store_unsigned(p, *whole, 32, NumberType::UInt32, out) ||
               store_unsigned(p, *whole, 64, NumberType::UInt64, out);
    }
  }
  switch (p.suffix) {
    case 'y': return store_signed(p, *whole, 8, NumberType::SByte, out);
    case 's': return store_signed(p, *whole, 16, NumberType::Int16, out);
    case 'l': return store_signed(p, *whole, 64, NumberType::Int64, out);
    default:
      return store_signed(p, *whole, 32, NumberType::Int32, out) ||
             store_signed(p, *whole, 64, NumberType::Int64, out) || store_decimal(p, out) ||
             store_double(p, out);
  }
}

}  // namespace

NumberScan scan_number(std::string_view text, bool negative, size_t& length, Number& out) {
  Pieces pieces;
  pieces.negative = negative;
  Reader reader(text);
  if (!reader.read(pieces)) return NumberScan::none;
  length = reader.position();
  return store(pieces, out) ? NumberScan::number : NumberScan::overflow;
}

}  // namespace hvsh::shell
