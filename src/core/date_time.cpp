#include "core/date_time.h"

#include <fmt/format.h>

#include <array>
#include <ctime>
#include <limits>
#include <optional>

#include "core/object.h"

namespace hvsh {

namespace {

constexpr int64_t kTicksPerMinute = 60 * kTicksPerSecond;
constexpr int64_t kTicksPerHour = 60 * kTicksPerMinute;
constexpr int64_t kTicksPerDay = 24 * kTicksPerHour;
constexpr int64_t kUnixEpochTicks = 621'355'968'000'000'000;  // 1970-01-01

// Days since 0001-01-01 and back, by the usual arithmetic on years that begin in March (leap days come last).
constexpr int64_t days_from_civil(int year, int month, int day) {
  const int64_t y = month <= 2 ? year - 1 : year;
  const int64_t era = (y >= 0 ? y : y - 399) / 400;
  const int64_t year_of_era = y - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 306;
}
static_assert(days_from_civil(1, 1, 1) == 0);
static_assert(days_from_civil(1970, 1, 1) * kTicksPerDay == kUnixEpochTicks);

constexpr void civil_from_days(int64_t days, CivilTime& out) {
  const int64_t z = days + 306;
  const int64_t era = z / 146097;
  const int64_t day_of_era = z - era * 146097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t shifted = (5 * day_of_year + 2) / 153;
  out.day = static_cast<int>(day_of_year - (153 * shifted + 2) / 5 + 1);
  out.month = static_cast<int>(shifted < 10 ? shifted + 3 : shifted - 9);
  out.year = static_cast<int>(year_of_era + era * 400 + (out.month <= 2 ? 1 : 0));
}

constexpr bool is_leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }
constexpr int days_in_month(int year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[static_cast<size_t>(month - 1)];
}

Error not_a_date(std::string_view text) {
  return {.id = "InvalidCastParseTargetInvocationWithFormatProvider",
          .category = ErrorCategory::InvalidArgument,
          .message = fmt::format("Cannot convert value \"{}\" to type \"System.DateTime\". Error: \"String "
                                 "'{}' was not recognized as a valid DateTime.\"",
                                 text, text)};
}

// Reads a date or time left to right; every member function either takes what it names or leaves the position
// alone.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool at_end() const { return position_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[position_]; }
  bool take(char c) {
    if (at_end() || text_[position_] != c) return false;
    ++position_;
    return true;
  }
  void skip_spaces() {
    while (take(' ')) {
    }
  }
  // Up to `most` digits; `digits` is how many there were.
  std::optional<int> number(size_t most, size_t& digits) {
    digits = 0;
    int value = 0;
    while (digits < most && peek() >= '0' && peek() <= '9') {
      value = value * 10 + (text_[position_++] - '0');
      ++digits;
    }
    if (digits == 0) return std::nullopt;
    return value;
  }
  std::string_view word() {
    const size_t begin = position_;
    while ((peek() >= 'a' && peek() <= 'z') || (peek() >= 'A' && peek() <= 'Z')) ++position_;
    return text_.substr(begin, position_ - begin);
  }
  size_t position() const { return position_; }
  void rewind(size_t position) { position_ = position; }

 private:
  std::string_view text_;
  size_t position_ = 0;
};

