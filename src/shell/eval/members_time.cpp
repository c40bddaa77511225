// Members of DateTime and TimeSpan.
#include <cmath>

#include "core/compare.h"
#include "core/operators.h"
#include "shell/eval/members.h"

namespace hvsh::shell {

namespace {

constexpr int64_t kDay = 24 * 3600 * kTicksPerSecond;

Result<Value> moved(const Call& call, double unit_ticks) {
  HVSH_TRY(double amount, real_argument(call, 0));
  const double ticks = static_cast<double>(call.self.as_date_time().ticks) + amount * unit_ticks;
  if (!(ticks >= 0 && ticks <= static_cast<double>(DateTime::kMaxTicks))) {
    return Error{.id = "ArgumentOutOfRangeException",
                 .message = "The added or subtracted value results in an un-representable DateTime.",
                 .exception = "System.ArgumentOutOfRangeException"};
  }
  const DateTime time = call.self.as_date_time();
  return Value::date_time({time.ticks + static_cast<int64_t>(std::llround(amount * unit_ticks)), time.kind});
}

Result<Value> add_months(const Call& call, int64_t factor) {
  HVSH_TRY(int64_t amount, int_argument(call, 0));
  if (amount < -120000 || amount > 120000) return argument_error("Months value must be between +/-120000.");
  const DateTime time = call.self.as_date_time();
  CivilTime civil = time.civil();
  const int64_t months = civil.year * 12 + (civil.month - 1) + amount * factor;
  civil.year = static_cast<int>(months / 12);
  civil.month = static_cast<int>(months % 12) + 1;
  // The last day of a month that is shorter.
  for (int tries = 0; tries < 4; ++tries) {
    auto made = DateTime::from_civil(civil, time.kind);
    if (made) return Value::date_time(*made);
    --civil.day;
  }
  return argument_error("The resulting date is outside of the calendar.");
}

Result<Value> formatted(const Call& call) {
  if (call.count() == 0) return Value::string(to_string(call.self));
  HVSH_TRY(std::string text, format_value(call.self, text_argument(call, 0)));
  return Value::string(std::move(text));
}

Result<Value> with_format(const Call& call, std::string_view format) {
  HVSH_TRY(std::string text, format_value(call.self, format));
  return Value::string(std::move(text));
}

constexpr MemberEntry kDateTime[] = {
    {"AddDays", 1, 1, [](const Call& c) { return moved(c, kDay); }},
    {"AddHours", 1, 1, [](const Call& c) { return moved(c, 3600.0 * kTicksPerSecond); }},
    {"AddMinutes", 1, 1, [](const Call& c) { return moved(c, 60.0 * kTicksPerSecond); }},
    {"AddSeconds", 1, 1, [](const Call& c) { return moved(c, kTicksPerSecond); }},
    {"AddMilliseconds", 1, 1, [](const Call& c) { return moved(c, 10'000.0); }},
    {"AddTicks", 1, 1, [](const Call& c) { return moved(c, 1); }},
    {"AddMonths", 1, 1, [](const Call& c) { return add_months(c, 1); }},
    {"AddYears", 1, 1, [](const Call& c) { return add_months(c, 12); }},
    {"Add", 1, 1, [](const Call& c) { return add(c.self, c.at(0)); }},
    {"Subtract", 1, 1, [](const Call& c) { return subtract(c.self, c.at(0)); }},
    {"ToString", 0, 2, formatted},
    {"ToUniversalTime", 0, 0,
     [](const Call& c) -> Result<Value> { return Value::date_time(c.self.as_date_time().to_utc()); }},
    {"ToLocalTime", 0, 0,
     [](const Call& c) -> Result<Value> { return Value::date_time(c.self.as_date_time().to_local()); }},
    {"ToShortDateString", 0, 0, [](const Call& c) { return with_format(c, "M/d/yyyy"); }},
    {"ToLongDateString", 0, 0, [](const Call& c) { return with_format(c, "dddd, MMMM d, yyyy"); }},
    {"ToShortTimeString", 0, 0, [](const Call& c) { return with_format(c, "h:mm tt"); }},
    {"ToLongTimeString", 0, 0, [](const Call& c) { return with_format(c, "h:mm:ss tt"); }},
    {"ToFileTimeUtc", 0, 0,
     [](const Call& c) -> Result<Value> {
       constexpr int64_t kFileTimeEpoch = 504'911'232'000'000'000;  // 1601-01-01
       return Value::integer(c.self.as_date_time().to_utc().ticks - kFileTimeEpoch, IntType::i64);
     }},
    {"CompareTo", 1, 1,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(auto order, compare(c.self, c.at(0)));
       return Value::integer(order < 0 ? -1 : order > 0 ? 1 : 0);
     }},
};

constexpr MemberEntry kDateTimeStatics[] = {
    {"Now", 0, kProperty, [](const Call&) -> Result<Value> { return Value::date_time(DateTime::now()); }},
    {"UtcNow", 0, kProperty,
     [](const Call&) -> Result<Value> { return Value::date_time(DateTime::utc_now()); }},
    {"Today", 0, kProperty,
     [](const Call&) -> Result<Value> {
       const DateTime now = DateTime::now();
       return Value::date_time({now.ticks - now.ticks % kDay, now.kind});
     }},
    {"MinValue", 0, kProperty, [](const Call&) -> Result<Value> { return Value::date_time({}); }},
    {"MaxValue", 0, kProperty,
     [](const Call&) -> Result<Value> { return Value::date_time({DateTime::kMaxTicks}); }},
    {"Parse", 1, 2,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(DateTime time, DateTime::parse(text_argument(c, 0)));
       return Value::date_time(time);
     }},
    {"DaysInMonth", 2, 2,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(int64_t year, int_argument(c, 0));
       HVSH_TRY(int64_t month, int_argument(c, 1));
       if (year < 1 || year > 9999) return argument_error("Year must be between 1 and 9999.");
       CivilTime civil{.year = static_cast<int>(year), .month = static_cast<int>(month), .day = 31};
       for (; civil.day > 27; --civil.day) {
         if (DateTime::from_civil(civil)) return Value::integer(civil.day);
       }
       return argument_error("Month must be between one and twelve.");
     }},
    {"IsLeapYear", 1, 1,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(int64_t year, int_argument(c, 0));
       return Value::boolean(
           DateTime::from_civil({.year = static_cast<int>(year), .month = 2, .day = 29}).ok());
     }},
};

template <int64_t kUnit>
Result<Value> span_of(const Call& call) {
  HVSH_TRY(double amount, real_argument(call, 0));
  const double ticks = amount * static_cast<double>(kUnit);
  if (!(std::fabs(ticks) < 9.2e18))
    return argument_error("TimeSpan overflowed because the duration is too long.");
  return Value::time_span({static_cast<int64_t>(std::llround(ticks))});
}

constexpr MemberEntry kTimeSpanStatics[] = {
    {"FromDays", 1, 1, span_of<kDay>},
    {"FromHours", 1, 1, span_of<3600 * kTicksPerSecond>},
    {"FromMinutes", 1, 1, span_of<60 * kTicksPerSecond>},
    {"FromSeconds", 1, 1, span_of<kTicksPerSecond>},
    {"FromMilliseconds", 1, 1, span_of<10'000>},
    {"FromTicks", 1, 1, span_of<1>},
    {"Zero", 0, kProperty, [](const Call&) -> Result<Value> { return Value::time_span({}); }},
    {"MaxValue", 0, kProperty, [](const Call&) -> Result<Value> { return Value::time_span({INT64_MAX}); }},
    {"Parse", 1, 1,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(TimeSpan span, TimeSpan::parse(text_argument(c, 0)));
       return Value::time_span(span);
     }},
};

constexpr MemberEntry kTimeSpan[] = {
    {"Add", 1, 1, [](const Call& c) { return add(c.self, c.at(0)); }},
    {"Subtract", 1, 1, [](const Call& c) { return subtract(c.self, c.at(0)); }},
    {"Negate", 0, 0,
     [](const Call& c) -> Result<Value> { return Value::time_span({-c.self.as_time_span().ticks}); }},
    {"Duration", 0, 0,
     [](const Call& c) -> Result<Value> {
       return Value::time_span({std::abs(c.self.as_time_span().ticks)});
     }},
    {"ToString", 0, 2, formatted},
};

constexpr MemberFamily kFamilies[] = {
    {&types::DateTime, false, kDateTime},
    {&types::DateTime, true, kDateTimeStatics},
    {&types::TimeSpan, false, kTimeSpan},
    {&types::TimeSpan, true, kTimeSpanStatics},
};

}  // namespace

std::span<const MemberFamily> time_members() { return kFamilies; }

}  // namespace hvsh::shell
