// Test-Path, Get-Item, Get-ChildItem.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "core/cmdlet.h"
#include "core/wildcard.h"
#include "nouns/file_system.h"
#include "verbs/file/paths.h"

namespace hvsh::verbs {

enum class TestPathType { Any, Container, Leaf };

}  // namespace hvsh::verbs

namespace hvsh {

template <>
struct EnumOf<verbs::TestPathType> {
  static constexpr EnumMember kMembers[] = {{"Any", 0}, {"Container", 1}, {"Leaf", 2}};
  static constexpr EnumInfo info{.type = {"Microsoft.PowerShell.Commands.TestPathType", "TestPathType"},
                                 .members = kMembers};
};

}  // namespace hvsh

namespace hvsh::verbs {

namespace {

bool any_matches(const std::vector<std::string>& patterns, std::string_view name) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [name](const std::string& pattern) { return Wildcard(pattern).matches(name); });
}

}  // namespace

struct TestPath {
  std::vector<std::string> path, literal_path;
  std::string filter;
  std::vector<std::string> include, exclude;
  TestPathType path_type = TestPathType::Any;
  Switch is_valid;
  std::optional<DateTime> older_than, newer_than;

  enum Set : SetMask { Path = 1, Literal = 2 };
  static constexpr std::string_view kSets[] = {"Path", "LiteralPath"};
  static constexpr Param kParams[] = {
      param<&TestPath::path>("Path",
                             {.sets = Path,
                              .position = 0,
                              .mandatory = true,
                              .from_pipeline = true,
                              .from_pipeline_property = true,
                              .wildcards = true,
                              .allow_null = true,
                              .allow_empty = true},
                             "Paths to look for."),
      param<&TestPath::literal_path>("LiteralPath",
                                     {.sets = Literal,
                                      .mandatory = true,
                                      .from_pipeline_property = true,
                                      .allow_null = true,
                                      .allow_empty = true,
                                      .aliases = {"PSPath", "LP"}},
                                     "Paths without wildcards."),
      param<&TestPath::filter>("Filter", {}, "Only names like this."),
      param<&TestPath::include>("Include", {}, "Only names like these."),
      param<&TestPath::exclude>("Exclude", {}, "No names like these."),
      param<&TestPath::path_type>("PathType", {.aliases = "Type"},
                                  "Container: a folder; Leaf: anything else."),
      param<&TestPath::is_valid>("IsValid", {}, "Whether it could be a path, there or not."),
      param<&TestPath::older_than>("OlderThan", {}, "Only what was last written before."),
      param<&TestPath::newer_than>("NewerThan", {}, "Only what was last written after."),
  };
  static constexpr Example kExamples[] = {{"Test-Path /", "True", "Looks for a folder."}};
  static constexpr Decl decl{.verb = "Test",
                             .noun = "Path",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.TestPathCommand",
                             .synopsis = "Tells whether paths exist."};

  Flow process(Context& context) {
    for (const bool literal : {false, true}) {
      for (const std::string& one : literal ? literal_path : path) {
        if (const Flow flow = context.write(Value::boolean(is_there(context, one, literal)));
            flow != Flow::more) {
          return flow;
        }
      }
    }
    return Flow::more;
  }

 private:
  bool is_there(Context& context, const std::string& one, bool literal) const {
    if (one.find_first_not_of(' ') == std::string::npos) return false;
    if (is_valid) return one.find('\0') == std::string::npos && context.resolve_path(one).ok();
    auto found = expand_path(context, one, literal, true, true);
    return found &&
           std::any_of(found->begin(), found->end(), [this](const std::string& item) { return fits(item); });
  }

  bool fits(const std::string& item) const {
    struct stat info {};
    if (::lstat(item.c_str(), &info) != 0) return false;
    if (S_ISLNK(info.st_mode)) (void)::stat(item.c_str(), &info);
    if (path_type != TestPathType::Any && S_ISDIR(info.st_mode) != (path_type == TestPathType::Container))
      return false;
    const std::string_view leaf = leaf_of(item);
    if (!filter.empty() && !Wildcard(filter).matches(leaf)) return false;
    if (!include.empty() && !any_matches(include, leaf)) return false;
    if (any_matches(exclude, leaf)) return false;
    const DateTime written = DateTime::from_unix(info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
    if (older_than && written >= older_than->to_utc()) return false;
    return !newer_than || written > newer_than->to_utc();
  }
};
CMDLET(TestPath);

struct GetItem {
  std::vector<std::string> path, literal_path, include, exclude;
  std::string filter;
  Switch force;

