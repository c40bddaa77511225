// Test-Path.
#include <sys/stat.h>

#include <algorithm>

#include "core/wildcard.h"
#include "verbs/file/item_paths.h"
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
    if (auto named = context.get<Drives>().named(one)) {
      if (is_valid) return true;
      if (path_type != TestPathType::Any && named->name.empty() != (path_type == TestPathType::Container))
        return false;
      return named->name.empty() || !context.get<Drives>().items(*named).empty();
    }
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

}  // namespace hvsh::verbs
