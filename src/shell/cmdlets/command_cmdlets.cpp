// Get-Command, Get-Alias, Set-Alias, New-Alias, Invoke-Expression, Invoke-Command, and modules.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "core/cmdlet.h"
#include "core/wildcard.h"
#include "shell/bind/bind_errors.h"
#include "shell/eval/drives.h"
#include "shell/eval/environment.h"
#include "shell/eval/interpreter.h"

namespace hvsh {

namespace {
enum class CommandTypes : int32_t {
  Alias = 1,
  Function = 2,
  Filter = 4,
  Cmdlet = 8,
  ExternalScript = 16,
  Application = 32,
  Script = 64,
  All = 383
};
}  // namespace

template <>
struct EnumOf<CommandTypes> {
  static constexpr EnumMember kMembers[] = {
      {"Alias", 1},           {"Function", 2},     {"Filter", 4},  {"Cmdlet", 8},
      {"ExternalScript", 16}, {"Application", 32}, {"Script", 64}, {"All", 383}};
  static constexpr EnumInfo info{.type = {"System.Management.Automation.CommandTypes", "CommandTypes"},
                                 .members = kMembers,
                                 .flags = true};
};

namespace shell {

namespace {

constexpr std::string_view kCore = "Microsoft.PowerShell.Core";
constexpr std::string_view kUtility = "Microsoft.PowerShell.Utility";

struct CommandInfo {
  CommandTypes type = CommandTypes::Cmdlet;
  std::string name, version, source, definition, path;
  Value parameters;

  static constexpr Prop kProps[] = {
      prop<&CommandInfo::type>("CommandType", "What kind of command it is."),
      prop<&CommandInfo::name>("Name", "Its name."),
      prop<&CommandInfo::version>("Version", "Of its module."),
      prop<&CommandInfo::source>("Source", "Its module or path."),
      prop<&CommandInfo::source>("ModuleName", "Its module."),
      prop<&CommandInfo::definition>("Definition", "What an alias or function stands for."),
      prop<&CommandInfo::path>("Path", "Of a script or program."),
      prop<&CommandInfo::parameters>("Parameters", "Its parameters by name."),
  };
  static constexpr Column kTable[] = {{.property = "CommandType", .width = 15},
                                      {.property = "Name", .width = 50},
                                      {.property = "Version", .width = 10},
                                      {.property = "Source"}};
  static constexpr Noun noun{
      .type = {"System.Management.Automation.CommandInfo", "CommandInfo"}, .props = kProps, .table = kTable};
  std::string display() const { return name; }
};

Value parameters_of(const Decl& decl) {
  auto map = make<MapObject>(true);
  for (const Param& param : decl.params) {
    auto info = make<RecordObject>();
    info->type_names = {"System.Management.Automation.ParameterMetadata"};
    info->set("Name", Value::string(param.name));
    info->set("ParameterType", Value::string(param.type->name));
    map->set(param.name, Value::object(info));
  }
  return Value::object(map);
}

CommandInfo describe(const Cmdlet& cmdlet) {
  const Decl& decl = *cmdlet.decl;
  const bool ours = decl.module == "Hyper-V";
  return {.type = CommandTypes::Cmdlet,
          .name = fmt::format("{}-{}", decl.verb, decl.noun),
          .version = ours ? "2.0.0.0" : "7.0.0.0",
          .source = std::string(decl.module),
          .parameters = parameters_of(decl)};
}

CommandInfo describe(const Function& function) {
  return {.type = function.kind == FunctionKind::filter ? CommandTypes::Filter : CommandTypes::Function,
          .name = function.name,
          .definition = function.block->text()};
}

struct GetCommand {
  std::vector<std::string> name, module, verb, noun;
  std::optional<CommandTypes> command_type;
  Switch syntax, all;
  int32_t total_count = -1;

  static constexpr Param kParams[] = {
      param<&GetCommand::name>(
          "Name", {.position = 0, .from_pipeline = true, .from_pipeline_property = true, .wildcards = true},
          "Names."),
      param<&GetCommand::module>("Module", {.wildcards = true, .aliases = {"PSSnapin"}}, "Modules."),
      param<&GetCommand::verb>("Verb", {.wildcards = true}, "Verbs."),
      param<&GetCommand::noun>("Noun", {.wildcards = true}, "Nouns."),
      param<&GetCommand::command_type>("CommandType", {.aliases = {"Type"}}, "Kinds of commands."),
      param<&GetCommand::syntax>("Syntax", {}, "How it is called."),
      param<&GetCommand::all>("All", {}, "Also those that others hide."),
      param<&GetCommand::total_count>("TotalCount", {}, "At most so many."),
  };
  static constexpr std::string_view kAliases[] = {"gcm"};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "Command",
                             .module = kCore,
                             .params = kParams,
                             .aliases = kAliases,
                             .synopsis = "Gets commands by name, module, verb or noun."};

