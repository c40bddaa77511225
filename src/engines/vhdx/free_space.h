#pragma once
// Which parts of an image's file are in use, by MiB.
//
// Space that is released can be taken again only after settle(): the change that released it must be durable
// first, or a power cut would bring back a block whose place holds another block's data.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "engines/vhdx/source.h"

namespace hvsh::vhdx {

class FreeSpace {
 public:
  FreeSpace() = default;
  explicit FreeSpace(std::vector<bool> used) : used_(std::move(used)) {}

  void use(Extent range) { mark(range, true); }
  void release(Extent range) { released_.push_back(range); }
  void settle();

  // The lowest place for `length` bytes, behind all others if need be; it is in use from then on.
  uint64_t take(uint64_t length);
  // The same, but only where it ends at or before `limit`; has_below() says whether there is such a place.
  uint64_t take_below(uint64_t length, uint64_t limit);
  bool has_below(uint64_t length, uint64_t limit) {
    return find(div_up(length, kMiB), limit / kMiB) != kNowhere;
  }

  // Behind the last byte in use; space that is not settled yet counts as used.
  uint64_t end() const;
  // Bytes in use.
  uint64_t used() const { return static_cast<uint64_t>(std::count(used_.begin(), used_.end(), true)) * kMiB; }

 private:
  static constexpr uint64_t kNowhere = UINT64_MAX;
  void mark(Extent range, bool used);
  uint64_t find(uint64_t units, uint64_t limit);

  std::vector<bool> used_;
  std::vector<Extent> released_;
  // No run of so many units begins before. Two lengths are asked for: blocks and sector bitmaps.
  struct Hint {
    uint64_t units = 0;
    uint64_t at = 0;
  };
  std::vector<Hint> hints_;
};

}  // namespace hvsh::vhdx
