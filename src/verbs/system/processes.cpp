// Get-Process, Stop-Process, Wait-Process.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/cmdlet.h"
#include "core/wildcard.h"
#include "verbs/system/process_table.h"

namespace hvsh::verbs {

namespace {

using nouns::Process;

// Which processes: by name, by number, or as objects.
struct ProcessTarget {
  std::vector<std::string> name;
  std::vector<int64_t> id;
  std::vector<Object<Process>> input_object;
  enum Set : SetMask { Name = 1, Id = 2, InputObject = 4 };

  // What is not there is written as an error.
  Flow find(Context& context, std::vector<Process>& found) const {
    for (const Object<Process>& one : input_object) found.push_back(one->value);
    for (int64_t one : id) {
      if (auto process = process_of(one)) {
        found.push_back(std::move(*process));
        continue;
      }
      if (Flow flow = context.error(no_such_process(one), Value::integer(one)); flow != Flow::more)
        return flow;
    }
    if (name.empty()) return Flow::more;
    const std::vector<Process> all = all_processes();
    for (const std::string& pattern : name) {
      const Wildcard wildcard(pattern);
      bool any = is_pattern(pattern);
      for (const Process& process : all) {
        if (!wildcard.matches(process.name)) continue;
        any = true;
        found.push_back(process);
      }
      if (any) continue;
      if (Flow flow = context.error(no_such_process(pattern), Value::string(pattern)); flow != Flow::more)
        return flow;
    }
    return Flow::more;
  }
};

}  // namespace

struct GetProcess : ProcessTarget {
  std::vector<std::string> computer_name;
  Switch module, file_version_info, include_user_name;

