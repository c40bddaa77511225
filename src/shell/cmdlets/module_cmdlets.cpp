// Import-, Get- and Remove-Module, Export-ModuleMember.
#include <fmt/format.h>
#include <sys/stat.h>

#include "core/cmdlet.h"
#include "shell/cmdlets/name_patterns.h"
#include "shell/eval/environment.h"
#include "shell/eval/interpreter.h"

namespace hvsh::shell {

namespace {

constexpr std::string_view kCore = "Microsoft.PowerShell.Core";

struct ModuleInfo {
  std::string name, version, path, module_type;
  std::vector<std::string> exported;

  static constexpr Prop kProps[] = {
      prop<&ModuleInfo::module_type>("ModuleType", "Script, Binary or Manifest."),
      prop<&ModuleInfo::version>("Version", "Its version."),
      prop<&ModuleInfo::name>("Name", "Its name."),
      prop<&ModuleInfo::path>("Path", "Its file."),
      prop<&ModuleInfo::exported>("ExportedCommands", "What it brings."),
  };
  static constexpr Column kTable[] = {{.property = "ModuleType", .width = 10},
                                      {.property = "Version", .width = 10},
                                      {.property = "Name", .width = 35},
                                      {.property = "ExportedCommands"}};
  static constexpr Noun noun{.type = {"System.Management.Automation.PSModuleInfo", "PSModuleInfo"},
                             .props = kProps,
                             .table = kTable};
  std::string display() const { return name; }
};

// Modules that Windows scripts import and whose cmdlets, as far as there are any, are built in.
constexpr std::string_view kKnownModules[] = {
    "Hyper-V",
    "Microsoft.PowerShell.Core",
    "Microsoft.PowerShell.Management",
    "Microsoft.PowerShell.Utility",
    "Microsoft.PowerShell.Security",
    "Microsoft.PowerShell.Host",
    "Microsoft.PowerShell.Archive",
    "Microsoft.PowerShell.Diagnostics",
    "CimCmdlets",
    "PSReadLine",
    "FailoverClusters",
    "NetAdapter",
    "NetTCPIP",
    "NetNat",
    "NetSecurity",
    "NetQos",
    "NetLbfo",
    "DcbQos",
    "NetworkSwitchManager",
    "Storage",
    "ServerManager",
    "ServerManagerTasks",
    "DnsClient",
    "Dism",
    "International",
};

bool is_built_in(Interpreter& interpreter, std::string_view name) {
  for (std::string_view known : kKnownModules) {
    if (equal_names(known, name)) return true;
  }
  return std::any_of(interpreter.cmdlets().begin(), interpreter.cmdlets().end(),
                     [&](const CmdletEntry& entry) { return equal_names(entry.cmdlet->decl->module, name); });
}

ModuleInfo built_in(Interpreter& interpreter, std::string_view name) {
  ModuleInfo info{.name = std::string(name),
                  .version = equal_names(name, "Hyper-V") ? "2.0.0.0" : "7.0.0.0",
                  .module_type = "Binary"};
  for (const CmdletEntry& entry : interpreter.cmdlets()) {
    if (equal_names(entry.cmdlet->decl->module, name)) info.exported.emplace_back(entry.name);
  }
  return info;
}

struct ImportModule {
  std::vector<std::string> name, function_patterns;
  Switch force, passthru, global, disable_name_checking, skip_edition_check, use_windows_powershell;
  std::string scope, prefix, minimum_version, required_version;

