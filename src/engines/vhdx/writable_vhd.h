#pragma once
// A VHD file that is written. The format has no log: what publishes a change is one sector, written behind
// everything that it publishes.
#include <map>
#include <memory>

#include "engines/vhdx/journal.h"
#include "engines/vhdx/vhd_image.h"
#include "engines/vhdx/writable_disk.h"

namespace hvsh::vhdx {

class WritableVhd : public WritableDisk {
 public:
  static Result<std::unique_ptr<WritableVhd>> open(std::shared_ptr<Storage> file);

  VirtualDisk& disk() override { return *image_; }
  Storage& storage() override { return *file_; }

  Result<Pieces> prepare(Extent range) override;
  Result<void> complete(Extent range) override;
  Result<void> clear(Extent range, Clearing how) override;
  Result<void> flush() override { return journal_->commit(); }
  Result<void> close() override { return flush(); }
  Result<void> resize(uint64_t size) override;
  Result<void> drop_zeros(const Advance& advance) override;
  Result<void> compact(const Advance& advance) override;
  Result<void> set_parent_claim(const ParentClaim& claim) override;
  Result<void> set_identifier(const Guid& id) override;
  Result<void> set_physical_sector(uint32_t size) override;
  Result<void> set_linkage(const Guid&) override { return {}; }

 private:
  explicit WritableVhd(std::shared_ptr<Storage> file) : file_(std::move(file)) {}
  Result<void> reload();
  const VhdHeader& header() const { return image_->header(); }
  uint64_t block_length() const { return image_->bitmap_size() + header().block_size; }

  Result<uint64_t> place_of(uint64_t block);
  Result<uint64_t> append_block();
  Result<void> put_end(uint64_t end, const VhdFooter& footer);
  Result<void> put_footers(const VhdFooter& footer);
  Result<void> put_header(const VhdHeader& header, VhdFooter footer);
  Result<void> set_entry(uint64_t block, uint32_t value);
  Result<void> set_bits(uint64_t place, uint64_t first, uint64_t end);
  Result<void> clear_tail();
  Result<void> grow_fixed(const VhdFooter& footer);

  std::shared_ptr<Storage> file_;
  std::shared_ptr<Journal> journal_;
  std::unique_ptr<VhdImage> image_;
  uint64_t end_ = 0;                    // of what is in use, where the footer stands
  std::map<uint64_t, uint64_t> fresh_;  // places of blocks that are not in the table yet
};

}  // namespace hvsh::vhdx
