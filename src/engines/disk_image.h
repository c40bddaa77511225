#pragma once
// Disk images of all formats: what a file is (by its content, never by its name), what there is to know about
// it, and making new ones.
//
// Nothing here writes to an image that exists. Sizes are bytes. All functions are thread-safe: they keep no
// state. Messages are in terms of the file; errors of the system are mapped to ids of core/error.h.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "engines/vhdx/create.h"
#include "engines/vhdx/virtual_disk.h"

namespace hvsh::engines {

// VHD, VHDX and VHDSet have the numbers of Windows' VhdFormat.
enum class ImageFormat : uint8_t {
  Unknown = 0,
  VHD = 2,
  VHDX = 3,
  VHDSet = 4,
  // Formats that Windows does not know.
  raw = 100,
  qcow,
  qcow2,
  qed,
  vmdk,
  vdi,
  parallels,
  bochs,
  luks,
  dmg,
};

// "VHDX", "qcow2", ...; for all but VHD and VHDX also QEMU's name of the format.
std::string_view to_string(ImageFormat format);

struct ImageInfo {
  std::string path;
  ImageFormat format = ImageFormat::Unknown;
  vhdx::DiskType type = vhdx::DiskType::Fixed;
  uint64_t size = 0;                     // of the disk, as its guest sees it
  uint64_t file_size = 0;                // length of the file
  uint64_t allocated = 0;                // what the file takes on its file system
  std::optional<uint64_t> minimum_size;  // to which the disk could shrink; VHDX with a partition table
  uint32_t block_size = 0;               // 0: the format has none
  uint32_t logical_sector = 512;
  uint32_t physical_sector = 512;
  std::string parent_path;  // of a differencing disk: the parent if it was found, else what the image claims
  std::string disk_identifier;  // GUID in upper case without braces; empty if the format has none
  std::optional<uint32_t> fragmentation_percent;
  uint32_t alignment = 1;  // 1 if blocks start at multiples of 4 KiB, else 0
  bool in_use = false;     // another process has it locked, as QEMU does
  bool log_dirty = false;  // VHDX that was not closed cleanly; what is told here has its log replayed
};

// What the file is. A file without any known signature is raw.
Result<ImageFormat> probe(const std::string& path);

// Everything about one image, its structures checked whole. Without `options.allow_parent` the parents of a
// differencing disk are only looked for in its own folder. An image in use may be read in the middle of a
// change; it is then looked at again before it is called corrupted. Errors: not an image that can be read
// (the format is named), corrupted, and those of files.
Result<ImageInfo> inspect(const std::string& path, const vhdx::OpenOptions& options = {});

// Refuses an image whose content is of another format than it would be attached as: a guest would see the
// container instead of its disk, or could make its host open files of its choosing.
Result<void> check_declared(const std::string& path, ImageFormat declared);

// The format that goes with a file name, as Windows' cmdlets choose it: .vhdx and .avhdx, .vhd and .avhd.
// Errors: any other extension.
Result<ImageFormat> format_by_extension(const std::string& path);

// Makes a new image of the format that its extension names. A child has its parent's format.
using ImageSpec = vhdx::CreateSpec;
Result<void> create(const ImageSpec& spec);

}  // namespace hvsh::engines
