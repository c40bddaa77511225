// System.IO.Path. Both separators are understood; what is made has '/'.
#include <algorithm>

#include "shell/dotnet/file.h"
#include "shell/dotnet/groups.h"
#include "shell/eval/environment.h"
#include "shell/eval/interpreter.h"

namespace hvsh::shell::dotnet {

namespace {

constexpr TypeInfo kPathInfo{"System.IO.Path", "Path"};

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

bool is_rooted(std::string_view path) {
  return path.starts_with('/') || path.starts_with('\\') || (path.size() > 1 && path[1] == ':');
}

// `joins`: a rooted part does not start anew.
Result<Value> combine(const Call& call, bool joins) {
  std::string path;
  for (size_t i = 0; i < call.count(); ++i) {
    for (const Value& item : to_items(call.at(i))) {
      if (item.is_null()) return thrown("ArgumentNullException", "Value cannot be null. (Parameter 'path')");
      const std::string part = to_string(item);
      if (part.empty()) continue;
      if (path.empty() || (!joins && is_rooted(part))) {
        path = part;
        continue;
      }
      const bool separated = path.back() == '/' || path.back() == '\\' || part[0] == '/';
      path += (separated ? "" : "/") + part;
    }
  }
  return text(std::move(path));
}

Result<Value> folder(const Call& call) {
  const std::string path = call.text(0);
  const size_t slash = last_separator(path);
  if (path.empty() || path == "/") return Value::null();
  return text(slash == std::string::npos ? "" : slash == 0 ? "/" : path.substr(0, slash));
}

Result<Value> change_extension(const Call& call) {
  std::string path = call.text(0);
  const std::string wanted = call.text(1);
  path.resize(path.size() - extension(path).size());
  if (path.ends_with('.')) path.pop_back();
  if (!call.given(1)) return text(std::move(path));
  return text(path + (wanted.starts_with('.') ? "" : ".") + wanted);
}

std::string temporary_folder() {
  const std::string path = get_environment("TMPDIR").value_or("/tmp");
  return path.ends_with('/') ? path : path + "/";
}

std::string random_name() {
  std::string digits = Guid::random().to_string();
  std::erase(digits, '-');
  return digits.substr(0, 8) + "." + digits.substr(8, 3);
}

Result<Value> temporary_file(const Call&) {
  std::string digits = Guid::random().to_string();
  std::erase(digits, '-');
  std::string path = temporary_folder() + "tmp" + digits.substr(0, 6) + ".tmp";
  HVSH_CHECK(write_bytes(path, "", false));
  return text(std::move(path));
}

// From one folder to a path, both absolute and without "..".
std::string relative(const std::string& from, const std::string& to) {
  size_t same = 0;
  const std::string base = from == "/" ? from : from + "/", target = to + "/";
  for (size_t i = 0; i < base.size() && i < target.size() && base[i] == target[i]; ++i) {
    if (base[i] == '/') same = i + 1;
  }
  std::string made;
  const std::string_view rest = std::string_view(base).substr(same);
  for (auto up = std::count(rest.begin(), rest.end(), '/'); up > 0; --up) made += "../";
  made += std::string_view(target).substr(same);
  if (made.ends_with('/')) made.pop_back();
  return made.empty() ? "." : made;
}

Result<Value> characters(std::u16string_view units) {
  std::vector<Value> items;
  for (const char16_t unit : units) items.push_back(Value::character(unit));
  return typed_array(std::move(items), types::Char);
}

constexpr Member kPath[] = {
    {"static string Combine(string path1, string path2)", [](const Call& c) { return combine(c, false); }},
    {"static string Combine(string path1, string path2, string path3)",
     [](const Call& c) { return combine(c, false); }},
    {"static string Combine(params string[] paths)", [](const Call& c) { return combine(c, false); }},
    {"static string Join(params string[] paths)", [](const Call& c) { return combine(c, true); }},
    {"static string GetFileName(string path)",
     [](const Call& c) -> Result<Value> { return text(file_name(c.text(0))); }},
    {"static string GetExtension(string path)",
     [](const Call& c) -> Result<Value> { return text(extension(c.text(0))); }},
    {"static string GetFileNameWithoutExtension(string path)",
     [](const Call& c) -> Result<Value> {
       const std::string name = file_name(c.text(0));
       return text(name.substr(0, std::min(name.rfind('.'), name.size())));
     }},
    {"static string GetDirectoryName(string path)", folder},
    {"static string GetFullPath(string path)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(std::string path, path_argument(c, 0));
       return text(std::move(path));
     }},
    {"static string GetPathRoot(string path)",
     [](const Call& c) -> Result<Value> { return text(is_rooted(c.text(0)) ? "/" : ""); }},
    {"static string GetRelativePath(string relativeTo, string path)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const std::string from, path_argument(c, 0));
       HVSH_TRY(const std::string to, path_argument(c, 1));
       return text(relative(from, to));
     }},
    {"static bool IsPathRooted(string path)",
     [](const Call& c) -> Result<Value> { return truth(is_rooted(c.text(0))); }},
    {"static bool IsPathFullyQualified(string path)",
     [](const Call& c) -> Result<Value> { return truth(is_rooted(c.text(0))); }},
    {"static bool HasExtension(string path)",
     [](const Call& c) -> Result<Value> { return truth(!extension(c.text(0)).empty()); }},
    {"static bool Exists(string path)",
     [](const Call& c) -> Result<Value> {
       auto path = path_argument(c, 0);
       return truth(path && (is_file(*path) || is_folder(*path)));
     }},
    {"static string ChangeExtension(string path, string extension)", change_extension},
    {"static bool EndsInDirectorySeparator(string path)",
     [](const Call& c) -> Result<Value> { return truth(c.text(0).ends_with('/')); }},
    {"static string TrimEndingDirectorySeparator(string path)",
     [](const Call& c) -> Result<Value> {
       std::string path = c.text(0);
       if (path.size() > 1 && path.ends_with('/')) path.pop_back();
       return text(std::move(path));
     }},
    {"static string GetTempPath()", [](const Call&) -> Result<Value> { return text(temporary_folder()); }},
    {"static string GetTempFileName()", temporary_file},
    {"static string GetRandomFileName()", [](const Call&) -> Result<Value> { return text(random_name()); }},
    {"static char[] GetInvalidFileNameChars()",
     [](const Call&) { return characters(std::u16string_view(u"\0/", 2)); }},
    {"static char[] GetInvalidPathChars()",
     [](const Call&) { return characters(std::u16string_view(u"\0", 1)); }},
    {"static char DirectorySeparatorChar",
     [](const Call&) -> Result<Value> { return Value::character('/'); }},
    {"static char AltDirectorySeparatorChar",
     [](const Call&) -> Result<Value> { return Value::character('/'); }},
    {"static char PathSeparator", [](const Call&) -> Result<Value> { return Value::character(':'); }},
    {"static char VolumeSeparatorChar", [](const Call&) -> Result<Value> { return Value::character('/'); }},
};

constexpr Type kTypes[] = {{.info = &kPathInfo, .members = kPath}};

}  // namespace

std::span<const Type> path_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
