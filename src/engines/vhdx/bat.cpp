#include "engines/vhdx/bat.h"

#include <fmt/format.h>

#include <algorithm>

#include "engines/vhdx/errors.h"

namespace hvsh::vhdx {

namespace {

constexpr uint64_t kPage = 64 * kKiB;  // of the cache
constexpr uint64_t kPages = 16;
constexpr uint64_t kStateBits = 7;
constexpr uint64_t kReservedBits = 0xFFFF8;  // bits 3-19
constexpr uint64_t kBitsPerBitmap = kBitmapBlock * 8;

}  // namespace

BatGeometry BatGeometry::of(uint64_t disk_size, uint32_t block_size, uint32_t sector, bool differencing) {
  BatGeometry geometry{disk_size, block_size, sector, differencing};
  geometry.chunk_ratio = kBitsPerBitmap * sector / block_size;
  geometry.blocks = div_up(disk_size, block_size);
  geometry.chunks = div_up(geometry.blocks, geometry.chunk_ratio);
  geometry.entries = differencing ? geometry.chunks * (geometry.chunk_ratio + 1)
                                  : geometry.blocks + (geometry.blocks - 1) / geometry.chunk_ratio;
  return geometry;
}

uint32_t BatSummary::fragmentation_percent() const {
  return allocated_blocks < 2 ? 0 : static_cast<uint32_t>(breaks * 100 / (allocated_blocks - 1));
}

Result<Bat> Bat::open(const Source& source, const BatGeometry& geometry, Extent region) {
  if (geometry.entries * 8 > region.length) {
    return corrupt(source.path(), fmt::format("its block allocation table has room for {} of {} entries",
                                              region.length / 8, geometry.entries));
  }
  return Bat(source, geometry, region);
}

Result<uint64_t> Bat::raw(uint64_t index) const {
  const uint64_t at = index * 8;
  const uint64_t offset = at / kPage * kPage;
  pages_.resize(kPages);
  Page& page = pages_[at / kPage % kPages];
  if (page.offset != offset) {
    page.bytes.resize(std::min(kPage, region_.length - offset));
    page.offset = UINT64_MAX;
    HVSH_CHECK(source_->read(region_.offset + offset, page.bytes));
    page.offset = offset;
  }
  return load_le<uint64_t>(page.bytes.data() + (at - offset));
}

void Bat::changed(uint64_t index, uint64_t value) {
  const uint64_t at = index * 8;
  if (pages_.empty()) return;
  Page& page = pages_[at / kPage % kPages];
  if (page.offset == at / kPage * kPage) store_le(page.bytes.data() + at % kPage, value);
}

Result<BatEntry> Bat::payload(uint64_t block) const {
  HVSH_TRY(const uint64_t value, raw(geometry_.payload_entry(block)));
  return decode_payload(block, value);
}

Result<uint64_t> Bat::bitmap(uint64_t chunk) const {
  HVSH_TRY(const uint64_t value, raw(geometry_.bitmap_entry(chunk)));
  return decode_bitmap(chunk, value);
}

Result<BatEntry> Bat::decode_payload(uint64_t block, uint64_t value) const {
  const auto bad = [&](std::string_view what) {
    return corrupt(source_->path(), fmt::format("the table entry of block {} {}", block, what));
  };
  const uint64_t state = value & kStateBits;
  const BatEntry entry{static_cast<BlockState>(state), value & ~(kReservedBits | kStateBits)};
  if ((value & kReservedBits) != 0) return bad("has reserved bits set");
  switch (state) {
    case 0:
    case 2:
      if (entry.offset != 0) return bad("has a place though the block is not there");
      return entry;
    case 7:
      if (!geometry_.differencing) return bad("is partially present in a disk without parent");
      break;
    case 1:  // this and the next may keep the place that they had
    case 3:
    case 6: break;
    default: return bad(fmt::format("has state {}, which is not known", state));
  }
  const bool present = state >= 6;
  if (!present && entry.offset == 0) return entry;
  if (entry.offset < kHeaderArea) return bad("points into the headers");
  // Old versions of QEMU leave the last block short: what is missing reads as zeros.
  if (entry.offset >= source_->size()) return bad("points outside of the file");
  return entry;
}

Result<uint64_t> Bat::decode_bitmap(uint64_t chunk, uint64_t value) const {
  const auto bad = [&](std::string_view what) {
    return corrupt(source_->path(), fmt::format("the sector bitmap entry of chunk {} {}", chunk, what));
  };
  const uint64_t state = value & kStateBits;
  const uint64_t offset = value & ~(kReservedBits | kStateBits);
  // A disk without parent never uses its bitmaps, and images of other makers have odd values there.
  if (!geometry_.differencing) return uint64_t{0};
  if ((value & kReservedBits) != 0) return bad("has reserved bits set");
  if (state != 0 && state != kBitmapPresent) return bad(fmt::format("has state {}", state));
  if (state == 0) return uint64_t{0};
  if (offset < kHeaderArea) return bad("points into the headers");
  if (!within(offset, kBitmapBlock, source_->size())) return bad("points outside of the file");
  return offset;
}

// One pass over the table. Keeps a bit per MiB of the file, which finds blocks that overlap in any order.
class BatScan {
 public:
  BatScan(const Bat& bat, std::span<const Extent> taken)
      : bat_(bat), geometry_(bat.geometry_), used_(div_up(bat.source_->size(), kMiB)) {
    for (const Extent& extent : taken) mark(extent);
  }

