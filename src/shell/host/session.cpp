#include "shell/host/session.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "core/bounds.h"
#include "shell/error_view.h"
#include "shell/eval/history.h"
#include "shell/eval/style.h"
#include "shell/host/console_host.h"

namespace hvsh::shell {

namespace {

constexpr int kExitError = 1, kExitUsage = 64, kExitBreak = 149, kExitClosedPipe = 141;

std::atomic<bool> interrupted{false};
std::atomic<int> interrupting_signal{0};

// Ctrl-\ is what Ctrl-Break is to Windows' console, and has its exit code.
int interrupted_exit_code() {
  const int number = interrupting_signal;
  return number == SIGQUIT ? kExitBreak : 128 + number;
}

// At a prompt Ctrl-C ends the running command only, the other signals end the shell.
bool asked_to_end() { return interrupted && interrupting_signal != SIGINT; }

// The running command is asked to stop. A second signal, when the first was not heeded, ends the program.
void on_interrupt(int number) {
  interrupting_signal = number;
  if (interrupted.exchange(true)) ::_exit(interrupted_exit_code());
}

void install_signals() {
  struct sigaction action {};
  action.sa_handler = on_interrupt;  // without SA_RESTART, so that waiting calls return
  sigemptyset(&action.sa_mask);
  for (const int number : {SIGINT, SIGTERM, SIGQUIT}) ::sigaction(number, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

class ConsoleSink final : public Sink {
 public:
  explicit ConsoleSink(Host& host) : host_(host) {}
  Flow write(Value value) override { return host_.write_output(value); }

 private:
  Host& host_;
};

std::string read_standard_input() {
  std::string text;
  char bytes[65536];
  for (;;) {
    const ssize_t got = ::read(STDIN_FILENO, bytes, sizeof bytes);
    if (got > 0 && text.size() < kMaxScriptBytes) {
      text.append(bytes, static_cast<size_t>(got));
    } else if (got < 0 && errno == EINTR && !interrupted) {
      continue;
    } else {
      return text;
    }
  }
}

// Words of another shell's command line: -Name and -Name:value are parameters, the rest are strings that
// nobody parses as code. -- ends the parameters.
std::vector<Argument> arguments_of(const std::vector<std::string>& words) {
  std::vector<Argument> arguments;
  bool parameters = true;
  for (const std::string& word : words) {
    const bool named = parameters && word.size() > 1 && word[0] == '-' &&
                       ((ascii_lower(word[1]) >= 'a' && ascii_lower(word[1]) <= 'z') || word[1] == '_');
    if (parameters && word == "--") {
      parameters = false;
    } else if (named) {
      const size_t colon = word.find(':');
      Argument argument{.is_parameter = true, .has_value = colon != std::string::npos};
      argument.name = std::string_view(word).substr(1, colon == std::string::npos ? colon : colon - 1);
      if (argument.has_value) {
        const std::string value = word.substr(colon + 1);
        // -Confirm:$false is how scripts and people write it.
        if (equal_names(value, "$true") || equal_names(value, "$false")) {
          argument.value = Value::boolean(equal_names(value, "$true"));
        } else {
          argument.value = Value::string(value);
        }
      }
      arguments.push_back(std::move(argument));
    } else {
      arguments.push_back({.value = Value::string(word)});
    }
  }
  return arguments;
}

class Session {
 public:
  Session(const CommandLine& line, Setup setup)
      : line_(line), host_(interrupted, may_prompt(line)), interpreter_(with_host(setup)), console_(host_) {
    host_.set_sources(&interpreter_.source_table());
    host_.set_preferences([this] { return format_preferences(interpreter_); });
    interpreter_.set_interrupt_flag(&interrupted);
    if (line.format == OutputFormat::text) {
      interpreter_.set_console(&console_);
      out_ = &console_;
    } else {
      out_ = &collected_;
    }
  }

  int run();

 private:
  static bool may_prompt(const CommandLine& line) {
    return !line.non_interactive && ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0;
  }
  Setup& with_host(Setup& setup) {
    setup.host = &host_;
    return setup;
  }
  int run_text(std::string_view text);
  int run_file();
  int run_cmdlet();
  int check_files();
  int prompt();
  Flow run_recorded(const std::shared_ptr<Source>& source, const std::string& command);
  int finish(Flow flow, bool status_counts);
  int convert_collected();
  void show_failure();
  void load_error(Error error);

  const CommandLine& line_;
  ConsoleHost host_;
  Interpreter interpreter_;
  ConsoleSink console_;
  CollectSink collected_;
  Sink* out_ = nullptr;
};

void Session::load_error(Error error) { host_.write_error(*interpreter_.make_record(std::move(error))); }

// What ended a run early, said on standard error.
void Session::show_failure() {
  Pending& pending = interpreter_.pending();
  if (pending.kind != Unwind::error) return;
  interpreter_.remember(pending.error);
  host_.write_error(*pending.error);
}

int Session::finish(Flow flow, bool status_counts) {
  Pending& pending = interpreter_.pending();
  int code = status_counts && !interpreter_.success() ? kExitError : 0;
  if (flow == Flow::stopped) {
    switch (pending.kind) {
      case Unwind::exit: code = pending.exit_code & 0xff; break;
      case Unwind::error:
        show_failure();
        code = kExitError;
        break;
      case Unwind::interrupt: code = host_.closed() ? kExitClosedPipe : interrupted_exit_code(); break;
      default: break;
    }
  }
  pending = {};
  if (line_.format != OutputFormat::text) {
    if (const int converted = convert_collected(); converted != 0 && code == 0) code = converted;
  }
  host_.flush();
  if (host_.closed()) return kExitClosedPipe;
  return code;
}

// -OutputFormat Json or Csv: the cmdlets that scripts have for it, on all that was put out.
int Session::convert_collected() {
  std::vector<Value> items = collected_.take_items();
  if (items.empty()) return 0;
  const bool json = line_.format == OutputFormat::json;
  // Csv takes objects one by one from the pipeline, Json the whole.
  const std::string_view name = json ? "ConvertTo-Json" : "ConvertTo-Csv";
  std::vector<Argument> arguments;
  if (!json) arguments.push_back({.is_parameter = true, .has_value = false, .name = "NoTypeInformation"});
  const Flow flow = interpreter_.pipe_into(items, name, arguments, console_);
  if (flow != Flow::stopped) return 0;
  show_failure();
  interpreter_.pending() = {};
  return kExitError;
}

int Session::run_text(std::string_view text) {
  auto source = interpreter_.load(text, {});
  if (!source) {
    load_error(source.take_error());
    return kExitError;
  }
  return finish(interpreter_.run_line(*source, *out_), true);
}

int Session::run_file() {
  auto path = interpreter_.resolve_path(line_.text);
  if (!path) {
    load_error(path.take_error());
    return kExitError;
  }
  auto source = interpreter_.load_file(*path);
  if (!source) {
    load_error(source.take_error());
    return kExitError;
  }
  const std::vector<Argument> arguments = arguments_of(line_.arguments);
  return finish(interpreter_.run_script(*source, arguments, *out_), false);
}

int Session::run_cmdlet() {
  const std::vector<Argument> arguments = arguments_of(line_.arguments);
  return finish(interpreter_.run_command(line_.text, arguments, *out_), true);
}

// --check: each file's first error in one line that editors and other programs can read.
int Session::check_files() {
  int code = 0;
  for (const std::string& name : line_.arguments) {
    auto path = interpreter_.resolve_path(name);
    auto source = path ? interpreter_.load_file(*path) : Result<std::shared_ptr<Source>>(path.take_error());
    if (source) continue;
    code = kExitError;
    if (host_.write_text(one_line_view(source.error(), interpreter_.source_table()), true) == Flow::stopped)
      break;
  }
  host_.flush();
  return host_.closed() ? kExitClosedPipe : code;
}

// Runs a command line and keeps it in the history.
Flow Session::run_recorded(const std::shared_ptr<Source>& source, const std::string& command) {
  const DateTime started = DateTime::now();
  const Flow flow = interpreter_.run_line(source, console_);
  if (command.empty()) return flow;
  const Unwind kind = flow == Flow::stopped ? interpreter_.pending().kind : Unwind::none;
  const PipelineState state = kind == Unwind::interrupt ? PipelineState::Stopped
                              : kind == Unwind::error   ? PipelineState::Failed
                                                        : PipelineState::Completed;
  interpreter_.history().add_line(
      {.command = command, .state = state, .started = started, .ended = DateTime::now()});
  return flow;
}

int Session::prompt() {
  std::string text;
  int last = 0;
  for (;;) {
    if (asked_to_end()) return interrupted_exit_code();
    interrupted = false;
    const std::string prompt = fmt::format("PS {}> ", interpreter_.location());
    const auto line = host_.read_command_line(text.empty() ? prompt : ">> ");
    if (!line) {
      (void)host_.write_text("", true);
      if (!interrupted) return last;
      text.clear();  // Ctrl-C drops the line
      continue;
    }
    const bool continued = !text.empty();
    text += *line;
    text += '\n';
    bool incomplete = false;
    auto source = interpreter_.load(text, {}, &incomplete);
    // An empty line ends what was not complete, as in PowerShell.
    if (incomplete && !(continued && line->empty())) continue;
    const std::string command = trimmed(std::exchange(text, {}));
    host_.transcripts()->write_command(prompt, command);
    if (!source) {
      load_error(source.take_error());
      continue;
    }
    const Flow flow = run_recorded(*source, command);
    Pending& pending = interpreter_.pending();
    if (flow == Flow::stopped && pending.kind == Unwind::exit) return pending.exit_code & 0xff;
    if (flow == Flow::stopped) show_failure();
    last = interpreter_.success() && flow != Flow::stopped ? 0 : kExitError;
    pending = {};
    host_.flush();
    if (host_.closed()) return kExitClosedPipe;
  }
}

int Session::run() {
  using Mode = CommandLine::Mode;
  int code = 0;
  switch (line_.mode) {
    case Mode::command: code = run_text(line_.text); break;
    case Mode::file: code = run_file(); break;
    case Mode::cmdlet: code = run_cmdlet(); break;
    case Mode::check: return check_files();
    case Mode::standard_input:
      if (::isatty(STDIN_FILENO) != 0 && !line_.non_interactive) return prompt();
      code = run_text(read_standard_input());
      break;
    default: break;
  }
  if (line_.no_exit && ::isatty(STDIN_FILENO) != 0) return prompt();
  return code;
}

}  // namespace

int run_session(const CommandLine& line, Setup setup) {
  install_signals();
  Session session(line, setup);
  return session.run();
}

int report_usage_error(const Error& error) {
  std::fprintf(stderr, "hvsh: %s\n", error.message.c_str());
  if (!error.hint.empty()) std::fprintf(stderr, "%s\n", error.hint.c_str());
  return kExitUsage;
}

}  // namespace hvsh::shell
