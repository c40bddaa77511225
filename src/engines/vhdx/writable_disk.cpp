#include "engines/vhdx/writable_disk.h"

#include "engines/vhdx/format.h"
#include "engines/vhdx/writable_vhdx.h"

namespace hvsh::vhdx {

Result<void> WritableDisk::write(uint64_t offset, Bytes from) {
  HVSH_TRY(const Pieces pieces, prepare({offset, from.size()}));
  for (const Piece& piece : pieces) {
    HVSH_CHECK(storage().write(piece.place, from.subspan(piece.offset - offset, piece.length)));
  }
  return complete({offset, from.size()});
}

Result<std::unique_ptr<WritableDisk>> open_writable(std::unique_ptr<Storage> file) {
  HVSH_TRY(auto disk, WritableVhdx::open(std::move(file)));
  return std::unique_ptr<WritableDisk>(std::move(disk));
}

Result<std::unique_ptr<WritableDisk>> open_writable(const std::string& path) {
  HVSH_TRY(auto file, File::open_write(path));
  return open_writable(std::unique_ptr<Storage>(std::move(file)));
}

}  // namespace hvsh::vhdx
