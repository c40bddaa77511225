// Environment, Console, and the small parts of the runtime that scripts touch.
#include <fmt/format.h>
#include <pwd.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <thread>

#include "core/operators.h"
#include "core/text.h"
#include "shell/dotnet/groups.h"
#include "shell/dotnet/keys.h"
#include "shell/eval/environment.h"
#include "shell/eval/interpreter.h"
#include "shell/eval/members.h"

extern char** environ;

namespace hvsh::shell::dotnet {

namespace {

constexpr TypeInfo kEnvironmentInfo{"System.Environment", "Environment"};
constexpr TypeInfo kConsoleInfo{"System.Console", "Console"};
constexpr TypeInfo kConsoleWriterInfo{"System.IO.TextWriter+SyncTextWriter", "SyncTextWriter"};
constexpr TypeInfo kCollectorInfo{"System.GC", "GC"};
constexpr TypeInfo kThreadInfo{"System.Threading.Thread", "Thread"};
constexpr TypeInfo kAssemblyInfo{"System.Reflection.Assembly", "Assembly"};
constexpr TypeInfo kRuntimeInfo{"System.Runtime.InteropServices.RuntimeInformation", "RuntimeInformation"};

std::string user_name() {
  const passwd* user = ::getpwuid(::geteuid());
  if (user != nullptr) return user->pw_name;
  return get_environment("USER").value_or(std::to_string(::geteuid()));
}

int64_t up_milliseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
}

Value system_version() {
  utsname name{};
  ::uname(&name);
  auto record = make<RecordObject>();
  record->type_names = {"System.OperatingSystem"};
  std::string release(name.release);
  release = release.substr(0, release.find_first_not_of("0123456789."));
  while (release.ends_with('.')) release.pop_back();
  const auto version = Version::parse(release);
  record->set("Platform", text("Unix"));
  record->set("ServicePack", text(""));
  record->set("Version", Value::object(make<VersionObject>(version.value_or(Version{}))));
  record->set("VersionString", text(fmt::format("Unix {}", release)));
  return Value::object(record);
}

// Windows' folders, where Linux keeps the same.
Result<Value> special_folder(const Call& call) {
  HVSH_TRY(const std::string home, call.shell().resolve_path("~"));
  const auto from = [&](const char* variable, std::string_view below) {
    return get_environment(variable).value_or(home + std::string(below));
  };
  const std::string name = to_string(call.at(0));
  if (name == "UserProfile" || name == "Personal" || name == "MyDocuments") return text(home);
  if (name == "ApplicationData") return text(from("XDG_CONFIG_HOME", "/.config"));
  if (name == "LocalApplicationData") return text(from("XDG_DATA_HOME", "/.local/share"));
  if (name == "CommonApplicationData") return text("/usr/share");
  if (name == "Desktop" || name == "DesktopDirectory") return text(home + "/Desktop");
  if (name == "Templates") return text(home + "/Templates");
  return text("");
}

Result<Value> get_variable(const Call& call) {
  // Machine and User are Windows' registry; .NET answers null for them on Linux.
  if (call.count() == 2 && call.at(1).enum_number() != 0) return Value::null();
  auto value = get_environment(call.text(0));
  return value ? text(*std::move(value)) : Value::null();
}

Result<Value> set_variable(const Call& call) {
  if (call.count() == 3 && call.at(2).enum_number() != 0) return Value::nothing();
  const std::string name = call.text(0);
  if (name.empty() || name.find('=') != std::string::npos) {
    return thrown("ArgumentException",
                  "Environment variable name cannot contain equal character. (Parameter 'variable')");
  }
  set_environment(name, call.text(1));
  return Value::nothing();
}

Result<Value> all_variables(const Call&) {
  auto map = make<MapObject>(false);
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view pair(*entry);
    const size_t equals = pair.find('=');
    if (equals != std::string_view::npos)
      map->set(pair.substr(0, equals), text(std::string(pair.substr(equals + 1))));
  }
  return Value::object(map);
}

// %NAME% stands for the variable; an unknown one stays.
Result<Value> expand_variables(const Call& call) {
  const std::string input = call.text(0);
  std::string made;
  for (size_t i = 0; i < input.size();) {
    const size_t end = input[i] == '%' ? input.find('%', i + 1) : std::string::npos;
    const auto value =
        end == std::string::npos ? std::nullopt : get_environment(input.substr(i + 1, end - i - 1));
    if (!value) {
      made += input[i++];
      continue;
    }
    made += *value;
    i = end + 1;
  }
  return text(std::move(made));
}

Result<Value> exit_shell(const Call& call) {
  call.shell().pending() = {.kind = Unwind::exit, .exit_code = static_cast<int>(call.integer(0))};
  return stopped();
}

