// Numbers by .NET's format strings, as en-US writes them: standard (N2, X8) and custom (#,##0.00).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "core/big_integer.h"
#include "core/convert.h"
#include "core/decimal.h"
#include "core/format_parts.h"
#include "core/number.h"
#include "core/operators.h"
#include "core/text.h"

namespace hvsh {

namespace {

constexpr int kMaxPrecision = 999;

Error bad_specifier(std::string_view specifier) {
  return format_error(fmt::format("Format specifier '{}' was invalid.", specifier));
}

// A number apart: sign, the digits without leading zeros, and how many of them stand before the point (which
// may be negative or beyond the digits).
struct Digits {
  bool negative = false;
  std::string digits;
  int point = 0;
};

Digits digits_of_plain(std::string_view text) {  // [-]ddd[.ddd]
  Digits result;
  if (!text.empty() && text[0] == '-') {
    result.negative = true;
    text.remove_prefix(1);
  }
  const size_t dot = std::min(text.find('.'), text.size());
  result.digits = text.substr(0, dot);
  if (dot < text.size()) result.digits += text.substr(dot + 1);
  result.point = static_cast<int>(dot);
  size_t zeros = 0;
  while (zeros < result.digits.size() && result.digits[zeros] == '0') ++zeros;
  result.digits.erase(0, zeros);
  result.point -= static_cast<int>(zeros);
  if (result.digits.empty()) result.point = 0;
  return result;
}

// Keeps `decimals` digits after the point, rounding half away from zero.
void round_half_up(Digits& number, int decimals) {
  const int keep = number.point + decimals;
  if (keep >= static_cast<int>(number.digits.size())) return;
  if (keep < 0) {
    number.digits.clear();
    number.point = 0;
    return;
  }
  const bool up = number.digits[static_cast<size_t>(keep)] >= '5';
  number.digits.resize(static_cast<size_t>(keep));
  if (up) {
    int i = keep - 1;
    while (i >= 0 && number.digits[static_cast<size_t>(i)] == '9')
      number.digits[static_cast<size_t>(i--)] = '0';
    if (i >= 0) {
      ++number.digits[static_cast<size_t>(i)];
    } else {
      number.digits.insert(number.digits.begin(), '1');
      ++number.point;
    }
  }
  if (number.digits.find_first_not_of('0') == std::string::npos) {
    number.digits.clear();
    number.point = 0;
  }
}

// The number with `decimals` digits after the point. Doubles round half to even on their exact value, all
// others half away from zero, as .NET does.
Digits fixed_digits(const Value& number, int decimals) {
  if (number.kind() == Value::Kind::real) {
    Digits result = digits_of_plain(fmt::format("{:.{}f}", number.as_real(), decimals));
    if (result.digits.empty()) result.negative = result.negative && std::signbit(number.as_real());
    return result;
  }
  Digits result = digits_of_plain(to_string(number));
  round_half_up(result, decimals);
  return result;
}

std::string whole_part(const Digits& number) {
  if (number.point <= 0) return "0";
  std::string text = number.digits.substr(0, static_cast<size_t>(number.point));
  text.resize(static_cast<size_t>(number.point), '0');
  return text;
}

std::string fraction_part(const Digits& number, int decimals) {
  std::string text;
  for (int i = 0; i < decimals; ++i) {
    const int index = number.point + i;
    text += index < 0 || index >= static_cast<int>(number.digits.size())
                ? '0'
                : number.digits[static_cast<size_t>(index)];
  }
  return text;
}

void insert_thousands(std::string& whole) {
  for (int i = static_cast<int>(whole.size()) - 3; i > 0; i -= 3)
    whole.insert(static_cast<size_t>(i), 1, ',');
}

std::string plain(const Digits& number, int decimals, bool thousands) {
  std::string text = whole_part(number);
  if (thousands) insert_thousands(text);
  if (decimals > 0) text += "." + fraction_part(number, decimals);
  return text;
}

std::string scientific(double number, int decimals, char letter, int exponent_digits) {
  std::string text = fmt::format("{:.{}e}", number, decimals);
  const size_t mark = text.find('e');
  const int exponent = std::atoi(text.c_str() + mark + 1);
  return fmt::format("{}{}{}{:0{}}", text.substr(0, mark), letter, exponent < 0 ? '-' : '+',
                     std::abs(exponent), exponent_digits);
}

Result<std::string> general(const Value& number, int precision, char letter) {
  if (precision <= 0) return to_string(number);
  HVSH_TRY(const double real, to_double(number));
  if (real == 0) return std::string("0");
  std::string text = fmt::format("{:.{}e}", real, precision - 1);
  const size_t mark = text.find('e');
  const int exponent = std::atoi(text.c_str() + mark + 1);
  if (exponent >= precision || exponent < -5) {
    std::string mantissa = text.substr(0, mark);
    if (mantissa.find('.') != std::string::npos) {
      while (mantissa.back() == '0') mantissa.pop_back();
      if (mantissa.back() == '.') mantissa.pop_back();
    }
    return fmt::format("{}{}{}{:02}", mantissa, letter == 'g' ? 'e' : 'E', exponent < 0 ? '-' : '+',
                       std::abs(exponent));
  }
  text = fmt::format("{:.{}f}", real, std::max(0, precision - 1 - exponent));
  if (text.find('.') != std::string::npos) {
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
  }
  return text;
}

uint64_t bits_in_width(const Value& integer) {
  const auto bits = static_cast<uint64_t>(integer.as_int());
  switch (integer.int_type()) {
    case IntType::i8:
    case IntType::u8: return bits & 0xff;
    case IntType::i16:
    case IntType::u16: return bits & 0xffff;
    case IntType::i32:
    case IntType::u32: return bits & 0xffffffff;
    default: return bits;
  }
}

std::string with_sign(bool negative, std::string text) { return negative ? "-" + text : text; }

std::string big_hexadecimal(const Value& number, char letter, int precision) {
  std::string text = big_to_hexadecimal(number);
  if (static_cast<int>(text.size()) < precision)
    text.insert(0, static_cast<size_t>(precision) - text.size(), big_sign(number) < 0 ? 'F' : '0');
  if (letter == 'x') std::transform(text.begin(), text.end(), text.begin(), ascii_lower);
  return text;
}

Result<std::string> standard_number(const Value& number, char letter, int precision) {
  const bool is_integer = number.kind() == Value::Kind::integer || is_big_integer(number);
  switch (ascii_upper(letter)) {
    case 'D': {
      if (!is_integer) return bad_specifier(std::string(1, letter));
      std::string text = to_string(number);
      const bool negative = text[0] == '-';
      if (negative) text.erase(0, 1);
      if (static_cast<int>(text.size()) < precision)
        text.insert(0, static_cast<size_t>(precision) - text.size(), '0');
      return with_sign(negative, text);
    }
    case 'X':
      if (!is_integer) return bad_specifier(std::string(1, letter));
      if (is_big_integer(number)) return big_hexadecimal(number, letter, precision);
      return letter == 'x' ? fmt::format("{:0{}x}", bits_in_width(number), std::max(precision, 1))
                           : fmt::format("{:0{}X}", bits_in_width(number), std::max(precision, 1));
    case 'B':
      if (!is_integer || is_big_integer(number)) return bad_specifier(std::string(1, letter));
      return fmt::format("{:0{}b}", bits_in_width(number), std::max(precision, 1));
    case 'F':
    case 'N': {
      const int decimals = precision < 0 ? 2 : precision;
      const Digits digits = fixed_digits(number, decimals);
      return with_sign(digits.negative, plain(digits, decimals, ascii_upper(letter) == 'N'));
    }
    case 'C': {
      const int decimals = precision < 0 ? 2 : precision;
      const Digits digits = fixed_digits(number, decimals);
      return with_sign(digits.negative, "$" + plain(digits, decimals, true));
    }
    case 'P': {
      const int decimals = precision < 0 ? 2 : precision;
      HVSH_TRY(const Value hundredfold, multiply(number, Value::integer(100)));
      const Digits digits = fixed_digits(hundredfold, decimals);
      return with_sign(digits.negative, plain(digits, decimals, true) + "%");
    }
    case 'E': {
      HVSH_TRY(const double real, to_double(number));
      return scientific(real, precision < 0 ? 6 : precision, letter, 3);
    }
    case 'G': return general(number, precision, letter);
    case 'R': return to_string(number);
    default: return bad_specifier(std::string(1, letter));
  }
}

// The sections of a custom format: positive;negative;zero, split at semicolons outside of quotes.
std::vector<std::string_view> sections_of(std::string_view format) {
  std::vector<std::string_view> sections;
  size_t begin = 0;
  char quote = 0;
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] == '\\') {
      ++i;
    } else if (quote != 0) {
      if (format[i] == quote) quote = 0;
    } else if (format[i] == '\'' || format[i] == '"') {
      quote = format[i];
    } else if (format[i] == ';') {
      sections.push_back(format.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  sections.push_back(format.substr(begin));
  return sections;
}

// What a section of a custom format asks for, found in a first pass.
struct CustomPlan {
  int whole_places = 0;   // 0 and # before the point
  int whole_zeros = 0;    // places from the first 0 to the point
  int decimals = 0;       // 0 and # behind the point
  int decimal_zeros = 0;  // places up to the last 0 behind the point
  bool thousands = false;
  int scale = 0;            // powers of ten: % +2, a comma before the point -3
  int exponent_digits = 0;  // 0: none
  bool exponent_plus = false;
};

template <class Place, class Literal>
void walk_custom(std::string_view section, Place place, Literal literal) {
  for (size_t i = 0; i < section.size(); ++i) {
    const char c = section[i];
    if (c == '\\' && i + 1 < section.size()) {
      literal(section.substr(++i, 1));
    } else if (c == '\'' || c == '"') {
      const size_t end = std::min(section.find(c, i + 1), section.size());
      literal(section.substr(i + 1, end - i - 1));
      i = end;
    } else if ((c == 'E' || c == 'e') && i + 1 < section.size() &&
               (section[i + 1] == '0' || ((section[i + 1] == '+' || section[i + 1] == '-') &&
                                          i + 2 < section.size() && section[i + 2] == '0'))) {
      size_t end = i + 1;
      if (section[end] != '0') ++end;
      while (end < section.size() && section[end] == '0') ++end;
      place(c, section.substr(i + 1, end - i - 1));
      i = end - 1;
    } else if (c == '0' || c == '#' || c == '.' || c == ',' || c == '%') {
      place(c, std::string_view());
    } else {
      literal(section.substr(i, 1));
    }
  }
}

CustomPlan plan_custom(std::string_view section) {
  CustomPlan plan;
  bool point = false;
  int pending_commas = 0;
  walk_custom(
      section,
      [&](char c, std::string_view exponent) {
        if (c == '0' || c == '#') {
          if (pending_commas > 0) plan.thousands = true;
          pending_commas = 0;
          if (point) {
            ++plan.decimals;
            if (c == '0') plan.decimal_zeros = plan.decimals;
          } else {
            ++plan.whole_places;
            if (c == '0' || plan.whole_zeros > 0) ++plan.whole_zeros;
          }
        } else if (c == '.') {
          if (!point) plan.scale -= 3 * pending_commas;
          pending_commas = 0;
          point = true;
        } else if (c == ',') {
          if (!point && plan.whole_places > 0) ++pending_commas;
        } else if (c == '%') {
          plan.scale += 2;
        } else {
          plan.exponent_plus = exponent[0] == '+';
          plan.exponent_digits = static_cast<int>(std::count(exponent.begin(), exponent.end(), '0'));
        }
      },
      [](std::string_view) {});
  if (!point) plan.scale -= 3 * pending_commas;
  return plan;
}

std::string custom_section(Digits number, const CustomPlan& plan, std::string_view section) {
  int exponent = 0;
  if (plan.exponent_digits > 0 && !number.digits.empty()) {
    exponent = number.point - plan.whole_places;
    number.point = plan.whole_places;
  }
  round_half_up(number, plan.decimals);
  std::string whole = number.point > 0 ? whole_part(number) : "";
  if (static_cast<int>(whole.size()) < plan.whole_zeros) {
    whole.insert(0, static_cast<size_t>(plan.whole_zeros) - whole.size(), '0');
  }
  std::string fraction = fraction_part(number, plan.decimals);
  while (static_cast<int>(fraction.size()) > plan.decimal_zeros && !fraction.empty() &&
         fraction.back() == '0')
    fraction.pop_back();

  std::string result;
  int place_index = 0;  // places before the point that were met
  bool point = false;
  size_t next_whole = 0, next_fraction = 0;
  const auto emit_whole = [&](size_t up_to) {
    for (; next_whole < up_to && next_whole < whole.size(); ++next_whole) {
      result += whole[next_whole];
      const size_t left = whole.size() - next_whole - 1;
      if (plan.thousands && left > 0 && left % 3 == 0) result += ',';
    }
  };
  walk_custom(
      section,
      [&](char c, std::string_view) {
        if (c == '0' || c == '#') {
          if (point) {
            if (next_fraction < fraction.size()) result += fraction[next_fraction++];
            return;
          }
          ++place_index;
          const int remaining = plan.whole_places - place_index;  // places behind this one
          if (static_cast<int>(whole.size()) > remaining)
            emit_whole(whole.size() - static_cast<size_t>(remaining));
        } else if (c == '.') {
          if (!point && !fraction.empty()) result += '.';
          point = true;
        } else if (c == '%') {
          result += '%';
        } else if (c != ',') {
          result += c;
          if (exponent < 0)
            result += '-';
          else if (plan.exponent_plus)
            result += '+';
          result += fmt::format("{:0{}}", std::abs(exponent), plan.exponent_digits);
        }
      },
      [&](std::string_view literal) { result += literal; });
  return result;
}

Result<std::string> custom_number(const Value& number, std::string_view format) {
  Digits digits = number.kind() == Value::Kind::real
                      ? digits_of_plain(fmt::format("{:.{}f}", number.as_real(), 15))
                      : digits_of_plain(to_string(number));
  if (number.kind() == Value::Kind::real) {  // a double counts to 15 significant digits here
    const double real = number.as_real();
    if (real != 0) {
      const std::string text = fmt::format("{:.14e}", real);
      const size_t mark = text.find('e');
      digits = digits_of_plain(text.substr(0, mark));
      digits.point += std::atoi(text.c_str() + mark + 1);
    }
  }
  const std::vector<std::string_view> sections = sections_of(format);
  const auto rounded = [&](std::string_view section) {
    Digits copy = digits;
    const CustomPlan plan = plan_custom(section);
    copy.point += plan.scale;
    if (copy.digits.empty()) copy.point = 0;
    if (plan.exponent_digits == 0) round_half_up(copy, plan.decimals);
    return copy;
  };
  std::string_view section = sections[0];
  bool sign = digits.negative;
  if (sections.size() > 1 && digits.negative && !sections[1].empty()) {
    section = sections[1];
    sign = false;
  }
  Digits value = rounded(section);
  if (value.digits.empty()) {
    sign = false;
    if (sections.size() > 2) {
      section = sections[2];
      value = rounded(section);
    }
  }
  return with_sign(sign, custom_section(value, plan_custom(section), section));
}

}  // namespace

Error format_error(std::string_view why) {
  return {.id = "FormatError",
          .category = ErrorCategory::InvalidOperation,
          .message = fmt::format("Error formatting a string: {}", why)};
}

Result<std::string> format_number(const Value& number, std::string_view format) {
  if (number.kind() == Value::Kind::real && !std::isfinite(number.as_real())) return to_string(number);
  const bool letter = (format[0] >= 'a' && format[0] <= 'z') || (format[0] >= 'A' && format[0] <= 'Z');
  const bool digits = format.size() <= 4 && std::all_of(format.begin() + 1, format.end(),
                                                        [](char c) { return c >= '0' && c <= '9'; });
  if (letter && digits) {
    int precision = -1;
    if (format.size() > 1)
      precision = std::min(std::atoi(std::string(format.substr(1)).c_str()), kMaxPrecision);
    return standard_number(number, format[0], precision);
  }
  return custom_number(number, format);
}

}  // namespace hvsh