  static constexpr std::string_view kSets[] = {"Name", "Id", "InputObject"};
  static constexpr Param kParams[] = {
      param<&ProcessTarget::name, GetProcess>("Name",
                                              {.sets = Name,
                                               .position = 0,
                                               .from_pipeline_property = true,
                                               .wildcards = true,
                                               .aliases = "ProcessName"},
                                              "Names of programs."),
      param<&ProcessTarget::id, GetProcess>(
          "Id", {.sets = Id, .mandatory = true, .from_pipeline_property = true, .aliases = "PID"},
          "Their numbers."),
      param<&ProcessTarget::input_object, GetProcess>(
          "InputObject", {.sets = InputObject, .mandatory = true, .from_pipeline = true}, "Process objects."),
      param<&GetProcess::include_user_name>("IncludeUserName", {}, "Accepted; UserName is always there."),
      param<&GetProcess::module>("Module", {}, "Not on Linux: /proc/ID/maps tells it."),
      param<&GetProcess::file_version_info>("FileVersionInfo", {.aliases = {"FV", "FVI"}}, "Not on Linux."),
      param<&GetProcess::computer_name>("ComputerName", {.aliases = "Cn"}, "This host."),
  };
  static constexpr std::string_view kAliases[] = {"gps", "ps"};
  static constexpr Example kExamples[] = {{"(Get-Process -Id $PID).Id -eq $PID", "True", "Gets this shell."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "Process",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetProcessCommand",
                             .synopsis = "Lists the processes of this host."};

  Flow process(Context& context) {
    if (module || file_version_info) {
      return context.terminate(
          {.id = "NotSupported",
           .category = ErrorCategory::NotImplemented,
           .message = "Get-Process does not list modules and versions of files on Linux.",
           .hint = "Leave -Module and -FileVersionInfo out; Path names the program."});
    }
    if (context.parameter_set() == Name && name.empty()) name.emplace_back("*");
    std::vector<nouns::Process> found;
    if (Flow flow = find(context, found); flow != Flow::more) return flow;
    for (nouns::Process& one : found) {
      if (Flow flow = context.write(noun_value(std::move(one))); flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(GetProcess);

struct StopProcess : ProcessTarget {
  Switch pass_thru, force;

  static constexpr std::string_view kSets[] = {"Name", "Id", "InputObject"};
  static constexpr Param kParams[] = {
      param<&ProcessTarget::name, StopProcess>("Name",
                                               {.sets = Name,
                                                .mandatory = true,
                                                .from_pipeline_property = true,
                                                .wildcards = true,
                                                .aliases = "ProcessName"},
                                               "Names of programs."),
      param<&ProcessTarget::id, StopProcess>(
          "Id", {.sets = Id, .position = 0, .mandatory = true, .from_pipeline_property = true},
          "Their numbers."),
      param<&ProcessTarget::input_object, StopProcess>(
          "InputObject", {.sets = InputObject, .position = 0, .mandatory = true, .from_pipeline = true},
          "Process objects."),
      param<&StopProcess::pass_thru>("PassThru", {}, "Write the processes."),
      param<&StopProcess::force>("Force", {}, "Also those of other users, without a question."),
  };
  static constexpr std::string_view kAliases[] = {"kill", "spps"};
  static constexpr Example kExamples[] = {{"Stop-Process -Name tcpdump -Force", "*", "Ends a program."}};
  static constexpr Decl decl{.verb = "Stop",
                             .noun = "Process",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 1,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.StopProcessCommand",
                             .synopsis = "Ends processes at once."};

  Flow process(Context& context) {
    std::vector<nouns::Process> found;
    if (Flow flow = find(context, found); flow != Flow::more) return flow;
    for (nouns::Process& one : found) {
      if (one.has_exited()) continue;
      const Answer answer = context.should_process(fmt::format("{} ({})", one.name, one.id), "Stop-Process");
      if (answer == Answer::stopped) return Flow::stopped;
      if (answer == Answer::no) continue;
      if (Flow flow = stop(context, one); flow != Flow::more) return flow;
      if (!pass_thru) continue;
      if (Flow flow = context.write(noun_value(std::move(one))); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  static Flow stop(Context& context, const nouns::Process& one) {
    if (::kill(static_cast<pid_t>(one.id), SIGKILL) == 0 || errno == ESRCH) return Flow::more;
    return context.error(
        {.id = "CouldNotStopProcess",
         .category = ErrorCategory::CloseError,
         .message = fmt::format("Cannot stop process \"{} ({})\" because of the following error: {}",
                                one.name, one.id, errno == EPERM ? "Operation not permitted" : "it failed"),
         .exception = "Microsoft.PowerShell.Commands.ProcessCommandException"},
        Value::integer(one.id));
  }
};
CMDLET(StopProcess);

struct WaitProcess : ProcessTarget {
  int32_t timeout = -1;
  Switch any, pass_thru;

  static constexpr std::string_view kSets[] = {"Name", "Id", "InputObject"};
  static constexpr Param kParams[] = {
      param<&ProcessTarget::name, WaitProcess>("Name",
                                               {.sets = Name,
                                                .position = 0,
                                                .mandatory = true,
                                                .from_pipeline_property = true,
                                                .wildcards = true,
                                                .aliases = "ProcessName"},
                                               "Names of programs."),
      param<&ProcessTarget::id, WaitProcess>(
          "Id",
          {.sets = Id, .mandatory = true, .from_pipeline_property = true, .aliases = {"PID", "ProcessId"}},
          "Their numbers."),
      param<&ProcessTarget::input_object, WaitProcess>(
          "InputObject", {.sets = InputObject, .mandatory = true, .from_pipeline = true}, "Process objects."),
      param<&WaitProcess::timeout>(
          "Timeout", {.position = 1, .aliases = "TimeoutSec", .range = {0, 2'147'483}}, "Seconds at most."),
      param<&WaitProcess::any>("Any", {}, "Until one has ended."),
      param<&WaitProcess::pass_thru>("PassThru", {}, "Write the processes."),
  };
  static constexpr Example kExamples[] = {
      {"Wait-Process -Name qemu-img -Timeout 60", "*", "Waits for a program's end."}};
  static constexpr Decl decl{.verb = "Wait",
                             .noun = "Process",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.WaitProcessCommand",
                             .synopsis = "Waits until processes have ended."};

  Flow process(Context& context) { return find(context, all_); }
  Flow end(Context& context) {
    const int64_t begin = DateTime::utc_now().ticks;
    while (!over()) {
      if (timeout >= 0 && DateTime::utc_now().ticks - begin >= timeout * kTicksPerSecond)
        return late(context);
      if (!context.sleep(TimeSpan::milliseconds(20))) return Flow::stopped;
    }
    for (size_t i = 0; pass_thru && i < all_.size(); ++i) {
      if (Flow flow = context.write(noun_value(all_[i])); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  bool over() const {
    const auto ended = [](const nouns::Process& one) { return one.has_exited(); };
    if (all_.empty()) return true;
    return any ? std::any_of(all_.begin(), all_.end(), ended) : std::all_of(all_.begin(), all_.end(), ended);
  }
  Flow late(Context& context) {
    for (const nouns::Process& one : all_) {
      if (one.has_exited()) continue;
      const Flow flow = context.error(
          {.id = "ProcessNotTerminated",
           .category = ErrorCategory::CloseError,
           .message =
               fmt::format("This command stopped operation because process \"{} ({})\" is not stopped in the "
                           "specified time-out.",
                           one.name, one.id),
           .exception = "System.TimeoutException"},
          Value::integer(one.id));
      if (flow != Flow::more) return flow;
    }
    return Flow::more;
  }
  std::vector<nouns::Process> all_;
};
CMDLET(WaitProcess);

}  // namespace hvsh::verbs
