#include <fmt/format.h>

#include "engines/disk/probe.h"
#include "engines/vhdx/errors.h"
#include "engines/vhdx/format.h"

namespace hvsh::engines {

namespace {

using vhdx::Buffer;
using vhdx::load_be;
using vhdx::load_le;

constexpr size_t kHeader = 512;  // as much of a header as is looked at
constexpr uint32_t kLongestBackingName = 1023;

// A plain name is one in the folder of the image; "nbd:..." and "json:..." are not files.
std::string beside(const std::string& path, const std::string& name) {
  const size_t slash = path.rfind('/');
  const bool is_plain = !name.starts_with('/') && name.find(':') == std::string::npos;
  return is_plain && slash != std::string::npos ? path.substr(0, slash + 1) + name : name;
}

Result<void> describe_qcow2(const vhdx::File& file, const Buffer& header, ImageInfo& info) {
  const uint64_t backing = load_be<uint64_t>(header.data() + 8);
  const uint32_t length = load_be<uint32_t>(header.data() + 16);
  const uint32_t bits = load_be<uint32_t>(header.data() + 20);
  if (bits < 9 || bits > 21)
    return vhdx::corrupt(file.path(), fmt::format("its cluster size is 2^{} bytes", bits));
  info.size = load_be<uint64_t>(header.data() + 24);
  info.block_size = uint32_t{1} << bits;
  info.type = vhdx::DiskType::Dynamic;
  if (backing == 0) return {};
  if (length > kLongestBackingName || !vhdx::within(backing, length, file.size())) {
    return vhdx::corrupt(file.path(), "the name of its backing file lies outside of the file");
  }
  Buffer name(length);
  HVSH_CHECK(file.read(backing, name));
  info.parent_path = beside(file.path(), std::string(name.begin(), name.end()));
  info.type = vhdx::DiskType::Differencing;
  return {};
}

Result<void> describe_vmdk(const vhdx::File& file, const Buffer& header, ImageInfo& info) {
  if (!vhdx::has_signature(header, "KDMV")) {
    return vhdx::unsupported(file.path(), "only the sparse kind of VMDK files is known");
  }
  const uint64_t sectors = load_le<uint64_t>(header.data() + 12);
  const uint64_t grain = load_le<uint64_t>(header.data() + 20);
  if (sectors > UINT64_MAX / 512 || grain > UINT32_MAX / 512) {
    return vhdx::corrupt(file.path(), "its header claims impossible sizes");
  }
  info.size = sectors * 512;
  info.block_size = static_cast<uint32_t>(grain * 512);
  info.type = vhdx::DiskType::Dynamic;
  return {};
}

void describe_vdi(const Buffer& header, ImageInfo& info) {
  info.size = load_le<uint64_t>(header.data() + 368);
  info.block_size = load_le<uint32_t>(header.data() + 376);
  info.type = load_le<uint32_t>(header.data() + 76) == 2 ? vhdx::DiskType::Fixed : vhdx::DiskType::Dynamic;
}

}  // namespace

Result<void> describe_foreign(const vhdx::File& file, ImageInfo& info) {
  if (info.format == ImageFormat::raw) {
    info.size = file.size();
    return {};
  }
  Buffer header(kHeader);
  if (file.size() < kHeader) return vhdx::corrupt(file.path(), "it ends within its header");
  HVSH_CHECK(file.read(0, header));
  if (info.format == ImageFormat::qcow2) return describe_qcow2(file, header, info);
  if (info.format == ImageFormat::vmdk) return describe_vmdk(file, header, info);
  if (info.format == ImageFormat::vdi) {
    describe_vdi(header, info);
    return {};
  }
  return vhdx::unsupported(file.path(),
                           fmt::format("images of the format {} are not known", to_string(info.format)));
}

}  // namespace hvsh::engines
