#pragma once
// The structures of a VHD file: footer, header of dynamic and differencing disks, disk geometry.
// All integers are big-endian; GUIDs are stored as Windows stores them everywhere.
#include <array>
#include <optional>
#include <string>

#include "engines/vhdx/bytes.h"
#include "engines/vhdx/guid.h"
#include "engines/vhdx/virtual_disk.h"

namespace hvsh::vhdx {

inline constexpr uint64_t kVhdFooterSize = 512;
inline constexpr uint64_t kVhdHeaderSize = 1024;
inline constexpr uint64_t kVhdSector = 512;
inline constexpr uint64_t kLargestVhd = 2040 * kGiB;
inline constexpr uint32_t kVhdUnused = 0xFFFFFFFF;

enum class VhdKind : uint32_t { fixed = 2, dynamic = 3, differencing = 4 };

struct VhdFooter {
  uint64_t data_offset = UINT64_MAX;  // of the header; all ones for a fixed disk
  uint32_t time = 0;                  // seconds since 2000-01-01 UTC
  uint64_t original_size = 0;
  uint64_t current_size = 0;
  uint32_t kind = 0;
  Guid id;
};

struct VhdHeader {
  struct Locator {
    uint32_t code = 0;
    uint32_t space = 0;   // in bytes, as Windows writes it
    uint32_t length = 0;  // in bytes
    uint64_t offset = 0;
  };
  uint64_t table_offset = 0;
  uint32_t entries = 0;
  uint32_t block_size = 0;
  Guid parent_id;
  uint32_t parent_time = 0;
  std::string parent_name;  // empty if it is not UTF-16
  std::array<Locator, 8> locators{};
};

struct VhdGeometry {
  uint16_t cylinders = 0;
  uint8_t heads = 0;
  uint8_t sectors = 0;
};

// The geometry that goes with a size; the size itself is not rounded by it.
VhdGeometry vhd_geometry(uint64_t disk_size);

void encode_vhd_footer(const VhdFooter& footer, MutableBytes to);  // kVhdFooterSize bytes
void encode_vhd_header(const VhdHeader& header, MutableBytes to);  // kVhdHeaderSize bytes

inline constexpr uint32_t kWindowsAbsolute = 0x57326B75;  // "W2ku", codes of locators
inline constexpr uint32_t kWindowsRelative = 0x57327275;  // "W2ru"

// Names the parent in the header. The result is to be written at `place` of the file: the paths that the
// header's locators point to. Error: a path that is not UTF-8.
Result<Buffer> set_vhd_parent(VhdHeader& header, const ParentClaim& claim, uint64_t place);

// Nothing if the signature or the checksum does not hold.
std::optional<VhdFooter> decode_vhd_footer(Bytes from);
std::optional<VhdHeader> decode_vhd_header(Bytes from);

}  // namespace hvsh::vhdx
