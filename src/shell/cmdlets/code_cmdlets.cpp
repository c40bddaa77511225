// Cmdlets that run code: Invoke-Expression, Invoke-Command.
#include "core/cmdlet.h"
#include "shell/eval/interpreter.h"

namespace hvsh::shell {

namespace {

constexpr std::string_view kCore = "Microsoft.PowerShell.Core";
constexpr std::string_view kUtility = "Microsoft.PowerShell.Utility";

struct InvokeExpression {
  std::string command;
  static constexpr Param kParams[] = {param<&InvokeExpression::command>(
      "Command", {.position = 0, .mandatory = true, .from_pipeline = true, .allow_empty = true}, "Code.")};
  static constexpr std::string_view kAliases[] = {"iex"};
  static constexpr Decl decl{.verb = "Invoke",
                             .noun = "Expression",
                             .module = kUtility,
                             .params = kParams,
                             .aliases = kAliases,
                             .synopsis = "Runs text as code, in the scope of the caller."};

  Flow process(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    auto source = interpreter.load(command, {});
    if (!source) return context.terminate(source.take_error());
    auto block = make<ShellScriptBlock>(*source, *(*source)->parsed.root);
    block->home = interpreter.frame().home;
    return context.invoke_to_output(*block, Value::nothing(), {});
  }
};
CMDLET(InvokeExpression);

// Only on this host; other hosts are refused by the shell itself, which knows the parameter.
struct InvokeCommand {
  Ref<ScriptBlockObject> script_block;
  std::vector<Value> argument_list;
  Value input_object = Value::nothing();
  std::vector<std::string> computer_name;
  Switch no_new_scope;

  static constexpr Param kParams[] = {
      param<&InvokeCommand::script_block>(
          "ScriptBlock", {.position = 0, .mandatory = true, .aliases = {"Command"}}, "Code."),
      param<&InvokeCommand::argument_list>("ArgumentList", {.aliases = {"Args"}}, "Its arguments."),
      param<&InvokeCommand::input_object>("InputObject", {.from_pipeline = true}, "Objects for $input."),
      param<&InvokeCommand::computer_name>("ComputerName", {.aliases = {"Cn"}},
                                           "Hosts; only this one so far."),
      param<&InvokeCommand::no_new_scope>("NoNewScope", {}, "In the scope of the caller."),
  };
  static constexpr std::string_view kAliases[] = {"icm"};
  static constexpr Decl decl{.verb = "Invoke",
                             .noun = "Command",
                             .module = kCore,
                             .params = kParams,
                             .aliases = kAliases,
                             .synopsis = "Runs a script block."};

  std::vector<Value> input;
  Flow process(Context&) {
    if (!input_object.is_nothing()) input.push_back(input_object);
    return Flow::more;
  }
  Flow end(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    auto& block = static_cast<ShellScriptBlock&>(*script_block);
    if (no_new_scope) return context.invoke_to_output(block, Value::nothing(), argument_list);
    CollectSink sink;
    const Flow flow = interpreter.call_block(block, argument_list, Value::nothing(), ScopeMode::child, sink);
    if (flow == Flow::stopped) return flow;
    const std::vector<Value> items = sink.take_items();
    return context.write_all(items);
  }
};
CMDLET(InvokeCommand);
}  // namespace

std::span<const CmdletEntry> code_cmdlets() {
  static constexpr CmdletEntry kEntries[] = {{"Invoke-Command", &cmdlet_InvokeCommand},
                                             {"Invoke-Expression", &cmdlet_InvokeExpression}};
  return kEntries;
}

}  // namespace hvsh::shell
