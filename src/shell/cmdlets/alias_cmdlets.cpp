// Get-Alias, Set-Alias, New-Alias.
#include <fmt/format.h>

#include "core/cmdlet.h"
#include "shell/cmdlets/name_patterns.h"
#include "shell/eval/interpreter.h"

namespace hvsh::shell {

namespace {

constexpr std::string_view kUtility = "Microsoft.PowerShell.Utility";

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
        if (!wildcard.matches(one.name) || !any_match(definition, one.definition)) continue;
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
}  // namespace

std::span<const CmdletEntry> alias_cmdlets() {
  static constexpr CmdletEntry kEntries[] = {
      {"Get-Alias", &cmdlet_GetAlias}, {"New-Alias", &cmdlet_NewAlias}, {"Set-Alias", &cmdlet_SetAlias}};
  return kEntries;
}

}  // namespace hvsh::shell