constexpr std::array<std::string_view, 12> kMonths = {"January",   "February", "March",    "April",
                                                      "May",       "June",     "July",     "August",
                                                      "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kWeekDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};

std::optional<int> month_named(std::string_view word) {
  for (size_t i = 0; i < kMonths.size(); ++i) {
    if (equal_names(word, kMonths[i]) || equal_names(word, kMonths[i].substr(0, 3))) {
      return static_cast<int>(i + 1);
    }
  }
  return std::nullopt;
}

bool is_week_day(std::string_view word) {
  for (std::string_view day : kWeekDays) {
    if (equal_names(word, day) || equal_names(word, day.substr(0, 3))) return true;
  }
  return false;
}

// A two-digit year counts from 1950 to 2049, as .NET's invariant calendar does.
int full_year(int year, size_t digits) { return digits > 2 ? year : year < 50 ? 2000 + year : 1900 + year; }

// 22 Nov 2026, November 22, 2026 and the same after a weekday's name.
bool read_named_date(Reader& in, CivilTime& out) {
  size_t digits = 0;
  std::string_view word = in.word();
  if (!word.empty() && is_week_day(word)) {
    in.take(',');
    in.skip_spaces();
    word = in.word();
  }
  std::optional<int> month = word.empty() ? std::nullopt : month_named(word);
  if (!word.empty() && !month) return false;
  in.skip_spaces();
  const auto day = in.number(2, digits);
  if (!day) return false;
  in.take('-');
  in.take(',');
  in.skip_spaces();
  if (!month) {
    month = month_named(in.word());
    if (!month) return false;
    in.take('-');
    in.take(',');
    in.skip_spaces();
  }
  const auto year = in.number(4, digits);
  if (!year) return false;
  out.year = full_year(*year, digits);
  out.month = *month;
  out.day = *day;
  return true;
}

// 2026-11-22, 2026/11/22, 11/22/2026, 11-22-2026.
bool read_numeric_date(Reader& in, CivilTime& out) {
  size_t digits[3];
  const auto first = in.number(4, digits[0]);
  if (!first) return false;
  const char separator = in.peek();
  if (separator != '-' && separator != '/' && separator != '.') return false;
  in.take(separator);
  const auto second = in.number(2, digits[1]);
  if (!second || !in.take(separator)) return false;
  const auto third = in.number(4, digits[2]);
  if (!third) return false;
  const bool year_first = digits[0] > 2;
  out.year = year_first ? *first : full_year(*third, digits[2]);
  out.month = year_first ? *second : *first;
  out.day = year_first ? *third : *second;
  return true;
}

bool read_fraction(Reader& in, CivilTime& out) {
  if (!in.take('.')) return true;
  int64_t scale = kTicksPerSecond;
  size_t digits = 0;
  if (in.peek() < '0' || in.peek() > '9') return false;
  while (auto digit = in.number(1, digits)) {
    scale /= 10;
    out.fraction += *digit * scale;  // what is finer than a tick is dropped
  }
  return true;
}

bool read_time(Reader& in, CivilTime& out) {
  size_t digits = 0;
  const auto hour = in.number(2, digits);
  if (!hour) return false;
  out.hour = *hour;
  const bool has_minutes = in.take(':');
  if (has_minutes) {
    const auto minute = in.number(2, digits);
    if (!minute) return false;
    out.minute = *minute;
    if (in.take(':')) {
      const auto second = in.number(2, digits);
      if (!second) return false;
      out.second = *second;
      if (!read_fraction(in, out)) return false;
    }
  }
  const size_t before = in.position();
  in.skip_spaces();
  const std::string_view half = in.word();
  const bool afternoon = equal_names(half, "PM");
  if (!afternoon && !equal_names(half, "AM")) {
    in.rewind(before);
    return has_minutes;
  }
  if (out.hour < 1 || out.hour > 12) return false;
  out.hour = out.hour % 12 + (afternoon ? 12 : 0);
  return true;
}

// Z, +02:00, -0530 or GMT; nullopt when there is none. `valid` tells a wrong one from none.
std::optional<TimeSpan> read_offset(Reader& in, bool& valid) {
  valid = true;
  const size_t before = in.position();
  in.skip_spaces();
  if (in.take('Z') || in.take('z')) return TimeSpan{};
  if (equal_names(in.word(), "GMT")) return TimeSpan{};
  const bool negative = in.peek() == '-';
  if (!in.take('+') && !in.take('-')) {
    in.rewind(before);
    return std::nullopt;
  }
  size_t digits = 0;
  const auto hours = in.number(2, digits);
  in.take(':');
  const auto minutes = hours ? in.number(2, digits) : std::nullopt;
  valid = hours && *hours <= 14 && (!minutes || *minutes < 60);
  if (!valid) return std::nullopt;
  const int64_t ticks = *hours * kTicksPerHour + minutes.value_or(0) * kTicksPerMinute;
  return TimeSpan{negative ? -ticks : ticks};
}

}  // namespace

