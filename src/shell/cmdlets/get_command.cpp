// Get-Command.
#include <fmt/format.h>

#include "core/cmdlet.h"
#include "shell/cmdlets/name_patterns.h"
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
}  // namespace

std::span<const CmdletEntry> command_cmdlets() {
  static constexpr CmdletEntry kEntries[] = {{"Get-Command", &cmdlet_GetCommand}};
  return kEntries;
}

}  // namespace shell
}  // namespace hvsh
