// .NET's format strings: composite ("{0,-10:N2}"), numbers, dates, spans, enumerations and GUIDs, as en-US
// writes them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "core/convert.h"
#include "core/decimal.h"
#include "core/number.h"
#include "core/operators.h"
#include "core/text.h"

namespace hvsh {

namespace {

constexpr int kMaxPrecision = 999;
constexpr int kMaxAlignment = 100'000;

Error format_error(std::string_view why) {
  return {.id = "FormatError",
          .category = ErrorCategory::InvalidOperation,
          .message = fmt::format("Error formatting a string: {}", why)};
}
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

Result<std::string> standard_number(const Value& number, char letter, int precision) {
  const bool is_integer = number.kind() == Value::Kind::integer;
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
      return letter == 'x' ? fmt::format("{:0{}x}", bits_in_width(number), std::max(precision, 1))
                           : fmt::format("{:0{}X}", bits_in_width(number), std::max(precision, 1));
    case 'B':
      if (!is_integer) return bad_specifier(std::string(1, letter));
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

constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
constexpr std::string_view kDays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                      "Thursday", "Friday", "Saturday"};

std::string offset_text(TimeSpan offset, size_t letters) {
  const int64_t minutes = offset.ticks / (60 * kTicksPerSecond);
  const int64_t size = std::abs(minutes);
  const char sign = minutes < 0 ? '-' : '+';
  if (letters == 1) return fmt::format("{}{}", sign, size / 60);
  if (letters == 2) return fmt::format("{}{:02}", sign, size / 60);
  return fmt::format("{}{:02}:{:02}", sign, size / 60, size % 60);
}

std::string date_field(char letter, size_t count, const DateTime& date, const CivilTime& c) {
  const int width = static_cast<int>(std::min<size_t>(count, 2));
  switch (letter) {
    case 'y': {
      if (count <= 2) return fmt::format("{:0{}}", c.year % 100, count);
      return fmt::format("{:0{}}", c.year, count);
    }
    case 'M': {
      const std::string_view name = kMonths[c.month - 1];
      if (count >= 3) return std::string(count == 3 ? name.substr(0, 3) : name);
      return fmt::format("{:0{}}", c.month, width);
    }
    case 'd': {
      const std::string_view name = kDays[c.day_of_week];
      if (count >= 3) return std::string(count == 3 ? name.substr(0, 3) : name);
      return fmt::format("{:0{}}", c.day, width);
    }
    case 'H': return fmt::format("{:0{}}", c.hour, width);
    case 'h': return fmt::format("{:0{}}", (c.hour + 11) % 12 + 1, width);
    case 'm': return fmt::format("{:0{}}", c.minute, width);
    case 's': return fmt::format("{:0{}}", c.second, width);
    case 't': return std::string(c.hour < 12 ? "AM" : "PM").substr(0, count);
    case 'f':
    case 'F': {
      std::string text = fmt::format("{:07}", c.fraction).substr(0, std::min<size_t>(count, 7));
      if (letter == 'F') {
        while (!text.empty() && text.back() == '0') text.pop_back();
      }
      return text;
    }
    case 'z': return offset_text(date.utc_offset(), count);
    case 'K':
      if (date.kind == DateTime::Kind::utc) return "Z";
      return date.kind == DateTime::Kind::local ? offset_text(date.utc_offset(), 3) : "";
    case 'g': return "A.D.";
    default: return std::string(count, letter);
  }
}

// Letters stand for fields, quotes and backslashes take text as it is; `field` writes one run of a letter.
template <class Field>
std::string custom_time(std::string_view format, std::string_view letters, Field field) {
  std::string result;
  for (size_t i = 0; i < format.size();) {
    const char c = format[i];
    if (c == '\\' && i + 1 < format.size()) {
      result += format[i + 1];
      i += 2;
    } else if (c == '\'' || c == '"') {
      const size_t end = std::min(format.find(c, i + 1), format.size());
      result += format.substr(i + 1, end - i - 1);
      i = end + 1;
    } else if (c == '%' && i + 1 < format.size()) {
      ++i;
    } else if (letters.find(c) != std::string_view::npos) {
      const size_t end = std::min(format.find_first_not_of(c, i), format.size());
      std::string text = field(c, end - i);
      // .FFF leaves the point away with the digits.
      if (c == 'F' && text.empty() && !result.empty() && result.back() == '.') result.pop_back();
      result += text;
      i = end;
    } else {
      result += c;
      ++i;
    }
  }
  return result;
}

Result<std::string> format_date(DateTime date, std::string_view format) {
  if (format.size() == 1) {
    switch (format[0]) {
      case 'd': format = "M/d/yyyy"; break;
      case 'D': format = "dddd, MMMM d, yyyy"; break;
      case 'f': format = "dddd, MMMM d, yyyy h:mm tt"; break;
      case 'F': format = "dddd, MMMM d, yyyy h:mm:ss tt"; break;
      case 'g': format = "M/d/yyyy h:mm tt"; break;
      case 'G': format = "M/d/yyyy h:mm:ss tt"; break;
      case 'm':
      case 'M': format = "MMMM d"; break;
      case 'o':
      case 'O': return date.to_iso();
      case 'r':
      case 'R': format = "ddd, dd MMM yyyy HH:mm:ss 'GMT'"; break;
      case 's': format = "yyyy-MM-ddTHH:mm:ss"; break;
      case 't': format = "h:mm tt"; break;
      case 'T': format = "h:mm:ss tt"; break;
      case 'u': format = "yyyy-MM-dd HH:mm:ss'Z'"; break;
      case 'U':
        date = date.to_utc();
        format = "dddd, MMMM d, yyyy h:mm:ss tt";
        break;
      case 'y':
      case 'Y': format = "MMMM yyyy"; break;
      default: return format_error("Input string was not in a correct format.");
    }
  }
  const CivilTime civil = date.civil();
  return custom_time(format, "yMdHhmstfFzKg",
                     [&](char letter, size_t count) { return date_field(letter, count, date, civil); });
}

Result<std::string> format_span(TimeSpan span, std::string_view format) {
  if (format == "c" || format == "t" || format == "T") return span.to_string();
  const uint64_t size =
      span.ticks < 0 ? 0 - static_cast<uint64_t>(span.ticks) : static_cast<uint64_t>(span.ticks);
  const uint64_t days = size / (86400 * static_cast<uint64_t>(kTicksPerSecond));
  const uint64_t seconds = size / kTicksPerSecond;
  const uint64_t fraction = size % kTicksPerSecond;
  if (format == "g" || format == "G") {
    std::string text = span.ticks < 0 ? "-" : "";
    if (days > 0 || format == "G") text += fmt::format("{}:", days);
    text += fmt::format(format == "G" ? fmt::runtime("{:02}:{:02}:{:02}") : fmt::runtime("{}:{:02}:{:02}"),
                        seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    std::string digits = fmt::format("{:07}", fraction);
    if (format == "g") {
      while (!digits.empty() && digits.back() == '0') digits.pop_back();
    }
    return digits.empty() ? text : text + "." + digits;
  }
  if (format.size() == 1) return format_error("Input string was not in a correct format.");
  return custom_time(format, "dhmsfF", [&](char letter, size_t count) -> std::string {
    switch (letter) {
      case 'd': return fmt::format("{:0{}}", days, count);
      case 'h': return fmt::format("{:0{}}", seconds / 3600 % 24, count);
      case 'm': return fmt::format("{:0{}}", seconds / 60 % 60, count);
      case 's': return fmt::format("{:0{}}", seconds % 60, count);
      default: {
        std::string text = fmt::format("{:07}", fraction).substr(0, std::min<size_t>(count, 7));
        if (letter == 'F') {
          while (!text.empty() && text.back() == '0') text.pop_back();
        }
        return text;
      }
    }
  });
}

Result<std::string> format_guid(const Guid& guid, std::string_view format) {
  std::string text = guid.to_string();
  switch (format.size() == 1 ? ascii_upper(format[0]) : '\0') {
    case 'D': return text;
    case 'N': text.erase(std::remove(text.begin(), text.end(), '-'), text.end()); return text;
    case 'B': return "{" + text + "}";
    case 'P': return "(" + text + ")";
    default: return format_error("Format string can be only \"D\", \"N\", \"P\" or \"B\".");
  }
}

Result<std::string> format_enumeration(const Value& value, std::string_view format) {
  switch (format.size() == 1 ? ascii_upper(format[0]) : '\0') {
    case 'G':
    case 'F': return to_string(value);
    case 'D': return std::to_string(value.enum_number());
    case 'X': return fmt::format("{:08X}", static_cast<uint32_t>(value.enum_number()));
    default: return format_error("Format string can be only \"G\", \"X\", \"F\" or \"D\".");
  }
}

// Reads `index[,alignment][:format]` up to the closing brace.
struct Hole {
  size_t index = 0;
  int alignment = 0;
  std::string format;
};

Result<Hole> read_hole(std::string_view text, size_t& i) {
  const Error wrong = format_error("Input string was not in a correct format.");
  const auto number = [&](int most) -> std::optional<int> {
    if (i >= text.size() || text[i] < '0' || text[i] > '9') return std::nullopt;
    int value = 0;
    while (i < text.size() && text[i] >= '0' && text[i] <= '9') {
      value = std::min(value * 10 + (text[i++] - '0'), most);
    }
    return value;
  };
  const auto skip_spaces = [&] {
    while (i < text.size() && text[i] == ' ') ++i;
  };
  Hole hole;
  const auto index = number(1'000'000);
  if (!index) return wrong;
  hole.index = static_cast<size_t>(*index);
  skip_spaces();
  if (i < text.size() && text[i] == ',') {
    ++i;
    skip_spaces();
    const bool left = i < text.size() && text[i] == '-';
    if (left) ++i;
    const auto width = number(kMaxAlignment);
    if (!width) return wrong;
    hole.alignment = left ? -*width : *width;
    skip_spaces();
  }
  if (i < text.size() && text[i] == ':') {
    const size_t end = text.find('}', ++i);
    if (end == std::string_view::npos) return wrong;
    hole.format = text.substr(i, end - i);
    i = end;
  }
  if (i >= text.size() || text[i] != '}') return wrong;
  ++i;
  return hole;
}

}  // namespace

Result<std::string> format_value(const Value& value, std::string_view format) {
  if (format.empty()) {
    // Without a format dates print as the culture's "G", unlike their plain conversion to text.
    return value.kind() == Value::Kind::date_time ? format_date(value.as_date_time(), "G") : to_string(value);
  }
  if (is_number(value)) return format_number(value, format);
  switch (value.kind()) {
    case Value::Kind::date_time: return format_date(value.as_date_time(), format);
    case Value::Kind::time_span: return format_span(value.as_time_span(), format);
    case Value::Kind::enumeration: return format_enumeration(value, format);
    default: break;
  }
  if (auto* guid = value.as<GuidObject>()) return format_guid(guid->value, format);
  return to_string(value);
}

Result<std::string> format_composite(std::string_view format, std::span<const Value> arguments) {
  std::string result;
  for (size_t i = 0; i < format.size();) {
    const char c = format[i++];
    if (c != '{' && c != '}') {
      result += c;
      continue;
    }
    if (i < format.size() && format[i] == c) {
      result += c;
      ++i;
      continue;
    }
    if (c == '}') return format_error("Input string was not in a correct format.");
    HVSH_TRY(const Hole hole, read_hole(format, i));
    if (hole.index >= arguments.size()) {
      return format_error(
          "Index (zero based) must be greater than or equal to zero and less than the size of the "
          "argument list.");
    }
    HVSH_TRY(const std::string text, format_value(arguments[hole.index], hole.format));
    const auto width = static_cast<size_t>(std::abs(hole.alignment));
    const size_t length = utf16_size(text);
    const std::string padding(length < width ? width - length : 0, ' ');
    result += hole.alignment > 0 ? padding + text : text + padding;
  }
  return result;
}

Result<Value> format_operator(const Value& format, const Value& arguments) {
  const std::vector<Value> list =
      arguments.is_object(ObjectKind::array) || arguments.is_object(ObjectKind::list)
          ? to_items(arguments)
          : std::vector<Value>{arguments};
  HVSH_TRY(std::string text, format_composite(to_string(format), list));
  return Value::string(std::move(text));
}

}  // namespace hvsh
