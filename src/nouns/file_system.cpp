#include "nouns/file_system.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <unordered_map>

#include "core/convert.h"
#include "core/text.h"

namespace hvsh::nouns {

namespace {

DateTime time_of(const statx_timestamp& time) {
  return DateTime::from_unix(time.tv_sec, time.tv_nsec).to_local();
}

// Names of users and groups; a listing asks for the same few again and again.
template <class Lookup>
std::string name_of(uint32_t id, Lookup lookup) {
  static thread_local std::unordered_map<uint32_t, std::string> known;
  const auto [place, is_new] = known.try_emplace(id);
  if (is_new) place->second = lookup(id);
  return place->second;
}

}  // namespace

std::string FileSystemItem::name() const {
  const size_t at = path.rfind('/');
  return path.size() == 1 ? path : path.substr(at + 1);
}

std::string FileSystemItem::parent() const {
  const size_t at = path.rfind('/');
  if (path.size() == 1) return "";
  return at == 0 ? "/" : path.substr(0, at);
}

std::string FileSystemItem::extension() const {
  const std::string own = name();
  const size_t dot = own.rfind('.');
  return dot == std::string::npos || dot + 1 == own.size() ? "" : own.substr(dot);
}

std::string FileSystemItem::base_name() const {
  const std::string own = name();
  return is_container() ? own : own.substr(0, own.size() - extension().size());
}

std::string FileSystemItem::mode() const {
  std::string text = is_link ? "l----" : is_container() ? "d----" : "-a---";
  if ((mode_bits & 0222) == 0) text[2] = 'r';
  if (name()[0] == '.') text[3] = 'h';
  return text;
}

std::string FileSystemItem::unix_mode() const {
  static constexpr std::pair<mode_t, char> kTypes[] = {{S_IFDIR, 'd'}, {S_IFLNK, 'l'}, {S_IFCHR, 'c'},
                                                       {S_IFBLK, 'b'}, {S_IFIFO, 'p'}, {S_IFSOCK, 's'}};
  std::string text = "-rwxrwxrwx";
  for (const auto& [type, letter] : kTypes) {
    if ((mode_bits & S_IFMT) == type) text[0] = letter;
  }
  if (is_link) text[0] = 'l';
  for (size_t i = 1; i < text.size(); ++i) {
    if ((mode_bits & (0400u >> (i - 1))) == 0) text[i] = '-';
  }
  const auto special = [&](uint32_t bit, size_t at, char with, char without) {
    if ((mode_bits & bit) != 0) text[at] = text[at] == 'x' ? with : without;
  };
  special(S_ISUID, 3, 's', 'S');
  special(S_ISGID, 6, 's', 'S');
  special(S_ISVTX, 9, 't', 'T');
  return text;
}

std::string FileSystemItem::user() const {
  return name_of(user_id, [](uint32_t id) {
    passwd entry{}, *found = nullptr;
    char text[4096];
    (void)::getpwuid_r(id, &entry, text, sizeof text, &found);
    return found != nullptr ? std::string(found->pw_name) : std::to_string(id);
  });
}

std::string FileSystemItem::group() const {
  return name_of(group_id, [](uint32_t id) {
    struct group entry {
    }, *found = nullptr;
    char text[65536];  // the members are in it
    (void)::getgrgid_r(id, &entry, text, sizeof text, &found);
    return found != nullptr ? std::string(found->gr_name) : std::to_string(id);
  });
}

std::string FileSystemItem::attributes() const {
  std::string text;
  const auto add = [&text](bool has, std::string_view word) {
    if (!has) return;
    if (!text.empty()) text += ", ";
    text += word;
  };
  add((mode_bits & 0222) == 0, "ReadOnly");
  add(name()[0] == '.', "Hidden");
  add(is_container(), "Directory");
  add(is_link, "ReparsePoint");
  return text.empty() ? "Normal" : text;
}

std::string FileSystemItem::last_write_time_string() const {
  const CivilTime c = written.civil();
  return fmt::format("{}/{}/{} {:02}:{:02}", c.month, c.day, c.year, c.hour, c.minute);
}

std::optional<std::string> FileSystemItem::link_type() const {
  return is_link ? std::optional<std::string>("SymbolicLink") : std::nullopt;
}
std::optional<std::string> FileSystemItem::link_target() const {
  return is_link ? std::optional<std::string>(link_target_text) : std::nullopt;
}

Result<Value> read_item(const std::string& path) {
  struct statx info {};
  if (::statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, &info) != 0) {
    return errno_error("read", path, errno);
  }
  FileSystemItem item;
  item.path = path;
  item.is_link = S_ISLNK(info.stx_mode);
  if (item.is_link) {
    char target[PATH_MAX];
    const ssize_t length = ::readlink(path.c_str(), target, sizeof target);
    if (length > 0) item.link_target_text.assign(target, static_cast<size_t>(length));
    // A link to a folder is a folder, a link to nothing is a file.
    struct statx behind {};
    if (::statx(AT_FDCWD, path.c_str(), 0, STATX_BASIC_STATS | STATX_BTIME, &behind) == 0) info = behind;
  }
  item.mode_bits = info.stx_mode;
  item.size = static_cast<int64_t>(info.stx_size);
  item.user_id = info.stx_uid;
  item.group_id = info.stx_gid;
  item.accessed = time_of(info.stx_atime);
  item.written = time_of(info.stx_mtime);
  // Not every file system remembers when a file was made.
  item.created = (info.stx_mask & STATX_BTIME) != 0 ? time_of(info.stx_btime) : item.written;
  if (S_ISDIR(info.stx_mode)) return noun_value(DirectoryInfo{std::move(item)});
  return noun_value(FileInfo{std::move(item)});
}

