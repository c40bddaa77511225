// System.IO.File, Directory and DriveInfo.
#include "shell/dotnet/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/wildcard.h"
#include "shell/dotnet/construct.h"
#include "shell/dotnet/encoding.h"
#include "shell/dotnet/groups.h"
#include "shell/dotnet/streams.h"
#include "shell/eval/interpreter.h"

namespace hvsh::shell::dotnet {

void OpenFile::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Result<std::string> path_argument(const Call& call, size_t index) {
  const std::string given = call.text(index);
  if (given.empty())
    return thrown("ArgumentException", "The value cannot be an empty string. (Parameter 'path')");
  auto path = call.shell().resolve_path(given);
  if (path) return path;
  return thrown("System.IO.DirectoryNotFoundException",
                fmt::format("Could not find a part of the path '{}'.", given));
}

namespace {

struct stat status_of(const std::string& path, bool& there) {
  struct stat status {};
  there = ::stat(path.c_str(), &status) == 0;
  return status;
}

// A missing folder is told from a missing file.
Error open_error(const std::string& path, int code) {
  const std::string folder = path.substr(0, std::max<size_t>(path.rfind('/'), 1));
  if (code == ENOENT && !is_folder(folder)) return io_error(path, ENOTDIR);
  return io_error(path, code);
}

}  // namespace

bool is_file(const std::string& path) {
  bool there = false;
  const auto status = status_of(path, there);
  return there && !S_ISDIR(status.st_mode);
}
bool is_folder(const std::string& path) {
  bool there = false;
  const auto status = status_of(path, there);
  return there && S_ISDIR(status.st_mode);
}

Result<std::string> read_bytes(const std::string& path) {
  OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd() < 0) return open_error(path, errno);
  if (is_folder(path)) return io_error(path, EISDIR);
  std::string bytes;
  char buffer[65'536];
  for (;;) {
    const ssize_t count = ::read(file.fd(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_error(path, errno);
    if (count == 0) return bytes;
    bytes.append(buffer, static_cast<size_t>(count));
  }
}

Result<void> write_bytes(const std::string& path, std::string_view bytes, bool append) {
  const int mode = O_WRONLY | O_CREAT | O_CLOEXEC | (append ? O_APPEND : O_TRUNC);
  OpenFile file(::open(path.c_str(), mode, 0666));
  if (file.fd() < 0) return open_error(path, errno);
  while (!bytes.empty()) {
    const ssize_t count = ::write(file.fd(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_error(path, errno);
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return {};
}

Result<void> copy_bytes(const std::string& from, const std::string& to, bool overwrite) {
  if (!overwrite && is_file(to)) {
    return thrown("System.IO.IOException", fmt::format("The file '{}' already exists.", to));
  }
  HVSH_TRY(const std::string bytes, read_bytes(from));
  return write_bytes(to, bytes, false);
}

Result<void> make_folders(const std::string& path) {
  for (size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    const std::string part = path.substr(0, slash);
    if (::mkdir(part.c_str(), 0777) != 0 && (errno != EEXIST || !is_folder(part)))
      return io_error(part, errno);
    if (slash == std::string::npos) return {};
  }
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = text.find_first_of("\r\n");
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + (text.substr(end, 2) == "\r\n" ? 2 : 1));
  }
  return lines;
}

namespace {

constexpr TypeInfo kFileInfo{"System.IO.File", "File"};
constexpr TypeInfo kDirectoryInfo{"System.IO.Directory", "Directory"};
constexpr TypeInfo kDriveInfo{"System.IO.DriveInfo", "DriveInfo"};

TextEncoding encoding_argument(const Call& call, size_t index) {
  return call.given(index) ? encoding_of(call.at(index)) : TextEncoding{};
}

Result<std::string> read_text(const Call& call) {
  HVSH_TRY(const std::string path, path_argument(call, 0));
  HVSH_TRY(const std::string bytes, read_bytes(path));
  return decode_file(bytes, encoding_argument(call, 1));
}

Result<Value> read_lines_of(const Call& call) {
  HVSH_TRY(const std::string all, read_text(call));
  return text_array(lines_of(all));
}

Result<Value> write_text(const Call& call, std::string_view content, bool append) {
  HVSH_TRY(const std::string path, path_argument(call, 0));
  const TextEncoding encoding = encoding_argument(call, 2);
  std::string bytes;
  if (!append || !is_file(path)) bytes = byte_order_mark(encoding);
  HVSH_CHECK(write_bytes(path, bytes + encode(content, encoding.charset), append));
  return Value::nothing();
}

Result<Value> write_lines(const Call& call, bool append) {
  std::string all;
  for (const Value& line : to_items(call.at(1))) all += to_string(line) + "\n";
  return write_text(call, all, append);
}

Result<Value> remove_file(const Call& call) {
  HVSH_TRY(const std::string path, path_argument(call, 0));
  if (is_folder(path)) return io_error(path, EISDIR);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return io_error(path, errno);
  return Value::nothing();
}

Result<Value> move_file(const Call& call) {
  HVSH_TRY(const std::string from, path_argument(call, 0));
  HVSH_TRY(const std::string to, path_argument(call, 1));
  if (!is_file(from)) return io_error(from, ENOENT);
  if (is_file(to) && !(call.count() == 3 && call.flag(2))) {
    return thrown("System.IO.IOException", "Cannot create a file when that file already exists.");
  }
  if (::rename(from.c_str(), to.c_str()) == 0) return Value::nothing();
  if (errno != EXDEV) return open_error(to, errno);
  HVSH_CHECK(copy_bytes(from, to, true));
  if (::unlink(from.c_str()) != 0) return io_error(from, errno);
  return Value::nothing();
}

enum class Time : uint8_t { written, read, made };

template <Time kTime, bool kUtc>
Result<Value> get_time(const Call& call) {
  HVSH_TRY(const std::string path, path_argument(call, 0));
  bool there = false;
  const auto status = status_of(path, there);
  // .NET's answer for what is not there.
  if (!there)
    return Value::date_time({504'911'232'000'000'000, kUtc ? DateTime::Kind::utc : DateTime::Kind::local});
  const timespec& time = kTime == Time::read   ? status.st_atim
                         : kTime == Time::made ? status.st_ctim
                                               : status.st_mtim;
  const DateTime utc = DateTime::from_unix(time.tv_sec, time.tv_nsec);
  return Value::date_time(kUtc ? utc : utc.to_local());
}

template <Time kTime>
Result<Value> set_time(const Call& call) {
  HVSH_TRY(const std::string path, path_argument(call, 0));
  const DateTime time = call.at(1).as_date_time();
  timespec wanted{.tv_sec = time.to_unix_seconds(), .tv_nsec = time.ticks % kTicksPerSecond * 100};
  timespec times[2] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT}, {.tv_sec = 0, .tv_nsec = UTIME_OMIT}};
  times[kTime == Time::read ? 0 : 1] = wanted;
  if (::utimensat(AT_FDCWD, path.c_str(), times, 0) != 0) return io_error(path, errno);
  return Value::nothing();
}

template <class Make>
Result<Value> open_file(const Call& call, int flags, Make make_object) {
  HVSH_TRY(const std::string path, path_argument(call, 0));
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
  if (fd < 0) return open_error(path, errno);
  return make_object(fd, path);
}

constexpr Member kFile[] = {
    {"static bool Exists(string path)",
     [](const Call& c) -> Result<Value> {
       auto path = path_argument(c, 0);
       return truth(path && is_file(*path));
     }},
    {"static string ReadAllText(string path)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(std::string all, read_text(c));
       return text(std::move(all));
     }},
    {"static string ReadAllText(string path, Encoding encoding)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(std::string all, read_text(c));
       return text(std::move(all));
     }},
    {"static string[] ReadAllLines(string path)", read_lines_of},
    {"static string[] ReadAllLines(string path, Encoding encoding)", read_lines_of},
    {"static string[] ReadLines(string path)", read_lines_of},
    {"static string[] ReadLines(string path, Encoding encoding)", read_lines_of},
    {"static byte[] ReadAllBytes(string path)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const std::string path, path_argument(c, 0));
       HVSH_TRY(const std::string bytes, read_bytes(path));
       return byte_array(bytes);
     }},
    {"static void WriteAllText(string path, string contents)",
     [](const Call& c) { return write_text(c, c.text(1), false); }},
    {"static void WriteAllText(string path, string contents, Encoding encoding)",
     [](const Call& c) { return write_text(c, c.text(1), false); }},
    {"static void WriteAllLines(string path, string[] contents)",
     [](const Call& c) { return write_lines(c, false); }},
    {"static void WriteAllLines(string path, string[] contents, Encoding encoding)",
     [](const Call& c) { return write_lines(c, false); }},
    {"static void WriteAllBytes(string path, byte[] bytes)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const std::string path, path_argument(c, 0));
       HVSH_TRY(const std::string bytes, bytes_of(c.at(1)));
       HVSH_CHECK(write_bytes(path, bytes, false));
       return Value::nothing();
     }},
    {"static void AppendAllText(string path, string contents)",
     [](const Call& c) { return write_text(c, c.text(1), true); }},
    {"static void AppendAllText(string path, string contents, Encoding encoding)",
     [](const Call& c) { return write_text(c, c.text(1), true); }},
    {"static void AppendAllLines(string path, string[] contents)",
     [](const Call& c) { return write_lines(c, true); }},
    {"static void AppendAllLines(string path, string[] contents, Encoding encoding)",
     [](const Call& c) { return write_lines(c, true); }},
    {"static void Delete(string path)", remove_file},
    {"static void Copy(string sourceFileName, string destFileName)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const std::string from, path_argument(c, 0));
       HVSH_TRY(const std::string to, path_argument(c, 1));
       HVSH_CHECK(copy_bytes(from, to, false));
       return Value::nothing();
     }},
    {"static void Copy(string sourceFileName, string destFileName, bool overwrite)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const std::string from, path_argument(c, 0));
       HVSH_TRY(const std::string to, path_argument(c, 1));
       HVSH_CHECK(copy_bytes(from, to, c.flag(2)));
       return Value::nothing();
     }},
    {"static void Move(string sourceFileName, string destFileName)", move_file},
    {"static void Move(string sourceFileName, string destFileName, bool overwrite)", move_file},
    {"static datetime GetLastWriteTime(string path)", get_time<Time::written, false>},
    {"static datetime GetLastWriteTimeUtc(string path)", get_time<Time::written, true>},
    {"static datetime GetLastAccessTime(string path)", get_time<Time::read, false>},
    {"static datetime GetCreationTime(string path)", get_time<Time::made, false>},
    {"static datetime GetCreationTimeUtc(string path)", get_time<Time::made, true>},
    {"static void SetLastWriteTime(string path, datetime lastWriteTime)", set_time<Time::written>},
    {"static void SetLastAccessTime(string path, datetime lastAccessTime)", set_time<Time::read>},
    {"static FileAttributes GetAttributes(string path)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const std::string path, path_argument(c, 0));
       if (::access(path.c_str(), F_OK) != 0) return io_error(path, errno);
       int32_t bits = is_folder(path) ? 16 : 0;
       if (::access(path.c_str(), W_OK) != 0) bits |= 1;
       if (path[path.rfind('/') + 1] == '.') bits |= 2;
       return convert_to(number(bits == 0 ? 128 : bits), *c.shell().types().find("System.IO.FileAttributes"));
     }},
    {"static FileStream Create(string path)",
     [](const Call& c) { return open_file(c, O_RDWR | O_CREAT | O_TRUNC, file_stream); }},
    {"static FileStream OpenRead(string path)",
     [](const Call& c) { return open_file(c, O_RDONLY, file_stream); }},
    {"static FileStream OpenWrite(string path)",
     [](const Call& c) { return open_file(c, O_WRONLY | O_CREAT, file_stream); }},
    {"static FileStream Open(string path, FileMode mode)",
     [](const Call& c) { return open_file(c, open_flags(c.at(1), Value::null()), file_stream); }},
    {"static FileStream Open(string path, FileMode mode, FileAccess access)",
     [](const Call& c) { return open_file(c, open_flags(c.at(1), c.at(2)), file_stream); }},
    {"static FileStream Open(string path, FileMode mode, FileAccess access, FileShare share)",
     [](const Call& c) { return open_file(c, open_flags(c.at(1), c.at(2)), file_stream); }},
    {"static StreamReader OpenText(string path)",
     [](const Call& c) { return open_file(c, O_RDONLY, text_reader); }},
    {"static StreamWriter CreateText(string path)",
     [](const Call& c) { return open_file(c, O_WRONLY | O_CREAT | O_TRUNC, text_writer); }},
    {"static StreamWriter AppendText(string path)",
     [](const Call& c) { return open_file(c, O_WRONLY | O_CREAT | O_APPEND, text_writer); }},
};

