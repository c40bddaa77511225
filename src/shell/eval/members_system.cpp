// Guid, Version, Path, File, Directory, Environment, Console.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "core/regex.h"
#include "shell/eval/drives.h"
#include "shell/eval/environment.h"
#include "shell/eval/interpreter.h"
#include "shell/eval/members.h"

namespace hvsh::shell {

namespace {

Value text(std::string value) { return Value::string(std::move(value)); }

// ----------------------------------------------------------------------------------------------- System.Guid

constexpr MemberEntry kGuidStatics[] = {
    {"NewGuid", 0, 0, [](const Call&) -> Result<Value> { return Value::guid(Guid::random()); }},
    {"Empty", 0, kProperty, [](const Call&) -> Result<Value> { return Value::guid(Guid{}); }},
    {"Parse", 1, 1,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(Guid guid, to_guid(c.at(0)));
       return Value::guid(guid);
     }},
};

constexpr MemberEntry kGuid[] = {
    {"ToString", 0, 1,
     [](const Call& c) -> Result<Value> {
       std::string value = to_string(c.self);
       const std::string format = c.count() == 1 ? text_argument(c, 0) : "D";
       if (equal_names(format, "N")) std::erase(value, '-');
       if (equal_names(format, "B")) value = "{" + value + "}";
       if (equal_names(format, "P")) value = "(" + value + ")";
       return text(std::move(value));
     }},
};

constexpr MemberEntry kVersionStatics[] = {
    {"Parse", 1, 1,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(Version version, to_version(c.at(0)));
       return Value::object(make<VersionObject>(version));
     }},
};

// -------------------------------------------------------------------------------------------- System.IO.Path
// Both separators are understood; what is made has '/'.

size_t last_separator(std::string_view path) { return path.find_last_of("/\\"); }

std::string file_name(std::string_view path) {
  const size_t slash = last_separator(path);
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

std::string extension(const std::string& path) {
  const std::string name = file_name(path);
  const size_t dot = name.rfind('.');
  return dot == std::string::npos || dot + 1 == name.size() ? std::string() : name.substr(dot);
}

Result<Value> combine(const Call& call) {
  std::string path;
  for (size_t i = 0; i < call.count(); ++i) {
    for (const Value& item : to_items(call.at(i))) {
      const std::string part = to_string(item);
      const bool rooted =
          part.starts_with('/') || part.starts_with('\\') || (part.size() > 1 && part[1] == ':');
      if (path.empty() || rooted) {
        path = part;
      } else {
        if (path.back() != '/' && path.back() != '\\') path += '/';
        path += part;
      }
    }
  }
  return text(std::move(path));
}

constexpr MemberEntry kPath[] = {
    {"Combine", 1, kAnyCount, combine},
    {"Join", 1, kAnyCount, combine},
    {"GetFileName", 1, 1,
     [](const Call& c) -> Result<Value> { return text(file_name(text_argument(c, 0))); }},
    {"GetExtension", 1, 1,
     [](const Call& c) -> Result<Value> { return text(extension(text_argument(c, 0))); }},
    {"GetFileNameWithoutExtension", 1, 1,
     [](const Call& c) -> Result<Value> {
       std::string name = file_name(text_argument(c, 0));
       const size_t dot = name.rfind('.');
       return text(dot == std::string::npos ? name : name.substr(0, dot));
     }},
    {"GetDirectoryName", 1, 1,
     [](const Call& c) -> Result<Value> {
       const std::string path = text_argument(c, 0);
       const size_t slash = last_separator(path);
       return text(slash == std::string::npos ? "" : slash == 0 ? "/" : path.substr(0, slash));
     }},
    {"GetFullPath", 1, 1,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(std::string path, c.interpreter.resolve_path(text_argument(c, 0)));
       return text(std::move(path));
     }},
    {"IsPathRooted", 1, 1,
     [](const Call& c) -> Result<Value> {
       const std::string path = text_argument(c, 0);
       return Value::boolean(path.starts_with('/') || path.starts_with('\\') ||
                             (path.size() > 1 && path[1] == ':'));
     }},
    {"HasExtension", 1, 1,
     [](const Call& c) -> Result<Value> { return Value::boolean(!extension(text_argument(c, 0)).empty()); }},
    {"ChangeExtension", 2, 2,
     [](const Call& c) -> Result<Value> {
       std::string path = text_argument(c, 0), wanted = text_argument(c, 1);
       path.resize(path.size() - extension(path).size());
       if (!wanted.empty() && wanted[0] != '.') path += '.';
       return text(path + wanted);
     }},
    {"GetTempPath", 0, 0,
     [](const Call&) -> Result<Value> { return text(get_environment("TMPDIR").value_or("/tmp") + "/"); }},
    {"GetRandomFileName", 0, 0,
     [](const Call&) -> Result<Value> {
       std::string name = Guid::random().to_string().substr(0, 8);
       return text(name + "." + Guid::random().to_string().substr(0, 3));
     }},
    {"DirectorySeparatorChar", 0, kProperty,
     [](const Call&) -> Result<Value> { return Value::character('/'); }},
    {"PathSeparator", 0, kProperty, [](const Call&) -> Result<Value> { return Value::character(':'); }},
};

// ------------------------------------------------------------------------------- System.IO.File, .Directory

bool is_kind(const Call& call, bool folder) {
  auto path = call.interpreter.resolve_path(text_argument(call, 0));
  struct stat status {};
  if (!path || ::stat(path->c_str(), &status) != 0) return false;
  return S_ISDIR(status.st_mode) == folder;
}

