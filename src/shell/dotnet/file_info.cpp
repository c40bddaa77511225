// Methods of FileInfo and DirectoryInfo. The objects themselves are nouns, which main knows; they are found
// by name.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "shell/dotnet/file.h"
#include "shell/dotnet/groups.h"
#include "shell/dotnet/streams.h"
#include "shell/eval/interpreter.h"
#include "shell/eval/members.h"

namespace hvsh::shell::dotnet {

namespace {

constexpr TypeInfo kFileInfo{"System.IO.FileInfo", "FileInfo"};
constexpr TypeInfo kFolderInfo{"System.IO.DirectoryInfo", "DirectoryInfo"};

std::string path_of(const Call& call) {
  auto path = get_property(call.self, "FullName");
  return path && *path ? to_string(**path) : std::string();
}

std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }
std::string folder_of_path(const std::string& path) {
  return path.substr(0, std::max<size_t>(path.rfind('/'), 1));
}

// What is not there yet has a name and no more.
Value missing_item(const std::string& path, bool folder) {
  auto record = make<RecordObject>();
  record->type_names = {std::string(folder ? kFolderInfo.name : kFileInfo.name), "System.IO.FileSystemInfo",
                        "System.MarshalByRefObject", "System.Object"};
  const std::string name = name_of(path);
  const size_t dot = name.rfind('.');
  record->set("FullName", text(path));
  record->set("Name", text(name));
  record->set("Extension", text(dot == std::string::npos ? "" : name.substr(dot)));
  record->set("BaseName", text(name.substr(0, dot)));
  record->set("DirectoryName", text(folder_of_path(path)));
  record->set("Exists", truth(false));
  return Value::object(record);
}

Result<Value> item(const Call& call, const std::string& path, bool folder) {
  const auto read = call.shell().types().catalog().read_item;
  const bool there = folder ? is_folder(path) : is_file(path);
  return read == nullptr || !there ? missing_item(path, folder) : read(path);
}

template <bool kFolder>
Result<Value> make_item(const Call& call) {
  HVSH_TRY(std::string path, path_argument(call, 0));
  if (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return item(call, path, kFolder);
}

// The static members of File and Directory do the work.
Result<Value> by_static(const Call& call, std::string_view type, std::string_view name,
                        std::vector<Value> arguments) {
  Value out;
  const TypeRef& target = *call.shell().types().find(type);
  if (!call_static(call.shell(), target, name, arguments, {}, out)) return stopped();
  return out;
}
Result<Value> on_file(const Call& call, std::string_view name, std::vector<Value> more = {}) {
  more.insert(more.begin(), text(path_of(call)));
  return by_static(call, "System.IO.File", name, std::move(more));
}
Result<Value> on_folder(const Call& call, std::string_view name, std::vector<Value> more = {}) {
  more.insert(more.begin(), text(path_of(call)));
  return by_static(call, "System.IO.Directory", name, std::move(more));
}

Result<Value> copy_to(const Call& call) {
  HVSH_TRY(const std::string target, path_argument(call, 0));
  HVSH_TRY(Value done, on_file(call, "Copy", {call.at(0), truth(call.count() == 2 && call.flag(1))}));
  (void)done;
  return item(call, target, false);
}

template <bool kFolders>
Result<Value> entries(const Call& call) {
  std::vector<Value> arguments(call.arguments.begin(), call.arguments.end());
  HVSH_TRY(Value paths, on_folder(call, kFolders ? "GetDirectories" : "GetFiles", std::move(arguments)));
  std::vector<Value> items;
  for (const Value& path : to_items(paths)) {
    HVSH_TRY(Value one, item(call, to_string(path), kFolders));
    items.push_back(std::move(one));
  }
  return Value::array(std::move(items));
}

constexpr Member kFile[] = {
    {"new(string fileName)", make_item<false>},
    {"void Delete()", [](const Call& c) { return on_file(c, "Delete"); }},
    {"FileInfo CopyTo(string destFileName)", copy_to},
    {"FileInfo CopyTo(string destFileName, bool overwrite)", copy_to},
    {"void MoveTo(string destFileName)", [](const Call& c) { return on_file(c, "Move", {c.at(0)}); }},
    {"void MoveTo(string destFileName, bool overwrite)",
     [](const Call& c) {
       return on_file(c, "Move", {c.at(0), c.at(1)});
     }},
    {"StreamReader OpenText()", [](const Call& c) { return on_file(c, "OpenText"); }},
    {"FileStream OpenRead()", [](const Call& c) { return on_file(c, "OpenRead"); }},
    {"FileStream OpenWrite()", [](const Call& c) { return on_file(c, "OpenWrite"); }},
    {"FileStream Create()", [](const Call& c) { return on_file(c, "Create"); }},
    {"StreamWriter CreateText()", [](const Call& c) { return on_file(c, "CreateText"); }},
    {"StreamWriter AppendText()", [](const Call& c) { return on_file(c, "AppendText"); }},
    {"void Refresh()", [](const Call&) -> Result<Value> { return Value::nothing(); }},
};
constexpr Member kFolder[] = {
    {"new(string path)", make_item<true>},
    {"void Create()",
     [](const Call& c) -> Result<Value> {
       HVSH_CHECK(make_folders(path_of(c)));
       return Value::nothing();
     }},
    {"DirectoryInfo CreateSubdirectory(string path)",
     [](const Call& c) -> Result<Value> {
       const std::string path = path_of(c) + "/" + c.text(0);
       HVSH_CHECK(make_folders(path));
       return item(c, path, true);
     }},
    {"void Delete()", [](const Call& c) { return on_folder(c, "Delete"); }},
    {"void Delete(bool recursive)", [](const Call& c) { return on_folder(c, "Delete", {c.at(0)}); }},
    {"void MoveTo(string destDirName)", [](const Call& c) { return on_folder(c, "Move", {c.at(0)}); }},
    {"FileInfo[] GetFiles()", entries<false>},
    {"FileInfo[] GetFiles(string searchPattern)", entries<false>},
    {"FileInfo[] GetFiles(string searchPattern, SearchOption searchOption)", entries<false>},
    {"FileInfo[] EnumerateFiles()", entries<false>},
    {"FileInfo[] EnumerateFiles(string searchPattern)", entries<false>},
    {"DirectoryInfo[] GetDirectories()", entries<true>},
    {"DirectoryInfo[] GetDirectories(string searchPattern)", entries<true>},
    {"DirectoryInfo[] GetDirectories(string searchPattern, SearchOption searchOption)", entries<true>},
    {"void Refresh()", [](const Call&) -> Result<Value> { return Value::nothing(); }},
};

constexpr Type kTypes[] = {
    {.info = &kFileInfo, .members = kFile, .is_noun = true},
    {.info = &kFolderInfo, .members = kFolder, .is_noun = true},
};

}  // namespace

std::span<const Type> file_info_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
