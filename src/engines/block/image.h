#pragma once
// What the block server has to know about an image file before it opens it: format, size, parent, and whether
// a log waits to be replayed. Read from the headers by our own code, because the two easy ways are wrong
// here: probing the format would let a guest choose it by what it writes to its first sector, and letting the
// server follow the headers would let an untrusted image name any file of the host as its parent.
//
// The format follows from the name (.vhdx .vhd .qcow2 .img .raw .iso; a block device is raw) or, for a
// parent, from what its child says, and the content must agree. Input is hostile: all reads are bounded.
// Sources: QEMU's docs/interop/qcow2.txt, [MS-VHDX], Microsoft's VHD specification 1.0.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"

namespace hvsh::engines::block {

enum class Format { vhdx, vhd, qcow2, raw };

// The name of the format in QEMU's terms.
const char* driver_of(Format format);
std::optional<Format> format_of_driver(const std::string& driver);

struct Image {
  std::string path;  // absolute, without links
  Format format = Format::raw;
  uint64_t size = 0;        // of the virtual disk, in bytes
  bool log_in_use = false;  // VHDX: a log may have to be replayed, which needs writing
  bool is_device = false;   // a block device
  std::string parent = {};  // absolute, without links; empty: none
  Format parent_format = Format::raw;
};

// `format`: what the referrer says; none: from the name.
Result<Image> read_image(const std::string& path, std::optional<Format> format);

// The image and everything below it, top first. Parents must lie in the folder of the image that names them
// or in (or below) one of `folders`. At most kChainMax images.
inline constexpr size_t kChainMax = 128;
Result<std::vector<Image>> read_chain(const std::string& path, const std::vector<std::string>& folders);

// Whether the file begins as a VHDX, whatever it is called. False if it cannot be read.
bool has_vhdx_signature(const std::string& path);

// Absolute and without links, or an error that names the path. The file must exist.
Result<std::string> real_path(const std::string& path);

}  // namespace hvsh::engines::block
