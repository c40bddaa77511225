// Start-Process.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "core/cmdlet.h"
#include "engines/files.h"
#include "engines/process.h"
#include "verbs/system/process_table.h"

namespace hvsh::verbs {

struct StartProcess {
  std::string file_path, working_directory, verb, window_style, input, output, error;
  std::vector<std::string> argument_list;
  Value credential, environment;
  Switch wait, no_new_window, pass_thru, use_new_environment, load_user_profile;

  static constexpr std::string_view kStyles[] = {"Normal", "Hidden", "Minimized", "Maximized"};
  static constexpr Param kParams[] = {
      param<&StartProcess::file_path>(
          "FilePath", {.position = 0, .mandatory = true, .aliases = {"PSPath", "Path"}}, "The program."),
      param<&StartProcess::argument_list>("ArgumentList", {.position = 1, .aliases = "Args"},
                                          "Its arguments; each text is split at its blanks, as on Windows."),
      param<&StartProcess::credential>("Credential", {.aliases = "RunAs"}, "As another user; use sudo."),
      param<&StartProcess::working_directory>("WorkingDirectory", {}, "Where it runs."),
      param<&StartProcess::load_user_profile>("LoadUserProfile", {.aliases = "Lup"}, "Accepted."),
      param<&StartProcess::no_new_window>("NoNewWindow", {.aliases = "nnw"},
                                          "Accepted; there are no windows."),
      param<&StartProcess::pass_thru>("PassThru", {}, "Write the process."),
      param<&StartProcess::error>("RedirectStandardError", {.aliases = "RSE"}, "Its errors go to this file."),
      param<&StartProcess::input>("RedirectStandardInput", {.aliases = "RSI"}, "It reads this file."),
      param<&StartProcess::output>("RedirectStandardOutput", {.aliases = "RSO"},
                                   "Its output goes to this file."),
      param<&StartProcess::verb>("Verb", {}, "RunAs is accepted when you are root."),
      param<&StartProcess::window_style>("WindowStyle", {.values = kStyles},
                                         "Accepted; there are no windows."),
      param<&StartProcess::wait>("Wait", {}, "Until it has ended."),
      param<&StartProcess::use_new_environment>("UseNewEnvironment", {}, "With PATH and HOME alone."),
      param<&StartProcess::environment>("Environment", {}, "Variables for it, as a table."),
  };
  static constexpr std::string_view kAliases[] = {"saps", "start"};
  static constexpr Example kExamples[] = {
      {"(Start-Process true -Wait -PassThru).ExitCode", "0", "Runs a program to its end."}};
  static constexpr Decl decl{.verb = "Start",
                             .noun = "Process",
                             .module = "Microsoft.PowerShell.Management",
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.StartProcessCommand",
                             .synopsis = "Starts a program."};

  Flow process(Context& context) {
    if (auto wrong = check()) return context.terminate(std::move(*wrong), Value::string(file_path));
    if (const Answer answer = context.should_process(file_path, "Start-Process"); answer != Answer::yes)
      return answer == Answer::stopped ? Flow::stopped : Flow::more;
    auto started = start(context);
    if (!started) {
      Error error = started.take_error();
      if (error.id == "ProgramNotFound") {
        error.id = "InvalidOperationException";
        error.category = ErrorCategory::InvalidOperation;
        error.message = fmt::format(
            "This command cannot be run due to the error: An error occurred trying to start "
            "process '{}' with working directory '{}'. No such file or directory",
            file_path, context.current_location());
        error.exception = "System.InvalidOperationException";
        error.hint.clear();
      }
      return context.terminate(std::move(error), Value::string(file_path));
    }
    nouns::Process process = *started;
    if (wait) {
      while (!process.has_exited()) {
        if (!context.sleep(TimeSpan::milliseconds(10))) return Flow::stopped;
      }
    }
    return pass_thru ? context.write(noun_value(std::move(process))) : Flow::more;
  }

