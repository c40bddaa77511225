// Import-PowerShellDataFile: a file that holds one hashtable of constants.
#include <fmt/format.h>

#include "core/cmdlet.h"
#include "shell/eval/interpreter.h"
#include "shell/syntax/visit.h"

namespace hvsh::shell {

namespace {

// Whether evaluating it runs nothing: literals, hashtables, arrays, $true, $false and $null.
bool is_constant(const Node& node) {
  switch (node.kind) {
    case Kind::command:
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
  for_each_child(node, [&](const Node& child) { constant = constant && is_constant(child); });
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

}  // namespace

std::span<const CmdletEntry> data_cmdlets() {
  static constexpr CmdletEntry kEntries[] = {{"Import-PowerShellDataFile", &cmdlet_ImportPowerShellDataFile}};
  return kEntries;
}

}  // namespace hvsh::shell
