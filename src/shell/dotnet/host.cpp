// Members of $Host, $Host.UI, $Host.UI.RawUI, $ExecutionContext and its parts.
#include <fmt/format.h>

#include "core/text.h"
#include "shell/dotnet/groups.h"
#include "shell/dotnet/keys.h"
#include "shell/eval/command_info.h"
#include "shell/eval/host_objects.h"
#include "shell/eval/loop_state.h"
#include "shell/eval/modules.h"

namespace hvsh::types {
namespace {
constexpr TypeInfo InternalHost{"System.Management.Automation.Internal.Host.InternalHost", "InternalHost"};
constexpr TypeInfo HostUI{"System.Management.Automation.Internal.Host.InternalHostUserInterface",
                          "InternalHostUserInterface"};
constexpr TypeInfo RawUI{"System.Management.Automation.Internal.Host.InternalHostRawUserInterface",
                         "InternalHostRawUserInterface"};
constexpr TypeInfo EngineIntrinsics{"System.Management.Automation.EngineIntrinsics", "EngineIntrinsics"};
constexpr TypeInfo InvokeCommand{"System.Management.Automation.CommandInvocationIntrinsics",
                                 "CommandInvocationIntrinsics"};
constexpr TypeInfo SessionState{"System.Management.Automation.SessionState", "SessionState"};
constexpr TypeInfo PathIntrinsics{"System.Management.Automation.PathIntrinsics", "PathIntrinsics"};
constexpr TypeInfo VariableIntrinsics{"System.Management.Automation.PSVariableIntrinsics",
                                      "PSVariableIntrinsics"};
}  // namespace
}  // namespace hvsh::types

