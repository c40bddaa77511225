#pragma once
// A VHD file opened for reading: fixed, dynamic or differencing.
#include <memory>

#include "engines/vhdx/vhd_format.h"
#include "engines/vhdx/virtual_disk.h"

namespace hvsh::vhdx {

struct VhdSummary {
  uint64_t allocated_blocks = 0;
  uint64_t breaks = 0;  // allocated blocks that do not directly follow the one before
  bool aligned = true;  // the data of every block starts at a multiple of 4 KiB
  uint32_t fragmentation_percent() const;
};

class VhdImage : public VirtualDisk {
 public:
  // Checks footer and header; entries of the table are checked when they are used, and all of them by
  // check_blocks().
  static Result<std::unique_ptr<VhdImage>> open(std::shared_ptr<Source> source);

  const VhdFooter& footer() const { return footer_; }
  const VhdHeader& header() const { return header_; }
  uint64_t bitmap_size() const;
  uint64_t data_end() const { return source_->size() - footer_length_; }
  // Behind the header, the table and the parent locators; blocks may stand from there on.
  uint64_t structures_end() const;
  // Where the block's bitmap stands, its data behind it; 0 if it is not in this file.
  Result<uint64_t> place_of(uint64_t block) const;
  // The table was changed below.
  void forget_table() { page_offset_ = UINT64_MAX; }

  // The whole table, each block against all others and against the file's structures.
  Result<VhdSummary> check_blocks() const;

  DiskType type() const override { return static_cast<DiskType>(footer_.kind); }
  uint64_t disk_size() const override { return footer_.current_size; }
  uint32_t logical_sector() const override { return kVhdSector; }
  uint32_t physical_sector() const override { return kVhdSector; }
  uint32_t block_size() const override { return header_.block_size; }
  Guid identifier() const override { return footer_.id; }
  Guid linkage() const override { return footer_.id; }
  const std::string& path() const override { return source_->path(); }
  std::optional<ParentClaim> parent_claim() const override;
  Result<Pieces> resolve(Extent range) const override;
  const Source& file() const override { return *source_; }

 private:
  VhdImage() = default;
  Result<void> read_header();
  Result<void> read_claim();
  Result<uint64_t> place_of(uint64_t block, uint32_t value) const;
  Result<void> resolve_mixed(uint64_t block, uint64_t place, Extent range, Pieces& pieces) const;

  std::shared_ptr<Source> source_;
  VhdFooter footer_;
  uint64_t footer_length_ = kVhdFooterSize;  // 0 if only the copy at the start is there
  VhdHeader header_;
  ParentClaim claim_;
  mutable Buffer page_;  // a part of the table
  mutable uint64_t page_offset_ = UINT64_MAX;
};

}  // namespace hvsh::vhdx
