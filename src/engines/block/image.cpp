#include "engines/block/image.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>

#include "engines/files.h"
#include "engines/vhdx/file.h"
#include "engines/vhdx/headers.h"
#include "engines/vhdx/metadata.h"
#include "engines/vhdx/regions.h"

namespace hvsh::engines::block {
namespace {

constexpr uint64_t kSizeMax = uint64_t{1} << 62;

Error bad_image(const std::string& path, const std::string& why, std::string hint = {}) {
  return Error{.id = "InvalidImage",
               .category = ErrorCategory::InvalidData,
               .message = fmt::format("Cannot use the disk '{}': {}.", path, why),
               .hint = std::move(hint),
               .target = path};
}

uint64_t big(const uint8_t* at, int bytes) {
  uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) value = value << 8 | at[i];
  return value;
}

// True if all `size` bytes at `offset` are there.
bool read_at(int fd, uint64_t offset, void* data, size_t size) {
  auto* at = static_cast<uint8_t*>(data);
  while (size > 0) {
    const ssize_t got = ::pread(fd, at, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    offset += static_cast<uint64_t>(got);
    size -= static_cast<size_t>(got);
  }
  return true;
}

bool is_vhdx(int fd) {
  char signature[8];
  return read_at(fd, 0, signature, sizeof signature) && std::memcmp(signature, "vhdxfile", 8) == 0;
}

bool is_qcow2(int fd) {
  char signature[4];
  return read_at(fd, 0, signature, sizeof signature) && std::memcmp(signature, "QFI\xfb", 4) == 0;
}

// A path in a qcow2 header starts, if relative, at the folder of the image. URLs and json: are not paths.
Result<std::string> resolve_parent(const Image& image, const std::string& name) {
  const bool control = std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20; });
  const size_t colon = name.find(':');
  if (control || name.empty() || (colon != std::string::npos && colon < name.find('/'))) {
    return bad_image(image.path, "its parent is not named by the path of a file");
  }
  auto path = real_path(name[0] == '/' ? name : folder_of(image.path) + "/" + name);
  if (path) return path;
  Error error = path.take_error();
  error.message = fmt::format("Cannot use the disk '{}': its parent '{}' is missing or cannot be reached.",
                              image.path, name);
  return error;
}

Result<void> read_qcow2(int fd, uint64_t file_size, Image& image) {
  std::array<uint8_t, 104> header{};
  if (!is_qcow2(fd) || !read_at(fd, 0, header.data(), 72))
    return bad_image(image.path, "it is not a qcow2 image");
  const uint64_t version = big(&header[4], 4);
  const uint64_t name_offset = big(&header[8], 8);
  const uint64_t name_size = big(&header[16], 4);
  const uint64_t cluster_bits = big(&header[20], 4);
  image.size = big(&header[24], 8);
  if ((version != 2 && version != 3) || cluster_bits < 9 || cluster_bits > 21) {
    return bad_image(image.path, "its qcow2 header is of an unknown version or damaged");
  }
  uint64_t extension = 72;
  if (version == 3) {
    if (!read_at(fd, 0, header.data(), header.size()))
      return bad_image(image.path, "its qcow2 header is cut off");
    // Bit 2: the data lie in another file, which the header names. We would open what an image tells us to.
    if (big(&header[72], 8) & 4) return bad_image(image.path, "it keeps its data in another file");
    extension = big(&header[100], 4);
  }
  if (name_offset == 0) return {};
  const uint64_t first_cluster = uint64_t{1} << cluster_bits;
  if (name_size == 0 || name_size > 1023 || name_offset > first_cluster ||
      name_offset + name_size > file_size) {
    return bad_image(image.path, "the name of its parent is damaged");
  }
  std::string name(name_size, '\0');
  if (!read_at(fd, name_offset, name.data(), name.size())) return bad_image(image.path, "it is cut off");
  std::string driver;
  for (int count = 0; count < 64 && extension + 8 <= first_cluster; ++count) {
    uint8_t item[8];
    if (!read_at(fd, extension, item, sizeof item)) break;
    const uint64_t type = big(item, 4);
    const uint64_t length = big(item + 4, 4);
    if (type == 0 || length > first_cluster) break;
    if (type == 0xE2792ACA && length <= 16) {
      driver.resize(length);
      if (!read_at(fd, extension + 8, driver.data(), driver.size()))
        return bad_image(image.path, "it is cut off");
    }
    extension += 8 + (length + 7) / 8 * 8;
  }
  const auto format = format_of_driver(driver);
  if (!format) {
    return bad_image(image.path,
                     driver.empty() ? "it does not say which format its parent has"
                                    : fmt::format("its parent's format '{}' is not supported", driver),
                     "Write it into the image: qemu-img rebase -u -b PARENT -F FORMAT IMAGE");
  }
  image.parent_format = *format;
  HVSH_TRY(image.parent, resolve_parent(image, name));
  return {};
}

