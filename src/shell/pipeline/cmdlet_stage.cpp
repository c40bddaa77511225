#include "shell/pipeline/cmdlet_stage.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "shell/eval/environment.h"
#include "shell/eval/members.h"
#include "shell/eval/session_drives.h"
#include "shell/eval/style.h"
#include "shell/jobs/parallel.h"

namespace hvsh::shell {

// The world as the cmdlet's body sees it.
class CmdletStage::BodyContext final : public Context {
 public:
  explicit BodyContext(CmdletStage& stage) : stage_(stage), interpreter_(stage.interpreter_) {}

  Flow write(Value value) override {
    if (interpreter_.interrupted()) return interpreter_.stop_if_interrupted();
    return stage_.emit(std::move(value));
  }
  Flow error(Error error, Value target) override { return stage_.error(std::move(error), std::move(target)); }
  Flow terminate(Error error, Value target) override {
    return stage_.terminate(std::move(error), std::move(target));
  }
  Flow warning(std::string message) override { return stage_.warning(message); }
  Flow verbose(std::string message) override { return stage_.verbose(message); }
  Flow debug(std::string message) override { return stage_.debug(message); }
  Flow information(Value message, bool to_host, bool newline) override {
    return stage_.information(std::move(message), to_host, newline);
  }
  void progress(const Progress& progress) override { interpreter_.host().write_progress(progress); }

  Answer should_process(std::string_view sentence) override { return stage_.should_process_text(sentence); }
  Answer should_process(std::string_view target, std::string_view action) override {
    return stage_.should_process_text(
        fmt::format("Performing the operation \"{}\" on target \"{}\".", action, target));
  }
  Answer should_continue(std::string_view query, std::string_view caption) override {
    return stage_.should_continue(query, caption);
  }

  bool is_bound(std::string_view parameter) const override { return stage_.binder_->is_bound(parameter); }
  uint32_t parameter_set() const override { return stage_.binder_->set(); }
  bool stopping() const override { return interpreter_.interrupted(); }
  bool sleep(TimeSpan time) override {
    interpreter_.host().flush();
    using Clock = std::chrono::steady_clock;
    const auto until =
        Clock::now() + std::chrono::nanoseconds(std::min<int64_t>(time.ticks, INT64_MAX / 100) * 100);
    while (!stopping()) {
      const auto left = until - Clock::now();
      if (left <= Clock::duration::zero()) return true;
      // A signal ends the sleep early, so Ctrl-C is seen at once.
      const auto slice =
          std::min<int64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(left).count() + 1, 250);
      (void)::poll(nullptr, 0, static_cast<int>(slice));
    }
    (void)interpreter_.stop_if_interrupted();
    return false;
  }

  Flow invoke(ScriptBlockObject& block, const Value& input, std::span<const Value> arguments,
              Value& result) override {
    CollectSink sink;
    const Flow flow = call(block, input, arguments, sink);
    result = sink.take_value();
    return flow;
  }
  Flow try_invoke(ScriptBlockObject& block, const Value& input, Value& result,
                  std::optional<Error>& error) override {
    error.reset();
    Streams quiet{.parent = &stage_.streams_};
    NullSink nothing;
    quiet.targets[kError] = &nothing;
    CollectSink sink;
    Interpreter::PropagateGuard propagate(interpreter_, true);
    const Flow flow = call(block, input, {}, sink, quiet);
    result = sink.take_value();
    Pending& pending = interpreter_.pending();
    if (flow != Flow::stopped || pending.kind != Unwind::error) return flow;
    interpreter_.remember(pending.error);
    error = pending.error->error;
    pending = {};
    result = Value::null();
    return Flow::more;
  }
  Flow invoke_to_output(ScriptBlockObject& block, const Value& input,
                        std::span<const Value> arguments) override {
    EmitSink sink(stage_);
    return call(block, input, arguments, sink);
  }

  Flow call_method(const Value& target, std::string_view name, std::span<const Value> arguments,
                   Value& result) override {
    return call_member(interpreter_, target, name, arguments, stage_.span_, result) ? Flow::more
                                                                                    : Flow::stopped;
  }
  Result<Value> construct(std::string_view type, std::span<const Value> arguments) override {
    HVSH_TRY(const TypeRef* known, interpreter_.types().resolve_text(type));
    return shell::construct(interpreter_, *known, arguments);
  }

  const EnumInfo* find_enum(std::string_view type) override {
    const TypeRef* known = interpreter_.types().find(type);
    return known == nullptr ? nullptr : known->enumeration;
  }

  Result<std::string> resolve_path(std::string_view path) const override {
    return interpreter_.resolve_path(path);
  }
  std::string current_location() const override { return interpreter_.location(); }
  Result<void> set_location(const std::string& path) override { return interpreter_.set_location(path); }
  std::string format_text(std::span<const Value> values, int width) override {
    return interpreter_.host().format_text(values, width);
  }

 protected:
  void* service(const void* key) override {
    if (key == &kServiceKey<Interpreter>) return &interpreter_;
    if (key == &kServiceKey<ParallelWork>) return static_cast<ParallelWork*>(&parallel_);
    if (key == &kServiceKey<FormatPreferences>) {
      preferences_ = format_preferences(interpreter_);
      return &preferences_;
    }
    if (key == &kServiceKey<Drives>) return static_cast<Drives*>(&interpreter_.drives());
    Services* services = interpreter_.services();
    return services != nullptr ? services->find(key) : nullptr;
  }

