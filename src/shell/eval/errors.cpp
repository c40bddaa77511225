// How errors begin, are remembered and shown.
#include <fmt/format.h>

#include "core/text.h"
#include "shell/eval/command_info.h"
#include "shell/eval/interpreter.h"
#include "shell/eval/invocation.h"

namespace hvsh::shell {

namespace {
// $MaximumErrorCount: older errors are forgotten.
constexpr size_t kErrorsKept = 256;
}  // namespace

// Where the running command stands and who called it, line by line, the innermost first.
std::string Interpreter::stack_trace(uint32_t line) const {
  std::string trace;
  constexpr int kMostLines = 200;
  int lines = 0;
  for (const Frame* frame = frame_.get(); frame != nullptr && lines < kMostLines; ++lines) {
    const std::string_view file = frame->block != nullptr ? std::string_view(frame->block->source->path) : "";
    const std::string_view function = frame->command_name.empty() ? "<ScriptBlock>" : frame->command_name;
    if (!trace.empty()) trace += '\n';
    trace += fmt::format("at {}, {}: line {}", function, file.empty() ? "<No file>" : file, line);
    line = source_table_.begin(frame->call_span).line;
    frame = frame->caller != nullptr ? frame->caller : frame->parent.get();
  }
  return trace;
}

Ref<ErrorRecordObject> Interpreter::make_record(Error error, Value target) {
  auto record = make<ErrorRecordObject>(std::move(error), std::move(target));
  const Error& made = record->error;
  InvocationInfo info = invocation_at(made.span, source_table_);
  info.name = made.activity;
  if (const Cmdlet* cmdlet = made.activity.empty() ? nullptr : find_cmdlet(made.activity)) {
    info.my_command = command_value(describe_cmdlet(*cmdlet));
  } else if (!made.activity.empty()) {
    const Ref<Function> function = find_function(symbols_.intern(made.activity));
    if (function) info.my_command = command_value(describe_function(*this, *function));
  }
  record->script_stack_trace = stack_trace(static_cast<uint32_t>(info.line_number));
  record->invocation = noun_value(std::move(info));
  return record;
}

namespace {

// Conversions and divisions that fail in a script are exceptions inside the engine's own one.
void wrap_exception(Error& error) {
  if (!error.activity.empty() || !error.inner_exception.empty()) return;
  if (error.exception == "System.DivideByZeroException") {
    error.inner_exception = std::exchange(error.exception, {});
  } else if (error.exception.empty() && error.category == ErrorCategory::InvalidArgument &&
             error.id.find("Cast") != std::string::npos) {
    error.inner_exception = "System.Management.Automation.PSInvalidCastException";
  }
  error.inner_message = error.inner_exception.empty() ? std::string() : error.message;
}

}  // namespace

bool Interpreter::fail(Error error, Span span, Value target) {
  if (error.span.empty()) error.span = span;
  wrap_exception(error);
  pending_ = {.kind = Unwind::error, .error = make_record(std::move(error), std::move(target))};
  return false;
}

Flow Interpreter::raise(Error error, Span span, Value target) {
  (void)fail(std::move(error), span, std::move(target));
  return Flow::stopped;
}

Flow Interpreter::raise(Ref<ErrorRecordObject> record, bool fatal) {
  pending_ = {.kind = Unwind::error, .fatal = fatal, .error = std::move(record)};
  return Flow::stopped;
}

void Interpreter::remember(const Ref<ErrorRecordObject>& record) {
  std::vector<Value>& items = errors_->items;
  if (!items.empty() && items.front().kind() == Value::Kind::object &&
      items.front().as_object() == record.get()) {
    return;
  }
  items.insert(items.begin(), Value::object(record));
  if (items.size() > kErrorsKept) items.pop_back();
}

Flow Interpreter::report(const Ref<ErrorRecordObject>& record, ActionPreference action) {
  success_ = false;
  switch (action) {
    case ActionPreference::Ignore: return Flow::more;
    case ActionPreference::Stop: return raise(record, true);
    case ActionPreference::Inquire: {
      if (!host_->can_prompt()) return raise(record, true);
      host_->write_error(*record);
      for (;;) {
        auto answer =
            host_->read_line("Action to take for this error: [C] Continue  [H] Halt (default is \"C\"): ");
        if (!answer) return raise(record, true);
        if (answer->empty() || equal_names(*answer, "c")) break;
        if (equal_names(*answer, "h")) return raise(record, true);
      }
      remember(record);
      return Flow::more;
    }
    case ActionPreference::SilentlyContinue:
    case ActionPreference::Continue:
    case ActionPreference::Suspend:
    case ActionPreference::Break: break;
  }
  remember(record);
  for (const Streams* streams = streams_; streams != nullptr; streams = streams->parent) {
    if (streams->captures[kError] != nullptr)
      streams->captures[kError]->items.push_back(Value::object(record));
  }
  if (action == ActionPreference::SilentlyContinue) return Flow::more;
  if (Sink* sink = streams_->targets[kError]) return sink->write(Value::object(record));
  host_->write_error(*record);
  return Flow::more;
}

Flow Interpreter::write_stream(StreamNumber stream, Value value) {
  for (const Streams* streams = streams_; streams != nullptr; streams = streams->parent) {
    if (streams->captures[stream] != nullptr) streams->captures[stream]->items.push_back(value);
  }
  Sink* sink = streams_->targets[stream];
  return sink == nullptr ? Flow::more : sink->write(std::move(value));
}

Flow Interpreter::write_labelled(StreamNumber stream, const std::string& text, ActionPreference action,
                                 std::string_view label) {
  switch (action) {
    case ActionPreference::Ignore: return Flow::more;
    case ActionPreference::SilentlyContinue: {
      if (stream != kWarning) return Flow::more;  // still in -WarningVariable
      for (const Streams* streams = streams_; streams != nullptr; streams = streams->parent) {
        if (streams->captures[stream] != nullptr) {
          streams->captures[stream]->items.push_back(Value::string(text));
        }
      }
      return Flow::more;
    }
    default: break;
  }
  const Flow flow = write_stream(stream, Value::string(text));
  if (flow != Flow::more) return flow;
  if (streams_->targets[stream] == nullptr) host_->write_labelled(label, text);
  if (action == ActionPreference::Stop) {
    return raise(
        make_record({.id = "ActionPreferenceStop",
                     .category = ErrorCategory::OperationStopped,
                     .message = fmt::format("The running command stopped because the preference variable "
                                            "\"{}{}Preference\" or common parameter is set to Stop: {}",
                                            label.substr(0, 1), to_lower(label.substr(1)), text),
                     .exception = "System.Management.Automation.ActionPreferenceStopException"}),
        true);
  }
  return Flow::more;
}

Flow Interpreter::stop_if_interrupted() {
  if (!interrupted()) return Flow::more;
  pending_ = {.kind = Unwind::interrupt};
  return Flow::stopped;
}

}  // namespace hvsh::shell