namespace {

Result<void> set_read_only(const std::string& path, bool read_only) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return errno_error("read", path, errno);
  const mode_t mode = read_only ? info.st_mode & ~0222u : info.st_mode | S_IWUSR;
  if (::chmod(path.c_str(), mode & 07777) != 0) return errno_error("change", path, errno);
  return {};
}

Result<void> set_time(const std::string& path, DateTime time, bool written) {
  const DateTime utc = time.to_utc();
  const timespec set{utc.to_unix_seconds(), utc.ticks % kTicksPerSecond * 100};
  const timespec keep{0, UTIME_OMIT};
  const timespec times[2] = {written ? keep : set, written ? set : keep};
  if (::utimensat(AT_FDCWD, path.c_str(), times, 0) != 0) return errno_error("change", path, errno);
  return {};
}

Result<void> set_attributes(const std::string& path, const Value& value) {
  const std::string text = to_string(value);
  bool read_only = false;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find_first_of(", ", begin), text.size());
    const std::string_view name = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    if (equal_ascii(name, "ReadOnly")) {
      read_only = true;
    } else if (!name.empty() && !equal_ascii(name, "Normal") && !equal_ascii(name, "Archive") &&
               !equal_ascii(name, "Directory") && !equal_ascii(name, "NotContentIndexed")) {
      return Error{
          .id = "NotSupported",
          .category = ErrorCategory::NotImplemented,
          .message = fmt::format("Cannot set attribute {} of '{}': Linux has no such attribute.", name, path),
          .hint = "Only ReadOnly can be set. A name that begins with a point makes a file hidden."};
    }
  }
  return set_read_only(path, read_only);
}

}  // namespace

Result<void> set_item_property(const std::string& path, std::string_view name, const Value& value) {
  const auto is = [name](std::string_view known) { return equal_ascii(name, known); };
  if (is("IsReadOnly")) return set_read_only(path, to_bool(value));
  if (is("Attributes")) return set_attributes(path, value);
  if (is("LastWriteTime") || is("LastAccessTime") || is("LastWriteTimeUtc") || is("LastAccessTimeUtc")) {
    HVSH_TRY(DateTime time, to_date_time(value));
    if (name.size() > 3 && equal_ascii(name.substr(name.size() - 3), "Utc")) time.kind = DateTime::Kind::utc;
    if (time.kind == DateTime::Kind::unspecified) time.kind = DateTime::Kind::local;
    return set_time(path, time, name.size() > 5 && equal_ascii(name.substr(0, 9), "LastWrite"));
  }
  const bool creation = is("CreationTime") || is("CreationTimeUtc");
  return Error{
      .id = creation ? "NotSupported" : "PropertyNotFound",
      .category = creation ? ErrorCategory::NotImplemented : ErrorCategory::InvalidOperation,
      .message = creation
                     ? fmt::format("Cannot set {} of '{}': Linux keeps it by itself.", name, path)
                     : fmt::format("The property {} of '{}' cannot be set, or does not exist.", name, path),
      .hint = "What can be set: IsReadOnly, Attributes, LastWriteTime, LastAccessTime.",
      .target = path};
}

const FileSystemItem* item_cast(const Value& value) {
  if (const auto* file = noun_cast<FileInfo>(value)) return file;
  return noun_cast<DirectoryInfo>(value);
}

}  // namespace hvsh::nouns
