#pragma once
// Probing and describing files that are open already; for the sources of this folder.
#include "core/result.h"
#include "engines/disk_image.h"
#include "engines/vhdx/file.h"

namespace hvsh::engines {

Result<ImageFormat> probe(const vhdx::File& file);

// What the header of a foreign format tells: virtual size, block size, backing file. Formats whose header is
// not read here give an error that names them.
Result<void> describe_foreign(const vhdx::File& file, ImageInfo& info);

}  // namespace hvsh::engines
