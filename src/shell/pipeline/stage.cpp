#include "shell/pipeline/stage.h"

namespace hvsh::shell {

Flow write_unrolled(Sink& sink, Value value) {
  if (value.is_nothing()) return Flow::more;
  if (value.kind() == Value::Kind::object) {
    const std::vector<Value>* items = nullptr;
    HeapObject* object = value.as_object();
    if (object->kind() == ObjectKind::array) items = &static_cast<ArrayObject*>(object)->items;
    if (object->kind() == ObjectKind::list) items = &static_cast<ListObject*>(object)->items;
    if (items != nullptr) {
      // By index: what runs downstream may change a list.
      for (size_t i = 0; i < items->size(); ++i) {
        if (const Flow flow = sink.write((*items)[i]); flow != Flow::more) return flow;
      }
      return Flow::more;
    }
  }
  return sink.write(std::move(value));
}

Value CollectSink::take_value() {
  if (count_ == 0) return Value::nothing();
  if (count_ == 1) return std::move(first_);
  return Value::array(take_items());
}

std::vector<Value> CollectSink::take_items() {
  if (count_ == 0) return {};
  std::vector<Value> items;
  items.reserve(count_);
  items.push_back(std::move(first_));
  for (Value& value : rest_) items.push_back(std::move(value));
  rest_.clear();
  count_ = 0;
  return items;
}

Stage::Stage(Interpreter& interpreter) : interpreter_(interpreter), caller_(interpreter.frame_ref()) {}

void Stage::redirect_stream(size_t stream, std::unique_ptr<Sink> sink) {
  stream_sinks_.push_back(std::move(sink));
  streams_.targets[stream] = stream_sinks_.back().get();
}

Flow Stage::prepare(bool) {
  streams_.parent = &interpreter_.streams();
  for (size_t i = 0; i < kStreamCount; ++i) {
    if (merged_[i]) {
      streams_.targets[i] = output_;
    } else if (streams_.targets[i] == nullptr) {
      streams_.targets[i] = interpreter_.streams().targets[i];
    }
  }
  return Flow::more;
}

Flow Stage::emit(Value value) {
  if (value.is_nothing()) return Flow::more;
  if (out_capture_ != nullptr) out_capture_->items.push_back(value);
  if (pipeline_variable_ != 0) caller_->set(pipeline_variable_, value);
  const Flow flow = output_->write(std::move(value));
  if (flow == Flow::enough) closed_ = true;
  return flow;
}

Flow Stage::emit_unrolled(Value value) {
  EmitSink sink(*this);
  return write_unrolled(sink, std::move(value));
}

Flow ExpressionStage::run() {
  Interpreter::StreamGuard streams(interpreter_, streams_);
  EmitSink sink(*this);
  return interpreter_.exec_expression(expr_, sink);
}

namespace {

// Before a stage: what is written while not all stages have begun waits, as it does in PowerShell.
class GateSink final : public Sink {
 public:
  explicit GateSink(Sink& next) : next_(next) {}
  Flow write(Value value) override {
    if (open_) return next_.write(std::move(value));
    held_.push_back(std::move(value));
    return Flow::more;
  }
  const Sink* target() const override { return next_.target(); }

  Flow open() {
    open_ = true;
    for (Value& value : held_) {
      if (const Flow flow = next_.write(std::move(value)); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  Sink& next_;
  bool open_ = false;
  std::vector<Value> held_;
};

}  // namespace

Flow Interpreter::run_stages(std::span<const std::unique_ptr<Stage>> stages, Sink& out) {
  const Flow flow = drive_stages(stages, out);
  for (const auto& stage : stages) stage->clean();
  return flow;
}

Flow Interpreter::drive_stages(std::span<const std::unique_ptr<Stage>> stages, Sink& out) {
  std::vector<GateSink> gates;
  gates.reserve(stages.size() - 1);
  for (size_t i = 0; i + 1 < stages.size(); ++i) {
    gates.emplace_back(*stages[i + 1]);
    stages[i]->connect(gates[i], false);
  }
  stages.back()->connect(out, true);
  for (size_t i = 0; i < stages.size(); ++i) {
    if (const Flow flow = stages[i]->prepare(i > 0); flow == Flow::stopped) return flow;
  }
  success_ = true;
  for (const auto& stage : stages) {
    if (stage->begin() == Flow::stopped) return Flow::stopped;
  }
  for (size_t i = 0; i < gates.size(); ++i) {
    if (gates[i].open() == Flow::stopped) return Flow::stopped;
    stages[i]->connect(*stages[i + 1], false);
  }
  // A stage that is done before it got anything needs no input at all.
  const auto done_behind = [&](size_t index) {
    for (size_t j = index + 1; j < stages.size(); ++j) {
      if (stages[j]->done()) return true;
    }
    return false;
  };
  if (!stages.front()->done() && !done_behind(0) && !stages.back()->closed()) {
    if (stages.front()->run() == Flow::stopped) return Flow::stopped;
  }
  for (size_t i = 0; i < stages.size(); ++i) {
    if (done_behind(i) || stages[i]->closed()) continue;
    if (stages[i]->end() == Flow::stopped) return Flow::stopped;
  }
  // A top-level pipeline is over: a table that waits for more rows is drawn.
  if (is_console(out)) host_->end_output();
  return stages.back()->closed() ? Flow::enough : Flow::more;
}

namespace {

// Objects that are there already, at the head of a pipeline.
class ItemsStage final : public Stage {
 public:
  ItemsStage(Interpreter& interpreter, std::span<const Value> items) : Stage(interpreter), items_(items) {}
  Flow run() override {
    for (const Value& item : items_) {
      if (const Flow flow = emit(item); flow != Flow::more) return flow;
    }
    return Flow::more;
  }
  Flow write(Value) override { return Flow::more; }

 private:
  std::span<const Value> items_;
};

}  // namespace

Flow Interpreter::pipe_into(std::span<const Value> items, std::string_view name,
                            std::span<const Argument> arguments, Sink& out) {
  const ResolvedCommand command = resolve(name);
  if (command.kind == ResolvedCommand::Kind::none) return raise(did_you_mean_command(name), {});
  std::unique_ptr<Stage> stages[] = {
      std::make_unique<ItemsStage>(*this, items),
      make_stage(command, std::vector<Argument>(arguments.begin(), arguments.end()), {})};
  if (!stages[1]) return Flow::stopped;
  return run_stages(stages, out);
}

}  // namespace hvsh::shell
