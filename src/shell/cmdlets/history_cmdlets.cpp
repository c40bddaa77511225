// Get-History, Add-History, Clear-History, Invoke-History.
#include "shell/eval/history.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/cmdlet.h"
#include "shell/cmdlets/name_patterns.h"
#include "shell/eval/interpreter.h"

namespace hvsh::shell {

namespace {

constexpr std::string_view kCore = "Microsoft.PowerShell.Core";
constexpr std::string_view kInfoType[] = {"Microsoft.PowerShell.Commands.HistoryInfo"};

Error no_such_id(std::string_view command, int64_t id) {
  return {.id = fmt::format("{}NoHistoryForId", command),
          .category = ErrorCategory::ObjectNotFound,
          .message = fmt::format("Cannot locate the history for Id {}.", id),
          .target = std::to_string(id),
          .exception = "System.ArgumentException"};
}

// The copies stay valid when a later command changes the history.
std::vector<HistoryInfo> newest(const History& history, size_t count) {
  const auto& all = history.entries();
  return {all.end() - static_cast<std::ptrdiff_t>(std::min(count, all.size())), all.end()};
}

struct GetHistory {
  std::vector<int64_t> id;
  int32_t count = INT16_MAX;

  static constexpr Param kParams[] = {
      param<&GetHistory::id>("Id", {.position = 0, .from_pipeline = true, .range = {1, INT64_MAX}},
                             "Numbers of lines."),
      param<&GetHistory::count>("Count", {.position = 1, .range = {0, INT16_MAX}},
                                "So many of the latest, or up to the one with the number."),
  };
  static constexpr std::string_view kAliases[] = {"h", "history", "ghy"};
  static constexpr Example kExamples[] = {{"Get-History -Count 5", "*", "The five latest command lines."}};
  static constexpr Decl decl{
      .verb = "Get",
      .noun = "History",
      .module = kCore,
      .params = kParams,
      .outputs = kInfoType,
      .aliases = kAliases,
      .examples = kExamples,
      .synopsis = "Gets the command lines of this session.",
      .description = "Lines are kept at a prompt only; a script has those that Add-History adds."};

