// New-Item.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "nouns/file_system.h"
#include "verbs/file/item_paths.h"
#include "verbs/file/paths.h"
#include "verbs/file/text_files.h"
#include "verbs/file/tree.h"

namespace hvsh::verbs {

struct NewItem {
  std::vector<std::string> path;
  std::string name, item_type;
  Value value;
  Switch force;

  enum Set : SetMask { Path = 1, Name = 2 };
  static constexpr std::string_view kSets[] = {"pathSet", "nameSet"};
  static constexpr Param kParams[] = {
      param<&NewItem::path>("Path",
                            {.sets = Path,
                             .position = 0,
                             .mandatory = true,
                             .also = {{{.sets = Name, .position = 0}}},
                             .from_pipeline_property = true},
                            "Where it is made."),
      param<&NewItem::name>("Name",
                            {.sets = Name,
                             .mandatory = true,
                             .from_pipeline_property = true,
                             .allow_null = true,
                             .allow_empty = true},
                            "Its name in that folder."),
      param<&NewItem::item_type>("ItemType", {.from_pipeline_property = true, .aliases = "Type"},
                                 "File, Directory, SymbolicLink, HardLink or Junction."),
      param<&NewItem::value>("Value",
                             {.from_pipeline = true, .from_pipeline_property = true, .aliases = "Target"},
                             "A file's text, or what a link points to."),
      param<&NewItem::force>("Force", {}, "Folders above are made, an existing file is emptied."),
  };
  static constexpr std::string_view kAliases[] = {"ni"};
  static constexpr Example kExamples[] = {
      {"New-Item -ItemType Directory -Path /srv/vm/web01", "*", "Makes a folder."}};
  static constexpr Decl decl{.verb = "New",
                             .noun = "Item",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.NewItemCommand",
                             .synopsis = "Makes files, folders and links."};

  Flow process(Context& context) {
    if (path.empty()) path.push_back(context.current_location());
    for (const std::string& one : path) {
      if (auto named = context.get<Drives>().named(name.empty() ? one : one + "/" + name)) {
        if (const Flow flow = make_named(context, *named); flow != Flow::more) return flow;
        continue;
      }
      auto absolute = context.resolve_path(name.empty() ? one : one + "/" + name);
      if (!absolute) {
        if (const Flow flow = context.error(absolute.take_error()); flow != Flow::more) return flow;
        continue;
      }
      if (const Flow flow = make_one(context, *absolute); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  Flow make_named(Context& context, const NamedPath& target) {
    Drives& drives = context.get<Drives>();
    if (!force && !drives.items(target).empty()) {
      return context.error({.id = "ItemAlreadyExists",
                            .category = ErrorCategory::ResourceExists,
                            .message = fmt::format("The item at path '{}' already exists.", display(target)),
                            .exception = "System.Management.Automation.PSArgumentException"},
                           Value::string(display(target)));
    }
    const Flow flow = ask_and_change(context, "Item: " + display(target), "New Item",
                                     [&] { return drives.set_item(target, value); });
    if (flow != Flow::more) return flow;
    const std::vector<NamedItem> made = drives.items(target);
    return made.empty() ? Flow::more : context.write(made.front().item);
  }

  Flow make_one(Context& context, const std::string& target) {
    const bool folder = equal_ascii(item_type, "Directory") || equal_ascii(item_type, "Container");
    // A junction is a link to a folder, which a symbolic link is as well.
    const bool symbolic = equal_ascii(item_type, "SymbolicLink") || equal_ascii(item_type, "Junction");
    const bool hard = equal_ascii(item_type, "HardLink");
    if (!folder && !symbolic && !hard && !item_type.empty() && !equal_ascii(item_type, "File") &&
        !equal_ascii(item_type, "Leaf")) {
      return context.terminate(
          {.id = "Argument",
           .category = ErrorCategory::InvalidArgument,
           .message = fmt::format("The type '{}' is not a known type for the file system. Only "
                                  "\"file\", \"directory\" or \"symboliclink\" can be specified.",
                                  item_type)});
    }
    const std::string action = folder     ? "Create Directory"
                               : symbolic ? "Create Symbolic Link"
                               : hard     ? "Create Hard Link"
                                          : "Create File";
    if (const Answer answer = context.should_process("Destination: " + target, action);
        answer != Answer::yes) {
      return answer == Answer::stopped ? Flow::stopped : Flow::more;
    }
    const auto made = folder             ? make_folder(target)
                      : symbolic || hard ? make_link(context, target, hard)
                                         : make_file(target);
    if (!made) return context.error(made.error(), Value::string(target));
    auto item = nouns::read_item(target);
    return item ? context.write(*item) : context.error(item.take_error());
  }

  Result<void> make_folder(const std::string& target) const {
    if (is_there(target) && !(force && is_folder(target))) {
      return Error{.id = is_folder(target) ? "DirectoryExist" : "NewItemIOError",
                   .category = ErrorCategory::ResourceExists,
                   .message = fmt::format("An item with the specified name {} already exists.", target),
                   .target = target,
                   .exception = "System.IO.IOException"};
    }
    return make_folders(target);
  }

  Result<void> make_file(const std::string& target) const {
    if (is_there(target) && (!force || is_folder(target))) {
      return Error{.id = "NewItemIOError",
                   .category = ErrorCategory::WriteError,
                   .message = fmt::format("The file '{}' already exists.", target),
                   .target = target,
                   .exception = "System.IO.IOException"};
    }
    if (force) HVSH_CHECK(make_folders(parent_folder(target)));
    return write_text_file(target, to_string(value), Encoding::utf8);
  }

  Result<void> make_link(Context& context, const std::string& target, bool hard) const {
    if (is_there(target) && !force) {
      return Error{.id = "NewItemIOError",
                   .category = ErrorCategory::WriteError,
                   .message = fmt::format("NewItemIOError: the item {} already exists.", target),
                   .target = target};
    }
    const std::string to = to_string(value);
    if (to.empty()) {
      return Error{.id = "ArgumentNull",
                   .category = ErrorCategory::InvalidArgument,
                   .message = "A link needs -Value, the path that it points to."};
    }
    HVSH_TRY(const std::string absolute, context.resolve_path(to));
    if (hard && !is_there(absolute)) return path_not_found(absolute);
    if (force) ::unlink(target.c_str());
    const int done =
        hard ? ::link(absolute.c_str(), target.c_str()) : ::symlink(absolute.c_str(), target.c_str());
    if (done != 0) return errno_error("create link", target, errno);
    return {};
  }
};
CMDLET(NewItem);

}  // namespace hvsh::verbs
