// System.Diagnostics.Process and ProcessStartInfo: a program, its output, its exit code.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "shell/dotnet/groups.h"
#include "shell/dotnet/streams.h"
#include "shell/eval/environment.h"
#include "shell/eval/interpreter.h"
#include "shell/pipeline/native_process.h"

namespace hvsh::shell::dotnet {

namespace {

constexpr TypeInfo kStartInfo{"System.Diagnostics.ProcessStartInfo", "ProcessStartInfo"};
constexpr TypeInfo kProcessInfo{"System.Diagnostics.Process", "Process"};

struct StartInfo {
  std::string file, arguments, folder;
  Value argument_list = Value::object(make<ListObject>(types::ArrayList));
  bool output = false, error = false, input = false, window = true, shell = false;
};

// An argument line as .NET splits it: blanks separate, quotes hold together, \" is a quote.
std::vector<std::string> split_arguments(std::string_view line) {
  std::vector<std::string> arguments;
  std::string current;
  bool quoted = false, any = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '\\' && i + 1 < line.size() && line[i + 1] == '"') {
      current += line[++i];
      any = true;
    } else if (c == '"') {
      quoted = !quoted;
      any = true;
    } else if ((c == ' ' || c == '\t') && !quoted) {
      if (any) arguments.push_back(std::exchange(current, {}));
      any = false;
    } else {
      current += c;
      any = true;
    }
  }
  if (any) arguments.push_back(current);
  return arguments;
}

StartInfo& info_of(const Call& call) { return state_of<StartInfo>(call.self); }

template <std::string StartInfo::*kField>
Result<Value> get_text(const Call& call) {
  return text(info_of(call).*kField);
}
template <std::string StartInfo::*kField>
Result<Value> set_text(const Call& call) {
  info_of(call).*kField = to_string(call.at(0));
  return Value::nothing();
}
template <bool StartInfo::*kField>
Result<Value> get_flag(const Call& call) {
  return truth(info_of(call).*kField);
}
template <bool StartInfo::*kField>
Result<Value> set_flag(const Call& call) {
  info_of(call).*kField = to_bool(call.at(0));
  return Value::nothing();
}

Result<Value> make_info(const Call& call) {
  StartInfo info;
  if (call.count() > 0) info.file = call.text(0);
  if (call.count() > 1) info.arguments = call.text(1);
  return instance(kStartInfo, std::move(info));
}

constexpr Member kStart[] = {
    {"new()", make_info},
    {"new(string fileName)", make_info},
    {"new(string fileName, string arguments)", make_info},
    {"string FileName", get_text<&StartInfo::file>, set_text<&StartInfo::file>},
    {"string Arguments", get_text<&StartInfo::arguments>, set_text<&StartInfo::arguments>},
    {"string WorkingDirectory", get_text<&StartInfo::folder>, set_text<&StartInfo::folder>},
    {"object ArgumentList", [](const Call& c) -> Result<Value> { return info_of(c).argument_list; }},
    {"bool RedirectStandardOutput", get_flag<&StartInfo::output>, set_flag<&StartInfo::output>},
    {"bool RedirectStandardError", get_flag<&StartInfo::error>, set_flag<&StartInfo::error>},
    {"bool RedirectStandardInput", get_flag<&StartInfo::input>, set_flag<&StartInfo::input>},
    {"bool UseShellExecute", get_flag<&StartInfo::shell>, set_flag<&StartInfo::shell>},
    {"bool CreateNoWindow", get_flag<&StartInfo::window>, set_flag<&StartInfo::window>},
    {"string Verb", [](const Call&) -> Result<Value> { return text(""); },
     [](const Call& c) -> Result<Value> {
       if (to_string(c.at(0)).empty()) return Value::nothing();
       return not_supported("Starting a program elevated (Verb)", "Run hvsh itself with sudo.");
     }},
};

// ------------------------------------------------------------------------------------------------ Process

struct Process {
  Value info;
  std::unique_ptr<NativeProcess> child;
  std::string output, error;
  std::optional<int> exit_code;
  DateTime begin;

  // Reads what comes until both ends are closed, or the time is over. False: not over yet.
  bool run_until_end(Interpreter& interpreter, std::optional<int64_t> milliseconds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds.value_or(0));
    while (child->output_open()) {
      if (interpreter.interrupted()) return false;
      if (milliseconds && std::chrono::steady_clock::now() >= end) return false;
      child->pump(true, output, error);
    }
    while (
        !child->exits_within(milliseconds && *milliseconds < 100 ? static_cast<int>(*milliseconds) : 100)) {
      if (interpreter.interrupted()) return false;
      if (milliseconds && std::chrono::steady_clock::now() >= end) return false;
    }
    return true;
  }
  void finish() {
    if (!exit_code) exit_code = child->wait();
  }
};
Process& own(const Call& call) { return state_of<Process>(call.self); }

// By its path, or by name in PATH; empty: there is none.
std::string find_program(Interpreter& interpreter, const std::string& file) {
  if (file.find_first_of("/\\") != std::string::npos) {
    auto path = interpreter.resolve_path(file);
    return path && ::access(path->c_str(), X_OK) == 0 ? *path : std::string();
  }
  const std::string folders = get_environment("PATH").value_or("/usr/bin:/bin");
  for (size_t begin = 0; begin < folders.size();) {
    const size_t end = std::min(folders.find(':', begin), folders.size());
    const std::string path = folders.substr(begin, end - begin) + "/" + file;
    if (::access(path.c_str(), X_OK) == 0) return path;
    begin = end + 1;
  }
  return {};
}

