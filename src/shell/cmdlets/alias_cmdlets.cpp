// Get-, Set-, New-, Remove-, Export- and Import-Alias.
#include <fmt/format.h>
#include <unistd.h>

#include "core/cmdlet.h"
#include "shell/cmdlets/name_patterns.h"
#include "shell/cmdlets/scope_argument.h"
#include "shell/eval/command_info.h"
#include "shell/eval/environment.h"

namespace hvsh::shell {

namespace {

constexpr std::string_view kUtility = "Microsoft.PowerShell.Utility";

Error no_alias(const std::string& name) {
  return {
      .id = "ItemNotFoundException",
      .category = ErrorCategory::ObjectNotFound,
      .message = fmt::format("This command cannot find a matching alias because an alias with the name '{}' "
                             "does not exist.",
                             name),
      .target = name,
      .exception = "System.Management.Automation.ItemNotFoundException"};
}

// Name and command of every alias that can be seen, sorted by name.
std::vector<std::pair<std::string, std::string>> all_aliases(Interpreter& interpreter) {
  std::vector<std::pair<std::string, std::string>> all;
  for (Frame* frame = &interpreter.frame(); frame != nullptr; frame = frame->parent.get()) {
    if (!frame->aliases) continue;
    for (const auto& [symbol, command] : *frame->aliases) {
      all.emplace_back(interpreter.symbols().name(symbol), command);
    }
  }
  for (const CmdletEntry& entry : interpreter.cmdlets()) {
    for (std::string_view alias : entry.cmdlet->decl->aliases) {
      if (interpreter.aliased_cmdlet(interpreter.symbols().intern(alias)) == &entry)
        all.emplace_back(alias, entry.name);
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return to_lower(a.first) < to_lower(b.first); });
  const auto same = [](const auto& a, const auto& b) { return equal_names(a.first, b.first); };
  all.erase(std::unique(all.begin(), all.end(), same), all.end());
  return all;
}

struct GetAlias {
  std::vector<std::string> name, definition, exclude;
  std::string scope;
  static constexpr Param kParams[] = {
      param<&GetAlias::name>(
          "Name", {.position = 0, .from_pipeline = true, .from_pipeline_property = true, .wildcards = true},
          "Aliases."),
      param<&GetAlias::exclude>("Exclude", {.wildcards = true}, "Aliases that are left out."),
      param<&GetAlias::scope>("Scope", {}, "Global, Local, Script, or a number of scopes up."),
      param<&GetAlias::definition>("Definition", {.wildcards = true}, "Commands that they stand for."),
  };
  static constexpr std::string_view kAliases[] = {"gal"};
  static constexpr Example kExamples[] = {
      {"(Get-Alias gci).Definition", "Get-ChildItem", "Tells what gci is."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "Alias",
                             .module = kUtility,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .synopsis = "Gets aliases."};

  Flow process(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    const auto all = all_aliases(interpreter);
    std::vector<std::string> patterns = name;
    if (patterns.empty()) patterns.emplace_back("*");
    for (const std::string& pattern : patterns) {
      const Wildcard wildcard(pattern);
      bool any = false;
      for (const auto& [alias, command] : all) {
        if (!wildcard.matches(alias) || !any_match(definition, command)) continue;
        if (!exclude.empty() && any_match(exclude, alias)) continue;
        any = true;
        if (const Flow flow = context.write(command_value(describe_alias(interpreter, alias, command)));
            flow != Flow::more) {
          return flow;
        }
      }
      if (any || is_pattern(pattern)) continue;
      if (const Flow flow = context.error(no_alias(pattern)); flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(GetAlias);

struct AliasChange {
  std::string name, value, scope, option, description;
  Switch force, passthru;

  Flow set(Context& context, std::string_view action) {
    auto& interpreter = context.get<Interpreter>();
    auto frame = scope_argument(interpreter, scope);
    if (!frame) return context.terminate(frame.take_error());
    const Answer answer = context.should_process(fmt::format("Name: {} Value: {}", name, value), action);
    if (answer != Answer::yes) return answer == Answer::no ? Flow::more : Flow::stopped;
    interpreter.set_alias(name, value, **frame);
    return passthru ? context.write(command_value(describe_alias(interpreter, name, value))) : Flow::more;
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
          param<&AliasChange::scope, Self>("Scope", {}, "Global, Local, Script, or a number of scopes up."),
          param<&AliasChange::option, Self>("Option", {}, "Accepted; aliases can always be changed."),
          param<&AliasChange::description, Self>("Description", {}, "A note for people."),
          param<&AliasChange::force, Self>("Force", {}, "Also one that is there."),
          param<&AliasChange::passthru, Self>("PassThru", {}, "Gives the alias.")};
}

struct SetAlias : AliasChange {
  static constexpr auto kParams = alias_params<SetAlias>();
  static constexpr std::string_view kAliases[] = {"sal"};
  static constexpr Example kExamples[] = {
      {"Set-Alias now Get-Date; (Get-Alias now).Definition", "Get-Date", "Makes now."}};
  static constexpr Decl decl{.verb = "Set",
                             .noun = "Alias",
                             .module = kUtility,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .impact = Impact::low,
                             .synopsis = "Makes or changes an alias."};
  Flow process(Context& context) { return set(context, "Set Alias"); }
};
CMDLET(SetAlias);

struct NewAlias : AliasChange {
  static constexpr auto kParams = alias_params<NewAlias>();
  static constexpr std::string_view kAliases[] = {"nal"};
  static constexpr Example kExamples[] = {
      {"New-Alias now Get-Date; (Get-Alias now).Definition", "Get-Date", "Makes now."}};
  static constexpr Decl decl{.verb = "New",
                             .noun = "Alias",
                             .module = kUtility,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
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
    return set(context, "New Alias");
  }
};
CMDLET(NewAlias);

struct RemoveAlias {
  std::vector<std::string> name;
  std::string scope;
  Switch force;
  static constexpr Param kParams[] = {
      param<&RemoveAlias::name>(
          "Name", {.position = 0, .mandatory = true, .from_pipeline = true, .from_pipeline_property = true},
          "Aliases."),
      param<&RemoveAlias::scope>("Scope", {}, "Global, Local, Script, or a number of scopes up."),
      param<&RemoveAlias::force>("Force", {}, "Accepted; aliases can always be removed."),
  };
  static constexpr Example kExamples[] = {
      {"Set-Alias now Get-Date; Remove-Alias now; Test-Path Alias:now", "*", "Removes an alias."}};
  static constexpr Decl decl{.verb = "Remove",
                             .noun = "Alias",
                             .module = kUtility,
                             .params = kParams,
                             .examples = kExamples,
                             .synopsis = "Removes aliases."};
  Flow process(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    for (const std::string& one : name) {
      if (interpreter.remove_alias(interpreter.symbols().intern(one))) continue;
      if (const Flow flow = context.error(no_alias(one)); flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(RemoveAlias);

// Lines of "name","definition","description","options", as PowerShell writes them.
struct ExportAlias {
  std::string path;
  std::vector<std::string> name;
  std::string as = "Csv";
  Switch append, force, no_clobber, passthru;
  static constexpr Param kParams[] = {
      param<&ExportAlias::path>("Path", {.position = 0, .mandatory = true, .aliases = {"LiteralPath"}},
                                "The file."),
      param<&ExportAlias::name>("Name", {.position = 1, .from_pipeline = true, .wildcards = true},
                                "Aliases."),
      param<&ExportAlias::as>("As", {}, "Csv or Script."),
      param<&ExportAlias::append>("Append", {}, "To what is there."),
      param<&ExportAlias::force>("Force", {}, "Accepted."),
      param<&ExportAlias::no_clobber>("NoClobber", {.aliases = {"NoOverwrite"}},
                                      "Leave a file that is there."),
      param<&ExportAlias::passthru>("PassThru", {}, "Gives the aliases."),
  };
  static constexpr std::string_view kAliases[] = {"epal"};
  static constexpr Example kExamples[] = {
      {"Export-Alias aliases.csv gci", "", "Writes one alias to a file."}};
  static constexpr Decl decl{.verb = "Export",
                             .noun = "Alias",
                             .module = kUtility,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .synopsis = "Writes aliases to a file."};
  Flow process(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    auto file = context.resolve_path(path);
    if (!file) return context.terminate(file.take_error());
    if (no_clobber && ::access(file->c_str(), F_OK) == 0) {
      return context.terminate({.id = "FileOpenFailure",
                                .category = ErrorCategory::ResourceExists,
                                .message = fmt::format("The file '{}' already exists.", *file),
                                .target = *file});
    }
    std::string text;
    for (const auto& [alias, command] : all_aliases(interpreter)) {
      if (!any_match(name, alias)) continue;
      text += equal_names(as, "Script")
                  ? fmt::format("set-alias -Name:\"{}\" -Value:\"{}\" -Force\n", alias, command)
                  : fmt::format("\"{}\",\"{}\",\"\",\"None\"\n", alias, command);
      if (!passthru) continue;
      const Flow flow = context.write(command_value(describe_alias(interpreter, alias, command)));
      if (flow != Flow::more) return flow;
    }
    if (auto written = write_whole_file(*file, text, append.on); !written)
      return context.terminate(written.take_error());
    return Flow::more;
  }
};
CMDLET(ExportAlias);

struct ImportAlias {
  std::string path, scope;
  Switch force, passthru;
  static constexpr Param kParams[] = {
      param<&ImportAlias::path>(
          "Path", {.position = 0, .mandatory = true, .from_pipeline = true, .aliases = {"LiteralPath"}},
          "The file."),
      param<&ImportAlias::scope>("Scope", {}, "Global, Local, Script, or a number of scopes up."),
      param<&ImportAlias::force>("Force", {}, "Also those that are there."),
      param<&ImportAlias::passthru>("PassThru", {}, "Gives the aliases."),
  };
  static constexpr std::string_view kAliases[] = {"ipal"};
  static constexpr Example kExamples[] = {
      {"Export-Alias a.csv gci; Import-Alias a.csv -Force", "", "Reads aliases from a file."}};
  static constexpr Decl decl{.verb = "Import",
                             .noun = "Alias",
                             .module = kUtility,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .synopsis = "Makes the aliases that a file lists."};

  // The fields of one line, without their quotes.
  static std::vector<std::string> fields(std::string_view line) {
    std::vector<std::string> parts(1);
    bool quoted = false;
    for (char c : line) {
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        parts.emplace_back();
      } else {
        parts.back() += c;
      }
    }
    return parts;
  }

  Flow process(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    auto file = context.resolve_path(path);
    if (!file) return context.terminate(file.take_error());
    auto frame = scope_argument(interpreter, scope);
    if (!frame) return context.terminate(frame.take_error());
    auto lines = read_lines(*file);
    if (!lines) return context.terminate(lines.take_error());
    for (const Value& line : *lines) {
      if (line.as_string().empty() || line.as_string()[0] == '#') continue;
      const std::vector<std::string> parts = fields(line.as_string());
      if (parts.size() < 2) {
        return context.terminate({.id = "ImportAliasFileFormatError",
                                  .category = ErrorCategory::ReadError,
                                  .message = fmt::format("The line '{}' of '{}' names no alias and command.",
                                                         line.as_string(), *file),
                                  .target = *file});
      }
      interpreter.set_alias(parts[0], parts[1], **frame);
      if (!passthru) continue;
      const Flow flow = context.write(command_value(describe_alias(interpreter, parts[0], parts[1])));
      if (flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(ImportAlias);

}  // namespace

std::span<const CmdletEntry> alias_cmdlets() {
  static constexpr CmdletEntry kEntries[] = {
      {"Export-Alias", &cmdlet_ExportAlias}, {"Get-Alias", &cmdlet_GetAlias},
      {"Import-Alias", &cmdlet_ImportAlias}, {"New-Alias", &cmdlet_NewAlias},
      {"Remove-Alias", &cmdlet_RemoveAlias}, {"Set-Alias", &cmdlet_SetAlias}};
  return kEntries;
}

}  // namespace hvsh::shell
