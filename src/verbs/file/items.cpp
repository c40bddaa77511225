// Get-Item, Get-ChildItem.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "core/wildcard.h"
#include "nouns/file_system.h"
#include "verbs/file/attributes.h"
#include "verbs/file/item_paths.h"
#include "verbs/file/paths.h"

namespace hvsh::verbs {

struct GetItem : ItemPaths {
  std::vector<std::string> stream;

  static constexpr auto kParams = join(
      item_path_params<GetItem>(),
      std::array{param<&GetItem::stream>("Stream", {}, "A Windows file's further streams; :$DATA alone.")});
  static constexpr std::string_view kAliases[] = {"gi"};
  static constexpr Example kExamples[] = {{"(Get-Item /).FullName", "/", "Gets a folder."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "Item",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetItemCommand",
                             .synopsis = "Gets files and folders, and items of other drives."};

  Flow process(Context& context) {
    if (!stream.empty() && stream != std::vector<std::string>{":$DATA"})
      return context.terminate(no_streams());
    const PartedPaths parted = part_paths(context, path, literal_path);
    std::vector<std::string> found;
    if (Flow flow = each_path(context, parted.paths, parted.literal_paths, found, true, force.on);
        flow != Flow::more)
      return flow;
    for (const std::string& one : found) {
      if (!is_wanted(one)) continue;
      auto item = nouns::read_item(one);
      const Flow flow = item ? context.write(*item) : context.error(item.take_error(), Value::string(one));
      if (flow != Flow::more) return flow;
    }
    return each_named(context, parted.named, [&](const NamedPath&, const NamedItem& item) {
      return is_wanted(item.name) ? context.write(item.item) : Flow::more;
    });
  }

 private:
  static Error no_streams() {
    return {.id = "AlternateDataStreamNotFound",
            .category = ErrorCategory::ObjectNotFound,
            .message = "Cannot get streams: files on Linux have one stream of data, their content.",
            .hint = "Leave -Stream out."};
  }
};
CMDLET(GetItem);

struct GetChildItem : ItemPaths {
  Switch recurse, name, directory, file, hidden, read_only, system, follow_symlink;
  uint32_t depth = 0;
  std::vector<std::string> attributes;

