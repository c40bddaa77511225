// Set-Item, Clear-Item, Invoke-Item.
#include <fmt/format.h>
#include <unistd.h>

#include "engines/process.h"
#include "verbs/file/item_paths.h"
#include "verbs/file/paths.h"
#include "verbs/file/tree.h"

namespace hvsh::verbs {

namespace {

Error not_for_files(std::string_view cmdlet, std::string_view instead) {
  return {.id = "NotSupported",
          .category = ErrorCategory::NotImplemented,
          .message = fmt::format("{} does not work on files and folders.", cmdlet),
          .hint = fmt::format("Use {}.", instead),
          .exception = "System.Management.Automation.PSNotSupportedException"};
}

}  // namespace

struct SetItem : ItemPaths {
  Value value;
  Switch pass_thru;

  static constexpr auto kParams = join(
      item_path_params<SetItem>(),
      std::array{
          param<&SetItem::value>("Value", {.position = 1, .from_pipeline_property = true}, "What it holds."),
          param<&SetItem::pass_thru>("PassThru", {}, "Write the items."),
      });
  static constexpr std::string_view kAliases[] = {"si"};
  static constexpr Example kExamples[] = {
      {"Set-Item Env:LAB web; $env:LAB", "web", "Sets an environment variable."}};
  static constexpr Decl decl{.verb = "Set",
                             .noun = "Item",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.SetItemCommand",
                             .synopsis = "Sets environment variables, variables, functions and aliases."};

  Flow process(Context& context) {
    const PartedPaths parted = part_paths(context, path, literal_path);
    for (const auto* files : {&parted.paths, &parted.literal_paths}) {
      for (const std::string& one : *files) {
        auto file = context.resolve_path(one);
        const Flow flow = context.error(
            file ? not_for_files("Set-Item", "Set-Content, or New-Item -Force") : file.take_error(),
            Value::string(one));
        if (flow != Flow::more) return flow;
      }
    }
    for (const NamedPath& one : parted.named) {
      if (const Flow flow = set_one(context, one); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  Flow set_one(Context& context, const NamedPath& target) {
    Drives& drives = context.get<Drives>();
    const Flow flow =
        ask_and_change(context, fmt::format("Item: {} Value: {}", display(target), to_string(value)),
                       "Set Item", [&] { return drives.set_item(target, value); });
    if (flow != Flow::more || !pass_thru) return flow;
    const std::vector<NamedItem> items = drives.items(target);
    return items.empty() ? Flow::more : context.write(items.front().item);
  }
};
CMDLET(SetItem);

struct ClearItem : ItemPaths {
  static constexpr auto kParams = item_path_params<ClearItem>();
  static constexpr std::string_view kAliases[] = {"cli"};
  static constexpr Example kExamples[] = {
      {"$v = 1; Clear-Item Variable:v; $null -eq $v", "True", "Makes a variable null."}};
  static constexpr Decl decl{.verb = "Clear",
                             .noun = "Item",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.ClearItemCommand",
                             .synopsis = "Empties environment variables and variables."};

  Flow process(Context& context) {
    const PartedPaths parted = part_paths(context, path, literal_path);
    for (const auto* files : {&parted.paths, &parted.literal_paths}) {
      for (const std::string& one : *files) {
        if (Flow flow = context.error(not_for_files("Clear-Item", "Clear-Content"), Value::string(one));
            flow != Flow::more)
          return flow;
      }
    }
    return each_named(context, parted.named, [&](const NamedPath& one, const NamedItem& item) {
      const NamedPath exact{one.drive, item.name};
      return ask_and_change(context, "Item: " + display(exact), "Clear Item",
                            [&] { return context.get<Drives>().set_item(exact, Value::null()); });
    });
  }
};
CMDLET(ClearItem);

struct InvokeItem : ItemPaths {
  static constexpr auto kParams = item_path_params<InvokeItem>();
  static constexpr std::string_view kAliases[] = {"ii"};
  static constexpr Example kExamples[] = {{"Invoke-Item report.html", "*", "Opens a file."}};
  static constexpr Decl decl{
      .verb = "Invoke",
      .noun = "Item",
      .module = "Microsoft.PowerShell.Management",
      .sets = kSets,
      .default_set = 0,
      .params = kParams,
      .aliases = kAliases,
      .examples = kExamples,
      .should_process = true,
      .error_class = "Microsoft.PowerShell.Commands.InvokeItemCommand",
      .synopsis = "Opens files with the programs that belong to them, and runs programs."};

  Flow process(Context& context) {
    std::vector<std::string> found;
    if (Flow flow = each_path(context, path, literal_path, found, true, force.on); flow != Flow::more)
      return flow;
    for (const std::string& item : found) {
      if (!is_wanted(item)) continue;
      const Flow flow = ask_and_change(context, "Item: " + item, "Invoke Item", [&] { return open(item); });
      if (flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  // A program runs; anything else is the desktop's matter.
  static Result<void> open(const std::string& item) {
    const bool program = !is_folder(item) && ::access(item.c_str(), X_OK) == 0;
    const std::vector<std::string> argv =
        program ? std::vector<std::string>{item} : std::vector<std::string>{"xdg-open", item};
    auto started = engines::spawn({.argv = argv, .folder = ".", .detach = true});
    if (started) return {};
    Error error = started.take_error();
    if (!program)
      error.hint = "Opening files needs a desktop with xdg-open; read it with Get-Content instead.";
    return error;
  }
};
CMDLET(InvokeItem);

}  // namespace hvsh::verbs
