#include "engines/vhdx/crc32c.h"

#include <array>

namespace hvsh::vhdx {

namespace {

constexpr std::array<uint32_t, 256> kTable = [] {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) ? 0x82F63B78u : 0);
    table[i] = value;
  }
  return table;
}();

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) uint32_t crc32c_sse(Bytes bytes, uint32_t crc) {
  uint64_t value = ~crc;
  const uint8_t* at = bytes.data();
  const uint8_t* const end = at + bytes.size();
  for (; end - at >= 8; at += 8) value = __builtin_ia32_crc32di(value, load_le<uint64_t>(at));
  for (; at != end; ++at) value = __builtin_ia32_crc32qi(static_cast<uint32_t>(value), *at);
  return ~static_cast<uint32_t>(value);
}
#endif

}  // namespace

uint32_t crc32c_portable(Bytes bytes, uint32_t crc) {
  crc = ~crc;
  for (const uint8_t byte : bytes) crc = kTable[(crc ^ byte) & 0xFF] ^ (crc >> 8);
  return ~crc;
}

uint32_t crc32c(Bytes bytes, uint32_t crc) {
#if defined(__x86_64__)
  static const bool fast = __builtin_cpu_supports("sse4.2");
  if (fast) return crc32c_sse(bytes, crc);
#endif
  return crc32c_portable(bytes, crc);
}

uint32_t crc32c_without(Bytes bytes, size_t field) {
  static constexpr uint8_t kZero[4] = {};
  uint32_t crc = crc32c(bytes.first(field));
  crc = crc32c(kZero, crc);
  return crc32c(bytes.subspan(field + 4), crc);
}

}  // namespace hvsh::vhdx
