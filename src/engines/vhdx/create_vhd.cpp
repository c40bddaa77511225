#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "engines/vhdx/create.h"
#include "engines/vhdx/errors.h"
#include "engines/vhdx/vhd_format.h"
#include "engines/vhdx/vhd_image.h"

namespace hvsh::vhdx {

namespace {

constexpr uint32_t kDefaultBlock = 2 * kMiB;
constexpr int64_t kEpoch = 946684800;  // 2000-01-01 UTC in Unix time

uint32_t vhd_time_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count() - kEpoch);
}

Result<void> check(const CreateSpec& spec, uint64_t size) {
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
  if (size == 0 || size > kLargestVhd) {
    return invalid_parameter(fmt::format("A virtual size of {} bytes is not possible in a VHD.", size),
                             "Choose a size of more than 0 and at most 2040 GB, or use the VHDX format.");
  }
  if (size % kVhdSector != 0) {
    return invalid_parameter(
        fmt::format("The virtual size of {} bytes is not a multiple of the sector size of 512 bytes.", size),
        "Round the size to whole sectors.");
  }
  return {};
}

// Footer, header, table (padded to a sector), parent locators, footer.
Result<void> write_sparse(File& file, VhdFooter footer, VhdHeader header, const ParentClaim* parent) {
  footer.data_offset = kVhdFooterSize;
  header.table_offset = kVhdFooterSize + kVhdHeaderSize;
  header.entries = static_cast<uint32_t>(div_up(footer.current_size, header.block_size));
  const uint64_t table_end = header.table_offset + round_up(header.entries * uint64_t{4}, kVhdSector);
  Buffer locators;
  if (parent != nullptr) {
    HVSH_TRY(locators, set_vhd_parent(header, *parent, table_end));
  }
  Buffer bytes(table_end + locators.size() + kVhdFooterSize, 0xFF);
  const MutableBytes all(bytes);
  encode_vhd_footer(footer, all.first(kVhdFooterSize));
  encode_vhd_header(header, all.subspan(kVhdFooterSize, kVhdHeaderSize));
  std::copy(locators.begin(), locators.end(), bytes.begin() + static_cast<ptrdiff_t>(table_end));
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

Result<NewFile> start_vhd(const CreateSpec& spec) {
  uint64_t size = spec.size;
  std::optional<ParentClaim> claim;
  if (spec.type == DiskType::Differencing) {
    if (spec.parent.empty()) {
      return invalid_parameter("A differencing disk needs a parent disk.", "Give its path with -ParentPath.");
    }
    HVSH_TRY(auto parent_file, File::open_read(spec.parent));
    HVSH_TRY(const auto parent, VhdImage::open(std::move(parent_file)));
    if (size == 0) size = parent->disk_size();
    if (size < parent->disk_size()) {
      return invalid_parameter(fmt::format("A child of '{}' cannot be smaller than its {} bytes.",
                                           spec.parent, parent->disk_size()),
                               "Leave the size out to get the parent's.");
    }
    HVSH_TRY(claim, claim_of(spec.path, *parent, spec.windows_path));
  }
  HVSH_CHECK(check(spec, size));
  HVSH_TRY(NewFile target, NewFile::create(spec.path));
  const VhdFooter footer{.time = vhd_time_now(),
                         .original_size = size,
                         .current_size = size,
                         .kind = static_cast<uint32_t>(spec.type),
                         .id = spec.identifier.is_zero() ? Guid::random() : spec.identifier};
  const VhdHeader header{.block_size = spec.block_size != 0 ? spec.block_size : kDefaultBlock};
  HVSH_CHECK(spec.type == DiskType::Fixed
                 ? write_fixed(target.file(), footer)
                 : write_sparse(target.file(), footer, header, claim ? &*claim : nullptr));
  return target;
}

Result<void> create_vhd(const CreateSpec& spec) {
  HVSH_TRY(NewFile target, start_vhd(spec));
  return target.commit();
}

}  // namespace hvsh::vhdx
