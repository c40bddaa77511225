#include "verbs/vhd/common.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/wildcard.h"
#include "engines/host_name.h"

namespace hvsh::verbs {

namespace {

namespace fs = std::filesystem;

// A file that has the name of a virtual hard disk must be one.
Error not_a_disk(const std::string& path) {
  return {.id = "InvalidVirtualHardDisk",
          .category = ErrorCategory::InvalidData,
          .message = fmt::format(
              "The file '{}' is not a virtual hard disk: its content is neither VHD nor VHDX.", path),
          .hint = "If it is a raw image, give it another extension.",
          .target = path};
}

// The entries of `folder` whose names match, "*" leaving hidden ones out as the shell's other cmdlets do.
std::vector<std::string> matching(const std::string& folder, std::string_view pattern) {
  const Wildcard wildcard(pattern);
  std::vector<std::string> names;
  std::error_code ignored;
  for (fs::directory_iterator at(folder, ignored), end; at != end; at.increment(ignored)) {
    std::string name = at->path().filename().string();
    if (name.starts_with('.') && !pattern.starts_with('.')) continue;
    if (wildcard.matches(name)) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

VirtualHardDisk to_noun(const engines::ImageInfo& info) {
  VirtualHardDisk disk{.computer_name = engines::host_name(), .path = info.path};
  const bool windows_knows =
      info.format == engines::ImageFormat::VHD || info.format == engines::ImageFormat::VHDX;
  disk.format = windows_knows ? static_cast<nouns::VhdFormat>(info.format) : nouns::VhdFormat::Unknown;
  disk.type = static_cast<nouns::VhdType>(info.type);
  disk.file_size = info.file_size;
  disk.size = info.size;
  disk.minimum_size = info.minimum_size;
  disk.logical_sector_size = info.logical_sector;
  disk.physical_sector_size = info.physical_sector;
  disk.block_size = info.block_size;
  disk.parent_path = info.parent_path;
  disk.disk_identifier = info.disk_identifier;
  disk.fragmentation_percentage = info.fragmentation_percent;
  disk.alignment = info.alignment;
  disk.attached = info.in_use;
  return disk;
}

Flow report_disk(Context& context, Error error, const std::string& path) {
  if (error.exception.empty()) error.exception = "Microsoft.HyperV.PowerShell.VirtualizationException";
  return context.error(std::move(error), Value::string(path));
}

Flow write_disk(Context& context, const std::string& path) {
  auto info = engines::inspect(path);
  if (!info) return report_disk(context, info.take_error(), path);
  if (info->format == engines::ImageFormat::raw && engines::format_by_extension(path)) {
    return report_disk(context, not_a_disk(path), path);
  }
  return context.write(noun_value(to_noun(*info)));
}

std::vector<std::string> expand_path(const std::string& path) {
  std::error_code ignored;
  // A name that holds brackets and is there is meant as it is.
  if (fs::exists(path, ignored)) return {path};
  if (!is_pattern(path)) return {unescape_wildcards(path)};
  std::vector<std::string> found{""};
  for (size_t at = 1; at <= path.size();) {
    const size_t end = std::min(path.find('/', at), path.size());
    const std::string_view part = std::string_view(path).substr(at, end - at);
    at = end + 1;
    std::vector<std::string> next;
    for (const std::string& folder : found) {
      const std::vector<std::string> names =
          is_pattern(part) ? matching(folder + "/", part) : std::vector{unescape_wildcards(part)};
      for (const std::string& name : names) next.push_back(fmt::format("{}/{}", folder, name));
    }
    found = std::move(next);
  }
  std::erase_if(found, [&](const std::string& file) { return !fs::exists(file, ignored); });
  return found;
}

}  // namespace hvsh::verbs
