// Import-PowerShellDataFile: a file that holds one hashtable of constants. Import-LocalizedData: messages in
// the user's language from such a file.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "core/cmdlet.h"
#include "shell/eval/environment.h"
#include "shell/eval/interpreter.h"
#include "shell/syntax/visit.h"

namespace hvsh::shell {

namespace {

using Names = std::vector<std::string>;

bool is_one_of(const Node& name, const Names& names) {
  const auto* word = try_as<String>(static_cast<const Expr*>(&name));
  return word != nullptr && std::any_of(names.begin(), names.end(), [&](const std::string& one) {
           return equal_names(one, word->value);
         });
}

// Whether evaluating it runs nothing but the `allowed` commands: literals, hashtables, arrays, $true, $false
// and $null.
bool is_constant(const Node& node, const Names& allowed = {}) {
  switch (node.kind) {
    case Kind::command: {
      if (!is_one_of(*static_cast<const Command&>(node).name, allowed)) return false;
      break;
    }
    case Kind::method_call:
    case Kind::member:
    case Kind::assignment:
    case Kind::sub_expression:
    case Kind::function_definition:
    case Kind::index: return false;
    case Kind::script_block_expression: return true;
    case Kind::variable: {
      const std::string_view name = static_cast<const Variable&>(node).name;
      return equal_names(name, "true") || equal_names(name, "false") || equal_names(name, "null");
    }
    default: break;
  }
  bool constant = true;
  for_each_child(node, [&](const Node& child) { constant = constant && is_constant(child, allowed); });
  return constant;
}

const Hashtable* only_hashtable(const Node& node) {
  if (node.kind == Kind::hashtable) return static_cast<const Hashtable*>(&node);
  const Hashtable* found = nullptr;
  int children = 0;
  for_each_child(node, [&](const Node& child) {
    ++children;
    found = only_hashtable(child);
  });
  return children == 1 ? found : nullptr;
}

struct ImportPowerShellDataFile {
  std::vector<std::string> path, literal_path;
  Switch skip_limit_check;

  enum Set : SetMask { Path = 1, Literal = 2 };
  static constexpr std::string_view kSets[] = {"ByPath", "ByLiteralPath"};
  static constexpr Param kParams[] = {
      param<&ImportPowerShellDataFile::path>("Path", {.sets = Path, .position = 0, .mandatory = true},
                                             "The files."),
      param<&ImportPowerShellDataFile::literal_path>(
          "LiteralPath",
          {.sets = Literal, .mandatory = true, .from_pipeline_property = true, .aliases = {"PSPath", "LP"}},
          "The files, without wildcards."),
      param<&ImportPowerShellDataFile::skip_limit_check>(
          "SkipLimitCheck", {}, "Accepted as PowerShell does; there is no limit of keys."),
  };
  static constexpr Example kExamples[] = {
      {"Import-PowerShellDataFile settings.psd1", "*", "Reads a hashtable from a file."}};
  static constexpr Decl decl{.verb = "Import",
                             .noun = "PowerShellDataFile",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.ImportPowerShellDataFileCommand",
                             .synopsis = "Reads a hashtable of constants from a file, and runs nothing."};

