#include "engines/vhdx/errors.h"

#include <fmt/format.h>

namespace hvsh::vhdx {

Error corrupt(std::string_view path, std::string_view what) {
  return {.id = "VirtualDiskCorrupted",
          .category = ErrorCategory::InvalidData,
          .message = fmt::format("The virtual hard disk '{}' is corrupted: {}.", path, what),
          .hint = "Restore it from a backup, or check it with Test-VHD.",
          .target = std::string(path)};
}

Error unsupported(std::string_view path, std::string_view what) {
  return {.id = "VirtualDiskNotSupported",
          .category = ErrorCategory::NotImplemented,
          .message = fmt::format("The virtual hard disk '{}' cannot be opened: {}.", path, what),
          .target = std::string(path)};
}

Error stopped(std::string_view path) {
  return {.id = "OperationStopped",
          .category = ErrorCategory::OperationStopped,
          .message = fmt::format("The work on '{}' was stopped; the disk is whole.", path),
          .hint = "Run the command again to go on.",
          .target = std::string(path)};
}

Error invalid_parameter(std::string message, std::string hint) {
  return {.id = "InvalidParameter",
          .category = ErrorCategory::InvalidArgument,
          .message = std::move(message),
          .hint = std::move(hint)};
}

}  // namespace hvsh::vhdx