// Headers, regions and metadata only: the log and the table change under a running server.
Result<void> read_vhdx(int fd, uint64_t file_size, Image& image) {
  if (!is_vhdx(fd)) return bad_image(image.path, "it is not a VHDX");
  const vhdx::File file(vhdx::Descriptor(::fcntl(fd, F_DUPFD_CLOEXEC, 0)), image.path, file_size);
  HVSH_TRY(const vhdx::Headers headers, vhdx::read_headers(file));
  HVSH_TRY(const vhdx::Regions regions, vhdx::read_regions(file, headers.header()));
  HVSH_TRY(const vhdx::Metadata metadata, vhdx::read_metadata(file, regions.metadata));
  if (metadata.has_parent()) {
    return bad_image(image.path, "it is a differencing VHDX, which the block server cannot open yet",
                     "Merge it into its parent first (Merge-VHD).");
  }
  if (metadata.logical_sector != 512) {
    return bad_image(image.path,
                     fmt::format("it has logical sectors of {} bytes, and the block server can only "
                                 "serve 512 yet",
                                 metadata.logical_sector));
  }
  image.size = metadata.disk_size;
  image.log_in_use = !headers.header().log.is_zero();
  return {};
}

// The size as QEMU's vpc driver takes it: programs that are known to mean the size field, else the geometry.
uint64_t vhd_size(const uint8_t* footer) {
  const uint64_t current = big(footer + 48, 8);
  const uint64_t by_geometry = big(footer + 56, 2) * footer[58] * footer[59] * 512;
  for (const char* creator : {"win ", "qem2", "d2v ", "tap\0", "CTXS"}) {
    if (std::memcmp(footer + 28, creator, 4) == 0) return current;
  }
  return by_geometry == uint64_t{65535} * 16 * 255 * 512 ? current : by_geometry;
}

Result<void> read_vhd(int fd, uint64_t file_size, Image& image) {
  uint8_t footer[512];
  if (file_size < sizeof footer || !read_at(fd, file_size - sizeof footer, footer, sizeof footer) ||
      std::memcmp(footer, "conectix", 8) != 0) {
    return bad_image(image.path, "it is not a VHD (or its footer is damaged)");
  }
  const uint64_t type = big(footer + 60, 4);
  if (type == 4) {
    return bad_image(image.path, "it is a differencing VHD, which the block server cannot open yet",
                     "Merge it into its parent first (Merge-VHD).");
  }
  if (type != 2 && type != 3) return bad_image(image.path, fmt::format("its VHD type {} is unknown", type));
  image.size = vhd_size(footer);
  return {};
}

Result<Format> format_of_name(const std::string& path) {
  const size_t dot = path.rfind('.');
  std::string extension =
      dot == std::string::npos || path.find('/', dot) != std::string::npos ? "" : path.substr(dot + 1);
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (extension == "vhdx") return Format::vhdx;
  if (extension == "vhd") return Format::vhd;
  if (extension == "qcow2") return Format::qcow2;
  if (extension == "img" || extension == "raw" || extension == "iso") return Format::raw;
  return bad_image(path, "its name does not tell its format",
                   "Name it .vhdx, .vhd, .qcow2, or .img, .raw or .iso for a raw disk.");
}

