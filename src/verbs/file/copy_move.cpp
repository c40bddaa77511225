// Copy-Item, Move-Item, Rename-Item.
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>

#include "core/wildcard.h"
#include "nouns/file_system.h"
#include "verbs/file/copy_file.h"
#include "verbs/file/item_paths.h"
#include "verbs/file/paths.h"
#include "verbs/file/tree.h"

namespace hvsh::verbs {

struct CopyItem : ItemPaths {
  std::string destination;
  Switch recurse, container{true}, pass_thru;
  Value to_session, from_session;

  static constexpr auto kParams =
      join(item_path_params<CopyItem>(),
           std::array{
               param<&CopyItem::destination>("Destination", {.position = 1, .from_pipeline_property = true},
                                             "Where the copy goes."),
               param<&CopyItem::container>("Container", {}, "Folders stay folders, as is the rule."),
               param<&CopyItem::recurse>("Recurse", {}, "Folders with all that is in them."),
               param<&CopyItem::pass_thru>("PassThru", {}, "Write the copies."),
               param<&CopyItem::to_session>("ToSession", {}, "To another host; not there yet."),
               param<&CopyItem::from_session>("FromSession", {}, "From another host; not there yet."),
           });
  static constexpr std::string_view kAliases[] = {"copy", "cp", "cpi"};
  static constexpr Example kExamples[] = {{"Copy-Item base.vhdx /srv/vm/web01.vhdx", "", "Copies a disk."}};
  static constexpr Decl decl{.verb = "Copy",
                             .noun = "Item",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.CopyItemCommand",
                             .synopsis = "Copies files and folders."};

