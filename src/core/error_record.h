#pragma once
// What scripts see inside an error record, as nouns: $_.Exception, $_.CategoryInfo.
#include <string>

#include "core/error.h"
#include "core/noun.h"

namespace hvsh {

template <>
struct EnumOf<ErrorCategory> {
  static constexpr EnumMember kMembers[] = {{"NotSpecified", 0},         {"OpenError", 1},
                                            {"CloseError", 2},           {"DeviceError", 3},
                                            {"DeadlockDetected", 4},     {"InvalidArgument", 5},
                                            {"InvalidData", 6},          {"InvalidOperation", 7},
                                            {"InvalidResult", 8},        {"InvalidType", 9},
                                            {"MetadataError", 10},       {"NotImplemented", 11},
                                            {"NotInstalled", 12},        {"ObjectNotFound", 13},
                                            {"OperationStopped", 14},    {"OperationTimeout", 15},
                                            {"SyntaxError", 16},         {"ParserError", 17},
                                            {"PermissionDenied", 18},    {"ResourceBusy", 19},
                                            {"ResourceExists", 20},      {"ResourceUnavailable", 21},
                                            {"ReadError", 22},           {"WriteError", 23},
                                            {"FromStdErr", 24},          {"SecurityError", 25},
                                            {"ProtocolError", 26},       {"ConnectionError", 27},
                                            {"AuthenticationError", 28}, {"LimitsExceeded", 29},
                                            {"QuotaExceeded", 30},       {"NotEnabled", 31}};
  static constexpr EnumInfo info{.type = {"System.Management.Automation.ErrorCategory", "ErrorCategory"},
                                 .members = kMembers};
};

// The exception type that `catch [Type]` sees, where the engine named none: System.Exception's usual heir.
std::string exception_type(const Error& error);

// Prints as ObjectNotFound: (web9:String) [Get-VM], VirtualizationException
struct ErrorCategoryInfo {
  ErrorCategory category;
  std::string activity, reason, target_name, target_type;

  std::string display() const;
  static constexpr Prop kProps[] = {
      prop<&ErrorCategoryInfo::category>("Category", "What kind of error it is."),
      prop<&ErrorCategoryInfo::activity>("Activity", "The command that failed."),
      prop<&ErrorCategoryInfo::reason>("Reason", "The exception's type, without its namespace."),
      prop<&ErrorCategoryInfo::target_name>("TargetName", "The object that it is about."),
      prop<&ErrorCategoryInfo::target_type>("TargetType", "That object's type."),
  };
  static constexpr Noun noun{.type = {"System.Management.Automation.ErrorCategoryInfo", "ErrorCategoryInfo"},
                             .props = kProps};
};

// $_.Exception. Its type is `type_name`, which the noun's table cannot say, so type_names() asks here.
struct ExceptionInfo {
  std::string type_name;
  std::string message;
  Value inner;
  std::string stack_trace;

  // What .NET's exceptions have beside; nothing here fills them.
  Value no_value() const { return {}; }
  Value data() const { return Value::object(make<MapObject>(false)); }
  int32_t hresult() const;

  std::string display() const { return type_name + ": " + message; }
  static constexpr Prop kProps[] = {
      prop<&ExceptionInfo::no_value>("TargetSite", "The method that raised it; empty."),
      prop<&ExceptionInfo::message>("Message", "What failed, on what, why."),
      prop<&ExceptionInfo::data>("Data", "Further details; none."),
      prop<&ExceptionInfo::inner>("InnerException", "The exception behind it."),
      prop<&ExceptionInfo::no_value>("HelpLink", "Where more is said; empty."),
      prop<&ExceptionInfo::no_value>("Source", "The program that raised it; empty."),
      prop<&ExceptionInfo::hresult>("HResult", "Its number."),
      prop<&ExceptionInfo::stack_trace>("StackTrace", "Where it was raised."),
  };
  static constexpr Noun noun{.type = {"System.Exception", "Exception"}, .props = kProps};
};

ErrorCategoryInfo category_info(const ErrorRecordObject& record);
// Details of the record's exception; what `throw $object` threw is its own exception when it is one.
Value exception_of(const ErrorRecordObject& record);

}  // namespace hvsh
