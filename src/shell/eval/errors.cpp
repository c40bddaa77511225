// How errors begin, are remembered and shown.
#include <fmt/format.h>

#include "shell/error_view.h"
#include "shell/eval/environment.h"
#include "shell/eval/interpreter.h"

namespace hvsh::shell {

namespace {
// $MaximumErrorCount: older errors are forgotten.
constexpr size_t kErrorsKept = 256;
}  // namespace

Ref<ErrorRecordObject> Interpreter::make_record(Error error, Value target) {
  auto record = make<ErrorRecordObject>(std::move(error), std::move(target));
  const Error& made = record->error;
  const Position place = source_table_.begin(made.span);
  const bool placed = source_table_.contains(made.span.source);
  const std::string path(source_table_.name(made.span.source));
  auto info = make<RecordObject>();
  info->type_names = {"System.Management.Automation.InvocationInfo"};
  info->set("MyCommand", made.activity.empty() ? Value::null() : Value::string(made.activity));
  info->set("ScriptLineNumber", Value::integer(placed ? place.line : 0));
  info->set("OffsetInLine", Value::integer(placed ? place.column : 0));
  info->set("ScriptName", Value::string(path));
  info->set("Line", Value::string(source_table_.line(made.span.source, place.line)));
  info->set("PositionMessage", Value::string(position_message(made.span, source_table_)));
  info->set("InvocationName", Value::string(made.activity));
  info->set("PSScriptRoot", Value::string(folder_of(path)));
  info->set("PSCommandPath", Value::string(path));
  record->invocation = Value::object(info);
  std::string trace;
  uint32_t line = place.line;
  for (const Frame* frame = frame_.get(); frame != nullptr; frame = frame->parent.get()) {
    if (frame->block == nullptr) continue;
    const std::string& file = frame->block->source->path;
    const std::string_view function = frame->command_name.empty() ? "<ScriptBlock>" : frame->command_name;
    if (!trace.empty()) trace += '\n';
    trace += fmt::format("at {}, {}: line {}", function, file.empty() ? "<No file>" : file, line);
    line = source_table_.begin(frame->call_span).line;
  }
  record->script_stack_trace = std::move(trace);
  return record;
}

bool Interpreter::fail(Error error, Span span, Value target) {
  if (error.span.empty()) error.span = span;
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
                     .message = fmt::format("The running command stopped because the preference variable or "
                                            "parameter for {} messages is set to Stop: {}",
                                            label, text),
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