// ------------------------------------------------------------------------------------------- Directory

enum class Entries : uint8_t { files = 1, folders = 2, both = 3 };

void collect(const std::string& folder, const Wildcard& pattern, Entries kind, bool deep,
             std::vector<std::string>& out) {
  DIR* handle = ::opendir(folder.c_str());
  if (handle == nullptr) return;
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(handle)) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  ::closedir(handle);
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    const std::string path = (folder == "/" ? "" : folder) + "/" + name;
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) continue;
    const bool real_folder = S_ISDIR(status.st_mode);
    const Entries own = is_folder(path) ? Entries::folders : Entries::files;
    if ((static_cast<int>(own) & static_cast<int>(kind)) != 0 && pattern.matches(name)) out.push_back(path);
    if (deep && real_folder) collect(path, pattern, kind, deep, out);
  }
}

template <Entries kKind>
Result<Value> list_entries(const Call& call) {
  HVSH_TRY(const std::string folder, path_argument(call, 0));
  if (!is_folder(folder)) return io_error(folder, ENOTDIR);
  const std::string pattern = call.count() > 1 ? call.text(1) : "*";
  const bool deep = call.count() > 2 && call.at(2).enum_number() == 1;
  std::vector<std::string> found;
  collect(folder, Wildcard(pattern == "*.*" ? "*" : pattern), kKind, deep, found);
  return text_array(std::move(found));
}

