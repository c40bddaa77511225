#include "core/error.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace hvsh {

std::string_view to_string(ErrorCategory category) {
  static constexpr std::string_view kNames[] = {
      "NotSpecified",        "OpenError",           "CloseError",       "DeviceError",
      "DeadlockDetected",    "InvalidArgument",     "InvalidData",      "InvalidOperation",
      "InvalidResult",       "InvalidType",         "MetadataError",    "NotImplemented",
      "NotInstalled",        "ObjectNotFound",      "OperationStopped", "OperationTimeout",
      "SyntaxError",         "ParserError",         "PermissionDenied", "ResourceBusy",
      "ResourceExists",      "ResourceUnavailable", "ReadError",        "WriteError",
      "FromStdErr",          "SecurityError",       "ProtocolError",    "ConnectionError",
      "AuthenticationError", "LimitsExceeded",      "QuotaExceeded",    "NotEnabled"};
  static_assert(std::size(kNames) == static_cast<size_t>(ErrorCategory::NotEnabled) + 1);
  return kNames[static_cast<size_t>(category)];
}

std::string Error::fully_qualified_id() const { return error_class.empty() ? id : id + "," + error_class; }

namespace {

struct ErrnoKind {
  const char* id;
  ErrorCategory category;
  const char* hint;
};

ErrnoKind kind_of(int code) {
  switch (code) {
    case ENOENT:
    case ENOTDIR: return {"PathNotFound", ErrorCategory::ObjectNotFound, "Check the path."};
    case EACCES:
    case EPERM:
      return {"PermissionDenied", ErrorCategory::PermissionDenied,
              "Run as a user who may, or change the permissions."};
    case EROFS:
      return {"ReadOnlyFileSystem", ErrorCategory::PermissionDenied, "Choose a folder that can be written."};
    case EEXIST:
      return {"FileExists", ErrorCategory::ResourceExists, "Choose another name, or remove the file."};
    case ENOSPC:
    case EDQUOT:
      return {"DiskFull", ErrorCategory::ResourceUnavailable, "Free some space, or choose another folder."};
    case EFBIG:
      return {"FileTooLarge", ErrorCategory::LimitsExceeded,
              "Choose a file system that takes larger files, or a smaller size."};
    case ENAMETOOLONG: return {"PathTooLong", ErrorCategory::InvalidArgument, "Choose a shorter name."};
    case EISDIR: return {"PathIsFolder", ErrorCategory::InvalidArgument, "Give the path of a file."};
    case EBUSY:
    case ETXTBSY:
    case EAGAIN: return {"ResourceBusy", ErrorCategory::ResourceBusy, ""};
    default: return {"IOError", ErrorCategory::DeviceError, ""};
  }
}

}  // namespace

Error errno_error(std::string_view what, std::string_view path, int code) {
  const ErrnoKind kind = kind_of(code);
  return {.id = kind.id,
          .category = kind.category,
          .message = fmt::format("Cannot {} '{}': {}.", what, path, std::strerror(code)),
          .hint = kind.hint,
          .target = std::string(path)};
}

}  // namespace hvsh
