// New-Item, Remove-Item, Copy-Item, Move-Item, Rename-Item.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "core/cmdlet.h"
#include "core/wildcard.h"
#include "nouns/file_system.h"
#include "verbs/file/copy_file.h"
#include "verbs/file/paths.h"
#include "verbs/file/text_files.h"

namespace hvsh::verbs {

namespace {

bool is_folder(const std::string& path, bool follow = true) {
  struct stat info {};
  return (follow ? ::stat(path.c_str(), &info) : ::lstat(path.c_str(), &info)) == 0 && S_ISDIR(info.st_mode);
}
bool is_there(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0;
}
std::string below(const std::string& folder, std::string_view name) {
  return folder.back() == '/' ? folder + std::string(name) : folder + "/" + std::string(name);
}
std::string folder_of(const std::string& path) {
  const size_t at = path.rfind('/');
  return at == 0 || at == std::string::npos ? "/" : path.substr(0, at);
}

Result<void> make_folders(const std::string& path) {
  std::error_code code;
  std::filesystem::create_directories(path, code);
  if (code) return errno_error("create folder", path, code.value());
  return {};
}

// A folder with all that is in it; links are copied as links.
Result<void> copy_tree(const std::string& from, const std::string& to) {
  if (std::string_view(to).starts_with(from + "/")) {
    return Error{.id = "CopyError",
                 .category = ErrorCategory::InvalidArgument,
                 .message = fmt::format("Cannot copy the folder '{}' into itself.", from),
                 .target = from};
  }
  HVSH_CHECK(make_folders(to));
  HVSH_TRY(const std::vector<std::string> names, sorted_entries(from));
  for (const std::string& name : names) {
    const std::string source = below(from, name), target = below(to, name);
    struct stat info {};
    if (::lstat(source.c_str(), &info) != 0) return errno_error("read", source, errno);
    if (S_ISDIR(info.st_mode)) {
      HVSH_CHECK(copy_tree(source, target));
    } else if (S_ISLNK(info.st_mode)) {
      std::error_code code;
      std::filesystem::copy_symlink(source, target, code);
      if (code) return errno_error("copy link", source, code.value());
    } else {
      HVSH_CHECK(copy_file(source, target));
    }
  }
  return {};
}

Result<void> remove_tree(const std::string& path) {
  std::error_code code;
  std::filesystem::remove_all(path, code);  // does not follow links
  if (code) return errno_error("remove", path, code.value());
  return {};
}

Result<void> move_item(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) == 0) return {};
  if (errno != EXDEV) return errno_error("move", from, errno);
  // Another file system: a complete copy first, then the original goes.
  HVSH_CHECK(is_folder(from, false) ? copy_tree(from, to) : copy_file(from, to));
  return remove_tree(from);
}

// Parameters that several of them share.
struct ItemPaths {
  std::vector<std::string> path, literal_path, include, exclude;
  std::string filter;
  Switch force;

  enum Set : SetMask { Path = 1, Literal = 2 };
  static constexpr std::string_view kSets[] = {"Path", "LiteralPath"};

  bool is_wanted(const std::string& item) const {
    const std::string_view leaf = leaf_of(item);
    const auto any = [leaf](const std::vector<std::string>& patterns) {
      for (const std::string& pattern : patterns) {
        if (Wildcard(pattern).matches(leaf)) return true;
      }
      return false;
    };
    if (!filter.empty() && !Wildcard(filter).matches(leaf)) return false;
    return (include.empty() || any(include)) && !any(exclude);
  }
};

