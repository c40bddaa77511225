#include "shell/eval/member_scripts.h"

#include "shell/eval/interpreter.h"

namespace hvsh::shell {

Result<Value> MemberScriptRunner::call(ScriptBlockObject& block, const Value& self,
                                       std::span<const Value> arguments) {
  auto& script = static_cast<ShellScriptBlock&>(block);
  const Ref<ShellScriptBlock> alive(&script);
  const Value outer = std::exchange(script.self, self);
  CollectSink sink;
  Interpreter::PropagateGuard propagate(interpreter_, true);
  const Flow flow = interpreter_.call_block(script, arguments, Value::nothing(), ScopeMode::child, sink);
  script.self = outer;
  if (flow != Flow::stopped) return sink.take_value();
  Pending& pending = interpreter_.pending();
  // exit and Ctrl-C go on up; the caller of whoever reads the member sees them in pending().
  if (pending.kind != Unwind::error) return Error{.id = "Stopped", .message = "The script was stopped."};
  Error error = pending.error->error;
  interpreter_.remember(pending.error);
  pending = {};
  return error;
}

Result<Value> MemberScriptRunner::convert(const Value& value, const Value& type) {
  const TypeRef* known = interpreter_.types().ref_of(type);
  if (known == nullptr) {
    HVSH_TRY(known, interpreter_.types().resolve_text(to_string(type)));
  }
  return convert_to(value, *known);
}

}  // namespace hvsh::shell