constexpr Member kEnvironment[] = {
    {"static string MachineName", [](const Call&) -> Result<Value> { return text(host_name()); }},
    {"static string UserName", [](const Call&) -> Result<Value> { return text(user_name()); }},
    {"static string UserDomainName", [](const Call&) -> Result<Value> { return text(host_name()); }},
    {"static string NewLine", [](const Call&) -> Result<Value> { return text("\n"); }},
    {"static int ProcessorCount",
     [](const Call&) -> Result<Value> { return number(::sysconf(_SC_NPROCESSORS_ONLN)); }},
    {"static int ProcessId", [](const Call&) -> Result<Value> { return number(::getpid()); }},
    {"static object OSVersion", [](const Call&) -> Result<Value> { return system_version(); }},
    {"static version Version",
     [](const Call&) -> Result<Value> {
       return Value::object(make<VersionObject>(Version{8, 0, 0, -1}));
     }},
    {"static string SystemDirectory", [](const Call&) -> Result<Value> { return text(""); }},
    {"static string CommandLine", [](const Call&) -> Result<Value> { return text("hvsh"); }},
    {"static string StackTrace", [](const Call&) -> Result<Value> { return text(""); }},
    {"static bool UserInteractive",
     [](const Call& c) -> Result<Value> { return truth(c.shell().host().can_prompt()); }},
    {"static bool Is64BitOperatingSystem", [](const Call&) -> Result<Value> { return truth(true); }},
    {"static bool Is64BitProcess", [](const Call&) -> Result<Value> { return truth(true); }},
    {"static bool HasShutdownStarted", [](const Call&) -> Result<Value> { return truth(false); }},
    {"static int SystemPageSize",
     [](const Call&) -> Result<Value> { return number(::sysconf(_SC_PAGESIZE)); }},
    {"static long WorkingSet", [](const Call&) -> Result<Value> { return long_number(0); }},
    {"static int TickCount",
     [](const Call&) -> Result<Value> { return number(static_cast<int32_t>(up_milliseconds())); }},
    {"static long TickCount64", [](const Call&) -> Result<Value> { return long_number(up_milliseconds()); }},
    {"static int ExitCode", [](const Call& c) -> Result<Value> { return number(c.shell().last_exit_code()); },
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(Value code, to_integer(c.at(0), IntType::i32));
       c.shell().set_last_exit_code(static_cast<int>(code.as_int()));
       return Value::nothing();
     }},
    {"static string CurrentDirectory",
     [](const Call& c) -> Result<Value> { return text(c.shell().location()); },
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const std::string path, c.shell().resolve_path(to_string(c.at(0))));
       HVSH_CHECK(c.shell().set_location(path));
       return Value::nothing();
     }},
    {"static string GetEnvironmentVariable(string variable)", get_variable},
    {"static string GetEnvironmentVariable(string variable, EnvironmentVariableTarget target)", get_variable},
    {"static void SetEnvironmentVariable(string variable, string value)", set_variable},
    {"static void SetEnvironmentVariable(string variable, string value, EnvironmentVariableTarget target)",
     set_variable},
    {"static object GetEnvironmentVariables()", all_variables},
    {"static string ExpandEnvironmentVariables(string name)", expand_variables},
    {"static string GetFolderPath(SpecialFolder folder)", special_folder},
    {"static string[] GetCommandLineArgs()",
     [](const Call&) -> Result<Value> { return text_array({"hvsh"}); }},
    {"static string[] GetLogicalDrives()", [](const Call&) -> Result<Value> { return text_array({"/"}); }},
    {"static void Exit(int exitCode)", exit_shell},
};

// ------------------------------------------------------------------------------------------- Console

// Text for a Console member: nothing, a value, or a format with arguments.
Result<std::string> console_text(const Call& call) {
  if (call.count() == 0) return std::string();
  if (call.count() == 1) return call.text(0);
  return format_composite(call.text(0), to_items(call.at(1)));
}

Result<Value> write_console(const Call& call, bool line) {
  HVSH_TRY(const std::string content, console_text(call));
  (void)call.shell().host().write_text(content, line);
  return Value::nothing();
}

Result<Value> write_error_text(const Call& call, bool line) {
  HVSH_TRY(std::string content, console_text(call));
  if (line) content += '\n';
  call.shell().host().flush();
  for (std::string_view rest = content; !rest.empty();) {
    const ssize_t count = ::write(STDERR_FILENO, rest.data(), rest.size());
    if (count <= 0) break;
    rest.remove_prefix(static_cast<size_t>(count));
  }
  return Value::nothing();
}

Result<Value> read_line(const Call& call) {
  auto line = call.shell().host().read_line("");
  return line ? text(std::move(*line)) : Value::null();
}

bool get_static_value(const Call& call, std::string_view type, std::string_view name, Value& out) {
  return get_static(call.shell(), *call.shell().types().find(type), name, {}, out);
}

