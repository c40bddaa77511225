#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "engines/vhdx/bat.h"
#include "engines/vhdx/create.h"
#include "engines/vhdx/errors.h"
#include "engines/vhdx/headers.h"
#include "engines/vhdx/image.h"
#include "engines/vhdx/metadata.h"
#include "engines/vhdx/new_file.h"
#include "engines/vhdx/regions.h"

namespace hvsh::vhdx {

namespace {

// The layout that Windows writes: headers, 1 MiB of log, 1 MiB of metadata, the table, blocks.
constexpr Extent kLog{kMiB, kMiB};
constexpr Extent kMetadataPlace{2 * kMiB, kMiB};
constexpr uint64_t kBatPlace = 3 * kMiB;

constexpr uint32_t kDynamicBlock = 32 * kMiB;
constexpr uint32_t kOtherBlock = 2 * kMiB;

// All that is to be written, decided and checked before a file is made.
struct Plan {
  Metadata metadata;
  Buffer locator;
  BatGeometry geometry;
  Extent bat;
  bool fixed = false;
};

Result<void> check(const Metadata& metadata) {
  for (const uint32_t sector : {metadata.logical_sector, metadata.physical_sector}) {
    if (sector == 512 || sector == 4096) continue;
    return invalid_parameter(fmt::format("A sector size of {} bytes is not possible.", sector),
                             "Choose 512 or 4096.");
  }
  if (metadata.logical_sector > metadata.physical_sector) {
    return invalid_parameter("The logical sector size cannot be larger than the physical sector size.",
                             "Choose 512/512, 512/4096 or 4096/4096.");
  }
  if (!std::has_single_bit(metadata.block_size) || metadata.block_size < kSmallestBlock ||
      metadata.block_size > kLargestBlock) {
    return invalid_parameter(
        fmt::format("A block size of {} bytes is not possible in a VHDX.", metadata.block_size),
        "Choose a power of two from 1 MB to 256 MB.");
  }
  if (metadata.disk_size == 0 || metadata.disk_size > kLargestDisk) {
    return invalid_parameter(
        fmt::format("A virtual size of {} bytes is not possible in a VHDX.", metadata.disk_size),
        "Choose a size of more than 0 and at most 64 TB.");
  }
  if (metadata.disk_size % metadata.logical_sector != 0) {
    return invalid_parameter(
        fmt::format("The virtual size of {} bytes is not a multiple of the logical sector "
                    "size of {} bytes.",
                    metadata.disk_size, metadata.logical_sector),
        "Round the size to whole sectors.");
  }
  return {};
}

// Takes from the parent what a child shares with it.
Result<void> plan_child(const CreateSpec& spec, Plan& plan) {
  if (spec.parent.empty()) {
    return invalid_parameter("A differencing disk needs a parent disk.", "Give its path with -ParentPath.");
  }
  HVSH_TRY(auto file, File::open_read(spec.parent));
  HVSH_TRY(const auto parent, VhdxImage::open(std::move(file)));
  Metadata& metadata = plan.metadata;
  metadata.disk_size = spec.size != 0 ? spec.size : parent->disk_size();
  metadata.logical_sector = parent->logical_sector();
  metadata.physical_sector = spec.physical_sector != 0 ? spec.physical_sector : parent->physical_sector();
  metadata.page83 = parent->identifier();
  if (spec.logical_sector != 0 && spec.logical_sector != metadata.logical_sector) {
    return invalid_parameter(fmt::format("A child of '{}' must have its logical sector size of {} bytes.",
                                         spec.parent, metadata.logical_sector));
  }
  if (metadata.disk_size < parent->disk_size()) {
    return invalid_parameter(
        fmt::format("A child of '{}' cannot be smaller than its {} bytes.", spec.parent, parent->disk_size()),
        "Leave the size out to get the parent's.");
  }
  HVSH_TRY(const ParentClaim claim, claim_of(spec.path, *parent, spec.windows_path));
  HVSH_TRY(plan.locator,
           encode_parent_locator(
               {.linkage = claim.identity, .relative = claim.relative, .absolute = claim.absolute}));
  return {};
}

Result<Plan> make_plan(const CreateSpec& spec) {
  Plan plan;
  Metadata& metadata = plan.metadata;
  const bool child = spec.type == DiskType::Differencing;
  plan.fixed = spec.type == DiskType::Fixed;
  const uint32_t block = spec.type == DiskType::Dynamic ? kDynamicBlock : kOtherBlock;
  metadata.block_size = spec.block_size != 0 ? spec.block_size : block;
  metadata.leave_blocks_allocated = plan.fixed;
  if (child) {
    HVSH_CHECK(plan_child(spec, plan));
  } else {
    metadata.disk_size = spec.size;
    metadata.logical_sector = spec.logical_sector != 0 ? spec.logical_sector : 512;
    metadata.physical_sector = spec.physical_sector != 0 ? spec.physical_sector : 4096;
    metadata.page83 = spec.identifier.is_zero() ? Guid::random() : spec.identifier;
  }
  HVSH_CHECK(check(metadata));
  plan.geometry = BatGeometry::of(metadata.disk_size, metadata.block_size, metadata.logical_sector, child);
  plan.bat = {kBatPlace, round_up(plan.geometry.entries * 8, kMiB)};
  return plan;
}

Result<void> write_headers(File& file) {
  Buffer identifier(kHeaderOffsets[0]);
  encode_file_identifier("hvsh", identifier);
  HVSH_CHECK(file.write(0, identifier));
  Header header{.file_write = Guid::random(),
                .data_write = Guid::random(),
                .log_length = static_cast<uint32_t>(kLog.length),
                .log_offset = kLog.offset};
  Buffer bytes(kHeaderSize);
  for (const uint64_t offset : kHeaderOffsets) {
    encode_header(header, bytes);
    HVSH_CHECK(file.write(offset, bytes));
    ++header.sequence;
  }
  return {};
}

Result<void> write_regions(File& file, Extent bat) {
  const Region regions[] = {{kBatRegion, bat}, {kMetadataRegion, kMetadataPlace}};
  Buffer table(kRegionTableSize);
  encode_region_table(regions, table);
  for (const uint64_t offset : kRegionTableOffsets) HVSH_CHECK(file.write(offset, table));
  return {};
}

// All blocks one behind the other. The space is there already, so this cannot run out of it half-way through
// more than the table itself.
Result<void> write_fixed_bat(File& file, const BatGeometry& geometry, Extent bat) {
  Buffer part;
  part.reserve(kMiB);
  uint64_t at = bat.offset;
  uint64_t place = bat.end();
  for (uint64_t index = 0; index < geometry.entries; ++index) {
    uint64_t value = 0;
    if (index % (geometry.chunk_ratio + 1) != geometry.chunk_ratio) {
      value = encode_bat_entry(static_cast<uint64_t>(BlockState::fully_present), place);
      place += geometry.block_size;
    }
    part.resize(part.size() + 8);
    store_le(part.data() + part.size() - 8, value);
    if (part.size() == kMiB || index + 1 == geometry.entries) {
      HVSH_CHECK(file.write(at, part));
      at += part.size();
      part.clear();
    }
  }
  return {};
}

}  // namespace

Result<NewFile> start_vhdx(const CreateSpec& spec) {
  HVSH_TRY(const Plan plan, make_plan(spec));
  HVSH_TRY(NewFile target, NewFile::create(spec.path));
  File& file = target.file();
  // Zeros everywhere mean "not present": a table of any size costs nothing.
  HVSH_CHECK(file.resize(plan.bat.end()));
  if (plan.fixed) {
    HVSH_CHECK(file.allocate({0, plan.bat.end() + plan.geometry.blocks * plan.geometry.block_size}));
    HVSH_CHECK(write_fixed_bat(file, plan.geometry, plan.bat));
  }
  HVSH_CHECK(write_regions(file, plan.bat));
  HVSH_CHECK(file.write(kMetadataPlace.offset, encode_metadata(plan.metadata, plan.locator)));
  HVSH_CHECK(write_headers(file));
  return target;
}

Result<void> create_vhdx(const CreateSpec& spec) {
  HVSH_TRY(NewFile target, start_vhdx(spec));
  return target.commit();
}

}  // namespace hvsh::vhdx
