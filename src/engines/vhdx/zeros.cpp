#include "engines/vhdx/zeros.h"

#include <algorithm>

namespace hvsh::vhdx {

bool is_zero(Bytes bytes) {
  if (bytes.empty()) return true;
  // The first byte is zero, and each is what the one before it is.
  return bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

Result<bool> is_zero(const Source& file, Extent range) {
  Buffer part(256 * kKiB);
  const uint64_t end = std::min(range.end(), file.size());
  for (uint64_t at = range.offset; at < end;) {
    HVSH_TRY(const Extent data, file.next_data(at));
    const uint64_t start = std::max(at, data.offset);
    if (data.length == 0 || start >= end) break;
    const uint64_t count = std::min<uint64_t>({part.size(), data.end() - start, end - start});
    HVSH_CHECK(file.read(start, MutableBytes(part).first(count)));
    if (!is_zero(Bytes(part).first(count))) return false;
    at = start + count;
  }
  return true;
}

}  // namespace hvsh::vhdx
