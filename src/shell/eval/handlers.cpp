// Errors in scripts: throw, try and trap, and what happens to one that nobody handles.
#include <algorithm>

#include "core/error_record.h"
#include "shell/eval/exceptions.h"
#include "shell/eval/interpreter.h"

namespace hvsh::shell {

Flow Interpreter::exec_throw(const ThrowStatement& statement) {
  if (statement.value == nullptr) {
    // In a catch block: the error that was caught.
    const Value current = get_variable(kSymUnderscore);
    if (auto* record = current.as<ErrorRecordObject>()) return raise(Ref<ErrorRecordObject>(record), true);
    (void)raise(
        {.id = "ScriptHalted", .category = ErrorCategory::OperationStopped, .message = "ScriptHalted"},
        statement.span);
    pending_.fatal = true;
    return Flow::stopped;
  }
  Value value;
  if (!eval_statement(*statement.value, value)) return Flow::stopped;
  if (value.is_nothing()) value = Value::null();
  if (auto* record = value.as<ErrorRecordObject>()) return raise(Ref<ErrorRecordObject>(record), true);
  Error error{.id = value.is_null() ? "ScriptHalted" : join_text(value),
              .category = ErrorCategory::OperationStopped,
              .message = value.is_null() ? "ScriptHalted" : join_text(value)};
  error.span = statement.span;
  describe_exception(value, error);
  const bool is_exception = noun_cast<ExceptionInfo>(value) != nullptr;
  if (!is_exception && !value.is_null()) {
    error.target = error.message;
    error.target_type = full_type_name(value);
  }
  auto record = make_record(std::move(error), is_exception ? Value::null() : value);
  if (is_exception) record->exception = value;
  return raise(record, true);
}

namespace {

// Whether one of the types is that of the exception, or of one that it derives from.
bool names_exception(std::span<const TypeName* const> types, std::string_view exception) {
  return std::any_of(types.begin(), types.end(),
                     [&](const TypeName* type) { return exception_is(exception, type->name); });
}

}  // namespace

bool Interpreter::catches(std::span<const TypeName* const> types, Ref<ErrorRecordObject>& record) {
  if (types.empty()) return true;
  if (!record->error.inner_exception.empty() && names_exception(types, record->error.inner_exception)) {
    record = with_inner_exception(*record);
    return true;
  }
  return names_exception(types, exception_type(record->error));
}

Flow Interpreter::exec_try(const TryStatement& statement, Sink& out) {
  Flow flow = Flow::more;
  {
    PropagateGuard guard(*this, true);
    flow = exec_block(*statement.body, out);
  }
  if (flow == Flow::stopped && pending_.kind == Unwind::error) {
    for (const TryStatement::Catch& clause : statement.catches) {
      Ref<ErrorRecordObject> record = pending_.error;
      if (!catches(clause.types, record)) continue;
      remember(std::exchange(pending_, {}).error);
      Slot& slot = frame_->slot(ScopeLayout::kUnderscore);
      const Slot kept = slot;
      frame_->set(kSymUnderscore, Value::object(record));
      flow = exec_block(*clause.body, out);
      frame_->slot(ScopeLayout::kUnderscore) = kept;
      break;
    }
  }
  if (statement.finally != nullptr) {
    Pending kept = std::exchange(pending_, {});
    const CleanUpGuard clean_up(*this);
    const Flow last = exec_block(*statement.finally, out);
    if (last == Flow::stopped) return last;  // its own ending replaces the one under way
    pending_ = std::move(kept);
    if (flow == Flow::more) flow = last;
  }
  return flow;
}

// A statement of the block failed. Without a trap: an error that stops only its statement is shown, as
// $ErrorActionPreference says, and the next statement runs.
Flow Interpreter::after_failure(const Block& block, Sink& out) {
  success_ = false;
  for (const TrapStatement* trap : block.traps) {
    if (trap->type != nullptr) {
      const TypeName* const types[] = {trap->type};
      Ref<ErrorRecordObject> record = pending_.error;
      if (!catches(types, record)) continue;
    }
    return run_trap(block, *trap, out);
  }
  if (!block.traps.empty() || pending_.fatal || pending_.ends != nullptr) return Flow::stopped;
  ActionPreference action = action_preference(kSymErrorActionPreference);
  if (action == ActionPreference::Ignore) action = ActionPreference::SilentlyContinue;
  if (action == ActionPreference::Stop) {
    pending_.fatal = true;
    return Flow::stopped;
  }
  const Ref<ErrorRecordObject> record = std::exchange(pending_, {}).error;
  const Flow flow = report(record, action);
  success_ = false;
  return flow;
}

Flow Interpreter::run_trap(const Block&, const TrapStatement& trap, Sink& out) {
  Pending caught = std::exchange(pending_, {});
  remember(caught.error);
  const Value kept = get_variable(kSymUnderscore);
  frame_->set(kSymUnderscore, Value::object(caught.error));
  const Flow flow = exec_block(*trap.body, out);
  frame_->set(kSymUnderscore, kept);
  if (flow == Flow::stopped && pending_.kind == Unwind::continue_ && pending_.label.empty()) {
    pending_ = {};
    return Flow::more;
  }
  if (flow == Flow::stopped && pending_.kind == Unwind::break_ && pending_.label.empty()) {
    pending_ = std::move(caught);
    pending_.fatal = true;
    return Flow::stopped;
  }
  if (flow != Flow::more) return flow;
  const ActionPreference action = action_preference(kSymErrorActionPreference);
  if (action == ActionPreference::Stop) {
    pending_ = std::move(caught);
    pending_.fatal = true;
    return Flow::stopped;
  }
  if (action != ActionPreference::SilentlyContinue && action != ActionPreference::Ignore) {
    host_->write_error(*caught.error);
  }
  success_ = false;
  return Flow::more;
}

}  // namespace hvsh::shell
