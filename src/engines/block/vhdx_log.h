#pragma once
// Leaving no log behind in a VHDX before the storage daemon opens it. The daemon refuses a log that has to be
// replayed if it opens the image read-only, and it cannot write to an image whose header names a log without
// a valid entry ("Operation not supported" at the first allocation): that is what its own death between
// writing the header and writing the entry leaves. Internal to the block server.
#include "core/result.h"
#include "engines/block/image.h"
#include "engines/process.h"

namespace hvsh::engines::block {

// `image` is a VHDX that nobody has open. A log with valid entries is replayed (by qemu-img, as `user`); one
// without any is dropped: the entry that was being written never took effect.
Result<void> settle_log(const Image& image, const User* user);

}  // namespace hvsh::engines::block
