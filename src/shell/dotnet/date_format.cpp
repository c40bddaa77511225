// Reading dates by a format, as DateTime.ParseExact does in the invariant culture.
#include "core/text.h"
#include "shell/dotnet/time_values.h"

namespace hvsh::shell::dotnet {

namespace {

constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
constexpr std::string_view kDays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                      "Thursday", "Friday", "Saturday"};

class Reader {
 public:
  Reader(std::string_view text, std::string_view format) : text_(text), format_(format) {}

  std::optional<DateTime> read() {
    while (!format_.empty()) {
      if (!step()) return std::nullopt;
    }
    if (!text_.empty()) return std::nullopt;
    if (afternoon_ && civil_.hour < 12) civil_.hour += 12;
    if (morning_ && civil_.hour == 12) civil_.hour = 0;
    auto made = DateTime::from_civil(civil_, zone_ ? DateTime::Kind::utc : DateTime::Kind::unspecified);
    if (!made) return std::nullopt;
    if (!zone_) return *made;
    return DateTime{made->ticks - *zone_, DateTime::Kind::utc}.to_local();
  }

 private:
  bool literal(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }

  // At least `least` and at most `most` digits.
  bool digits(int& out, size_t least, size_t most) {
    size_t count = 0;
    out = 0;
    while (count < most && count < text_.size() && text_[count] >= '0' && text_[count] <= '9') {
      out = out * 10 + (text_[count++] - '0');
    }
    text_.remove_prefix(count);
    return count >= least;
  }

  bool name(std::span<const std::string_view> names, bool whole, int& index) {
    for (size_t i = 0; i < names.size(); ++i) {
      const std::string_view wanted = whole ? names[i] : names[i].substr(0, 3);
      if (!equal_ascii(text_.substr(0, wanted.size()), wanted)) continue;
      text_.remove_prefix(wanted.size());
      index = static_cast<int>(i);
      return true;
    }
    return false;
  }

  bool fraction(size_t count, bool optional) {
    int64_t ticks = 0, unit = kTicksPerSecond / 10;
    size_t read = 0;
    for (; read < count && !text_.empty() && text_[0] >= '0' && text_[0] <= '9'; ++read, unit /= 10) {
      ticks += (text_[0] - '0') * unit;
      text_.remove_prefix(1);
    }
    civil_.fraction = ticks;
    return optional || read == count;
  }

  bool zone() {
    if (literal('Z')) {
      zone_ = 0;
      return true;
    }
    const bool negative = text_.starts_with('-');
    if (!negative && !text_.starts_with('+')) return false;
    text_.remove_prefix(1);
    int hours = 0, minutes = 0;
    if (!digits(hours, 1, 2)) return false;
    if (literal(':') && !digits(minutes, 2, 2)) return false;
    zone_ = (negative ? -1 : 1) * (int64_t{hours} * 60 + minutes) * 60 * kTicksPerSecond;
    return true;
  }

  bool designator() {
    const bool after = !text_.empty() && ascii_lower(text_[0]) == 'p';
    const bool before = !text_.empty() && ascii_lower(text_[0]) == 'a';
    (after ? afternoon_ : morning_) = true;
    const size_t length = text_.size() > 1 && ascii_lower(text_[1]) == 'm' ? 2 : 1;
    if (after || before) text_.remove_prefix(length);
    return after || before;
  }

  bool quoted(char quote) {
    const size_t end = format_.find(quote);
    const std::string_view wanted = format_.substr(0, end);
    if (end == std::string_view::npos || !text_.starts_with(wanted)) return false;
    text_.remove_prefix(wanted.size());
    format_.remove_prefix(end + 1);
    return true;
  }

  bool step() {
    const char c = format_[0];
    size_t count = 1;
    while (count < format_.size() && format_[count] == c) ++count;
    const bool letter = std::string_view("yMdHhmsfFtzK").find(c) != std::string_view::npos;
    if (!letter) {
      format_.remove_prefix(1);
      if (c == '\'' || c == '"') return quoted(c);
      if (c != '\\') return literal(c);
      const char escaped = format_.empty() ? '\\' : format_[0];
      if (!format_.empty()) format_.remove_prefix(1);
      return literal(escaped);
    }
    format_.remove_prefix(count);
    return field(c, count);
  }

  bool field(char c, size_t count) {
    int unused = 0;
    const size_t least = count > 1 ? 2 : 1;
    switch (c) {
      case 'y': {
        if (!digits(civil_.year, count >= 4 ? 4 : least, count >= 3 ? 4 : 2)) return false;
        if (count <= 2) civil_.year += civil_.year < 50 ? 2000 : 1900;
        return true;
      }
      case 'M':
        if (count < 3) return digits(civil_.month, least, 2);
        if (!name(kMonths, count > 3, civil_.month)) return false;
        ++civil_.month;
        return true;
      case 'd': return count < 3 ? digits(civil_.day, least, 2) : name(kDays, count > 3, unused);
      case 'H':
      case 'h': return digits(civil_.hour, least, 2);
      case 'm': return digits(civil_.minute, least, 2);
      case 's': return digits(civil_.second, least, 2);
      case 'f': return fraction(count, false);
      case 'F': return fraction(count, true);
      case 't': return designator();
      case 'z': return zone();
      default: return text_.empty() || zone();  // K
    }
  }

  std::string_view text_, format_;
  CivilTime civil_;
  bool morning_ = false, afternoon_ = false;
  std::optional<int64_t> zone_;
};

std::string_view standard_format(std::string_view format) {
  if (format == "o" || format == "O") return "yyyy-MM-ddTHH:mm:ss.fffffffK";
  if (format == "s") return "yyyy-MM-ddTHH:mm:ss";
  if (format == "u") return "yyyy-MM-dd HH:mm:ssZ";
  if (format == "r" || format == "R") return "ddd, dd MMM yyyy HH:mm:ss 'GMT'";
  if (format == "d") return "MM/dd/yyyy";
  return format;
}

}  // namespace

std::optional<DateTime> parse_by_format(std::string_view text, std::string_view format) {
  return Reader(text, standard_format(format)).read();
}

}  // namespace hvsh::shell::dotnet
