#include "shell/pipeline/command_stage.h"

#include <fmt/format.h>

#include "core/wildcard.h"

namespace hvsh::shell {

const TypeInfo& CmdletObject::type() const { return types::PSCmdlet; }

CommandStage::CommandStage(Interpreter& interpreter, std::string name, std::vector<Argument> arguments,
                           Span span)
    : Stage(interpreter),
      name_(std::move(name)),
      error_class_(name_),
      arguments_(std::move(arguments)),
      span_(span) {}

Error CommandStage::described(Error error) const {
  if (error.activity.empty()) error.activity = name_;
  if (name_ == "Write-Error") {
    // It speaks for the function or script that calls it, and from where that was called.
    const Frame* frame = caller_.get();
    while (frame != nullptr && frame->block == nullptr) frame = frame->parent.get();
    if (frame != nullptr) error.error_class = frame->command_name;
    error.span = frame != nullptr && !frame->call_span.empty() ? frame->call_span : span_;
    return error;
  }
  if (error.error_class.empty()) error.error_class = error_class_;
  if (error.span.empty()) error.span = span_;
  return error;
}

std::string_view CommandStage::parameter_set_name() const {
  if (binder_ == nullptr || spec_.sets.empty()) return "__AllParameterSets";
  for (size_t i = 0; i < spec_.sets.size(); ++i) {
    if (binder_->set() == SetMask{1} << i) return spec_.sets[i];
  }
  return "__AllParameterSets";
}

// ---------------------------------------------------------------------------------------------- binding

// Entries of $PSDefaultParameterValues whose command pattern fits: @{ 'Get-VM:ComputerName' = 'x' }.
std::vector<DefaultValue> CommandStage::default_values() {
  const Slot* slot = interpreter_.find_slot(kSymPSDefaultParameterValues, caller_.get());
  if (slot == nullptr) return {};
  const auto* map = slot->value.as<MapObject>();
  if (map == nullptr) return {};
  if (const Value* disabled = map->find("Disabled"); disabled != nullptr && to_bool(*disabled)) return {};
  std::vector<std::pair<std::string, Value>> found;
  for (const auto& [key, value] : map->entries()) {
    const std::string text = to_string(key);
    const size_t colon = text.find(':');
    if (colon == std::string::npos) continue;
    if (Wildcard(text.substr(0, colon)).matches(name_)) found.emplace_back(text.substr(colon + 1), value);
  }
  std::vector<DefaultValue> defaults;
  for (auto& [name, value] : found) default_names_.push_back(name);
  for (size_t i = 0; i < found.size(); ++i) {
    Value value = found[i].second;
    if (auto* block = value.as<ShellScriptBlock>()) {
      CollectSink sink;
      if (interpreter_.call_block(*block, {}, Value::nothing(), ScopeMode::child, sink) == Flow::stopped) {
        interpreter_.pending() = {};
        continue;
      }
      value = sink.take_value();
    }
    defaults.push_back({default_names_[i], std::move(value)});
  }
  return defaults;
}

Flow CommandStage::bind(const BindSpec& spec, BindTarget& target, bool input_expected) {
  if (const Flow flow = Stage::prepare(input_expected); flow != Flow::more) return flow;
  spec_ = spec;
  binder_ = std::make_unique<Binder>(spec, target);
  auto bound = binder_->bind(arguments_, input_expected, default_values());
  if (interpreter_.pending().kind != Unwind::none) return Flow::stopped;
  if (!bound) return interpreter_.raise(described(bound.take_error()), span_);
  if (const Flow flow = prompt_for_missing(); flow != Flow::more) return flow;
  take_common();
  for (const Error& error : binder_->default_errors()) {
    if (const Flow flow = warning(error.message); flow != Flow::more) return flow;
  }
  return Flow::more;
}

Flow CommandStage::prompt_for_missing() {
  if (binder_->missing().empty()) return Flow::more;
  Host& host = interpreter_.host();
  if (!host.can_prompt()) {
    auto checked = binder_->check_mandatory();
    return interpreter_.raise(described(checked.take_error()), span_);
  }
  (void)host.write_text(
      fmt::format("cmdlet {} at command pipeline position 1\nSupply values for the following parameters:",
                  name_),
      true);
  const std::vector<size_t> missing = binder_->missing();
  for (size_t index : missing) {
    const Param& param = spec_.params[index];
    Value value;
    if (param.is_collection) {
      std::vector<Value> items;
      for (;;) {
        auto line = host.read_line(fmt::format("{}[{}]: ", param.name, items.size()));
        if (!line || line->empty()) break;
        items.push_back(Value::string(*line));
      }
      value = Value::array(std::move(items));
    } else {
      auto line = host.read_line(fmt::format("{}: ", param.name));
      value = Value::string(line.value_or(""));
    }
    if (auto supplied = binder_->supply(index, value); !supplied) {
      return interpreter_.raise(described(supplied.take_error()), span_);
    }
  }
  return Flow::more;
}

ListObject* CommandStage::capture_variable(const std::string& variable) {
  if (variable.empty()) return nullptr;
  const bool append = variable.front() == '+';
  const Symbol symbol = interpreter_.symbols().intern(std::string_view(variable).substr(append ? 1 : 0));
  auto list = make<ListObject>(types::ArrayList);
  if (append) {
    if (Slot* slot = interpreter_.find_slot(symbol, caller_.get())) list->items = to_items(slot->value);
  }
  caller_->set(symbol, Value::object(list));
  captures_.push_back(list);
  return list.get();
}

void CommandStage::take_common() {
  const CommonParameters& common = binder_->common();
  streams_.captures[kError] = capture_variable(common.error_variable);
  streams_.captures[kWarning] = capture_variable(common.warning_variable);
  streams_.captures[kInformation] = capture_variable(common.information_variable);
  out_capture_ = capture_variable(common.out_variable);
  if (!common.pipeline_variable.empty())
    pipeline_variable_ = interpreter_.symbols().intern(common.pipeline_variable);
}

Flow CommandStage::bind_object(const Value& object, bool& bound) {
  auto result = binder_->rebind(object, [&](ScriptBlockObject& block, const Value& input) -> Result<Value> {
    CollectSink sink;
    const Flow flow = interpreter_.call_block(static_cast<ShellScriptBlock&>(block), {}, input,
                                              ScopeMode::caller, sink, caller_.get());
    if (flow == Flow::stopped)
      return Error{.id = "Stopped", .message = "The argument's script block stopped."};
    return sink.take_value();
  });
  bound = result.ok();
  if (interpreter_.pending().kind != Unwind::none) return Flow::stopped;
  if (bound) return Flow::more;
  return error(result.take_error(), object);
}

// ---------------------------------------------------------------------------------------------- streams

ActionPreference CommandStage::action(const std::optional<ActionPreference>& given,
                                      WellKnown preference) const {
  if (given) return *given;
  Interpreter::FrameGuard guard(interpreter_, caller_);
  return interpreter_.action_preference(preference);
}

Flow CommandStage::error(Error error, Value target) {
  Interpreter::StreamGuard streams(interpreter_, streams_);
  Interpreter::FrameGuard frame(interpreter_, caller_);
  const ActionPreference wanted =
      action(binder_ ? binder_->common().error_action : std::nullopt, kSymErrorActionPreference);
  return interpreter_.report(interpreter_.make_record(described(std::move(error)), std::move(target)),
                             wanted);
}

Flow CommandStage::terminate(Error error, Value target) {
  Interpreter::FrameGuard frame(interpreter_, caller_);
  auto record = interpreter_.make_record(described(std::move(error)), std::move(target));
  for (const Streams* streams = &streams_; streams != nullptr; streams = streams->parent) {
    if (streams->captures[kError] != nullptr)
      streams->captures[kError]->items.push_back(Value::object(record));
  }
  return interpreter_.raise(std::move(record), false);
}

Flow CommandStage::warning(const std::string& message) {
  Interpreter::StreamGuard streams(interpreter_, streams_);
  return interpreter_.write_labelled(
      kWarning, message,
      action(binder_ ? binder_->common().warning_action : std::nullopt, kSymWarningPreference), "WARNING");
}

Flow CommandStage::verbose(const std::string& message) {
  Interpreter::StreamGuard streams(interpreter_, streams_);
  std::optional<ActionPreference> given;
  if (binder_ && binder_->common().verbose) {
    given = binder_->common().verbose->on ? ActionPreference::Continue : ActionPreference::SilentlyContinue;
  }
  return interpreter_.write_labelled(kVerbose, message, action(given, kSymVerbosePreference), "VERBOSE");
}

Flow CommandStage::debug(const std::string& message) {
  Interpreter::StreamGuard streams(interpreter_, streams_);
  std::optional<ActionPreference> given;
  if (binder_ && binder_->common().debug) {
    given = binder_->common().debug->on ? ActionPreference::Continue : ActionPreference::SilentlyContinue;
  }
  return interpreter_.write_labelled(kDebug, message, action(given, kSymDebugPreference), "DEBUG");
}

Flow CommandStage::information(Value message, bool to_host, bool newline) {
  Interpreter::StreamGuard streams(interpreter_, streams_);
  const ActionPreference wanted =
      action(binder_ ? binder_->common().information_action : std::nullopt, kSymInformationPreference);
  const std::string text = to_string(message);
  if (const Flow flow = interpreter_.write_stream(kInformation, std::move(message)); flow != Flow::more)
    return flow;
  if (interpreter_.streams().targets[kInformation] != nullptr) return Flow::more;
  if (to_host || wanted == ActionPreference::Continue) return interpreter_.host().write_text(text, newline);
  return Flow::more;
}

// ----------------------------------------------------------------------------------------- ShouldProcess

// Order: a remembered answer, -WhatIf, whether to ask at all, the question (engine-semantics 1.2).
Answer CommandStage::should_process_text(std::string_view sentence) {
  if (remembered_ == Remembered::yes_to_all) return Answer::yes;
  if (remembered_ == Remembered::no_to_all) return Answer::no;
  // A function's own scope counts: -Force sets $ConfirmPreference there.
  const CommonParameters none;
  const CommonParameters& common = binder_ ? binder_->common() : none;
  const bool what_if =
      common.what_if ? common.what_if->on : to_bool(interpreter_.get_variable(kSymWhatIfPreference));
  if (what_if) {
    const Flow flow = interpreter_.host().write_text(fmt::format("What if: {}", sentence), true);
    return flow == Flow::more ? Answer::no : Answer::stopped;
  }
  bool asks = false;
  if (common.confirm) {
    asks = common.confirm->on;
  } else {
    const Value preference = interpreter_.get_variable(kSymConfirmPreference);
    auto level = to_enum(preference, EnumOf<ConfirmImpact>::info);
    const int32_t wanted = level ? level->enum_number() : static_cast<int32_t>(ConfirmImpact::High);
    asks = wanted != 0 && static_cast<int32_t>(impact()) >= wanted;
  }
  if (!asks) return verbose(std::string(sentence)) == Flow::more ? Answer::yes : Answer::stopped;
  return confirm(fmt::format("\nConfirm\nAre you sure you want to perform this action?\n{}", sentence));
}

Answer CommandStage::should_continue(std::string_view query, std::string_view caption) {
  if (remembered_ == Remembered::yes_to_all) return Answer::yes;
  if (remembered_ == Remembered::no_to_all) return Answer::no;
  return confirm(fmt::format("\n{}\n{}", caption.empty() ? "Confirm" : caption, query));
}

Answer CommandStage::confirm(std::string_view text) {
  Host& host = interpreter_.host();
  if (!host.can_prompt()) {
    (void)terminate({.id = "InvalidOperation",
                     .category = ErrorCategory::InvalidOperation,
                     .message = fmt::format("{} needs an answer, and this run cannot ask for one.", name_),
                     .hint = "Add -Confirm:$false (or -Force, where the command has it) if it shall be done.",
                     .exception = "System.Management.Automation.PSInvalidOperationException"},
                    {});
    interpreter_.pending().fatal = interpreter_.pending().fatal || unanswered_is_fatal();
    return Answer::stopped;
  }
  (void)host.write_text(text, true);
  for (;;) {
    auto line = host.read_line(
        "[Y] Yes  [A] Yes to All  [N] No  [L] No to All  [S] Suspend  [?] Help (default is \"Y\"): ");
    if (!line) {
      (void)terminate({.id = "InvalidOperation",
                       .category = ErrorCategory::InvalidOperation,
                       .message = fmt::format("{} was not done: the input ended before an answer.", name_)},
                      {});
      return Answer::stopped;
    }
    if (line->empty() || equal_names(*line, "y") || equal_names(*line, "yes")) return Answer::yes;
    if (equal_names(*line, "n") || equal_names(*line, "no")) return Answer::no;
    if (equal_names(*line, "a") || equal_names(*line, "yes to all")) {
      remembered_ = Remembered::yes_to_all;
      return Answer::yes;
    }
    if (equal_names(*line, "l") || equal_names(*line, "no to all")) {
      remembered_ = Remembered::no_to_all;
      return Answer::no;
    }
    if (equal_names(*line, "?")) {
      (void)host.write_text(
          "Y - Continue with only the next step of the operation.\n"
          "A - Continue with all the steps of the operation.\n"
          "N - Skip this operation and proceed with the next operation.\n"
          "L - Skip this operation and all subsequent operations.\n"
          "S - Pausing the current command is not supported here.",
          true);
    }
  }
}

Value CommandStage::cmdlet_object() { return Value::object(make<CmdletObject>(this)); }

}  // namespace hvsh::shell
