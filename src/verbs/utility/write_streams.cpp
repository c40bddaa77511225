// Write-Output, Write-Host and the cmdlets that write to the other streams.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "core/cmdlet.h"
#include "core/error_record.h"

namespace hvsh::verbs {

enum class ConsoleColor {
  Black,
  DarkBlue,
  DarkGreen,
  DarkCyan,
  DarkRed,
  DarkMagenta,
  DarkYellow,
  Gray,
  DarkGray,
  Blue,
  Green,
  Cyan,
  Red,
  Magenta,
  Yellow,
  White,
};

}  // namespace hvsh::verbs

namespace hvsh {

template <>
struct EnumOf<verbs::ConsoleColor> {
  static constexpr EnumMember kMembers[] = {
      {"Black", 0},    {"DarkBlue", 1},    {"DarkGreen", 2},  {"DarkCyan", 3},
      {"DarkRed", 4},  {"DarkMagenta", 5}, {"DarkYellow", 6}, {"Gray", 7},
      {"DarkGray", 8}, {"Blue", 9},        {"Green", 10},     {"Cyan", 11},
      {"Red", 12},     {"Magenta", 13},    {"Yellow", 14},    {"White", 15}};
  static constexpr EnumInfo info{.type = {"System.ConsoleColor", "ConsoleColor"}, .members = kMembers};
};

}  // namespace hvsh

namespace hvsh::verbs {

struct WriteOutput {
  Value input_object;
  Switch no_enumerate;

  static constexpr Param kParams[] = {
      param<&WriteOutput::input_object>("InputObject",
                                        {.position = 0,
                                         .mandatory = true,
                                         .from_pipeline = true,
                                         .remaining_arguments = true,
                                         .allow_null = true,
                                         .allow_empty = true},
                                        "What to write."),
      param<&WriteOutput::no_enumerate>("NoEnumerate", {}, "A collection stays one object."),
  };
  static constexpr std::string_view kAliases[] = {"echo", "write"};
  static constexpr Example kExamples[] = {{"Write-Output a b", "a\nb", "Writes two objects."}};
  static constexpr Decl decl{.verb = "Write",
                             .noun = "Output",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.WriteOutputCommand",
                             .synopsis = "Writes objects to the pipeline."};

  Flow process(Context& context) {
    const bool collection =
        input_object.is_object(ObjectKind::array) || input_object.is_object(ObjectKind::list);
    if (no_enumerate || !collection) return context.write(input_object);
    return context.write_all(to_items(input_object));
  }
};
CMDLET(WriteOutput);

struct WriteHost {
  Value object = Value::nothing();
  Switch no_newline;
  Value separator = Value::nothing();
  std::optional<ConsoleColor> foreground_color, background_color;

  static constexpr Param kParams[] = {
      param<&WriteHost::object>(
          "Object",
          {.position = 0, .from_pipeline = true, .remaining_arguments = true, .aliases = {"Msg", "Message"}},
          "What to show."),
      param<&WriteHost::no_newline>("NoNewline", {}, "The line goes on."),
      param<&WriteHost::separator>("Separator", {}, "What stands between several objects."),
      param<&WriteHost::foreground_color>("ForegroundColor", {}, "Colour of the text, on a terminal."),
      param<&WriteHost::background_color>("BackgroundColor", {}, "Colour behind it, on a terminal."),
  };
  static constexpr Example kExamples[] = {{"Write-Host ready", "ready", "Shows a line."}};
  static constexpr Decl decl{.verb = "Write",
                             .noun = "Host",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.WriteHostCommand",
                             .synopsis = "Shows text on the console."};

  Flow process(Context& context) {
    const std::string between = separator.is_nothing() ? " " : to_string(separator);
    std::string text = joined(object, between);
    // Colours are for eyes: a file or another program gets the text alone.
    if ((foreground_color || background_color) && isatty(STDOUT_FILENO) == 1 &&
        std::getenv("NO_COLOR") == nullptr) {
      std::string codes;
      if (foreground_color) codes += escape(*foreground_color, 30);
      if (background_color) codes += escape(*background_color, 40);
      text = codes + text + "\x1b[0m";
    }
    return context.information(Value::string(std::move(text)), true, !no_newline);
  }