  static bool any_match(const std::vector<std::string>& patterns, std::string_view text) {
    if (patterns.empty()) return true;
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const std::string& pattern) { return Wildcard(pattern).matches(text); });
  }
  bool wants(CommandTypes type) const {
    return !command_type || (static_cast<int32_t>(*command_type) & static_cast<int32_t>(type)) != 0;
  }

  Flow process(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    std::vector<CommandInfo> found;
    std::vector<std::string> patterns = name;
    if (patterns.empty()) patterns.emplace_back("*");
    for (const std::string& pattern : patterns) {
      const size_t before = found.size();
      if (is_pattern(pattern)) {
        collect(interpreter, pattern, found);
      } else {
        exact(interpreter, pattern, found);
        if (found.size() == before) {
          Error error = interpreter.did_you_mean_command(pattern);
          error.activity.clear();
          if (const Flow flow = context.error(std::move(error)); flow != Flow::more) return flow;
        }
      }
    }
    int32_t count = 0;
    for (CommandInfo& info : found) {
      if (total_count >= 0 && count++ >= total_count) break;
      const Flow flow = syntax ? context.write(Value::string(syntax_of(interpreter, info)))
                               : context.write(noun_value(info));
      if (flow != Flow::more) return flow;
    }
    return Flow::more;
  }

  void exact(Interpreter& interpreter, const std::string& wanted, std::vector<CommandInfo>& found) {
    if (auto alias = interpreter.find_alias(interpreter.symbols().intern(wanted));
        alias && wants(CommandTypes::Alias)) {
      found.push_back({.type = CommandTypes::Alias, .name = wanted, .definition = *alias});
      return;
    }
    const ResolvedCommand command = interpreter.resolve(wanted);
    switch (command.kind) {
      case ResolvedCommand::Kind::cmdlet: {
        CommandInfo info = describe(*command.cmdlet);
        const bool alias = !equal_names(info.name, wanted.substr(wanted.rfind('\\') + 1));
        if (alias && wants(CommandTypes::Alias)) {
          found.push_back({.type = CommandTypes::Alias, .name = wanted, .definition = info.name});
        } else if (wants(CommandTypes::Cmdlet) && any_match(module, info.source)) {
          found.push_back(std::move(info));
        }
        break;
      }
      case ResolvedCommand::Kind::function:
        if (wants(CommandTypes::Function) && module.empty()) found.push_back(describe(*command.function));
        break;
      case ResolvedCommand::Kind::script:
        if (wants(CommandTypes::ExternalScript) && module.empty()) {
          found.push_back({.type = CommandTypes::ExternalScript,
                           .name = command.path.substr(command.path.rfind('/') + 1),
                           .source = command.path,
                           .definition = command.path,
                           .path = command.path});
        }
        break;
      case ResolvedCommand::Kind::native:
        if (wants(CommandTypes::Application) && module.empty()) {
          found.push_back({.type = CommandTypes::Application,
                           .name = command.path.substr(command.path.rfind('/') + 1),
                           .version = "0.0.0.0",
                           .source = command.path,
                           .definition = command.path,
                           .path = command.path});
        }
        break;
      default: break;
    }
  }

  void collect(Interpreter& interpreter, const std::string& pattern, std::vector<CommandInfo>& found) {
    const Wildcard wildcard(pattern);
    if (wants(CommandTypes::Function) && module.empty() && verb.empty() && noun.empty()) {
      for (Frame* frame = &interpreter.frame(); frame != nullptr; frame = frame->parent.get()) {
        if (!frame->functions) continue;
        for (const auto& [symbol, function] : *frame->functions) {
          if (wildcard.matches(function->name)) found.push_back(describe(*function));
        }
      }
      std::sort(found.begin(), found.end(), [](const CommandInfo& a, const CommandInfo& b) {
        return to_lower(a.name) < to_lower(b.name);
      });
    }
    if (!wants(CommandTypes::Cmdlet)) return;
    for (const CmdletEntry& entry : interpreter.cmdlets()) {
      const Decl& declared = *entry.cmdlet->decl;
      if (wildcard.matches(entry.name) && any_match(module, declared.module) &&
          any_match(verb, declared.verb) && any_match(noun, declared.noun)) {
        found.push_back(describe(*entry.cmdlet));
      }
    }
  }

