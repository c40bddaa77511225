// CultureInfo, TimeZoneInfo, DateTimeOffset.
#include <fmt/format.h>

#include <cstdlib>
#include <ctime>

#include "core/compare.h"
#include "core/operators.h"
#include "core/text.h"
#include "shell/dotnet/groups.h"
#include "shell/dotnet/time_values.h"
#include "shell/eval/environment.h"

namespace hvsh::shell::dotnet {

namespace {

constexpr TypeInfo kCultureInfo{"System.Globalization.CultureInfo", "CultureInfo"};
constexpr TypeInfo kTextInfo{"System.Globalization.TextInfo", "TextInfo"};
constexpr TypeInfo kZoneInfo{"System.TimeZoneInfo", "TimeZoneInfo"};
constexpr TypeInfo kOffsetInfo{"System.DateTimeOffset", "DateTimeOffset"};

// ------------------------------------------------------------------------------------------ CultureInfo
// Everything is written as en-US writes it; a culture is its name.

struct Culture {
  std::string name;
};
Culture& culture_of(const Call& call) { return state_of<Culture>(call.self); }
Result<Value> culture(std::string name) { return instance(kCultureInfo, Culture{std::move(name)}); }

Result<Value> current(const Call&) { return culture("en-US"); }
Result<Value> keep_current(const Call&) { return Value::nothing(); }

std::string title_case(std::string_view input) {
  std::string made;
  bool inside = false;
  for (size_t at = 0; at < input.size();) {
    const size_t begin = at;
    next_code_point(input, at);
    const std::string one(input.substr(begin, at - begin));
    const bool letter = to_upper(one) != to_lower(one);
    made += letter && !inside ? to_upper(one) : letter ? to_lower(one) : one;
    inside = letter || (inside && one == "'");
  }
  return made;
}

Result<Value> day_names(bool whole) {
  std::vector<std::string> names;
  for (const std::string_view name :
       {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}) {
    names.emplace_back(whole ? name : name.substr(0, 3));
  }
  return text_array(std::move(names));
}

Result<Value> date_time_format(const Call&) {
  auto record = make<RecordObject>();
  record->type_names = {"System.Globalization.DateTimeFormatInfo"};
  record->set("ShortDatePattern", text("M/d/yyyy"));
  record->set("LongDatePattern", text("dddd, MMMM d, yyyy"));
  record->set("ShortTimePattern", text("h:mm tt"));
  record->set("LongTimePattern", text("h:mm:ss tt"));
  record->set("DateSeparator", text("/"));
  record->set("TimeSeparator", text(":"));
  record->set("DayNames", *day_names(true));
  record->set("AbbreviatedDayNames", *day_names(false));
  std::vector<std::string> months = {"January",  "February", "March",  "April",     "May",
                                     "June",     "July",     "August", "September", "October",
                                     "November", "December", ""};
  record->set("MonthNames", text_array(std::move(months)));
  return Value::object(record);
}

Result<Value> number_format(const Call&) {
  auto record = make<RecordObject>();
  record->type_names = {"System.Globalization.NumberFormatInfo"};
  record->set("NumberDecimalSeparator", text("."));
  record->set("NumberGroupSeparator", text(","));
  record->set("NegativeSign", text("-"));
  record->set("CurrencySymbol", text("$"));
  record->set("PercentSymbol", text("%"));
  return Value::object(record);
}

constexpr Member kCulture[] = {
    {"new(string name)", [](const Call& c) { return culture(c.text(0)); }},
    {"new(int culture)", [](const Call& c) { return culture(c.integer(0) == 127 ? "" : "en-US"); }},
    {"static CultureInfo InvariantCulture", [](const Call&) { return culture(""); }},
    {"static CultureInfo CurrentCulture", current, keep_current},
    {"static CultureInfo CurrentUICulture", current, keep_current},
    {"static CultureInfo DefaultThreadCurrentCulture", current, keep_current},
    {"static CultureInfo InstalledUICulture", current},
    {"static CultureInfo GetCultureInfo(string name)", [](const Call& c) { return culture(c.text(0)); }},
    {"static CultureInfo CreateSpecificCulture(string name)",
     [](const Call& c) { return culture(c.text(0)); }},
    {"int LCID",
     [](const Call& c) -> Result<Value> { return number(culture_of(c).name.empty() ? 127 : 1033); }},
    {"string Name", [](const Call& c) -> Result<Value> { return text(culture_of(c).name); }},
    {"string DisplayName",
     [](const Call& c) -> Result<Value> {
       const std::string& name = culture_of(c).name;
       return text(name.empty()      ? "Invariant Language (Invariant Country)"
                   : name == "en-US" ? "English (United States)"
                                     : name);
     }},
    {"string TwoLetterISOLanguageName",
     [](const Call& c) -> Result<Value> {
       const std::string& name = culture_of(c).name;
       return text(name.empty() ? "iv" : name.substr(0, name.find('-')));
     }},
    {"TextInfo TextInfo",
     [](const Call& c) -> Result<Value> { return instance(kTextInfo, Culture{culture_of(c).name}); }},
    {"object DateTimeFormat", date_time_format},
    {"object NumberFormat", number_format},
    {"string ToString()", [](const Call& c) -> Result<Value> { return text(culture_of(c).name); }},
};

constexpr Member kText[] = {
    {"string CultureName", [](const Call& c) -> Result<Value> { return text(culture_of(c).name); }},
    {"string ListSeparator", [](const Call&) -> Result<Value> { return text(","); }},
    {"string ToTitleCase(string str)",
     [](const Call& c) -> Result<Value> { return text(title_case(c.text(0))); }},
    {"string ToUpper(string str)", [](const Call& c) -> Result<Value> { return text(to_upper(c.text(0))); }},
    {"string ToLower(string str)", [](const Call& c) -> Result<Value> { return text(to_lower(c.text(0))); }},
};

// ----------------------------------------------------------------------------------------- TimeZoneInfo
// This host's zone and UTC; other zones would need their tables.

struct Zone {
  bool local = false;
};
bool is_local(const Call& call) { return state_of<Zone>(call.self).local; }
TimeSpan offset_now(bool local) { return local ? DateTime::now().utc_offset() : TimeSpan{}; }

std::string zone_name(bool local) {
  if (!local) return "UTC";
  if (auto name = get_environment("TZ")) return *name;
  const time_t now = ::time(nullptr);
  tm parts{};
  ::localtime_r(&now, &parts);
  return parts.tm_zone != nullptr ? parts.tm_zone : "UTC";
}

Value zone(bool local) { return instance(kZoneInfo, Zone{local}); }

Result<Value> find_zone(const Call& call) {
  const std::string wanted = call.text(0);
  if (wanted == "UTC" || wanted == "Etc/UTC" || wanted == "GMT") return zone(false);
  if (wanted == zone_name(true)) return zone(true);
  return thrown("TimeZoneNotFoundException",
                fmt::format("The time zone ID '{}' was not found on the local computer.", wanted));
}

constexpr Member kZone[] = {
    {"static TimeZoneInfo Local", [](const Call&) -> Result<Value> { return zone(true); }},
    {"static TimeZoneInfo Utc", [](const Call&) -> Result<Value> { return zone(false); }},
    {"static TimeZoneInfo FindSystemTimeZoneById(string id)", find_zone},
    {"static datetime ConvertTimeToUtc(datetime dateTime)",
     [](const Call& c) -> Result<Value> { return Value::date_time(c.at(0).as_date_time().to_utc()); }},
    {"static datetime ConvertTimeFromUtc(datetime dateTime, TimeZoneInfo destinationTimeZone)",
     [](const Call& c) -> Result<Value> {
       const DateTime utc{c.at(0).as_date_time().ticks, DateTime::Kind::utc};
       return Value::date_time(state_of<Zone>(c.at(1)).local ? utc.to_local() : utc);
     }},
    {"string Id", [](const Call& c) -> Result<Value> { return text(zone_name(is_local(c))); }},
    {"string DisplayName",
     [](const Call& c) -> Result<Value> {
       const int64_t minutes = offset_now(is_local(c)).ticks / kTicksPerSecond / 60;
       const std::string name = zone_name(is_local(c));
       return text(fmt::format("(UTC{}) {}",
                               minutes == 0 ? ""
                                            : fmt::format("{}{:02}:{:02}", minutes < 0 ? '-' : '+',
                                                          std::abs(minutes) / 60, std::abs(minutes) % 60),
                               name));
     }},
    {"string StandardName", [](const Call& c) -> Result<Value> { return text(zone_name(is_local(c))); }},
    {"timespan BaseUtcOffset",
     [](const Call& c) -> Result<Value> { return Value::time_span(offset_now(is_local(c))); }},
    {"timespan GetUtcOffset(datetime dateTime)",
     [](const Call& c) -> Result<Value> {
       return Value::time_span(is_local(c) ? c.at(0).as_date_time().utc_offset() : TimeSpan{});
     }},
    {"string ToString()", [](const Call& c) -> Result<Value> { return text(zone_name(is_local(c))); }},
};

// --------------------------------------------------------------------------------------- DateTimeOffset

struct Moment {
  DateTime clock;  // as its zone's clocks show it
  TimeSpan offset;
  DateTime utc() const { return {clock.ticks - offset.ticks, DateTime::Kind::utc}; }
};
Moment& moment_of(const Call& call) { return state_of<Moment>(call.self); }
Value moment(DateTime clock, TimeSpan offset) {
  clock.kind = DateTime::Kind::unspecified;
  return instance(kOffsetInfo, Moment{clock, offset});
}
Value moment(DateTime time) {
  return moment(time, time.kind == DateTime::Kind::utc ? TimeSpan{} : time.utc_offset());
}

Result<Value> clock_part(const Call& call, std::string_view name) {
  auto value = get_property(Value::date_time(moment_of(call).clock), name);
  return value ? std::move(*value) : Result<Value>(Value::null());
}
template <int64_t kUnit>
Result<Value> moved(const Call& call) {
  HVSH_TRY(DateTime made, shifted(moment_of(call).clock, call.real(0) * static_cast<double>(kUnit)));
  return moment(made, moment_of(call).offset);
}

std::string offset_text(TimeSpan offset) {
  const int64_t minutes = offset.ticks / kTicksPerSecond / 60;
  return fmt::format("{}{:02}:{:02}", minutes < 0 ? '-' : '+', std::abs(minutes) / 60,
                     std::abs(minutes) % 60);
}

Result<Value> moment_text(const Call& call) {
  const Moment& own = moment_of(call);
  const std::string format = call.count() > 0 ? call.text(0) : "";
  if (format == "o" || format == "O") {
    HVSH_TRY(std::string clock, format_value(Value::date_time(own.clock), "yyyy-MM-ddTHH:mm:ss.fffffff"));
    return text(clock + offset_text(own.offset));
  }
  if (!format.empty() && format.find('z') == std::string::npos) {
    HVSH_TRY(std::string made, format_value(Value::date_time(own.clock), format));
    return text(std::move(made));
  }
  return text(own.clock.to_string() + " " + offset_text(own.offset));
}

Result<Value> parse_moment(const Call& call) {
  auto made = DateTime::parse(call.text(0));
  if (!made) {
    return thrown("FormatException",
                  fmt::format("String '{}' was not recognized as a valid DateTime.", call.text(0)));
  }
  return moment(*made);
}

constexpr int64_t kDay = 24 * 3600 * kTicksPerSecond;
constexpr Member kOffset[] = {
    {"new(datetime dateTime)", [](const Call& c) -> Result<Value> { return moment(c.at(0).as_date_time()); }},
    {"new(datetime dateTime, timespan offset)",
     [](const Call& c) -> Result<Value> { return moment(c.at(0).as_date_time(), c.at(1).as_time_span()); }},
    {"new(int year, int month, int day, int hour, int minute, int second, timespan offset)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(DateTime made, date_of_parts(c, 6));
       return moment(made, c.at(6).as_time_span());
     }},
    {"static DateTimeOffset Now", [](const Call&) -> Result<Value> { return moment(DateTime::now()); }},
    {"static DateTimeOffset UtcNow",
     [](const Call&) -> Result<Value> { return moment(DateTime::utc_now()); }},
    {"static DateTimeOffset FromUnixTimeSeconds(long seconds)",
     [](const Call& c) -> Result<Value> { return moment(DateTime::from_unix(c.integer(0))); }},
    {"static DateTimeOffset FromUnixTimeMilliseconds(long milliseconds)",
     [](const Call& c) -> Result<Value> {
       DateTime time = DateTime::from_unix(c.integer(0) / 1000);
       time.ticks += c.integer(0) % 1000 * 10'000;
       return moment(time);
     }},
    {"static DateTimeOffset Parse(string input)", parse_moment},
    {"datetime DateTime",
     [](const Call& c) -> Result<Value> { return Value::date_time(moment_of(c).clock); }},
    {"datetime UtcDateTime",
     [](const Call& c) -> Result<Value> { return Value::date_time(moment_of(c).utc()); }},
    {"datetime LocalDateTime",
     [](const Call& c) -> Result<Value> { return Value::date_time(moment_of(c).utc().to_local()); }},
    {"datetime Date", [](const Call& c) { return clock_part(c, "Date"); }},
    {"int Day", [](const Call& c) { return clock_part(c, "Day"); }},
    {"DayOfWeek DayOfWeek", [](const Call& c) { return clock_part(c, "DayOfWeek"); }},
    {"int Hour", [](const Call& c) { return clock_part(c, "Hour"); }},
    {"int Minute", [](const Call& c) { return clock_part(c, "Minute"); }},
    {"int Month", [](const Call& c) { return clock_part(c, "Month"); }},
    {"timespan Offset", [](const Call& c) -> Result<Value> { return Value::time_span(moment_of(c).offset); }},
    {"int Second", [](const Call& c) { return clock_part(c, "Second"); }},
    {"long Ticks", [](const Call& c) { return clock_part(c, "Ticks"); }},
    {"long UtcTicks", [](const Call& c) -> Result<Value> { return long_number(moment_of(c).utc().ticks); }},
    {"int Year", [](const Call& c) { return clock_part(c, "Year"); }},
    {"long ToUnixTimeSeconds()",
     [](const Call& c) -> Result<Value> { return long_number(moment_of(c).utc().to_unix_seconds()); }},
    {"long ToUnixTimeMilliseconds()",
     [](const Call& c) -> Result<Value> {
       const DateTime utc = moment_of(c).utc();
       return long_number(utc.to_unix_seconds() * 1000 + utc.ticks % kTicksPerSecond / 10'000);
     }},
    {"DateTimeOffset AddDays(double days)", moved<kDay>},
    {"DateTimeOffset AddHours(double hours)", moved<3600 * kTicksPerSecond>},
    {"DateTimeOffset AddMinutes(double minutes)", moved<60 * kTicksPerSecond>},
    {"DateTimeOffset AddSeconds(double seconds)", moved<kTicksPerSecond>},
    {"DateTimeOffset ToUniversalTime()",
     [](const Call& c) -> Result<Value> { return moment(moment_of(c).utc()); }},
    {"DateTimeOffset ToLocalTime()",
     [](const Call& c) -> Result<Value> { return moment(moment_of(c).utc().to_local()); }},
    {"DateTimeOffset ToOffset(timespan offset)",
     [](const Call& c) -> Result<Value> {
       const TimeSpan offset = c.at(0).as_time_span();
       return moment({moment_of(c).utc().ticks + offset.ticks}, offset);
     }},
    {"string ToString()", moment_text},
    {"string ToString(string format)", moment_text},
};

constexpr Type kTypes[] = {
    {.info = &kCultureInfo,
     .names = "cultureinfo",
     .members = kCulture,
     .interfaces = "System.IFormatProvider"},
    {.info = &kTextInfo, .members = kText},
    {.info = &kZoneInfo, .members = kZone},
    {.info = &kOffsetInfo, .members = kOffset, .interfaces = "System.IComparable", .is_value = true},
};

}  // namespace

std::span<const Type> culture_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