Result<std::string> read_all(const Call& call) {
  HVSH_TRY(std::string path, call.interpreter.resolve_path(text_argument(call, 0)));
  std::ifstream file(path, std::ios::binary);
  if (!file) return errno_error("read file", path, errno);
  std::ostringstream all;
  all << file.rdbuf();
  std::string bytes = std::move(all).str();
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.erase(0, 3);
  return bytes;
}

Result<Value> write_all(const Call& call, bool append) {
  HVSH_TRY(std::string path, call.interpreter.resolve_path(text_argument(call, 0)));
  std::ofstream file(path, append ? std::ios::app : std::ios::trunc);
  if (!file) return errno_error("write file", path, errno);
  const bool lines = call.at(1).is_object(ObjectKind::array) || call.at(1).is_object(ObjectKind::list);
  for (const Value& item : to_items(call.at(1))) file << to_string(item) << (lines ? "\n" : "");
  file.close();
  if (!file) return errno_error("write file", path, errno);
  return Value::nothing();
}

constexpr MemberEntry kFile[] = {
    {"Exists", 1, 1, [](const Call& c) -> Result<Value> { return Value::boolean(is_kind(c, false)); }},
    {"ReadAllText", 1, 2,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(std::string all, read_all(c));
       return text(std::move(all));
     }},
    {"ReadAllLines", 1, 2,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(std::string path, c.interpreter.resolve_path(text_argument(c, 0)));
       HVSH_TRY(std::vector<Value> lines, read_lines(path));
       return Value::object(make<ArrayObject>(std::move(lines), &types::String));
     }},
    {"WriteAllText", 2, 3, [](const Call& c) { return write_all(c, false); }},
    {"WriteAllLines", 2, 3, [](const Call& c) { return write_all(c, false); }},
    {"AppendAllText", 2, 3, [](const Call& c) { return write_all(c, true); }},
    {"Delete", 1, 1,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(std::string path, c.interpreter.resolve_path(text_argument(c, 0)));
       if (::unlink(path.c_str()) != 0 && errno != ENOENT) return errno_error("delete file", path, errno);
       return Value::nothing();
     }},
};

constexpr MemberEntry kDirectory[] = {
    {"Exists", 1, 1, [](const Call& c) -> Result<Value> { return Value::boolean(is_kind(c, true)); }},
    {"GetCurrentDirectory", 0, 0,
     [](const Call& c) -> Result<Value> { return text(c.interpreter.location()); }},
};

// --------------------------------------------------------------------- System.Environment, System.Console

constexpr MemberEntry kEnvironment[] = {
    {"MachineName", 0, kProperty, [](const Call&) -> Result<Value> { return text(host_name()); }},
    {"UserName", 0, kProperty,
     [](const Call&) -> Result<Value> {
       const char* name = std::getenv("USER");
       return text(name != nullptr ? name : "root");
     }},
    {"NewLine", 0, kProperty, [](const Call&) -> Result<Value> { return text("\n"); }},
    {"ProcessorCount", 0, kProperty,
     [](const Call&) -> Result<Value> { return Value::integer(::sysconf(_SC_NPROCESSORS_ONLN)); }},
    {"CurrentDirectory", 0, kProperty,
     [](const Call& c) -> Result<Value> { return text(c.interpreter.location()); }},
    {"Is64BitOperatingSystem", 0, kProperty,
     [](const Call&) -> Result<Value> { return Value::boolean(true); }},
    {"TickCount", 0, kProperty,
     [](const Call&) -> Result<Value> {
       timespec now{};
       ::clock_gettime(CLOCK_MONOTONIC, &now);
       return Value::integer(static_cast<int32_t>(now.tv_sec * 1000 + now.tv_nsec / 1'000'000));
     }},
    {"GetEnvironmentVariable", 1, 2,
     [](const Call& c) -> Result<Value> {
       auto value = get_environment(text_argument(c, 0));
       return value ? text(*std::move(value)) : Value::null();
     }},
    {"SetEnvironmentVariable", 2, 3,
     [](const Call& c) -> Result<Value> {
       set_environment(text_argument(c, 0), text_argument(c, 1));
       return Value::nothing();
     }},
    {"GetFolderPath", 1, 1,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(std::string home, c.interpreter.resolve_path("~"));
       return text(std::move(home));
     }},
    {"Exit", 1, 1,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(int64_t code, int_argument(c, 0));
       c.interpreter.pending() = {.kind = Unwind::exit, .exit_code = static_cast<int>(code)};
       return Error{.id = "Exit", .message = "exit"};
     }},
};

constexpr MemberEntry kConsole[] = {
    {"WriteLine", 0, kAnyCount,
     [](const Call& c) -> Result<Value> {
       (void)c.interpreter.host().write_text(c.count() == 0 ? "" : text_argument(c, 0), true);
       return Value::nothing();
     }},
    {"Write", 1, kAnyCount,
     [](const Call& c) -> Result<Value> {
       (void)c.interpreter.host().write_text(text_argument(c, 0), false);
       return Value::nothing();
     }},
    {"ReadLine", 0, 0,
     [](const Call& c) -> Result<Value> {
       auto line = c.interpreter.host().read_line("");
       return line ? text(std::move(*line)) : Value::null();
     }},
};

constexpr MemberFamily kFamilies[] = {
    {&types::Guid, true, kGuidStatics},
    {&types::Guid, false, kGuid},
    {&types::Version, true, kVersionStatics},
    {&types::Path, true, kPath},
    {&types::File, true, kFile},
    {&types::Directory, true, kDirectory},
    {&types::Environment, true, kEnvironment},
    {&types::Console, true, kConsole},
};

}  // namespace

std::span<const MemberFamily> system_members() { return kFamilies; }

}  // namespace hvsh::shell