  Flow process(Context& context) {
    for (const std::string& one : path.empty() ? literal_path : path) {
      if (const Flow flow = read(context, one); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  static Flow read(Context& context, const std::string& name) {
    auto& interpreter = context.get<Interpreter>();
    auto file = context.resolve_path(name);
    if (!file) return context.terminate(file.take_error());
    auto source = interpreter.load_file(*file);
    if (!source) return context.terminate(source.take_error());
    const Hashtable* table = only_hashtable(*(*source)->parsed.root);
    if (table == nullptr || !is_constant(*table)) {
      return context.error(
          {.id = "InvalidOperationException",
           .category = ErrorCategory::InvalidData,
           .message = fmt::format(
               "The file '{}' could not be read as data: it must hold one hashtable of constants, "
               "and nothing that runs.",
               *file),
           .target = *file,
           .exception = "System.InvalidOperationException"});
    }
    Value value;
    if (!interpreter.eval(*table, value)) return Flow::stopped;
    return context.write(std::move(value));
  }
};
CMDLET(ImportPowerShellDataFile);

struct ImportLocalizedData {
  std::string binding_variable, ui_culture, base_directory, file_name;
  std::vector<std::string> supported_command;

  static constexpr Param kParams[] = {
      param<&ImportLocalizedData::binding_variable>(
          "BindingVariable", {.position = 0, .not_null_or_empty = true, .aliases = "Variable"},
          "The variable that gets the messages; without it they are put out."),
      param<&ImportLocalizedData::ui_culture>("UICulture", {.position = 1}, "Another language: de-DE."),
      param<&ImportLocalizedData::base_directory>(
          "BaseDirectory", {}, "The folder that has one for each language; the script's own."),
      param<&ImportLocalizedData::file_name>("FileName", {}, "The file's name; the script's own."),
      param<&ImportLocalizedData::supported_command>(
          "SupportedCommand", {}, "Commands that the file may run beside ConvertFrom-StringData."),
  };
  static constexpr Example kExamples[] = {{"Import-LocalizedData -BindingVariable messages", "*",
                                           "Reads a script's messages in the user's language."}};
  static constexpr Decl decl{
      .verb = "Import",
      .noun = "LocalizedData",
      .module = "Microsoft.PowerShell.Utility",
      .params = kParams,
      .examples = kExamples,
      .error_class = "Microsoft.PowerShell.Commands.ImportLocalizedData",
      .synopsis = "Reads messages of a script in the user's language from a data file."};

  Flow process(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    auto file = find_file(context);
    if (!file) return context.terminate(file.take_error());
    auto source = interpreter.load_file(*file);
    if (!source) return context.terminate(source.take_error());
    Names allowed = supported_command;
    allowed.emplace_back("ConvertFrom-StringData");
    if (!is_constant(*(*source)->parsed.root, allowed)) {
      return context.terminate(
          {.id = "ImportLocalizedData",
           .category = ErrorCategory::InvalidData,
           .message = fmt::format(
               "Cannot read messages from '{}': it runs commands that a data file may not run.", *file),
           .hint = "Name them by -SupportedCommand.",
           .target = *file,
           .exception = "System.InvalidOperationException"});
    }
    auto block = make<ShellScriptBlock>(*source, *(*source)->parsed.root);
    Value data;
    if (const Flow flow = context.invoke(*block, Value::nothing(), {}, data); flow != Flow::more) return flow;
    if (binding_variable.empty()) return context.write(std::move(data));
    const Symbol symbol = interpreter.symbols().intern(binding_variable);
    return interpreter.set_variable(symbol, std::move(data), &interpreter.frame()) ? Flow::more
                                                                                   : Flow::stopped;
  }

 private:
  // en-US, en and no folder, in this order.
  Result<std::string> find_file(Context& context) const {
    auto& interpreter = context.get<Interpreter>();
    const std::string script = to_string(interpreter.automatic(kSymPSCommandPath).value_or(Value::null()));
    if (script.empty() && (base_directory.empty() || file_name.empty())) {
      return Error{.id = "ImportLocalizedData",
                   .category = ErrorCategory::InvalidOperation,
                   .message = "Import-LocalizedData was not called from a script file.",
                   .hint = "Give -BaseDirectory and -FileName.",
                   .exception = "System.Management.Automation.PSInvalidOperationException"};
    }
    HVSH_TRY(const std::string folder,
             context.resolve_path(base_directory.empty() ? folder_of(script) : base_directory));
    std::string name = file_name.empty() ? script.substr(script.rfind('/') + 1) : file_name;
    if (name.ends_with(".ps1") || name.ends_with(".psd1") || name.ends_with(".psm1"))
      name.erase(name.rfind('.'));
    std::string culture = ui_culture.empty()
                              ? to_string(interpreter.automatic(kSymPSUICulture).value_or(Value::null()))
                              : ui_culture;
    const std::string wanted = culture;
    for (;;) {
      const std::string path =
          fmt::format("{}/{}{}{}.psd1", folder, culture, culture.empty() ? "" : "/", name);
      if (::access(path.c_str(), F_OK) == 0) return path;
      if (culture.empty()) break;
      const size_t dash = culture.rfind('-');
      culture.erase(dash == std::string::npos ? 0 : dash);
    }
    return Error{
        .id = "ImportLocalizedData",
        .category = ErrorCategory::ObjectNotFound,
        .message = fmt::format("Cannot find the PowerShell data file '{}.psd1' in directory '{}/{}/', or in "
                               "any parent culture directories.",
                               name, folder, wanted),
        .target = fmt::format("{}/{}/{}.psd1", folder, wanted, name),
        .exception = "System.Management.Automation.PSInvalidOperationException"};
  }
};
CMDLET(ImportLocalizedData);

}  // namespace

std::span<const CmdletEntry> data_cmdlets() {
  static constexpr CmdletEntry kEntries[] = {{"Import-LocalizedData", &cmdlet_ImportLocalizedData},
                                             {"Import-PowerShellDataFile", &cmdlet_ImportPowerShellDataFile}};
  return kEntries;
}

}  // namespace hvsh::shell
