#pragma once
// The value of -Scope: Global, Local, Script, or how many scopes up.
#include <string>

#include "shell/eval/interpreter.h"

namespace hvsh::shell {

// Empty means the running scope.
inline Result<Frame*> scope_argument(Interpreter& interpreter, const std::string& scope) {
  if (scope.empty() || equal_names(scope, "local")) return &interpreter.frame();
  if (equal_names(scope, "global")) return &interpreter.global();
  if (equal_names(scope, "script")) return interpreter.frame().script;
  auto number = to_integer(Value::string(scope), IntType::i32);
  Frame* frame = &interpreter.frame();
  if (number && number->as_int() >= 0) {
    for (int64_t i = number->as_int(); i > 0 && frame != nullptr; --i) frame = frame->parent.get();
    if (frame != nullptr) return frame;
  }
  return Error{.id = "ArgumentOutOfRange",
               .category = ErrorCategory::InvalidArgument,
               .message = number ? "The scope number '" + scope + "' exceeds the number of active scopes."
                                 : "The scope '" + scope + "' is not Global, Local, Script or a number.",
               .target = scope,
               .exception = "System.Management.Automation.PSArgumentOutOfRangeException"};
}

}  // namespace hvsh::shell
