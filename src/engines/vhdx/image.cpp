#include "engines/vhdx/image.h"

#include <fmt/format.h>

#include <algorithm>

#include "engines/vhdx/errors.h"
#include "engines/vhdx/log.h"

namespace hvsh::vhdx {

Result<std::unique_ptr<VhdxImage>> VhdxImage::open(std::unique_ptr<Source> source) {
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
  return ParentClaim{metadata_.parent->value("relative_path"), metadata_.parent->value("absolute_win32_path"),
                     *metadata_.parent->linkage()};
}

Result<BatSummary> VhdxImage::check_blocks() const {
  std::vector<Extent> taken{{0, kHeaderArea}};
  for (const Region& region : regions_.all) taken.push_back(region.extent);
  if (headers_.header().log_length != 0) taken.push_back(headers_.header().log_extent());
  return bat_->scan(taken);
}

Result<void> VhdxImage::read(uint64_t offset, MutableBytes to) {
  HVSH_CHECK(check_range(*this, offset, to.size()));
  while (!to.empty()) {
    const uint64_t within_block = offset % metadata_.block_size;
    const auto part = to.first(std::min<uint64_t>(to.size(), metadata_.block_size - within_block));
    HVSH_CHECK(read_block(offset / metadata_.block_size, within_block, part));
    offset += part.size();
    to = to.subspan(part.size());
  }
  return {};
}

Result<void> VhdxImage::read_block(uint64_t block, uint64_t within_block, MutableBytes to) {
  HVSH_TRY(const BatEntry entry, bat_->payload(block));
  switch (entry.state) {
    case BlockState::fully_present: return read_file(entry.offset + within_block, to);
    case BlockState::partially_present: return read_mixed(block, entry.offset, within_block, to);
    case BlockState::not_present:
      if (metadata_.has_parent()) {
        return read_parent(parent_.get(), path(), block * metadata_.block_size + within_block, to);
      }
      break;
    case BlockState::undefined:
    case BlockState::zero:
    case BlockState::unmapped: break;
  }
  std::fill(to.begin(), to.end(), uint8_t{0});
  return {};
}

// A block of which some sectors are here and the others in the parent, one bit of the chunk's bitmap each.
Result<void> VhdxImage::read_mixed(uint64_t block, uint64_t file_offset, uint64_t within_block,
                                   MutableBytes to) {
  const BatGeometry& geometry = bat_->geometry();
  const uint64_t sector = metadata_.logical_sector;
  HVSH_TRY(const uint64_t bitmap, bat_->bitmap(block / geometry.chunk_ratio));
  if (bitmap == 0) {
    return corrupt(path(), fmt::format("block {} is partially present but its chunk has no bitmap", block));
  }
  const uint64_t first = within_block / sector;
  const uint64_t last = (within_block + to.size() - 1) / sector;
  const uint64_t first_bit = block % geometry.chunk_ratio * (metadata_.block_size / sector);
  Buffer bits((first_bit + last) / 8 - (first_bit + first) / 8 + 1);
  HVSH_CHECK(source_->read(bitmap + (first_bit + first) / 8, bits));
  const uint64_t origin = (first_bit + first) / 8 * 8;
  const auto is_here = [&](uint64_t at) {
    const uint64_t bit = first_bit + at - origin;
    return (bits[bit / 8] >> (bit % 8) & 1) != 0;
  };
  for (uint64_t at = first; at <= last;) {
    const bool here = is_here(at);
    uint64_t end = at + 1;
    while (end <= last && is_here(end) == here) ++end;
    const uint64_t from = std::max(at * sector, within_block);
    const uint64_t until = std::min(end * sector, within_block + to.size());
    const auto part = to.subspan(from - within_block, until - from);
    HVSH_CHECK(here ? read_file(file_offset + from, part)
                    : read_parent(parent_.get(), path(), block * metadata_.block_size + from, part));
    at = end;
  }
  return {};
}

// The last block may be cut short; what is missing reads as zeros.
Result<void> VhdxImage::read_file(uint64_t offset, MutableBytes to) {
  const uint64_t size = source_->size();
  const uint64_t have = offset < size ? std::min<uint64_t>(size - offset, to.size()) : 0;
  std::fill(to.begin() + static_cast<ptrdiff_t>(have), to.end(), uint8_t{0});
  return have == 0 ? Result<void>() : source_->read(offset, to.first(have));
}

Result<void> read_parent(VirtualDisk* parent, const std::string& child, uint64_t offset, MutableBytes to) {
  if (parent == nullptr) {
    return Error{.id = "ParentNotOpen",
                 .category = ErrorCategory::InvalidOperation,
                 .message = fmt::format("Cannot read '{}': its parent disk is not open.", child),
                 .target = child};
  }
  const uint64_t size = parent->disk_size();
  const uint64_t have = offset < size ? std::min<uint64_t>(size - offset, to.size()) : 0;
  std::fill(to.begin() + static_cast<ptrdiff_t>(have), to.end(), uint8_t{0});
  return have == 0 ? Result<void>() : parent->read(offset, to.first(have));
}

Result<void> check_range(const VirtualDisk& disk, uint64_t offset, uint64_t length) {
  if (within(offset, length, disk.disk_size())) return {};
  return Error{.id = "OutOfRange",
               .category = ErrorCategory::InvalidArgument,
               .message = fmt::format("Cannot read '{}': bytes {} to {} lie behind its end at {}.",
                                      disk.path(), offset, offset + length, disk.disk_size()),
               .target = disk.path()};
}

}  // namespace hvsh::vhdx
