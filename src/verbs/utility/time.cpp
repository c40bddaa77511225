// Start-Sleep, Get-Date, New-TimeSpan, Measure-Command.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/cmdlet.h"
#include "core/operators.h"

namespace hvsh::verbs {

struct StartSleep {
  double seconds = 0;
  int32_t milliseconds = 0;
  TimeSpan duration;

  enum Set : SetMask { Seconds = 1, Milliseconds = 2, Duration = 4 };
  static constexpr std::string_view kSets[] = {"Seconds", "Milliseconds", "FromTimeSpan"};
  static constexpr Param kParams[] = {
      param<&StartSleep::seconds>("Seconds",
                                  {.sets = Seconds,
                                   .position = 0,
                                   .mandatory = true,
                                   .from_pipeline = true,
                                   .from_pipeline_property = true,
                                   .range = {0, INT32_MAX / 1000}},
                                  "How many seconds."),
      param<&StartSleep::milliseconds>("Milliseconds",
                                       {.sets = Milliseconds,
                                        .mandatory = true,
                                        .from_pipeline_property = true,
                                        .aliases = "ms",
                                        .range = {0, INT32_MAX}},
                                       "How many thousandths of a second."),
      param<&StartSleep::duration>(
          "Duration", {.sets = Duration, .mandatory = true, .from_pipeline_property = true, .aliases = "ts"},
          "How long, as a time span."),
  };
  static constexpr std::string_view kAliases[] = {"sleep"};
  static constexpr Example kExamples[] = {
      {"Start-Sleep -Milliseconds 10", "", "Waits a hundredth of a second."}};
  static constexpr Decl decl{.verb = "Start",
                             .noun = "Sleep",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.StartSleepCommand",
                             .synopsis = "Waits."};

  Flow process(Context& context) {
    TimeSpan time = duration;
    if (context.parameter_set() == Seconds)
      time = {static_cast<int64_t>(std::llround(seconds * kTicksPerSecond))};
    if (context.parameter_set() == Milliseconds) time = TimeSpan::milliseconds(milliseconds);
    return context.sleep(time) ? Flow::more : Flow::stopped;
  }
};
CMDLET(StartSleep);

struct GetDate {
  DateTime date;
  double unix_time_seconds = 0;
  int32_t year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, millisecond = 0;
  std::string format, u_format, display_hint;
  Switch as_utc;

