// Start-Transcript, Stop-Transcript.
#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>

#include "core/cmdlet.h"
#include "core/extended_members.h"
#include "shell/eval/environment.h"
#include "shell/eval/interpreter.h"
#include "shell/host/transcript.h"

namespace hvsh::shell {

namespace {

constexpr std::string_view kHost = "Microsoft.PowerShell.Host";
constexpr std::string_view kOutputs[] = {"System.String"};

std::string user_name() {
  const passwd* entry = ::getpwuid(::geteuid());
  return entry != nullptr ? entry->pw_name : std::to_string(::geteuid());
}

// This program's own command line.
std::string command_line() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::string line((std::istreambuf_iterator<char>(file)), {});
  std::replace(line.begin(), line.end(), '\0', ' ');
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

std::string versions(Interpreter& interpreter) {
  std::string lines;
  const Value table = interpreter.get_variable(kSymPSVersionTable);
  if (auto* map = table.as<MapObject>()) {
    for (const auto& [key, value] : map->entries()) {
      std::string text;
      for (const Value& item : to_items(value)) text += (text.empty() ? "" : ", ") + to_string(item);
      lines += fmt::format("{}: {}\n", to_string(key), text);
    }
  }
  return lines;
}

std::string full_header(Interpreter& interpreter) {
  utsname system{};
  ::uname(&system);
  std::string_view release = system.release;
  release = release.substr(0, release.find_first_not_of("0123456789."));
  const std::string user = fmt::format("{}\\{}", host_name(), user_name());
  return transcript_block(fmt::format(
      "PowerShell transcript start\nStart time: {}\nUsername: {}\nRunAs User: {}\nConfiguration Name: \n"
      "Machine: {} (Unix {})\nHost Application: {}\nProcess ID: {}\n{}",
      transcript_time(), user, user, host_name(), release, command_line(), ::getpid(),
      versions(interpreter)));
}

std::string minimal_header() {
  return transcript_block(fmt::format("PowerShell transcript start\nStart time: {}\n", transcript_time()));
}

// The message, with the file as its property Path.
Flow write_message(Context& context, std::string_view what, const std::string& path) {
  const Value message = Value::string(fmt::format("Transcript {}, output file is {}", what, path));
  add_extended(*message.as_object(), {.name = "Path", .value = Value::string(path)});
  return context.write(message);
}

struct StartTranscript {
  std::string path, literal_path, output_directory;
  Switch append, force, no_clobber, include_invocation_header, use_minimal_header;

  enum Set : SetMask { Path = 1, Literal = 2, Directory = 4 };
  static constexpr std::string_view kSets[] = {"ByPath", "ByLiteralPath", "ByOutputDirectory"};
  static constexpr Param kParams[] = {
      param<&StartTranscript::path>("Path", {.sets = Path, .position = 0, .not_null_or_empty = true},
                                    "The file."),
      param<&StartTranscript::literal_path>(
          "LiteralPath",
          {.sets = Literal, .position = 0, .not_null_or_empty = true, .aliases = {"PSPath", "LP"}},
          "The file, its name taken as it is."),
      param<&StartTranscript::output_directory>("OutputDirectory",
                                                {.sets = Directory, .not_null_or_empty = true},
                                                "A folder that gets a file with a name of its own."),
      param<&StartTranscript::append>("Append", {}, "To what is there."),
      param<&StartTranscript::force>("Force", {}, "Also into a file that is read-only."),
      param<&StartTranscript::no_clobber>("NoClobber", {.aliases = "NoOverwrite"},
                                          "Not in the place of a file."),
      param<&StartTranscript::include_invocation_header>("IncludeInvocationHeader", {},
                                                         "The time stands above each command."),
      param<&StartTranscript::use_minimal_header>("UseMinimalHeader", {}, "A short heading."),
  };
  static constexpr Example kExamples[] = {
      {"$null = Start-Transcript log.txt -UseMinimalHeader; 'noted'; $null = Stop-Transcript; (Get-Content "
       "log.txt)[4]",
       "noted\nnoted", "Keeps what is shown in a file."}};
  static constexpr Decl decl{
      .verb = "Start",
      .noun = "Transcript",
      .module = kHost,
      .sets = kSets,
      .default_set = 0,
      .params = kParams,
      .outputs = kOutputs,
      .examples = kExamples,
      .should_process = true,
      .error_class = "Microsoft.PowerShell.Commands.StartTranscriptCommand",
      .synopsis = "Keeps what the console shows in a file.",
      .description =
          "Output, messages, errors, questions and the command lines of a session go into the "
          "file, without colours. Without a path the name is $Transcript's, or made up, in the "
          "home folder. Several transcripts may run; Stop-Transcript ends the latest."};