  enum Set : SetMask { Items = 1, Literal = 2 };
  static constexpr std::string_view kSets[] = {"Items", "LiteralItems"};
  static constexpr Param kParams[] = {
      param<&ItemPaths::path, GetChildItem>("Path",
                                            {.sets = Items,
                                             .position = 0,
                                             .from_pipeline = true,
                                             .from_pipeline_property = true,
                                             .wildcards = true},
                                            "The folders; the current one if none is given."),
      param<&ItemPaths::literal_path, GetChildItem>(
          "LiteralPath",
          {.sets = Literal, .mandatory = true, .from_pipeline_property = true, .aliases = {"PSPath", "LP"}},
          "The folders, without wildcards."),
      param<&ItemPaths::filter, GetChildItem>("Filter", {.position = 1}, "Only names like this."),
      param<&ItemPaths::include, GetChildItem>("Include", {}, "Only names like these."),
      param<&ItemPaths::exclude, GetChildItem>("Exclude", {}, "No names like these."),
      param<&GetChildItem::recurse>("Recurse", {.aliases = {"s", "r"}}, "What is in folders within too."),
      param<&GetChildItem::depth>("Depth", {}, "So many levels of folders within."),
      param<&ItemPaths::force, GetChildItem>("Force", {}, "Hidden items too."),
      param<&GetChildItem::name>("Name", {}, "Only the names."),
      param<&GetChildItem::directory>("Directory", {.aliases = "ad"}, "Only folders."),
      param<&GetChildItem::file>("File", {.aliases = "af"}, "Only files."),
      param<&GetChildItem::hidden>("Hidden", {.aliases = {"ah", "h"}}, "Only hidden items."),
      param<&GetChildItem::read_only>("ReadOnly", {.aliases = "ar"}, "Only items that nobody may write."),
      param<&GetChildItem::system>("System", {.aliases = "as"},
                                   "Only system items, of which there are none."),
      param<&GetChildItem::attributes>("Attributes", {},
                                       "ReadOnly, Hidden, Directory ...; + and, ',' or, ! not."),
      param<&GetChildItem::follow_symlink>("FollowSymlink", {}, "Into folders that links point to."),
  };
  static constexpr std::string_view kAliases[] = {"dir", "gci", "ls"};
  static constexpr Example kExamples[] = {
      {"Get-ChildItem -Path /srv -Filter *.vhdx -Recurse", "*", "Looks for disks."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "ChildItem",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetChildItemCommand",
                             .synopsis = "Lists what is in folders."};

  Flow process(Context& context) {
    auto wanted = AttributeRule::parse(fmt::format("{}", fmt::join(attributes, ",")));
    if (!wanted) return context.terminate(wanted.take_error());
    rule_ = wanted.take();
    if (path.empty() && literal_path.empty()) path.push_back(escape_wildcards(context.current_location()));
    const PartedPaths parted = part_paths(context, path, literal_path);
    levels_ = context.is_bound("Depth") ? static_cast<int64_t>(depth) : recurse ? INT32_MAX : 0;
    for (const bool literal : {false, true}) {
      for (const std::string& one : literal ? parted.literal_paths : parted.paths) {
        if (const Flow flow = list(context, one, literal); flow != Flow::more) return flow;
      }
    }
    return each_named(context, parted.named, [&](const NamedPath&, const NamedItem& item) {
      if (!is_wanted(item.name)) return Flow::more;
      return context.write(name ? Value::string(item.name) : item.item);
    });
  }

 private:
  Flow list(Context& context, const std::string& one, bool literal) {
    auto found = expand_path(context, one, literal, true, force.on);
    if (!found) {
      // With -Recurse a name that is not there is looked for in all folders below.
      auto absolute = context.resolve_path(one);
      if (recurse && absolute && !literal) {
        const std::string folder = absolute->substr(0, std::max<size_t>(absolute->rfind('/'), 1));
        struct stat info {};
        if (::stat(folder.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
          wanted_name_ = leaf_of(*absolute);
          const Flow flow = walk(context, folder, folder, levels_);
          wanted_name_.clear();
          return flow;
        }
      }
      return context.error(found.take_error(), Value::string(one));
    }
    const bool pattern = !literal && is_pattern(one);
    for (const std::string& item : *found) {
      struct stat info {};
      const bool is_folder = ::stat(item.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
      // A pattern names the children themselves; -Recurse goes on below them.
      if (pattern || !is_folder) {
        const std::string folder = item.substr(0, std::max<size_t>(item.rfind('/'), 1));
        if (const Flow flow = emit(context, item, folder); flow != Flow::more) return flow;
        if (!is_folder || levels_ == 0) continue;
        if (const Flow flow = walk(context, item, folder, levels_ - 1); flow != Flow::more) return flow;
        continue;
      }
      // -Include is matched with what the path itself names, so that it finds nothing in a folder that is
      // only named; -Recurse and a pattern look inside.
      if (!include.empty() && levels_ == 0) continue;
      if (const Flow flow = walk(context, item, item, levels_); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

  // A folder's own items first, then what is in the folders within, as PowerShell lists them.
  Flow walk(Context& context, const std::string& folder, const std::string& base, int64_t levels) {
    if (context.stopping()) return Flow::stopped;
    auto names = sorted_entries(folder);
    if (!names) return context.error(names.take_error(), Value::string(folder));
    for (const std::string& entry : *names) {
      if (const Flow flow = emit(context, below(folder, entry), base); flow != Flow::more) return flow;
    }
    if (levels == 0) return Flow::more;
    for (const std::string& entry : *names) {
      if (entry[0] == '.' && !force && !hidden) continue;
      const std::string item = below(folder, entry);
      struct stat info {};
      const bool is_folder =
          (follow_symlink ? ::stat(item.c_str(), &info) : ::lstat(item.c_str(), &info)) == 0 &&
          S_ISDIR(info.st_mode);
      if (!is_folder) continue;
      if (const Flow flow = walk(context, item, base, levels - 1); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

  static std::string below(const std::string& folder, const std::string& entry) {
    return folder.back() == '/' ? folder + entry : folder + "/" + entry;
  }

  Flow emit(Context& context, const std::string& item, const std::string& base) {
    const std::string_view leaf = leaf_of(item);
    if (leaf[0] == '.' && !force && !hidden && !rule_.names_hidden()) return Flow::more;
    if (hidden && leaf[0] != '.') return Flow::more;
    if (!is_wanted(leaf)) return Flow::more;
    if (!wanted_name_.empty() && !Wildcard(wanted_name_).matches(leaf)) return Flow::more;
    if (system) return Flow::more;
    auto value = nouns::read_item(item);
    if (!value) {
      // Gone between the listing and now: it is no child any more.
      struct stat info {};
      if (::lstat(item.c_str(), &info) != 0 && errno == ENOENT) return Flow::more;
      return context.error(value.take_error(), Value::string(item));
    }
    const nouns::FileSystemItem* read = nouns::item_cast(*value);
    if (directory && !read->is_container()) return Flow::more;
    if (file && read->is_container()) return Flow::more;
    if (read_only && (read->mode_bits & 0222) != 0) return Flow::more;
    if (!rule_.fits(read->attributes())) return Flow::more;
    if (!name) return context.write(*value);
    const size_t skip = base.back() == '/' ? base.size() : base.size() + 1;
    return context.write(Value::string(item.substr(std::min(skip, item.size()))));
  }

  int64_t levels_ = 0;
  std::string wanted_name_;
  AttributeRule rule_;
};
CMDLET(GetChildItem);

}  // namespace hvsh::verbs
