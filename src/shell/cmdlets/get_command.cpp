// Get-Command.
#include <fmt/format.h>

#include <filesystem>

#include "core/cmdlet.h"
#include "shell/cmdlets/name_patterns.h"
#include "shell/eval/builtin_functions.h"
#include "shell/eval/command_info.h"
#include "shell/eval/environment.h"
#include "shell/eval/modules.h"

namespace hvsh::shell {

namespace {

// Kinds by which lists are ordered, and names are looked up.
int rank_of(CommandTypes type) {
  constexpr CommandTypes kOrder[] = {CommandTypes::Alias,          CommandTypes::Function,
                                     CommandTypes::Filter,         CommandTypes::Cmdlet,
                                     CommandTypes::ExternalScript, CommandTypes::Application};
  return static_cast<int>(std::find(std::begin(kOrder), std::end(kOrder), type) - std::begin(kOrder));
}

struct GetCommand {
  std::vector<std::string> name, module, verb, noun, parameter_name, parameter_type;
  std::optional<CommandTypes> command_type;
  std::vector<Value> argument_list;
  Switch syntax, all, list_imported, show_command_info, use_fuzzy_matching;
  int32_t total_count = -1;

  static constexpr Param kParams[] = {
      param<&GetCommand::name>(
          "Name", {.position = 0, .from_pipeline = true, .from_pipeline_property = true, .wildcards = true},
          "Names."),
      param<&GetCommand::argument_list>("ArgumentList",
                                        {.position = 1, .remaining_arguments = true, .aliases = {"Args"}},
                                        "Accepted; nothing depends on arguments."),
      param<&GetCommand::module>(
          "Module", {.from_pipeline_property = true, .wildcards = true, .aliases = {"PSSnapin"}}, "Modules."),
      param<&GetCommand::verb>("Verb", {.from_pipeline_property = true, .wildcards = true}, "Verbs."),
      param<&GetCommand::noun>("Noun", {.from_pipeline_property = true, .wildcards = true}, "Nouns."),
      param<&GetCommand::parameter_name>("ParameterName", {.wildcards = true},
                                         "Only commands that have one of these."),
      param<&GetCommand::parameter_type>("ParameterType", {},
                                         "Only commands with a parameter of such a type."),
      param<&GetCommand::command_type>("CommandType", {.from_pipeline_property = true, .aliases = {"Type"}},
                                       "Kinds of commands."),
      param<&GetCommand::syntax>("Syntax", {}, "How it is called."),
      param<&GetCommand::all>("All", {}, "Also those that others hide."),
      param<&GetCommand::list_imported>("ListImported", {},
                                        "Only what is there already, which is everything."),
      param<&GetCommand::show_command_info>("ShowCommandInfo", {}, "Accepted; the objects are the same."),
      param<&GetCommand::use_fuzzy_matching>("UseFuzzyMatching", {},
                                             "Accepted; names are taken as they are."),
      param<&GetCommand::total_count>("TotalCount", {}, "At most so many."),
  };
  static constexpr std::string_view kAliases[] = {"gcm"};
  static constexpr Example kExamples[] = {
      {"(Get-Command Get-Date).CommandType", "Cmdlet", "Tells what Get-Date is."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "Command",
                             .module = "Microsoft.PowerShell.Core",
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .synopsis = "Gets commands by name, module, verb or noun."};

  std::vector<CommandInfo> found;
  int32_t given = 0;

  Flow process(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    found.clear();
    if (name.empty()) collect(interpreter, "*");
    for (const std::string& pattern : name) {
      const size_t before = found.size();
      if (is_pattern(pattern)) {
        collect(interpreter, pattern);
        continue;
      }
      exact(interpreter, pattern);
      if (found.size() > before) continue;
      Error error = interpreter.did_you_mean_command(pattern);
      error.activity.clear();
      if (const Flow flow = context.error(std::move(error)); flow != Flow::more) return flow;
    }
    for (CommandInfo& info : found) {
      if (total_count >= 0 && given >= total_count) return Flow::enough;
      ++given;
      if (const Flow flow = emit(context, std::move(info)); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

  Flow emit(Context& context, CommandInfo info) {
    if (!syntax) return context.write(command_value(std::move(info)));
    std::string text = syntax_of(info);
    if (text.empty()) text = info.definition;
    return context.write(Value::string("\n" + text + "\n"));
  }

  bool wants(CommandTypes type) const {
    if (command_type) return (static_cast<int32_t>(*command_type) & static_cast<int32_t>(type)) != 0;
    if (!verb.empty() || !noun.empty()) return rank_of(type) >= 1 && rank_of(type) <= 3;
    return !name.empty() || rank_of(type) <= 3;
  }

  // Whether everything but the name fits.
  bool fits(const CommandInfo& info) const {
    if (!wants(info.type)) return false;
    if (!module.empty() && !any_match(module, info.source)) return false;
    if (!any_match(verb, info.verb()) || !any_match(noun, info.noun_part())) return false;
    return has_parameter(info);
  }

  bool has_parameter(const CommandInfo& info) const {
    if (parameter_name.empty() && parameter_type.empty()) return true;
    const auto* map = info.parameters().as<MapObject>();
    if (map == nullptr) return false;
    for (const auto& [key, value] : map->entries()) {
      auto type = get_property(value, "ParameterType");
      const std::string type_name = type && *type ? to_string(**type) : std::string();
      const std::string short_name = type_name.substr(type_name.rfind('.') + 1);
      const bool type_fits = parameter_type.empty() || any_match(parameter_type, type_name) ||
                             any_match(parameter_type, short_name);
      if (any_match(parameter_name, to_string(key)) && type_fits) return true;
    }
    return false;
  }

  void add(CommandInfo info) {
    if (fits(info)) found.push_back(std::move(info));
  }

  // Module\Name: the name, with the module as a condition.
  void exact(Interpreter& interpreter, const std::string& wanted) {
    const size_t before = found.size();
    const auto done = [&] { return !all && found.size() > before; };
    const Symbol symbol = interpreter.symbols().intern(wanted);
    if (auto alias = interpreter.find_alias(symbol)) add(describe_alias(interpreter, wanted, *alias));
    if (done()) return;
    const Cmdlet* cmdlet = interpreter.find_cmdlet(wanted);
    const std::string plain = wanted.substr(wanted.rfind('\\') + 1);
    if (const Ref<Function> function = interpreter.find_any_function(wanted)) {
      add(describe_function(interpreter, *function));
    }
    if (done()) return;
    if (cmdlet != nullptr && equal_names(describe_cmdlet(*cmdlet).name, plain)) add(describe_cmdlet(*cmdlet));
    if (done()) return;
    const ResolvedCommand other = interpreter.resolve(wanted);
    if (other.kind == ResolvedCommand::Kind::script)
      add(describe_path(CommandTypes::ExternalScript, other.path));
    if (done()) return;
    for (const std::string& path : interpreter.find_programs(wanted)) {
      add(describe_path(CommandTypes::Application, path));
      if (done()) return;
    }
  }

  void collect(Interpreter& interpreter, const std::string& pattern) {
    const Wildcard wildcard(pattern);
    const size_t first = found.size();
    for (std::string_view own : builtin_function_names()) {
      if (wildcard.matches(own)) (void)interpreter.find_any_function(own);  // the session has it from now on
    }
    for (Frame* frame = &interpreter.frame(); frame != nullptr; frame = frame->parent.get()) {
      if (frame->functions) {
        for (const auto& [symbol, function] : *frame->functions) {
          const std::string_view own = interpreter.symbols().name(symbol);
          if (wildcard.matches(own)) add(describe_function(interpreter, *function));
        }
      }
      if (frame->aliases && wants(CommandTypes::Alias)) {
        for (const auto& [symbol, command] : *frame->aliases) {
          const std::string own(interpreter.symbols().name(symbol));
          if (wildcard.matches(own)) add(describe_alias(interpreter, own, command));
        }
      }
    }
    for (const CmdletEntry& entry : interpreter.cmdlets()) {
      if (wildcard.matches(entry.name)) add(describe_cmdlet(*entry.cmdlet));
      if (!wants(CommandTypes::Alias)) continue;
      for (std::string_view alias : entry.cmdlet->decl->aliases) {
        const bool there = interpreter.aliased_cmdlet(interpreter.symbols().intern(alias)) == &entry;
        if (there && wildcard.matches(alias))
          add(describe_alias(interpreter, std::string(alias), std::string(entry.name)));
      }
    }
    if (wants(CommandTypes::Application) && verb.empty() && noun.empty() && module.empty())
      programs(wildcard);
    std::stable_sort(found.begin() + static_cast<ptrdiff_t>(first), found.end(),
                     [](const CommandInfo& a, const CommandInfo& b) {
                       if (rank_of(a.type) != rank_of(b.type)) return rank_of(a.type) < rank_of(b.type);
                       return to_lower(a.name) < to_lower(b.name);
                     });
  }

  void programs(const Wildcard& wildcard) {
    const std::string path = get_environment("PATH").value_or("");
    std::string_view rest = path;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find(':'), rest.size());
      std::error_code failed;
      for (const auto& entry :
           std::filesystem::directory_iterator(std::string(rest.substr(0, end)), failed)) {
        if (!wildcard.matches(entry.path().filename().string())) continue;
        const auto mode = entry.status(failed).permissions();
        using Perms = std::filesystem::perms;
        const bool runs =
            (mode & (Perms::owner_exec | Perms::group_exec | Perms::others_exec)) != Perms::none;
        if (runs && entry.is_regular_file(failed))
          add(describe_path(CommandTypes::Application, entry.path().string()));
      }
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
};
CMDLET(GetCommand);

}  // namespace

std::span<const CmdletEntry> command_cmdlets() {
  static constexpr CmdletEntry kEntries[] = {{"Get-Command", &cmdlet_GetCommand}};
  return kEntries;
}

}  // namespace hvsh::shell
