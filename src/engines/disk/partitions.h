#pragma once
// How far the partitions of a disk reach, which is what Windows calls its minimum size.
#include <cstdint>
#include <optional>

#include "core/result.h"
#include "engines/vhdx/virtual_disk.h"

namespace hvsh::engines {

// The smallest size that keeps every partition and, with a GPT, the table's copy behind them. Nothing if the
// disk has no partition table that makes sense.
Result<std::optional<uint64_t>> smallest_safe_size(vhdx::VirtualDisk& disk);

}  // namespace hvsh::engines
