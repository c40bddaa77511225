#include "shell/eval/drives.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "core/text.h"
#include "shell/eval/environment.h"

namespace hvsh::shell {

namespace {

std::string home_folder() {
  const auto home = get_environment("HOME");
  return home && !home->empty() ? *home : "/";
}

Result<std::string> drive_folder(char letter) {
  const std::string variable = fmt::format("HVSH_DRIVE_{}", ascii_upper(letter));
  if (auto folder = get_environment(variable); folder && folder->starts_with('/')) return *std::move(folder);
  if (ascii_lower(letter) == 'c') {
    if (::geteuid() == 0) return std::string("/var/lib/hvsh/drive_c");
    return home_folder() + "/.local/share/hvsh/drive_c";
  }
  return Error{
      .id = "DriveNotFound",
      .category = ErrorCategory::ObjectNotFound,
      .message = fmt::format("Cannot find drive. A drive with the name '{}' does not exist.", letter),
      .hint = fmt::format("Set the environment variable {} to the folder that is meant.", variable),
      .target = std::string(1, letter),
      .exception = "System.Management.Automation.DriveNotFoundException"};
}

}  // namespace

Result<std::string> resolve_drive_path(std::string_view path, std::string_view current) {
  std::string text(path);
  std::replace(text.begin(), text.end(), '\\', '/');
  constexpr std::string_view kProviders[] = {"Microsoft.PowerShell.Core/FileSystem::", "FileSystem::"};
  for (std::string_view provider : kProviders) {
    if (text.size() >= provider.size() &&
        equal_ascii(std::string_view(text).substr(0, provider.size()), provider)) {
      text.erase(0, provider.size());
    }
  }
  if (text == "~" || text.starts_with("~/")) {
    text = home_folder() + text.substr(1);
  } else if (text.size() >= 2 && text[1] == ':' && ascii_lower(text[0]) >= 'a' &&
             ascii_lower(text[0]) <= 'z') {
    HVSH_TRY(std::string folder, drive_folder(text[0]));
    text = folder + "/" + text.substr(2);
  } else if (!text.starts_with('/')) {
    text = std::string(current) + "/" + text;
  }
  std::vector<std::string_view> parts;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('/', begin), text.size());
    const std::string_view part = std::string_view(text).substr(begin, end - begin);
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
    begin = end + 1;
  }
  std::string result;
  for (std::string_view part : parts) fmt::format_to(std::back_inserter(result), "/{}", part);
  return result.empty() ? std::string("/") : result;
}

}  // namespace hvsh::shell
