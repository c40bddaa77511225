#include "shell/eval/modules.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/noun.h"
#include "shell/cmdlets/name_patterns.h"
#include "shell/eval/command_info.h"

namespace hvsh::shell {

namespace {

struct KnownModule {
  std::string_view name, version;
};

constexpr KnownModule kKnownModules[] = {
    {"BitsTransfer", "2.0.0.0"},
    {"CimCmdlets", "7.0.0.0"},
    {"DcbQos", "2.0.0.0"},
    {"Dism", "3.0"},
    {"DnsClient", "1.0.0.0"},
    {"FailoverClusters", "2.0.0.0"},
    {"Hyper-V", "2.0.0.0"},
    {"International", "2.0.0.0"},
    {"Microsoft.PowerShell.Archive", "1.2.5"},
    {"Microsoft.PowerShell.Core", "7.4.0.0"},
    {"Microsoft.PowerShell.Diagnostics", "7.0.0.0"},
    {"Microsoft.PowerShell.Host", "7.0.0.0"},
    {"Microsoft.PowerShell.Management", "7.0.0.0"},
    {"Microsoft.PowerShell.Security", "7.0.0.0"},
    {"Microsoft.PowerShell.Utility", "7.0.0.0"},
    {"NetAdapter", "2.0.0.0"},
    {"NetLbfo", "2.0.0.0"},
    {"NetNat", "1.0.0.0"},
    {"NetQos", "2.0.0.0"},
    {"NetSecurity", "2.0.0.0"},
    {"NetTCPIP", "1.0.0.0"},
    {"NetworkSwitchManager", "1.0.0.0"},
    {"PackageManagement", "1.4.8.1"},
    {"PowerShellGet", "2.2.5"},
    {"PSReadLine", "2.3.4"},
    {"ServerManager", "2.0.0.0"},
    {"ServerManagerTasks", "1.0.0.0"},
    {"Storage", "2.0.0.0"},
    {"ThreadJob", "2.0.3"},
};

// Get-Thing becomes Get-MyThing.
std::string with_prefix(std::string name, std::string_view prefix) {
  const size_t dash = name.find('-');
  if (!prefix.empty()) name.insert(dash == std::string::npos ? 0 : dash + 1, prefix);
  return name;
}

bool passes(const std::optional<std::vector<std::string>>& patterns, std::string_view name) {
  if (!patterns) return true;
  return !patterns->empty() && any_match(*patterns, name);
}

struct ModuleInfo {
  std::shared_ptr<Module> module;

  std::string name() const { return module->name; }
  std::string type() const { return module->type; }
  std::string path() const { return module->path; }
  std::string base() const { return module->base; }
  std::string description() const { return module->description; }
  std::string author() const { return module->author; }
  std::string guid() const { return module->guid; }
  Value version() const {
    const auto parsed = Version::parse(module->version);
    return Value::object(make<VersionObject>(parsed.value_or(Version{0, 0})));
  }
  Value private_data() const { return module->private_data; }
  Value functions() const { return names_of({&module->functions}); }
  Value variables() const { return names_of({&module->variables}); }
  Value aliases() const { return names_of({&module->aliases}); }
  Value cmdlets() const { return names_of({&module->cmdlets}); }
  Value commands() const { return names_of({&module->cmdlets, &module->functions, &module->aliases}); }
  Value nested() const {
    std::vector<Value> all;
    for (const auto& one : module->nested) all.push_back(module_value(one));
    return Value::array(std::move(all));
  }
  std::string command_list() const {
    std::vector<std::string> all = module->cmdlets;
    for (const auto* more : {&module->functions, &module->aliases})
      all.insert(all.end(), more->begin(), more->end());
    std::sort(all.begin(), all.end());
    return all.empty() ? std::string() : fmt::format("{{{}}}", fmt::join(all, ", "));
  }
  std::string display() const { return module->name; }

  static Value names_of(std::initializer_list<const std::vector<std::string>*> lists) {
    auto map = make<MapObject>(true);
    for (const auto* list : lists) {
      for (const std::string& one : *list) map->set(one, Value::string(one));
    }
    return Value::object(map);
  }

