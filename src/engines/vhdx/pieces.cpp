// Where the bytes of a range of a disk are, and reading them: the same for all formats.
#include <fmt/format.h>

#include <algorithm>

#include "engines/vhdx/virtual_disk.h"

namespace hvsh::vhdx {

namespace {

Error parent_not_open(const VirtualDisk& child) {
  return {.id = "ParentNotOpen",
          .category = ErrorCategory::InvalidOperation,
          .message = fmt::format("Cannot read '{}': its parent disk is not open.", child.path()),
          .target = child.path()};
}

// Reads from the parent; what lies behind its end is zero.
Result<void> read_parent(const VirtualDisk& child, uint64_t offset, MutableBytes to) {
  const VirtualDisk* const parent = child.parent();
  if (parent == nullptr) return parent_not_open(child);
  const uint64_t size = parent->disk_size();
  const uint64_t have = offset < size ? std::min<uint64_t>(size - offset, to.size()) : 0;
  std::fill(to.begin() + static_cast<ptrdiff_t>(have), to.end(), uint8_t{0});
  return have == 0 ? Result<void>() : parent->read(offset, to.first(have));
}

void add_chain_piece(std::vector<ChainPiece>& pieces, const ChainPiece& piece) {
  if (!pieces.empty()) {
    ChainPiece& last = pieces.back();
    const bool placed = piece.owner != nullptr && !piece.in_base;
    if (last.owner == piece.owner && last.in_base == piece.in_base &&
        (!placed || last.place + last.length == piece.place)) {
      last.length += piece.length;
      return;
    }
  }
  pieces.push_back(piece);
}

Result<void> walk_chain(const VirtualDisk& disk, Extent range, const VirtualDisk* base,
                        std::vector<ChainPiece>& found) {
  if (&disk == base) {
    add_chain_piece(found, {.owner = base, .offset = range.offset, .length = range.length, .in_base = true});
    return {};
  }
  HVSH_TRY(const Pieces pieces, disk.resolve(range));
  for (const Piece& piece : pieces) {
    if (piece.kind == Piece::Kind::data) {
      add_chain_piece(found, {&disk, piece.offset, piece.length, piece.place});
      continue;
    }
    uint64_t below = 0;  // bytes of the piece that the parent has
    if (piece.kind == Piece::Kind::parent) {
      if (disk.parent() == nullptr) return parent_not_open(disk);
      const uint64_t size = disk.parent()->disk_size();
      below = piece.offset < size ? std::min(size - piece.offset, piece.length) : 0;
      if (below != 0) HVSH_CHECK(walk_chain(*disk.parent(), {piece.offset, below}, base, found));
    }
    if (below < piece.length) {
      add_chain_piece(found, {.offset = piece.offset + below, .length = piece.length - below});
    }
  }
  return {};
}

}  // namespace

void add_piece(Pieces& pieces, const Piece& piece) {
  if (!pieces.empty()) {
    Piece& last = pieces.back();
    const bool follows = last.kind == piece.kind && last.end() == piece.offset &&
                         (piece.kind != Piece::Kind::data || last.place + last.length == piece.place);
    if (follows) {
      last.length += piece.length;
      return;
    }
  }
  pieces.push_back(piece);
}

Result<std::vector<ChainPiece>> resolve_chain(const VirtualDisk& disk, Extent range,
                                              const VirtualDisk* base) {
  HVSH_CHECK(check_range(disk, range.offset, range.length));
  std::vector<ChainPiece> found;
  HVSH_CHECK(walk_chain(disk, range, base, found));
  return found;
}

Result<void> VirtualDisk::read(uint64_t offset, MutableBytes to) const {
  HVSH_TRY(const Pieces pieces, resolve({offset, to.size()}));
  for (const Piece& piece : pieces) {
    const MutableBytes part = to.subspan(piece.offset - offset, piece.length);
    switch (piece.kind) {
      case Piece::Kind::data: HVSH_CHECK(read_file(file(), piece.place, part)); break;
      case Piece::Kind::parent: HVSH_CHECK(read_parent(*this, piece.offset, part)); break;
      case Piece::Kind::zero: std::fill(part.begin(), part.end(), uint8_t{0}); break;
    }
  }
  return {};
}

Result<void> read_file(const Source& file, uint64_t offset, MutableBytes to) {
  const uint64_t size = file.size();
  const uint64_t have = offset < size ? std::min<uint64_t>(size - offset, to.size()) : 0;
  std::fill(to.begin() + static_cast<ptrdiff_t>(have), to.end(), uint8_t{0});
  return have == 0 ? Result<void>() : file.read(offset, to.first(have));
}

Result<void> check_range(const VirtualDisk& disk, uint64_t offset, uint64_t length) {
  if (within(offset, length, disk.disk_size())) return {};
  return Error{.id = "OutOfRange",
               .category = ErrorCategory::InvalidArgument,
               .message = fmt::format("Cannot use '{}': bytes {} to {} lie behind its end at {}.",
                                      disk.path(), offset, offset + length, disk.disk_size()),
               .target = disk.path()};
}

}  // namespace hvsh::vhdx
