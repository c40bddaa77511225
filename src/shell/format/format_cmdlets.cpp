#include "shell/format/format_cmdlets.h"

#include "shell/format/format_command.h"

namespace hvsh::shell {

struct FormatTable : FormatCommand {
  Switch auto_size, hide_table_headers, repeat_header, wrap;

  static constexpr auto kParams = join(
      format_params<FormatTable>("The columns: names, wildcards or @{Name=; Expression=; Width=; Alignment=; "
                                 "FormatString=}."),
      std::array{
          param<&FormatTable::auto_size>("AutoSize", {}, "As wide as the content (which is the rule here)."),
          param<&FormatTable::repeat_header>("RepeatHeader", {},
                                             "The header again on each page of a terminal."),
          param<&FormatTable::hide_table_headers>("HideTableHeaders", {},
                                                  "Without the two lines at the top."),
          param<&FormatTable::wrap>("Wrap", {}, "Long text goes on in the next line instead of being cut."),
      });
  static constexpr std::string_view kAliases[] = {"ft"};
  static constexpr Example kExamples[] = {
      {"Get-VM | Format-Table Name, State", "*", "Shows two properties of each machine."}};
  static constexpr Decl decl{.verb = "Format",
                             .noun = "Table",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.FormatTableCommand",
                             .synopsis = "Shows objects as a table."};

  Flow begin(Context& context) {
    static constexpr std::string_view kKeys[] = {"Width", "Alignment", "FormatString"};
    return prepare(
        context, Shape::table,
        {.hide_headers = hide_table_headers.on, .wrap = wrap.on, .repeat_header = repeat_header.on}, kKeys);
  }
  Flow process(Context& context) { return format(context); }
  Flow end(Context& context) { return finish(context); }
};
CMDLET(FormatTable);

struct FormatList : FormatCommand {
  static constexpr auto kParams =
      format_params<FormatList>("The lines: names, wildcards or @{Name=; Expression=; FormatString=}.");
  static constexpr std::string_view kAliases[] = {"fl"};
  static constexpr Example kExamples[] = {
      {"Get-VM web01 | Format-List *", "*", "Shows all that is known of a machine."}};
  static constexpr Decl decl{.verb = "Format",
                             .noun = "List",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.FormatListCommand",
                             .synopsis = "Shows objects as lists, one property a line."};

  Flow begin(Context& context) {
    static constexpr std::string_view kKeys[] = {"FormatString"};
    return prepare(context, Shape::list, {}, kKeys);
  }
  Flow process(Context& context) { return format(context); }
  Flow end(Context& context) { return finish(context); }
};
CMDLET(FormatList);

struct FormatWide : FormatCommand {
  Switch auto_size;
  int32_t column = 0;

  static constexpr auto kParams =
      join(format_params<FormatWide>("The property that is shown: a name or @{Expression=; FormatString=}."),
           std::array{
               param<&FormatWide::auto_size>("AutoSize", {}, "As many columns as fit."),
               param<&FormatWide::column>("Column", {.range = {1, 1000}}, "How many columns."),
           });
  static constexpr std::string_view kAliases[] = {"fw"};
  static constexpr Example kExamples[] = {
      {"Get-VM | Format-Wide", "*", "Shows the names alone, side by side."}};
  static constexpr Decl decl{.verb = "Format",
                             .noun = "Wide",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.FormatWideCommand",
                             .synopsis = "Shows one property of each object, side by side."};

  Flow begin(Context& context) {
    static constexpr std::string_view kKeys[] = {"FormatString"};
    const int columns = column > 0 ? column : auto_size ? 0 : 2;
    return prepare(context, Shape::wide, {.wide_columns = columns}, kKeys);
  }
  Flow process(Context& context) { return format(context); }
  Flow end(Context& context) { return finish(context); }
};
CMDLET(FormatWide);

struct FormatCustom : FormatCommand {
  int32_t depth = 5;

  static constexpr auto kParams =
      join(format_params<FormatCustom>("The properties that are shown: names, or wildcards."),
           std::array{param<&FormatCustom::depth>("Depth", {.range = {1, 100}},
                                                  "How many objects inside of each other are opened.")});
  static constexpr std::string_view kAliases[] = {"fc"};
  static constexpr Example kExamples[] = {{"[pscustomobject]@{Name='web'} | Format-Custom",
                                           "class PSCustomObject\n{\n  Name = web\n}",
                                           "Shows an object and what is inside of it."}};
  static constexpr Decl decl{.verb = "Format",
                             .noun = "Custom",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.FormatCustomCommand",
                             .synopsis = "Shows objects as trees of their properties."};

  Flow begin(Context& context) {
    depth_ = depth;
    return prepare(context, Shape::text, {}, {});
  }
  Flow process(Context& context) { return format(context); }
  Flow end(Context& context) { return finish(context); }
};
CMDLET(FormatCustom);

std::span<const CmdletEntry> format_cmdlets() {
  static constexpr CmdletEntry kEntries[] = {{"Format-Custom", &cmdlet_FormatCustom},
                                             {"Format-List", &cmdlet_FormatList},
                                             {"Format-Table", &cmdlet_FormatTable},
                                             {"Format-Wide", &cmdlet_FormatWide}};
  return kEntries;
}

}  // namespace hvsh::shell