Result<void> read_raw(int fd, uint64_t file_size, Image& image) {
  // A raw disk may begin with anything, so this is a guess; the wrong guess the other way loses the disk.
  if (is_vhdx(fd)) return bad_image(image.path, "it would be read as raw, but its content is a VHDX");
  if (is_qcow2(fd)) return bad_image(image.path, "it would be read as raw, but its content is a qcow2 image");
  image.size = (file_size + 511) / 512 * 512;
  return {};
}

bool is_below(const std::string& path, const std::string& folder) {
  return folder == "/" ||
         (path.starts_with(folder) && path.size() > folder.size() && path[folder.size()] == '/');
}

}  // namespace

const char* driver_of(Format format) {
  switch (format) {
    case Format::vhdx: return "vhdx";
    case Format::vhd: return "vpc";
    case Format::qcow2: return "qcow2";
    case Format::raw: return "raw";
  }
  return "";
}

std::optional<Format> format_of_driver(const std::string& driver) {
  for (const Format format : {Format::vhdx, Format::vhd, Format::qcow2, Format::raw}) {
    if (driver == driver_of(format)) return format;
  }
  return std::nullopt;
}

Result<std::string> real_path(const std::string& path) {
  char* resolved = ::realpath(path.c_str(), nullptr);
  if (!resolved) return errno_error("find", path, errno);
  std::string result = resolved;
  ::free(resolved);
  return result;
}

bool has_vhdx_signature(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  return fd.valid() && is_vhdx(fd.get());
}

Result<Image> read_image(const std::string& path, std::optional<Format> format) {
  Image image;
  HVSH_TRY(image.path, real_path(path));
  UniqueFd fd(::open(image.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) return errno_error("open", image.path, errno);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return errno_error("read", image.path, errno);
  image.is_device = S_ISBLK(info.st_mode);
  if (!S_ISREG(info.st_mode) && !image.is_device) {
    return bad_image(image.path, S_ISDIR(info.st_mode) ? "it is a folder" : "it is not a file");
  }
  if (!format && image.is_device) format = Format::raw;
  if (!format) {
    HVSH_TRY(format, format_of_name(image.path));
  }
  image.format = *format;
  const off_t end = ::lseek(fd.get(), 0, SEEK_END);  // for a device st_size is 0
  if (end < 0) return errno_error("read", image.path, errno);
  const auto file_size = static_cast<uint64_t>(end);
  switch (image.format) {
    case Format::vhdx: HVSH_CHECK(read_vhdx(fd.get(), file_size, image)); break;
    case Format::vhd: HVSH_CHECK(read_vhd(fd.get(), file_size, image)); break;
    case Format::qcow2: HVSH_CHECK(read_qcow2(fd.get(), file_size, image)); break;
    case Format::raw: HVSH_CHECK(read_raw(fd.get(), file_size, image)); break;
  }
  if (image.size > kSizeMax) return bad_image(image.path, "the size of its disk is not possible");
  return image;
}

Result<std::vector<Image>> read_chain(const std::string& path, const std::vector<std::string>& folders) {
  std::vector<Image> chain;
  HVSH_TRY(Image top, read_image(path, std::nullopt));
  chain.push_back(std::move(top));
  while (!chain.back().parent.empty()) {
    const Image& child = chain.back();
    const bool allowed = folder_of(child.parent) == folder_of(child.path) ||
                         std::any_of(folders.begin(), folders.end(), [&](const std::string& folder) {
                           return is_below(child.parent, folder);
                         });
    if (!allowed) {
      return bad_image(child.path,
                       fmt::format("its parent '{}' lies outside of the machine's folders", child.parent),
                       "Move the parent beside it, or allow the parent's folder in the configuration.");
    }
    if (chain.size() >= kChainMax) {
      return bad_image(path, fmt::format("it has more than {} ancestors, or they form a circle", kChainMax));
    }
    HVSH_TRY(Image parent, read_image(child.parent, child.parent_format));
    chain.push_back(std::move(parent));
  }
  return chain;
}

}  // namespace hvsh::engines::block
