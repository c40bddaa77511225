#include "engines/vhdx/free_space.h"

#include <algorithm>

namespace hvsh::vhdx {

void FreeSpace::mark(Extent range, bool used) {
  const uint64_t end = div_up(range.end(), kMiB);
  if (used_.size() < end) used_.resize(end, false);
  std::fill(used_.begin() + static_cast<ptrdiff_t>(range.offset / kMiB),
            used_.begin() + static_cast<ptrdiff_t>(end), used);
}

void FreeSpace::settle() {
  for (const Extent& range : released_) mark(range, false);
  if (!released_.empty()) hints_.clear();
  released_.clear();
}

uint64_t FreeSpace::find(uint64_t units, uint64_t limit) {
  auto hint = std::find_if(hints_.begin(), hints_.end(), [&](const Hint& one) { return one.units == units; });
  if (hint == hints_.end()) hint = hints_.insert(hints_.end(), {units, 0});
  uint64_t run = 0;
  for (uint64_t at = hint->at; at < limit; ++at) {
    run = at < used_.size() && used_[at] ? 0 : run + 1;
    if (run == units) return hint->at = at + 1 - units;
  }
  return kNowhere;
}

uint64_t FreeSpace::take(uint64_t length) {
  const uint64_t units = div_up(length, kMiB);
  const uint64_t place = find(units, used_.size() + units) * kMiB;
  use({place, length});
  return place;
}

uint64_t FreeSpace::take_below(uint64_t length, uint64_t limit) {
  const uint64_t place = find(div_up(length, kMiB), limit / kMiB) * kMiB;
  use({place, length});
  return place;
}

uint64_t FreeSpace::end() const {
  uint64_t end = used_.size();
  while (end > 0 && !used_[end - 1]) --end;
  return end * kMiB;
}

}  // namespace hvsh::vhdx