Result<void> remove_tree(const std::string& path) {
  DIR* handle = ::opendir(path.c_str());
  if (handle == nullptr) return io_error(path, errno);
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(handle)) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  ::closedir(handle);
  for (const std::string& name : names) {
    const std::string inner = path + "/" + name;
    struct stat status {};
    if (::lstat(inner.c_str(), &status) != 0) continue;
    if (S_ISDIR(status.st_mode)) {
      HVSH_CHECK(remove_tree(inner));
    } else if (::unlink(inner.c_str()) != 0) {
      return io_error(inner, errno);
    }
  }
  if (::rmdir(path.c_str()) != 0) return io_error(path, errno);
  return {};
}

Result<Value> remove_folder(const Call& call) {
  HVSH_TRY(const std::string path, path_argument(call, 0));
  if (!is_folder(path)) return io_error(path, ENOTDIR);
  if (call.count() == 2 && call.flag(1)) {
    HVSH_CHECK(remove_tree(path));
  } else if (::rmdir(path.c_str()) != 0) {
    return io_error(path, errno);
  }
  return Value::nothing();
}

Result<Value> create_folder(const Call& call) {
  HVSH_TRY(const std::string path, path_argument(call, 0));
  HVSH_CHECK(make_folders(path));
  const TypeRef* type = call.shell().types().find("System.IO.DirectoryInfo");
  if (type == nullptr) return Value::string(path);
  const Value argument = Value::string(path);
  return construct(call.shell(), *type, {&argument, 1});
}

