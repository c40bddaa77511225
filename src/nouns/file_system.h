#pragma once
// Files and folders as items: System.IO.FileInfo and System.IO.DirectoryInfo. A snapshot, taken when it was
// read.
#include <sys/stat.h>

#include <string>

#include "core/join.h"
#include "core/noun.h"

namespace hvsh::nouns {

// What both have. `path` is absolute.
struct FileSystemItem {
  std::string path;
  uint32_t mode_bits = 0;
  int64_t size = 0;
  uint32_t user_id = 0, group_id = 0;
  DateTime created, accessed, written;  // local
  bool is_link = false;
  std::string link_target_text;

  std::string name() const;
  std::string parent() const;  // the folder that it is in
  std::string full_name() const { return path; }
  std::string mode() const;       // d-r--, as Windows writes attributes
  std::string unix_mode() const;  // drwxr-xr-x
  std::string user() const;
  std::string group() const;
  std::string attributes() const;
  std::string extension() const;
  std::string base_name() const;
  std::string last_write_time_string() const;
  DateTime created_utc() const { return created.to_utc(); }
  DateTime accessed_utc() const { return accessed.to_utc(); }
  DateTime written_utc() const { return written.to_utc(); }
  bool exists() const { return true; }
  bool is_container() const { return S_ISDIR(mode_bits); }
  std::optional<std::string> link_type() const;
  std::optional<std::string> link_target() const;
  std::string display() const { return path; }

  static constexpr Column kTable[] = {
      {.property = "UnixMode", .width = 10},
      {.property = "User", .width = 10, .align = Align::right},
      {.property = "Group", .width = 10},
      {.property = "LastWriteTimeString", .label = "LastWriteTime", .width = 16, .align = Align::right},
      {.property = "Size", .width = 12, .align = Align::right},
      {.property = "Name"}};
};

template <class T>
consteval auto item_props_before() {
  return std::array{
      prop<&T::full_name>("PSPath", "Where it is."),
      prop<&T::parent>("PSParentPath", "The folder that it is in."),
      prop<&T::name>("PSChildName", "Its name in that folder."),
      prop<&T::is_container>("PSIsContainer", "Whether it is a folder."),
      prop<&T::mode>("Mode", "Its attributes in short."),
      prop<&T::base_name>("BaseName", "Its name without the extension."),
      prop<&T::link_type>("LinkType", "SymbolicLink where it is one."),
      prop<&T::link_target>("LinkTarget", "What the link points to."),
      alias_prop("Target", "LinkTarget"),
      prop<&T::unix_mode>("UnixMode", "Who may do what."),
      prop<&T::user>("User", "Its owner."),
      prop<&T::group>("Group", "Its group."),
      prop<&T::size>("Size", "Its size in bytes."),
      prop<&T::last_write_time_string>("LastWriteTimeString", "When it was last written, in short."),
  };
}
template <class T>
consteval auto item_props_after() {
  return std::array{
      prop<&T::full_name>("FullName", "Where it is."),
      prop<&T::extension>("Extension", "From the last point of its name on."),
      prop<&T::name>("Name", "Its name."),
      prop<&T::exists>("Exists", "Whether it was there."),
      prop<&T::created>("CreationTime", "When it was made."),
      prop<&T::created_utc>("CreationTimeUtc", "When it was made, in universal time."),
      prop<&T::accessed>("LastAccessTime", "When it was last read."),
      prop<&T::accessed_utc>("LastAccessTimeUtc", "When it was last read, in universal time."),
      prop<&T::written>("LastWriteTime", "When it was last written."),
      prop<&T::written_utc>("LastWriteTimeUtc", "When it was last written, in universal time."),
      prop<&T::attributes>("Attributes", "ReadOnly, Hidden, Directory ..."),
  };
}

struct FileInfo : FileSystemItem {
  std::string directory_name() const { return parent(); }
  bool is_read_only() const { return (mode_bits & 0222) == 0; }

  static constexpr auto kProps =
      join(item_props_before<FileInfo>(),
           std::array{
               prop<&FileInfo::size>("Length", "Its size in bytes."),
               prop<&FileInfo::directory_name>("DirectoryName", "The folder that it is in."),
               prop<&FileInfo::directory_name>("Directory", "The folder that it is in."),
               prop<&FileInfo::is_read_only>("IsReadOnly", "Whether nobody may write it."),
           },
           item_props_after<FileInfo>());
  static constexpr Noun noun{.type = {"System.IO.FileInfo", "FileInfo"},
                             .props = kProps,
                             .table = kTable,
                             .group_by = "PSParentPath",
                             .group_label = "Directory"};
};

struct DirectoryInfo : FileSystemItem {
  std::string root() const { return "/"; }

  static constexpr auto kProps = join(item_props_before<DirectoryInfo>(),
                                      std::array{
                                          prop<&DirectoryInfo::parent>("Parent", "The folder that it is in."),
                                          prop<&DirectoryInfo::root>("Root", "The root of the file system."),
                                      },
                                      item_props_after<DirectoryInfo>());
  static constexpr Noun noun{.type = {"System.IO.DirectoryInfo", "DirectoryInfo"},
                             .props = kProps,
                             .table = kTable,
                             .group_by = "PSParentPath",
                             .group_label = "Directory"};
};

// The item at an absolute path, a link as itself: a FileInfo or DirectoryInfo.
Result<Value> read_item(const std::string& path);
// Sets IsReadOnly, Attributes (ReadOnly or Normal), LastWriteTime, LastAccessTime or their Utc forms. Other
// properties are an error that says why: nobody can set them, or Linux keeps them by itself (CreationTime).
Result<void> set_item_property(const std::string& path, std::string_view name, const Value& value);
// The item inside, or nullptr.
const FileSystemItem* item_cast(const Value& value);

}  // namespace hvsh::nouns
