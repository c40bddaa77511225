#include "engines/vhdx/writable_disk.h"

#include "engines/vhdx/format.h"
#include "engines/vhdx/writable_vhd.h"
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
  uint8_t signature[8] = {};
  if (file->size() >= sizeof signature) HVSH_CHECK(file->read(0, signature));
  if (!has_signature(signature, kFileSignature)) {
    HVSH_TRY(auto vhd, WritableVhd::open(std::move(file)));
    return std::unique_ptr<WritableDisk>(std::move(vhd));
  }
  HVSH_TRY(auto disk, WritableVhdx::open(std::move(file)));
  return std::unique_ptr<WritableDisk>(std::move(disk));
}

Result<std::unique_ptr<WritableDisk>> open_writable(const std::string& path) {
  HVSH_TRY(auto file, File::open_write(path));
  return open_writable(std::unique_ptr<Storage>(std::move(file)));
}

Result<std::unique_ptr<WritableDisk>> open_writable_chain(const std::string& path,
                                                          const OpenOptions& options) {
  HVSH_TRY(auto disk, open_writable(path));
  if (disk->disk().type() == DiskType::Differencing) {
    HVSH_TRY(auto chain, open_chain(path, options));
    disk->disk().set_parent(chain->take_parent());
  }
  return disk;
}

}  // namespace hvsh::vhdx
