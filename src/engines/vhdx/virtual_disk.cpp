#include "engines/vhdx/virtual_disk.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <vector>

#include "engines/vhdx/errors.h"
#include "engines/vhdx/format.h"
#include "engines/vhdx/image.h"
#include "engines/vhdx/vhd_image.h"

namespace hvsh::vhdx {

namespace {

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

std::optional<std::string> canonical(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  return real ? std::optional<std::string>(real.get()) : std::nullopt;
}

Result<std::string> real_path(const std::string& path) {
  if (auto real = canonical(path)) return *real;
  return errno_error("open", path, errno);
}

std::string with_slashes(std::string_view path) {
  std::string text(path);
  std::replace(text.begin(), text.end(), '\\', '/');
  return text;
}

// The absolute path of this host that a Windows path stands for.
std::optional<std::string> absolute_candidate(const std::string& path, const OpenOptions& options) {
  if (path.empty()) return std::nullopt;
  if (options.map_drive) {
    if (auto mapped = options.map_drive(path)) return mapped;
  }
  std::string text = with_slashes(path);
  // A path without a drive letter is one of this host, written by this project.
  return text.starts_with('/') && !text.starts_with("//") ? std::optional(text) : std::nullopt;
}

bool is_in_folder(const std::string& folder, const std::string& path) {
  return folder == "/" ||
         (path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/');
}

Error parent_not_found(const std::string& child, const ParentClaim& claim) {
  return {.id = "ParentNotFound",
          .category = ErrorCategory::ObjectNotFound,
          .message =
              fmt::format("The parent of the differencing disk '{}' was not found: it names '{}' and '{}'.",
                          child, claim.relative, claim.absolute),
          .hint = "Put the parent back beside it, or name it with Set-VHD -ParentPath.",
          .target = child};
}

Error parent_not_allowed(const std::string& child, const std::string& parent) {
  return {.id = "ParentNotAllowed",
          .category = ErrorCategory::SecurityError,
          .message = fmt::format("The differencing disk '{}' names a parent outside of its folder, '{}'.",
                                 child, parent),
          .hint = "Move the parent beside it, or allow that folder for parent disks.",
          .target = child};
}

Error parent_mismatch(const VirtualDisk& child, const VirtualDisk& parent) {
  return {.id = "ParentMismatch",
          .category = ErrorCategory::InvalidData,
          .message = fmt::format(
              "The disk '{}' is not what its child '{}' was made from: its identifier is {} "
              "instead of {}.",
              parent.path(), child.path(), upper(parent.linkage()), upper(child.parent_claim()->identity)),
          .hint = "The parent was changed or replaced after the child was made; find the right parent.",
          .target = child.path()};
}

Result<void> check_link(const VirtualDisk& child, const VirtualDisk& parent) {
  if (!child.parent_claim()->fits(parent.linkage())) return parent_mismatch(child, parent);
  if (child.logical_sector() != parent.logical_sector()) {
    return corrupt(child.path(), fmt::format("its sectors have {} bytes but those of its parent '{}' have {}",
                                             child.logical_sector(), parent.path(), parent.logical_sector()));
  }
  return {};
}

}  // namespace

Result<std::string> resolve_parent(const std::string& child, const ParentClaim& claim,
                                   const OpenOptions& options) {
  // The real place of the child counts: a link to it elsewhere does not move its parent.
  const std::string home = folder_of(canonical(child).value_or(child));
  const std::string folder = canonical(home).value_or(home);
  std::vector<std::string> candidates;
  if (!claim.relative.empty()) candidates.push_back(folder + "/" + with_slashes(claim.relative));
  for (const std::string& path : {claim.volume, claim.absolute}) {
    if (auto absolute = absolute_candidate(path, options)) candidates.push_back(*absolute);
  }
  std::string refused;
  for (const std::string& candidate : candidates) {
    const std::optional<std::string> real = canonical(candidate);
    if (!real) continue;
    if (is_in_folder(folder, *real) || (options.allow_parent && options.allow_parent(*real))) return *real;
    refused = *real;
  }
  return refused.empty() ? parent_not_found(child, claim) : parent_not_allowed(child, refused);
}

Result<ParentClaim> claim_of(const std::string& child, const VirtualDisk& parent,
                             const SpellPath& windows_path) {
  HVSH_TRY(const std::string parent_path, real_path(parent.path()));
  HVSH_TRY(const std::string folder, real_path(folder_of(child)));
  // "..\base\a.vhdx", as Windows spells a path from the child's folder to the parent.
  std::string relative = std::filesystem::path(parent_path).lexically_relative(folder).string();
  if (!relative.starts_with("..")) relative = "./" + relative;
  const auto with_backslashes = [](std::string text) {
    std::replace(text.begin(), text.end(), '/', '\\');
    return text;
  };
  return ParentClaim{.relative = with_backslashes(relative),
                     .absolute = windows_path ? windows_path(parent_path) : with_backslashes(parent_path),
                     .identity = parent.linkage()};
}

Result<std::unique_ptr<VirtualDisk>> open_image(std::unique_ptr<File> file) {
  uint8_t signature[8] = {};
  if (file->size() >= sizeof signature) HVSH_CHECK(file->read(0, signature));
  if (has_signature(signature, kFileSignature)) {
    HVSH_TRY(auto image, VhdxImage::open(std::move(file)));
    return std::unique_ptr<VirtualDisk>(std::move(image));
  }
  HVSH_TRY(auto image, VhdImage::open(std::move(file)));
  return std::unique_ptr<VirtualDisk>(std::move(image));
}

Result<std::unique_ptr<VirtualDisk>> open_image(const std::string& path) {
  HVSH_TRY(auto file, File::open_read(path));
  return open_image(std::move(file));
}

Result<std::unique_ptr<VirtualDisk>> open_chain(const std::string& path, const OpenOptions& options) {
  std::vector<std::unique_ptr<VirtualDisk>> chain;  // child first
  std::set<FileIdentity> seen;
  for (std::string next = path; !next.empty();) {
    HVSH_TRY(auto file, File::open_read(next));
    HVSH_TRY(const FileIdentity identity, file->identity());
    if (!seen.insert(identity).second)
      return corrupt(path, fmt::format("its chain of parents comes back to '{}'", next));
    HVSH_TRY(auto disk, open_image(std::move(file)));
    if (!chain.empty()) HVSH_CHECK(check_link(*chain.back(), *disk));
    const std::optional<ParentClaim> claim = disk->parent_claim();
    chain.push_back(std::move(disk));
    if (!claim) break;
    if (chain.size() >= options.longest_chain) {
      return unsupported(path, fmt::format("it has more than {} parents", options.longest_chain - 1));
    }
    HVSH_TRY(next, resolve_parent(next, *claim, options));
  }
  while (chain.size() > 1) {
    std::unique_ptr<VirtualDisk> parent = std::move(chain.back());
    chain.pop_back();
    chain.back()->set_parent(std::move(parent));
  }
  return std::move(chain.front());
}

}  // namespace hvsh::vhdx
