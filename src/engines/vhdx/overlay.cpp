#include "engines/vhdx/overlay.h"

#include <algorithm>

namespace hvsh::vhdx {

// Removes what [range) covers; a run of zeros that sticks out on either side keeps its ends.
void Overlay::cut(Extent range) {
  auto at = pieces_.upper_bound(range.offset);
  if (at != pieces_.begin()) --at;
  while (at != pieces_.end() && at->first < range.end()) {
    const uint64_t start = at->first;
    const uint64_t end = start + at->second.length;
    if (end <= range.offset) {
      ++at;
      continue;
    }
    const Piece piece = at->second;
    at = pieces_.erase(at);
    if (start < range.offset) pieces_[start] = {range.offset - start, piece.zeros, piece.page};
    if (end > range.end()) pieces_[range.end()] = {end - range.end(), piece.zeros, piece.page};
  }
}

void Overlay::put_page(uint64_t offset, const LoggedPage& page) {
  cut({offset, kLogSector});
  pieces_[offset] = {kLogSector, false, page};
  extend(offset + kLogSector);
}

void Overlay::put_zeros(Extent range) {
  if (range.length == 0) return;
  cut(range);
  pieces_[range.offset] = {range.length, true, {}};
  extend(range.end());
}

Result<void> Overlay::read_base(uint64_t offset, MutableBytes to) const {
  const uint64_t have = offset < base_->size() ? std::min<uint64_t>(base_->size() - offset, to.size()) : 0;
  std::fill(to.begin() + static_cast<ptrdiff_t>(have), to.end(), uint8_t{0});
  return have == 0 ? Result<void>() : base_->read(offset, to.first(have));
}

Result<void> Overlay::read_piece(const Piece& piece, uint64_t within_piece, MutableBytes to) const {
  if (piece.zeros) {
    std::fill(to.begin(), to.end(), uint8_t{0});
    return {};
  }
  uint8_t page[kLogSector];
  HVSH_CHECK(base_->read(piece.page.data_sector, page));
  std::copy(piece.page.leading.begin(), piece.page.leading.end(), page);
  std::copy(piece.page.trailing.begin(), piece.page.trailing.end(), page + kLogSector - 4);
  std::memcpy(to.data(), page + within_piece, to.size());
  return {};
}

Result<void> Overlay::read(uint64_t offset, MutableBytes to) const {
  auto next = pieces_.upper_bound(offset);
  if (next != pieces_.begin()) --next;
  while (!to.empty()) {
    while (next != pieces_.end() && next->first + next->second.length <= offset) ++next;
    const bool in_piece = next != pieces_.end() && next->first <= offset;
    const uint64_t end =
        in_piece ? next->first + next->second.length : (next != pieces_.end() ? next->first : UINT64_MAX);
    const auto part = to.first(std::min<uint64_t>(to.size(), end - offset));
    HVSH_CHECK(in_piece ? read_piece(next->second, offset - next->first, part) : read_base(offset, part));
    offset += part.size();
    to = to.subspan(part.size());
  }
  return {};
}

Result<void> Overlay::apply(Storage& to) const {
  if (to.size() < size_) HVSH_CHECK(to.resize(size_));
  for (const auto& [offset, piece] : pieces_) {
    if (piece.zeros) {
      HVSH_CHECK(to.clear({offset, piece.length}));
      continue;
    }
    uint8_t page[kLogSector];
    HVSH_CHECK(read_piece(piece, 0, MutableBytes(page).first(piece.length)));
    HVSH_CHECK(to.write(offset, Bytes(page).first(piece.length)));
  }
  return {};
}

Result<Extent> Overlay::next_data(uint64_t offset) const {
  Extent found{size_, 0};
  if (offset < base_->size()) {
    HVSH_TRY(found, base_->next_data(offset));
    if (found.length == 0) found = {size_, 0};
  }
  auto next = pieces_.upper_bound(offset);
  if (next != pieces_.begin() && std::prev(next)->first + std::prev(next)->second.length > offset) --next;
  if (next != pieces_.end()) {
    const uint64_t start = std::max(next->first, offset);
    const uint64_t end = next->first + next->second.length;
    if (start < found.offset || found.length == 0) return Extent{start, end - start};
  }
  return found;
}

}  // namespace hvsh::vhdx