 private:
  Flow call(ScriptBlockObject& block, const Value& input, std::span<const Value> arguments, Sink& sink) {
    return call(block, input, arguments, sink, stage_.streams_);
  }
  Flow call(ScriptBlockObject& block, const Value& input, std::span<const Value> arguments, Sink& sink,
            const Streams& in_streams) {
    Interpreter::StreamGuard streams(interpreter_, in_streams);
    return interpreter_.call_block(static_cast<ShellScriptBlock&>(block), arguments, input, ScopeMode::caller,
                                   sink, stage_.caller_.get());
  }

  CmdletStage& stage_;
  Interpreter& interpreter_;
  ThreadPoolWork parallel_{interpreter_};
  FormatPreferences preferences_;  // of the last time they were asked for
};

CmdletStage::CmdletStage(Interpreter& interpreter, std::string_view name, const Cmdlet& cmdlet,
                         std::vector<Argument> arguments, Span span)
    : CommandStage(interpreter, std::string(name), std::move(arguments), span), cmdlet_(cmdlet) {
  const Decl& decl = *cmdlet.decl;
  if (!decl.error_class.empty()) {
    error_class_ = decl.error_class;
  } else {
    error_class_ = fmt::format("Microsoft.PowerShell.Commands.{}{}Command", decl.verb, decl.noun);
  }
}

CmdletStage::~CmdletStage() {
  if (self_ == nullptr) return;
  cmdlet_.destroy(self_);
  ::operator delete(self_, cmdlet_.size, std::align_val_t(cmdlet_.alignment));
}

ConfirmImpact CmdletStage::impact() const {
  switch (cmdlet_.decl->impact) {
    case Impact::none: return ConfirmImpact::None;
    case Impact::low: return ConfirmImpact::Low;
    case Impact::medium: return ConfirmImpact::Medium;
    case Impact::high: return ConfirmImpact::High;
  }
  return ConfirmImpact::Medium;
}

Flow CmdletStage::prepare(bool input_expected) {
  self_ = ::operator new(cmdlet_.size, std::align_val_t(cmdlet_.alignment));
  cmdlet_.construct(self_);
  target_.emplace(cmdlet_.decl->params, self_);
  context_ = std::make_unique<BodyContext>(*this);
  if (const Flow flow = bind(spec_of(*cmdlet_.decl), *target_, input_expected); flow != Flow::more)
    return flow;
  for (size_t i = 0; i < cmdlet_.decl->params.size(); ++i) {
    const std::string_view name = cmdlet_.decl->params[i].name;
    if (name == "ComputerName" || name == "CimSession" || name == "Credential" || name == "AsJob") {
      remote_.push_back(i);
    }
  }
  return check_remote();
}

namespace {

bool is_this_host(const Value& value) {
  std::string name = to_string(value);
  // What objects of this host have as their CimSession.
  if (constexpr std::string_view kSession = "CimSession: "; name.starts_with(kSession)) {
    name.erase(0, kSession.size());
  }
  if (name.empty() || name == "." || equal_names(name, "localhost") || name == "127.0.0.1" || name == "::1")
    return true;
  const std::string own = host_name();
  if (equal_names(name, own)) return true;
  const size_t dot = own.find('.');
  return dot != std::string::npos && equal_names(name, own.substr(0, dot));
}

}  // namespace

// Parameters that are declared because scripts use them, while what they ask for is not there yet: one clear
// error instead of silently doing it on this host.
Flow CmdletStage::check_remote() {
  const auto refuse = [&](std::string_view parameter, std::string_view why) {
    return terminate({.id = "NotImplemented",
                      .category = ErrorCategory::NotImplemented,
                      .message = fmt::format("{} cannot take -{}: {}", name_, parameter, why),
                      .target = std::string(parameter),
                      .exception = "System.NotImplementedException"},
                     {});
  };
  for (size_t i : remote_) {
    if (!binder_->is_bound(i)) continue;
    const std::string_view parameter = cmdlet_.decl->params[i].name;
    if (parameter == "ComputerName" || parameter == "CimSession") {
      if (cmdlet_.decl->module != "Hyper-V" && cmdlet_.decl->noun != "Command") continue;
      for (const Value& host : to_items(binder_->value(i))) {
        if (!is_this_host(host)) {
          return refuse(parameter,
                        fmt::format("acting on another host ('{}') is not there yet. Run it on that host, "
                                    "for instance with ssh.",
                                    to_string(host)));
        }
      }
    } else if (parameter == "AsJob") {
      if (to_bool(binder_->value(i)))
        return refuse(parameter, "background jobs are not there yet. Leave it out.");
    } else if (parameter == "Credential" && cmdlet_.decl->module == "Hyper-V") {
      if (!binder_->value(i).is_null()) return refuse(parameter, "acting as another user is not there yet.");
    }
  }
  return Flow::more;
}

Flow CmdletStage::call(Flow (*body)(void*, Context&)) {
  if (body == nullptr) return Flow::more;
  Interpreter::StreamGuard streams(interpreter_, streams_);
  Interpreter::FrameGuard frame(interpreter_, caller_);
  const Flow flow = after_own_body(body(self_, *context_));
  if (flow == Flow::stopped && interpreter_.pending().kind == Unwind::none) {
    // A body that stopped because stopping() said so.
    interpreter_.pending() = {.kind = Unwind::interrupt};
  }
  return flow;
}

Flow CmdletStage::begin() { return call(cmdlet_.begin); }

Flow CmdletStage::run() { return call(cmdlet_.process); }

Flow CmdletStage::write(Value value) {
  if (done_) return Flow::enough;
  bool bound = false;
  if (const Flow flow = bind_object(value, bound); flow != Flow::more || !bound) return flow;
  if (!remote_.empty()) {
    if (const Flow flow = check_remote(); flow != Flow::more) return flow;
  }
  return call(cmdlet_.process);
}

Flow CmdletStage::end() { return call(cmdlet_.end); }

}  // namespace hvsh::shell
