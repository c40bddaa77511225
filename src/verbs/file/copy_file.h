#pragma once
#include <string>

#include "core/result.h"

namespace hvsh::verbs {

// Copies a regular file, with its mode. Blocks are shared where the file system can, and holes stay holes: a
// disk image takes no more room than before. An existing target is replaced when the copy is complete, and
// not before.
Result<void> copy_file(const std::string& from, const std::string& to);

}  // namespace hvsh::verbs
