#include "shell/eval/command_info.h"

#include <fmt/format.h>

#include <algorithm>

#include "shell/bind/binder.h"
#include "shell/eval/modules.h"

namespace hvsh::shell {

namespace {

constexpr Column kTable[] = {{.property = "CommandType", .width = 15},
                             {.property = "DisplayName", .label = "Name", .width = 50},
                             {.property = "Version", .width = 10},
                             {.property = "Source"}};

struct CmdletInfo : CommandInfo {
  static constexpr Prop kProps[] = {
      prop<&CommandInfo::type>("CommandType", "What kind of command it is."),
      prop<&CommandInfo::name>("Name", "Its name."),
      prop<&CommandInfo::version>("Version", "Of its module."),
      prop<&CommandInfo::source>("Source", "Its module."),
      prop<&CommandInfo::source>("ModuleName", "Its module."),
      prop<&CommandInfo::verb>("Verb", "The first half of its name."),
      prop<&CommandInfo::noun_part>("Noun", "The second half of its name."),
      prop<&CommandInfo::definition_text>("Definition", "How it is called."),
      prop<&CommandInfo::parameters>("Parameters", "Its parameters by name."),
      prop<&CommandInfo::parameter_sets>("ParameterSets", "Its parameter sets."),
      prop<&CommandInfo::default_set>("DefaultParameterSet", "The set where nothing decides."),
      prop<&CommandInfo::output_type>("OutputType", "What it writes."),
      prop<&CommandInfo::display_name>("DisplayName", "What tables show."),
  };
  static constexpr Noun noun{
      .type = {"System.Management.Automation.CmdletInfo", "CmdletInfo"}, .props = kProps, .table = kTable};
};

struct FunctionInfo : CommandInfo {
  static constexpr Prop kProps[] = {
      prop<&CommandInfo::type>("CommandType", "What kind of command it is."),
      prop<&CommandInfo::name>("Name", "Its name."),
      prop<&CommandInfo::version>("Version", "Of its module."),
      prop<&CommandInfo::source>("Source", "Its module."),
      prop<&CommandInfo::source>("ModuleName", "Its module."),
      prop<&CommandInfo::verb>("Verb", "The first half of its name."),
      prop<&CommandInfo::noun_part>("Noun", "The second half of its name."),
      prop<&CommandInfo::definition>("Definition", "Its text."),
      prop<&CommandInfo::script_block>("ScriptBlock", "Its body."),
      prop<&CommandInfo::parameters>("Parameters", "Its parameters by name."),
      prop<&CommandInfo::parameter_sets>("ParameterSets", "Its parameter sets."),
      prop<&CommandInfo::default_set>("DefaultParameterSet", "The set where nothing decides."),
      prop<&CommandInfo::output_type>("OutputType", "What it writes."),
      prop<&CommandInfo::display_name>("DisplayName", "What tables show."),
  };
  static constexpr Noun noun{.type = {"System.Management.Automation.FunctionInfo", "FunctionInfo"},
                             .props = kProps,
                             .table = kTable};
};

struct AliasInfo : CommandInfo {
  static constexpr Prop kProps[] = {
      prop<&CommandInfo::type>("CommandType", "What kind of command it is."),
      prop<&CommandInfo::name>("Name", "The alias."),
      prop<&CommandInfo::version>("Version", "Of its module."),
      prop<&CommandInfo::source>("Source", "Its module."),
      prop<&CommandInfo::source>("ModuleName", "Its module."),
      prop<&CommandInfo::definition>("Definition", "The command that it stands for."),
      prop<&CommandInfo::definition>("ReferencedCommand", "The command that it stands for."),
      prop<&CommandInfo::resolved>("ResolvedCommand", "The command at the end of all aliases."),
      prop<&CommandInfo::resolved>("ResolvedCommandName", "The name of that command."),
      prop<&CommandInfo::parameters>("Parameters", "The command's parameters by name."),
      prop<&CommandInfo::parameter_sets>("ParameterSets", "The command's parameter sets."),
      prop<&CommandInfo::display_name>("DisplayName", "Both names."),
  };
  static constexpr Noun noun{
      .type = {"System.Management.Automation.AliasInfo", "AliasInfo"}, .props = kProps, .table = kTable};
};

struct ExternalScriptInfo : CommandInfo {
  static constexpr Prop kProps[] = {
      prop<&CommandInfo::type>("CommandType", "What kind of command it is."),
      prop<&CommandInfo::name>("Name", "The file's name."),
      prop<&CommandInfo::version>("Version", "Scripts have none."),
      prop<&CommandInfo::path>("Source", "The file."),
      prop<&CommandInfo::path>("Path", "The file."),
      prop<&CommandInfo::path>("Definition", "The file."),
      prop<&CommandInfo::script_block>("ScriptBlock", "Its content."),
      prop<&CommandInfo::parameters>("Parameters", "Its parameters by name."),
      prop<&CommandInfo::parameter_sets>("ParameterSets", "Its parameter sets."),
      prop<&CommandInfo::display_name>("DisplayName", "What tables show."),
  };
  static constexpr Noun noun{
      .type = {"System.Management.Automation.ExternalScriptInfo", "ExternalScriptInfo"},
      .props = kProps,
      .table = kTable};
};

struct ScriptInfo : CommandInfo {
  static constexpr Prop kProps[] = {
      prop<&CommandInfo::type>("CommandType", "What kind of command it is."),
      prop<&CommandInfo::name>("Name", "A block has none."),
      prop<&CommandInfo::version>("Version", "Blocks have none."),
      prop<&CommandInfo::source>("Source", "Its module."),
      prop<&CommandInfo::definition>("Definition", "Its text."),
      prop<&CommandInfo::script_block>("ScriptBlock", "The block."),
      prop<&CommandInfo::display_name>("DisplayName", "What tables show."),
  };
  static constexpr Noun noun{
      .type = {"System.Management.Automation.ScriptInfo", "ScriptInfo"}, .props = kProps, .table = kTable};
};

struct ApplicationInfo : CommandInfo {
  static constexpr Prop kProps[] = {
      prop<&CommandInfo::type>("CommandType", "What kind of command it is."),
      prop<&CommandInfo::name>("Name", "The program."),
      prop<&CommandInfo::version>("Version", "Programs here carry none."),
      prop<&CommandInfo::path>("Source", "The file."),
      prop<&CommandInfo::path>("Path", "The file."),
      prop<&CommandInfo::path>("Definition", "The file."),
      prop<&CommandInfo::display_name>("DisplayName", "What tables show."),
  };
  static constexpr Noun noun{.type = {"System.Management.Automation.ApplicationInfo", "ApplicationInfo"},
                             .props = kProps,
                             .table = kTable};
};

// What a command declares, whoever declared it.
BindSpec spec_of_command(const CommandInfo& info) {
  if (info.cmdlet != nullptr) return spec_of(*info.cmdlet->decl);
  if (info.block && info.block->tree->info != nullptr) {
    return static_cast<const BlockInfo*>(info.block->tree->info)->spec();
  }
  return {};
}

// As -Syntax writes types: by the short names that scripts use.
std::string_view type_name_of(const Param& param) {
  static constexpr std::pair<const TypeInfo*, std::string_view> kShort[] = {
      {&types::String, "string"},       {&types::Int32, "int"},
      {&types::Int64, "long"},          {&types::UInt32, "uint"},
      {&types::UInt64, "ulong"},        {&types::UInt16, "ushort"},
      {&types::Byte, "byte"},           {&types::Double, "double"},
      {&types::Bool, "bool"},           {&types::DateTime, "datetime"},
      {&types::TimeSpan, "timespan"},   {&types::Guid, "guid"},
      {&types::Version, "version"},     {&types::ScriptBlock, "scriptblock"},
      {&types::Hashtable, "hashtable"}, {&types::PSObject, "Object"}};
  for (const auto& [type, name] : kShort) {
    if (type == param.type) return name;
  }
  return param.type->short_name.empty() ? param.type->name : param.type->short_name;
}

std::string full_type_name_of(const Param& param) {
  const std::string_view name = param.type == &types::PSObject ? types::Object.name : param.type->name;
  return fmt::format("{}{}", name, param.is_collection ? "[]" : "");
}

std::string set_name(const BindSpec& spec, size_t set) {
  return spec.sets.empty() ? "__AllParameterSets" : std::string(spec.sets[set]);
}

Value parameter_value(const Param& param, bool mandatory, int position) {
  auto made = make<RecordObject>();
  made->type_names = {"System.Management.Automation.CommandParameterInfo"};
  made->set("Name", Value::string(param.name));
  made->set("ParameterType", Value::string(full_type_name_of(param)));
  made->set("IsMandatory", Value::boolean(mandatory));
  made->set("Position", Value::integer(position >= 0 ? position : INT32_MIN));
  made->set("ValueFromPipeline", Value::boolean(param.options.from_pipeline));
  made->set("ValueFromPipelineByPropertyName", Value::boolean(param.options.from_pipeline_property));
  made->set("ValueFromRemainingArguments", Value::boolean(param.options.remaining_arguments));
  std::vector<Value> aliases;
  for (std::string_view alias : param.options.aliases) aliases.push_back(Value::string(alias));
  made->set("Aliases", Value::array(std::move(aliases)));
  return Value::object(made);
}

Value metadata_value(const Param& param, const BindSpec& spec) {
  auto made = make<RecordObject>();
  made->type_names = {"System.Management.Automation.ParameterMetadata"};
  made->set("Name", Value::string(param.name));
  made->set("ParameterType", Value::string(full_type_name_of(param)));
  auto sets = make<MapObject>(false);
  for (size_t set = 0; set < std::max<size_t>(spec.sets.size(), 1); ++set) {
    const SetMask bit = SetMask{1} << set;
    if ((param.sets() & bit) == 0) continue;
    const bool everywhere = !spec.sets.empty() && param.options.sets == kAllSets;
    sets->set(everywhere ? "__AllParameterSets" : set_name(spec, set),
              parameter_value(param, param.mandatory_in(bit), param.position_in(bit)));
  }
  made->set("ParameterSets", Value::object(sets));
  made->set("IsDynamic", Value::boolean(false));
  std::vector<Value> aliases;
  for (std::string_view alias : param.options.aliases) aliases.push_back(Value::string(alias));
  made->set("Aliases", Value::array(std::move(aliases)));
  std::vector<Value> attributes;
  if (!param.options.values.empty()) {
    auto attribute = make<RecordObject>();
    attribute->type_names = {"System.Management.Automation.ValidateSetAttribute"};
    std::vector<Value> values;
    for (std::string_view value : param.options.values) values.push_back(Value::string(value));
    attribute->set("ValidValues", Value::array(std::move(values)));
    attributes.push_back(Value::object(attribute));
  }
  made->set("Attributes", Value::array(std::move(attributes)));
  made->set("SwitchParameter", Value::boolean(param.is_switch));
  return Value::object(made);
}

std::vector<const Param*> parameters_in(const BindSpec& spec, SetMask bit) {
  std::vector<const Param*> params;
  for (const Param& param : spec.params) {
    if ((param.sets() & bit) != 0 && !param.options.hidden) params.push_back(&param);
  }
  const auto rank = [bit](const Param* param) {
    const int position = param->position_in(bit);
    return position >= 0 ? position : INT32_MAX;
  };
  std::stable_sort(params.begin(), params.end(),
                   [&](const Param* a, const Param* b) { return rank(a) < rank(b); });
  return params;
}

std::string syntax_word(const Param& param, SetMask bit) {
  std::string word =
      param.position_in(bit) >= 0 ? fmt::format("[-{}]", param.name) : fmt::format("-{}", param.name);
  if (!param.is_switch) word += fmt::format(" <{}{}>", type_name_of(param), param.is_collection ? "[]" : "");
  return param.mandatory_in(bit) ? word : fmt::format("[{}]", word);
}

}  // namespace

std::string CommandInfo::verb() const {
  const size_t dash = name.find('-');
  return dash == std::string::npos ? std::string() : name.substr(0, dash);
}

std::string CommandInfo::noun_part() const {
  const size_t dash = name.find('-');
  return dash == std::string::npos ? std::string() : name.substr(dash + 1);
}

std::string CommandInfo::display_name() const {
  return type == CommandTypes::Alias ? fmt::format("{} -> {}", name, definition) : name;
}

std::string CommandInfo::definition_text() const { return is_cmdlet() ? syntax_of(*this) : definition; }

Value CommandInfo::script_block() const { return block ? Value::object(block) : Value::null(); }

Value CommandInfo::parameters() const {
  if (cmdlet == nullptr && !block) return Value::null();
  auto map = make<MapObject>(true);
  const BindSpec spec = spec_of_command(*this);
  for (const auto& table : {spec.params, spec.common}) {
    for (const Param& param : table) map->set(param.name, metadata_value(param, spec));
  }
  return Value::object(map);
}

Value CommandInfo::parameter_sets() const {
  std::vector<Value> made;
  if (cmdlet == nullptr && !block) return Value::array({});
  const BindSpec spec = spec_of_command(*this);
  for (size_t set = 0; set < std::max<size_t>(spec.sets.size(), 1); ++set) {
    const SetMask bit = SetMask{1} << set;
    auto one = make<RecordObject>();
    one->type_names = {"System.Management.Automation.CommandParameterSetInfo"};
    one->set("Name", Value::string(set_name(spec, set)));
    one->set("IsDefault", Value::boolean(spec.default_set == static_cast<int>(set)));
    std::vector<Value> params;
    for (const auto& table : {spec.params, spec.common}) {
      for (const Param& param : table) {
        if ((param.sets() & bit) == 0) continue;
        params.push_back(parameter_value(param, param.mandatory_in(bit), param.position_in(bit)));
      }
    }
    one->set("Parameters", Value::array(std::move(params)));
    made.push_back(Value::object(one));
  }
  return Value::array(std::move(made));
}

std::string CommandInfo::default_set() const {
  const BindSpec spec = spec_of_command(*this);
  return spec.default_set >= 0 ? std::string(spec.sets[static_cast<size_t>(spec.default_set)])
                               : std::string();
}

Value CommandInfo::output_type() const {
  std::vector<Value> made;
  if (cmdlet != nullptr) {
    for (std::string_view name : cmdlet->decl->outputs) made.push_back(Value::string(name));
  }
  return Value::array(std::move(made));
}

Value command_value(CommandInfo info) {
  const auto as = [&info]<class T>(T made) {
    static_cast<CommandInfo&>(made) = std::move(info);
    return noun_value(std::move(made));
  };
  switch (info.type) {
    case CommandTypes::Alias: return as(AliasInfo{});
    case CommandTypes::Function:
    case CommandTypes::Filter: return as(FunctionInfo{});
    case CommandTypes::ExternalScript: return as(ExternalScriptInfo{});
    case CommandTypes::Application: return as(ApplicationInfo{});
    case CommandTypes::Script: return as(ScriptInfo{});
    default: return as(CmdletInfo{});
  }
}

const CommandInfo* command_cast(const Value& value) {
  if (const auto* info = noun_cast<CmdletInfo>(value)) return info;
  if (const auto* info = noun_cast<FunctionInfo>(value)) return info;
  if (const auto* info = noun_cast<AliasInfo>(value)) return info;
  if (const auto* info = noun_cast<ExternalScriptInfo>(value)) return info;
  if (const auto* info = noun_cast<ApplicationInfo>(value)) return info;
  return noun_cast<ScriptInfo>(value);
}

CommandInfo describe_cmdlet(const Cmdlet& cmdlet) {
  const Decl& decl = *cmdlet.decl;
  return {.type = CommandTypes::Cmdlet,
          .name = fmt::format("{}-{}", decl.verb, decl.noun),
          .version = std::string(module_version(decl.module)),
          .source = std::string(decl.module),
          .cmdlet = &cmdlet};
}

CommandInfo describe_block(Ref<ShellScriptBlock> block) {
  return {.type = CommandTypes::Script, .definition = block->text(), .block = std::move(block)};
}

CommandInfo describe_function(Interpreter& interpreter, const Function& function) {
  if (interpreter.info_of(*function.block->tree) == nullptr) interpreter.pending() = {};
  CommandInfo info = describe_block(function.block);
  info.type = function.kind == FunctionKind::filter ? CommandTypes::Filter : CommandTypes::Function;
  info.name = function.name;
  if (const Module* module = interpreter.module_of(function)) {
    info.source = module->name;
    info.version = module->version;
  }
  return info;
}

CommandInfo describe_alias(Interpreter& interpreter, std::string name, std::string command) {
  CommandInfo info{.type = CommandTypes::Alias, .name = std::move(name), .definition = std::move(command)};
  const ResolvedCommand resolved = interpreter.resolve(info.definition);
  info.resolved = resolved.name;
  info.cmdlet = resolved.cmdlet;
  if (resolved.function) info.block = resolved.function->block;
  return info;
}

CommandInfo describe_path(CommandTypes type, const std::string& path) {
  return {.type = type,
          .name = path.substr(path.rfind('/') + 1),
          .version = type == CommandTypes::Application ? "0.0.0.0" : "",
          .source = path,
          .definition = path,
          .path = path};
}

std::string syntax_of(const CommandInfo& info) {
  if (info.cmdlet == nullptr && !info.block) return {};
  const BindSpec spec = spec_of_command(info);
  std::string text;
  for (size_t set = 0; set < std::max<size_t>(spec.sets.size(), 1); ++set) {
    const SetMask bit = SetMask{1} << set;
    if (!text.empty()) text += "\n\n";
    text += info.name;
    for (const Param* param : parameters_in(spec, bit)) text += " " + syntax_word(*param, bit);
    const bool confirms = spec.common.size() == CommonParameters::table(true).size();
    if (confirms) text += " [-WhatIf] [-Confirm]";
    if (!spec.common.empty()) text += " [<CommonParameters>]";
  }
  return text;
}

}  // namespace hvsh::shell