constexpr Member kDirectory[] = {
    {"static bool Exists(string path)",
     [](const Call& c) -> Result<Value> {
       auto path = path_argument(c, 0);
       return truth(path && is_folder(*path));
     }},
    {"static object CreateDirectory(string path)", create_folder},
    {"static void Delete(string path)", remove_folder},
    {"static void Delete(string path, bool recursive)", remove_folder},
    {"static void Move(string sourceDirName, string destDirName)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const std::string from, path_argument(c, 0));
       HVSH_TRY(const std::string to, path_argument(c, 1));
       if (::rename(from.c_str(), to.c_str()) != 0) return io_error(from, errno == ENOENT ? ENOTDIR : errno);
       return Value::nothing();
     }},
    {"static string GetCurrentDirectory()",
     [](const Call& c) -> Result<Value> { return text(c.shell().location()); }},
    {"static void SetCurrentDirectory(string path)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const std::string path, path_argument(c, 0));
       if (!is_folder(path)) return io_error(path, ENOTDIR);
       HVSH_CHECK(c.shell().set_location(path));
       return Value::nothing();
     }},
    {"static string GetDirectoryRoot(string path)", [](const Call&) -> Result<Value> { return text("/"); }},
    {"static object GetParent(string path)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const std::string path, path_argument(c, 0));
       if (path == "/") return Value::null();
       const Value parent = text(path.substr(0, std::max<size_t>(path.rfind('/'), 1)));
       const TypeRef* type = c.shell().types().find("System.IO.DirectoryInfo");
       return type == nullptr ? Result<Value>(parent) : construct(c.shell(), *type, {&parent, 1});
     }},
    {"static string[] GetFiles(string path)", list_entries<Entries::files>},
    {"static string[] GetFiles(string path, string searchPattern)", list_entries<Entries::files>},
    {"static string[] GetFiles(string path, string searchPattern, SearchOption searchOption)",
     list_entries<Entries::files>},
    {"static string[] EnumerateFiles(string path)", list_entries<Entries::files>},
    {"static string[] EnumerateFiles(string path, string searchPattern)", list_entries<Entries::files>},
    {"static string[] EnumerateFiles(string path, string searchPattern, SearchOption searchOption)",
     list_entries<Entries::files>},
    {"static string[] GetDirectories(string path)", list_entries<Entries::folders>},
    {"static string[] GetDirectories(string path, string searchPattern)", list_entries<Entries::folders>},
    {"static string[] GetDirectories(string path, string searchPattern, SearchOption searchOption)",
     list_entries<Entries::folders>},
    {"static string[] GetFileSystemEntries(string path)", list_entries<Entries::both>},
    {"static string[] GetFileSystemEntries(string path, string searchPattern)", list_entries<Entries::both>},
    {"static datetime GetLastWriteTime(string path)", get_time<Time::written, false>},
    {"static datetime GetCreationTime(string path)", get_time<Time::made, false>},
    {"static string[] GetLogicalDrives()", [](const Call&) -> Result<Value> { return text_array({"/"}); }},
};

