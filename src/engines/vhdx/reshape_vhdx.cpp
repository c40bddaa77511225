// Changes of a VHDX file's shape: its size, the order of its blocks, what its metadata say.
#include <fmt/format.h>

#include <algorithm>

#include "engines/vhdx/errors.h"
#include "engines/vhdx/writable_vhdx.h"
#include "engines/vhdx/zeros.h"

namespace hvsh::vhdx {

namespace {

constexpr size_t kPagesOfMove = 2;

Result<void> check_size(const VhdxImage& image, uint64_t size) {
  if (size == 0 || size > kLargestDisk) {
    return invalid_parameter(fmt::format("A virtual size of {} bytes is not possible in a VHDX.", size),
                             "Choose a size of more than 0 and at most 64 TB.");
  }
  if (size % image.logical_sector() != 0) {
    return invalid_parameter(
        fmt::format("The virtual size of {} bytes is not a multiple of the logical sector size "
                    "of {} bytes.",
                    size, image.logical_sector()),
        "Round the size to whole sectors.");
  }
  return {};
}

}  // namespace

Result<void> WritableVhdx::update_item(const Guid& id, Bytes value) {
  HVSH_TRY(const auto place, find_metadata_item(*journal_, image_->regions().metadata, id));
  if (!place || place->length != value.size()) {
    return corrupt(image_->path(), fmt::format("its metadata lacks item {}", upper(id)));
  }
  return journal_->update(place->offset, value);
}

// Both tables, through the log: their checksums cover 64 KiB, but only the first page of it is not zero.
Result<void> WritableVhdx::update_regions(const std::vector<Region>& regions) {
  Buffer table(kRegionTableSize);
  encode_region_table(regions, table);
  for (const uint64_t offset : kRegionTableOffsets) {
    if (image_->regions().from_second && offset == kRegionTableOffsets[0]) {
      // A damaged table may have anything in its other pages.
      HVSH_CHECK(journal_->update(offset, table));
    } else {
      HVSH_CHECK(journal_->update(offset, Bytes(table).first(kLogSector)));
    }
  }
  return {};
}

// Entries of blocks that the disk does not have (yet) are padding: nobody reads them, so they are changed in
// their place, before the commit that makes them count.
Result<void> WritableVhdx::clear_entries(Extent table, const BatGeometry& from, uint64_t first,
                                         uint64_t end) {
  while (first < end) {
    const uint64_t chunk = first / from.chunk_ratio;
    const uint64_t last = std::min(end, (chunk + 1) * from.chunk_ratio) - 1;
    HVSH_CHECK(file_->clear({table.offset + from.payload_entry(first) * 8, (last - first + 1) * 8}));
    const Extent bitmap{from.bitmap_entry(chunk) * 8, 8};
    if (chunk >= from.chunks && bitmap.end() <= table.length) {
      HVSH_CHECK(file_->clear({table.offset + bitmap.offset, bitmap.length}));
    }
    first = last + 1;
  }
  return {};
}

Result<void> WritableVhdx::resize(uint64_t size) {
  HVSH_CHECK(check_size(*image_, size));
  if (size == image_->disk_size()) return {};
  if (size < image_->disk_size() && geometry().differencing) {
    return Error{.id = "NotSupported",
                 .category = ErrorCategory::InvalidOperation,
                 .message = fmt::format("The differencing disk '{}' cannot be made smaller.", image_->path()),
                 .hint = "Merge it into its parent, then make that smaller.",
                 .target = image_->path()};
  }
  HVSH_CHECK(begin(true));
  HVSH_CHECK(commit());
  HVSH_CHECK(need_free_space());
  HVSH_CHECK(size > image_->disk_size() ? grow(size) : shrink(size));
  HVSH_CHECK(close());
  if (!building_) HVSH_CHECK(cut_end());
  return reload();
}

Result<void> WritableVhdx::grow(uint64_t size) {
  const BatGeometry old = geometry();
  const BatGeometry larger = BatGeometry::of(size, old.block_size, old.sector, old.differencing);
  // Behind the old end there may be what was cut off once.
  const uint64_t within_block = old.disk_size % old.block_size;
  HVSH_TRY(const BatEntry last, image_->bat_->payload(old.blocks - 1));
  if (within_block != 0 && last.state >= BlockState::fully_present) {
    HVSH_CHECK(file_->clear({last.offset + within_block, old.block_size - within_block},
                            image_->type() == DiskType::Fixed));
  }
  const Extent old_table = image_->regions().bat;
  HVSH_CHECK(
      clear_entries(old_table, old, old.blocks, std::min(larger.blocks, blocks_in(old_table.length, old))));
  Extent table = old_table;
  if (larger.entries * 8 > table.length) {
    HVSH_TRY(table, copy_table(round_up(larger.entries * 8, kMiB)));
  }
  if (image_->type() == DiskType::Fixed) HVSH_CHECK(fill_new_blocks(larger, table.offset));
  uint8_t bytes[8];
  store_le(bytes, size);
  HVSH_CHECK(update_item(kDiskSizeItem, bytes));
  if (table.offset != old_table.offset) {
    std::vector<Region> regions = image_->regions().all;
    for (Region& region : regions) {
      if (region.id == kBatRegion) region.extent = table;
    }
    HVSH_CHECK(update_regions(regions));
    free_->release(old_table);
  }
  return commit();
}

// Payload entries that a table of so many bytes has room for.
uint64_t WritableVhdx::blocks_in(uint64_t table_length, const BatGeometry& geometry) {
  const uint64_t entries = table_length / 8;
  const uint64_t per_chunk = geometry.chunk_ratio + 1;
  return entries / per_chunk * geometry.chunk_ratio + std::min(entries % per_chunk, geometry.chunk_ratio);
}

// Copies the table to a larger place. The old one stays as it is until the region table names the new one.
Result<Extent> WritableVhdx::copy_table(uint64_t length) {
  const Extent old = image_->regions().bat;
  HVSH_TRY(const uint64_t place, take_space(length, true));
  HVSH_CHECK(copy_within(*file_, old, place));
  return Extent{place, length};
}

// A fixed disk has all its blocks. Their entries are padding still.
Result<void> WritableVhdx::fill_new_blocks(const BatGeometry& larger, uint64_t table) {
  for (uint64_t block = geometry().blocks; block < larger.blocks; ++block) {
    HVSH_TRY(const uint64_t place, take_space(larger.block_size, true));
    HVSH_CHECK(file_->allocate({place, larger.block_size}));
    uint8_t entry[8];
    store_le(entry, encode_bat_entry(static_cast<uint64_t>(BlockState::fully_present), place));
    HVSH_CHECK(file_->write(table + larger.payload_entry(block) * 8, entry));
  }
  return {};
}

// The size counts first: a block that is cut off can come back no more.
Result<void> WritableVhdx::shrink(uint64_t size) {
  const BatGeometry old = geometry();
  const BatGeometry smaller = BatGeometry::of(size, old.block_size, old.sector, old.differencing);
  uint8_t bytes[8];
  store_le(bytes, size);
  HVSH_CHECK(update_item(kDiskSizeItem, bytes));
  HVSH_CHECK(commit());
  for (uint64_t block = smaller.blocks; block < old.blocks; ++block) {
    HVSH_TRY(const BatEntry entry, image_->bat_->payload(block));
    if (entry.offset != 0) free_->release({entry.offset, old.block_size});
  }
  free_->settle();
  return clear_entries(image_->regions().bat, old, smaller.blocks, old.blocks);
}

// Only while no log entry stands that says how long the file is at least.
Result<void> WritableVhdx::cut_end() {
  const uint64_t end = free_->end();
  if (end >= file_->size()) return {};
  HVSH_CHECK(file_->resize(end));
  return file_->flush();
}

Result<void> WritableVhdx::drop_zeros(const Advance& advance) {
  if (image_->type() == DiskType::Fixed) return {};
  HVSH_CHECK(need_free_space());
  for (uint64_t block = 0; block < geometry().blocks; ++block) {
    if (advance && block % 64 == 0 && !advance(block, geometry().blocks)) return stopped(image_->path());
    HVSH_TRY(const BatEntry entry, image_->bat_->payload(block));
    if (entry.state != BlockState::fully_present) continue;
    const Extent whole = block_range(block);
    HVSH_TRY(const bool zero, is_zero(*file_, {entry.offset, whole.length}));
    if (!zero) continue;
    HVSH_CHECK(begin(false));
    if (!journal_->has_room(kPagesOfMove)) HVSH_CHECK(commit());
    HVSH_CHECK(set_state(block, geometry().differencing ? BlockState::zero : BlockState::not_present, 0));
    free_->release({entry.offset, geometry().block_size});
  }
  return commit();
}

Result<void> WritableVhdx::compact(const Advance& advance) {
  HVSH_CHECK(commit());
  HVSH_CHECK(need_free_space());
  HVSH_CHECK(move_down(advance));
  HVSH_CHECK(close());
  HVSH_CHECK(cut_end());
  return reload();
}

// Each block goes to the lowest place before its own. Its bytes are durable there before the table says so,
// and its old place is free only when that is durable.
Result<void> WritableVhdx::move_down(const Advance& advance) {
  const uint64_t used = free_->used();
  const auto move = [&](uint64_t index, uint64_t state, uint64_t place, uint64_t length) -> Result<void> {
    if (place + length <= used) return {};  // it is in nobody's way
    if (!free_->has_below(length, place)) return {};
    HVSH_CHECK(begin(false));
    if (!journal_->has_room(kPagesOfMove)) HVSH_CHECK(commit());
    const uint64_t target = free_->take_below(length, place);
    HVSH_CHECK(file_->clear({target, length}));
    HVSH_CHECK(copy_within(*file_, {place, length}, target));
    HVSH_CHECK(set_entry(index, encode_bat_entry(state, target)));
    free_->release({place, length});
    return {};
  };
  for (uint64_t chunk = 0; geometry().differencing && chunk < geometry().chunks; ++chunk) {
    HVSH_TRY(const uint64_t place, image_->bat_->bitmap(chunk));
    if (place != 0) {
      HVSH_CHECK(commit());  // bits that are not in the file yet would be left behind
      HVSH_CHECK(move(geometry().bitmap_entry(chunk), kBitmapPresent, place, kBitmapBlock));
    }
  }
  for (uint64_t block = 0; block < geometry().blocks; ++block) {
    if (advance && block % 64 == 0 && !advance(block, geometry().blocks)) return stopped(image_->path());
    HVSH_TRY(const BatEntry entry, image_->bat_->payload(block));
    if (entry.offset == 0) continue;
    HVSH_CHECK(move(geometry().payload_entry(block), static_cast<uint64_t>(entry.state), entry.offset,
                    geometry().block_size));
  }
  return commit();
}

Result<void> WritableVhdx::set_parent_claim(const ParentClaim& claim) {
  HVSH_TRY(const Buffer locator, encode_parent_locator({.linkage = claim.identity,
                                                        .also = claim.also_identity,
                                                        .relative = claim.relative,
                                                        .volume = claim.volume,
                                                        .absolute = claim.absolute}));
  HVSH_CHECK(begin(false));
  HVSH_CHECK(commit());
  HVSH_TRY(const auto changes,
           replace_metadata_item(*journal_, image_->regions().metadata, kParentLocatorItem, locator));
  for (const MetadataChange& change : changes) HVSH_CHECK(journal_->update(change.offset, change.bytes));
  HVSH_CHECK(close());
  return reload();
}

Result<void> WritableVhdx::set_identifier(const Guid& id) {
  uint8_t bytes[16];
  store_guid(bytes, id);
  HVSH_CHECK(begin(true));
  HVSH_CHECK(update_item(kPage83Item, bytes));
  HVSH_CHECK(close());
  return reload();
}

Result<void> WritableVhdx::set_physical_sector(uint32_t size) {
  const bool possible = (size == 512 || size == 4096) && size >= image_->logical_sector();
  if (!possible) {
    return invalid_parameter(
        fmt::format("A physical sector size of {} bytes is not possible for '{}', whose logical "
                    "sectors have {} bytes.",
                    size, image_->path(), image_->logical_sector()),
        "Choose 512/512, 512/4096 or 4096/4096.");
  }
  uint8_t bytes[4];
  store_le(bytes, size);
  HVSH_CHECK(begin(true));
  HVSH_CHECK(update_item(kPhysicalSectorItem, bytes));
  HVSH_CHECK(close());
  return reload();
}

Result<void> WritableVhdx::set_linkage(const Guid& linkage) {
  HVSH_CHECK(begin(false));
  Header header = headers_.header();
  header.data_write = linkage;
  HVSH_CHECK(put_headers(header));
  guest_sees_ = true;  // whatever is written now, this stays
  return {};
}

}  // namespace hvsh::vhdx
