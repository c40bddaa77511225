#include <fmt/format.h>

#include <algorithm>

#include "engines/disk/probe.h"
#include "engines/disk_image.h"
#include "engines/vhdx/format.h"
#include "engines/vhdx/vhd_format.h"

namespace hvsh::engines {

namespace {

using vhdx::Buffer;

struct Signature {
  ImageFormat format;
  size_t offset;
  std::string_view bytes;
};

using namespace std::string_view_literals;

constexpr Signature kSignatures[] = {
    {ImageFormat::VHDX, 0, vhdx::kFileSignature},
    {ImageFormat::qcow2, 0, "QFI\xfb\0\0\0\x02"sv},
    {ImageFormat::qcow2, 0, "QFI\xfb\0\0\0\x03"sv},
    {ImageFormat::qcow, 0, "QFI\xfb"sv},
    {ImageFormat::qed, 0, "QED\0"sv},
    {ImageFormat::vmdk, 0, "KDMV"},
    {ImageFormat::vmdk, 0, "COWD"},
    {ImageFormat::vmdk, 0, "# Disk DescriptorFile"},
    {ImageFormat::vdi, 64, "\x7f\x10\xda\xbe"sv},
    {ImageFormat::parallels, 0, "WithoutFreeSpace"},
    {ImageFormat::parallels, 0, "WithouFreSpacExt"},
    {ImageFormat::bochs, 0, "Bochs Virtual HD Image"},
    {ImageFormat::luks, 0, "LUKS\xba\xbe"sv},
};

struct Name {
  ImageFormat format;
  std::string_view name;
};

constexpr Name kNames[] = {
    {ImageFormat::Unknown, "Unknown"},
    {ImageFormat::VHD, "VHD"},
    {ImageFormat::VHDX, "VHDX"},
    {ImageFormat::VHDSet, "VHDSet"},
    {ImageFormat::raw, "raw"},
    {ImageFormat::qcow, "qcow"},
    {ImageFormat::qcow2, "qcow2"},
    {ImageFormat::qed, "qed"},
    {ImageFormat::vmdk, "vmdk"},
    {ImageFormat::vdi, "vdi"},
    {ImageFormat::parallels, "parallels"},
    {ImageFormat::bochs, "bochs"},
    {ImageFormat::luks, "luks"},
    {ImageFormat::dmg, "dmg"},
};

// The footers of VHD (of 512 or 511 bytes) and DMG stand at the end.
Result<ImageFormat> probe_end(const vhdx::File& file) {
  Buffer bytes(vhdx::kVhdFooterSize);
  for (const uint64_t length : {vhdx::kVhdFooterSize, vhdx::kVhdFooterSize - 1}) {
    if (file.size() < length) continue;
    std::fill(bytes.begin(), bytes.end(), uint8_t{0});
    HVSH_CHECK(file.read(file.size() - length, vhdx::MutableBytes(bytes).first(length)));
    if (vhdx::decode_vhd_footer(bytes)) return ImageFormat::VHD;
    if (length == vhdx::kVhdFooterSize && vhdx::has_signature(bytes, "koly")) return ImageFormat::dmg;
  }
  return ImageFormat::raw;
}

Error format_mismatch(const std::string& path, ImageFormat declared, ImageFormat found) {
  return {.id = "ImageFormatMismatch",
          .category = ErrorCategory::InvalidData,
          .message = fmt::format("The file '{}' would be attached as {}, but its content is {}.", path,
                                 to_string(declared), to_string(found)),
          .hint = fmt::format("Attach it as {}, or convert it first.", to_string(found)),
          .target = path};
}

}  // namespace

std::string_view to_string(ImageFormat format) {
  const auto* const found = std::find_if(std::begin(kNames), std::end(kNames),
                                         [&](const Name& name) { return name.format == format; });
  return found == std::end(kNames) ? "Unknown" : found->name;
}

Result<ImageFormat> probe(const vhdx::File& file) {
  Buffer start(std::min<uint64_t>(file.size(), vhdx::kVhdFooterSize));
  HVSH_CHECK(file.read(0, start));
  for (const Signature& signature : kSignatures) {
    if (start.size() < signature.offset + signature.bytes.size()) continue;
    if (vhdx::has_signature(vhdx::Bytes(start).subspan(signature.offset), signature.bytes))
      return signature.format;
  }
  HVSH_TRY(const ImageFormat at_end, probe_end(file));
  if (at_end != ImageFormat::raw || start.size() < vhdx::kVhdFooterSize) return at_end;
  // A dynamic VHD whose end was cut off still has its footer's copy.
  return vhdx::decode_vhd_footer(start) ? ImageFormat::VHD : ImageFormat::raw;
}

Result<ImageFormat> probe(const std::string& path) {
  HVSH_TRY(const auto file, vhdx::File::open_read(path));
  return probe(*file);
}

Result<void> check_declared(const std::string& path, ImageFormat declared) {
  HVSH_TRY(const ImageFormat found, probe(path));
  if (found != declared) return format_mismatch(path, declared, found);
  return {};
}

Result<ImageFormat> format_by_extension(const std::string& path) {
  const size_t name = path.find_last_of("/\\") + 1;
  const size_t dot = path.find_last_of('.');
  std::string extension = dot == std::string::npos || dot < name ? "" : path.substr(dot);
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (extension == ".vhdx" || extension == ".avhdx") return ImageFormat::VHDX;
  if (extension == ".vhd" || extension == ".avhd") return ImageFormat::VHD;
  return Error{.id = "InvalidParameter",
               .category = ErrorCategory::InvalidArgument,
               .message = fmt::format("The file extension of '{}' is not one of a virtual hard disk.", path),
               .hint = "End the path with .vhdx (recommended) or .vhd.",
               .target = path};
}

}  // namespace hvsh::engines