std::string TimeSpan::to_string() const {
  const bool negative = ticks < 0;
  // The magnitude of the smallest value does not fit a signed number.
  const uint64_t rest = negative ? 0 - static_cast<uint64_t>(ticks) : static_cast<uint64_t>(ticks);
  const uint64_t days = rest / kTicksPerDay;
  const uint64_t fraction = rest % kTicksPerSecond;
  std::string text = negative ? "-" : "";
  if (days != 0) text += fmt::format("{}.", days);
  text += fmt::format("{:02}:{:02}:{:02}", rest / kTicksPerHour % 24, rest / kTicksPerMinute % 60,
                      rest / kTicksPerSecond % 60);
  if (fraction != 0) text += fmt::format(".{:07}", fraction);
  return text;
}

Result<TimeSpan> TimeSpan::parse(std::string_view text) {
  const Error error{.id = "InvalidCastParseTargetInvocationWithFormatProvider",
                    .category = ErrorCategory::InvalidArgument,
                    .message = fmt::format("Cannot convert value \"{}\" to type \"System.TimeSpan\". Error: "
                                           "\"String '{}' was not recognized as a valid TimeSpan.\"",
                                           text, text)};
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  Reader in(text);
  const bool negative = in.take('-');
  size_t digits = 0;
  int64_t days = 0;
  CivilTime time;
  const size_t start = in.position();
  const auto first = in.number(8, digits);
  if (!first) return error;
  if (in.at_end()) {
    days = *first;  // a number alone is days
  } else {
    if (in.take('.')) {
      days = *first;
    } else {
      in.rewind(start);
    }
    const auto hour = in.number(2, digits);
    if (!hour || !in.take(':')) return error;
    const auto minute = in.number(2, digits);
    if (!minute) return error;
    time.hour = *hour;
    time.minute = *minute;
    if (in.take(':')) {
      const auto second = in.number(2, digits);
      if (!second || !read_fraction(in, time)) return error;
      time.second = *second;
    }
  }
  if (!in.at_end() || time.hour > 23 || time.minute > 59 || time.second > 59) return error;
  if (days > std::numeric_limits<int64_t>::max() / kTicksPerDay - 1) return error;
  const int64_t ticks = days * kTicksPerDay + time.hour * kTicksPerHour + time.minute * kTicksPerMinute +
                        time.second * kTicksPerSecond + time.fraction;
  return TimeSpan{negative ? -ticks : ticks};
}

CivilTime DateTime::civil() const {
  CivilTime out;
  const int64_t days = ticks / kTicksPerDay;
  const int64_t rest = ticks % kTicksPerDay;
  civil_from_days(days, out);
  out.hour = static_cast<int>(rest / kTicksPerHour);
  out.minute = static_cast<int>(rest / kTicksPerMinute % 60);
  out.second = static_cast<int>(rest / kTicksPerSecond % 60);
  out.fraction = rest % kTicksPerSecond;
  out.day_of_week = static_cast<int>((days + 1) % 7);  // 0001-01-01 was a Monday
  out.day_of_year = static_cast<int>(days - days_from_civil(out.year, 1, 1) + 1);
  return out;
}

Result<DateTime> DateTime::from_civil(const CivilTime& c, Kind kind) {
  if (c.year < 1 || c.year > 9999 || c.month < 1 || c.month > 12 || c.day < 1 ||
      c.day > days_in_month(c.year, c.month) || c.hour < 0 || c.hour > 23 || c.minute < 0 || c.minute > 59 ||
      c.second < 0 || c.second > 59 || c.fraction < 0 || c.fraction >= kTicksPerSecond) {
    return Error{.id = "ArgumentOutOfRange",
                 .category = ErrorCategory::InvalidArgument,
                 .message = fmt::format("{}-{}-{} {}:{}:{} is not a date and time of the calendar.", c.year,
                                        c.month, c.day, c.hour, c.minute, c.second)};
  }
  return DateTime{days_from_civil(c.year, c.month, c.day) * kTicksPerDay + c.hour * kTicksPerHour +
                      c.minute * kTicksPerMinute + c.second * kTicksPerSecond + c.fraction,
                  kind};
}

DateTime DateTime::utc_now() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return from_unix(now.tv_sec, now.tv_nsec);
}

DateTime DateTime::now() { return utc_now().to_local(); }

