#include "shell/pipeline/function_stage.h"

#include <fmt/format.h>

#include "shell/eval/dynamic_parameters.h"

namespace hvsh::shell {

FunctionStage::FunctionStage(Interpreter& interpreter, std::string name, Ref<ShellScriptBlock> block,
                             std::vector<Argument> arguments, Span span, ScopeMode mode, bool is_script)
    : CommandStage(interpreter, std::move(name), std::move(arguments), span),
      block_(std::move(block)),
      mode_(mode),
      is_script_(is_script) {}

FunctionStage::~FunctionStage() {
  if (frame_ && frame_->stage == this) frame_->stage = nullptr;
}

ConfirmImpact FunctionStage::impact() const { return info_->impact; }

Flow FunctionStage::prepare(bool input_expected) {
  has_input_ = input_expected;
  info_ = interpreter_.info_of(*block_->tree);
  if (info_ == nullptr) return Flow::stopped;
  if (interpreter_.out_of_stack()) {
    return interpreter_.raise(
        {.id = "CallDepthOverflow",
         .category = ErrorCategory::InvalidOperation,
         .message = "The script failed due to call depth overflow.",
         .hint = "A function calls itself without an end, or deeper than the stack allows.",
         .exception = "System.Management.Automation.ScriptCallDepthException"},
        span_);
  }
  // A script belongs to whoever runs it.
  const Ref<Frame> outer = is_script_ ? caller_ : interpreter_.scope_of(*block_, caller_);
  if (mode_ == ScopeMode::child) {
    frame_ = Ref<Frame>(new Frame(info_->layout, outer));
    frame_->block = block_.get();
    frame_->function = function_;
    frame_->caller = caller_.get();
    frame_->expects_input = input_expected;
    frame_->command_name = is_script_ ? std::string_view() : std::string_view(name_);
    frame_->call_span = span_;
    frame_->home = is_script_ ? caller_->home : block_->home;
    if (block_->home) frame_->script = block_->home->script;
    if (is_script_) frame_->script = frame_.get();
  } else {
    frame_ = outer;
  }
  if (info_->advanced) frame_->stage = this;
  if (block_->tree->dynamic_param != nullptr) {
    if (const Flow flow = add_dynamic_parameters(input_expected); flow != Flow::more) return flow;
  }
  target_ = std::make_unique<FunctionTarget>(interpreter_, *info_, *frame_);
  if (const Flow flow = bind(info_->spec(), *target_, input_expected); flow != Flow::more) return flow;
  if (!target_->set_defaults([&](size_t index) { return binder_->is_bound(index); })) return Flow::stopped;
  if (!info_->advanced && (mode_ == ScopeMode::child || !binder_->rest().empty())) {
    std::vector<Value> rest;
    for (const Argument& argument : binder_->rest()) {
      if (argument.is_parameter) {
        rest.push_back(Value::string(fmt::format("-{}{}", argument.name, argument.has_value ? ":" : "")));
        if (argument.has_value) rest.push_back(argument.value);
      } else {
        rest.push_back(argument.value);
      }
    }
    frame_->set(kSymArgs, Value::array(std::move(rest)));
  }
  set_bound_parameters();
  set_preferences();
  prepared_ = true;
  return Flow::more;
}

// What the dynamicparam block asks for depends on the arguments, so those that are declared are bound once
// without it, as far as they can be; then everything is bound together.
Flow FunctionStage::add_dynamic_parameters(bool input_expected) {
  FunctionTarget declared(interpreter_, *info_, *frame_);
  BindSpec spec = info_->spec();
  spec.collects_rest = true;
  if (const Flow flow = Stage::prepare(input_expected); flow != Flow::more) return flow;
  spec_ = spec;
  binder_ = std::make_unique<Binder>(spec, declared);
  (void)binder_->bind(arguments_, input_expected);  // what is wrong is said by the binding that counts
  if (interpreter_.pending().kind != Unwind::none) return Flow::stopped;
  set_bound_parameters();
  CollectSink sink;
  {
    Interpreter::FrameGuard frame(interpreter_, frame_);
    Interpreter::StreamGuard streams(interpreter_, streams_);
    const Flow flow = interpreter_.exec_block(*block_->tree->dynamic_param->body, sink);
    if (flow == Flow::stopped && interpreter_.pending().kind == Unwind::return_) {
      interpreter_.pending() = {};
    } else if (flow == Flow::stopped) {
      return flow;
    }
  }
  auto merged = with_dynamic_parameters(interpreter_, *block_->tree, sink.take_value());
  if (!merged) return interpreter_.raise(described(merged.take_error()), span_);
  own_info_ = merged.take();
  info_ = own_info_.get();
  return Flow::more;
}

void FunctionStage::set_bound_parameters() {
  if (mode_ == ScopeMode::caller && info_->parameters.empty()) return;
  auto map = make<MapObject>(false);
  for (size_t i = 0; i < info_->parameters.size(); ++i) {
    const BoundBy by = binder_->bound_by(i);
    if (by == BoundBy::none) continue;
    const Slot* slot = frame_->find(info_->parameters[i].symbol);
    if (slot != nullptr) map->set(info_->params[i].name, slot->value);
  }
  for (size_t i = info_->params.size(); i < info_->params.size() + spec_.common.size(); ++i) {
    if (binder_->is_bound(i)) map->set(spec_.common[i - info_->params.size()].name, binder_->value(i));
  }
  frame_->set(kSymPSBoundParameters, Value::object(map));
}

// Common parameters of an advanced function hold for what it calls: they become its preference variables.
void FunctionStage::set_preferences() {
  if (!info_->advanced) return;
  const CommonParameters& common = binder_->common();
  const auto action = [&](WellKnown symbol, const std::optional<ActionPreference>& given) {
    if (given) {
      frame_->set(symbol, Value::enumeration(EnumOf<ActionPreference>::info, static_cast<int32_t>(*given)));
    }
  };
  const auto from_switch = [](const std::optional<Switch>& given) -> std::optional<ActionPreference> {
    if (!given) return std::nullopt;
    return given->on ? ActionPreference::Continue : ActionPreference::SilentlyContinue;
  };
  action(kSymErrorActionPreference, common.error_action);
  action(kSymWarningPreference, common.warning_action);
  action(kSymInformationPreference, common.information_action);
  action(kSymProgressPreference, common.progress_action);
  action(kSymVerbosePreference, from_switch(common.verbose));
  action(kSymDebugPreference, from_switch(common.debug));
  if (common.what_if) frame_->set(kSymWhatIfPreference, Value::boolean(common.what_if->on));
  if (common.confirm) {
    const ConfirmImpact level = common.confirm->on ? ConfirmImpact::Low : ConfirmImpact::None;
    frame_->set(kSymConfirmPreference,
                Value::enumeration(EnumOf<ConfirmImpact>::info, static_cast<int32_t>(level)));
  }
}

Flow FunctionStage::exec(const NamedBlock* phase) {
  if (phase == nullptr || exited_) return Flow::more;
  Interpreter::FrameGuard frame(interpreter_, frame_);
  Interpreter::StreamGuard streams(interpreter_, streams_);
  ++interpreter_.call_depth_;
  EmitSink sink(*this);
  Flow flow = interpreter_.exec_block(*phase->body, sink);
  --interpreter_.call_depth_;
  if (flow != Flow::stopped) return flow;
  Pending& pending = interpreter_.pending();
  if (pending.ends == static_cast<const Stage*>(this))
    pending.ends = nullptr;  // a statement of the caller goes on
  if (pending.kind == Unwind::return_) {
    pending = {};
    return Flow::more;
  }
  if (pending.kind == Unwind::exit && is_script_ && !hands_exit_up_) {
    interpreter_.set_last_exit_code(pending.exit_code);
    interpreter_.set_success(pending.exit_code == 0);
    pending = {};
    done_ = exited_ = true;
    return Flow::enough;
  }
  return flow;
}

Flow FunctionStage::begin() { return exec(block_->tree->begin); }

Flow FunctionStage::run() {
  if (mode_ == ScopeMode::child) frame_->set(kSymInput, Value::array({}));
  return exec(block_->tree->process);
}

Flow FunctionStage::write(Value value) {
  if (done_) return Flow::enough;
  if (info_->advanced) {
    bool bound = false;
    if (const Flow flow = bind_object(value, bound); flow != Flow::more || !bound) return flow;
    set_bound_parameters();
  }
  if (block_->tree->process == nullptr) {
    input_.push_back(std::move(value));
    return Flow::more;
  }
  const Slot kept = frame_->slot(ScopeLayout::kUnderscore);
  frame_->set(kSymInput, Value::array({value}));
  frame_->set(kSymUnderscore, std::move(value));
  const Flow flow = exec(block_->tree->process);
  if (mode_ == ScopeMode::caller) frame_->slot(ScopeLayout::kUnderscore) = kept;
  return flow;
}

// An ending that is under way waits, and goes on afterwards.
void FunctionStage::clean() {
  const NamedBlock* block = block_->tree->clean;
  if (block == nullptr || !prepared_) return;
  Pending kept = std::exchange(interpreter_.pending(), {});
  NullSink nowhere;
  {
    const Interpreter::CleanUpGuard clean_up(interpreter_);
    Interpreter::FrameGuard frame(interpreter_, frame_);
    Interpreter::StreamGuard streams(interpreter_, streams_);
    Interpreter::PropagateGuard propagate(interpreter_, false);
    if (interpreter_.exec_block(*block->body, nowhere) == Flow::stopped) {
      Pending& pending = interpreter_.pending();
      if (pending.kind == Unwind::error) {
        (void)interpreter_.report(std::exchange(pending, {}).error, ActionPreference::Continue);
      }
    }
  }
  interpreter_.pending() = std::move(kept);
}

Flow FunctionStage::end() {
  if (mode_ == ScopeMode::child || has_input_) frame_->set(kSymInput, Value::array(std::move(input_)));
  return exec(block_->tree->end);
}

}  // namespace hvsh::shell
