#pragma once
// Finding zeros: in memory, and in files without reading their holes.
#include "core/result.h"
#include "engines/vhdx/source.h"

namespace hvsh::vhdx {

bool is_zero(Bytes bytes);

// Whether the range reads as zeros; what lies behind the end does.
Result<bool> is_zero(const Source& file, Extent range);

// Copies what is not a hole to a place that reads as zeros.
Result<void> copy_within(Storage& file, Extent from, uint64_t to);

}  // namespace hvsh::vhdx
