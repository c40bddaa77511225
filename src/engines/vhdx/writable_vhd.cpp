#include "engines/vhdx/writable_vhd.h"

#include <fmt/format.h>

#include <algorithm>

#include "engines/vhdx/errors.h"
#include "engines/vhdx/zeros.h"

namespace hvsh::vhdx {

namespace {

constexpr uint64_t kAlignment = 4 * kKiB;  // of blocks' data
constexpr size_t kPagesOfBlock = 300;      // bits of 64 MiB, and the table

}  // namespace

Result<std::unique_ptr<WritableVhd>> WritableVhd::open(std::shared_ptr<Storage> file) {
  std::unique_ptr<WritableVhd> disk(new WritableVhd(std::move(file)));
  HVSH_CHECK(disk->reload());
  return disk;
}

Result<void> WritableVhd::reload() {
  std::unique_ptr<VirtualDisk> parent = image_ ? image_->take_parent() : nullptr;
  // A sector is all that is ever written as a whole here, and a bitmap's neighbours are guests' data.
  journal_ = std::make_shared<Journal>(file_, kVhdSector);
  HVSH_TRY(image_, VhdImage::open(journal_));
  image_->set_parent(std::move(parent));
  end_ = round_up(image_->data_end(), kVhdSector);
  fresh_.clear();
  return {};
}

// The file grows, with its footer at the new end. Until that is durable the copy at the start counts.
Result<void> WritableVhd::put_end(uint64_t end, const VhdFooter& footer) {
  Buffer bytes(kVhdFooterSize);
  encode_vhd_footer(footer, bytes);
  HVSH_CHECK(file_->resize(end + kVhdFooterSize));
  HVSH_CHECK(file_->write(end, bytes));
  end_ = end;
  return {};
}

Result<uint64_t> WritableVhd::append_block() {
  const uint64_t bitmap = image_->bitmap_size();
  const uint64_t place = round_up(end_ + bitmap, kAlignment) - bitmap;
  if ((place + block_length()) / kVhdSector >= kVhdUnused) {
    return unsupported(image_->path(), "its file is as large as a VHD can be");
  }
  // The old footer stands in the way; what is behind it is new and reads as zeros.
  HVSH_CHECK(put_end(place + block_length(), image_->footer()));
  const bool differencing = image_->type() == DiskType::Differencing;
  const Buffer bits(bitmap, differencing ? 0 : 0xFF);
  HVSH_CHECK(file_->write(place, bits));
  return place;
}

Result<uint64_t> WritableVhd::place_of(uint64_t block) {
  if (const auto found = fresh_.find(block); found != fresh_.end()) return found->second;
  HVSH_TRY(const uint64_t place, image_->place_of(block));
  if (place != 0) return place;
  HVSH_TRY(fresh_[block], append_block());
  return fresh_[block];
}

Result<Pieces> WritableVhd::prepare(Extent range) {
  HVSH_CHECK(check_range(*image_, range.offset, range.length));
  if (range.offset % kVhdSector != 0 || range.length % kVhdSector != 0) {
    return invalid_parameter(
        fmt::format("Cannot write '{}': a write must be of whole sectors of 512 bytes.", image_->path()));
  }
  Pieces pieces;
  if (image_->type() == DiskType::Fixed) {
    add_piece(pieces, {Piece::Kind::data, range.offset, range.length, range.offset});
    return pieces;
  }
  const uint64_t size = header().block_size;
  for (uint64_t at = range.offset; at < range.end();) {
    const uint64_t length = std::min(range.end() - at, size - at % size);
    HVSH_TRY(const uint64_t place, place_of(at / size));
    add_piece(pieces, {Piece::Kind::data, at, length, place + image_->bitmap_size() + at % size});
    at += length;
  }
  return pieces;
}

Result<void> WritableVhd::complete(Extent range) {
  if (image_->type() == DiskType::Fixed) return {};
  const uint64_t size = header().block_size;
  for (uint64_t at = range.offset; at < range.end();) {
    const uint64_t block = at / size;
    const uint64_t length = std::min(range.end() - at, size - at % size);
    if (!journal_->has_room(kPagesOfBlock)) HVSH_CHECK(flush());
    HVSH_TRY(const uint64_t place, place_of(block));
    if (image_->type() == DiskType::Differencing) {
      HVSH_CHECK(set_bits(place, at % size / kVhdSector, (at % size + length) / kVhdSector));
    }
    if (fresh_.erase(block) != 0) HVSH_CHECK(set_entry(block, static_cast<uint32_t>(place / kVhdSector)));
    at += length;
  }
  return {};
}

Result<void> WritableVhd::set_entry(uint64_t block, uint32_t value) {
  uint8_t bytes[4];
  store_be(bytes, value);
  image_->forget_table();
  return journal_->update(header().table_offset + block * 4, bytes);
}

Result<void> WritableVhd::set_bits(uint64_t place, uint64_t first, uint64_t end) {
  Buffer bits((end - 1) / 8 - first / 8 + 1);
  HVSH_CHECK(journal_->read(place + first / 8, bits));
  for (uint64_t at = first; at < end; ++at) {
    bits[at / 8 - first / 8] |= static_cast<uint8_t>(0x80 >> at % 8);
  }
  return journal_->update(place + first / 8, bits);
}

Result<void> WritableVhd::clear(Extent range, Clearing how) {
  const bool differencing = image_->type() == DiskType::Differencing;
  const bool fixed = image_->type() == DiskType::Fixed;
  HVSH_TRY(const Pieces pieces, image_->resolve(range));
  if (how == Clearing::trim && (fixed || differencing)) return {};
  for (const Piece& piece : pieces) {
    // In a disk without parent, what is not there is zero.
    if (piece.kind == Piece::Kind::zero) continue;
    HVSH_TRY(const Pieces places, prepare({piece.offset, piece.length}));
    for (const Piece& one : places) HVSH_CHECK(file_->clear({one.place, one.length}, fixed));
    HVSH_CHECK(complete({piece.offset, piece.length}));
  }
  return {};
}

Result<void> WritableVhd::put_footers(const VhdFooter& footer) {
  Buffer bytes(kVhdFooterSize);
  encode_vhd_footer(footer, bytes);
  HVSH_CHECK(file_->write(end_, bytes));
  HVSH_CHECK(file_->flush());
  if (image_->type() == DiskType::Fixed) return {};
  HVSH_CHECK(file_->write(0, bytes));
  return file_->flush();
}

// A header is two sectors, so it is never changed in its place: a copy behind everything counts meanwhile.
Result<void> WritableVhd::put_header(const VhdHeader& header, VhdFooter footer) {
  Buffer bytes(kVhdHeaderSize);
  encode_vhd_header(header, bytes);
  const uint64_t home = footer.data_offset;
  const uint64_t copy = end_;
  HVSH_CHECK(put_end(copy + kVhdHeaderSize, image_->footer()));
  HVSH_CHECK(file_->write(copy, bytes));
  HVSH_CHECK(file_->flush());
  footer.data_offset = copy;
  HVSH_CHECK(put_footers(footer));
  HVSH_CHECK(file_->write(home, bytes));
  HVSH_CHECK(file_->flush());
  footer.data_offset = home;
  return put_footers(footer);
}

Result<void> WritableVhd::grow_fixed(const VhdFooter& footer) {
  // The footer at the new end first, in one write: a file system makes it longer when the bytes are there.
  Buffer bytes(kVhdFooterSize);
  encode_vhd_footer(footer, bytes);
  HVSH_CHECK(file_->write(footer.current_size, bytes));
  HVSH_CHECK(file_->flush());
  HVSH_CHECK(file_->clear({end_, kVhdFooterSize}, true));
  HVSH_CHECK(file_->allocate({end_, footer.current_size - end_}));
  return file_->flush();
}

// Behind the disk's end its last block may be cut short, or hold anything.
Result<void> WritableVhd::clear_tail() {
  const uint64_t within_block = image_->disk_size() % header().block_size;
  if (within_block == 0) return {};
  HVSH_TRY(const uint64_t place, image_->place_of(image_->disk_size() / header().block_size));
  if (place == 0) return {};
  const uint64_t end = place + block_length();
  if (end > end_) HVSH_CHECK(put_end(end, image_->footer()));
  HVSH_CHECK(
      file_->clear({place + image_->bitmap_size() + within_block, header().block_size - within_block}));
  return file_->flush();
}

Result<void> WritableVhd::resize(uint64_t size) {
  VhdFooter footer = image_->footer();
  if (size == footer.current_size) return {};
  if (size < footer.current_size) {
    return Error{.id = "NotSupported",
                 .category = ErrorCategory::InvalidOperation,
                 .message = fmt::format("The disk '{}' cannot be made smaller: it is in the VHD format.",
                                        image_->path()),
                 .hint = "Convert it to VHDX with Convert-VHD first.",
                 .target = image_->path()};
  }
  if (size > kLargestVhd || size % kVhdSector != 0) {
    return invalid_parameter(fmt::format("A virtual size of {} bytes is not possible in a VHD.", size),
                             "Choose a multiple of 512 bytes, at most 2040 GB, or use the VHDX format.");
  }
  HVSH_CHECK(flush());
  footer.current_size = size;
  if (image_->type() == DiskType::Fixed) {
    HVSH_CHECK(grow_fixed(footer));
    return reload();
  }
  HVSH_CHECK(clear_tail());
  VhdHeader larger = header();
  const auto entries = static_cast<uint32_t>(div_up(size, larger.block_size));
  if (entries > larger.entries) {
    Buffer table(round_up(entries * uint64_t{4}, kVhdSector), 0xFF);
    HVSH_CHECK(file_->read(larger.table_offset, MutableBytes(table).first(larger.entries * size_t{4})));
    const uint64_t place = end_;
    HVSH_CHECK(put_end(place + table.size(), image_->footer()));
    HVSH_CHECK(file_->write(place, table));
    HVSH_CHECK(file_->flush());
    larger.table_offset = place;
    larger.entries = entries;
    HVSH_CHECK(put_header(larger, footer));
  }
  HVSH_CHECK(put_footers(footer));
  return reload();
}

Result<void> WritableVhd::drop_zeros(const Advance& advance) {
  if (image_->type() != DiskType::Dynamic) return {};
  const uint64_t blocks = div_up(image_->disk_size(), header().block_size);
  for (uint64_t block = 0; block < blocks; ++block) {
    if (advance && block % 64 == 0 && !advance(block, blocks)) return stopped(image_->path());
    HVSH_TRY(const uint64_t place, image_->place_of(block));
    if (place == 0) continue;
    HVSH_TRY(const bool zero, is_zero(*file_, {place + image_->bitmap_size(), header().block_size}));
    if (zero) HVSH_CHECK(set_entry(block, kVhdUnused));
    if (!journal_->has_room(1)) HVSH_CHECK(flush());
  }
  return flush();
}

// The last blocks go into gaps, one after the other; then the end is cut off.
Result<void> WritableVhd::compact(const Advance& advance) {
  if (image_->type() == DiskType::Fixed) return {};
  HVSH_CHECK(flush());
  std::vector<std::pair<uint64_t, uint64_t>> blocks;  // place, number
  for (uint64_t block = 0; block < div_up(image_->disk_size(), header().block_size); ++block) {
    HVSH_TRY(const uint64_t place, image_->place_of(block));
    if (place != 0) blocks.emplace_back(place, block);
  }
  std::sort(blocks.begin(), blocks.end());
  const uint64_t bitmap = image_->bitmap_size();
  uint64_t gap = image_->structures_end();
  for (size_t next = 0; next < blocks.size();) {
    if (advance && !advance(next, blocks.size())) return stopped(image_->path());
    const uint64_t place = round_up(gap + bitmap, kAlignment) - bitmap;
    if (place + block_length() > blocks[next].first) {
      gap = blocks[next++].first + block_length();
      continue;
    }
    const auto [from, block] = blocks.back();
    HVSH_CHECK(file_->clear({place, block_length()}));
    HVSH_CHECK(copy_within(*file_, {from, block_length()}, place));
    HVSH_CHECK(set_entry(block, static_cast<uint32_t>(place / kVhdSector)));
    HVSH_CHECK(flush());
    blocks.pop_back();
    gap = place + block_length();
  }
  if (gap >= end_) return {};
  Buffer footer(kVhdFooterSize);
  encode_vhd_footer(image_->footer(), footer);
  HVSH_CHECK(file_->write(gap, footer));
  HVSH_CHECK(file_->flush());
  HVSH_CHECK(file_->resize(gap + kVhdFooterSize));
  HVSH_CHECK(file_->flush());
  return reload();
}

Result<void> WritableVhd::set_parent_claim(const ParentClaim& claim) {
  HVSH_CHECK(flush());
  VhdHeader changed = header();
  HVSH_TRY(const Buffer locators, set_vhd_parent(changed, claim, end_));
  const uint64_t place = end_;
  HVSH_CHECK(put_end(place + locators.size(), image_->footer()));
  HVSH_CHECK(file_->write(place, locators));
  HVSH_CHECK(file_->flush());
  HVSH_CHECK(put_header(changed, image_->footer()));
  return reload();
}

Result<void> WritableVhd::set_identifier(const Guid& id) {
  HVSH_CHECK(flush());
  VhdFooter footer = image_->footer();
  footer.id = id;
  HVSH_CHECK(put_footers(footer));
  return reload();
}

Result<void> WritableVhd::set_physical_sector(uint32_t) {
  return Error{
      .id = "NotSupported",
      .category = ErrorCategory::InvalidOperation,
      .message = fmt::format("The sectors of '{}' are of 512 bytes, as in every VHD.", image_->path()),
      .hint = "Convert it to VHDX with Convert-VHD first.",
      .target = image_->path()};
}

}  // namespace hvsh::vhdx
