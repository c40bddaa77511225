#include "engines/vhdx/writable_vhdx.h"

#include <fmt/format.h>

#include <algorithm>

#include "engines/vhdx/errors.h"
#include "engines/vhdx/log.h"

namespace hvsh::vhdx {

namespace {

// Pages that publishing one block can change: its table entry, its bitmap's, and the bits of 256 MiB.
constexpr size_t kPagesOfBlock = 20;

Error spoiled(const std::string& path) {
  return {.id = "WriteError",
          .category = ErrorCategory::WriteError,
          .message = fmt::format(
              "Cannot write '{}': an earlier flush failed, so what is on disk is not known.", path),
          .hint = "Close the disk and open it again; its log brings it in order.",
          .target = path};
}

Error not_whole_sectors(const std::string& path, Extent range, uint64_t sector) {
  Error error =
      invalid_parameter(fmt::format("Cannot write '{}': bytes {} to {} are not whole sectors of {}.", path,
                                    range.offset, range.end(), sector));
  error.target = path;
  return error;
}

}  // namespace

Result<std::unique_ptr<WritableVhdx>> WritableVhdx::open(std::shared_ptr<Storage> file, bool building) {
  std::unique_ptr<WritableVhdx> disk(new WritableVhdx(std::move(file)));
  disk->building_ = building;
  HVSH_TRY(disk->headers_, read_headers(*disk->file_));
  Header header = disk->headers_.header();
  if (!header.log.is_zero()) {
    HVSH_TRY(const auto replayed, replay_log(disk->file_, header));
    header.file_write = Guid::random();
    HVSH_CHECK(disk->put_headers(header));
    HVSH_CHECK(replayed->apply(*disk->file_));
    HVSH_CHECK(disk->file_->flush());
    header.log = {};
    HVSH_CHECK(disk->put_headers(header));
  }
  HVSH_CHECK(disk->reload());
  return disk;
}

Result<void> WritableVhdx::reload() {
  std::unique_ptr<VirtualDisk> parent = image_ ? image_->take_parent() : nullptr;
  journal_ = std::make_shared<Journal>(file_, kLogSector);
  HVSH_TRY(image_, VhdxImage::open(journal_));
  image_->set_parent(std::move(parent));
  free_.reset();
  return {};
}

Extent WritableVhdx::block_range(uint64_t block) const {
  const uint64_t start = block * geometry().block_size;
  return {start, std::min<uint64_t>(geometry().block_size, geometry().disk_size - start)};
}

// One copy after the other, so that one is valid at every instant.
Result<void> WritableVhdx::put_headers(const Header& header) {
  Header next = header;
  next.sequence = headers_.header().sequence;
  Buffer bytes(kHeaderSize);
  for (int i = 0; i < 2; ++i) {
    const size_t copy = 1 - headers_.current;
    ++next.sequence;
    encode_header(next, bytes);
    HVSH_CHECK(file_->write(kHeaderOffsets[copy], bytes));
    HVSH_CHECK(file_->flush());
    headers_.copies[copy] = next;
    headers_.current = copy;
  }
  return {};
}

// An image without a log gets one.
Result<void> WritableVhdx::make_log() {
  Header header = headers_.header();
  HVSH_TRY(header.log_offset, take_space(kMiB, true));
  header.log_length = kMiB;
  HVSH_CHECK(file_->flush());
  return put_headers(header);
}

Result<void> WritableVhdx::begin(bool guest_sees) {
  if (failed_) return spoiled(image_->path());
  if (building_ || (log_ && (guest_sees_ || !guest_sees))) return {};
  if (headers_.header().log_length == 0) HVSH_CHECK(make_log());
  Header header = headers_.header();
  if (guest_sees) header.data_write = Guid::random();
  if (!log_) {
    header.file_write = Guid::random();
    HVSH_CHECK(file_->flush());  // the log will say how long the file is for good
    log_.emplace(*file_, header.log_extent(), Guid::random());
    auto started = log_->start();
    if (!started) {
      log_.reset();
      return started;
    }
    header.log = log_->id();
    header.log_version = 0;
  }
  if (auto put = put_headers(header); !put) {
    failed_ = true;
    return put;
  }
  journal_->use_log(&*log_);
  guest_sees_ = guest_sees;
  if (image_->regions().from_second) HVSH_CHECK(update_regions(image_->regions().all));
  return {};
}

Result<void> WritableVhdx::commit() {
  if (failed_) return spoiled(image_->path());
  if (auto done = journal_->commit(); !done) {
    failed_ = true;
    return done;
  }
  if (free_) free_->settle();
  return {};
}

Result<void> WritableVhdx::flush() { return commit(); }

Result<void> WritableVhdx::close() {
  HVSH_CHECK(commit());
  if (!log_) return {};
  HVSH_CHECK(file_->flush());
  Header header = headers_.header();
  header.log = {};
  HVSH_CHECK(put_headers(header));
  journal_->use_log(nullptr);
  log_.reset();
  guest_sees_ = false;
  return {};
}

Result<void> WritableVhdx::need_free_space() {
  if (free_) return {};
  std::vector<bool> used;
  HVSH_CHECK(image_->check_blocks(&used));
  free_.emplace(std::move(used));
  return {};
}

// `zeroed`: it reads as zeros. Behind the file's end it does anyway.
Result<uint64_t> WritableVhdx::take_space(uint64_t length, bool zeroed) {
  HVSH_CHECK(need_free_space());
  const uint64_t before = file_->size();
  const Extent place{free_->take(length), length};
  const auto make = [&]() -> Result<void> {
    if (zeroed && place.offset < before) HVSH_CHECK(file_->clear(place));
    return place.end() > before ? file_->resize(place.end()) : Result<void>();
  };
  if (auto made = make(); !made) {
    free_->release(place);
    return made.take_error();
  }
  return place.offset;
}

Result<void> WritableVhdx::need_bitmap(uint64_t chunk) {
  HVSH_TRY(const uint64_t there, image_->bat_->bitmap(chunk));
  if (there != 0 || bitmaps_.contains(chunk)) return {};
  HVSH_TRY(bitmaps_[chunk], take_space(kBitmapBlock, true));
  return {};
}

Result<uint64_t> WritableVhdx::place_of(uint64_t block) {
  if (const auto placed = blocks_.find(block); placed != blocks_.end()) return placed->second.offset;
  HVSH_TRY(const BatEntry entry, image_->bat_->payload(block));
  if (entry.state >= BlockState::fully_present) {
    // Old versions of QEMU leave the last block short.
    const uint64_t end = entry.offset + geometry().block_size;
    if (file_->size() < end) HVSH_CHECK(file_->resize(end));
    return entry.offset;
  }
  Place place{.from_parent = geometry().differencing && entry.state == BlockState::not_present};
  if (place.from_parent) HVSH_CHECK(need_bitmap(block / geometry().chunk_ratio));
  if (entry.offset != 0) {  // the place that it had before it was trimmed
    place.offset = entry.offset;
    HVSH_CHECK(file_->clear({entry.offset, geometry().block_size}));
  } else {
    // What is not written is not read where the parent has it.
    HVSH_TRY(place.offset, take_space(geometry().block_size, !place.from_parent));
  }
  blocks_[block] = place;
  return place.offset;
}

Result<Pieces> WritableVhdx::prepare(Extent range) {
  HVSH_CHECK(check_range(*image_, range.offset, range.length));
  const uint64_t sector = geometry().sector;
  if (range.offset % sector != 0 || range.length % sector != 0) {
    return not_whole_sectors(image_->path(), range, sector);
  }
  HVSH_CHECK(begin(true));
  Pieces pieces;
  for (uint64_t at = range.offset; at < range.end();) {
    const Extent block = block_range(at / geometry().block_size);
    const uint64_t length = std::min(range.end(), block.end()) - at;
    HVSH_TRY(const uint64_t place, place_of(at / geometry().block_size));
    add_piece(pieces, {Piece::Kind::data, at, length, place + (at - block.offset)});
    at += length;
  }
  return pieces;
}

Result<void> WritableVhdx::complete(Extent range) {
  for (uint64_t at = range.offset; at < range.end();) {
    const uint64_t block = at / geometry().block_size;
    const uint64_t end = std::min(range.end(), block_range(block).end());
    HVSH_CHECK(publish(block, {at, end - at}));
    at = end;
  }
  return {};
}

Result<void> WritableVhdx::set_entry(uint64_t index, uint64_t value) {
  uint8_t bytes[8];
  store_le(bytes, value);
  HVSH_CHECK(journal_->update(image_->bat_->position(index), bytes));
  image_->bat_->changed(index, value);
  return {};
}

Result<void> WritableVhdx::set_state(uint64_t block, BlockState state, uint64_t offset) {
  return set_entry(geometry().payload_entry(block), encode_bat_entry(static_cast<uint64_t>(state), offset));
}

// Makes the written range a part of the disk, in memory; commit() makes it durable.
Result<void> WritableVhdx::publish(uint64_t block, Extent range) {
  if (!journal_->has_room(kPagesOfBlock)) HVSH_CHECK(commit());
  const auto placed = blocks_.find(block);
  if (placed == blocks_.end()) {
    HVSH_TRY(const BatEntry entry, image_->bat_->payload(block));
    if (entry.state != BlockState::partially_present) return {};
    HVSH_TRY(const bool all, set_bits(block, range, false));
    return all ? set_state(block, BlockState::fully_present, entry.offset) : Result<void>();
  }
  const Extent whole = block_range(block);
  const bool full =
      !placed->second.from_parent || (range.offset == whole.offset && range.length == whole.length);
  if (!full) HVSH_CHECK(set_bits(block, range, true));
  HVSH_CHECK(set_state(block, full ? BlockState::fully_present : BlockState::partially_present,
                       placed->second.offset));
  blocks_.erase(placed);
  return {};
}

// Marks sectors as being in this file. `fresh`: no other sector of the block is. True if all of them are now.
Result<bool> WritableVhdx::set_bits(uint64_t block, Extent range, bool fresh) {
  const uint64_t chunk = block / geometry().chunk_ratio;
  if (const auto placed = bitmaps_.find(chunk); placed != bitmaps_.end()) {
    HVSH_CHECK(set_entry(geometry().bitmap_entry(chunk), encode_bat_entry(kBitmapPresent, placed->second)));
    bitmaps_.erase(placed);
  }
  HVSH_TRY(const uint64_t bitmap, image_->bat_->bitmap(chunk));
  const uint64_t sector = geometry().sector;
  const Extent whole = block_range(block);
  const uint64_t first = (whole.offset - chunk * geometry().chunk_ratio * geometry().block_size) / sector;
  // A block begins at a whole byte: it has 256 sectors at least.
  Buffer bits(geometry().block_size / sector / 8);
  if (!fresh) HVSH_CHECK(journal_->read(bitmap + first / 8, bits));
  for (uint64_t at = (range.offset - whole.offset) / sector; at < (range.end() - whole.offset) / sector;
       ++at) {
    bits[at / 8] |= static_cast<uint8_t>(1 << at % 8);
  }
  HVSH_CHECK(journal_->update(bitmap + first / 8, bits));
  const uint64_t count = whole.length / sector;
  const bool bytes_full = std::all_of(bits.begin(), bits.begin() + static_cast<ptrdiff_t>(count / 8),
                                      [](uint8_t byte) { return byte == 0xFF; });
  const uint8_t rest = static_cast<uint8_t>((1 << count % 8) - 1);
  return bytes_full && (rest == 0 || (bits[count / 8] & rest) == rest);
}

Result<void> WritableVhdx::clear(Extent range, Clearing how) {
  HVSH_CHECK(check_range(*image_, range.offset, range.length));
  const uint64_t sector = geometry().sector;
  if (range.offset % sector != 0 || range.length % sector != 0) {
    return not_whole_sectors(image_->path(), range, sector);
  }
  if (range.length == 0) return {};
  HVSH_CHECK(begin(true));
  for (uint64_t at = range.offset; at < range.end();) {
    const uint64_t block = at / geometry().block_size;
    const Extent whole = block_range(block);
    const uint64_t end = std::min(range.end(), whole.end());
    const bool all = at == whole.offset && end == whole.end();
    HVSH_CHECK(all && image_->type() != DiskType::Fixed ? clear_block(block, how)
                                                        : clear_part(block, {at, end - at}, how));
    at = end;
  }
  return {};
}

// The block's place is free as soon as that is durable.
Result<void> WritableVhdx::clear_block(uint64_t block, Clearing how) {
  if (!journal_->has_room(kPagesOfBlock)) HVSH_CHECK(commit());
  HVSH_CHECK(need_free_space());
  HVSH_TRY(const BatEntry entry, image_->bat_->payload(block));
  uint64_t place = entry.offset;
  if (const auto placed = blocks_.find(block); placed != blocks_.end()) {
    place = placed->second.offset;
    blocks_.erase(placed);
  }
  const BlockState state = how == Clearing::zero ? BlockState::zero : BlockState::unmapped;
  const bool nothing_to_do =
      place == 0 && (entry.state == BlockState::zero || entry.state == state ||
                     (entry.state == BlockState::not_present && !geometry().differencing));
  if (nothing_to_do) return {};
  HVSH_CHECK(set_state(block, state, 0));
  if (place != 0) free_->release({place, geometry().block_size});
  return {};
}

Result<void> WritableVhdx::clear_part(uint64_t block, Extent range, Clearing how) {
  HVSH_TRY(const BatEntry entry, image_->bat_->payload(block));
  const bool fixed = image_->type() == DiskType::Fixed;
  const bool present = entry.state == BlockState::fully_present || blocks_.contains(block);
  const bool from_parent = entry.state == BlockState::partially_present ||
                           (entry.state == BlockState::not_present && geometry().differencing);
  if (how == Clearing::trim && (fixed || !present || from_parent)) return {};
  if (!present && !from_parent) return {};  // zero as it is
  HVSH_TRY(const Pieces pieces, prepare(range));
  for (const Piece& piece : pieces) HVSH_CHECK(file_->clear({piece.place, piece.length}, fixed));
  return complete(range);
}

}  // namespace hvsh::vhdx
