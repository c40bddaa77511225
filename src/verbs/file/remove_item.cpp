// Remove-Item.
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>

#include "verbs/file/item_paths.h"
#include "verbs/file/paths.h"
#include "verbs/file/tree.h"

namespace hvsh::verbs {

struct RemoveItem : ItemPaths {
  Switch recurse;

  static constexpr auto kParams =
      join(item_path_params<RemoveItem>(),
           std::array{param<&RemoveItem::recurse>("Recurse", {}, "Folders with all that is in them.")});
  static constexpr std::string_view kAliases[] = {"del", "erase", "rd", "ri", "rm", "rmdir"};
  static constexpr Example kExamples[] = {{"Remove-Item /srv/vm/old.vhdx", "*", "Removes a file."}};
  static constexpr Decl decl{.verb = "Remove",
                             .noun = "Item",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.RemoveItemCommand",
                             .synopsis = "Removes files and folders, and items of other drives."};

  Flow process(Context& context) {
    const PartedPaths parted = part_paths(context, path, literal_path);
    std::vector<std::string> found;
    if (Flow flow = each_path(context, parted.paths, parted.literal_paths, found, true, force.on);
        flow != Flow::more)
      return flow;
    for (const std::string& item : found) {
      if (!is_wanted(item)) continue;
      if (const Flow flow = remove_one(context, item); flow != Flow::more) return flow;
    }
    return each_named(context, parted.named, [&](const NamedPath& one, const NamedItem& item) {
      if (!is_wanted(item.name)) return Flow::more;
      const NamedPath exact{one.drive, item.name};
      return ask_and_change(context, "Item: " + display(exact), "Remove Item",
                            [&] { return context.get<Drives>().remove_item(exact); });
    });
  }

 private:
  Flow remove_one(Context& context, const std::string& item) {
    const bool folder = is_folder(item, false);
    if (item == "/") {
      return context.error({.id = "RemoveItemIOError",
                            .category = ErrorCategory::InvalidArgument,
                            .message = "Cannot remove '/': it is the root of the file system.",
                            .target = item});
    }
    const std::string here = context.current_location();
    if (folder && (here == item || here.starts_with(item + "/"))) {
      return context.terminate(
          {.id = "InvalidOperation",
           .category = ErrorCategory::InvalidOperation,
           .message = fmt::format("Cannot remove the item at '{}' because it is in use.", item),
           .hint = "It is the current folder, or above it: go elsewhere with Set-Location."},
          Value::string(item));
    }
    if (const Answer answer = context.should_process(item, folder ? "Remove Directory" : "Remove File");
        answer != Answer::yes) {
      return answer == Answer::stopped ? Flow::stopped : Flow::more;
    }
    if (folder && !recurse) {
      auto children = sorted_entries(item);
      if (!children) return context.error(children.take_error(), Value::string(item));
      if (!children->empty()) {
        const Answer answer = context.should_continue(
            fmt::format(
                "The item at {} has children and the Recurse parameter was not specified. If you "
                "continue, all children will be removed with the item. Are you sure you want to continue?",
                item),
            "Confirm");
        if (answer != Answer::yes) return answer == Answer::stopped ? Flow::stopped : Flow::more;
      }
    }
    bool gone = true;
    return folder ? remove_folder(context, item, gone) : remove_leaf(context, item, gone);
  }

  // What is in it first. A child that stays keeps its folder, as on Windows.
  Flow remove_folder(Context& context, const std::string& folder, bool& gone) {
    if (context.stopping()) return Flow::stopped;
    auto names = sorted_entries(folder);
    if (!names) return stays(context, names.take_error(), folder, gone);
    bool empty = true;
    for (const std::string& name : *names) {
      const std::string child = below(folder, name);
      const Flow flow =
          is_folder(child, false) ? remove_folder(context, child, empty) : remove_leaf(context, child, empty);
      if (flow != Flow::more) return flow;
    }
    if (empty) return remove_leaf(context, folder, gone);
    gone = false;
    return context.error(
        {.id = "DirectoryNotEmpty",
         .category = ErrorCategory::WriteError,
         .message = fmt::format("Directory {} cannot be removed because it is not empty.", folder),
         .exception = "System.IO.IOException"},
        Value::string(folder));
  }

  Flow remove_leaf(Context& context, const std::string& item, bool& gone) {
    if (!force && is_guarded(item)) {
      return stays(
          context,
          {.id = "RemoveFileSystemItemUnAuthorizedAccess",
           .category = ErrorCategory::PermissionDenied,
           .message = "You do not have sufficient access rights to perform this operation or the item is "
                      "hidden, system, or read only.",
           .hint = fmt::format("'{}' is hidden or read-only: add -Force if it shall go.", item),
           .exception = "System.IO.IOException"},
          item, gone);
    }
    if (std::remove(item.c_str()) == 0) return Flow::more;
    return stays(context, errno_error("remove", item, errno), item, gone);
  }

  static bool is_guarded(const std::string& item) {
    struct stat info {};
    if (::lstat(item.c_str(), &info) != 0 || S_ISLNK(info.st_mode)) return false;
    return leaf_of(item)[0] == '.' || (info.st_mode & 0222) == 0;
  }

  static Flow stays(Context& context, Error error, const std::string& item, bool& gone) {
    gone = false;
    return context.error(std::move(error), Value::string(item));
  }
};
CMDLET(RemoveItem);

}  // namespace hvsh::verbs
