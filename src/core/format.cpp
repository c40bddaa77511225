// .NET's format strings: composite ("{0,-10:N2}"), numbers, dates, spans, enumerations and GUIDs, as en-US
// writes them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "core/convert.h"
#include "core/format_parts.h"
#include "core/number.h"
#include "core/operators.h"
#include "core/text.h"

namespace hvsh {

namespace {

constexpr int kMaxAlignment = 100'000;
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

Error bad_composite(size_t offset, std::string_view why) {
  return format_error(fmt::format(
      "Input string was not in a correct format. Failure to parse near offset {}. {}.", offset, why));
}

// Reads `index[,alignment][:format]` up to the closing brace.
struct Hole {
  size_t index = 0;
  int alignment = 0;
  std::string format;
};

Result<Hole> read_hole(std::string_view text, size_t& i) {
  const auto wrong = [&] {
    return bad_composite(i, i < text.size() ? "Expected an ASCII digit" : "Format item ends prematurely");
  };
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
  if (!index) return wrong();
  hole.index = static_cast<size_t>(*index);
  skip_spaces();
  if (i < text.size() && text[i] == ',') {
    ++i;
    skip_spaces();
    const bool left = i < text.size() && text[i] == '-';
    if (left) ++i;
    const auto width = number(kMaxAlignment);
    if (!width) return wrong();
    hole.alignment = left ? -*width : *width;
    skip_spaces();
  }
  if (i < text.size() && text[i] == ':') {
    const size_t end = text.find('}', ++i);
    if (end == std::string_view::npos) return bad_composite(text.size(), "Format item ends prematurely");
    hole.format = text.substr(i, end - i);
    i = end;
  }
  if (i >= text.size()) return wrong();
  if (text[i] != '}') return bad_composite(i, "Unexpected character in the format item");
  ++i;
  return hole;
}

}  // namespace

Result<std::string> format_value(const Value& value, std::string_view format) {
  if (format.empty()) {
    // Without a format dates print as the culture's "G", unlike their plain conversion to text.
    if (value.kind() == Value::Kind::date_time) return format_date(value.as_date_time(), "G");
    const bool is_list = value.is_object(ObjectKind::array) || value.is_object(ObjectKind::list);
    return is_list ? std::string(value.type().name) : to_string(value);
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
    if (c == '}')
      return bad_composite(i, i < format.size()
                                  ? "Unexpected closing brace without a corresponding opening brace"
                                  : "Format item ends prematurely");
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
