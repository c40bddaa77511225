#include "engines/vhdx/image.h"

#include <fmt/format.h>

#include <algorithm>

#include "engines/vhdx/errors.h"
#include "engines/vhdx/log.h"

namespace hvsh::vhdx {

Result<std::unique_ptr<VhdxImage>> VhdxImage::open(std::shared_ptr<Source> source) {
  std::unique_ptr<VhdxImage> image(new VhdxImage);
  HVSH_TRY(image->headers_, read_headers(*source));
  const Header& header = image->headers_.header();
  if (header.log.is_zero()) {
    image->source_ = std::move(source);
  } else {
    HVSH_TRY(image->source_, replay_log(std::move(source), header));
  }
  HVSH_TRY(image->regions_, read_regions(*image->source_, header));
  HVSH_TRY(image->metadata_, read_metadata(*image->source_, image->regions_.metadata));
  const Metadata& metadata = image->metadata_;
  const BatGeometry geometry = BatGeometry::of(metadata.disk_size, metadata.block_size,
                                               metadata.logical_sector, metadata.has_parent());
  HVSH_TRY(image->bat_, Bat::open(*image->source_, geometry, image->regions_.bat));
  return image;
}

DiskType VhdxImage::type() const {
  if (metadata_.has_parent()) return DiskType::Differencing;
  return metadata_.leave_blocks_allocated ? DiskType::Fixed : DiskType::Dynamic;
}

std::optional<ParentClaim> VhdxImage::parent_claim() const {
  if (!metadata_.parent) return std::nullopt;
  const ParentLocator& locator = *metadata_.parent;
  return ParentClaim{locator.value("relative_path"), locator.value("volume_path"),
                     locator.value("absolute_win32_path"), *locator.linkage(),
                     Guid::parse(locator.value("parent_linkage2")).value_or(Guid{})};
}

Result<BatSummary> VhdxImage::check_blocks(std::vector<bool>* used) const {
  std::vector<Extent> taken{{0, kHeaderArea}};
  for (const Region& region : regions_.all) taken.push_back(region.extent);
  if (headers_.header().log_length != 0) taken.push_back(headers_.header().log_extent());
  return bat_->scan(taken, used);
}

Result<Pieces> VhdxImage::resolve(Extent range) const {
  HVSH_CHECK(check_range(*this, range.offset, range.length));
  Pieces pieces;
  for (uint64_t at = range.offset; at < range.end();) {
    const uint64_t block = at / metadata_.block_size;
    const uint64_t within_block = at % metadata_.block_size;
    const uint64_t length = std::min(range.end() - at, metadata_.block_size - within_block);
    HVSH_TRY(const BatEntry entry, bat_->payload(block));
    switch (entry.state) {
      case BlockState::fully_present:
        add_piece(pieces, {Piece::Kind::data, at, length, entry.offset + within_block});
        break;
      case BlockState::partially_present:
        HVSH_CHECK(resolve_mixed(block, entry.offset, {at, length}, pieces));
        break;
      case BlockState::not_present:
        add_piece(pieces, {metadata_.has_parent() ? Piece::Kind::parent : Piece::Kind::zero, at, length});
        break;
      case BlockState::undefined:
      case BlockState::zero:
      case BlockState::unmapped: add_piece(pieces, {Piece::Kind::zero, at, length}); break;
    }
    at += length;
  }
  return pieces;
}

// A block of which some sectors are here and the others in the parent, one bit of the chunk's bitmap each.
Result<void> VhdxImage::resolve_mixed(uint64_t block, uint64_t place, Extent range, Pieces& pieces) const {
  const BatGeometry& geometry = bat_->geometry();
  const uint64_t sector = metadata_.logical_sector;
  HVSH_TRY(const uint64_t bitmap, bat_->bitmap(block / geometry.chunk_ratio));
  if (bitmap == 0) {
    return corrupt(path(), fmt::format("block {} is partially present but its chunk has no bitmap", block));
  }
  const uint64_t start = block * metadata_.block_size;
  // Bits are counted from the chunk's first sector.
  const uint64_t chunk = block / geometry.chunk_ratio * geometry.chunk_ratio * metadata_.block_size;
  const uint64_t first = (range.offset - chunk) / sector;
  const uint64_t last = (range.end() - 1 - chunk) / sector;
  Buffer bits(last / 8 - first / 8 + 1);
  HVSH_CHECK(source_->read(bitmap + first / 8, bits));
  const auto is_here = [&](uint64_t at) { return (bits[at / 8 - first / 8] >> (at % 8) & 1) != 0; };
  for (uint64_t at = first; at <= last;) {
    const bool here = is_here(at);
    uint64_t end = at + 1;
    while (end <= last && is_here(end) == here) ++end;
    const uint64_t from = std::max(chunk + at * sector, range.offset);
    const uint64_t until = std::min(chunk + end * sector, range.end());
    add_piece(pieces, {here ? Piece::Kind::data : Piece::Kind::parent, from, until - from,
                       here ? place + from - start : 0});
    at = end;
  }
  return {};
}

}  // namespace hvsh::vhdx