 private:
  static std::string joined(const Value& value, const std::string& between) {
    std::string text;
    bool first = true;
    for (const Value& item : to_items(value)) {
      if (!first) text += between;
      first = false;
      text += to_string(item);
    }
    return text;
  }

  // The console's 16 colours in the order of ANSI's: bit 1 and bit 4 change places.
  static std::string escape(ConsoleColor color, int base) {
    const int number = static_cast<int>(color);
    const int ansi = (number & 2) | (number & 1) << 2 | (number & 4) >> 2;
    return fmt::format("\x1b[{}m", base + ansi + (number & 8 ? 60 : 0));
  }
};
CMDLET(WriteHost);

struct WriteError {
  std::string message;
  Value exception, error_record, target_object;
  ErrorCategory category = ErrorCategory::NotSpecified;
  std::string error_id, recommended_action, category_activity, category_reason, category_target_name,
      category_target_type;

  enum Set : SetMask { Plain = 1, Exception = 2, Record = 4 };
  static constexpr std::string_view kSets[] = {"NoException", "WithException", "ErrorRecord"};
  static constexpr Param kParams[] = {
      param<&WriteError::exception>("Exception", {.sets = Exception, .mandatory = true},
                                    "The exception that it tells of."),
      param<&WriteError::message>("Message",
                                  {.sets = Plain,
                                   .position = 0,
                                   .mandatory = true,
                                   .also = {{{.sets = Exception}}},
                                   .from_pipeline = true,
                                   .allow_null = true,
                                   .allow_empty = true,
                                   .aliases = "Msg"},
                                  "What failed, on what, why."),
      param<&WriteError::error_record>("ErrorRecord", {.sets = Record, .mandatory = true},
                                       "A record to write again."),
      param<&WriteError::category>("Category", {.sets = Plain | Exception}, "What kind of error it is."),
      param<&WriteError::error_id>("ErrorId", {.sets = Plain | Exception}, "Its id."),
      param<&WriteError::target_object>("TargetObject", {.sets = Plain | Exception}, "What it is about."),
      param<&WriteError::recommended_action>("RecommendedAction", {}, "What to do next."),
      param<&WriteError::category_activity>("CategoryActivity", {.aliases = "Activity"},
                                            "The command that failed."),
      param<&WriteError::category_reason>("CategoryReason", {.aliases = "Reason"}, "Type of the exception."),
      param<&WriteError::category_target_name>("CategoryTargetName", {.aliases = "TargetName"},
                                               "Name of the target."),
      param<&WriteError::category_target_type>("CategoryTargetType", {.aliases = "TargetType"},
                                               "Type of the target."),
  };
  static constexpr Example kExamples[] = {{"Write-Error 'It failed.'", "*", "Writes an error."}};
  static constexpr Decl decl{.verb = "Write",
                             .noun = "Error",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.WriteErrorCommand",
                             .synopsis = "Writes a non-terminating error."};

