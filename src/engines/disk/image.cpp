#include "engines/disk_image.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "engines/disk/partitions.h"
#include "engines/disk/probe.h"
#include "engines/vhdx/errors.h"
#include "engines/vhdx/image.h"
#include "engines/vhdx/vhd_image.h"

namespace hvsh::engines {

namespace {

using vhdx::VirtualDisk;

void describe_disk(const VirtualDisk& disk, ImageInfo& info) {
  info.type = disk.type();
  info.size = disk.disk_size();
  info.block_size = disk.block_size();
  info.logical_sector = disk.logical_sector();
  info.physical_sector = disk.physical_sector();
  info.disk_identifier = vhdx::upper(disk.identifier());
}

// The parent's path if it can be had, else what the image says: a lost parent is no reason to tell nothing.
void describe_parent(const VirtualDisk& disk, const vhdx::OpenOptions& options, ImageInfo& info) {
  const std::optional<vhdx::ParentClaim> claim = disk.parent_claim();
  if (!claim) return;
  if (auto found = vhdx::resolve_parent(info.path, *claim, options)) {
    info.parent_path = found.take();
    return;
  }
  info.parent_path = claim->absolute.empty() ? claim->relative : claim->absolute;
  // Without a drive it is a path of this host, spelled for Windows.
  if (info.parent_path.starts_with('\\') && !info.parent_path.starts_with("\\\\")) {
    std::replace(info.parent_path.begin(), info.parent_path.end(), '\\', '/');
  }
}

// The minimum size needs the guest's data, for a differencing disk that of its parents as well. Where it
// cannot be read it is not known, which is no error of the image.
void describe_minimum(std::unique_ptr<VirtualDisk> disk, const vhdx::OpenOptions& options, ImageInfo& info) {
  if (disk->type() == vhdx::DiskType::Differencing) {
    auto chain = vhdx::open_chain(info.path, options);
    if (!chain) return;
    disk = chain.take();
  }
  if (auto smallest = smallest_safe_size(*disk)) info.minimum_size = *smallest;
}

Result<void> describe_vhdx(std::unique_ptr<vhdx::File> file, const vhdx::OpenOptions& options,
                           ImageInfo& info) {
  HVSH_TRY(auto image, vhdx::VhdxImage::open(std::move(file)));
  HVSH_TRY(const vhdx::BatSummary blocks, image->check_blocks());
  describe_disk(*image, info);
  info.fragmentation_percent = info.type == vhdx::DiskType::Fixed ? 0 : blocks.fragmentation_percent();
  info.log_dirty = image->log_replayed();
  describe_parent(*image, options, info);
  describe_minimum(std::move(image), options, info);
  return {};
}

Result<void> describe_vhd(std::unique_ptr<vhdx::File> file, const vhdx::OpenOptions& options,
                          ImageInfo& info) {
  HVSH_TRY(const auto image, vhdx::VhdImage::open(std::move(file)));
  HVSH_TRY(const vhdx::VhdSummary blocks, image->check_blocks());
  describe_disk(*image, info);
  info.fragmentation_percent = blocks.fragmentation_percent();
  info.alignment = blocks.aligned ? 1 : 0;
  describe_parent(*image, options, info);
  return {};
}

Result<ImageInfo> inspect_once(const std::string& path, const vhdx::OpenOptions& options) {
  HVSH_TRY(auto file, vhdx::File::open_read(path));
  ImageInfo info;
  info.path = path;
  info.file_size = file->size();
  HVSH_TRY(info.allocated, file->allocated());
  HVSH_TRY(info.format, probe(*file));
  info.in_use = file->is_locked();
  if (info.format == ImageFormat::VHDX) {
    HVSH_CHECK(describe_vhdx(std::move(file), options, info));
  } else if (info.format == ImageFormat::VHD) {
    HVSH_CHECK(describe_vhd(std::move(file), options, info));
  } else {
    HVSH_CHECK(describe_foreign(*file, info));
  }
  return info;
}

bool is_in_use(const std::string& path) {
  auto file = vhdx::File::open_read(path);
  return file && (*file)->is_locked();
}

// How often, and after which pause, an image that a guest is writing is looked at again.
constexpr int kLooks = 8;
constexpr std::chrono::milliseconds kPause{15};

}  // namespace

Result<ImageInfo> inspect(const std::string& path, const vhdx::OpenOptions& options) {
  for (int look = 1;; ++look) {
    auto info = inspect_once(path, options);
    if (info || look == kLooks || info.error().category != ErrorCategory::InvalidData) return info;
    // What seems corrupted may be an image in the middle of a change.
    if (!is_in_use(path)) return info;
    std::this_thread::sleep_for(kPause);
  }
}

Result<void> create(const ImageSpec& spec) {
  HVSH_TRY(const ImageFormat format, format_by_extension(spec.path));
  if (spec.type == vhdx::DiskType::Differencing && !spec.parent.empty()) {
    HVSH_TRY(const ImageFormat parent, probe(spec.parent));
    if (parent != format) {
      return vhdx::invalid_parameter(fmt::format("A {} disk cannot have the parent '{}', whose format is {}.",
                                                 to_string(format), spec.parent, to_string(parent)),
                                     "Parent and child must be of the same format.");
    }
  }
  return format == ImageFormat::VHDX ? vhdx::create_vhdx(spec) : vhdx::create_vhd(spec);
}

}  // namespace hvsh::engines