DateTime DateTime::from_unix(int64_t seconds, int64_t nanoseconds) {
  // Clamped to the calendar that .NET has: years 1 to 9999.
  constexpr int64_t kFirst = -kUnixEpochTicks / kTicksPerSecond;
  constexpr int64_t kLast = (kMaxTicks - kUnixEpochTicks) / kTicksPerSecond;
  if (seconds < kFirst) return {0, Kind::utc};
  if (seconds > kLast) return {kMaxTicks, Kind::utc};
  return {kUnixEpochTicks + seconds * kTicksPerSecond + nanoseconds / 100, Kind::utc};
}

TimeSpan DateTime::utc_offset() const {
  if (kind == Kind::utc) return {};
  const CivilTime c = civil();
  tm local{};
  local.tm_year = c.year - 1900;
  local.tm_mon = c.month - 1;
  local.tm_mday = c.day;
  local.tm_hour = c.hour;
  local.tm_min = c.minute;
  local.tm_sec = c.second;
  local.tm_isdst = -1;
  mktime(&local);  // fills in the zone's offset at that time
  return TimeSpan::seconds(local.tm_gmtoff);
}

int64_t DateTime::to_unix_seconds() const {
  const int64_t since = to_utc().ticks - kUnixEpochTicks;
  return since / kTicksPerSecond - (since % kTicksPerSecond < 0 ? 1 : 0);
}

namespace {
int64_t within_calendar(int64_t ticks) {
  return ticks < 0 ? 0 : ticks > DateTime::kMaxTicks ? DateTime::kMaxTicks : ticks;
}
}  // namespace

DateTime DateTime::to_local() const {
  if (kind == Kind::local) return *this;
  const DateTime utc{ticks, Kind::utc};  // an unspecified time counts as UTC here, as in .NET
  const time_t seconds = utc.to_unix_seconds();
  tm local{};
  localtime_r(&seconds, &local);
  return {within_calendar(ticks + local.tm_gmtoff * kTicksPerSecond), Kind::local};
}

DateTime DateTime::to_utc() const {
  if (kind == Kind::utc) return *this;
  return {within_calendar(ticks - utc_offset().ticks), Kind::utc};
}

std::string DateTime::to_iso() const {
  const CivilTime c = civil();
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:07}", c.year, c.month, c.day, c.hour,
                                 c.minute, c.second, c.fraction);
  if (kind == Kind::utc) return text + "Z";
  if (kind == Kind::local) {
    const int64_t minutes = utc_offset().ticks / kTicksPerMinute;
    const int64_t size = minutes < 0 ? -minutes : minutes;
    text += fmt::format("{}{:02}:{:02}", minutes < 0 ? '-' : '+', size / 60, size % 60);
  }
  return text;
}

std::string DateTime::to_string() const {
  const CivilTime c = civil();
  return fmt::format("{:02}/{:02}/{:04} {:02}:{:02}:{:02}", c.month, c.day, c.year, c.hour, c.minute,
                     c.second);
}

std::string DateTime::to_long_string() const {
  const CivilTime c = civil();
  return fmt::format("{}, {} {}, {} {}:{:02}:{:02} {}", kWeekDays[static_cast<size_t>(c.day_of_week)],
                     kMonths[static_cast<size_t>(c.month - 1)], c.day, c.year, (c.hour + 11) % 12 + 1,
                     c.minute, c.second, c.hour < 12 ? "AM" : "PM");
}

Result<DateTime> DateTime::parse(std::string_view text) {
  const std::string_view whole = text;
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  Reader in(text);
  CivilTime civil;
  if (!read_numeric_date(in, civil)) {
    in.rewind(0);
    if (!read_named_date(in, civil)) {
      in.rewind(0);
      const CivilTime today = now().civil();
      civil = CivilTime{.year = today.year, .month = today.month, .day = today.day};
      if (!read_time(in, civil)) return not_a_date(whole);
    }
  }
  if (in.take('T') || in.take('t') || in.peek() == ' ' || in.peek() == ',') {
    in.take(',');
    in.skip_spaces();
    if (!read_time(in, civil)) return not_a_date(whole);
  }
  bool valid = true;
  const auto offset = read_offset(in, valid);
  if (!valid || !in.at_end()) return not_a_date(whole);
  auto time = from_civil(civil, offset ? Kind::utc : Kind::unspecified);
  if (!time) return not_a_date(whole);
  if (!offset) return *time;
  return DateTime{within_calendar(time->ticks - offset->ticks), Kind::utc}.to_local();
}

}  // namespace hvsh