// ------------------------------------------------------------------------------------------- DriveInfo

struct Drive {
  std::string path;
};
Result<Value> drive_size(const Call& call, uint64_t (*read)(const struct statvfs&)) {
  struct statvfs status {};
  const std::string& path = state_of<Drive>(call.self).path;
  if (::statvfs(path.c_str(), &status) != 0) return io_error(path, errno);
  return long_number(static_cast<int64_t>(read(status)));
}

Result<Value> make_drive(const Call& call) {
  std::string name = call.text(0);
  if (name.size() == 1 && name[0] != '/') name += ':';
  auto path = call.shell().resolve_path(name);
  if (!path)
    return thrown("System.IO.DriveNotFoundException", fmt::format("Could not find the drive '{}'.", name));
  return instance(kDriveInfo, Drive{path.take()});
}

constexpr Member kDrive[] = {
    {"new(string driveName)", make_drive},
    {"static DriveInfo[] GetDrives()",
     [](const Call&) -> Result<Value> {
       return typed_array({instance(kDriveInfo, Drive{"/"})}, kDriveInfo);
     }},
    {"string Name", [](const Call& c) -> Result<Value> { return text(state_of<Drive>(c.self).path); }},
    {"bool IsReady",
     [](const Call& c) -> Result<Value> { return truth(is_folder(state_of<Drive>(c.self).path)); }},
    {"long AvailableFreeSpace",
     [](const Call& c) {
       return drive_size(c, [](const struct statvfs& s) { return uint64_t{s.f_bavail} * s.f_frsize; });
     }},
    {"long TotalFreeSpace",
     [](const Call& c) {
       return drive_size(c, [](const struct statvfs& s) { return uint64_t{s.f_bfree} * s.f_frsize; });
     }},
    {"long TotalSize",
     [](const Call& c) {
       return drive_size(c, [](const struct statvfs& s) { return uint64_t{s.f_blocks} * s.f_frsize; });
     }},
    {"string ToString()", [](const Call& c) -> Result<Value> { return text(state_of<Drive>(c.self).path); }},
};

constexpr Type kTypes[] = {
    {.info = &kFileInfo, .members = kFile},
    {.info = &kDirectoryInfo, .members = kDirectory},
    {.info = &kDriveInfo, .members = kDrive},
};

}  // namespace

std::span<const Type> file_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
