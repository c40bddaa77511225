#pragma once
// The block allocation table of a VHDX file: where each block of the disk stands in the file.
//
// Entries are grouped in chunks: `chunk_ratio` payload blocks, then the entry of their sector bitmap. The
// table of a large disk is large too (512 MiB for 64 TB in 1 MiB blocks), so it is never held whole: single
// entries are read through a small cache, and a scan skips its holes.
#include <optional>
#include <span>
#include <vector>

#include "core/result.h"
#include "engines/vhdx/metadata.h"
#include "engines/vhdx/regions.h"
#include "engines/vhdx/source.h"

namespace hvsh::vhdx {

enum class BlockState : uint8_t {
  not_present = 0,
  undefined = 1,
  zero = 2,
  unmapped = 3,
  fully_present = 6,
  partially_present = 7,
};
inline constexpr uint64_t kBitmapPresent = 6;
inline constexpr uint64_t kBitmapBlock = kMiB;

// What follows from size, block size, sector size and kind alone.
struct BatGeometry {
  uint64_t disk_size = 0;
  uint32_t block_size = 0;
  uint32_t sector = 512;
  bool differencing = false;
  uint64_t chunk_ratio = 0;  // payload blocks per bitmap block
  uint64_t blocks = 0;       // payload blocks of the disk
  uint64_t chunks = 0;
  uint64_t entries = 0;  // of the table, in all

  static BatGeometry of(uint64_t disk_size, uint32_t block_size, uint32_t sector, bool differencing);
  uint64_t payload_entry(uint64_t block) const { return block + block / chunk_ratio; }
  uint64_t bitmap_entry(uint64_t chunk) const { return chunk * (chunk_ratio + 1) + chunk_ratio; }
};

struct BatEntry {
  BlockState state = BlockState::not_present;
  uint64_t offset = 0;  // in the file; 0 where the block has no place
};

constexpr uint64_t encode_bat_entry(uint64_t state, uint64_t offset) { return state | offset; }

// What a scan of the whole table found.
struct BatSummary {
  uint64_t allocated_blocks = 0;  // with data of their own
  uint64_t bitmap_blocks = 0;
  uint64_t breaks = 0;  // allocated blocks that do not directly follow the one before
  uint32_t fragmentation_percent() const;
};

class Bat {
 public:
  // Errors: the region is too small for the table.
  static Result<Bat> open(const Source& source, const BatGeometry& geometry, Extent region);

  const BatGeometry& geometry() const { return geometry_; }

  // One entry, checked by itself: its state allowed, its block within the file.
  Result<BatEntry> payload(uint64_t block) const;
  // Where the chunk's sector bitmap stands; 0 if it has none.
  Result<uint64_t> bitmap(uint64_t chunk) const;

  // Where the entry stands in the file, for whoever changes it. changed() must be told of it then.
  uint64_t position(uint64_t index) const { return region_.offset + index * 8; }
  void changed(uint64_t index, uint64_t value);

  // Reads and checks all entries against each other and against `taken` (headers, log and regions).
  // `used`, if given, gets a bit for each MiB of the file that something stands in.
  Result<BatSummary> scan(std::span<const Extent> taken, std::vector<bool>* used = nullptr) const;

 private:
  Bat(const Source& source, const BatGeometry& geometry, Extent region)
      : source_(&source), geometry_(geometry), region_(region) {}
  Result<uint64_t> raw(uint64_t index) const;
  Result<BatEntry> decode_payload(uint64_t block, uint64_t value) const;
  Result<uint64_t> decode_bitmap(uint64_t chunk, uint64_t value) const;

  const Source* source_;
  BatGeometry geometry_;
  Extent region_;
  // Parts of the table that were read; each has one slot where it can be, so memory is bounded.
  struct Page {
    uint64_t offset = UINT64_MAX;
    Buffer bytes;
  };
  mutable std::vector<Page> pages_;

  friend class BatScan;
};

}  // namespace hvsh::vhdx