  enum Set : SetMask { Path = 1, Literal = 2 };
  static constexpr std::string_view kSets[] = {"Path", "LiteralPath"};
  static constexpr Param kParams[] = {
      param<&GetItem::path>("Path",
                            {.sets = Path,
                             .position = 0,
                             .mandatory = true,
                             .from_pipeline = true,
                             .from_pipeline_property = true,
                             .wildcards = true},
                            "Paths of the items."),
      param<&GetItem::literal_path>(
          "LiteralPath",
          {.sets = Literal, .mandatory = true, .from_pipeline_property = true, .aliases = {"PSPath", "LP"}},
          "Paths without wildcards."),
      param<&GetItem::filter>("Filter", {}, "Only names like this."),
      param<&GetItem::include>("Include", {}, "Only names like these."),
      param<&GetItem::exclude>("Exclude", {}, "No names like these."),
      param<&GetItem::force>("Force", {}, "Hidden items too."),
  };
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
                             .synopsis = "Gets files and folders."};

  Flow process(Context& context) {
    std::vector<std::string> found;
    if (const Flow flow = each_path(context, path, literal_path, found, true, force.on); flow != Flow::more)
      return flow;
    for (const std::string& one : found) {
      const std::string_view leaf = leaf_of(one);
      if (!filter.empty() && !Wildcard(filter).matches(leaf)) continue;
      if (!include.empty() && !any_matches(include, leaf)) continue;
      if (any_matches(exclude, leaf)) continue;
      auto item = nouns::read_item(one);
      const Flow flow = item ? context.write(*item) : context.error(item.take_error(), Value::string(one));
      if (flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(GetItem);

struct GetChildItem {
  std::vector<std::string> path, literal_path, include, exclude;
  std::string filter;
  Switch recurse, force, name, directory, file, hidden, read_only, system, follow_symlink;
  uint32_t depth = 0;

  enum Set : SetMask { Items = 1, Literal = 2 };
  static constexpr std::string_view kSets[] = {"Items", "LiteralItems"};
  static constexpr Param kParams[] = {
      param<&GetChildItem::path>("Path",
                                 {.sets = Items,
                                  .position = 0,
                                  .from_pipeline = true,
                                  .from_pipeline_property = true,
                                  .wildcards = true},
                                 "The folders; the current one if none is given."),
      param<&GetChildItem::literal_path>(
          "LiteralPath",
          {.sets = Literal, .mandatory = true, .from_pipeline_property = true, .aliases = {"PSPath", "LP"}},
          "The folders, without wildcards."),
      param<&GetChildItem::filter>("Filter", {.position = 1}, "Only names like this."),
      param<&GetChildItem::include>("Include", {}, "Only names like these."),
      param<&GetChildItem::exclude>("Exclude", {}, "No names like these."),
      param<&GetChildItem::recurse>("Recurse", {.aliases = {"s", "r"}}, "What is in folders within too."),
      param<&GetChildItem::depth>("Depth", {}, "So many levels of folders within."),
      param<&GetChildItem::force>("Force", {}, "Hidden items too."),
      param<&GetChildItem::name>("Name", {}, "Only the names."),
      param<&GetChildItem::directory>("Directory", {.aliases = "ad"}, "Only folders."),
      param<&GetChildItem::file>("File", {.aliases = "af"}, "Only files."),
      param<&GetChildItem::hidden>("Hidden", {.aliases = {"ah", "h"}}, "Only hidden items."),
      param<&GetChildItem::read_only>("ReadOnly", {.aliases = "ar"}, "Only items that nobody may write."),
      param<&GetChildItem::system>("System", {.aliases = "as"},
                                   "Only system items, of which there are none."),
      param<&GetChildItem::follow_symlink>("FollowSymlink", {}, "Into folders that links point to."),
  };
  static constexpr std::string_view kAliases[] = {"dir", "gci"};
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
    if (path.empty() && literal_path.empty()) path.push_back(context.current_location());
    levels_ = context.is_bound("Depth") ? static_cast<int64_t>(depth) : recurse ? INT32_MAX : 0;
    for (const bool literal : {false, true}) {
      for (const std::string& one : literal ? literal_path : path) {
        if (const Flow flow = list(context, one, literal); flow != Flow::more) return flow;
      }
    }
    return Flow::more;
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
    if (leaf[0] == '.' && !force && !hidden) return Flow::more;
    if (hidden && leaf[0] != '.') return Flow::more;
    if (!filter.empty() && !Wildcard(filter).matches(leaf)) return Flow::more;
    if (!include.empty() && !any_matches(include, leaf)) return Flow::more;
    if (!wanted_name_.empty() && !Wildcard(wanted_name_).matches(leaf)) return Flow::more;
    if (any_matches(exclude, leaf) || system) return Flow::more;
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
    if (!name) return context.write(*value);
    const size_t skip = base.back() == '/' ? base.size() : base.size() + 1;
    return context.write(Value::string(item.substr(std::min(skip, item.size()))));
  }

  int64_t levels_ = 0;
  std::string wanted_name_;
};
CMDLET(GetChildItem);

}  // namespace hvsh::verbs
