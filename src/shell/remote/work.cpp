#include "shell/remote/work.h"

#include <fmt/format.h>

#include "core/clixml.h"
#include "shell/eval/interpreter.h"
#include "shell/format/formatter.h"
#include "shell/syntax/visit.h"

namespace hvsh::shell {

namespace {

std::string clixml_of(const Value& value) {
  auto text = to_clixml(std::span<const Value>(&value, 1), {.depth = kCopyDepth, .indent = false});
  if (text) return text.take();
  // What may not cross is said instead of it.
  const Value said = Value::string(text.error().message);
  return *to_clixml(std::span<const Value>(&said, 1), {.indent = false});
}

// A host whose screen is the other side.
class FrameHost final : public Host {
 public:
  explicit FrameHost(FrameSink sink) : sink_(std::move(sink)) {}
  void send(FrameKind kind, std::string payload) { sink_({kind, std::move(payload)}); }
  void send(FrameKind kind, const Value& value) { send(kind, clixml_of(value)); }

  Flow write_output(const Value& value) override {
    send(FrameKind::output, value);
    return Flow::more;
  }
  void end_output() override {}
  Flow write_text(std::string_view text, bool newline) override {
    send(FrameKind::host, std::string(text) + (newline ? "\n" : ""));
    return Flow::more;
  }
  void write_error(const ErrorRecordObject& record) override {
    send(FrameKind::error, Value::object(const_cast<ErrorRecordObject*>(&record)));
  }
  void write_labelled(std::string_view label, std::string_view text) override {
    const FrameKind kind = label.starts_with("WARN")   ? FrameKind::warning
                           : label.starts_with("VERB") ? FrameKind::verbose
                           : label.starts_with("DEB")  ? FrameKind::debug
                                                       : FrameKind::host;
    send(kind, std::string(text));
  }
  void write_progress(const Progress&) override {}
  std::string format_text(std::span<const Value> values, int width) override {
    return format_objects(values, {.width = width, .hold = true});
  }
  std::unique_ptr<Formatter> make_formatter(std::function<void(std::string_view)> output,
                                            int width) override {
    return std::make_unique<Formatter>(std::move(output), Formatter::Options{.width = width, .hold = true});
  }
  bool can_prompt() const override { return false; }
  std::optional<std::string> read_line(std::string_view) override { return std::nullopt; }
  void flush() override {}
  int width() const override { return 120; }

 private:
  FrameSink sink_;
};

class HostSink final : public Sink {
 public:
  explicit HostSink(Host& host) : host_(host) {}
  Flow write(Value value) override { return host_.write_output(value); }

 private:
  Host& host_;
};

void collect_variables(const Node& node, VariableScope scope, std::vector<const Variable*>& found) {
  if (node.kind == Kind::variable) {
    const auto& variable = static_cast<const Variable&>(node);
    if (variable.scope == scope) found.push_back(&variable);
  }
  for_each_child(node, [&](const Node& child) { collect_variables(child, scope, found); });
}

constexpr std::string_view kFieldNames[] = {"Script", "Initialization", "Location", "Shared"};

}  // namespace

Result<WorkRequest> make_request(Interpreter& interpreter, const ShellScriptBlock& block,
                                 const std::vector<Value>& arguments, const std::vector<Value>& input) {
  return make_request(interpreter, block.text(), block.tree, arguments, input);
}

Result<WorkRequest> make_request(Interpreter& interpreter, std::string script, const ScriptBlock* tree,
                                 const std::vector<Value>& arguments, const std::vector<Value>& input) {
  auto values = make<MapObject>(true);
  std::vector<const Variable*> variables;
  if (tree != nullptr) collect_variables(*tree, VariableScope::using_, variables);
  for (const Variable* variable : variables) {
    const Symbol symbol = interpreter.symbols().intern(variable->name);
    Value value;
    if (const Slot* slot = interpreter.find_slot(symbol)) {
      value = slot->value;
    } else if (auto known = interpreter.automatic(symbol)) {
      value = std::move(*known);
    } else {
      return Error{.id = "UsingVariableIsUndefined",
                   .category = ErrorCategory::InvalidOperation,
                   .message = fmt::format("The value of the using variable '$using:{}' cannot be retrieved "
                                          "because it has not been set in the local session.",
                                          variable->name)};
    }
    values->set(std::string(variable->name), std::move(value));
  }
  auto shared = make<MapObject>(true);
  shared->set("Arguments", Value::array(arguments));
  shared->set("Input", Value::array(input));
  shared->set("Using", Value::object(values));
  const Value whole = Value::object(shared);
  HVSH_TRY(std::string text,
           to_clixml(std::span<const Value>(&whole, 1), {.depth = kCopyDepth + 2, .indent = false}));
  return WorkRequest{
      .script = std::move(script), .location = interpreter.location(), .shared = std::move(text)};
}

Result<WorkRequest> make_background_request(Interpreter& interpreter, const Node& statement) {
  auto values = make<MapObject>(true);
  std::vector<const Variable*> variables;
  collect_variables(statement, VariableScope::unqualified, variables);
  for (const Variable* variable : variables) {
    const Symbol symbol = interpreter.symbols().find(variable->name);
    const Slot* slot = symbol == 0 ? nullptr : interpreter.find_slot(symbol);
    if (slot != nullptr && slot->is_set()) values->set(std::string(variable->name), slot->value);
  }
  auto shared = make<MapObject>(true);
  shared->set("Variables", Value::object(values));
  const Value whole = Value::object(shared);
  HVSH_TRY(std::string text,
           to_clixml(std::span<const Value>(&whole, 1), {.depth = kCopyDepth + 2, .indent = false}));
  const Source* source = interpreter.source(statement.span.source);
  std::string script =
      source == nullptr ? std::string() : std::string(source->parsed.text_of(statement.span));
  // Without the & that stands at its end.
  if (const size_t end = script.find_last_not_of(" \t\r\n"); end != std::string::npos && script[end] == '&') {
    script.erase(end);
    script.erase(script.find_last_not_of(" \t\r\n") + 1);
  }
  return WorkRequest{
      .script = std::move(script), .location = interpreter.location(), .shared = std::move(text)};
}

std::string pack(const WorkRequest& request) {
  auto map = make<MapObject>(true);
  const std::string* const fields[] = {&request.script, &request.initialization, &request.location,
                                       &request.shared};
  for (size_t i = 0; i < std::size(kFieldNames); ++i) map->set(kFieldNames[i], Value::string(*fields[i]));
  return clixml_of(Value::object(map));
}

Result<WorkRequest> unpack(std::string_view payload) {
  HVSH_TRY(const std::vector<Value> values, from_clixml(payload, {}));
  WorkRequest request;
  std::string* const fields[] = {&request.script, &request.initialization, &request.location,
                                 &request.shared};
  for (size_t i = 0; i < std::size(kFieldNames) && !values.empty(); ++i) {
    const auto found = get_property(values[0], kFieldNames[i]);
    if (found && *found) *fields[i] = to_string(**found);
  }
  return request;
}

Result<std::vector<Value>> read_objects(Interpreter& interpreter, std::string_view clixml) {
  return from_clixml(clixml, {.find_enum =
                                  [&](std::string_view name) {
                                    const TypeRef* type = interpreter.types().find(name);
                                    return type == nullptr ? nullptr : type->enumeration;
                                  },
                              .error_records = true});
}

struct Worker::Parts {
  Parts(const Setup& setup, FrameSink sink, std::atomic<bool>* stop)
      : host(std::move(sink)), interpreter(with_host(setup)), out(host) {
    interpreter.set_interrupt_flag(stop);
  }
  Setup with_host(Setup setup) {
    setup.host = &host;
    return setup;
  }
  Result<void> prepare(const WorkRequest& request, std::vector<Value>& arguments);
  Result<Flow> run(const WorkRequest& request, const Value& underscore);

