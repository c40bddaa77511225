// DateTime, TimeSpan, Guid, Version, Stopwatch.
#include <fmt/format.h>

#include <cmath>
#include <ctime>

#include "core/compare.h"
#include "core/operators.h"
#include "shell/dotnet/groups.h"
#include "shell/dotnet/time_values.h"

namespace hvsh::shell::dotnet {

namespace {

constexpr int64_t kDay = 24 * 3600 * kTicksPerSecond;
constexpr int64_t kFileTimeEpoch = 504'911'232'000'000'000;  // 1601-01-01
constexpr int64_t kUnixEpoch = 621'355'968'000'000'000;

Error unrepresentable() {
  return out_of_range("value", "The added or subtracted value results in an un-representable DateTime.");
}

}  // namespace

Result<DateTime> shifted(DateTime time, double ticks) {
  const double moved = static_cast<double>(time.ticks) + ticks;
  if (!(moved >= 0 && moved <= static_cast<double>(DateTime::kMaxTicks))) return unrepresentable();
  return DateTime{time.ticks + static_cast<int64_t>(std::llround(ticks)), time.kind};
}

Result<DateTime> shifted_months(DateTime time, int64_t amount) {
  if (amount < -120'000 || amount > 120'000) {
    return out_of_range("months", "Months value must be between +/-120000.");
  }
  CivilTime civil = time.civil();
  const int64_t months = civil.year * 12 + (civil.month - 1) + amount;
  if (months < 12 || months >= 10'000 * 12) return unrepresentable();
  civil.year = static_cast<int>(months / 12);
  civil.month = static_cast<int>(months % 12) + 1;
  // The last day of a month that is shorter.
  for (int tries = 0; tries < 4; ++tries) {
    auto made = DateTime::from_civil(civil, time.kind);
    if (made) return *made;
    --civil.day;
  }
  return unrepresentable();
}

Result<DateTime> date_of_parts(const Call& call, size_t count) {
  int64_t parts[7] = {1, 1, 1, 0, 0, 0, 0};
  for (size_t i = 0; i < count; ++i) parts[i] = call.integer(i);
  const CivilTime civil{.year = static_cast<int>(parts[0]),
                        .month = static_cast<int>(parts[1]),
                        .day = static_cast<int>(parts[2]),
                        .hour = static_cast<int>(parts[3]),
                        .minute = static_cast<int>(parts[4]),
                        .second = static_cast<int>(parts[5]),
                        .fraction = parts[6] * 10'000};
  auto made = DateTime::from_civil(civil);
  if (made) return *made;
  return thrown("ArgumentOutOfRangeException",
                count > 3 ? "Hour, Minute, and Second parameters describe an un-representable DateTime."
                          : "Year, Month, and Day parameters describe an un-representable DateTime.");
}

namespace {

DateTime own(const Call& call) { return call.self.as_date_time(); }
DateTime at(const Call& call, size_t index) { return call.at(index).as_date_time(); }

Result<Value> as_value(Result<DateTime> made) {
  if (!made) return made.take_error();
  return Value::date_time(*made);
}

template <int64_t kUnit>
Result<Value> moved(const Call& call) {
  return as_value(shifted(own(call), call.real(0) * static_cast<double>(kUnit)));
}

Result<Value> with_format(const Call& call, std::string_view format) {
  HVSH_TRY(std::string made, format_value(call.self, format));
  return text(std::move(made));
}

template <size_t kCount>
Result<Value> from_parts(const Call& call) {
  HVSH_TRY(DateTime made, date_of_parts(call, kCount));
  if (call.count() > kCount) made.kind = static_cast<DateTime::Kind>(call.at(kCount).enum_number());
  return Value::date_time(made);
}

Error bad_date(std::string_view input) {
  return thrown("FormatException", fmt::format("String '{}' was not recognized as a valid DateTime.", input));
}

Result<Value> parse_date(const Call& call) {
  auto made = DateTime::parse(call.text(0));
  if (!made) return bad_date(call.text(0));
  return Value::date_time(*made);
}

Result<Value> parse_exact(const Call& call) {
  for (const Value& format : to_items(call.at(1))) {
    if (auto made = parse_by_format(call.text(0), to_string(format))) return Value::date_time(*made);
  }
  return bad_date(call.text(0));
}

Result<Value> try_parse_date(const Call& call, Result<Value> made) {
  HVSH_CHECK(set_reference(call.at(call.count() - 1), made ? *made : Value::date_time({})));
  return truth(made.ok());
}

Result<Value> days_in_month(const Call& call) {
  if (call.integer(1) < 1 || call.integer(1) > 12) {
    return out_of_range("month", "Month must be between one and twelve.");
  }
  CivilTime civil{
      .year = static_cast<int>(call.integer(0)), .month = static_cast<int>(call.integer(1)), .day = 31};
  for (; civil.day > 27; --civil.day) {
    if (DateTime::from_civil(civil)) return number(civil.day);
  }
  return out_of_range("year", "Year must be between 1 and 9999.");
}

bool is_leap(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

constexpr Member kDateTime[] = {
    {"new(long ticks)",
     [](const Call& c) -> Result<Value> {
       if (c.integer(0) < 0 || c.integer(0) > DateTime::kMaxTicks) {
         return out_of_range("ticks",
                             "Ticks must be between DateTime.MinValue.Ticks and DateTime.MaxValue.Ticks.");
       }
       return Value::date_time({c.integer(0)});
     }},
    {"new(long ticks, DateTimeKind kind)",
     [](const Call& c) -> Result<Value> {
       return Value::date_time({c.integer(0), static_cast<DateTime::Kind>(c.at(1).enum_number())});
     }},
    {"new(int year, int month, int day)", from_parts<3>},
    {"new(int year, int month, int day, int hour, int minute, int second)", from_parts<6>},
    {"new(int year, int month, int day, int hour, int minute, int second, DateTimeKind kind)", from_parts<6>},
    {"new(int year, int month, int day, int hour, int minute, int second, int millisecond)", from_parts<7>},
    {"new(int year, int month, int day, int hour, int minute, int second, int millisecond, DateTimeKind "
     "kind)",
     from_parts<7>},
    {"datetime Date", core_property},
    {"int Day", core_property},
    {"DayOfWeek DayOfWeek", core_property},
    {"int DayOfYear", core_property},
    {"int Hour", core_property},
    {"DateTimeKind Kind", core_property},
    {"int Millisecond", core_property},
    {"int Minute", core_property},
    {"int Month", core_property},
    {"int Second", core_property},
    {"long Ticks", core_property},
    {"timespan TimeOfDay", core_property},
    {"int Year", core_property},
    {"datetime AddDays(double value)", moved<kDay>},
    {"datetime AddHours(double value)", moved<3600 * kTicksPerSecond>},
    {"datetime AddMinutes(double value)", moved<60 * kTicksPerSecond>},
    {"datetime AddSeconds(double value)", moved<kTicksPerSecond>},
    {"datetime AddMilliseconds(double value)", moved<10'000>},
    {"datetime AddTicks(long value)", moved<1>},
    {"datetime AddMonths(int months)",
     [](const Call& c) -> Result<Value> { return as_value(shifted_months(own(c), c.integer(0))); }},
    {"datetime AddYears(int value)",
     [](const Call& c) -> Result<Value> { return as_value(shifted_months(own(c), c.integer(0) * 12)); }},
    {"datetime Add(timespan value)", [](const Call& c) { return add(c.self, c.at(0)); }},
    {"timespan Subtract(datetime value)", [](const Call& c) { return subtract(c.self, c.at(0)); }},
    {"datetime Subtract(timespan value)", [](const Call& c) { return subtract(c.self, c.at(0)); }},
    {"datetime ToUniversalTime()",
     [](const Call& c) -> Result<Value> { return Value::date_time(own(c).to_utc()); }},
    {"datetime ToLocalTime()",
     [](const Call& c) -> Result<Value> { return Value::date_time(own(c).to_local()); }},
    {"string ToShortDateString()", [](const Call& c) { return with_format(c, "d"); }},
    {"string ToLongDateString()", [](const Call& c) { return with_format(c, "D"); }},
    {"string ToShortTimeString()", [](const Call& c) { return with_format(c, "t"); }},
    {"string ToLongTimeString()", [](const Call& c) { return with_format(c, "T"); }},
    {"string ToString()", [](const Call& c) { return with_format(c, "G"); }},
    {"long ToFileTime()",
     [](const Call& c) -> Result<Value> { return long_number(own(c).to_utc().ticks - kFileTimeEpoch); }},
    {"long ToFileTimeUtc()",
     [](const Call& c) -> Result<Value> { return long_number(own(c).to_utc().ticks - kFileTimeEpoch); }},
    {"double ToOADate()",
     [](const Call& c) -> Result<Value> {
       constexpr int64_t kOleEpoch = 599'264'352'000'000'000;  // 1899-12-30
       return Value::real(static_cast<double>(own(c).ticks - kOleEpoch) / static_cast<double>(kDay));
     }},
    {"bool IsDaylightSavingTime()",
     [](const Call& c) -> Result<Value> {
       const time_t seconds = own(c).to_unix_seconds();
       tm local{};
       ::localtime_r(&seconds, &local);
       return truth(own(c).kind != DateTime::Kind::utc && local.tm_isdst > 0);
     }},
    {"static datetime Now", [](const Call&) -> Result<Value> { return Value::date_time(DateTime::now()); }},
    {"static datetime UtcNow",
     [](const Call&) -> Result<Value> { return Value::date_time(DateTime::utc_now()); }},
    {"static datetime Today",
     [](const Call&) -> Result<Value> {
       const DateTime now = DateTime::now();
       return Value::date_time({now.ticks - now.ticks % kDay, now.kind});
     }},
    {"static datetime MinValue", [](const Call&) -> Result<Value> { return Value::date_time({}); }},
    {"static datetime MaxValue",
     [](const Call&) -> Result<Value> { return Value::date_time({DateTime::kMaxTicks}); }},
    {"static datetime UnixEpoch",
     [](const Call&) -> Result<Value> {
       return Value::date_time({kUnixEpoch, DateTime::Kind::utc});
     }},
    {"static datetime Parse(string s)", parse_date},
    {"static datetime Parse(string s, IFormatProvider provider)", parse_date},
    {"static datetime Parse(string s, IFormatProvider provider, DateTimeStyles styles)", parse_date},
    {"static datetime ParseExact(string s, string format, IFormatProvider provider)", parse_exact},
    {"static datetime ParseExact(string s, string[] formats, IFormatProvider provider, DateTimeStyles style)",
     parse_exact},
    {"static datetime ParseExact(string s, string format, IFormatProvider provider, DateTimeStyles style)",
     parse_exact},
    {"static bool TryParse(string s, ref datetime result)",
     [](const Call& c) { return try_parse_date(c, parse_date(c)); }},
    {"static bool TryParse(string s, IFormatProvider provider, DateTimeStyles styles, ref datetime result)",
     [](const Call& c) { return try_parse_date(c, parse_date(c)); }},
    {"static bool TryParseExact(string s, string[] formats, IFormatProvider provider, DateTimeStyles style, "
     "ref datetime "
     "result)",
     [](const Call& c) { return try_parse_date(c, parse_exact(c)); }},
    {"static int DaysInMonth(int year, int month)", days_in_month},
    {"static bool IsLeapYear(int year)",
     [](const Call& c) -> Result<Value> { return truth(is_leap(c.integer(0))); }},
    {"static int Compare(datetime t1, datetime t2)",
     [](const Call& c) -> Result<Value> {
       return number(at(c, 0) < at(c, 1) ? -1 : at(c, 0) > at(c, 1) ? 1 : 0);
     }},
    {"static datetime FromFileTime(long fileTime)",
     [](const Call& c) -> Result<Value> {
       return Value::date_time(DateTime{c.integer(0) + kFileTimeEpoch, DateTime::Kind::utc}.to_local());
     }},
    {"static datetime FromFileTimeUtc(long fileTime)",
     [](const Call& c) -> Result<Value> {
       return Value::date_time({c.integer(0) + kFileTimeEpoch, DateTime::Kind::utc});
     }},
    {"static datetime SpecifyKind(datetime value, DateTimeKind kind)",
     [](const Call& c) -> Result<Value> {
       return Value::date_time({at(c, 0).ticks, static_cast<DateTime::Kind>(c.at(1).enum_number())});
     }},
};

// ----------------------------------------------------------------------------------------------- TimeSpan

int64_t ticks_of(const Call& call) { return call.self.as_time_span().ticks; }
Error too_long() {
  return thrown("OverflowException", "TimeSpan overflowed because the duration is too long.");
}

template <int64_t kUnit>
Result<Value> span_of(const Call& call) {
  const double ticks = call.real(0) * static_cast<double>(kUnit);
  if (!(std::fabs(ticks) < 9.2e18)) return too_long();
  return Value::time_span({static_cast<int64_t>(std::llround(ticks))});
}

Result<Value> span_of_parts(int64_t days, int64_t hours, int64_t minutes, int64_t seconds,
                            int64_t milliseconds) {
  const __int128 ticks = (((__int128{days} * 24 + hours) * 60 + minutes) * 60 + seconds) * kTicksPerSecond +
                         __int128{milliseconds} * 10'000;
  if (ticks > INT64_MAX || ticks < INT64_MIN) return too_long();
  return Value::time_span({static_cast<int64_t>(ticks)});
}

Result<Value> parse_span(const Call& call) {
  auto made = TimeSpan::parse(call.text(0));
  if (made) return Value::time_span(*made);
  return thrown("FormatException",
                fmt::format("String '{}' was not recognized as a valid TimeSpan.", call.text(0)));
}

constexpr Member kTimeSpan[] = {
    {"new(long ticks)", [](const Call& c) -> Result<Value> { return Value::time_span({c.integer(0)}); }},
    {"new(int hours, int minutes, int seconds)",
     [](const Call& c) { return span_of_parts(0, c.integer(0), c.integer(1), c.integer(2), 0); }},
    {"new(int days, int hours, int minutes, int seconds)",
     [](const Call& c) { return span_of_parts(c.integer(0), c.integer(1), c.integer(2), c.integer(3), 0); }},
    {"new(int days, int hours, int minutes, int seconds, int milliseconds)",
     [](const Call& c) {
       return span_of_parts(c.integer(0), c.integer(1), c.integer(2), c.integer(3), c.integer(4));
     }},
    {"long Ticks", core_property},
    {"int Days", core_property},
    {"int Hours", core_property},
    {"int Minutes", core_property},
    {"int Seconds", core_property},
    {"int Milliseconds", core_property},
    {"double TotalDays", core_property},
    {"double TotalHours", core_property},
    {"double TotalMinutes", core_property},
    {"double TotalSeconds", core_property},
    {"double TotalMilliseconds", core_property},
    {"timespan Add(timespan ts)", [](const Call& c) { return add(c.self, c.at(0)); }},
    {"timespan Subtract(timespan ts)", [](const Call& c) { return subtract(c.self, c.at(0)); }},
    {"timespan Negate()", [](const Call& c) -> Result<Value> { return Value::time_span({-ticks_of(c)}); }},
    {"timespan Duration()",
     [](const Call& c) -> Result<Value> { return Value::time_span({std::abs(ticks_of(c))}); }},
    {"timespan Multiply(double factor)",
     [](const Call& c) -> Result<Value> {
       return Value::time_span(
           {static_cast<int64_t>(std::llround(static_cast<double>(ticks_of(c)) * c.real(0)))});
     }},
    {"timespan Divide(double divisor)",
     [](const Call& c) -> Result<Value> {
       if (c.real(0) == 0) return thrown("DivideByZeroException", "Attempted to divide by zero.");
       return Value::time_span(
           {static_cast<int64_t>(std::llround(static_cast<double>(ticks_of(c)) / c.real(0)))});
     }},
    {"static timespan Zero", [](const Call&) -> Result<Value> { return Value::time_span({}); }},
    {"static timespan MaxValue", [](const Call&) -> Result<Value> { return Value::time_span({INT64_MAX}); }},
    {"static timespan MinValue", [](const Call&) -> Result<Value> { return Value::time_span({INT64_MIN}); }},
    {"static long TicksPerDay", [](const Call&) -> Result<Value> { return long_number(kDay); }},
    {"static long TicksPerHour",
     [](const Call&) -> Result<Value> { return long_number(3600 * kTicksPerSecond); }},
    {"static long TicksPerMinute",
     [](const Call&) -> Result<Value> { return long_number(60 * kTicksPerSecond); }},
    {"static long TicksPerSecond", [](const Call&) -> Result<Value> { return long_number(kTicksPerSecond); }},
    {"static long TicksPerMillisecond", [](const Call&) -> Result<Value> { return long_number(10'000); }},
    {"static timespan FromDays(double value)", span_of<kDay>},
    {"static timespan FromHours(double value)", span_of<3600 * kTicksPerSecond>},
    {"static timespan FromMinutes(double value)", span_of<60 * kTicksPerSecond>},
    {"static timespan FromSeconds(double value)", span_of<kTicksPerSecond>},
    {"static timespan FromMilliseconds(double value)", span_of<10'000>},
    {"static timespan FromTicks(long value)", span_of<1>},
    {"static timespan Parse(string s)", parse_span},
    {"static timespan Parse(string s, IFormatProvider provider)", parse_span},
    {"static bool TryParse(string s, ref timespan result)",
     [](const Call& c) -> Result<Value> {
       auto made = parse_span(c);
       HVSH_CHECK(set_reference(c.at(1), made ? *made : Value::time_span({})));
       return truth(made.ok());
     }},
    {"static int Compare(timespan t1, timespan t2)",
     [](const Call& c) -> Result<Value> {
       const int64_t a = c.at(0).as_time_span().ticks, b = c.at(1).as_time_span().ticks;
       return number(a < b ? -1 : a > b ? 1 : 0);
     }},
};

// ------------------------------------------------------------------------------------------ Guid, Version

Result<Value> parse_guid(const Call& call) {
  if (auto made = Guid::parse(call.text(0))) return Value::guid(*made);
  return thrown("FormatException", "Unrecognized Guid format.");
}

Result<Value> guid_of_bytes(const Call& call) {
  HVSH_TRY(const std::string bytes, bytes_of(call.at(0)));
  if (bytes.size() != 16)
    return thrown("ArgumentException", "Byte array for Guid must be exactly 16 bytes long. (Parameter 'b')");
  // .NET's order: the first three groups are little-endian.
  constexpr size_t kOrder[] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
  Guid guid;
  for (size_t i = 0; i < 16; ++i) guid.bytes[i] = static_cast<uint8_t>(bytes[kOrder[i]]);
  return Value::guid(guid);
}

Result<Value> bytes_of_guid(const Call& call) {
  constexpr size_t kOrder[] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
  const Guid& guid = static_cast<GuidObject*>(call.self.as_object())->value;
  std::string bytes;
  for (const size_t i : kOrder) bytes += static_cast<char>(guid.bytes[i]);
  return byte_array(bytes);
}

constexpr Member kGuid[] = {
    {"new()", [](const Call&) -> Result<Value> { return Value::guid(Guid{}); }},
    {"new(string g)", parse_guid},
    {"new(byte[] b)", guid_of_bytes},
    {"string Guid", core_property},
    {"static guid Empty", [](const Call&) -> Result<Value> { return Value::guid(Guid{}); }},
    {"static guid NewGuid()", [](const Call&) -> Result<Value> { return Value::guid(Guid::random()); }},
    {"static guid Parse(string input)", parse_guid},
    {"static bool TryParse(string input, ref guid result)",
     [](const Call& c) -> Result<Value> {
       auto made = parse_guid(c);
       HVSH_CHECK(set_reference(c.at(1), made ? *made : Value::guid(Guid{})));
       return truth(made.ok());
     }},
    {"byte[] ToByteArray()", bytes_of_guid},
};

Result<Value> version_of_parts(const Call& call) {
  int parts[4] = {0, 0, -1, -1};
  for (size_t i = 0; i < call.count(); ++i) {
    if (call.integer(i) < 0)
      return out_of_range("version", "Version's parameters must be greater than or equal to zero.");
    parts[i] = static_cast<int>(call.integer(i));
  }
  return Value::object(make<VersionObject>(Version{parts[0], parts[1], parts[2], parts[3]}));
}

Result<Value> parse_version(const Call& call) {
  if (auto made = Version::parse(call.text(0))) return Value::object(make<VersionObject>(*made));
  const std::string input = call.text(0);
  if (input.find('.') == std::string::npos) {
    return thrown("ArgumentException",
                  "Version string portion was too short or too long. (Parameter 'input')");
  }
  return thrown("FormatException", fmt::format("The input string '{}' was not in a correct format.", input));
}

Result<Value> version_text(const Call& call) {
  const Version& version = static_cast<VersionObject*>(call.self.as_object())->value;
  const int parts[] = {version.major, version.minor, version.build, version.revision};
  const int64_t count = call.integer(0);
  std::string made;
  for (int64_t i = 0; i < count; ++i) {
    if (i > 3 || parts[i] < 0)
      return thrown("ArgumentException",
                    "Argument must be between 0 and the number of parts. (Parameter 'fieldCount')");
    made += (i > 0 ? "." : "") + std::to_string(parts[i]);
  }
  return text(std::move(made));
}

constexpr Member kVersion[] = {
    {"new()", version_of_parts},
    {"new(string version)", parse_version},
    {"new(int major, int minor)", version_of_parts},
    {"new(int major, int minor, int build)", version_of_parts},
    {"new(int major, int minor, int build, int revision)", version_of_parts},
    {"int Major", core_property},
    {"int Minor", core_property},
    {"int Build", core_property},
    {"int Revision", core_property},
    {"string ToString(int fieldCount)", version_text},
    {"int CompareTo(object version)", compare_to},
    {"bool Equals(object obj)",
     [](const Call& c) -> Result<Value> {
       return truth(c.at(0).is_object(ObjectKind::version) && equal(c.self, c.at(0)));
     }},
    {"static version Parse(string input)", parse_version},
    {"static bool TryParse(string input, ref version result)",
     [](const Call& c) -> Result<Value> {
       auto made = parse_version(c);
       HVSH_CHECK(set_reference(c.at(1), made ? *made : Value::null()));
       return truth(made.ok());
     }},
};

// ---------------------------------------------------------------------------------------------- Stopwatch

constexpr TypeInfo kStopwatchInfo{"System.Diagnostics.Stopwatch", "Stopwatch"};

int64_t monotonic_ticks() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kTicksPerSecond + now.tv_nsec / 100;
}

struct Stopwatch {
  int64_t elapsed = 0, begin = 0;
  bool running = false;
  void start() {
    if (!running) begin = monotonic_ticks();
    running = true;
  }
  void stop() {
    elapsed = ticks();
    running = false;
  }
  int64_t ticks() const { return elapsed + (running ? monotonic_ticks() - begin : 0); }
};
Stopwatch& watch(const Call& call) { return state_of<Stopwatch>(call.self); }

constexpr Member kStopwatch[] = {
    {"new()", [](const Call&) -> Result<Value> { return instance(kStopwatchInfo, Stopwatch{}); }},
    {"static Stopwatch StartNew()",
     [](const Call&) -> Result<Value> {
       Stopwatch made;
       made.start();
       return instance(kStopwatchInfo, made);
     }},
    {"static long GetTimestamp()",
     [](const Call&) -> Result<Value> { return long_number(monotonic_ticks()); }},
    {"static long Frequency", [](const Call&) -> Result<Value> { return long_number(kTicksPerSecond); }},
    {"static bool IsHighResolution", [](const Call&) -> Result<Value> { return truth(true); }},
    {"bool IsRunning", [](const Call& c) -> Result<Value> { return truth(watch(c).running); }},
    {"timespan Elapsed", [](const Call& c) -> Result<Value> { return Value::time_span({watch(c).ticks()}); }},
    {"long ElapsedMilliseconds",
     [](const Call& c) -> Result<Value> { return long_number(watch(c).ticks() / 10'000); }},
    {"long ElapsedTicks", [](const Call& c) -> Result<Value> { return long_number(watch(c).ticks()); }},
    {"void Start()",
     [](const Call& c) -> Result<Value> {
       watch(c).start();
       return Value::nothing();
     }},
    {"void Stop()",
     [](const Call& c) -> Result<Value> {
       watch(c).stop();
       return Value::nothing();
     }},
    {"void Reset()",
     [](const Call& c) -> Result<Value> {
       watch(c) = {};
       return Value::nothing();
     }},
    {"void Restart()",
     [](const Call& c) -> Result<Value> {
       watch(c) = {};
       watch(c).start();
       return Value::nothing();
     }},
    {"string ToString()",
     [](const Call& c) -> Result<Value> { return text(TimeSpan{watch(c).ticks()}.to_string()); }},
};

Result<Value> convert_date(const Value& value, const TypeRef&) {
  HVSH_TRY(DateTime time, to_date_time(value));
  return Value::date_time(time);
}
Result<Value> convert_span(const Value& value, const TypeRef&) {
  HVSH_TRY(TimeSpan span, to_time_span(value));
  return Value::time_span(span);
}
Result<Value> convert_guid(const Value& value, const TypeRef&) {
  HVSH_TRY(Guid guid, to_guid(value));
  return Value::guid(guid);
}
Result<Value> convert_version(const Value& value, const TypeRef&) {
  if (value.is_null()) return Value::null();
  HVSH_TRY(Version version, to_version(value));
  return Value::object(make<VersionObject>(version));
}

std::span<const Type> list() {
  static const Type declared[] = {
      {.info = &types::DateTime,
       .names = "datetime",
       .members = kDateTime,
       .shared = kFormattable,
       .convert = convert_date,
       .interfaces = "System.IComparable, System.IFormattable, System.IConvertible",
       .is_value = true},
      {.info = &types::TimeSpan,
       .names = "timespan",
       .members = kTimeSpan,
       .shared = kFormattable,
       .convert = convert_span,
       .interfaces = "System.IComparable, System.IFormattable",
       .is_value = true},
      {.info = &types::Guid,
       .names = "guid",
       .members = kGuid,
       .shared = kFormattable,
       .convert = convert_guid,
       .interfaces = "System.IComparable, System.IFormattable",
       .is_value = true},
      {.info = &types::Version,
       .names = "version",
       .members = kVersion,
       .convert = convert_version,
       .interfaces = "System.IComparable, System.ICloneable"},
      {.info = &kStopwatchInfo, .members = kStopwatch},
  };
  return declared;
}

}  // namespace

std::span<const Type> time_types() { return list(); }

}  // namespace hvsh::shell::dotnet
