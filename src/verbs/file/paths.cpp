#include "verbs/file/paths.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "core/compare.h"
#include "core/wildcard.h"

namespace hvsh::verbs {

namespace {

bool exists(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0;
}

std::string below(const std::string& folder, std::string_view name) {
  return folder.back() == '/' ? folder + std::string(name) : folder + "/" + std::string(name);
}

// Goes down one part of the pattern at a time; only parts with wildcards read a folder.
void walk(const std::string& folder, std::string_view rest, bool hidden, std::vector<std::string>& found) {
  while (!rest.empty() && rest[0] == '/') rest.remove_prefix(1);
  if (rest.empty()) {
    found.push_back(folder);
    return;
  }
  const size_t end = std::min(rest.find('/'), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(end);
  if (!is_pattern(part)) {
    const std::string path = below(folder, unescape_wildcards(part));
    if (exists(path)) walk(path, rest, hidden, found);
    return;
  }
  auto names = sorted_entries(folder);
  if (!names) return;  // a folder that may not be read matches nothing, as on Windows
  const Wildcard pattern(part);
  for (const std::string& name : *names) {
    if (name[0] == '.' && part[0] != '.' && !hidden) continue;
    if (pattern.matches(name)) walk(below(folder, name), rest, hidden, found);
  }
}

}  // namespace

bool is_separator(char c) { return c == '/' || c == '\\'; }

std::string_view leaf_of(std::string_view path) {
  while (path.size() > 1 && is_separator(path.back())) path.remove_suffix(1);
  const size_t at = path.find_last_of("/\\");
  return at == std::string_view::npos || path.size() == 1 ? path : path.substr(at + 1);
}

Error path_not_found(std::string_view path) {
  return {.id = "PathNotFound",
          .category = ErrorCategory::ObjectNotFound,
          .message = fmt::format("Cannot find path '{}' because it does not exist.", path),
          .target = std::string(path),
          .exception = "System.Management.Automation.ItemNotFoundException"};
}

Result<std::vector<std::string>> sorted_entries(const std::string& folder) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(folder.c_str()), ::closedir);
  if (!directory) return errno_error("read folder", folder, errno);
  std::vector<std::pair<bool, std::string>> entries;  // false: a folder
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    bool is_folder = entry->d_type == DT_DIR;
    if (entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN) {
      struct stat info {};
      is_folder = ::stat(below(folder, name).c_str(), &info) == 0 && S_ISDIR(info.st_mode);
    }
    entries.emplace_back(!is_folder, name);
  }
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    if (a.first != b.first) return a.first < b.first;
    const auto order = compare_text(a.second, b.second);
    return order != 0 ? order < 0 : a.second < b.second;
  });
  std::vector<std::string> names;
  for (auto& [is_file, name] : entries) names.push_back(std::move(name));
  return names;
}

Result<std::vector<std::string>> expand_path(Context& context, std::string_view path, bool literal,
                                             bool must_exist, bool hidden) {
  HVSH_TRY(std::string absolute, context.resolve_path(path));
  if (literal || !is_pattern(absolute)) {
    if (!literal) absolute = unescape_wildcards(absolute);
    if (must_exist && !exists(absolute)) return path_not_found(absolute);
    return std::vector<std::string>{std::move(absolute)};
  }
  // A name that is there as it is written wins: web[1].vhdx.
  std::vector<std::string> found;
  walk("/", absolute, hidden, found);
  if (found.empty() && exists(absolute)) found.push_back(std::move(absolute));
  return found;
}

Flow each_path(Context& context, const std::vector<std::string>& paths,
               const std::vector<std::string>& literal_paths, std::vector<std::string>& found,
               bool must_exist, bool hidden) {
  for (const bool literal : {false, true}) {
    for (const std::string& path : literal ? literal_paths : paths) {
      auto expanded = expand_path(context, path, literal, must_exist, hidden);
      if (!expanded) {
        if (const Flow flow = context.error(expanded.take_error(), Value::string(path)); flow != Flow::more)
          return flow;
        continue;
      }
      for (std::string& one : *expanded) found.push_back(std::move(one));
    }
  }
  return Flow::more;
}

}  // namespace hvsh::verbs
