#pragma once
// Paths as scripts write them, made paths of this host: '\' and '/' both separate, ~ is the home folder, a
// drive is a folder. Case is kept; "." and ".." are resolved by their text, as Windows does.
#include <string>
#include <string_view>

#include "core/result.h"

namespace hvsh::shell {

// `current` is an absolute folder. C: is $HVSH_DRIVE_C, else /var/lib/hvsh/drive_c for root and
// ~/.local/share/hvsh/drive_c for others; a drive that is not mapped is an Error (DriveNotFound).
Result<std::string> resolve_drive_path(std::string_view path, std::string_view current);

}  // namespace hvsh::shell
