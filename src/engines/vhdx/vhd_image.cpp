#include "engines/vhdx/vhd_image.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <vector>

#include "engines/vhdx/errors.h"
#include "engines/vhdx/format.h"
#include "engines/vhdx/image.h"
#include "engines/vhdx/utf16.h"

namespace hvsh::vhdx {

namespace {

constexpr uint64_t kPage = 64 * kKiB;
constexpr uint32_t kLongestPath = 64 * kKiB;

struct FoundFooter {
  VhdFooter footer;
  uint64_t length = 0;  // that it takes at the end of the file
};

// The footer at the end, of 512 or (by very old software) 511 bytes, else the copy at the start.
Result<FoundFooter> find_footer(const Source& source) {
  const uint64_t size = source.size();
  for (const uint64_t length : {kVhdFooterSize, kVhdFooterSize - 1}) {
    if (size < length) continue;
    Buffer bytes(kVhdFooterSize);
    HVSH_CHECK(source.read(size - length, MutableBytes(bytes).first(length)));
    if (const auto footer = decode_vhd_footer(bytes)) return FoundFooter{*footer, length};
  }
  if (size >= kVhdFooterSize) {
    Buffer bytes(kVhdFooterSize);
    HVSH_CHECK(source.read(0, bytes));
    const auto footer = decode_vhd_footer(bytes);
    if (footer && footer->kind != static_cast<uint32_t>(VhdKind::fixed)) return FoundFooter{*footer, 0};
  }
  return corrupt(source.path(), "its footer is damaged or it is not a VHD file");
}

}  // namespace

uint32_t VhdSummary::fragmentation_percent() const {
  return allocated_blocks < 2 ? 0 : static_cast<uint32_t>(breaks * 100 / (allocated_blocks - 1));
}

Result<std::unique_ptr<VhdImage>> VhdImage::open(std::shared_ptr<Source> source) {
  std::unique_ptr<VhdImage> image(new VhdImage);
  HVSH_TRY(const FoundFooter found, find_footer(*source));
  image->source_ = std::move(source);
  image->footer_ = found.footer;
  image->footer_length_ = found.length;
  const VhdFooter& footer = image->footer_;
  const std::string& path = image->path();
  if (footer.current_size == 0 || footer.current_size % kVhdSector != 0 ||
      footer.current_size > kLargestVhd) {
    return corrupt(path, fmt::format("its virtual size is {} bytes", footer.current_size));
  }
  switch (footer.kind) {
    case static_cast<uint32_t>(VhdKind::fixed):
      if (image->data_end() < footer.current_size)
        return corrupt(path, "it is shorter than its virtual size");
      return image;
    case static_cast<uint32_t>(VhdKind::dynamic):
    case static_cast<uint32_t>(VhdKind::differencing): break;
    default: return unsupported(path, fmt::format("its VHD type is {}, which is not known", footer.kind));
  }
  HVSH_CHECK(image->read_header());
  if (image->type() == DiskType::Differencing) HVSH_CHECK(image->read_claim());
  return image;
}

Result<void> VhdImage::read_header() {
  if (!within(footer_.data_offset, kVhdHeaderSize, source_->size())) {
    return corrupt(path(), "its header lies outside of the file");
  }
  Buffer bytes(kVhdHeaderSize);
  HVSH_CHECK(source_->read(footer_.data_offset, bytes));
  const std::optional<VhdHeader> header = decode_vhd_header(bytes);
  if (!header) return corrupt(path(), "its header is damaged");
  header_ = *header;
  const uint32_t size = header_.block_size;
  if (!std::has_single_bit(size) || size < 64 * kKiB || size > 256 * kMiB) {
    return corrupt(path(), fmt::format("its block size is {} bytes", size));
  }
  if (header_.entries < div_up(footer_.current_size, size)) {
    return corrupt(path(), "its block allocation table is shorter than the disk");
  }
  if (!within(header_.table_offset, header_.entries * uint64_t{4}, source_->size())) {
    return corrupt(path(), "its block allocation table lies outside of the file");
  }
  return {};
}

Result<void> VhdImage::read_claim() {
  claim_.identity = header_.parent_id;
  claim_.absolute = header_.parent_name;
  for (const VhdHeader::Locator& locator : header_.locators) {
    if (locator.code != kWindowsAbsolute && locator.code != kWindowsRelative) continue;
    if (locator.length > kLongestPath || !within(locator.offset, locator.length, source_->size())) {
      return corrupt(path(), "a parent locator lies outside of the file");
    }
    Buffer bytes(locator.length);
    HVSH_CHECK(source_->read(locator.offset, bytes));
    const std::optional<std::string> text = utf8_from_le(bytes);
    if (!text) return corrupt(path(), "a parent locator is not UTF-16");
    const std::string value = text->substr(0, text->find('\0'));
    (locator.code == kWindowsRelative ? claim_.relative : claim_.absolute) = value;
  }
  return {};
}

std::optional<ParentClaim> VhdImage::parent_claim() const {
  return type() == DiskType::Differencing ? std::optional(claim_) : std::nullopt;
}

uint64_t VhdImage::bitmap_size() const {
  return round_up(div_up(header_.block_size / kVhdSector, 8), kVhdSector);
}

uint64_t VhdImage::structures_end() const {
  uint64_t end =
      std::max(footer_.data_offset + kVhdHeaderSize, header_.table_offset + header_.entries * uint64_t{4});
  for (const VhdHeader::Locator& locator : header_.locators) {
    // Some write the space in sectors; what is there is at least as long as the path.
    if (locator.code != 0) end = std::max(end, locator.offset + std::max(locator.space, locator.length));
  }
  return round_up(end, kVhdSector);
}

Result<uint64_t> VhdImage::place_of(uint64_t block, uint32_t value) const {
  if (value == kVhdUnused) return uint64_t{0};
  const uint64_t place = value * kVhdSector;
  // The last block of a disk may be cut at the disk's end.
  const uint64_t data =
      std::min<uint64_t>(header_.block_size, footer_.current_size - block * header_.block_size);
  if (place < kVhdFooterSize || !within(place, bitmap_size() + data, data_end())) {
    return corrupt(path(), fmt::format("block {} lies outside of the file", block));
  }
  return place;
}

Result<uint64_t> VhdImage::place_of(uint64_t block) const {
  const uint64_t at = block * 4;
  const uint64_t page = at / kPage * kPage;
  if (page != page_offset_) {
    page_.resize(std::min<uint64_t>(kPage, header_.entries * uint64_t{4} - page));
    page_offset_ = UINT64_MAX;
    HVSH_CHECK(source_->read(header_.table_offset + page, page_));
    page_offset_ = page;
  }
  return place_of(block, load_be<uint32_t>(page_.data() + (at - page)));
}

Result<VhdSummary> VhdImage::check_blocks() const {
  VhdSummary summary;
  if (type() == DiskType::Fixed) return summary;
  std::vector<uint64_t> places;
  uint64_t expected = 0;
  const uint64_t length = bitmap_size() + header_.block_size;
  const uint64_t table_end = header_.table_offset + header_.entries * uint64_t{4};
  for (uint64_t block = 0; block < div_up(footer_.current_size, header_.block_size); ++block) {
    HVSH_TRY(const uint64_t place, place_of(block));
    if (place == 0) continue;
    const uint64_t header_end = footer_.data_offset + kVhdHeaderSize;
    const bool clashes = (place < table_end && header_.table_offset < place + length) ||
                         (place < header_end && footer_.data_offset < place + length);
    if (clashes) return corrupt(path(), fmt::format("block {} overlaps a structure of the file", block));
    summary.breaks += !places.empty() && place != expected;
    summary.aligned = summary.aligned && (place + bitmap_size()) % 4096 == 0;
    expected = place + length;
    places.push_back(place);
  }
  std::sort(places.begin(), places.end());
  for (size_t i = 1; i < places.size(); ++i) {
    if (places[i] - places[i - 1] < length) {
      return corrupt(path(), fmt::format("two blocks overlap at byte {}", places[i]));
    }
  }
  summary.allocated_blocks = places.size();
  return summary;
}

Result<Pieces> VhdImage::resolve(Extent range) const {
  HVSH_CHECK(check_range(*this, range.offset, range.length));
  Pieces pieces;
  if (type() == DiskType::Fixed) {
    add_piece(pieces, {Piece::Kind::data, range.offset, range.length, range.offset});
    return pieces;
  }
  for (uint64_t at = range.offset; at < range.end();) {
    const uint64_t block = at / header_.block_size;
    const uint64_t within_block = at % header_.block_size;
    const uint64_t length = std::min(range.end() - at, header_.block_size - within_block);
    HVSH_TRY(const uint64_t place, place_of(block));
    const bool differencing = type() == DiskType::Differencing;
    if (place == 0) {
      add_piece(pieces, {differencing ? Piece::Kind::parent : Piece::Kind::zero, at, length});
    } else if (differencing) {
      HVSH_CHECK(resolve_mixed(block, place, {at, length}, pieces));
    } else {
      add_piece(pieces, {Piece::Kind::data, at, length, place + bitmap_size() + within_block});
    }
    at += length;
  }
  return pieces;
}

// The block's bitmap has a bit per sector, the highest of a byte first: 1 is here, 0 in the parent.
Result<void> VhdImage::resolve_mixed(uint64_t block, uint64_t place, Extent range, Pieces& pieces) const {
  const uint64_t start = block * header_.block_size;
  const uint64_t first = (range.offset - start) / kVhdSector;
  const uint64_t last = (range.end() - 1 - start) / kVhdSector;
  Buffer bits(last / 8 - first / 8 + 1);
  HVSH_CHECK(source_->read(place + first / 8, bits));
  const auto is_here = [&](uint64_t at) { return (bits[at / 8 - first / 8] >> (7 - at % 8) & 1) != 0; };
  for (uint64_t at = first; at <= last;) {
    const bool here = is_here(at);
    uint64_t end = at + 1;
    while (end <= last && is_here(end) == here) ++end;
    const uint64_t from = std::max(start + at * kVhdSector, range.offset);
    const uint64_t until = std::min(start + end * kVhdSector, range.end());
    add_piece(pieces, {here ? Piece::Kind::data : Piece::Kind::parent, from, until - from,
                       here ? place + bitmap_size() + from - start : 0});
    at = end;
  }
  return {};
}

}  // namespace hvsh::vhdx