  // One line a parameter set, as Get-Command -Syntax gives it.
  static std::string syntax_of(Interpreter& interpreter, const CommandInfo& info) {
    const Cmdlet* cmdlet = interpreter.find_cmdlet(info.name);
    if (cmdlet == nullptr) return info.definition;
    const Decl& declared = *cmdlet->decl;
    std::string text;
    const size_t sets = std::max<size_t>(declared.sets.size(), 1);
    for (size_t set = 0; set < sets; ++set) {
      const SetMask bit = SetMask{1} << set;
      fmt::format_to(std::back_inserter(text), "{}{}", text.empty() ? "" : "\n", info.name);
      std::vector<const Param*> params;
      for (const Param& param : declared.params) {
        if ((param.sets() & bit) != 0) params.push_back(&param);
      }
      const auto rank = [bit](const Param* param) {
        const int position = param->position_in(bit);
        return position >= 0 ? position : 1000;
      };
      std::stable_sort(params.begin(), params.end(),
                       [&](const Param* a, const Param* b) { return rank(a) < rank(b); });
      for (const Param* param : params) {
        const bool positional = param->position_in(bit) >= 0, mandatory = param->mandatory_in(bit);
        std::string word = positional ? fmt::format("[-{}]", param->name) : fmt::format("-{}", param->name);
        if (!param->is_switch) {
          const std::string_view type =
              param->type->short_name.empty() ? param->type->name : param->type->short_name;
          fmt::format_to(std::back_inserter(word), " <{}{}>", type, param->is_collection ? "[]" : "");
        }
        text += mandatory ? " " + word : " [" + word + "]";
      }
      if (declared.should_process) text += " [-WhatIf] [-Confirm]";
      text += " [<CommonParameters>]";
    }
    return text;
  }
};
CMDLET(GetCommand);

// ---------------------------------------------------------------------------------------------- aliases

struct AliasInfo {
  std::string name, definition;
  std::string command_type = "Alias";
  std::string display_name() const { return fmt::format("{} -> {}", name, definition); }
  std::string display() const { return name; }

  static constexpr Prop kProps[] = {
      prop<&AliasInfo::command_type>("CommandType", "Alias."),
      prop<&AliasInfo::name>("Name", "The alias."),
      prop<&AliasInfo::definition>("Definition", "The command that it stands for."),
      prop<&AliasInfo::definition>("ReferencedCommand", "The command that it stands for."),
      prop<&AliasInfo::display_name>("DisplayName", "Both."),
  };
  static constexpr Column kTable[] = {{.property = "CommandType", .width = 15}, {"DisplayName", "Name"}};
  static constexpr Noun noun{
      .type = {"System.Management.Automation.AliasInfo", "AliasInfo"}, .props = kProps, .table = kTable};
};