struct ConsoleStream {
  bool error = false;
};
bool is_error(const Call& call) { return state_of<ConsoleStream>(call.self).error; }

constexpr Member kConsoleWriter[] = {
    {"void Write(object value)",
     [](const Call& c) { return is_error(c) ? write_error_text(c, false) : write_console(c, false); }},
    {"void Write(string format, params object[] arg)",
     [](const Call& c) { return is_error(c) ? write_error_text(c, false) : write_console(c, false); }},
    {"void WriteLine()",
     [](const Call& c) { return is_error(c) ? write_error_text(c, true) : write_console(c, true); }},
    {"void WriteLine(object value)",
     [](const Call& c) { return is_error(c) ? write_error_text(c, true) : write_console(c, true); }},
    {"void WriteLine(string format, params object[] arg)",
     [](const Call& c) { return is_error(c) ? write_error_text(c, true) : write_console(c, true); }},
    {"void Flush()",
     [](const Call& c) -> Result<Value> {
       c.shell().host().flush();
       return Value::nothing();
     }},
};

// What a terminal would show: kept, so that a script gets back what it set.
template <int kDefault>
Result<Value> colour(const Call& call) {
  return convert_to(number(kDefault), *call.shell().types().find("System.ConsoleColor"));
}
Result<Value> accept(const Call&) { return Value::nothing(); }
Result<Value> utf8_encoding(const Call& call) {
  Value out;
  if (!get_static_value(call, "System.Text.Encoding", "UTF8", out)) return stopped();
  return out;
}

constexpr Member kConsole[] = {
    {"static void Write(object value)", [](const Call& c) { return write_console(c, false); }},
    {"static void Write(string format, params object[] arg)",
     [](const Call& c) { return write_console(c, false); }},
    {"static void WriteLine()", [](const Call& c) { return write_console(c, true); }},
    {"static void WriteLine(object value)", [](const Call& c) { return write_console(c, true); }},
    {"static void WriteLine(string format, params object[] arg)",
     [](const Call& c) { return write_console(c, true); }},
    {"static string ReadLine()", read_line},
    {"static object ReadKey()", read_console_key},
    {"static object ReadKey(bool intercept)", read_console_key},
    {"static bool KeyAvailable", key_available},
    {"static void Clear()",
     [](const Call& c) -> Result<Value> {
       if (::isatty(STDOUT_FILENO) != 0) (void)c.shell().host().write_text("\x1b[H\x1b[2J", false);
       return Value::nothing();
     }},
    {"static void Beep()", accept},
    {"static void Beep(int frequency, int duration)", accept},
    {"static void ResetColor()", accept},
    {"static void SetCursorPosition(int left, int top)", accept},
    {"static object Out",
     [](const Call&) -> Result<Value> { return instance(kConsoleWriterInfo, ConsoleStream{false}); }},
    {"static object Error",
     [](const Call&) -> Result<Value> { return instance(kConsoleWriterInfo, ConsoleStream{true}); }},
    {"static string Title", [](const Call&) -> Result<Value> { return text("hvsh"); },
     [](const Call& c) -> Result<Value> {
       if (::isatty(STDOUT_FILENO) != 0)
         (void)c.shell().host().write_text("\x1b]0;" + to_string(c.at(0)) + "\a", false);
       return Value::nothing();
     }},
    {"static ConsoleColor ForegroundColor", colour<7>, accept},
    {"static ConsoleColor BackgroundColor", colour<0>, accept},
    {"static bool CursorVisible", [](const Call&) -> Result<Value> { return truth(true); }, accept},
    {"static bool TreatControlCAsInput", [](const Call&) -> Result<Value> { return truth(false); }, accept},
    {"static int WindowWidth",
     [](const Call& c) -> Result<Value> { return number(c.shell().host().width()); }, accept},
    {"static int BufferWidth",
     [](const Call& c) -> Result<Value> { return number(c.shell().host().width()); }, accept},
    {"static int WindowHeight", [](const Call&) -> Result<Value> { return number(24); }, accept},
    {"static int CursorLeft", [](const Call&) -> Result<Value> { return number(0); }, accept},
    {"static int CursorTop", [](const Call&) -> Result<Value> { return number(0); }, accept},
    {"static bool IsInputRedirected",
     [](const Call&) -> Result<Value> { return truth(::isatty(STDIN_FILENO) == 0); }},
    {"static bool IsOutputRedirected",
     [](const Call&) -> Result<Value> { return truth(::isatty(STDOUT_FILENO) == 0); }},
    {"static bool IsErrorRedirected",
     [](const Call&) -> Result<Value> { return truth(::isatty(STDERR_FILENO) == 0); }},
    {"static Encoding OutputEncoding", utf8_encoding, accept},
    {"static Encoding InputEncoding", utf8_encoding, accept},
};

// ------------------------------------------------------------------------------- GC, Thread, Assembly