template <class Self>
consteval auto item_path_params() {
  return std::array{
      param<&ItemPaths::path, Self>("Path",
                                    {.sets = ItemPaths::Path,
                                     .position = 0,
                                     .mandatory = true,
                                     .from_pipeline = true,
                                     .from_pipeline_property = true,
                                     .wildcards = true},
                                    "Paths of the items."),
      param<&ItemPaths::literal_path, Self>("LiteralPath",
                                            {.sets = ItemPaths::Literal,
                                             .mandatory = true,
                                             .from_pipeline_property = true,
                                             .aliases = {"PSPath", "LP"}},
                                            "Paths without wildcards."),
      param<&ItemPaths::filter, Self>("Filter", {}, "Only names like this."),
      param<&ItemPaths::include, Self>("Include", {}, "Only names like these."),
      param<&ItemPaths::exclude, Self>("Exclude", {}, "No names like these."),
      param<&ItemPaths::force, Self>("Force", {}, "Hidden and read-only items too, and without a question."),
  };
}

}  // namespace

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
                                 "File, Directory, SymbolicLink or HardLink."),
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
  Flow make_one(Context& context, const std::string& target) {
    const bool folder = equal_ascii(item_type, "Directory") || equal_ascii(item_type, "Container");
    const bool symbolic = equal_ascii(item_type, "SymbolicLink");
    const bool hard = equal_ascii(item_type, "HardLink");
    if (!folder && !symbolic && !hard && !item_type.empty() && !equal_ascii(item_type, "File") &&
        !equal_ascii(item_type, "Leaf")) {
      return context.terminate(
          {.id = "Argument",
           .category = ErrorCategory::InvalidArgument,
           .message = fmt::format("The type '{}' is not a known type for the file system. Only "
                                  "\"file\", \"directory\", \"symboliclink\" or \"hardlink\" can "
                                  "be specified.",
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
    if (force) HVSH_CHECK(make_folders(folder_of(target)));
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

struct RemoveItem : ItemPaths {
  Switch recurse;

  static constexpr auto kParams =
      join(item_path_params<RemoveItem>(),
           std::array{param<&RemoveItem::recurse>("Recurse", {}, "Folders with all that is in them.")});
  static constexpr std::string_view kAliases[] = {"del", "erase", "rd", "ri"};
  static constexpr Example kExamples[] = {{"Remove-Item /srv/vm/old.vhdx", "", "Removes a file."}};
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
                             .synopsis = "Removes files and folders."};

  Flow process(Context& context) {
    std::vector<std::string> found;
    if (const Flow flow = each_path(context, path, literal_path, found, true, force.on); flow != Flow::more)
      return flow;
    for (const std::string& item : found) {
      if (!is_wanted(item)) continue;
      if (const Flow flow = remove_one(context, item); flow != Flow::more) return flow;
    }
    return Flow::more;
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
    if (const Answer answer = context.should_process(item, folder ? "Remove Directory" : "Remove File");
        answer != Answer::yes) {
      return answer == Answer::stopped ? Flow::stopped : Flow::more;
    }
    if (folder && !recurse) {
      auto children = sorted_entries(item);
      if (!children) return context.error(children.take_error(), Value::string(item));
      if (!children->empty()) {
        const Answer answer = context.should_continue(
            fmt::format("The item at {} has children and the Recurse parameter was not specified. If you "
                        "continue, all "
                        "children will be removed with the item. Are you sure you want to continue?",
                        item),
            "Confirm");
        if (answer != Answer::yes) return answer == Answer::stopped ? Flow::stopped : Flow::more;
      }
    }
    const auto removed = remove_tree(item);
    return removed ? Flow::more : context.error(removed.error(), Value::string(item));
  }
};
CMDLET(RemoveItem);

struct CopyItem : ItemPaths {
  std::string destination;
  Switch recurse, container, pass_thru;

  static constexpr auto kParams =
      join(item_path_params<CopyItem>(),
           std::array{
               param<&CopyItem::destination>("Destination", {.position = 1, .from_pipeline_property = true},
                                             "Where the copy goes."),
               param<&CopyItem::container>("Container", {}, "Folders stay folders, as is the rule."),
               param<&CopyItem::recurse>("Recurse", {}, "Folders with all that is in them."),
               param<&CopyItem::pass_thru>("PassThru", {}, "Write the copies."),
           });
  static constexpr std::string_view kAliases[] = {"copy", "cpi"};
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
    std::vector<std::string> found;
    if (const Flow flow = each_path(context, path, literal_path, found, true, force.on); flow != Flow::more)
      return flow;
    auto target = context.resolve_path(destination.empty() ? context.current_location() : destination);
    if (!target) return context.terminate(target.take_error());
    for (const std::string& item : found) {
      if (!is_wanted(item)) continue;
      if (const Flow flow = copy_one(context, item, *target); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  Flow copy_one(Context& context, const std::string& item, std::string target) {
    const bool folder = is_folder(item);
    if (is_folder(target)) target = below(target, leaf_of(item));
    const std::string what = fmt::format("Item: {} Destination: {}", item, target);
    if (const Answer answer = context.should_process(what, folder ? "Copy Directory" : "Copy File");
        answer != Answer::yes) {
      return answer == Answer::stopped ? Flow::stopped : Flow::more;
    }
    const auto copied = folder && !recurse ? make_folders(target)
                        : folder           ? copy_tree(item, target)
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
  static constexpr std::string_view kAliases[] = {"mi", "move"};
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
    const std::string target = below(folder_of(item), leaf_of(new_name));
    if (leaf_of(new_name) != new_name && folder_of(item) != folder_of(new_name)) {
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