 private:
  std::optional<Error> check() const {
    if (!credential.is_null()) {
      return Error{.id = "NotSupported",
                   .category = ErrorCategory::NotImplemented,
                   .message = "Start-Process cannot start programs as another user.",
                   .hint = "Use sudo or runuser."};
    }
    if (verb.empty() || (equal_ascii(verb, "RunAs") && ::geteuid() == 0) || equal_ascii(verb, "open"))
      return {};
    return Error{
        .id = "NotSupported",
        .category = ErrorCategory::NotImplemented,
        .message = fmt::format("Start-Process cannot start '{}' with the verb '{}'.", file_path, verb),
        .hint =
            equal_ascii(verb, "RunAs") ? "You are not root: use sudo." : "There are no such verbs on Linux."};
  }

  // One text may hold several arguments, with quotes around those that have blanks, as Windows takes it.
  static void split(std::string_view text, std::vector<std::string>& words) {
    std::string word;
    bool quoted = false, any = false;
    for (size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (c == '\\' && i + 1 < text.size() && text[i + 1] == '"') {
        word += text[++i];
      } else if (c == '"') {
        quoted = !quoted;
        any = true;
      } else if ((c == ' ' || c == '\t') && !quoted) {
        if (any || !word.empty()) words.push_back(std::exchange(word, {}));
        any = false;
      } else {
        word += c;
      }
    }
    if (any || !word.empty()) words.push_back(word);
  }

  std::vector<std::string> variables() const {
    std::vector<std::string> all;
    if (use_new_environment) {
      for (const char* name : {"PATH", "HOME"}) {
        if (const char* value = std::getenv(name)) all.push_back(fmt::format("{}={}", name, value));
      }
    } else if (!environment.is_null()) {
      for (char** entry = environ; *entry != nullptr; ++entry) all.emplace_back(*entry);
    }
    if (auto* map = environment.as<MapObject>()) {
      for (const auto& [key, value] : map->entries()) {
        const std::string begin = to_string(key) + "=";
        std::erase_if(all, [&begin](const std::string& one) { return one.starts_with(begin); });
        if (!value.is_null()) all.push_back(begin + to_string(value));
      }
    }
    return all;
  }

  static Result<engines::UniqueFd> open_file(Context& context, const std::string& path, int flags) {
    if (path.empty()) return engines::UniqueFd();
    HVSH_TRY(const std::string file, context.resolve_path(path));
    engines::UniqueFd fd(::open(file.c_str(), flags | O_CLOEXEC, 0666));
    if (!fd.valid()) return errno_error("open", file, errno);
    return fd;
  }

  Result<nouns::Process> start(Context& context) const {
    engines::Spawn options;
    const bool is_path = file_path.find_first_of("/\\") != std::string::npos;
    std::string program = file_path;
    if (is_path) {
      HVSH_TRY(program, context.resolve_path(file_path));
    }
    options.argv.push_back(program);
    for (const std::string& one : argument_list) split(one, options.argv);
    options.folder = context.current_location();
    if (!working_directory.empty()) {
      HVSH_TRY(options.folder, context.resolve_path(working_directory));
    }
    HVSH_TRY(const engines::UniqueFd in, open_file(context, input, O_RDONLY));
    HVSH_TRY(const engines::UniqueFd out, open_file(context, output, O_WRONLY | O_CREAT | O_TRUNC));
    HVSH_TRY(const engines::UniqueFd err, open_file(context, error, O_WRONLY | O_CREAT | O_TRUNC));
    options.environment = variables();
    options.input_fd = in.valid() ? in.get() : STDIN_FILENO;
    options.output_fd = out.valid() ? out.get() : STDOUT_FILENO;
    options.error_fd = err.valid() ? err.get() : STDERR_FILENO;
    HVSH_TRY(const pid_t pid, engines::spawn(options));
    auto process = process_of(pid);
    // It may have ended already: what is known then is its number and its name.
    if (!process) {
      process = nouns::Process{.id = pid, .name = program.substr(program.rfind('/') + 1), .path = program};
      process->started = DateTime::now();
    }
    return *process;
  }
};
CMDLET(StartProcess);

}  // namespace hvsh::verbs
