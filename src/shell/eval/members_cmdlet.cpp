// Members of $PSCmdlet.
#include <fmt/format.h>

#include "shell/eval/interpreter.h"
#include "shell/eval/members.h"
#include "shell/pipeline/command_stage.h"

namespace hvsh::shell {

namespace {

Error stopped() { return {.id = "Stopped", .message = "The script block stopped."}; }

Result<CommandStage*> stage_of(const Call& call) {
  CommandStage* stage = static_cast<CmdletObject*>(call.self.as_object())->stage;
  if (stage != nullptr) return stage;
  return Error{.id = "InvalidOperation",
               .category = ErrorCategory::InvalidOperation,
               .message = "The command that this $PSCmdlet belongs to is over."};
}

Result<Value> answer_of(Answer answer) {
  if (answer == Answer::stopped) return stopped();
  return Value::boolean(answer == Answer::yes);
}

Result<Value> should_process(const Call& call) {
  HVSH_TRY(CommandStage * stage, stage_of(call));
  const std::string target = text_argument(call, 0);
  // The form of three texts has its own description of what happens.
  if (call.count() == 3) return answer_of(stage->should_process_text(target));
  const std::string action = call.count() == 2 ? text_argument(call, 1) : stage->name();
  return answer_of(stage->should_process_text(
      fmt::format("Performing the operation \"{}\" on target \"{}\".", action, target)));
}

Result<Value> write_error(const Call& call, bool terminating) {
  HVSH_TRY(CommandStage * stage, stage_of(call));
  const auto* record = call.at(0).as<ErrorRecordObject>();
  Error error = record != nullptr ? record->error
                                  : Error{.id = text_argument(call, 0), .message = text_argument(call, 0)};
  const Value target = record != nullptr ? record->target : Value::null();
  const Flow flow =
      terminating ? stage->terminate(std::move(error), target) : stage->error(std::move(error), target);
  if (flow == Flow::stopped) return stopped();
  return Value::nothing();
}

template <Flow (CommandStage::*kWrite)(const std::string&)>
Result<Value> write_text(const Call& call) {
  HVSH_TRY(CommandStage * stage, stage_of(call));
  if ((stage->*kWrite)(text_argument(call, 0)) == Flow::stopped) return stopped();
  return Value::nothing();
}

constexpr MemberEntry kCmdlet[] = {
    {"ShouldProcess", 1, 3, should_process},
    {"ShouldContinue", 2, 4,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(CommandStage * stage, stage_of(c));
       return answer_of(stage->should_continue(text_argument(c, 0), text_argument(c, 1)));
     }},
    {"WriteError", 1, 1, [](const Call& c) { return write_error(c, false); }},
    {"ThrowTerminatingError", 1, 1, [](const Call& c) { return write_error(c, true); }},
    {"WriteVerbose", 1, 1, write_text<&CommandStage::verbose>},
    {"WriteWarning", 1, 1, write_text<&CommandStage::warning>},
    {"WriteDebug", 1, 1, write_text<&CommandStage::debug>},
    {"WriteObject", 1, 2,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(CommandStage * stage, stage_of(c));
       const bool unroll = c.count() == 2 && to_bool(c.at(1));
       if ((unroll ? stage->emit_unrolled(c.at(0)) : stage->emit(c.at(0))) == Flow::stopped) return stopped();
       return Value::nothing();
     }},
    {"ParameterSetName", 0, kProperty,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(CommandStage * stage, stage_of(c));
       return Value::string(stage->parameter_set_name());
     }},
    {"MyInvocation", 0, kProperty,
     [](const Call& c) -> Result<Value> { return c.interpreter.get_variable(kSymMyInvocation); }},
};

constexpr MemberFamily kFamilies[] = {{&types::PSCmdlet, false, kCmdlet}};

}  // namespace

std::span<const MemberFamily> cmdlet_members() { return kFamilies; }

}  // namespace hvsh::shell
