#pragma once
// Finding zeros: in memory, and in files without reading their holes.
#include "core/result.h"
#include "engines/vhdx/source.h"

namespace hvsh::vhdx {

bool is_zero(Bytes bytes);

// Whether the range reads as zeros; what lies behind the end does.
Result<bool> is_zero(const Source& file, Extent range);

}  // namespace hvsh::vhdx