namespace hvsh::shell {

namespace dotnet {

namespace {

// Nothing but its type: what it shows is the interpreter's.
struct Nothing {};
Value part(const TypeInfo& type) { return instance(type, Nothing{}); }

template <const TypeInfo& kPart>
Result<Value> give_part(const Call&) {
  return part(kPart);
}

Error cannot_ask(std::string_view what) {
  return {.id = "InvalidOperation",
          .category = ErrorCategory::InvalidOperation,
          .message = fmt::format("{} needs an answer, and this run cannot ask for one.", what),
          .hint = "Run it on a terminal without -NonInteractive.",
          .exception = "System.Management.Automation.Host.HostException"};
}

// ---------------------------------------------------------------------------------------------------- $Host

constexpr Member kHost[] = {
    {"string Name", [](const Call&) -> Result<Value> { return Value::string("ConsoleHost"); }},
    {"Version Version",
     [](const Call&) -> Result<Value> {
       return Value::object(make<VersionObject>(Version{7, 4, 0, -1}));
     }},
    {"Guid InstanceId",
     [](const Call&) -> Result<Value> {
       static const Guid kId = Guid::random();
       return Value::guid(kId);
     }},
    {"object UI", give_part<types::HostUI>},
    {"string CurrentCulture", [](const Call&) -> Result<Value> { return Value::string("en-US"); }},
    {"string CurrentUICulture", [](const Call&) -> Result<Value> { return Value::string("en-US"); }},
    {"object PrivateData",
     [](const Call& c) -> Result<Value> { return Value::object(c.shell().host_settings("PrivateData")); }},
    {"bool DebuggerEnabled", [](const Call&) -> Result<Value> { return Value::boolean(false); }},
    {"bool IsRunspacePushed", [](const Call&) -> Result<Value> { return Value::boolean(false); }},
    {"void SetShouldExit(int exitCode)",
     [](const Call& c) -> Result<Value> {
       const int64_t code = c.integer(0);
       c.shell().pending() = {.kind = Unwind::exit, .exit_code = static_cast<int>(code)};
       return stopped();
     }},
};

template <bool kNewline>
Result<Value> write_text(const Call& call) {
  // With colours: (foreground, background, text).
  const std::string text = call.count() == 0 ? std::string() : call.text(call.count() - 1);
  (void)call.shell().host().write_text(text, kNewline);
  return Value::nothing();
}

template <int kLabel>
Result<Value> write_labelled(const Call& call) {
  constexpr std::string_view kLabels[] = {"WARNING", "VERBOSE", "DEBUG"};
  call.shell().host().write_labelled(kLabels[kLabel], call.text(0));
  return Value::nothing();
}

// "&Yes" or a ChoiceDescription: the label, and the letter behind &.
struct Choice {
  std::string label, key, help;
};

Choice choice_of(const Value& value) {
  Choice choice;
  const auto property = [&](std::string_view name) {
    auto found = value.is_string() ? std::nullopt : get_property(value, name);
    return found && *found ? to_string(**found) : std::string();
  };
  std::string text = property("Label");
  choice.help = property("HelpMessage");
  if (text.empty()) text = to_string(value);
  const size_t mark = text.find('&');
  if (mark != std::string::npos && mark + 1 < text.size()) choice.key = to_upper(text.substr(mark + 1, 1));
  if (mark != std::string::npos) text.erase(mark, 1);
  choice.label = std::move(text);
  return choice;
}

Result<Value> prompt_for_choice(const Call& call) {
  Host& host = call.shell().host();
  if (!host.can_prompt()) return cannot_ask("A choice");
  std::vector<Choice> choices;
  for (const Value& one : to_items(call.at(2))) choices.push_back(choice_of(one));
  const int64_t preferred = call.integer(3);
  for (size_t i : {0, 1}) {
    if (const std::string text = call.text(i); !text.empty()) (void)host.write_text(text, true);
  }
  std::string question;
  for (const Choice& one : choices) question += fmt::format("[{}] {}  ", one.key, one.label);
  question += "[?] Help";
  const bool has_default = preferred >= 0 && static_cast<size_t>(preferred) < choices.size();
  if (has_default)
    question += fmt::format(" (default is \"{}\")", choices[static_cast<size_t>(preferred)].key);
  for (;;) {
    auto answer = host.read_line(question + ": ");
    if (!answer) return cannot_ask("A choice");
    if (answer->empty() && has_default) return Value::integer(preferred);
    for (size_t i = 0; i < choices.size(); ++i) {
      if (answer->empty()) break;
      if (equal_names(*answer, choices[i].key) || equal_names(*answer, choices[i].label))
        return Value::integer(static_cast<int64_t>(i));
    }
    if (*answer != "?") continue;
    for (const Choice& one : choices) {
      (void)host.write_text(fmt::format("{} - {}", one.key.empty() ? one.label : one.key, one.help), true);
    }
  }
}

constexpr Member kUI[] = {
    {"object RawUI", [](const Call& c) -> Result<Value> { return c.shell().raw_ui(); }},
    {"bool SupportsVirtualTerminal", [](const Call&) -> Result<Value> { return Value::boolean(true); }},
    {"void Write(string value)", write_text<false>},
    {"void Write(object foregroundColor, object backgroundColor, string value)", write_text<false>},
    {"void WriteLine()", write_text<true>},
    {"void WriteLine(string value)", write_text<true>},
    {"void WriteLine(object foregroundColor, object backgroundColor, string value)", write_text<true>},
    {"void WriteErrorLine(string value)", write_text<true>},
    {"void WriteWarningLine(string message)", write_labelled<0>},
    {"void WriteVerboseLine(string message)", write_labelled<1>},
    {"void WriteDebugLine(string message)", write_labelled<2>},
    {"string ReadLine()",
     [](const Call& c) -> Result<Value> {
       if (!c.shell().host().can_prompt()) return cannot_ask("ReadLine");
       auto line = c.shell().host().read_line("");
       return line ? Value::string(std::move(*line)) : Value::null();
     }},
    {"int PromptForChoice(string caption, string message, object choices, int defaultChoice)",
     prompt_for_choice},
};

// What a script may set there. It stays for the session, and changes nothing on the terminal.
constexpr std::string_view kSettings[] = {
    "WindowTitle", "ForegroundColor", "BackgroundColor", "WindowSize",    "BufferSize",
    "CursorSize",  "CursorPosition",  "WindowPosition",  "MaxWindowSize", "MaxPhysicalWindowSize"};
template <size_t kIndex>
Result<Value> setting(const Call& call) {
  const Value* value = call.shell().host_settings("RawUI")->find(kSettings[kIndex]);
  return value != nullptr ? *value : Value::null();
}
template <size_t kIndex>
Result<Value> change_setting(const Call& call) {
  call.shell().host_settings("RawUI")->set(kSettings[kIndex], call.at(0));
  return Value::nothing();
}

constexpr Member kRawUI[] = {
    {"string WindowTitle", setting<0>, change_setting<0>},
    {"object ForegroundColor", setting<1>, change_setting<1>},
    {"object BackgroundColor", setting<2>, change_setting<2>},
    {"object WindowSize", setting<3>, change_setting<3>},
    {"object BufferSize", setting<4>, change_setting<4>},
    {"int CursorSize", setting<5>, change_setting<5>},
    {"object CursorPosition", setting<6>, change_setting<6>},
    {"object WindowPosition", setting<7>, change_setting<7>},
    {"object MaxWindowSize", setting<8>},
    {"object MaxPhysicalWindowSize", setting<9>},
    {"object ReadKey()", read_raw_key},
    {"object ReadKey(ReadKeyOptions options)", read_raw_key},
    {"bool KeyAvailable", key_available},
    {"void FlushInputBuffer()", flush_keys},
};

// --------------------------------------------------------------------------------------- $ExecutionContext

Result<Value> expand_string(const Call& call) {
  // The text as a string in double quotes; its own quotes stand for themselves.
  std::string quoted = "@\"\n" + call.text(0) + "\n\"@";
  HVSH_TRY(auto source, call.shell().load(quoted, {}));
  auto block = make<ShellScriptBlock>(source, *source->parsed.root);
  CollectSink sink;
  if (call.shell().call_block(*block, {}, Value::nothing(), ScopeMode::caller, sink) == Flow::stopped) {
    return stopped();
  }
  return sink.take_value();
}

Result<Value> invoke_script(const Call& call) {
  CollectSink sink;
  auto* given =
      call.at(call.count() > 1 && call.at(0).kind() == Value::Kind::boolean ? 1 : 0).as<ShellScriptBlock>();
  Ref<ShellScriptBlock> block(given);
  if (given == nullptr) {
    HVSH_TRY(auto source, call.shell().load(call.text(0), {}));
    block = make<ShellScriptBlock>(source, *source->parsed.root);
  }
  if (call.shell().call_block(*block, {}, Value::nothing(), ScopeMode::caller, sink) == Flow::stopped) {
    return stopped();
  }
  return Value::array(sink.take_items());
}

Result<Value> get_command(const Call& call) {
  Interpreter& interpreter = call.shell();
  const std::string name = call.text(0);
  const ResolvedCommand command = interpreter.resolve(name);
  switch (command.kind) {
    case ResolvedCommand::Kind::cmdlet: return command_value(describe_cmdlet(*command.cmdlet));
    case ResolvedCommand::Kind::function:
      return command_value(describe_function(interpreter, *command.function));
    case ResolvedCommand::Kind::script:
      return command_value(describe_path(CommandTypes::ExternalScript, command.path));
    case ResolvedCommand::Kind::native:
      return command_value(describe_path(CommandTypes::Application, command.path));
    default: return Value::null();
  }
}

constexpr Member kEngine[] = {
    {"object Host", give_part<types::InternalHost>},
    {"object InvokeCommand", give_part<types::InvokeCommand>},
    {"object SessionState", give_part<types::SessionState>},
};

constexpr Member kInvokeCommand[] = {
    {"string ExpandString(string source)", expand_string},
    {"object InvokeScript(object script)", invoke_script},
    {"object InvokeScript(bool useLocalScope, object script, object input, object args)", invoke_script},
    {"scriptblock NewScriptBlock(string scriptText)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(auto source, c.shell().load(c.text(0), {}));
       return Value::object(make<ShellScriptBlock>(source, *source->parsed.root));
     }},
    {"object GetCommand(string commandName, object type)", get_command},
};

constexpr Member kSessionState[] = {
    {"object Path", give_part<types::PathIntrinsics>},
    {"object PSVariable", give_part<types::VariableIntrinsics>},
    {"object InvokeCommand", give_part<types::InvokeCommand>},
    {"string LanguageMode", [](const Call&) -> Result<Value> { return Value::string("FullLanguage"); }},
    {"object Module",
     [](const Call& c) -> Result<Value> {
       const Frame* home = c.shell().frame().home.get();
       if (home == nullptr || home->module == nullptr) return Value::null();
       for (const auto& module : c.shell().modules()) {
         if (module.get() == home->module) return module_value(module);
       }
       return Value::null();
     }},
};

Result<Value> resolved_path(const Call& call) {
  HVSH_TRY(std::string path, call.shell().resolve_path(call.text(0)));
  return Value::string(std::move(path));
}

constexpr Member kPath[] = {
    {"object CurrentLocation",
     [](const Call& c) -> Result<Value> { return c.shell().get_variable(kSymPwd); }},
    {"object CurrentFileSystemLocation",
     [](const Call& c) -> Result<Value> { return c.shell().get_variable(kSymPwd); }},
    {"string GetUnresolvedProviderPathFromPSPath(string path)", resolved_path},
    {"string GetResolvedPSPathFromPSPath(string path)", resolved_path},
    {"string Combine(string parent, string child)",
     [](const Call& c) -> Result<Value> {
       std::string parent = c.text(0);
       if (!parent.empty() && parent.back() != '/') parent += '/';
       return Value::string(parent + c.text(1));
     }},
};

constexpr Member kVariables[] = {
    {"object GetValue(string name)",
     [](const Call& c) -> Result<Value> {
       return variable_value(c.shell(), c.text(0), c.count() == 2 ? c.at(1) : Value::null());
     }},
    {"object GetValue(string name, object defaultValue)",
     [](const Call& c) -> Result<Value> {
       return variable_value(c.shell(), c.text(0), c.count() == 2 ? c.at(1) : Value::null());
     }},
    {"object Get(string name)",
     [](const Call& c) -> Result<Value> {
       auto record = make<RecordObject>();
       record->type_names = {"System.Management.Automation.PSVariable"};
       record->set("Name", c.at(0));
       record->set("Value", variable_value(c.shell(), c.text(0), Value::null()));
       return Value::object(record);
     }},
    {"void Set(string name, object value)",
     [](const Call& c) -> Result<Value> {
       Interpreter& interpreter = c.shell();
       const Symbol symbol = interpreter.symbols().intern(c.text(0));
       if (!interpreter.set_variable(symbol, c.at(1), &interpreter.frame())) return stopped();
       return Value::nothing();
     }},
    {"void Remove(string name)",
     [](const Call& c) -> Result<Value> {
       if (Slot* slot = c.shell().find_slot(c.shell().symbols().intern(c.text(0)))) *slot = {};
       return Value::nothing();
     }},
};

// ------------------------------------------------------------------------------------- $foreach and $switch

LoopState* loop_of(const Call& call) { return static_cast<LoopEnumerator*>(call.self.as_object())->state; }

constexpr Member kLoop[] = {
    {"object Current",
     [](const Call& c) -> Result<Value> {
       const LoopState* state = loop_of(c);
       return state != nullptr ? state->current() : Value::null();
     }},
    {"bool MoveNext()",
     [](const Call& c) -> Result<Value> {
       LoopState* state = loop_of(c);
       return truth(state != nullptr && state->next());
     }},
    {"void Reset()",
     [](const Call& c) -> Result<Value> {
       if (LoopState* state = loop_of(c)) state->reset();
       return Value::nothing();
     }},
};

constexpr Type kTypes[] = {
    {.info = &types::InternalHost, .members = kHost},
    {.info = &types::HostUI, .members = kUI},
    {.info = &types::RawUI, .members = kRawUI},
    {.info = &types::EngineIntrinsics, .members = kEngine},
    {.info = &types::InvokeCommand, .members = kInvokeCommand},
    {.info = &types::SessionState, .members = kSessionState},
    {.info = &types::PathIntrinsics, .members = kPath},
    {.info = &types::VariableIntrinsics, .members = kVariables},
    {.info = &types::Enumerator, .members = kLoop},
};

Value size_value(int width, int height) {
  auto size = make<RecordObject>();
  size->type_names = {"System.Management.Automation.Host.Size"};
  size->set("Width", Value::integer(width));
  size->set("Height", Value::integer(height));
  return Value::object(size);
}

}  // namespace

std::span<const Type> host_types() { return kTypes; }

}  // namespace dotnet

