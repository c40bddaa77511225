// Read-Host.
#include "core/cmdlet.h"
#include "shell/dotnet/secret.h"
#include "shell/eval/interpreter.h"

namespace hvsh::shell {

namespace {

struct ReadHost {
  std::vector<Value> prompt;
  Switch as_secure_string, mask_input;

  enum Set : SetMask { Text = 1, Secure = 2 };
  static constexpr std::string_view kSets[] = {"AsString", "AsSecureString"};
  static constexpr Param kParams[] = {
      param<&ReadHost::prompt>("Prompt", {.position = 0, .remaining_arguments = true, .allow_null = true},
                               "The question."),
      param<&ReadHost::as_secure_string>("AsSecureString", {.sets = Secure},
                                         "What is typed is shown as * and given as a secure string."),
      param<&ReadHost::mask_input>("MaskInput", {.sets = Text}, "What is typed is shown as *."),
  };
  static constexpr std::string_view kOutputs[] = {"System.String", "System.Security.SecureString"};
  static constexpr Example kExamples[] = {
      {"$name = Read-Host 'Name of the machine'", "*", "Asks for a name."},
      {"$password = Read-Host 'Password' -AsSecureString", "*", "Asks for a password without showing it."}};
  static constexpr Decl decl{.verb = "Read",
                             .noun = "Host",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .outputs = kOutputs,
                             .examples = kExamples,
                             .synopsis = "Reads a line from the user."};

  Flow process(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    Host& host = interpreter.host();
    if (!host.can_prompt()) {
      return context.terminate(
          {.id = "InvalidOperation",
           .category = ErrorCategory::InvalidOperation,
           .message = "Read-Host needs an answer, and this run cannot ask for one.",
           .hint = "Run it on a terminal without -NonInteractive, or pass the value as a parameter.",
           .exception = "System.Management.Automation.PSInvalidOperationException"});
    }
    std::string question;
    for (const Value& part : prompt) question += (question.empty() ? "" : " ") + to_string(part);
    if (!question.empty()) question += ": ";
    const bool hidden = as_secure_string.on || mask_input.on;
    auto line = hidden ? host.read_secret(question, true) : host.read_line(question);
    if (!line && interpreter.stop_if_interrupted() == Flow::stopped) return Flow::stopped;
    if (!line) return context.write(Value::null());
    if (as_secure_string) return context.write(dotnet::secure_string(dotnet::Secret(to_utf16(*line))));
    return context.write(Value::string(std::move(*line)));
  }
};
CMDLET(ReadHost);

}  // namespace

std::span<const CmdletEntry> input_cmdlets() {
  static constexpr CmdletEntry kEntries[] = {{"Read-Host", &cmdlet_ReadHost}};
  return kEntries;
}

}  // namespace hvsh::shell