  Flow process(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    Transcripts* transcripts = interpreter.host().transcripts();
    if (transcripts == nullptr) {
      return context.terminate({.id = "NotSupported",
                                .category = ErrorCategory::NotImplemented,
                                .message = "This host does not support transcription.",
                                .exception = "System.Management.Automation.PSNotSupportedException"});
    }
    auto file = file_path(context);
    if (!file) return context.terminate(file.take_error());
    if (const Answer answer = context.should_process(*file, "Start-Transcript"); answer != Answer::yes)
      return answer == Answer::no ? Flow::more : Flow::stopped;
    if (auto checked = check(*file); !checked)
      return context.terminate(checked.take_error(), Value::string(*file));
    interpreter.host().flush();
    auto started = transcripts->start(
        {.path = *file, .append = append.on, .command_times = include_invocation_header.on},
        use_minimal_header ? minimal_header() : full_header(interpreter));
    if (!started) {
      Error error = started.take_error();
      error.message = "Transcription cannot be started: " + error.message;
      return context.terminate(std::move(error), Value::string(*file));
    }
    return write_message(context, "started", *file);
  }

 private:
  Result<std::string> file_path(Context& context) const {
    const std::string& given = path.empty() ? literal_path : path;
    if (!given.empty()) return context.resolve_path(given);
    if (output_directory.empty()) {
      auto& interpreter = context.get<Interpreter>();
      const Value variable = interpreter.get_variable(interpreter.symbols().intern("Transcript"));
      if (!variable.is_null() && !to_string(variable).empty())
        return context.resolve_path(to_string(variable));
      return context.resolve_path("~/" + own_name());
    }
    return context.resolve_path(
        fmt::format("{}/{}/{}", output_directory, transcript_time().substr(0, 8), own_name()));
  }

  static std::string own_name() {
    return fmt::format("PowerShell_transcript.{}.{}.{}.txt", host_name(),
                       Guid::random().to_string().substr(0, 8), transcript_time());
  }

  // Whether the file may be written; -Force makes it writable.
  Result<void> check(const std::string& file) const {
    struct stat info {};
    if (::stat(file.c_str(), &info) != 0) return {};
    if (S_ISDIR(info.st_mode)) return errno_error("start a transcript in", file, EISDIR);
    if (no_clobber && !append) {
      return Error{.id = "NoClobber",
                   .category = ErrorCategory::ResourceExists,
                   .message = fmt::format("File {} already exists and NoClobber was specified.", file),
                   .exception = "System.UnauthorizedAccessException"};
    }
    if ((info.st_mode & 0222) != 0) return {};
    if (!force) {
      return Error{.id = "InvalidArgument",
                   .category = ErrorCategory::InvalidArgument,
                   .message = fmt::format("Transcription cannot be started: the file {} is read-only.", file),
                   .hint = "-Force makes it writable.",
                   .exception = "System.ArgumentException"};
    }
    if (::chmod(file.c_str(), info.st_mode | S_IWUSR) != 0) return errno_error("make writable", file, errno);
    return {};
  }
};
CMDLET(StartTranscript);

struct StopTranscript {
  static constexpr Example kExamples[] = {
      {"Stop-Transcript", "*", "Ends the transcript that was started last."}};
  static constexpr Decl decl{.verb = "Stop",
                             .noun = "Transcript",
                             .module = kHost,
                             .outputs = kOutputs,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.StopTranscriptCommand",
                             .synopsis = "Ends a transcript."};

  Flow process(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    Transcripts* transcripts = interpreter.host().transcripts();
    interpreter.host().flush();
    auto stopped = transcripts != nullptr ? transcripts->stop() : Transcripts().stop();
    if (stopped) return write_message(context, "stopped", *stopped);
    Error error = stopped.take_error();
    error.message = "An error occurred stopping transcription: " + error.message;
    return context.terminate(std::move(error));
  }
};
CMDLET(StopTranscript);

}  // namespace

std::span<const CmdletEntry> transcript_cmdlets() {
  static constexpr CmdletEntry kEntries[] = {{"Start-Transcript", &cmdlet_StartTranscript},
                                             {"Stop-Transcript", &cmdlet_StopTranscript}};
  return kEntries;
}

}  // namespace hvsh::shell
