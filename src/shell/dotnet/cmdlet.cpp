// $PSCmdlet.
#include <fmt/format.h>

#include "shell/dotnet/groups.h"
#include "shell/eval/host_objects.h"
#include "shell/eval/interpreter.h"
#include "shell/pipeline/command_stage.h"

namespace hvsh::shell::dotnet {

namespace {

Result<CommandStage*> stage_of(const Call& call) {
  CommandStage* stage = static_cast<CmdletObject*>(call.self.as_object())->stage;
  if (stage != nullptr) return stage;
  return thrown("InvalidOperationException", "The command that this $PSCmdlet belongs to is over.");
}

Result<Value> answer_of(Answer answer) {
  if (answer == Answer::stopped) return stopped();
  return truth(answer == Answer::yes);
}

Result<Value> should_process(const Call& call) {
  HVSH_TRY(CommandStage * stage, stage_of(call));
  const std::string target = call.text(0);
  // The form of three texts has its own description of what happens.
  if (call.count() == 3) return answer_of(stage->should_process_text(target));
  const std::string action = call.count() == 2 ? call.text(1) : stage->name();
  return answer_of(stage->should_process_text(
      fmt::format("Performing the operation \"{}\" on target \"{}\".", action, target)));
}

Result<Value> should_continue(const Call& call) {
  HVSH_TRY(CommandStage * stage, stage_of(call));
  return answer_of(stage->should_continue(call.text(0), call.text(1)));
}

Result<Value> write_error(const Call& call, bool terminating) {
  HVSH_TRY(CommandStage * stage, stage_of(call));
  const auto* record = call.at(0).as<ErrorRecordObject>();
  if (record == nullptr)
    return thrown("ArgumentNullException", "Value cannot be null. (Parameter 'errorRecord')");
  const Flow flow = terminating ? stage->terminate(record->error, record->target)
                                : stage->error(record->error, record->target);
  if (flow != Flow::stopped) return Value::nothing();
  if (terminating) call.shell().pending().ends = static_cast<const Stage*>(stage);
  return stopped();
}

template <Flow (CommandStage::*kWrite)(const std::string&)>
Result<Value> write_text(const Call& call) {
  HVSH_TRY(CommandStage * stage, stage_of(call));
  if ((stage->*kWrite)(call.text(0)) == Flow::stopped) return stopped();
  return Value::nothing();
}

Result<Value> write_object(const Call& call) {
  HVSH_TRY(CommandStage * stage, stage_of(call));
  const bool unroll = call.count() == 2 && call.flag(1);
  if ((unroll ? stage->emit_unrolled(call.at(0)) : stage->emit(call.at(0))) == Flow::stopped)
    return stopped();
  return Value::nothing();
}

Result<Value> resolved_path(const Call& call) {
  HVSH_TRY(std::string path, call.shell().resolve_path(call.text(0)));
  return text(std::move(path));
}

constexpr Member kCmdlet[] = {
    {"bool ShouldProcess(string target)", should_process},
    {"bool ShouldProcess(string target, string action)", should_process},
    {"bool ShouldProcess(string verboseDescription, string verboseWarning, string caption)", should_process},
    {"bool ShouldContinue(string query, string caption)", should_continue},
    {"bool ShouldContinue(string query, string caption, object yesToAll, object noToAll)", should_continue},
    {"void WriteError(ErrorRecord errorRecord)", [](const Call& c) { return write_error(c, false); }},
    {"void ThrowTerminatingError(ErrorRecord errorRecord)",
     [](const Call& c) { return write_error(c, true); }},
    {"void WriteVerbose(string text)", write_text<&CommandStage::verbose>},
    {"void WriteWarning(string text)", write_text<&CommandStage::warning>},
    {"void WriteDebug(string text)", write_text<&CommandStage::debug>},
    {"void WriteObject(object sendToPipeline)", write_object},
    {"void WriteObject(object sendToPipeline, bool enumerateCollection)", write_object},
    {"void WriteInformation(object messageData, object tags)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(CommandStage * stage, stage_of(c));
       if (stage->information(c.at(0), false, true) == Flow::stopped) return stopped();
       return Value::nothing();
     }},
    {"object SessionState", [](const Call&) -> Result<Value> { return session_state(); }},
    {"object Host", [](const Call& c) -> Result<Value> { return c.shell().host_object(); }},
    {"bool Stopping", [](const Call& c) -> Result<Value> { return truth(c.shell().interrupted()); }},
    {"object GetVariableValue(string name)",
     [](const Call& c) -> Result<Value> { return variable_value(c.shell(), c.text(0), Value::null()); }},
    {"object GetVariableValue(string name, object defaultValue)",
     [](const Call& c) -> Result<Value> { return variable_value(c.shell(), c.text(0), c.at(1)); }},
    {"string GetUnresolvedProviderPathFromPSPath(string path)", resolved_path},
    {"string ParameterSetName",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(CommandStage * stage, stage_of(c));
       return Value::string(stage->parameter_set_name());
     }},
    {"object MyInvocation",
     [](const Call& c) -> Result<Value> { return c.shell().get_variable(kSymMyInvocation); }},
};

constexpr Type kTypes[] = {{.info = &types::PSCmdlet, .names = "pscmdlet", .members = kCmdlet}};

}  // namespace

std::span<const Type> cmdlet_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
