#pragma once
// Time as .NET counts it: ticks of 100 ns. A TimeSpan is a signed number of them; a DateTime counts from
// 0001-01-01.
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace hvsh {

inline constexpr int64_t kTicksPerSecond = 10'000'000;

struct TimeSpan {
  int64_t ticks = 0;

  static constexpr TimeSpan seconds(int64_t s) { return {s * kTicksPerSecond}; }
  static constexpr TimeSpan milliseconds(int64_t ms) { return {ms * 10'000}; }
  constexpr double total_seconds() const { return static_cast<double>(ticks) / kTicksPerSecond; }

  // "c" form: [-][d.]hh:mm:ss[.fffffff]
  std::string to_string() const;
  static Result<TimeSpan> parse(std::string_view text);
  friend constexpr auto operator<=>(const TimeSpan&, const TimeSpan&) = default;
};

// A point in time taken apart by the Gregorian calendar.
struct CivilTime {
  int year = 1, month = 1, day = 1, hour = 0, minute = 0, second = 0;
  int64_t fraction = 0;  // ticks within the second
  int day_of_week = 0;   // 0: Sunday
  int day_of_year = 1;
};

struct DateTime {
  static constexpr int64_t kMaxTicks = 3'155'378'975'999'999'999;  // the last tick of the year 9999
  enum class Kind : uint8_t { unspecified, utc, local };
  int64_t ticks = 0;
  Kind kind = Kind::unspecified;

  static DateTime now();                                                // local
  static DateTime utc_now();                                            // utc
  static DateTime from_unix(int64_t seconds, int64_t nanoseconds = 0);  // utc
  int64_t to_unix_seconds() const;  // floor; converts from local when kind is local
  DateTime to_local() const;
  DateTime to_utc() const;
  CivilTime civil() const;
  // Fields outside of the calendar are an error, never carried over. day_of_week and day_of_year are not
  // read.
  static Result<DateTime> from_civil(const CivilTime& civil, Kind kind = Kind::unspecified);
  TimeSpan utc_offset() const;  // of a utc time zero, else of this host's zone at that time

  // ISO 8601 round-trip form ("o"): 2026-11-22T17:00:00.0000000Z; local times carry their offset.
  std::string to_iso() const;
  // ISO 8601, 11/22/2026 5:00 PM (month first), 22 Nov 2026, November 22, 2026, or a time alone (of today).
  // A text with Z or an offset gives local time, as a cast does.
  static Result<DateTime> parse(std::string_view text);
  // As PowerShell prints a DateTime in text by default (invariant culture): 11/22/2026 17:00:00
  std::string to_string() const;
  std::string to_long_string() const;  // as the console shows one: Sunday, November 22, 2026 5:00:00 PM
  friend constexpr auto operator<=>(const DateTime& a, const DateTime& b) { return a.ticks <=> b.ticks; }
  friend constexpr bool operator==(const DateTime& a, const DateTime& b) { return a.ticks == b.ticks; }
};

}  // namespace hvsh
