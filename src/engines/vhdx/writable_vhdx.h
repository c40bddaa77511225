#pragma once
// A VHDX file that is written: its allocation, its log, and changes of its shape.
#include <map>
#include <memory>
#include <optional>

#include "engines/vhdx/free_space.h"
#include "engines/vhdx/image.h"
#include "engines/vhdx/journal.h"
#include "engines/vhdx/writable_disk.h"

namespace hvsh::vhdx {

class WritableVhdx : public WritableDisk {
 public:
  // `building`: the file has no name yet and nobody will see it half-made, so there is no log; close() writes
  // it all.
  static Result<std::unique_ptr<WritableVhdx>> open(std::shared_ptr<Storage> file, bool building = false);

  VirtualDisk& disk() override { return *image_; }
  Storage& storage() override { return *file_; }
  const VhdxImage& image() const { return *image_; }

  Result<Pieces> prepare(Extent range) override;
  Result<void> complete(Extent range) override;
  Result<void> clear(Extent range, Clearing how) override;
  Result<void> flush() override;
  Result<void> close() override;
  Result<void> resize(uint64_t size) override;
  Result<void> drop_zeros(const Advance& advance) override;
  Result<void> compact(const Advance& advance) override;
  Result<void> set_parent_claim(const ParentClaim& claim) override;
  Result<void> set_identifier(const Guid& id) override;
  Result<void> set_physical_sector(uint32_t size) override;
  Result<void> set_linkage(const Guid& linkage) override;

 private:
  // A block, or a chunk's bitmap, that has a place but is not in the table yet.
  struct Place {
    uint64_t offset = 0;
    bool from_parent = false;  // what is not written comes from there
  };

  explicit WritableVhdx(std::shared_ptr<Storage> file) : file_(std::move(file)) {}
  const BatGeometry& geometry() const { return image_->geometry(); }
  Extent block_range(uint64_t block) const;
  Result<void> reload();

  // Before the first change, and before the first that a guest can see.
  Result<void> begin(bool guest_sees);
  Result<void> make_log();
  Result<void> put_headers(const Header& header);
  Result<void> commit();

  Result<void> need_free_space();
  Result<uint64_t> take_space(uint64_t length, bool zeroed);
  Result<uint64_t> place_of(uint64_t block);
  Result<void> need_bitmap(uint64_t chunk);
  Result<void> set_entry(uint64_t index, uint64_t value);
  Result<void> set_state(uint64_t block, BlockState state, uint64_t offset);
  Result<void> publish(uint64_t block, Extent range);
  Result<bool> set_bits(uint64_t block, Extent range, bool fresh);
  Result<void> clear_block(uint64_t block, Clearing how);
  Result<void> clear_part(uint64_t block, Extent range, Clearing how);

  // Resizing and compacting (reshape_vhdx.cpp).
  static uint64_t blocks_in(uint64_t table_length, const BatGeometry& geometry);
  Result<void> grow(uint64_t size);
  Result<Extent> copy_table(uint64_t length);
  Result<void> clear_entries(Extent table, const BatGeometry& from, uint64_t first, uint64_t end);
  Result<void> fill_new_blocks(const BatGeometry& larger, uint64_t table);
  Result<void> shrink(uint64_t size);
  Result<void> update_regions(const std::vector<Region>& regions);
  Result<void> update_item(const Guid& id, Bytes value);
  Result<void> cut_end();
  Result<void> move_down(const Advance& advance);

  std::shared_ptr<Storage> file_;
  std::shared_ptr<Journal> journal_;
  std::unique_ptr<VhdxImage> image_;
  std::optional<LogWriter> log_;
  Headers headers_;  // as the file has them
  bool building_ = false;
  bool guest_sees_ = false;
  bool failed_ = false;
  std::optional<FreeSpace> free_;
  std::map<uint64_t, Place> blocks_;      // by block
  std::map<uint64_t, uint64_t> bitmaps_;  // places by chunk
};

}  // namespace hvsh::vhdx