  Flow process(Context& context) {
    const History& history = context.get<Interpreter>().history();
    if (id.empty()) return write(context, newest(history, static_cast<size_t>(count)));
    if (id.size() > 1 && context.is_bound("Count")) {
      return context.terminate({.id = "GetHistoryNoCountWithMultipleIds",
                                .category = ErrorCategory::InvalidArgument,
                                .message = "The Count parameter cannot be used with multiple Ids.",
                                .exception = "System.ArgumentException"});
    }
    for (const int64_t one : id) {
      const HistoryInfo* found = history.find(one);
      if (found == nullptr) {
        if (const Flow flow = context.error(no_such_id("GetHistory", one), Value::integer(one));
            flow != Flow::more)
          return flow;
        continue;
      }
      const int64_t first = context.is_bound("Count") ? one - count + 1 : one;
      std::vector<HistoryInfo> wanted;
      for (const HistoryInfo& entry : history.entries()) {
        if (entry.id >= first && entry.id <= one) wanted.push_back(entry);
      }
      if (const Flow flow = write(context, wanted); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  static Flow write(Context& context, const std::vector<HistoryInfo>& entries) {
    for (const HistoryInfo& entry : entries) {
      if (const Flow flow = context.write(noun_value(entry)); flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(GetHistory);

struct AddHistory {
  std::vector<Value> input_object;
  Switch passthru;

  static constexpr Param kParams[] = {
      param<&AddHistory::input_object>("InputObject", {.position = 0, .from_pipeline = true},
                                       "What Get-History gave, or objects with the same properties."),
      param<&AddHistory::passthru>("Passthru", {}, "The new entries go on."),
  };
  static constexpr Example kExamples[] = {
      {"Import-Csv history.csv | Add-History", "*", "Adds the lines that an earlier session exported."}};
  static constexpr Decl decl{.verb = "Add",
                             .noun = "History",
                             .module = kCore,
                             .params = kParams,
                             .outputs = kInfoType,
                             .examples = kExamples,
                             .synopsis = "Adds command lines to the history."};

  Flow process(Context& context) {
    History& history = context.get<Interpreter>().history();
    for (const Value& one : input_object) {
      auto entry = read(one);
      if (!entry) {
        const Error error{
            .id = "AddHistoryInvalidInput",
            .category = ErrorCategory::InvalidData,
            .message = "Cannot add history because input object has a format that is not valid.",
            .exception = "System.ArgumentException"};
        if (const Flow flow = context.error(error, one); flow != Flow::more) return flow;
        continue;
      }
      const int64_t id = history.add(*std::move(entry));
      if (!passthru) continue;
      if (const Flow flow = context.write(noun_value(*history.find(id))); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  template <class T>
  static bool take(const Value& object, std::string_view name, T& out) {
    const auto found = get_property(object, name);
    if (!found || !found->ok() || (**found).is_null()) return false;
    auto converted = Traits<T>::from(**found, Coercion::full);
    if (!converted) return false;
    out = converted.take();
    return true;
  }

  static std::optional<HistoryInfo> read(const Value& object) {
    HistoryInfo entry;
    const bool whole =
        take(object, "CommandLine", entry.command) && take(object, "ExecutionStatus", entry.state) &&
        take(object, "StartExecutionTime", entry.started) && take(object, "EndExecutionTime", entry.ended);
    if (!whole || entry.command.empty()) return std::nullopt;
    return entry;
  }
};
CMDLET(AddHistory);

struct ClearHistory {
  std::vector<int32_t> id;
  std::vector<std::string> command_line;
  int32_t count = 0;
  Switch newest_first;

  enum Set : SetMask { Id = 1, Line = 2 };
  static constexpr std::string_view kSets[] = {"IDParameter", "CommandLineParameter"};
  static constexpr Param kParams[] = {
      param<&ClearHistory::id>("Id", {.sets = Id, .position = 0, .range = {1, INT32_MAX}},
                               "Numbers of lines."),
      param<&ClearHistory::command_line>("CommandLine", {.sets = Line, .not_null_or_empty = true},
                                         "What they are like."),
      param<&ClearHistory::count>("Count", {.position = 1, .range = {1, INT32_MAX}},
                                  "So many, the oldest first."),
      param<&ClearHistory::newest_first>("Newest", {}, "The latest first."),
  };
  static constexpr std::string_view kAliases[] = {"clhy"};
  static constexpr Example kExamples[] = {{"Clear-History; (Get-History).Count", "*", "Forgets all lines."}};
  static constexpr Decl decl{.verb = "Clear",
                             .noun = "History",
                             .module = kCore,
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .synopsis = "Forgets command lines."};

  Flow process(Context& context) {
    History& history = context.get<Interpreter>().history();
    std::vector<HistoryInfo> chosen;
    for (const HistoryInfo& entry : history.entries()) {
      if ((id.empty() || std::find(id.begin(), id.end(), entry.id) != id.end()) &&
          any_match(command_line, entry.command)) {
        chosen.push_back(entry);
      }
    }
    for (const int32_t one : id) {
      if (history.find(one) != nullptr) continue;
      if (const Flow flow = context.error(no_such_id("GetHistory", one), Value::integer(one));
          flow != Flow::more)
        return flow;
    }
    if (newest_first) std::reverse(chosen.begin(), chosen.end());
    if (count > 0 && static_cast<size_t>(count) < chosen.size()) chosen.resize(static_cast<size_t>(count));
    for (const HistoryInfo& entry : chosen) {
      const Answer answer = context.should_process(entry.command, "Clear-History");
      if (answer == Answer::stopped) return Flow::stopped;
      if (answer == Answer::yes) history.remove(entry.id);
    }
    return Flow::more;
  }
};
CMDLET(ClearHistory);

struct InvokeHistory {
  std::string id;

  static constexpr Param kParams[] = {
      param<&InvokeHistory::id>("Id", {.position = 0, .from_pipeline_property = true},
                                "A line's number, or how it begins; the last one."),
  };
  static constexpr std::string_view kAliases[] = {"ihy", "r"};
  static constexpr Example kExamples[] = {{"Invoke-History 12", "*", "Runs line 12 again."}};
  static constexpr Decl decl{.verb = "Invoke",
                             .noun = "History",
                             .module = kCore,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .synopsis = "Runs a command line of the history again."};

  Flow process(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    auto command = choose(interpreter.history());
    if (!command) return context.terminate(command.take_error());
    const Answer answer = context.should_process(*command, "Invoke-History");
    if (answer != Answer::yes) return answer == Answer::no ? Flow::more : Flow::stopped;
    // A line that runs itself, at one or two removes.
    static thread_local std::vector<std::string> running;
    if (std::find(running.begin(), running.end(), *command) != running.end()) {
      return context.terminate({.id = "InvokeHistoryLoopDetected",
                                .category = ErrorCategory::InvalidOperation,
                                .message = "The command line has no end: it runs itself by Invoke-History.",
                                .exception = "System.InvalidOperationException"});
    }
    interpreter.history().stands_for(*command);
    if (const Flow flow = interpreter.host().write_text(*command, true); flow != Flow::more) return flow;
    auto source = interpreter.load(*command, {});
    if (!source) return context.terminate(source.take_error());
    auto block = make<ShellScriptBlock>(*source, *(*source)->parsed.root);
    running.push_back(*command);
    const Flow flow = context.invoke_to_output(*block, Value::nothing(), {});
    running.pop_back();
    return flow;
  }

 private:
  Result<std::string> choose(const History& history) const {
    const auto& all = history.entries();
    if (id.empty()) {
      if (!all.empty()) return all.back().command;
      return Error{.id = "InvokeHistoryNoLastHistoryEntryFound",
                   .category = ErrorCategory::InvalidOperation,
                   .message = "Cannot locate the last history entry.",
                   .exception = "System.InvalidOperationException"};
    }
    if (std::all_of(id.begin(), id.end(), [](char c) { return c >= '0' && c <= '9'; }) && id.size() < 18) {
      const HistoryInfo* found = history.find(std::stoll(id));
      if (found != nullptr) return found->command;
      return no_such_id("InvokeHistory", std::stoll(id));
    }
    for (auto entry = all.rbegin(); entry != all.rend(); ++entry) {
      if (entry->command.starts_with(id)) return entry->command;
    }
    return Error{.id = "InvokeHistoryNoHistoryForCommandline",
                 .category = ErrorCategory::ObjectNotFound,
                 .message = fmt::format("Cannot locate the history for command line {}.", id),
                 .exception = "System.ArgumentException"};
  }
};
CMDLET(InvokeHistory);

}  // namespace

std::span<const CmdletEntry> history_cmdlets() {
  static constexpr CmdletEntry kEntries[] = {{"Add-History", &cmdlet_AddHistory},
                                             {"Clear-History", &cmdlet_ClearHistory},
                                             {"Get-History", &cmdlet_GetHistory},
                                             {"Invoke-History", &cmdlet_InvokeHistory}};
  return kEntries;
}

}  // namespace hvsh::shell
