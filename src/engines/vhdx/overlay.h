#pragma once
// A file as it will be once its log is replayed, without changing it: pages of the log laid over the file.
//
// Pages are not copied; an entry of a few dozen bytes says where in the log each one stands.
#include <array>
#include <map>
#include <memory>

#include "core/result.h"
#include "engines/vhdx/source.h"

namespace hvsh::vhdx {

inline constexpr uint64_t kLogSector = 4096;

// One page as the log stores it: 8 + 4084 + 4 bytes, the middle in a data sector.
struct LoggedPage {
  uint64_t data_sector = 0;  // where in the file the log's data sector stands
  std::array<uint8_t, 8> leading{};
  std::array<uint8_t, 4> trailing{};
};

class Overlay : public Source {
 public:
  explicit Overlay(std::shared_ptr<Source> base) : base_(std::move(base)), size_(base_->size()) {}

  // Later calls win over earlier ones. Offsets and lengths are multiples of kLogSector, without overflow.
  void put_page(uint64_t offset, const LoggedPage& page);
  void put_zeros(Extent range);
  void extend(uint64_t size) { size_ = size > size_ ? size : size_; }

  // Writes all of it to `to`, which is the file below: the replay on disk. Extends the file first. Doing it
  // again, whole or in parts, changes nothing more.
  Result<void> apply(Storage& to) const;

  const std::string& path() const override { return base_->path(); }
  uint64_t size() const override { return size_; }
  Result<void> read(uint64_t offset, MutableBytes to) const override;
  Result<Extent> next_data(uint64_t offset) const override;

 private:
  struct Piece {
    uint64_t length = 0;
    bool zeros = false;
    LoggedPage page;
  };
  void cut(Extent range);
  Result<void> read_base(uint64_t offset, MutableBytes to) const;
  Result<void> read_piece(const Piece& piece, uint64_t within_piece, MutableBytes to) const;

  std::shared_ptr<Source> base_;
  std::map<uint64_t, Piece> pieces_;  // by offset, never overlapping
  uint64_t size_;
};

}  // namespace hvsh::vhdx