  Flow process(Context& context) {
    Error error{.id = error_id, .category = category, .message = message};
    Value target = target_object;
    if (auto* record = error_record.as<ErrorRecordObject>()) {
      error = record->error;
      target = record->target;
    } else if (const auto* given = noun_cast<ExceptionInfo>(exception)) {
      error.exception = given->type_name;
      if (error.message.empty()) error.message = given->message;
      if (error.id.empty()) error.id = given->type_name;
    } else if (!exception.is_null() && error.message.empty()) {
      error.message = to_string(exception);
    }
    if (error.id.empty()) error.id = "Microsoft.PowerShell.Commands.WriteErrorException";
    if (error.exception.empty()) error.exception = "Microsoft.PowerShell.Commands.WriteErrorException";
    if (!recommended_action.empty()) error.hint = recommended_action;
    if (!category_activity.empty()) error.activity = category_activity;
    if (!category_reason.empty()) error.exception = category_reason;
    if (!category_target_name.empty()) error.target = category_target_name;
    if (!category_target_type.empty()) error.target_type = category_target_type;
    return context.error(std::move(error), std::move(target));
  }
};
CMDLET(WriteError);

// The three that write one message to a stream of its own differ in the stream only.
struct WriteMessage {
  std::string message;
};
template <class Self>
consteval auto message_params() {
  return std::array{param<&WriteMessage::message, Self>(
      "Message",
      {.position = 0, .mandatory = true, .from_pipeline = true, .allow_empty = true, .aliases = "Msg"},
      "The text.")};
}

struct WriteWarning : WriteMessage {
  static constexpr auto kParams = message_params<WriteWarning>();
  static constexpr Example kExamples[] = {{"Write-Warning 'Low on memory.'", "*", "Writes a warning."}};
  static constexpr Decl decl{.verb = "Write",
                             .noun = "Warning",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.WriteWarningCommand",
                             .synopsis = "Writes a warning."};
  Flow process(Context& context) { return context.warning(message); }
};
CMDLET(WriteWarning);

struct WriteVerbose : WriteMessage {
  static constexpr auto kParams = message_params<WriteVerbose>();
  static constexpr Example kExamples[] = {
      {"Write-Verbose 'Step 1' -Verbose", "*", "Writes what -Verbose shows."}};
  static constexpr Decl decl{.verb = "Write",
                             .noun = "Verbose",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.WriteVerboseCommand",
                             .synopsis = "Writes text that is shown with -Verbose."};
  Flow process(Context& context) { return context.verbose(message); }
};
CMDLET(WriteVerbose);

struct WriteDebug : WriteMessage {
  static constexpr auto kParams = message_params<WriteDebug>();
  static constexpr Example kExamples[] = {
      {"Write-Debug \"x is $x\" -Debug", "*", "Writes what -Debug shows."}};
  static constexpr Decl decl{.verb = "Write",
                             .noun = "Debug",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.WriteDebugCommand",
                             .synopsis = "Writes text that is shown with -Debug."};
  Flow process(Context& context) { return context.debug(message); }
};
CMDLET(WriteDebug);

struct WriteInformation {
  Value message_data;
  std::vector<std::string> tags;

  static constexpr Param kParams[] = {
      param<&WriteInformation::message_data>("MessageData",
                                             {.position = 0,
                                              .mandatory = true,
                                              .from_pipeline = true,
                                              .allow_null = true,
                                              .aliases = {"Msg", "Message"}},
                                             "What to tell."),
      param<&WriteInformation::tags>("Tags", {.position = 1}, "Words to find it by."),
  };
  static constexpr Example kExamples[] = {
      {"Write-Information 'Started.'", "", "Writes to the information stream."}};
  static constexpr Decl decl{.verb = "Write",
                             .noun = "Information",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.WriteInformationCommand",
                             .synopsis = "Writes to the information stream."};
  Flow process(Context& context) { return context.information(message_data, false, true); }
};
CMDLET(WriteInformation);

struct WriteProgress {
  std::string activity, status = "Processing", current_operation;
  int32_t id = 0, percent_complete = -1, seconds_remaining = -1, parent_id = -1, source_id = 0;
  Switch completed;

  static constexpr Param kParams[] = {
      param<&WriteProgress::activity>("Activity", {.position = 0}, "What is being done."),
      param<&WriteProgress::status>("Status", {.position = 1}, "How far it is, in words."),
      param<&WriteProgress::id>("Id", {.position = 2, .range = {0, INT32_MAX}}, "Which of several bars."),
      param<&WriteProgress::percent_complete>("PercentComplete", {.range = {-1, 100}}, "How far it is."),
      param<&WriteProgress::seconds_remaining>("SecondsRemaining", {}, "How long it will take."),
      param<&WriteProgress::current_operation>("CurrentOperation", {}, "The step within."),
      param<&WriteProgress::parent_id>("ParentId", {.range = {-1, INT32_MAX}}, "The bar that it belongs to."),
      param<&WriteProgress::completed>("Completed", {}, "It is done; the bar goes."),
      param<&WriteProgress::source_id>("SourceId", {}, "Where it comes from."),
  };
  static constexpr Example kExamples[] = {
      {"Write-Progress Copying -PercentComplete 50", "", "Shows a bar that is half full."}};
  static constexpr Decl decl{.verb = "Write",
                             .noun = "Progress",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.WriteProgressCommand",
                             .synopsis = "Shows how far something is."};

  Flow process(Context& context) {
    std::string text = status;
    if (!current_operation.empty()) text += ": " + current_operation;
    context.progress({.id = id,
                      .activity = activity,
                      .status = text,
                      .percent = percent_complete,
                      .completed = completed.on});
    return Flow::more;
  }
};
CMDLET(WriteProgress);

}  // namespace hvsh::verbs
