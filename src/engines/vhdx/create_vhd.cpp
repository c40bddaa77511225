#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "engines/vhdx/create.h"
#include "engines/vhdx/errors.h"
#include "engines/vhdx/new_file.h"
#include "engines/vhdx/vhd_format.h"

namespace hvsh::vhdx {

namespace {

constexpr uint32_t kDefaultBlock = 2 * kMiB;
constexpr int64_t kEpoch = 946684800;  // 2000-01-01 UTC in Unix time

uint32_t vhd_time_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count() - kEpoch);
}

Result<void> check(const CreateSpec& spec) {
  if (spec.type == DiskType::Differencing) {
    return Error{
        .id = "NotImplemented",
        .category = ErrorCategory::NotImplemented,
        .message = fmt::format("Cannot create '{}': differencing disks of the VHD format cannot be made "
                               "yet.",
                               spec.path),
        .hint = "Use the VHDX format.",
        .target = spec.path};
  }
  for (const uint32_t sector : {spec.logical_sector, spec.physical_sector}) {
    if (sector != 0 && sector != kVhdSector) {
      return invalid_parameter(fmt::format("A sector size of {} bytes is not possible in a VHD.", sector),
                               "A VHD has sectors of 512 bytes; use the VHDX format.");
    }
  }
  if (spec.block_size != 0 && spec.block_size != 512 * kKiB && spec.block_size != 2 * kMiB) {
    return invalid_parameter(
        fmt::format("A block size of {} bytes is not possible in a VHD.", spec.block_size),
        "Choose 512 KB or 2 MB.");
  }
  if (spec.size == 0 || spec.size > kLargestVhd) {
    return invalid_parameter(fmt::format("A virtual size of {} bytes is not possible in a VHD.", spec.size),
                             "Choose a size of more than 0 and at most 2040 GB, or use the VHDX format.");
  }
  if (spec.size % kVhdSector != 0) {
    return invalid_parameter(
        fmt::format("The virtual size of {} bytes is not a multiple of the sector size of 512 bytes.",
                    spec.size),
        "Round the size to whole sectors.");
  }
  return {};
}

// Footer, header, table (padded to a sector), footer.
Result<void> write_dynamic(File& file, VhdFooter footer, uint32_t block_size) {
  footer.data_offset = kVhdFooterSize;
  VhdHeader header;
  header.table_offset = kVhdFooterSize + kVhdHeaderSize;
  header.entries = static_cast<uint32_t>(div_up(footer.current_size, block_size));
  header.block_size = block_size;
  const uint64_t table = round_up(header.entries * uint64_t{4}, kVhdSector);
  Buffer bytes(header.table_offset + table + kVhdFooterSize, 0xFF);
  const MutableBytes all(bytes);
  encode_vhd_footer(footer, all.first(kVhdFooterSize));
  encode_vhd_header(header, all.subspan(kVhdFooterSize, kVhdHeaderSize));
  encode_vhd_footer(footer, all.last(kVhdFooterSize));
  return file.write(0, bytes);
}

Result<void> write_fixed(File& file, const VhdFooter& footer) {
  HVSH_CHECK(file.allocate({0, footer.current_size + kVhdFooterSize}));
  Buffer bytes(kVhdFooterSize);
  encode_vhd_footer(footer, bytes);
  return file.write(footer.current_size, bytes);
}

}  // namespace

Result<void> create_vhd(const CreateSpec& spec) {
  HVSH_CHECK(check(spec));
  HVSH_TRY(NewFile target, NewFile::create(spec.path));
  const bool fixed = spec.type == DiskType::Fixed;
  const VhdFooter footer{.time = vhd_time_now(),
                         .original_size = spec.size,
                         .current_size = spec.size,
                         .kind = static_cast<uint32_t>(fixed ? VhdKind::fixed : VhdKind::dynamic),
                         .id = Guid::random()};
  HVSH_CHECK(
      fixed ? write_fixed(target.file(), footer)
            : write_dynamic(target.file(), footer, spec.block_size != 0 ? spec.block_size : kDefaultBlock));
  return target.commit();
}

}  // namespace hvsh::vhdx