struct GetAlias {
  std::vector<std::string> name;
  std::vector<std::string> definition;
  static constexpr Param kParams[] = {
      param<&GetAlias::name>("Name", {.position = 0, .from_pipeline = true, .wildcards = true}, "Aliases."),
      param<&GetAlias::definition>("Definition", {.wildcards = true}, "Commands that they stand for."),
  };
  static constexpr std::string_view kAliases[] = {"gal"};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "Alias",
                             .module = kUtility,
                             .params = kParams,
                             .aliases = kAliases,
                             .synopsis = "Gets aliases."};

  Flow process(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    std::vector<AliasInfo> all;
    for (Frame* frame = &interpreter.frame(); frame != nullptr; frame = frame->parent.get()) {
      if (!frame->aliases) continue;
      for (const auto& [symbol, command] : *frame->aliases) {
        all.push_back({std::string(interpreter.symbols().name(symbol)), command});
      }
    }
    for (const CmdletEntry& entry : interpreter.cmdlets()) {
      for (std::string_view alias : entry.cmdlet->decl->aliases) {
        all.push_back({std::string(alias), std::string(entry.name)});
      }
    }
    std::sort(all.begin(), all.end(),
              [](const AliasInfo& a, const AliasInfo& b) { return to_lower(a.name) < to_lower(b.name); });
    std::vector<std::string> patterns = name;
    if (patterns.empty()) patterns.emplace_back("*");
    for (const std::string& pattern : patterns) {
      const Wildcard wildcard(pattern);
      bool any = false;
      for (const AliasInfo& one : all) {
        if (!wildcard.matches(one.name) || !GetCommand::any_match(definition, one.definition)) continue;
        any = true;
        if (const Flow flow = context.write(noun_value(one)); flow != Flow::more) return flow;
      }
      if (any || is_pattern(pattern)) continue;
      const Flow flow = context.error(
          {.id = "ItemNotFoundException",
           .category = ErrorCategory::ObjectNotFound,
           .message = fmt::format(
               "This command cannot find a matching alias because an alias with the name '{}' does "
               "not exist.",
               pattern),
           .target = pattern,
           .exception = "System.Management.Automation.ItemNotFoundException"});
      if (flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(GetAlias);

struct AliasChange {
  std::string name, value, scope, option, description;
  Switch force, passthru;

  Flow set(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    const bool global = equal_names(scope, "global");
    interpreter.set_alias(name, value, global);
    return passthru ? context.write(noun_value(AliasInfo{name, value})) : Flow::more;
  }
};

template <class Self>
constexpr std::array<Param, 7> alias_params() {
  return {param<&AliasChange::name, Self>(
              "Name", {.position = 0, .mandatory = true, .from_pipeline_property = true}, "The alias."),
          param<&AliasChange::value, Self>(
              "Value",
              {.position = 1, .mandatory = true, .from_pipeline_property = true, .aliases = {"Definition"}},
              "The command."),
          param<&AliasChange::scope, Self>("Scope", {}, "Global, Local or Script."),
          param<&AliasChange::option, Self>("Option", {}, "Accepted; aliases can always be changed."),
          param<&AliasChange::description, Self>("Description", {}, "A note for people."),
          param<&AliasChange::force, Self>("Force", {}, "Also one that is there."),
          param<&AliasChange::passthru, Self>("PassThru", {}, "Gives the alias.")};
}

struct SetAlias : AliasChange {
  static constexpr auto kParams = alias_params<SetAlias>();
  static constexpr std::string_view kAliases[] = {"sal"};
  static constexpr Decl decl{.verb = "Set",
                             .noun = "Alias",
                             .module = kUtility,
                             .params = kParams,
                             .aliases = kAliases,
                             .should_process = true,
                             .impact = Impact::low,
                             .synopsis = "Makes or changes an alias."};
  Flow process(Context& context) { return set(context); }
};
CMDLET(SetAlias);

struct NewAlias : AliasChange {
  static constexpr auto kParams = alias_params<NewAlias>();
  static constexpr std::string_view kAliases[] = {"nal"};
  static constexpr Decl decl{.verb = "New",
                             .noun = "Alias",
                             .module = kUtility,
                             .params = kParams,
                             .aliases = kAliases,
                             .should_process = true,
                             .impact = Impact::low,
                             .synopsis = "Makes an alias."};
  Flow process(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    if (!force && interpreter.find_alias(interpreter.symbols().intern(name))) {
      return context.error(
          {.id = "AliasAlreadyExists",
           .category = ErrorCategory::ResourceExists,
           .message = fmt::format("The alias is not allowed, because an alias with the name '{}' "
                                  "already exists.",
                                  name),
           .target = name,
           .exception = "System.Management.Automation.SessionStateException"});
    }
    return set(context);
  }
};
CMDLET(NewAlias);

// ------------------------------------------------------------------------------------------- running code

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

// ------------------------------------------------------------------------------------------------ modules

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
      if (!GetCommand::any_match(name, known)) continue;
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

std::span<const CmdletEntry> command_cmdlets() {
  static constexpr CmdletEntry kEntries[] = {{"Export-ModuleMember", &cmdlet_ExportModuleMember},
                                             {"Get-Alias", &cmdlet_GetAlias},
                                             {"Get-Command", &cmdlet_GetCommand},
                                             {"Get-Module", &cmdlet_GetModule},
                                             {"Import-Module", &cmdlet_ImportModule},
                                             {"Invoke-Command", &cmdlet_InvokeCommand},
                                             {"Invoke-Expression", &cmdlet_InvokeExpression},
                                             {"New-Alias", &cmdlet_NewAlias},
                                             {"Remove-Module", &cmdlet_RemoveModule},
                                             {"Set-Alias", &cmdlet_SetAlias}};
  return kEntries;
}

}  // namespace shell
}  // namespace hvsh
