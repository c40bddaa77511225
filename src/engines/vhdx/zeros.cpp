#include "engines/vhdx/zeros.h"

#include <algorithm>

namespace hvsh::vhdx {

namespace {

// Calls `visit(offset, bytes)` for all data of the range, in parts; false from it ends the walk.
template <class Visit>
Result<void> each_data(const Source& file, Extent range, Visit visit) {
  Buffer part(256 * kKiB);
  const uint64_t end = std::min(range.end(), file.size());
  for (uint64_t at = range.offset; at < end;) {
    HVSH_TRY(const Extent data, file.next_data(at));
    const uint64_t start = std::max(at, data.offset);
    if (data.length == 0 || start >= end) break;
    const uint64_t count = std::min<uint64_t>({part.size(), data.end() - start, end - start});
    const MutableBytes bytes = MutableBytes(part).first(count);
    HVSH_CHECK(file.read(start, bytes));
    HVSH_TRY(const bool more, visit(start, bytes));
    if (!more) break;
    at = start + count;
  }
  return {};
}

}  // namespace

bool is_zero(Bytes bytes) {
  if (bytes.empty()) return true;
  // The first byte is zero, and each is what the one before it is.
  return bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

Result<bool> is_zero(const Source& file, Extent range) {
  bool zero = true;
  HVSH_CHECK(
      each_data(file, range, [&](uint64_t, Bytes bytes) -> Result<bool> { return zero = is_zero(bytes); }));
  return zero;
}

Result<void> copy_within(Storage& file, Extent from, uint64_t to) {
  return each_data(file, from, [&](uint64_t at, Bytes bytes) -> Result<bool> {
    HVSH_CHECK(file.write(to + (at - from.offset), bytes));
    return true;
  });
}

}  // namespace hvsh::vhdx
