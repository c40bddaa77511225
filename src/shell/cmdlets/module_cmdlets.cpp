// Import-, Get-, New- and Remove-Module, Export-ModuleMember.
#include <fmt/format.h>

#include "core/cmdlet.h"
#include "shell/cmdlets/name_patterns.h"
#include "shell/eval/environment.h"
#include "shell/eval/module_files.h"

namespace hvsh::shell {

namespace {

constexpr std::string_view kCore = "Microsoft.PowerShell.Core";

// Modules belong to the session; only what a module imports is its own, and what -Scope Local keeps.
Frame& import_target(Interpreter& interpreter, bool local) {
  Frame& caller = interpreter.frame();
  if (local) return caller;
  return caller.home && caller.home->module != nullptr ? *caller.home : interpreter.global();
}

struct ImportModule {
  std::vector<Value> name;
  std::optional<std::vector<std::string>> function, alias, variable, cmdlet;
  std::vector<Value> argument_list;
  Switch force, passthru, global, as_custom_object, disable_name_checking, no_clobber, skip_edition_check,
      use_windows_powershell;
  std::string scope, prefix, minimum_version, maximum_version, required_version;

  static constexpr Param kParams[] = {
      param<&ImportModule::name>("Name",
                                 {.position = 0,
                                  .mandatory = true,
                                  .from_pipeline = true,
                                  .aliases = {"ModuleInfo", "FullyQualifiedName", "Assembly"}},
                                 "Modules: names, files, or what Get-Module gives."),
      param<&ImportModule::function>("Function", {.wildcards = true}, "Only these functions."),
      param<&ImportModule::cmdlet>("Cmdlet", {.wildcards = true},
                                   "Accepted; built-in cmdlets are always there."),
      param<&ImportModule::variable>("Variable", {.wildcards = true}, "Only these variables."),
      param<&ImportModule::alias>("Alias", {.wildcards = true}, "Only these aliases."),
      param<&ImportModule::force>("Force", {}, "Again, when it is there."),
      param<&ImportModule::passthru>("PassThru", {}, "Gives the module."),
      param<&ImportModule::as_custom_object>("AsCustomObject", {},
                                             "Gives an object whose methods are its functions."),
      param<&ImportModule::global>("Global", {}, "For all scopes."),
      param<&ImportModule::scope>("Scope", {}, "Global or Local."),
      param<&ImportModule::prefix>("Prefix", {}, "Before the nouns of its functions."),
      param<&ImportModule::argument_list>("ArgumentList", {.aliases = {"Args"}},
                                          "For the module's param block."),
      param<&ImportModule::minimum_version>("MinimumVersion", {.aliases = {"Version"}},
                                            "At least this version."),
      param<&ImportModule::maximum_version>("MaximumVersion", {}, "At most this version."),
      param<&ImportModule::required_version>("RequiredVersion", {}, "This version."),
      param<&ImportModule::no_clobber>("NoClobber", {.aliases = {"NoOverwrite"}}, "Accepted."),
      param<&ImportModule::disable_name_checking>("DisableNameChecking", {},
                                                  "Accepted; names are not checked."),
      param<&ImportModule::skip_edition_check>("SkipEditionCheck", {}, "Accepted."),
      param<&ImportModule::use_windows_powershell>("UseWindowsPowerShell", {.aliases = {"UseWinPS"}},
                                                   "Accepted."),
  };
  static constexpr std::string_view kAliases[] = {"ipmo"};
  static constexpr Example kExamples[] = {
      {"Import-Module Hyper-V -PassThru | ForEach-Object Name", "Hyper-V", "Built-in modules are there."}};
  static constexpr Decl decl{
      .verb = "Import",
      .noun = "Module",
      .module = kCore,
      .params = kParams,
      .aliases = kAliases,
      .examples = kExamples,
      .synopsis = "Brings in the functions of a module file; built-in modules are there."};