Result<void> start(Interpreter& interpreter, Process& process) {
  const auto* info = state_cast<StartInfo>(process.info);
  if (info == nullptr || info->file.empty()) {
    return thrown("InvalidOperationException",
                  "Cannot start process because a file name has not been provided.");
  }
  const std::string program = find_program(interpreter, info->file);
  if (program.empty()) {
    return thrown(
        "System.ComponentModel.Win32Exception",
        fmt::format(
            "An error occurred trying to start process '{}' with working directory '{}'. No such file "
            "or directory",
            info->file, info->folder.empty() ? interpreter.location() : info->folder));
  }
  std::string folder = interpreter.location();
  if (!info->folder.empty()) {
    HVSH_TRY(folder, interpreter.resolve_path(info->folder));
  }
  std::vector<std::string> argv = {"env", "-C", folder, program};
  for (std::string& argument : split_arguments(info->arguments)) argv.push_back(std::move(argument));
  for (const Value& argument : to_items(info->argument_list)) argv.push_back(to_string(argument));
  interpreter.host().flush();
  const SpawnOptions options{
      .pipe_input = info->input, .pipe_output = info->output, .pipe_error = info->error};
  HVSH_TRY(process.child, NativeProcess::spawn("/usr/bin/env", argv, options));
  process.begin = DateTime::now();
  return {};
}

Result<Value> start_new(const Call& call) {
  Process process;
  process.info = state_cast<StartInfo>(call.at(0)) != nullptr
                     ? call.at(0)
                     : instance(kStartInfo, StartInfo{.file = call.text(0),
                                                      .arguments = call.count() > 1 ? call.text(1) : ""});
  HVSH_CHECK(start(call.shell(), process));
  return instance(kProcessInfo, std::move(process));
}

Error not_started() {
  return thrown("InvalidOperationException", "No process is associated with this object.");
}

Result<Value> wait_for_exit(const Call& call) {
  Process& process = own(call);
  if (!process.child) return not_started();
  std::optional<int64_t> limit;
  if (call.count() == 1) limit = call.integer(0);
  if (!process.run_until_end(call.shell(), limit)) return limit ? truth(false) : Result<Value>(stopped());
  process.finish();
  return limit ? truth(true) : Value::nothing();
}

// A reader of all that the program writes: it is read to its end first, which also keeps the pipes from
// filling.
template <std::string Process::*kText>
Result<Value> reader(const Call& call) {
  Process& process = own(call);
  if (!process.child) return not_started();
  if (call.interpreter == nullptr) return Value::null();
  if (!process.run_until_end(call.shell(), std::nullopt)) return stopped();
  return string_reader(std::exchange(process.*kText, {}));
}

Result<Value> exit_code(const Call& call) {
  Process& process = own(call);
  if (!process.child) return not_started();
  if (!process.exit_code && !process.child->exits_within(0)) {
    return thrown("InvalidOperationException",
                  "Process must exit before requested information can be determined.");
  }
  process.finish();
  return number(*process.exit_code);
}

constexpr Member kProcess[] = {
    {"new()",
     [](const Call&) -> Result<Value> {
       Process process;
       process.info = instance(kStartInfo, StartInfo{});
       return instance(kProcessInfo, std::move(process));
     }},
    {"static Process Start(ProcessStartInfo startInfo)", start_new},
    {"static Process Start(string fileName)", start_new},
    {"static Process Start(string fileName, string arguments)", start_new},
    {"ProcessStartInfo StartInfo", [](const Call& c) -> Result<Value> { return own(c).info; },
     [](const Call& c) -> Result<Value> {
       own(c).info = c.at(0);
       return Value::nothing();
     }},
    {"int ExitCode", exit_code},
    {"bool HasExited",
     [](const Call& c) -> Result<Value> {
       Process& process = own(c);
       if (!process.child) return not_started();
       process.child->pump(false, process.output, process.error);
       return truth(process.exit_code.has_value() || process.child->exits_within(0));
     }},
    {"datetime StartTime", [](const Call& c) -> Result<Value> { return Value::date_time(own(c).begin); }},
    {"StreamReader StandardOutput", reader<&Process::output>},
    {"StreamReader StandardError", reader<&Process::error>},
    {"bool Start()",
     [](const Call& c) -> Result<Value> {
       HVSH_CHECK(start(c.shell(), own(c)));
       return truth(true);
     }},
    {"void WaitForExit()", wait_for_exit},
    {"bool WaitForExit(int milliseconds)", wait_for_exit},
    {"void Kill()",
     [](const Call& c) -> Result<Value> {
       if (!own(c).child) return not_started();
       own(c).child->terminate();
       return Value::nothing();
     }},
    {"void Close()", [](const Call&) -> Result<Value> { return Value::nothing(); }},
    {"void Dispose()", [](const Call&) -> Result<Value> { return Value::nothing(); }},
};

constexpr Type kTypes[] = {
    {.info = &kStartInfo, .members = kStart},
    {.info = &kProcessInfo, .members = kProcess, .interfaces = "System.IDisposable"},
};

}  // namespace

std::span<const Type> diagnostics_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