Value session_state() { return dotnet::part(types::SessionState); }

Value variable_value(Interpreter& interpreter, std::string_view name, const Value& otherwise) {
  const Symbol symbol = interpreter.symbols().intern(name);
  if (const Slot* slot = interpreter.find_slot(symbol)) return slot->value;
  auto value = interpreter.automatic(symbol);
  return value ? std::move(*value) : otherwise;
}

Value Interpreter::host_object() { return dotnet::part(types::InternalHost); }

Value Interpreter::execution_context() { return dotnet::part(types::EngineIntrinsics); }

// What scripts set there stays for the session, and changes nothing on the terminal.
Ref<RecordObject> Interpreter::host_settings(std::string_view name) {
  if (!host_settings_) host_settings_ = make<RecordObject>();
  if (const Value* found = host_settings_->find(name)) return Ref<RecordObject>(found->as<RecordObject>());
  auto made = make<RecordObject>();
  host_settings_->set(name, Value::object(made));
  return made;
}

Value Interpreter::raw_ui() {
  Ref<RecordObject> settings = host_settings("RawUI");
  if (settings->shape().size() == 0) {
    const int width = host_->width() > 0 ? host_->width() : 120;
    settings->set("WindowTitle", Value::string("hvsh"));
    settings->set("ForegroundColor", Value::string("Gray"));
    settings->set("BackgroundColor", Value::string("Black"));
    settings->set("WindowSize", dotnet::size_value(width, 50));
    settings->set("BufferSize", dotnet::size_value(width, 50));
    settings->set("MaxWindowSize", dotnet::size_value(width, 50));
    settings->set("MaxPhysicalWindowSize", dotnet::size_value(width, 50));
    settings->set("CursorSize", Value::integer(25));
    auto origin = make<RecordObject>();
    origin->type_names = {"System.Management.Automation.Host.Coordinates"};
    origin->set("X", Value::integer(0));
    origin->set("Y", Value::integer(0));
    settings->set("CursorPosition", Value::object(origin));
    settings->set("WindowPosition", Value::object(origin));
  }
  return dotnet::part(types::RawUI);
}

}  // namespace hvsh::shell
