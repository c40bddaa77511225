#pragma once
// Errors as values. One model from the lowest engine to the prompt: what failed, on what, why, what to do
// next.
//
// An engine fills id, category, message, hint and target in terms of the domain; libvirt codes, errno and the
// like are mapped once, at the engine's edge. The pipeline adds the command (activity and error class) and
// the source span. What a script sees as FullyQualifiedErrorId is `id` + "," + `error_class`.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/span.h"

namespace hvsh {

// PowerShell's ErrorCategory, same names and numbers.
enum class ErrorCategory : uint8_t {
  NotSpecified = 0,
  OpenError = 1,
  CloseError = 2,
  DeviceError = 3,
  DeadlockDetected = 4,
  InvalidArgument = 5,
  InvalidData = 6,
  InvalidOperation = 7,
  InvalidResult = 8,
  InvalidType = 9,
  MetadataError = 10,
  NotImplemented = 11,
  NotInstalled = 12,
  ObjectNotFound = 13,
  OperationStopped = 14,
  OperationTimeout = 15,
  SyntaxError = 16,
  ParserError = 17,
  PermissionDenied = 18,
  ResourceBusy = 19,
  ResourceExists = 20,
  ResourceUnavailable = 21,
  ReadError = 22,
  WriteError = 23,
  FromStdErr = 24,
  SecurityError = 25,
  ProtocolError = 26,
  ConnectionError = 27,
  AuthenticationError = 28,
  LimitsExceeded = 29,
  QuotaExceeded = 30,
  NotEnabled = 31,
};

std::string_view to_string(ErrorCategory category);

struct Error {
  std::string id;  // "ObjectNotFound", "InvalidParameter", ...: Windows' spelling where it has one
  ErrorCategory category = ErrorCategory::NotSpecified;
  std::string message;           // one sentence: what failed, on what, why
  std::string hint = {};         // what to do next; empty when there is nothing to say
  std::string target = {};       // text of the object that it is about
  std::string target_type = {};  // type name of that object, for CategoryInfo
  std::string error_class = {};  // class of the command, e.g. Microsoft.HyperV.PowerShell.Commands.GetVM
  std::string exception =
      {};  // exception type that `catch [Type]` and CategoryInfo's reason see; empty: the default
  // The exception that a .NET member threw, inside the one that says which call failed.
  std::string inner_exception = {}, inner_message = {};
  std::string activity = {};  // the command as users know it, e.g. Stop-VM
  Span span = {};             // where in the script

  // `id,error_class`, or the id alone outside of a command.
  std::string fully_qualified_id() const;
};

// An error from errno: "cannot WHAT 'path': No such file or directory", with the category that fits the code.
Error errno_error(std::string_view what, std::string_view path, int code);

}  // namespace hvsh