constexpr Member kCollector[] = {
    {"static void Collect()", accept},
    {"static void Collect(int generation)", accept},
    {"static void WaitForPendingFinalizers()", accept},
    {"static long GetTotalMemory(bool forceFullCollection)",
     [](const Call&) -> Result<Value> { return long_number(0); }},
};

Result<Value> sleep_for(const Call& call, int64_t milliseconds) {
  if (milliseconds < 0)
    return out_of_range("millisecondsTimeout", "Number must be either non-negative or -1.");
  // In parts, so that Ctrl-C ends it.
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  while (std::chrono::steady_clock::now() < end) {
    if (call.shell().stop_if_interrupted() == Flow::stopped) return stopped();
    const auto left = end - std::chrono::steady_clock::now();
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(left, std::chrono::milliseconds(100)));
  }
  return Value::nothing();
}

Result<Value> current_thread(const Call& call) {
  auto record = make<RecordObject>();
  record->type_names = {"System.Threading.Thread"};
  record->set("ManagedThreadId", number(1));
  record->set("Name", Value::null());
  for (const std::string_view name : {"CurrentCulture", "CurrentUICulture"}) {
    Value culture;
    if (!get_static_value(call, "System.Globalization.CultureInfo", name, culture)) return stopped();
    record->set(name, culture);
  }
  return Value::object(record);
}

constexpr Member kThread[] = {
    {"static void Sleep(int millisecondsTimeout)", [](const Call& c) { return sleep_for(c, c.integer(0)); }},
    {"static void Sleep(timespan timeout)",
     [](const Call& c) { return sleep_for(c, c.at(0).as_time_span().ticks / 10'000); }},
    {"static object CurrentThread", current_thread},
};

struct Assembly {
  std::string name;
};
// The assemblies whose types hvsh has, or has parts of.
bool knows_assembly(std::string_view name) {
  name = name.substr(0, name.find(','));
  for (const std::string_view prefix :
       {"System", "mscorlib", "netstandard", "Microsoft.PowerShell", "Microsoft.HyperV"}) {
    if (equal_ascii(name.substr(0, prefix.size()), prefix)) {
      for (const std::string_view no : {"System.Windows", "System.Drawing", "System.DirectoryServices"}) {
        if (equal_ascii(name.substr(0, no.size()), no)) return false;
      }
      return true;
    }
  }
  return false;
}

Result<Value> load_assembly(const Call& call) {
  const std::string name = call.text(0);
  if (knows_assembly(name)) return instance(kAssemblyInfo, Assembly{name.substr(0, name.find(','))});
  return thrown(
      "System.IO.FileNotFoundException",
      fmt::format("Could not load file or assembly '{}'. hvsh has .NET's types built in and loads no "
                  "assemblies; Windows Forms, WPF and vendors' libraries are not there.",
                  name));
}

constexpr Member kAssembly[] = {
    {"static Assembly LoadWithPartialName(string partialName)", load_assembly},
    {"static Assembly Load(string assemblyString)", load_assembly},
    {"static Assembly LoadFrom(string assemblyFile)", load_assembly},
    {"static Assembly LoadFile(string path)", load_assembly},
    {"string FullName",
     [](const Call& c) -> Result<Value> {
       return text(state_of<Assembly>(c.self).name + ", Version=8.0.0.0, Culture=neutral");
     }},
    {"string Location", [](const Call&) -> Result<Value> { return text(""); }},
    {"bool GlobalAssemblyCache", [](const Call&) -> Result<Value> { return truth(false); }},
    {"string ToString()",
     [](const Call& c) -> Result<Value> {
       return text(state_of<Assembly>(c.self).name + ", Version=8.0.0.0, Culture=neutral");
     }},
};

constexpr Member kRuntime[] = {
    {"static string OSDescription", [](const Call&) -> Result<Value> { return text(operating_system()); }},
    {"static string FrameworkDescription",
     [](const Call&) -> Result<Value> { return text("hvsh " + std::string(kVersionText)); }},
    {"static string OSArchitecture", [](const Call&) -> Result<Value> { return text("X64"); }},
    {"static string ProcessArchitecture", [](const Call&) -> Result<Value> { return text("X64"); }},
};

constexpr Type kTypes[] = {
    {.info = &kEnvironmentInfo, .names = "environment", .members = kEnvironment},
    {.info = &kConsoleInfo, .names = "console", .members = kConsole},
    {.info = &kConsoleWriterInfo, .members = kConsoleWriter},
    {.info = &kCollectorInfo, .names = "gc", .members = kCollector},
    {.info = &kThreadInfo, .members = kThread},
    {.info = &kAssemblyInfo, .members = kAssembly},
    {.info = &kRuntimeInfo, .members = kRuntime},
};

}  // namespace

std::span<const Type> environment_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