  FrameHost host;
  Interpreter interpreter;
  HostSink out;
};

Worker::Worker(const Setup& setup, FrameSink sink, std::atomic<bool>* stop)
    : parts_(std::make_unique<Parts>(setup, std::move(sink), stop)) {}
Worker::~Worker() = default;

Result<std::vector<Value>> Worker::read(std::string_view clixml) {
  return read_objects(parts_->interpreter, clixml);
}

Result<void> Worker::Parts::prepare(const WorkRequest& request, std::vector<Value>& arguments) {
  HVSH_TRY(const std::vector<Value> shared, read_objects(interpreter, request.shared));
  const auto* map = shared.empty() ? nullptr : shared[0].as<MapObject>();
  if (map == nullptr) return {};
  if (const Value* given = map->find("Arguments")) arguments = to_items(*given);
  if (const Value* input = map->find("Input")) {
    interpreter.global().set(interpreter.symbols().intern("input"), *input);
  }
  for (const auto& [key, prefix] : {std::pair{"Using", "using:"}, std::pair{"Variables", ""}}) {
    const Value* values = map->find(key);
    const auto* names = values == nullptr ? nullptr : values->as<MapObject>();
    if (names == nullptr) continue;
    for (const auto& [name, value] : names->entries()) {
      interpreter.global().set(interpreter.symbols().intern(prefix + to_string(name)), value);
    }
  }
  if (!request.location.empty()) (void)interpreter.set_location(request.location);
  return {};
}

Result<Flow> Worker::Parts::run(const WorkRequest& request, const Value& underscore) {
  std::vector<Value> arguments;
  HVSH_CHECK(prepare(request, arguments));
  if (!request.initialization.empty()) {
    HVSH_TRY(const auto source, interpreter.load(request.initialization, {}));
    if (const Flow flow = interpreter.run_line(source, out); flow != Flow::more) return flow;
  }
  HVSH_TRY(const auto source, interpreter.load(request.script, {}));
  auto block = make<ShellScriptBlock>(source, *source->parsed.root);
  return interpreter.call_block(*block, arguments, underscore, ScopeMode::child, out);
}

void Worker::run(const WorkRequest& request, const Value& underscore) {
  auto flow = parts_->run(request, underscore);
  Pending& pending = parts_->interpreter.pending();
  std::string state = "Completed";
  if (!flow || (*flow == Flow::stopped && pending.kind == Unwind::error)) {
    const auto record = flow ? pending.error : parts_->interpreter.make_record(flow.take_error());
    parts_->host.send(FrameKind::failed, Value::object(record));
    state = "Failed";
  } else if (*flow == Flow::stopped && pending.kind == Unwind::interrupt) {
    state = "Stopped";
  }
  pending = {};
  parts_->host.send(FrameKind::done, state);
}

}  // namespace hvsh::shell
