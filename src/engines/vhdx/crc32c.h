#pragma once
// CRC-32C (Castagnoli), the checksum of every VHDX structure. Uses SSE4.2 where the processor has it.
#include <cstddef>
#include <cstdint>

#include "engines/vhdx/bytes.h"

namespace hvsh::vhdx {

// The checksum of `bytes` appended to what gave `crc` (0 for nothing).
uint32_t crc32c(Bytes bytes, uint32_t crc = 0);

// The same by table, for comparison on any processor.
uint32_t crc32c_portable(Bytes bytes, uint32_t crc = 0);

// The checksum of a structure that holds its own: the four bytes at `field` count as zero.
uint32_t crc32c_without(Bytes bytes, size_t field);

}  // namespace hvsh::vhdx
