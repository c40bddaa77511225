// Join-Path, Split-Path, Resolve-Path, Convert-Path.
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "core/cmdlet.h"
#include "core/path_info.h"
#include "verbs/file/paths.h"

namespace hvsh::verbs {

namespace {

// A script that writes Windows paths goes on getting them.
char separator_of(std::string_view path) {
  return path.find('\\') != std::string_view::npos && path.find('/') == std::string_view::npos ? '\\' : '/';
}

std::string join_paths(std::string_view parent, std::string_view child) {
  while (!child.empty() && is_separator(child.front())) child.remove_prefix(1);
  std::string joined(parent);
  const bool drive = joined.size() == 2 && joined[1] == ':';
  while (joined.size() > 1 && is_separator(joined.back())) joined.pop_back();
  if (joined.empty() || !is_separator(joined.back())) joined += drive ? '\\' : separator_of(parent);
  return joined + std::string(child);
}

// Where the last part begins: behind the last separator that is not at the end.
size_t leaf_begin(std::string_view path) {
  while (path.size() > 1 && is_separator(path.back())) path.remove_suffix(1);
  const size_t at = path.find_last_of("/\\");
  return at == std::string_view::npos || path.size() == 1 ? 0 : at + 1;
}

std::string_view qualifier_of(std::string_view path) {
  return path.size() >= 2 && path[1] == ':' ? path.substr(0, 2) : std::string_view();
}

std::string parent_of(std::string_view path) {
  const size_t begin = leaf_begin(path);
  if (begin == 0) return "";
  std::string_view parent = path.substr(0, begin);
  while (parent.size() > 1 && is_separator(parent.back())) parent.remove_suffix(1);
  // C: alone would be the current folder of the drive.
  if (qualifier_of(path).size() == parent.size() && !parent.empty())
    return std::string(path.substr(0, begin));
  return std::string(parent);
}

}  // namespace

struct JoinPath {
  std::vector<std::string> path;
  std::string child_path;
  std::vector<std::string> additional_child_path;
  Switch resolve;

  static constexpr Param kParams[] = {
      param<&JoinPath::path>("Path",
                             {.position = 0,
                              .mandatory = true,
                              .from_pipeline = true,
                              .from_pipeline_property = true,
                              .aliases = "PSPath"},
                             "The beginning."),
      param<&JoinPath::child_path>("ChildPath",
                                   {.position = 1,
                                    .mandatory = true,
                                    .from_pipeline_property = true,
                                    .allow_null = true,
                                    .allow_empty = true},
                                   "What is appended."),
      param<&JoinPath::additional_child_path>(
          "AdditionalChildPath", {.position = 2, .from_pipeline_property = true, .remaining_arguments = true},
          "What is appended further."),
      param<&JoinPath::resolve>("Resolve", {}, "The existing paths that it stands for."),
  };
  static constexpr Example kExamples[] = {
      {"Join-Path /srv/vm web01.vhdx", "/srv/vm/web01.vhdx", "Joins two parts."}};
  static constexpr Decl decl{.verb = "Join",
                             .noun = "Path",
                             .module = "Microsoft.PowerShell.Management",
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.JoinPathCommand",
                             .synopsis = "Joins parts of a path."};

  Flow process(Context& context) {
    for (const std::string& one : path) {
      std::string joined = join_paths(one, child_path);
      for (const std::string& more : additional_child_path) joined = join_paths(joined, more);
      if (!resolve) {
        if (const Flow flow = context.write(Value::string(std::move(joined))); flow != Flow::more)
          return flow;
        continue;
      }
      std::vector<std::string> found;
      if (const Flow flow = each_path(context, {joined}, {}, found); flow != Flow::more) return flow;
      for (const std::string& item : found) {
        if (const Flow flow = context.write(Value::string(item)); flow != Flow::more) return flow;
      }
    }
    return Flow::more;
  }
};
CMDLET(JoinPath);

struct SplitPath {
  std::vector<std::string> path, literal_path;
  Switch parent, leaf, leaf_base, extension, qualifier, no_qualifier, is_absolute, resolve;

  enum Set : SetMask {
    Parent = 1,
    Leaf = 2,
    LeafBase = 4,
    Extension = 8,
    Qualifier = 16,
    NoQualifier = 32,
    Absolute = 64,
    Literal = 128
  };
  static constexpr std::string_view kSets[] = {"ParentSet",     "LeafSet",       "LeafBaseSet",
                                               "ExtensionSet",  "QualifierSet",  "NoQualifierSet",
                                               "IsAbsoluteSet", "LiteralPathSet"};
  static constexpr Param kParams[] = {
      param<&SplitPath::path>("Path",
                              {.sets = kAllSets & ~Literal,
                               .position = 0,
                               .mandatory = true,
                               .from_pipeline = true,
                               .from_pipeline_property = true},
                              "The paths."),
      param<&SplitPath::literal_path>(
          "LiteralPath",
          {.sets = Literal, .mandatory = true, .from_pipeline_property = true, .aliases = {"PSPath", "LP"}},
          "The paths."),
      param<&SplitPath::qualifier>("Qualifier", {.sets = Qualifier, .mandatory = true}, "The drive: C:."),
      param<&SplitPath::no_qualifier>("NoQualifier", {.sets = NoQualifier, .mandatory = true},
                                      "All but the drive."),
      param<&SplitPath::parent>("Parent", {.sets = Parent}, "All but the last part, as is the rule."),
      param<&SplitPath::leaf>("Leaf", {.sets = Leaf, .mandatory = true}, "The last part."),
      param<&SplitPath::leaf_base>("LeafBase", {.sets = LeafBase, .mandatory = true},
                                   "The last part without extension."),
      param<&SplitPath::extension>("Extension", {.sets = Extension, .mandatory = true}, "The extension."),
      param<&SplitPath::resolve>("Resolve", {}, "Of the existing paths that it stands for."),
      param<&SplitPath::is_absolute>("IsAbsolute", {.sets = Absolute, .mandatory = true},
                                     "Whether it begins at a root."),
  };
  static constexpr Example kExamples[] = {
      {"Split-Path /srv/vm/web01.vhdx -Leaf", "web01.vhdx", "Takes the file's name."}};
  static constexpr Decl decl{.verb = "Split",
                             .noun = "Path",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.SplitPathCommand",
                             .synopsis = "Takes a path apart."};

