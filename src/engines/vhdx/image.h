#pragma once
// A VHDX file opened for reading.
#include <memory>

#include "engines/vhdx/bat.h"
#include "engines/vhdx/headers.h"
#include "engines/vhdx/metadata.h"
#include "engines/vhdx/regions.h"
#include "engines/vhdx/virtual_disk.h"

namespace hvsh::vhdx {

class VhdxImage : public VirtualDisk {
 public:
  // Checks headers, log, regions and metadata; entries of the table are checked when they are used, and all
  // of them by check_blocks().
  static Result<std::unique_ptr<VhdxImage>> open(std::shared_ptr<Source> source);

  const Headers& headers() const { return headers_; }
  const Regions& regions() const { return regions_; }
  const Metadata& metadata() const { return metadata_; }
  const BatGeometry& geometry() const { return bat_->geometry(); }
  bool log_replayed() const { return !headers_.header().log.is_zero(); }

  // `used` as in Bat::scan. The whole table, each block against all others and against the file's structures.
  Result<BatSummary> check_blocks(std::vector<bool>* used = nullptr) const;

  DiskType type() const override;
  uint64_t disk_size() const override { return metadata_.disk_size; }
  uint32_t logical_sector() const override { return metadata_.logical_sector; }
  uint32_t physical_sector() const override { return metadata_.physical_sector; }
  uint32_t block_size() const override { return metadata_.block_size; }
  Guid identifier() const override { return metadata_.page83; }
  Guid linkage() const override { return headers_.header().data_write; }
  const std::string& path() const override { return source_->path(); }
  std::optional<ParentClaim> parent_claim() const override;
  Result<Pieces> resolve(Extent range) const override;
  const Source& file() const override { return *source_; }

 private:
  VhdxImage() = default;
  friend class WritableVhdx;
  Result<void> resolve_mixed(uint64_t block, uint64_t place, Extent range, Pieces& pieces) const;

  std::shared_ptr<Source> source_;  // as it is with its log replayed
  Headers headers_;
  Regions regions_;
  Metadata metadata_;
  std::optional<Bat> bat_;
};

}  // namespace hvsh::vhdx
