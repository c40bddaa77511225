#pragma once
// What a guest sees of an image of either format, and how images are opened.
//
// Opening here is always read-only: a dirty log is replayed in memory and the file is never touched.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "engines/vhdx/bytes.h"
#include "engines/vhdx/file.h"
#include "engines/vhdx/guid.h"

namespace hvsh::vhdx {

// Windows' VhdType, same numbers.
enum class DiskType : uint8_t { Fixed = 2, Dynamic = 3, Differencing = 4 };

// What a child image says about its parent. Paths are in Windows' spelling; all of it is a claim by a file
// that anybody may have written.
struct ParentClaim {
  std::string relative;
  std::string volume;
  std::string absolute;
  Guid identity;            // the parent's DataWriteGuid (VHDX) or unique id (VHD)
  Guid also_identity = {};  // what the parent's will be after a merge that has not ended; else zero

  bool fits(const Guid& linkage) const {
    return linkage == identity || (!also_identity.is_zero() && linkage == also_identity);
  }
};

// A part of the disk and where its bytes are.
struct Piece {
  enum class Kind : uint8_t { data, zero, parent };
  Kind kind = Kind::zero;
  uint64_t offset = 0;  // on the disk
  uint64_t length = 0;
  uint64_t place = 0;  // of data, in the image's file; the part behind the file's end is zero
  uint64_t end() const { return offset + length; }
};

using Pieces = std::vector<Piece>;

// Adds a piece, to the last one if it continues that.
void add_piece(Pieces& pieces, const Piece& piece);

// Not thread-safe: an image keeps small caches.
class VirtualDisk {
 public:
  virtual ~VirtualDisk() = default;
  virtual DiskType type() const = 0;
  virtual uint64_t disk_size() const = 0;
  virtual uint32_t logical_sector() const = 0;
  virtual uint32_t physical_sector() const = 0;
  virtual uint32_t block_size() const = 0;  // 0 where the format has no blocks
  virtual Guid identifier() const = 0;      // of the disk, as Windows prints it
  virtual Guid linkage() const = 0;         // what a child's ParentClaim::identity must be
  virtual const std::string& path() const = 0;
  // Of a differencing disk.
  virtual std::optional<ParentClaim> parent_claim() const = 0;
  void set_parent(std::unique_ptr<VirtualDisk> parent) { parent_ = std::move(parent); }
  VirtualDisk* parent() const { return parent_.get(); }
  std::unique_ptr<VirtualDisk> take_parent() { return std::move(parent_); }

  // Where the bytes of a range of the disk are, in order and without gaps. Reads no data.
  virtual Result<Pieces> resolve(Extent range) const = 0;
  virtual const Source& file() const = 0;

  // What the guest reads there; any offset and length within the disk. A differencing disk whose parent is
  // needed and was not set gives an error.
  Result<void> read(uint64_t offset, MutableBytes to) const;

 private:
  std::unique_ptr<VirtualDisk> parent_;
};

// A piece of a whole chain: data in the file of `owner`, or zeros, which have none. Where the walk was to end
// at a parent and that has the piece, it is `in_base` and has no place.
struct ChainPiece {
  const VirtualDisk* owner = nullptr;
  uint64_t offset = 0;
  uint64_t length = 0;
  uint64_t place = 0;
  bool in_base = false;
};

// Resolves a range through the disk and its parents. At `base` (one of the parents) the walk ends.
Result<std::vector<ChainPiece>> resolve_chain(const VirtualDisk& disk, Extent range,
                                              const VirtualDisk* base = nullptr);

// Reads bytes of an image's file; what lies behind its end is zero.
Result<void> read_file(const Source& file, uint64_t offset, MutableBytes to);

// The error of a range outside of the disk, or nothing.
Result<void> check_range(const VirtualDisk& disk, uint64_t offset, uint64_t length);

// Where a parent may be looked for.
struct OpenOptions {
  // Asked with the canonical path of a parent that lies outside of its child's folder. Without it none is
  // allowed: the path is a claim by an untrusted file.
  std::function<bool(const std::string& canonical_path)> allow_parent;
  // Turns "C:\disks\a.vhdx" into a path of this host; nothing if the drive is not known.
  std::function<std::optional<std::string>(std::string_view windows_path)> map_drive;
  // A chain longer than this is refused, whether it ends or not.
  size_t longest_chain = 128;
};

// The canonical path of the parent that the claim of the image at `child` names: relative to the child's
// folder first, then absolute. Errors: none exists, or the one that exists is not allowed.
Result<std::string> resolve_parent(const std::string& child, const ParentClaim& claim,
                                   const OpenOptions& options);

// What the child at `child` (which need not exist yet) says of its parent. `windows_path` spells an absolute
// path for Windows; without it only the slashes change.
using SpellPath = std::function<std::string(const std::string& path)>;
Result<ParentClaim> claim_of(const std::string& child, const VirtualDisk& parent,
                             const SpellPath& windows_path);

// One image without its parents.
Result<std::unique_ptr<VirtualDisk>> open_image(const std::string& path);
Result<std::unique_ptr<VirtualDisk>> open_image(std::unique_ptr<File> file);

// An image with all its parents, each checked against the identity that its child names.
Result<std::unique_ptr<VirtualDisk>> open_chain(const std::string& path, const OpenOptions& options);

}  // namespace hvsh::vhdx