  Result<void> entry(uint64_t index, uint64_t value) {
    const uint64_t chunk = index / (geometry_.chunk_ratio + 1);
    const uint64_t slot = index % (geometry_.chunk_ratio + 1);
    HVSH_CHECK(leave_chunks_before(chunk));
    if (slot == geometry_.chunk_ratio) return bitmap(chunk, value);
    const uint64_t block = chunk * geometry_.chunk_ratio + slot;
    return block < geometry_.blocks ? payload(block, chunk, value) : Result<void>();
  }

  Result<BatSummary> finish(std::vector<bool>* used) {
    HVSH_CHECK(leave_chunks_before(geometry_.chunks));
    if (used != nullptr) *used = std::move(used_);
    return summary_;
  }

 private:
  // False if any part was taken already. The last block may reach over the file's end.
  bool mark(Extent extent) {
    bool free = true;
    const uint64_t end = div_up(extent.end(), kMiB);
    if (end > used_.size()) used_.resize(end);
    for (uint64_t at = extent.offset / kMiB; at < end; ++at) {
      free = free && !used_[at];
      used_[at] = true;
    }
    return free;
  }

  // A chunk with partially present blocks needs its bitmap, which stands behind them.
  Result<void> leave_chunks_before(uint64_t chunk) {
    if (!needs_bitmap_ || *needs_bitmap_ >= chunk) return {};
    return corrupt(bat_.source_->path(),
                   fmt::format("chunk {} has partially present blocks but no sector bitmap", *needs_bitmap_));
  }

  Result<void> payload(uint64_t block, uint64_t chunk, uint64_t value) {
    HVSH_TRY(const BatEntry entry, bat_.decode_payload(block, value));
    if (entry.offset == 0) return {};
    if (!mark({entry.offset, geometry_.block_size})) {
      return corrupt(bat_.source_->path(),
                     fmt::format("block {} overlaps another block or a structure of the file", block));
    }
    if (entry.state == BlockState::partially_present) needs_bitmap_ = chunk;
    if (entry.state < BlockState::fully_present) return {};
    if (summary_.allocated_blocks != 0 && entry.offset != next_offset_) ++summary_.breaks;
    next_offset_ = entry.offset + geometry_.block_size;
    ++summary_.allocated_blocks;
    return {};
  }

  Result<void> bitmap(uint64_t chunk, uint64_t value) {
    HVSH_TRY(const uint64_t offset, bat_.decode_bitmap(chunk, value));
    if (offset == 0) return {};
    if (!mark({offset, kBitmapBlock})) {
      return corrupt(bat_.source_->path(),
                     fmt::format("the sector bitmap of chunk {} overlaps something else", chunk));
    }
    ++summary_.bitmap_blocks;
    // A bitmap between two runs of blocks does not make the disk fragmented.
    if (offset == next_offset_) next_offset_ += kBitmapBlock;
    if (needs_bitmap_ == chunk) needs_bitmap_.reset();
    return {};
  }

  const Bat& bat_;
  const BatGeometry& geometry_;
  std::vector<bool> used_;
  std::optional<uint64_t> needs_bitmap_;
  uint64_t next_offset_ = 0;
  BatSummary summary_;
};

Result<BatSummary> Bat::scan(std::span<const Extent> taken, std::vector<bool>* used) const {
  BatScan scan(*this, taken);
  const uint64_t end = region_.offset + geometry_.entries * 8;
  Buffer part(kMiB);
  for (uint64_t at = region_.offset; at < end;) {
    // An entry of zero is a block that is not there, so a hole of the file has nothing to check.
    HVSH_TRY(const Extent data, source_->next_data(at));
    const uint64_t start = std::max(at, data.offset / 8 * 8);
    if (data.length == 0 || start >= end) break;
    const uint64_t stop = std::min({end, round_up(data.end(), 8), start + part.size()});
    const MutableBytes bytes = MutableBytes(part).first(stop - start);
    HVSH_CHECK(source_->read(start, bytes));
    for (size_t i = 0; i < bytes.size(); i += 8) {
      const uint64_t value = load_le<uint64_t>(bytes.data() + i);
      if (value != 0) HVSH_CHECK(scan.entry((start - region_.offset + i) / 8, value));
    }
    at = stop;
  }
  return scan.finish(used);
}

}  // namespace hvsh::vhdx
