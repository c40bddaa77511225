#include "core/error_record.h"

#include <fmt/format.h>

namespace hvsh {

std::string exception_type(const Error& error) {
  return error.exception.empty() ? "System.Management.Automation.RuntimeException" : error.exception;
}

int32_t ExceptionInfo::hresult() const {
  // COR_E_EXCEPTION of System.Exception itself, COR_E_SYSTEM of its heirs.
  const bool plain = type_name.empty() || type_name == "System.Exception";
  return static_cast<int32_t>(plain ? 0x80131500U : 0x80131501U);
}

std::string ErrorCategoryInfo::display() const {
  return fmt::format("{}: ({}:{}) [{}], {}", to_string(category), target_name, target_type, activity, reason);
}

ErrorCategoryInfo category_info(const ErrorRecordObject& record) {
  const Error& error = record.error;
  // What .NET threw in an expression is inside of a RuntimeException.
  const std::string type = error.id == "RuntimeException" && error.category == ErrorCategory::NotSpecified
                               ? "RuntimeException"
                               : exception_type(error);
  std::string target_type = error.target_type;
  target_type.erase(0, target_type.rfind('.') + 1);
  if (target_type.empty() && !record.target.is_null()) target_type = record.target.type().short_name;
  if (target_type.empty() && !error.target.empty()) target_type = "String";
  std::string target = error.target;
  if (target.empty() && !record.target.is_null()) target = to_string(record.target);
  return {.category = error.category,
          .activity = error.activity,
          .reason = type.substr(type.rfind('.') + 1),
          .target_name = std::move(target),
          .target_type = std::move(target_type)};
}

Value exception_of(const ErrorRecordObject& record) {
  if (noun_cast<ExceptionInfo>(record.exception) != nullptr) return record.exception;
  Value inner;
  if (!record.error.inner_exception.empty()) {
    inner = noun_value(ExceptionInfo{.type_name = record.error.inner_exception,
                                     .message = record.error.inner_message,
                                     .inner = {},
                                     .stack_trace = {}});
  }
  return noun_value(ExceptionInfo{.type_name = exception_type(record.error),
                                  .message = record.error.message,
                                  .inner = std::move(inner),
                                  .stack_trace = {}});
}

}  // namespace hvsh