  static constexpr Param kParams[] = {
      param<&ImportModule::name>("Name", {.position = 0, .mandatory = true, .from_pipeline = true},
                                 "Modules."),
      param<&ImportModule::function_patterns>("Function", {.wildcards = true}, "Only these functions."),
      param<&ImportModule::force>("Force", {}, "Again, when it is there."),
      param<&ImportModule::passthru>("PassThru", {}, "Gives the module."),
      param<&ImportModule::global>("Global", {}, "For all scopes."),
      param<&ImportModule::scope>("Scope", {}, "Global or Local."),
      param<&ImportModule::prefix>("Prefix", {}, "Before the nouns of its functions."),
      param<&ImportModule::minimum_version>("MinimumVersion", {.aliases = {"Version"}}, "Accepted."),
      param<&ImportModule::required_version>("RequiredVersion", {}, "Accepted."),
      param<&ImportModule::disable_name_checking>("DisableNameChecking", {},
                                                  "Accepted; names are not checked."),
      param<&ImportModule::skip_edition_check>("SkipEditionCheck", {}, "Accepted."),
      param<&ImportModule::use_windows_powershell>("UseWindowsPowerShell", {.aliases = {"UseWinPS"}},
                                                   "Accepted."),
  };
  static constexpr std::string_view kAliases[] = {"ipmo"};
  static constexpr Decl decl{
      .verb = "Import",
      .noun = "Module",
      .module = kCore,
      .params = kParams,
      .aliases = kAliases,
      .synopsis = "Brings in the functions of a module file; built-in modules are there."};

  Flow process(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    for (const std::string& one : name) {
      const bool is_path = one.find_first_of("/\\") != std::string::npos || one.ends_with(".psm1") ||
                           one.ends_with(".psd1") || one.ends_with(".ps1");
      if (!is_path && is_built_in(interpreter, one)) {
        if (!passthru) continue;
        if (const Flow flow = context.write(noun_value(built_in(interpreter, one))); flow != Flow::more)
          return flow;
        continue;
      }
      auto file = find_file(context, one);
      if (!file) {
        if (const Flow flow = context.error(file.take_error()); flow != Flow::more) return flow;
        continue;
      }
      ModuleInfo info;
      if (const Flow flow = load(context, interpreter, *file, info); flow != Flow::more) return flow;
      if (passthru) {
        if (const Flow flow = context.write(noun_value(std::move(info))); flow != Flow::more) return flow;
      }
    }
    return Flow::more;
  }

  static bool is_file(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
  }

