#include "shell/eval/invocation.h"

#include "shell/error_view.h"
#include "shell/eval/command_info.h"
#include "shell/eval/environment.h"
#include "shell/eval/interpreter.h"

namespace hvsh::shell {

InvocationInfo invocation_at(Span span, const SourceTable& sources) {
  InvocationInfo info;
  const std::string path(sources.name(span.source));
  info.script_name = path.empty() ? Value::null() : Value::string(path);
  info.command_path = Value::string(path);
  info.folder = folder_of(path);
  if (!sources.contains(span.source)) return info;
  const Position place = sources.begin(span);
  info.line_number = static_cast<int32_t>(place.line);
  info.offset = static_cast<int32_t>(place.column);
  info.line = sources.line(span.source, place.line);
  info.position_message = position_message(span, sources);
  return info;
}

// $MyInvocation of a scope.
Value Interpreter::invocation_info(Frame& frame) {
  InvocationInfo info = invocation_at(frame.call_span, source_table_);
  const Source* home = frame.block != nullptr ? frame.block->source.get() : nullptr;
  if (frame.call_span.empty() && home != nullptr) {
    // The script that the program was started with: nobody called it.
    info.folder.clear();
    info.command_path = Value::string("");
  }
  const bool is_file = home != nullptr && frame.command_name.empty() && !home->path.empty();
  info.name = is_file ? home->path : std::string(frame.command_name);
  if (!frame.call_span.empty()) {
    const std::string_view text = source_table_.text(frame.call_span);
    info.statement = text;
    // The name as the call spells it: an alias, .\script.ps1, & for a block.
    if (const size_t end = text.find_first_of(" \t\n;|"); !text.empty()) info.name = text.substr(0, end);
  }
  if (frame.function) {
    info.my_command = command_value(describe_function(*this, *frame.function));
  } else if (is_file) {
    CommandInfo script = describe_path(CommandTypes::ExternalScript, home->path);
    script.block = Ref<ShellScriptBlock>(const_cast<ShellScriptBlock*>(frame.block));
    info.my_command = command_value(std::move(script));
  } else if (frame.block != nullptr) {
    info.my_command =
        command_value(describe_block(Ref<ShellScriptBlock>(const_cast<ShellScriptBlock*>(frame.block))));
  }
  const Slot* bound = frame.find(kSymPSBoundParameters);
  info.bound_parameters = bound != nullptr ? bound->value : Value::object(make<MapObject>(false));
  const Slot* args = frame.find(kSymArgs);
  info.unbound_arguments = args != nullptr ? args->value : Value::array({});
  info.expecting_input = frame.expects_input;
  return noun_value(std::move(info));
}

}  // namespace hvsh::shell
