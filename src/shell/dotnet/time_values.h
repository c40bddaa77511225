#pragma once
// Dates beyond what core knows: moving them, and reading them by a format.
#include "shell/dotnet/declare.h"

namespace hvsh::shell::dotnet {

Result<DateTime> shifted(DateTime time, double ticks);
Result<DateTime> shifted_months(DateTime time, int64_t months);
// The first `count` arguments as year, month, day[, hour, minute, second[, millisecond]].
Result<DateTime> date_of_parts(const Call& call, size_t count);
// DateTime.ParseExact: yyyy MM dd HH mm ss f tt ddd MMM zzz K and literal text; nullopt: it does not fit.
std::optional<DateTime> parse_by_format(std::string_view text, std::string_view format);

}  // namespace hvsh::shell::dotnet
