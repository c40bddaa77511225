#pragma once
// How and where a command was called: $MyInvocation, and the InvocationInfo of error records.
#include <string>

#include "core/noun.h"
#include "shell/eval/frame.h"
#include "shell/source_table.h"

namespace hvsh::shell {

struct InvocationInfo {
  Value my_command, bound_parameters, unbound_arguments;
  int32_t line_number = 0, offset = 0;
  int32_t pipeline_length = 1, pipeline_position = 1;
  bool expecting_input = false;
  std::string name, line, statement, position_message, folder;
  Value script_name, command_path;

  std::string display() const { return "System.Management.Automation.InvocationInfo"; }

  static constexpr Prop kProps[] = {
      prop<&InvocationInfo::my_command>("MyCommand", "The command."),
      prop<&InvocationInfo::bound_parameters>("BoundParameters", "Arguments by parameter."),
      prop<&InvocationInfo::unbound_arguments>("UnboundArguments", "Arguments that no parameter took."),
      prop<&InvocationInfo::line_number>("ScriptLineNumber", "The line that called it."),
      prop<&InvocationInfo::offset>("OffsetInLine", "The column in that line."),
      prop<&InvocationInfo::script_name>("ScriptName", "The file of that line."),
      prop<&InvocationInfo::line>("Line", "Its text."),
      prop<&InvocationInfo::statement>("Statement", "The text of the call."),
      prop<&InvocationInfo::position_message>("PositionMessage", "The place as errors show it."),
      prop<&InvocationInfo::folder>("PSScriptRoot", "The folder of that file."),
      prop<&InvocationInfo::command_path>("PSCommandPath", "That file."),
      prop<&InvocationInfo::name>("InvocationName", "The name that it was called by."),
      prop<&InvocationInfo::pipeline_length>("PipelineLength", "Commands in its pipeline."),
      prop<&InvocationInfo::pipeline_position>("PipelinePosition", "Its place among them."),
      prop<&InvocationInfo::expecting_input>("ExpectingInput", "Whether it is fed by a pipeline."),
  };
  static constexpr Noun noun{.type = {"System.Management.Automation.InvocationInfo", "InvocationInfo"},
                             .props = kProps};
};

// The parts that a place in a script gives.
InvocationInfo invocation_at(Span span, const SourceTable& sources);

}  // namespace hvsh::shell