  Flow process(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    for (const Value& one : name) {
      std::shared_ptr<Module> module = module_cast(one);
      const std::string wanted =
          module ? (module->path.empty() ? module->name : module->path) : to_string(one);
      if (!module) {
        if (const Flow flow = find(context, interpreter, wanted, module); flow != Flow::more) return flow;
        if (!module) continue;
      }
      if (const Flow flow = use(context, interpreter, module); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

  // The module of that name, loaded; null when it is not there, which has been said then.
  Flow find(Context& context, Interpreter& interpreter, const std::string& wanted,
            std::shared_ptr<Module>& module) {
    if (!is_module_path(wanted) && is_built_in_module(interpreter, wanted)) {
      module = built_in_module(interpreter, wanted);
      if (version_fits(module->version)) return Flow::more;
      module = nullptr;
      return context.error(module_not_found(wanted, version_text()));
    }
    auto file = find_module_file(interpreter, wanted);
    if (!file) return context.error(file.take_error());
    for (const auto& loaded : interpreter.modules()) {
      if (loaded->path == *file) module = loaded;
    }
    if (module && force) {
      remove_module(interpreter, module);
      module = nullptr;
    }
    if (module) return Flow::more;
    module = std::make_shared<Module>();
    const std::vector<Value> arguments = argument_list;
    CollectSink sink;
    const Flow flow = load_module_file(interpreter, *file, arguments, *module, module, sink);
    if (flow == Flow::stopped) return flow;
    if (!version_fits(module->version)) {
      module = nullptr;
      return context.error(module_not_found(wanted, version_text()));
    }
    interpreter.modules().push_back(module);
    return context.write_all(sink.take_items());
  }

  std::string version_text() const {
    return !required_version.empty()  ? required_version
           : !minimum_version.empty() ? minimum_version
                                      : maximum_version;
  }

  bool version_fits(const std::string& text) const {
    const auto own = Version::parse(text);
    const auto holds = [&](const std::string& bound, auto test) {
      const auto parsed = Version::parse(bound);
      return !parsed || !own || test(*own, *parsed);
    };
    return holds(minimum_version, [](const Version& a, const Version& b) { return a >= b; }) &&
           holds(maximum_version, [](const Version& a, const Version& b) { return a <= b; }) &&
           holds(required_version, [](const Version& a, const Version& b) { return a == b; });
  }

  Flow use(Context& context, Interpreter& interpreter, const std::shared_ptr<Module>& module) {
    Frame& to = import_target(interpreter, equal_names(scope, "local"));
    Frame& target = global || equal_names(scope, "global") ? interpreter.global() : to;
    if (as_custom_object) return context.write(module_object(*module));
    const ImportFilter filter{
        .functions = function, .variables = variable, .aliases = alias, .prefix = prefix};
    give_members(interpreter, *module, filter, target);
    return passthru ? context.write(module_value(module)) : Flow::more;
  }
};
CMDLET(ImportModule);

struct GetModule {
  std::vector<std::string> name;
  Switch list_available, all, refresh, skip_edition_check;
  std::string edition;
  static constexpr Param kParams[] = {
      param<&GetModule::name>(
          "Name",
          {.position = 0, .from_pipeline = true, .wildcards = true, .aliases = {"FullyQualifiedName"}},
          "Modules."),
      param<&GetModule::list_available>("ListAvailable", {}, "Also those that are not imported."),
      param<&GetModule::all>("All", {}, "Also nested modules."),
      param<&GetModule::refresh>("Refresh", {}, "Accepted; nothing is kept."),
      param<&GetModule::edition>("PSEdition", {}, "Accepted."),
      param<&GetModule::skip_edition_check>("SkipEditionCheck", {}, "Accepted."),
  };
  static constexpr std::string_view kAliases[] = {"gmo"};
  static constexpr Example kExamples[] = {
      {"(Get-Module Hyper-V).Name", "Hyper-V", "Asks whether Hyper-V is there."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "Module",
                             .module = kCore,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .synopsis = "Gets the modules that are there."};

  Flow process(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    std::vector<std::shared_ptr<Module>> found;
    for (std::string_view known : built_in_modules()) {
      auto module = built_in_module(interpreter, known);
      if (!module->cmdlets.empty()) found.push_back(std::move(module));
    }
    for (const auto& module : interpreter.modules()) {
      if (!list_available || !module->path.empty()) found.push_back(module);
      if (all) found.insert(found.end(), module->nested.begin(), module->nested.end());
    }
    if (list_available) {
      for (const std::string& file : available_module_files()) {
        const auto same = [&](const auto& module) { return module->path == file; };
        if (std::any_of(found.begin(), found.end(), same)) continue;
        auto module = std::make_shared<Module>();
        module_header(interpreter, file, *module);
        found.push_back(std::move(module));
      }
    }
    const auto before = [](const auto& a, const auto& b) { return to_lower(a->name) < to_lower(b->name); };
    std::stable_sort(found.begin(), found.end(), before);
    for (auto& module : found) {
      if (!any_match(name, module->name) && !any_match(name, module->path)) continue;
      if (const Flow flow = context.write(module_value(std::move(module))); flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(GetModule);

struct NewModule {
  std::string name;
  Ref<ScriptBlockObject> script_block;
  std::optional<std::vector<std::string>> function;
  std::vector<std::string> cmdlet;
  std::vector<Value> argument_list;
  Switch return_result, as_custom_object;
  enum Set : SetMask { Block = 1, Named = 2 };
  static constexpr std::string_view kSets[] = {"ScriptBlock", "Name"};
  static constexpr Param kParams[] = {
      param<&NewModule::name>("Name", {.sets = Named, .position = 0, .mandatory = true}, "Its name."),
      param<&NewModule::script_block>("ScriptBlock",
                                      {.sets = Block,
                                       .position = 0,
                                       .mandatory = true,
                                       .also = {{{.sets = Named, .position = 1, .mandatory = true}}}},
                                      "Its code."),
      param<&NewModule::function>("Function", {.wildcards = true}, "Only these functions."),
      param<&NewModule::cmdlet>("Cmdlet", {}, "Accepted; script modules have none."),
      param<&NewModule::argument_list>("ArgumentList", {.remaining_arguments = true, .aliases = {"Args"}},
                                       "For its param block."),
      param<&NewModule::return_result>("ReturnResult", {},
                                       "Gives what the code writes instead of the module."),
      param<&NewModule::as_custom_object>("AsCustomObject", {},
                                          "Gives an object whose methods are its functions."),
  };
  static constexpr std::string_view kAliases[] = {"nmo"};
  static constexpr Example kExamples[] = {
      {"$null = New-Module -Name Greetings -ScriptBlock { function Get-Greeting { 'Hello' } }; Get-Greeting",
       "Hello", "Makes a module of a block."}};
  static constexpr Decl decl{.verb = "New",
                             .noun = "Module",
                             .module = kCore,
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .synopsis = "Makes a module of a script block, with a scope of its own."};

  Flow process(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    auto& given = static_cast<ShellScriptBlock&>(*script_block);
    auto module = std::make_shared<Module>();
    module->name = name.empty() ? fmt::format("__DynamicModule_{}", Guid::random().to_string()) : name;
    module->path = module->name;
    auto block = make<ShellScriptBlock>(given.source, *given.tree);
    CollectSink sink;
    if (interpreter.open_module(module, *block) == Flow::stopped) return Flow::stopped;
    if (interpreter.run_module(module, block, argument_list, sink) == Flow::stopped) return Flow::stopped;
    if (as_custom_object) return context.write(module_object(*module));
    give_members(interpreter, *module, {.functions = function}, import_target(interpreter, false));
    interpreter.modules().push_back(module);
    if (return_result) return context.write_all(sink.take_items());
    return context.write(module_value(module));
  }
};
CMDLET(NewModule);

struct RemoveModule {
  std::vector<Value> name;
  Switch force;
  static constexpr Param kParams[] = {
      param<&RemoveModule::name>("Name",
                                 {.position = 0,
                                  .mandatory = true,
                                  .from_pipeline = true,
                                  .wildcards = true,
                                  .aliases = {"ModuleInfo", "FullyQualifiedName"}},
                                 "Modules."),
      param<&RemoveModule::force>("Force", {}, "Accepted; script modules can always be removed."),
  };
  static constexpr std::string_view kAliases[] = {"rmo"};
  static constexpr Example kExamples[] = {
      {"$null = New-Module -Name Greetings { function Get-Greeting { 'Hello' } }; Remove-Module Greetings",
       "", "Takes a module's functions away."}};
  static constexpr Decl decl{.verb = "Remove",
                             .noun = "Module",
                             .module = kCore,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .synopsis = "Takes a module's functions away. What is built in stays."};
  Flow process(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    for (const Value& one : name) {
      std::vector<std::shared_ptr<Module>> wanted;
      const std::shared_ptr<Module> given = module_cast(one);
      for (const auto& module : interpreter.modules()) {
        if (module == given || (!given && Wildcard(to_string(one)).matches(module->name)))
          wanted.push_back(module);
      }
      const bool built_in = is_built_in_module(interpreter, to_string(one));
      if (wanted.empty() && !built_in && !is_pattern(to_string(one))) {
        const Flow flow =
            context.error({.id = "Modules_NoModulesRemoved",
                           .category = ErrorCategory::ResourceUnavailable,
                           .message = "No modules were removed. Verify that the specification of modules "
                                      "to remove is correct and those modules exist in the runspace."});
        if (flow != Flow::more) return flow;
      }
      for (const auto& module : wanted) {
        const Answer answer = context.should_process(
            fmt::format("{} (Path: '{}')", module->name, module->path), "Remove-Module");
        if (answer == Answer::stopped) return Flow::stopped;
        if (answer == Answer::yes) remove_module(interpreter, module);
      }
    }
    return Flow::more;
  }
};
CMDLET(RemoveModule);

struct ExportModuleMember {
  std::vector<std::string> function, cmdlet, variable, alias;
  static constexpr Param kParams[] = {
      param<&ExportModuleMember::function>(
          "Function",
          {.position = 0, .from_pipeline = true, .from_pipeline_property = true, .wildcards = true},
          "Functions."),
      param<&ExportModuleMember::cmdlet>("Cmdlet", {.from_pipeline_property = true, .wildcards = true},
                                         "Accepted; script modules have none."),
      param<&ExportModuleMember::variable>("Variable", {.from_pipeline_property = true, .wildcards = true},
                                           "Variables."),
      param<&ExportModuleMember::alias>("Alias", {.from_pipeline_property = true, .wildcards = true},
                                        "Aliases."),
  };
  static constexpr Example kExamples[] = {
      {"$null = New-Module -Name M { function a { 'seen' }; function b { 'hidden' }; Export-ModuleMember a "
       "}; a",
       "seen", "Shows one function of a module."}};
  static constexpr Decl decl{.verb = "Export",
                             .noun = "ModuleMember",
                             .module = kCore,
                             .params = kParams,
                             .examples = kExamples,
                             .synopsis = "Says which functions of a module others see."};
  Flow process(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    Frame* home = interpreter.frame().home.get();
    if (home == nullptr || home->module == nullptr) {
      return context.terminate(
          {.id = "Modules_CanOnlyExecuteExportModuleMemberInsideAModule",
           .category = ErrorCategory::InvalidOperation,
           .message = "The Export-ModuleMember cmdlet can only be called from inside a module.",
           .exception = "System.Management.Automation.PSInvalidOperationException"});
    }
    Module& module = *home->module;
    if (!module.exports) module.exports.emplace();
    const auto add = [](std::vector<std::string>& to, const std::vector<std::string>& names) {
      to.insert(to.end(), names.begin(), names.end());
    };
    add(module.exports->functions, function);
    add(module.exports->variables, variable);
    add(module.exports->aliases, alias);
    return Flow::more;
  }
};
CMDLET(ExportModuleMember);

}  // namespace

std::span<const CmdletEntry> module_cmdlets() {
  static constexpr CmdletEntry kEntries[] = {{"Export-ModuleMember", &cmdlet_ExportModuleMember},
                                             {"Get-Module", &cmdlet_GetModule},
                                             {"Import-Module", &cmdlet_ImportModule},
                                             {"New-Module", &cmdlet_NewModule},
                                             {"Remove-Module", &cmdlet_RemoveModule}};
  return kEntries;
}

}  // namespace hvsh::shell