  static constexpr Param kParams[] = {
      param<&GetDate::date>(
          "Date",
          {.position = 0, .from_pipeline = true, .from_pipeline_property = true, .aliases = "LastWriteTime"},
          "This time instead of now."),
      param<&GetDate::unix_time_seconds>("UnixTimeSeconds", {.aliases = "UnixTime"},
                                         "Seconds since 1970 instead of now."),
      param<&GetDate::year>("Year", {.range = {1, 9999}}, "Another year."),
      param<&GetDate::month>("Month", {.range = {1, 12}}, "Another month."),
      param<&GetDate::day>("Day", {.range = {1, 31}}, "Another day."),
      param<&GetDate::hour>("Hour", {.range = {0, 23}}, "Another hour."),
      param<&GetDate::minute>("Minute", {.range = {0, 59}}, "Another minute."),
      param<&GetDate::second>("Second", {.range = {0, 59}}, "Another second."),
      param<&GetDate::millisecond>("Millisecond", {.range = {0, 999}}, "Another thousandth."),
      param<&GetDate::format>("Format", {}, "As text, by a .NET format."),
      param<&GetDate::u_format>("UFormat", {}, "As text, by a Unix format (%Y-%m-%d)."),
      param<&GetDate::as_utc>("AsUTC", {}, "In universal time."),
  };
  static constexpr Example kExamples[] = {
      {"Get-Date -Date 2026-11-22 -Format yyyyMMdd", "20261122", "Writes a day."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "Date",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetDateCommand",
                             .synopsis = "Tells the time."};

  Flow process(Context& context) {
    DateTime time = DateTime::now();
    if (context.is_bound("Date")) time = date;
    if (context.is_bound("UnixTimeSeconds")) {
      const double whole = std::floor(unix_time_seconds);
      if (!(std::fabs(whole) < 3e11)) {
        return context.terminate(conversion_error(Value::real(unix_time_seconds), types::DateTime.name));
      }
      time = DateTime::from_unix(static_cast<int64_t>(whole),
                                 static_cast<int64_t>((unix_time_seconds - whole) * 1e9))
                 .to_local();
    }
    CivilTime civil = time.civil();
    const auto change = [&](const char* name, int& field, int value) {
      if (context.is_bound(name)) field = value;
    };
    change("Year", civil.year, year);
    change("Month", civil.month, month);
    change("Day", civil.day, day);
    change("Hour", civil.hour, hour);
    change("Minute", civil.minute, minute);
    change("Second", civil.second, second);
    if (context.is_bound("Millisecond"))
      civil.fraction = millisecond * int64_t{10'000} + civil.fraction % 10'000;
    auto changed = DateTime::from_civil(civil, time.kind);
    if (!changed) return context.terminate(changed.take_error());
    time = as_utc ? changed->to_utc() : *changed;
    if (context.is_bound("UFormat")) return write_unix_format(context, time);
    if (!context.is_bound("Format")) return context.write(Value::date_time(time));
    auto text = format_value(Value::date_time(time), file_format(format));
    if (!text) return context.terminate(text.take_error());
    return context.write(Value::string(*text));
  }

 private:
  static std::string_view file_format(std::string_view name) {
    if (equal_ascii(name, "FileDate")) return "yyyyMMdd";
    if (equal_ascii(name, "FileDateUniversal")) return "yyyyMMddZ";
    if (equal_ascii(name, "FileDateTime")) return "yyyyMMdd'T'HHmmssffff";
    if (equal_ascii(name, "FileDateTimeUniversal")) return "yyyyMMdd'T'HHmmssffff'Z'";
    return name;
  }

  // Fields that .NET's formats do not have; anything else stands for itself.
  static std::string unix_field(char letter, const DateTime& time) {
    const CivilTime civil = time.civil();
    const int monday = (civil.day_of_week + 6) % 7;
    const int hour12 = civil.hour % 12 == 0 ? 12 : civil.hour % 12;
    switch (letter) {
      case 'n': return "\n";
      case 't': return "\t";
      case 's': return std::to_string(time.to_unix_seconds());
      case 'j': return fmt::format("{:03}", civil.day_of_year);
      case 'u': return std::to_string(civil.day_of_week == 0 ? 7 : civil.day_of_week);
      case 'w': return std::to_string(civil.day_of_week);
      case 'C': return std::to_string(civil.year / 100);
      case 'e': return fmt::format("{:2}", civil.day);
      case 'k': return fmt::format("{:2}", civil.hour);
      case 'l': return fmt::format("{:2}", hour12);
      case 'U': return std::to_string((civil.day_of_year + 6 - civil.day_of_week) / 7);
      case 'W': return std::to_string((civil.day_of_year + 6 - monday) / 7);
      case 'V': return fmt::format("{:02}", iso_week(civil));
      default: return std::string(1, letter);
    }
  }

  // The week that the year's first Thursday is in is the first one.
  static int iso_week(const CivilTime& civil) {
    const auto weeks_in = [](int year) {
      const auto ends_on = [](int y) { return (y + y / 4 - y / 100 + y / 400) % 7; };
      return ends_on(year) == 4 || ends_on(year - 1) == 3 ? 53 : 52;
    };
    const int weekday = civil.day_of_week == 0 ? 7 : civil.day_of_week;
    const int week = (civil.day_of_year - weekday + 10) / 7;
    if (week < 1) return weeks_in(civil.year - 1);
    return week > weeks_in(civil.year) ? 1 : week;
  }

  Flow write_unix_format(Context& context, const DateTime& time) const {
    static constexpr std::pair<char, std::string_view> kFields[] = {
        {'Y', "yyyy"},
        {'y', "yy"},
        {'G', "yyyy"},
        {'g', "yy"},
        {'m', "MM"},
        {'d', "dd"},
        {'H', "HH"},
        {'I', "hh"},
        {'M', "mm"},
        {'S', "ss"},
        {'p', "tt"},
        {'A', "dddd"},
        {'a', "ddd"},
        {'B', "MMMM"},
        {'b', "MMM"},
        {'h', "MMM"},
        {'F', "yyyy-MM-dd"},
        {'T', "HH:mm:ss"},
        {'X', "HH:mm:ss"},
        {'R', "HH:mm"},
        {'r', "hh:mm:ss tt"},
        {'D', "MM/dd/yy"},
        {'x', "MM/dd/yy"},
        {'Z', "zz"},
        {'c', "ddd MMM dd HH:mm:ss yyyy"},
    };
    std::string_view rest = u_format;
    if (!rest.empty() && rest[0] == '+') rest.remove_prefix(1);
    std::string text;
    for (size_t i = 0; i < rest.size(); ++i) {
      if (rest[i] != '%' || i + 1 == rest.size()) {
        text += rest[i];
        continue;
      }
      const char letter = rest[++i];
      const auto* field = std::find_if(std::begin(kFields), std::end(kFields),
                                       [&](const auto& one) { return one.first == letter; });
      text += field != std::end(kFields) ? *format_value(Value::date_time(time), field->second)
                                         : unix_field(letter, time);
    }
    return context.write(Value::string(std::move(text)));
  }
};
CMDLET(GetDate);

struct NewTimeSpan {
  DateTime start, end_time;
  int32_t days = 0, hours = 0, minutes = 0, seconds = 0, milliseconds = 0;

  enum Set : SetMask { Date = 1, Time = 2 };
  static constexpr std::string_view kSets[] = {"Date", "Time"};
  static constexpr Param kParams[] = {
      param<&NewTimeSpan::start>("Start",
                                 {.sets = Date,
                                  .position = 0,
                                  .from_pipeline = true,
                                  .from_pipeline_property = true,
                                  .aliases = "LastWriteTime"},
                                 "Where it begins; now if it is not given."),
      param<&NewTimeSpan::end_time>("End", {.sets = Date, .position = 1, .from_pipeline_property = true},
                                    "Where it ends; now if it is not given."),
      param<&NewTimeSpan::days>("Days", {.sets = Time}, "So many days."),
      param<&NewTimeSpan::hours>("Hours", {.sets = Time}, "So many hours."),
      param<&NewTimeSpan::minutes>("Minutes", {.sets = Time}, "So many minutes."),
      param<&NewTimeSpan::seconds>("Seconds", {.sets = Time}, "So many seconds."),
      param<&NewTimeSpan::milliseconds>("Milliseconds", {.sets = Time}, "So many thousandths of a second."),
  };
  static constexpr Example kExamples[] = {
      {"(New-TimeSpan -Minutes 90).TotalHours", "1.5", "Makes a time span."}};
  static constexpr Decl decl{.verb = "New",
                             .noun = "TimeSpan",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.NewTimeSpanCommand",
                             .synopsis = "Makes a time span."};

  Flow process(Context& context) {
    if (context.parameter_set() == Time) {
      // Five 32-bit numbers of at most a day each stay far below 64 bits of ticks.
      const int64_t whole = days * int64_t{86400} + hours * int64_t{3600} + minutes * int64_t{60} + seconds;
      if (whole > INT64_MAX / kTicksPerSecond - INT32_MAX ||
          whole < INT64_MIN / kTicksPerSecond + INT32_MAX) {
        return context.terminate({.id = "ArgumentOutOfRange",
                                  .category = ErrorCategory::InvalidArgument,
                                  .message = "The result is outside of the range of a TimeSpan."});
      }
      return context.write(Value::time_span({whole * kTicksPerSecond + milliseconds * int64_t{10'000}}));
    }
    const DateTime now = DateTime::now();
    const DateTime from = context.is_bound("Start") ? start : now;
    const DateTime to = context.is_bound("End") ? end_time : now;
    return context.write(Value::time_span({to.ticks - from.ticks}));
  }
};
CMDLET(NewTimeSpan);

struct MeasureCommand {
  Value input_object = Value::nothing();
  Ref<ScriptBlockObject> expression;

  static constexpr Param kParams[] = {
      param<&MeasureCommand::input_object>("InputObject", {.from_pipeline = true},
                                           "What becomes $_ in the block."),
      param<&MeasureCommand::expression>("Expression", {.position = 0, .mandatory = true}, "What to run."),
  };
  static constexpr Example kExamples[] = {
      {"(Measure-Command { Start-Sleep 0 }).GetType().Name", "TimeSpan", "Measures a command."}};
  static constexpr Decl decl{.verb = "Measure",
                             .noun = "Command",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.MeasureCommandCommand",
                             .synopsis = "Tells how long a script block runs."};

  Flow process(Context& context) {
    const auto begin = std::chrono::steady_clock::now();
    Value output;
    const Flow flow = context.invoke(*expression, input_object, {}, output);
    taken_ += std::chrono::steady_clock::now() - begin;
    return flow;
  }
  Flow end(Context& context) {
    const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(taken_).count();
    return context.write(Value::time_span({nanoseconds / 100}));
  }

 private:
  std::chrono::steady_clock::duration taken_{};
};
CMDLET(MeasureCommand);

}  // namespace hvsh::verbs