  Flow process(Context& context) {
    std::vector<std::string> paths = path;
    paths.insert(paths.end(), literal_path.begin(), literal_path.end());
    if (resolve) {
      paths.clear();
      if (const Flow flow = each_path(context, path, literal_path, paths); flow != Flow::more) return flow;
    }
    for (const std::string& one : paths) {
      if (const Flow flow = write_part(context, one); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  Flow write_part(Context& context, const std::string& one) const {
    const std::string_view drive = qualifier_of(one);
    switch (context.parameter_set()) {
      case Qualifier:
        if (!drive.empty()) return context.write(Value::string(drive));
        return context.error(
            {.id = "ParsePathFormatError",
             .category = ErrorCategory::InvalidArgument,
             .message = fmt::format(
                 "Cannot parse path because path '{}' does not have a qualifier specified.", one)},
            Value::string(one));
      case NoQualifier: return context.write(Value::string(std::string_view(one).substr(drive.size())));
      case Absolute: {
        const bool absolute = !one.empty() && (is_separator(one[0]) ||
                                               (one.size() > 2 && one[1] == ':' && is_separator(one[2])));
        return context.write(Value::boolean(absolute));
      }
      case Leaf:
      case LeafBase:
      case Extension: break;
      default: return context.write(Value::string(parent_of(one)));
    }
    std::string_view name = std::string_view(one).substr(leaf_begin(one));
    while (name.size() > 1 && is_separator(name.back())) name.remove_suffix(1);
    const size_t dot = name.rfind('.');
    const bool has_extension = dot != std::string_view::npos;
    if (context.parameter_set() == LeafBase && has_extension) name = name.substr(0, dot);
    if (context.parameter_set() == Extension) name = has_extension ? name.substr(dot) : std::string_view();
    return context.write(Value::string(name));
  }
};
CMDLET(SplitPath);

// Resolve-Path and Convert-Path differ in what they write.
struct PathsToResolve {
  std::vector<std::string> path, literal_path;
  enum Set : SetMask { Path = 1, Literal = 2 };
  static constexpr std::string_view kSets[] = {"Path", "LiteralPath"};
};
template <class Self>
consteval auto resolve_params() {
  return std::array{
      param<&PathsToResolve::path, Self>("Path",
                                         {.sets = PathsToResolve::Path,
                                          .position = 0,
                                          .mandatory = true,
                                          .from_pipeline = true,
                                          .from_pipeline_property = true,
                                          .wildcards = true},
                                         "The paths."),
      param<&PathsToResolve::literal_path, Self>("LiteralPath",
                                                 {.sets = PathsToResolve::Literal,
                                                  .mandatory = true,
                                                  .from_pipeline_property = true,
                                                  .aliases = {"PSPath", "LP"}},
                                                 "The paths, without wildcards."),
  };
}

struct ResolvePath : PathsToResolve {
  Switch relative;

  static constexpr auto kParams =
      join(resolve_params<ResolvePath>(),
           std::array{param<&ResolvePath::relative>("Relative", {}, "As seen from the current folder.")});
  static constexpr std::string_view kAliases[] = {"rvpa"};
  static constexpr Example kExamples[] = {{"(Resolve-Path /).Path", "/", "Resolves a path."}};
  static constexpr Decl decl{.verb = "Resolve",
                             .noun = "Path",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.ResolvePathCommand",
                             .synopsis = "Finds the existing paths that a path stands for."};

  Flow process(Context& context) {
    std::vector<std::string> found;
    if (const Flow flow = each_path(context, path, literal_path, found); flow != Flow::more) return flow;
    for (const std::string& item : found) {
      const Value value =
          relative ? Value::string(seen_from(context.current_location(), item)) : noun_value(PathInfo{item});
      if (const Flow flow = context.write(value); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  static std::string seen_from(const std::string& base, const std::string& item) {
    std::string up = "./";
    std::string folder = base == "/" ? "" : base;
    while (item != folder && !std::string_view(item).starts_with(folder + "/")) {
      folder = folder.substr(0, folder.rfind('/'));
      up = up == "./" ? "../" : up + "../";
    }
    if (item == folder) return ".";
    return up + item.substr(folder.size() + 1);
  }
};
CMDLET(ResolvePath);

struct ConvertPath : PathsToResolve {
  static constexpr auto kParams = resolve_params<ConvertPath>();
  static constexpr std::string_view kAliases[] = {"cvpa"};
  static constexpr Example kExamples[] = {{"Convert-Path /", "/", "Resolves a path to text."}};
  static constexpr Decl decl{.verb = "Convert",
                             .noun = "Path",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.ConvertPathCommand",
                             .synopsis = "Makes a path one of the host's own."};

  Flow process(Context& context) {
    std::vector<std::string> found;
    if (const Flow flow = each_path(context, path, literal_path, found); flow != Flow::more) return flow;
    for (const std::string& item : found) {
      if (const Flow flow = context.write(Value::string(item)); flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(ConvertPath);

}  // namespace hvsh::verbs
