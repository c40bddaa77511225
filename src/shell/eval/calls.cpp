// Calling script blocks, functions and script files.
#include <fmt/format.h>

#include "shell/eval/interpreter.h"
#include "shell/eval/requirements.h"
#include "shell/pipeline/function_stage.h"

namespace hvsh::shell {

namespace {

// For the time of one call.
class DepthGuard {
 public:
  explicit DepthGuard(uint32_t& depth) : depth_(++depth) {}
  ~DepthGuard() { --depth_; }
  DepthGuard(const DepthGuard&) = delete;
  DepthGuard& operator=(const DepthGuard&) = delete;

 private:
  uint32_t& depth_;
};

Error depth_error() {
  return {.id = "CallDepthOverflow",
          .category = ErrorCategory::InvalidOperation,
          .message = "The script failed due to call depth overflow.",
          .hint = "A function calls itself without an end, or deeper than the stack allows.",
          .exception = "System.Management.Automation.ScriptCallDepthException"};
}

}  // namespace

Ref<Frame> Interpreter::scope_of(const ShellScriptBlock& block, const Ref<Frame>& from) {
  if (from->home.get() == block.home.get()) return from;
  for (Frame* frame = from.get(); frame != nullptr;) {
    if (frame->home.get() == block.home.get()) return Ref<Frame>(frame);
    frame = frame->caller != nullptr ? frame->caller : frame->parent.get();
  }
  return block.home ? block.home : global_;
}

// The body of a block that has no phases: its statements. `return` ends here.
Flow Interpreter::exec_body(const ScriptBlock& tree, Sink& out) {
  if (tree.end == nullptr) return Flow::more;
  Flow flow = exec_block(*tree.end->body, out);
  if (flow == Flow::stopped && pending_.kind == Unwind::return_) {
    pending_ = {};
    flow = Flow::more;
  }
  return flow;
}

Flow Interpreter::call_block(ShellScriptBlock& block, std::span<const Value> arguments, const Value& input,
                             ScopeMode mode, Sink& out, Frame* in_frame) {
  const Ref<ShellScriptBlock> alive(&block);
  BlockInfo* info = info_of(*block.tree);
  if (info == nullptr) return Flow::stopped;
  if (out_of_stack()) return raise(depth_error(), block.tree->span);
  DepthGuard depth(call_depth_);
  Ref<Frame> frame = scope_of(block, in_frame != nullptr ? Ref<Frame>(in_frame) : frame_);
  // A closure has its own scope, also where others would run in the caller's.
  if (mode == ScopeMode::caller && block.home && frame.get() == block.home.get() && !frame->module)
    mode = ScopeMode::child;
  if (mode == ScopeMode::child) {
    frame = Ref<Frame>(new Frame(info->layout, std::move(frame)));
    frame->block = &block;
    frame->caller = frame_.get();
    if (block.home) {
      frame->home = block.home;
      frame->script = block.home->script;
    }
  }
  FrameGuard guard(*this, frame);
  // $_ of the caller's scope comes back afterwards.
  Slot kept;
  const bool sets_input = !input.is_nothing();
  if (sets_input) {
    if (mode == ScopeMode::caller) kept = frame->slot(ScopeLayout::kUnderscore);
    Slot& underscore = frame->slot(ScopeLayout::kUnderscore);
    underscore.value = input;
    underscore.constraint = nullptr;
  }
  if (!block.self.is_null()) frame->set(kSymThis, block.self);
  Flow flow = Flow::more;
  if (!info->parameters.empty() || !arguments.empty()) {
    if (!bind_by_position(*info, *frame, arguments)) flow = Flow::stopped;
  } else if (mode == ScopeMode::child) {
    frame->set(kSymArgs, Value::array({}));
  }
  if (flow == Flow::more && info->has_phases) {
    flow = exec_phases(*block.tree, input, out);
  } else if (flow == Flow::more) {
    flow = exec_body(*block.tree, out);
  }
  if (sets_input && mode == ScopeMode::caller) frame->slot(ScopeLayout::kUnderscore) = kept;
  return flow;
}

// A block with begin, process and end that is called as a whole: each once, process for the one input.
Flow Interpreter::exec_phases(const ScriptBlock& tree, const Value& input, Sink& out) {
  (void)input;
  for (const NamedBlock* phase : {tree.begin, tree.process, tree.end}) {
    if (phase == nullptr) continue;
    Flow flow = exec_block(*phase->body, out);
    if (flow == Flow::stopped && pending_.kind == Unwind::return_) {
      pending_ = {};
      flow = Flow::more;
    }
    if (flow != Flow::more) return flow;
  }
  return Flow::more;
}

bool Interpreter::bind_by_position(BlockInfo& info, Frame& frame, std::span<const Value> arguments) {
  FunctionTarget target(*this, info, frame);
  size_t next = 0;
  for (; next < info.parameters.size() && next < arguments.size(); ++next) {
    if (auto stored = target.assign(next, arguments[next], Coercion::full); !stored) {
      if (pending_.kind != Unwind::none) return false;
      return fail(stored.take_error(), info.parameters[next].tree->span);
    }
  }
  std::vector<Value> rest(arguments.begin() + static_cast<ptrdiff_t>(next), arguments.end());
  frame.set(kSymArgs, Value::array(std::move(rest)));
  return target.set_defaults([&](size_t index) { return index < next; });
}

// A plain function called with plain arguments, as an expression: no pipeline, no binder.
Flow Interpreter::call_simple(const Command& command, Function& function, Sink& out) {
  const Ref<Function> alive(&function);
  ShellScriptBlock& block = *function.block;
  BlockInfo& info = *info_of(*block.tree);
  if (out_of_stack()) return raise(depth_error(), command.span);
  DepthGuard depth(call_depth_);
  Ref<Frame> frame(new Frame(info.layout, scope_of(block, frame_)));
  frame->block = &block;
  frame->function = alive;
  frame->caller = frame_.get();
  frame->plain_arguments = static_cast<uint32_t>(std::min(command.arguments.size(), info.parameters.size()));
  frame->command_name = function.name;
  frame->call_span = command.span;
  frame->home = block.home;
  if (block.home) frame->script = block.home->script;
  FunctionTarget target(*this, info, *frame);
  std::vector<Value> rest;
  for (size_t i = 0; i < command.arguments.size(); ++i) {
    Value value;
    if (!eval(static_cast<const Expr&>(*command.arguments[i]), value)) return Flow::stopped;
    if (value.is_nothing()) value = Value::null();
    if (const auto* number = try_as<Number>(command.arguments[i]);
        number != nullptr && i < info.parameters.size() && info.params[i].type == &types::String) {
      value = Value::string(number->text);  // 010 stays 010
    }
    if (i >= info.parameters.size()) {
      rest.push_back(std::move(value));
      continue;
    }
    const FunctionParameter& parameter = info.parameters[i];
    if (parameter.constraint == nullptr) {
      Slot& slot = frame->slot(parameter.slot);
      slot.value = std::move(value);
      slot.constraint = nullptr;
    } else if (auto stored = target.assign(i, value, Coercion::full); !stored) {
      if (pending_.kind != Unwind::none) return Flow::stopped;
      Error error = bind_error_of(info, i, stored.take_error());
      error.activity = error.error_class = function.name;
      return raise(std::move(error), command.arguments[i]->span);
    }
  }
  FrameGuard guard(*this, frame);
  Slot& args = frame->slot(ScopeLayout::kArgs);
  if (!rest.empty() || info.parameters.empty()) {
    args.value = Value::array(std::move(rest));
    args.constraint = nullptr;
  }
  if (command.arguments.size() < info.parameters.size()) {
    const size_t given = command.arguments.size();
    if (!target.set_defaults([given](size_t index) { return index < given; })) return Flow::stopped;
  }
  return exec_body(*block.tree, out);
}

Flow Interpreter::run_line(const std::shared_ptr<Source>& source, Sink& out) {
  FrameGuard guard(*this, global_);
  if (meet_requirements(*this, *source) == Flow::stopped) return Flow::stopped;
  BlockInfo* info = info_of(*source->parsed.root);
  if (info == nullptr) return Flow::stopped;
  const ScriptBlock& tree = *source->parsed.root;
  if (!info->parameters.empty()) {
    FunctionTarget target(*this, *info, *global_);
    if (!target.set_defaults([](size_t) { return false; })) return Flow::stopped;
  }
  return info->has_phases ? exec_phases(tree, Value::nothing(), out) : exec_body(tree, out);
}

Flow Interpreter::run_script(const std::shared_ptr<Source>& source, std::span<const Argument> arguments,
                             Sink& out, ScopeMode mode) {
  auto block = make<ShellScriptBlock>(source, *source->parsed.root);
  ResolvedCommand command{
      .kind = ResolvedCommand::Kind::script, .name = source->path, .block = block, .path = source->path};
  std::unique_ptr<Stage> stages[] = {
      make_stage(command, std::vector<Argument>(arguments.begin(), arguments.end()), {}, mode)};
  if (!stages[0]) return Flow::stopped;
  return run_stages(stages, out);
}

Flow Interpreter::run_command(std::string_view name, std::span<const Argument> arguments, Sink& out) {
  ResolvedCommand command = resolve(name);
  if (command.kind == ResolvedCommand::Kind::none) return raise(did_you_mean_command(name), {});
  std::unique_ptr<Stage> stages[] = {
      make_stage(command, std::vector<Argument>(arguments.begin(), arguments.end()), {})};
  if (!stages[0]) return Flow::stopped;
  return run_stages(stages, out);
}

}  // namespace hvsh::shell
