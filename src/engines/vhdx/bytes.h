#pragma once
// Integers in byte buffers of either order, and the byte spans that the image code passes around.
// The caller guarantees that the bytes are there.
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace hvsh::vhdx {

using Bytes = std::span<const uint8_t>;
using MutableBytes = std::span<uint8_t>;
using Buffer = std::vector<uint8_t>;

inline constexpr uint64_t kKiB = 1024;
inline constexpr uint64_t kMiB = 1024 * kKiB;
inline constexpr uint64_t kGiB = 1024 * kMiB;
inline constexpr uint64_t kTiB = 1024 * kGiB;

namespace detail {
template <class T>
constexpr T swapped(T value) {
  if constexpr (sizeof(T) == 1) return value;
  if constexpr (sizeof(T) == 2) return static_cast<T>(__builtin_bswap16(value));
  if constexpr (sizeof(T) == 4) return static_cast<T>(__builtin_bswap32(value));
  if constexpr (sizeof(T) == 8) return static_cast<T>(__builtin_bswap64(value));
}
}  // namespace detail

template <class T>
T load_le(const uint8_t* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return std::endian::native == std::endian::little ? value : detail::swapped(value);
}

template <class T>
T load_be(const uint8_t* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return std::endian::native == std::endian::big ? value : detail::swapped(value);
}

template <class T>
void store_le(uint8_t* to, T value) {
  if (std::endian::native != std::endian::little) value = detail::swapped(value);
  std::memcpy(to, &value, sizeof value);
}

template <class T>
void store_be(uint8_t* to, T value) {
  if (std::endian::native != std::endian::big) value = detail::swapped(value);
  std::memcpy(to, &value, sizeof value);
}

constexpr uint64_t round_up(uint64_t value, uint64_t unit) { return (value + unit - 1) / unit * unit; }
constexpr uint64_t div_up(uint64_t value, uint64_t unit) { return value / unit + (value % unit != 0); }

}  // namespace hvsh::vhdx
