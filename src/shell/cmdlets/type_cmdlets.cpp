// Add-Type: assemblies that hvsh has parts of are there already; C# it cannot compile.
#include <fmt/format.h>

#include "core/cmdlet.h"
#include "shell/eval/interpreter.h"
#include "shell/eval/members.h"

namespace hvsh::shell {

namespace {

struct AddType {
  std::string type_definition;
  std::string name, member_definition, name_space;
  std::vector<std::string> path, assembly_name, referenced_assemblies, using_namespace;
  std::string language;
  Switch pass_thru, ignore_warnings;

  enum : SetMask { FromSource = 1, FromMember = 2, FromPath = 4, FromAssemblyName = 8 };
  static constexpr std::string_view kSets[] = {"FromSource", "FromMember", "FromPath", "FromAssemblyName"};
  static constexpr Param kParams[] = {
      param<&AddType::type_definition>("TypeDefinition",
                                       {.sets = FromSource, .position = 0, .mandatory = true}, "C# source."),
      param<&AddType::name>("Name", {.sets = FromMember, .position = 0, .mandatory = true},
                            "The class's name."),
      param<&AddType::member_definition>(
          "MemberDefinition", {.sets = FromMember, .position = 1, .mandatory = true}, "C# members."),
      param<&AddType::name_space>("Namespace", {.sets = FromMember, .aliases = "NS"}, "Its namespace."),
      param<&AddType::using_namespace>("UsingNamespace", {.sets = FromMember, .aliases = "Using"},
                                       "Namespaces."),
      param<&AddType::path>("Path", {.sets = FromPath, .position = 0, .mandatory = true},
                            "Files of source or assemblies."),
      param<&AddType::assembly_name>("AssemblyName",
                                     {.sets = FromAssemblyName, .mandatory = true, .aliases = "AN"},
                                     "Assemblies by name."),
      param<&AddType::referenced_assemblies>("ReferencedAssemblies", {.aliases = "RA"},
                                             "What the source needs."),
      param<&AddType::language>("Language", {}, "The source's language."),
      param<&AddType::pass_thru>("PassThru", {}, "Gives the types back."),
      param<&AddType::ignore_warnings>("IgnoreWarnings", {}, "Accepted as PowerShell does."),
  };
  static constexpr Example kExamples[] = {
      {"Add-Type -AssemblyName System.Web; [System.Web.HttpUtility]::UrlEncode('a b')", "a+b",
       "Names an assembly whose types are there."}};
  static constexpr Decl decl{.verb = "Add",
                             .noun = "Type",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.AddTypeCommand",
                             .synopsis = "Names assemblies that a script uses."};

  Flow process(Context& context) {
    if (assembly_name.empty()) {
      return context.terminate(
          {.id = "COMPILER_ERRORS",
           .category = ErrorCategory::NotImplemented,
           .message = "Cannot add the type: hvsh has no C# compiler and loads no assemblies.",
           .hint = "docs/dotnet.md lists the types that are there; write the rest in the language."});
    }
    auto& interpreter = context.get<Interpreter>();
    const TypeRef& assembly = *interpreter.types().find("System.Reflection.Assembly");
    for (const std::string& wanted : assembly_name) {
      const Value argument = Value::string(wanted);
      Value unused;
      if (!call_static(interpreter, assembly, "LoadWithPartialName", {&argument, 1}, {}, unused)) {
        interpreter.pending() = {};
        return context.terminate(
            {.id = "ASSEMBLY_NOT_FOUND",
             .category = ErrorCategory::ObjectNotFound,
             .message = fmt::format("Cannot add type. The assembly '{}' could not be found.", wanted),
             .hint = "Windows Forms, WPF, System.Drawing and vendors' libraries are not there; "
                     "docs/dotnet.md lists what is."});
      }
    }
    return Flow::more;
  }
};
CMDLET(AddType);

}  // namespace

std::span<const CmdletEntry> type_cmdlets() {
  static constexpr CmdletEntry kEntries[] = {{"Add-Type", &cmdlet_AddType}};
  return kEntries;
}

}  // namespace hvsh::shell