  Flow process(Context& context) {
    if (!to_session.is_null() || !from_session.is_null()) {
      return context.terminate({.id = "NotImplemented",
                                .category = ErrorCategory::NotImplemented,
                                .message =
                                    "Cannot copy to or from a session: sessions with other hosts are not "
                                    "there yet.",
                                .hint = "Use scp or rsync."});
    }
    std::vector<std::string> found;
    if (const Flow flow = each_path(context, path, literal_path, found, true, force.on); flow != Flow::more)
      return flow;
    auto target = context.resolve_path(destination.empty() ? context.current_location() : destination);
    if (!target) return context.terminate(target.take_error());
    for (const std::string& item : found) {
      // With -Recurse the filter is for the files in a folder.
      if (!is_folder(item) || !recurse ? !is_wanted(item) : any_matches(exclude, leaf_of(item))) continue;
      if (const Flow flow = copy_one(context, item, *target); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  Flow copy_one(Context& context, const std::string& item, std::string target) {
    const bool folder = is_folder(item);
    const std::string into = target;
    if (is_folder(target)) target = below(target, leaf_of(item));
    const std::string what = fmt::format("Item: {} Destination: {}", item, target);
    if (const Answer answer = context.should_process(what, folder ? "Copy Directory" : "Copy File");
        answer != Answer::yes) {
      return answer == Answer::stopped ? Flow::stopped : Flow::more;
    }
    const Wants wants = [this](const std::string& file) {
      return filter.empty() || Wildcard(filter).matches(leaf_of(file));
    };
    if (folder && recurse && !container) target = into;
    const auto copied = folder && !recurse    ? make_folders(target)
                        : folder && container ? copy_tree(item, target, wants)
                        : folder              ? copy_flat(item, target, wants)
                                              : copy_file(item, target);
    if (!copied) return context.error(copied.error(), Value::string(item));
    if (!pass_thru) return Flow::more;
    auto made = nouns::read_item(target);
    return made ? context.write(*made) : context.error(made.take_error());
  }
};
CMDLET(CopyItem);

struct MoveItem : ItemPaths {
  std::string destination;
  Switch pass_thru;

  static constexpr auto kParams =
      join(item_path_params<MoveItem>(),
           std::array{
               param<&MoveItem::destination>("Destination", {.position = 1, .from_pipeline_property = true},
                                             "Where it goes."),
               param<&MoveItem::pass_thru>("PassThru", {}, "Write the items at their new place."),
           });
  static constexpr std::string_view kAliases[] = {"mi", "move", "mv"};
  static constexpr Example kExamples[] = {{"Move-Item web01.vhdx /srv/vm", "", "Moves a disk."}};
  static constexpr Decl decl{.verb = "Move",
                             .noun = "Item",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.MoveItemCommand",
                             .synopsis = "Moves files and folders."};

  Flow process(Context& context) {
    std::vector<std::string> found;
    if (const Flow flow = each_path(context, path, literal_path, found, true, force.on); flow != Flow::more)
      return flow;
    auto target = context.resolve_path(destination.empty() ? context.current_location() : destination);
    if (!target) return context.terminate(target.take_error());
    for (const std::string& item : found) {
      if (!is_wanted(item)) continue;
      if (const Flow flow = move_one(context, item, *target); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  Flow move_one(Context& context, const std::string& item, std::string target) {
    if (is_folder(target)) target = below(target, leaf_of(item));
    const std::string what = fmt::format("Item: {} Destination: {}", item, target);
    const char* action = is_folder(item) ? "Move Directory" : "Move File";
    if (const Answer answer = context.should_process(what, action); answer != Answer::yes) {
      return answer == Answer::stopped ? Flow::stopped : Flow::more;
    }
    if (is_there(target) && !force) {
      return context.error(
          {.id = is_folder(item) ? "MoveDirectoryItemIOError" : "MoveFileInfoItemIOError",
           .category = ErrorCategory::WriteError,
           .message = fmt::format(
               "Cannot create '{}' because a file or folder with the same name already exists.", target),
           .hint = "Give another -Destination, or -Force.",
           .exception = "System.IO.IOException"},
          Value::string(item));
    }
    const auto moved = move_item(item, target);
    if (!moved) return context.error(moved.error(), Value::string(item));
    if (!pass_thru) return Flow::more;
    auto made = nouns::read_item(target);
    return made ? context.write(*made) : context.error(made.take_error());
  }
};
CMDLET(MoveItem);

struct RenameItem {
  std::string path, literal_path, new_name;
  Switch force, pass_thru;

  enum Set : SetMask { ByPath = 1, ByLiteralPath = 2 };
  static constexpr std::string_view kSets[] = {"ByPath", "ByLiteralPath"};
  static constexpr Param kParams[] = {
      param<&RenameItem::path>("Path",
                               {.sets = ByPath,
                                .position = 0,
                                .mandatory = true,
                                .from_pipeline = true,
                                .from_pipeline_property = true},
                               "The item."),
      param<&RenameItem::literal_path>("LiteralPath",
                                       {.sets = ByLiteralPath,
                                        .mandatory = true,
                                        .from_pipeline_property = true,
                                        .aliases = {"PSPath", "LP"}},
                                       "The item."),
      param<&RenameItem::new_name>(
          "NewName", {.position = 1, .mandatory = true, .from_pipeline_property = true}, "Its new name."),
      param<&RenameItem::force>("Force", {}, "What has that name is replaced."),
      param<&RenameItem::pass_thru>("PassThru", {}, "Write the item."),
  };
  static constexpr std::string_view kAliases[] = {"ren", "rni"};
  static constexpr Example kExamples[] = {
      {"Rename-Item web01.vhdx web02.vhdx", "", "Gives a disk another name."}};
  static constexpr Decl decl{.verb = "Rename",
                             .noun = "Item",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.RenameItemCommand",
                             .synopsis = "Gives a file or folder another name."};

  Flow process(Context& context) {
    auto found = expand_path(context, path.empty() ? literal_path : path, true);
    if (!found) return context.error(found.take_error());
    const std::string item = (*found)[0];
    const std::string target = below(parent_folder(item), leaf_of(new_name));
    if (leaf_of(new_name) != new_name && parent_folder(item) != parent_folder(new_name)) {
      return context.error(
          {.id = "Argument",
           .category = ErrorCategory::InvalidArgument,
           .message = fmt::format("Cannot rename the specified target '{}', because it represents a path.",
                                  new_name),
           .hint = "Use Move-Item to move it to another folder."},
          Value::string(new_name));
    }
    const std::string what = fmt::format("Item: {} Destination: {}", item, target);
    const char* action = is_folder(item) ? "Rename Directory" : "Rename File";
    if (const Answer answer = context.should_process(what, action); answer != Answer::yes) {
      return answer == Answer::stopped ? Flow::stopped : Flow::more;
    }
    if (is_there(target) && !force) {
      return context.error(
          {.id = "RenameItemIOError",
           .category = ErrorCategory::WriteError,
           .message = fmt::format(
               "Cannot create '{}' because a file or folder with the same name already exists.", target),
           .exception = "System.IO.IOException"},
          Value::string(item));
    }
    if (::rename(item.c_str(), target.c_str()) != 0) return context.error(errno_error("rename", item, errno));
    if (!pass_thru) return Flow::more;
    auto made = nouns::read_item(target);
    return made ? context.write(*made) : context.error(made.take_error());
  }
};
CMDLET(RenameItem);

}  // namespace hvsh::verbs
