#include "verbs/file/tree.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "verbs/file/copy_file.h"
#include "verbs/file/paths.h"

namespace hvsh::verbs {

bool is_folder(const std::string& path, bool follow) {
  struct stat info {};
  return (follow ? ::stat(path.c_str(), &info) : ::lstat(path.c_str(), &info)) == 0 && S_ISDIR(info.st_mode);
}
bool is_there(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0;
}
std::string below(const std::string& folder, std::string_view name) {
  return folder.back() == '/' ? folder + std::string(name) : folder + "/" + std::string(name);
}
std::string parent_folder(const std::string& path) {
  const size_t at = path.rfind('/');
  return at == 0 || at == std::string::npos ? "/" : path.substr(0, at);
}

Result<void> make_folders(const std::string& path) {
  std::error_code code;
  std::filesystem::create_directories(path, code);
  if (code) return errno_error("create folder", path, code.value());
  return {};
}

Result<void> copy_tree(const std::string& from, const std::string& to, const Wants& wants) {
  if (std::string_view(to).starts_with(from + "/")) {
    return Error{.id = "CopyError",
                 .category = ErrorCategory::InvalidArgument,
                 .message = fmt::format("Cannot copy the folder '{}' into itself.", from),
                 .target = from};
  }
  HVSH_CHECK(make_folders(to));
  HVSH_TRY(const std::vector<std::string> names, sorted_entries(from));
  for (const std::string& name : names) {
    const std::string source = below(from, name), target = below(to, name);
    struct stat info {};
    if (::lstat(source.c_str(), &info) != 0) return errno_error("read", source, errno);
    if (S_ISDIR(info.st_mode)) {
      HVSH_CHECK(copy_tree(source, target, wants));
    } else if (S_ISLNK(info.st_mode)) {
      std::error_code code;
      std::filesystem::copy_symlink(source, target, code);
      if (code) return errno_error("copy link", source, code.value());
    } else if (!wants || wants(source)) {
      HVSH_CHECK(copy_file(source, target));
    }
  }
  return {};
}

Result<void> copy_flat(const std::string& from, const std::string& to, const Wants& wants) {
  HVSH_CHECK(make_folders(to));
  HVSH_TRY(const std::vector<std::string> names, sorted_entries(from));
  for (const std::string& name : names) {
    const std::string source = below(from, name);
    if (is_folder(source, false)) {
      HVSH_CHECK(copy_flat(source, to, wants));
    } else if (!wants || wants(source)) {
      HVSH_CHECK(copy_file(source, below(to, name)));
    }
  }
  return {};
}

Result<void> remove_tree(const std::string& path) {
  std::error_code code;
  std::filesystem::remove_all(path, code);  // does not follow links
  if (code) return errno_error("remove", path, code.value());
  return {};
}

Result<void> move_item(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) == 0) return {};
  if (errno != EXDEV) return errno_error("move", from, errno);
  // Another file system: a complete copy first, then the original goes.
  HVSH_CHECK(is_folder(from, false) ? copy_tree(from, to) : copy_file(from, to));
  return remove_tree(from);
}

}  // namespace hvsh::verbs
