#pragma once
// An image that is written, of either format.
//
// The metadata path is apart from the data path: prepare() says where bytes go, the caller moves them by
// whatever means, complete() makes them part of the disk. Nothing is durable before flush() returned; then
// all that was completed before is. Whatever is cut off, the image opens again and every sector that was
// written since the last flush holds its old or its new bytes.
//
// The calls of one image are for one thread at a time; bytes between prepare() and complete() may be moved by
// any number. After a failed flush() the image takes no more changes: what is on disk is not known then, and
// opening it again finds out.
#include <functional>
#include <memory>

#include "core/result.h"
#include "engines/vhdx/virtual_disk.h"

namespace hvsh::vhdx {

// Told how much of a long operation is done; false ends it with an error, the image whole.
using Advance = std::function<bool(uint64_t done, uint64_t total)>;

// What becomes of a range that nobody needs any more.
enum class Clearing : uint8_t {
  zero,  // it reads as zeros from now on
  trim,  // its contents do not matter; whole blocks of a disk that is not fixed then read as zeros
};

class WritableDisk {
 public:
  virtual ~WritableDisk() = default;

  // For reading; sees all that was completed. Not to be kept over a resize().
  virtual VirtualDisk& disk() = 0;
  virtual Storage& storage() = 0;

  // Where the bytes of a range go, in order, all of kind `data`. Offset and length are whole sectors.
  virtual Result<Pieces> prepare(Extent range) = 0;
  virtual Result<void> complete(Extent range) = 0;
  virtual Result<void> clear(Extent range, Clearing how) = 0;
  virtual Result<void> flush() = 0;
  // Flushes, and leaves an image that needs no replay. Without it the file is as after a power cut.
  virtual Result<void> close() = 0;

  // A smaller size cuts off what lies behind it; the caller has made sure that nobody needs it. A larger one
  // reads as zeros there.
  virtual Result<void> resize(uint64_t size) = 0;
  // Gives up the places of blocks that hold nothing but zeros.
  virtual Result<void> drop_zeros(const Advance& advance) = 0;
  // Moves blocks to the front of the file and shortens it.
  virtual Result<void> compact(const Advance& advance) = 0;
  // Names the parent of a differencing disk.
  virtual Result<void> set_parent_claim(const ParentClaim& claim) = 0;
  virtual Result<void> set_identifier(const Guid& id) = 0;
  // VHDX only.
  virtual Result<void> set_physical_sector(uint32_t size) = 0;
  // What children must name from now on; a format without such an identifier does nothing.
  virtual Result<void> set_linkage(const Guid& linkage) = 0;

  // prepare(), the bytes, complete().
  Result<void> write(uint64_t offset, Bytes from);
};

// An image without its parents, for writing. A dirty log is replayed.
Result<std::unique_ptr<WritableDisk>> open_writable(std::unique_ptr<Storage> file);
Result<std::unique_ptr<WritableDisk>> open_writable(const std::string& path);
// The same with all parents, open for reading.
Result<std::unique_ptr<WritableDisk>> open_writable_chain(const std::string& path,
                                                          const OpenOptions& options);

}  // namespace hvsh::vhdx