  static constexpr Prop kProps[] = {
      prop<&ModuleInfo::name>("Name", "Its name."),
      prop<&ModuleInfo::version>("Version", "Its version."),
      prop<&ModuleInfo::type>("ModuleType", "Script, Binary or Manifest."),
      prop<&ModuleInfo::path>("Path", "Its file."),
      prop<&ModuleInfo::base>("ModuleBase", "Its folder."),
      prop<&ModuleInfo::description>("Description", "What its manifest says about it."),
      prop<&ModuleInfo::author>("Author", "Who wrote it, as its manifest says."),
      prop<&ModuleInfo::guid>("Guid", "Its identity, as its manifest says."),
      prop<&ModuleInfo::private_data>("PrivateData", "What its manifest hands on."),
      prop<&ModuleInfo::commands>("ExportedCommands", "What it brings."),
      prop<&ModuleInfo::functions>("ExportedFunctions", "Functions that it brings."),
      prop<&ModuleInfo::cmdlets>("ExportedCmdlets", "Cmdlets that it brings."),
      prop<&ModuleInfo::variables>("ExportedVariables", "Variables that it brings."),
      prop<&ModuleInfo::aliases>("ExportedAliases", "Aliases that it brings."),
      prop<&ModuleInfo::nested>("NestedModules", "Modules inside it."),
      prop<&ModuleInfo::command_list>("CommandList", "What tables show of its commands."),
  };
  static constexpr Column kTable[] = {{.property = "ModuleType", .width = 10},
                                      {.property = "Version", .width = 10},
                                      {.property = "Name", .width = 35},
                                      {.property = "CommandList", .label = "ExportedCommands"}};
  static constexpr Noun noun{.type = {"System.Management.Automation.PSModuleInfo", "PSModuleInfo"},
                             .props = kProps,
                             .table = kTable};
};

}  // namespace

const Module* Interpreter::module_of(const Function& function) {
  return function.block->home ? function.block->home->module : nullptr;
}

Flow Interpreter::open_module(const std::shared_ptr<Module>& module, const ShellScriptBlock& block) {
  BlockInfo* info = info_of(*block.tree);
  if (info == nullptr) return Flow::stopped;
  module->frame = Ref<Frame>(new Frame(info->layout, global_));
  module->frame->script = module->frame.get();
  module->frame->module = module.get();
  module->frame->home = module->frame;  // it stays for the interpreter's life, as its functions do
  return Flow::more;
}

Flow Interpreter::run_module(const std::shared_ptr<Module>& module, Ref<ShellScriptBlock> block,
                             std::span<const Value> arguments, Sink& out) {
  BlockInfo& info = *info_of(*block->tree);
  Frame& frame = *module->frame;
  frame.block = block.get();
  frame.caller = frame_.get();
  block->source->constants.push_back(Value::object(block));
  FrameGuard guard(*this, module->frame);
  if (!bind_by_position(info, frame, arguments)) return Flow::stopped;
  const Flow flow =
      info.has_phases ? exec_phases(*block->tree, Value::nothing(), out) : exec_body(*block->tree, out);
  frame.caller = nullptr;
  return flow;
}

void give_members(Interpreter& interpreter, Module& module, const ImportFilter& filter, Frame& to) {
  module.importer = Ref<Frame>(&to);
  Symbols& symbols = interpreter.symbols();
  if (!module.frame) {  // built in: the cmdlets are there, a prefix is a further name
    for (const std::string& cmdlet : module.cmdlets) {
      if (!filter.prefix.empty()) interpreter.set_alias(with_prefix(cmdlet, filter.prefix), cmdlet, to);
    }
    return;
  }
  module.functions.clear();
  module.aliases.clear();
  module.variables.clear();
  const auto exported = [&](const std::vector<std::string> Exports::*list, std::string_view name,
                            bool otherwise) {
    if (!module.exports) return otherwise;
    const std::vector<std::string>& patterns = *module.exports.*list;
    return !patterns.empty() && any_match(patterns, name);
  };
  if (module.frame->functions) {
    for (const auto& [symbol, function] : *module.frame->functions) {
      if (!exported(&Exports::functions, function->name, true) || !passes(filter.functions, function->name))
        continue;
      const std::string name = with_prefix(function->name, filter.prefix);
      module.functions.push_back(name);
      if (!to.functions) to.functions = std::make_unique<Frame::FunctionTable>();
      (*to.functions)[symbols.intern(name)] = function;
    }
    std::sort(module.functions.begin(), module.functions.end());
  }
  if (module.frame->aliases) {
    for (const auto& [symbol, command] : *module.frame->aliases) {
      const std::string name(symbols.name(symbol));
      if (!exported(&Exports::aliases, name, true) || !passes(filter.aliases, name)) continue;
      module.aliases.push_back(with_prefix(name, filter.prefix));
      if (!to.aliases) to.aliases = std::make_unique<std::unordered_map<Symbol, std::string>>();
      (*to.aliases)[symbols.intern(module.aliases.back())] = command;
    }
  }
  for (uint32_t i = ScopeLayout::kReserved; i < module.frame->slots.size(); ++i) {
    const Slot& slot = module.frame->slots[i];
    const std::string name(symbols.name(module.frame->layout->symbol(i)));
    if (!slot.is_set() || !exported(&Exports::variables, name, false) || !passes(filter.variables, name))
      continue;
    module.variables.push_back(with_prefix(name, filter.prefix));
    to.set(symbols.intern(module.variables.back()), slot.value);
  }
}

void remove_module(Interpreter& interpreter, const std::shared_ptr<Module>& module) {
  for (const auto& nested : std::vector(module->nested)) remove_module(interpreter, nested);
  Symbols& symbols = interpreter.symbols();
  if (Frame* from = module->importer.get()) {
    for (const std::string& name : module->functions) {
      if (from->functions) from->functions->erase(symbols.intern(name));
    }
    for (const std::string& name : module->aliases) {
      if (from->aliases) from->aliases->erase(symbols.intern(name));
    }
    for (const std::string& name : module->variables) {
      if (Slot* slot = from->find(symbols.intern(name))) *slot = {};
    }
  }
  std::erase(interpreter.modules(), module);
}

bool is_built_in_module(Interpreter& interpreter, std::string_view name) {
  const auto named = [&](const KnownModule& known) { return equal_names(known.name, name); };
  if (std::any_of(std::begin(kKnownModules), std::end(kKnownModules), named)) return true;
  return std::any_of(interpreter.cmdlets().begin(), interpreter.cmdlets().end(),
                     [&](const CmdletEntry& entry) { return equal_names(entry.cmdlet->decl->module, name); });
}

std::vector<std::string_view> built_in_modules() {
  std::vector<std::string_view> names;
  for (const KnownModule& known : kKnownModules) names.push_back(known.name);
  return names;
}

std::string_view module_version(std::string_view name) {
  for (const KnownModule& known : kKnownModules) {
    if (equal_names(known.name, name)) return known.version;
  }
  return "1.0.0.0";
}

std::shared_ptr<Module> built_in_module(Interpreter& interpreter, std::string_view name) {
  auto module = std::make_shared<Module>();
  module->name = name;
  for (const KnownModule& known : kKnownModules) {
    if (equal_names(known.name, name)) module->name = known.name;
  }
  module->version = module_version(name);
  module->type = "Binary";
  for (const CmdletEntry& entry : interpreter.cmdlets()) {
    if (equal_names(entry.cmdlet->decl->module, name)) module->cmdlets.emplace_back(entry.name);
  }
  return module;
}

Value module_value(std::shared_ptr<Module> module) { return noun_value(ModuleInfo{std::move(module)}); }

std::shared_ptr<Module> module_cast(const Value& value) {
  const auto* info = noun_cast<ModuleInfo>(value);
  return info == nullptr ? nullptr : info->module;
}

}  // namespace hvsh::shell
