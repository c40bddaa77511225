#include <ctime>

#include <cerrno>

#include "core/cmdlet.h"

namespace hvsh::verbs {

struct SetDate {
  DateTime date;
  TimeSpan adjust;

  enum Set : SetMask { Date = 1, Adjust = 2 };
  static constexpr std::string_view kSets[] = {"Date", "Adjust"};
  static constexpr Param kParams[] = {
      param<&SetDate::date>("Date",
                            {.sets = Date,
                             .position = 0,
                             .mandatory = true,
                             .from_pipeline = true,
                             .from_pipeline_property = true},
                            "The new time."),
      param<&SetDate::adjust>("Adjust",
                              {.sets = Adjust,
                               .position = 0,
                               .mandatory = true,
                               .from_pipeline = true,
                               .from_pipeline_property = true},
                              "How far the clock is moved."),
  };
  static constexpr Example kExamples[] = {
      {"Set-Date -Adjust 0:01:00 -WhatIf", "*", "Would move the clock by a minute."}};
  static constexpr Decl decl{.verb = "Set",
                             .noun = "Date",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.SetDateCommand",
                             .synopsis = "Sets this host's clock; needs root."};

  Flow process(Context& context) {
    DateTime time = date;
    if (context.parameter_set() == Adjust) {
      time = DateTime::now();
      time.ticks += adjust.ticks;
    }
    const Answer answer = context.should_process(time.to_string(), "Set-Date");
    if (answer != Answer::yes) return answer == Answer::stopped ? Flow::stopped : Flow::more;
    const timespec wanted{.tv_sec = time.to_unix_seconds(), .tv_nsec = time.ticks % kTicksPerSecond * 100};
    if (::clock_settime(CLOCK_REALTIME, &wanted) == 0) return context.write(Value::date_time(time));
    Error error = errno_error("set the clock of", "this host", errno);
    error.hint = "Run it as root; in a container the host's clock cannot be set.";
    return context.terminate(std::move(error));
  }
};
CMDLET(SetDate);

}  // namespace hvsh::verbs