  // A file, a folder with a file of its name in it, or a name below $env:PSModulePath.
  static Result<std::string> find_file(Context& context, const std::string& one) {
    std::vector<std::string> bases;
    if (auto path = context.resolve_path(one)) bases.push_back(*path);
    if (one.find_first_of("/\\") == std::string::npos) {
      const char* list = std::getenv("PSModulePath");
      std::string_view rest = list != nullptr ? list : "";
      while (!rest.empty()) {
        const size_t end = std::min(rest.find(':'), rest.size());
        bases.push_back(fmt::format("{}/{}", rest.substr(0, end), one));
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
    for (const std::string& base : bases) {
      if (is_file(base)) return base;
      const std::string leaf = base.substr(base.rfind('/') + 1);
      for (const char* extension : {".psd1", ".psm1", ".ps1"}) {
        if (is_file(base + extension)) return base + extension;
        if (is_file(base + "/" + leaf + extension)) return base + "/" + leaf + extension;
      }
    }
    return Error{.id = "Modules_ModuleNotFound",
                 .category = ErrorCategory::ResourceUnavailable,
                 .message = fmt::format(
                     "The specified module '{}' was not loaded because no valid module file was found "
                     "in any module directory.",
                     one),
                 .hint = "Give the path of a .psm1 or .psd1 file, or set $env:PSModulePath.",
                 .target = one,
                 .target_type = "System.String",
                 .exception = "System.IO.FileNotFoundException"};
  }

  Flow load(Context& context, Interpreter& interpreter, std::string file, ModuleInfo& info) {
    info.name = file.substr(file.rfind('/') + 1);
    info.name.resize(info.name.rfind('.'));
    info.module_type = "Script";
    info.version = "0.0";
    info.path = file;
    std::vector<std::string> exports = function_patterns;
    if (file.ends_with(".psd1")) {
      Value manifest;
      auto source = interpreter.load_file(file);
      if (!source) return context.terminate(source.take_error());
      CollectSink sink;
      auto block = make<ShellScriptBlock>(*source, *(*source)->parsed.root);
      if (interpreter.call_block(*block, {}, Value::nothing(), ScopeMode::child, sink) == Flow::stopped) {
        return Flow::stopped;
      }
      manifest = sink.take_value();
      const auto* map = manifest.as<MapObject>();
      const Value* root = map == nullptr ? nullptr : map->find("RootModule");
      if (root == nullptr && map != nullptr) root = map->find("ModuleToProcess");
      if (root == nullptr || root->is_null()) {
        return context.terminate(
            {.id = "Modules_InvalidManifest",
             .category = ErrorCategory::InvalidData,
             .message = fmt::format("The module manifest '{}' names no RootModule.", file),
             .target = file});
      }
      if (const Value* version = map->find("ModuleVersion")) info.version = to_string(*version);
      if (const Value* functions = map->find("FunctionsToExport"); functions != nullptr && exports.empty()) {
        for (const Value& item : to_items(*functions)) exports.push_back(to_string(item));
      }
      file = folder_of(file) + "/" + to_string(*root);
    }
    auto source = interpreter.load_file(file);
    if (!source) return context.terminate(source.take_error());
    return interpreter.import_module(*source, exports, prefix, global || equal_names(scope, "global"),
                                     info.exported);
  }
};
CMDLET(ImportModule);

struct GetModule {
  std::vector<std::string> name;
  Switch list_available, all, refresh;
  static constexpr Param kParams[] = {
      param<&GetModule::name>("Name", {.position = 0, .from_pipeline = true, .wildcards = true}, "Modules."),
      param<&GetModule::list_available>("ListAvailable", {}, "Also those that are not imported."),
      param<&GetModule::all>("All", {}, "Accepted."),
      param<&GetModule::refresh>("Refresh", {}, "Accepted."),
  };
  static constexpr std::string_view kAliases[] = {"gmo"};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "Module",
                             .module = kCore,
                             .params = kParams,
                             .aliases = kAliases,
                             .synopsis = "Gets the modules that are there."};

  Flow process(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    for (std::string_view known : kKnownModules) {
      if (!any_match(name, known)) continue;
      ModuleInfo info = built_in(interpreter, known);
      if (info.exported.empty()) continue;
      if (const Flow flow = context.write(noun_value(std::move(info))); flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(GetModule);

struct RemoveModule {
  std::vector<std::string> name;
  Switch force;
  static constexpr Param kParams[] = {
      param<&RemoveModule::name>("Name", {.position = 0, .mandatory = true, .from_pipeline = true},
                                 "Modules."),
      param<&RemoveModule::force>("Force", {}, "Accepted."),
  };
  static constexpr std::string_view kAliases[] = {"rmo"};
  static constexpr Decl decl{.verb = "Remove",
                             .noun = "Module",
                             .module = kCore,
                             .params = kParams,
                             .aliases = kAliases,
                             .should_process = true,
                             .synopsis = "Accepted for modules that are built in, which stay."};
  Flow process(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    for (const std::string& one : name) {
      if (is_built_in(interpreter, one)) continue;
      const Flow flow =
          context.error({.id = "Modules_NoModulesRemoved",
                         .category = ErrorCategory::ResourceUnavailable,
                         .message = fmt::format("No module '{}' can be removed: functions of module files "
                                                "stay until the end.",
                                                one),
                         .target = one});
      if (flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(RemoveModule);

struct ExportModuleMember {
  std::vector<std::string> function, cmdlet, variable, alias;
  static constexpr Param kParams[] = {
      param<&ExportModuleMember::function>("Function", {.position = 0, .from_pipeline = true}, "Functions."),
      param<&ExportModuleMember::cmdlet>("Cmdlet", {}, "Accepted."),
      param<&ExportModuleMember::variable>("Variable", {}, "Accepted."),
      param<&ExportModuleMember::alias>("Alias", {}, "Aliases."),
  };
  static constexpr Decl decl{.verb = "Export",
                             .noun = "ModuleMember",
                             .module = kCore,
                             .params = kParams,
                             .synopsis = "Says which functions of a module others see."};
  Flow process(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    interpreter.export_members(function, alias);
    return Flow::more;
  }
};
CMDLET(ExportModuleMember);
}  // namespace

std::span<const CmdletEntry> module_cmdlets() {
  static constexpr CmdletEntry kEntries[] = {{"Export-ModuleMember", &cmdlet_ExportModuleMember},
                                             {"Get-Module", &cmdlet_GetModule},
                                             {"Import-Module", &cmdlet_ImportModule},
                                             {"Remove-Module", &cmdlet_RemoveModule}};
  return kEntries;
}

}  // namespace hvsh::shell
