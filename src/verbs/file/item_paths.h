#pragma once
// What the item cmdlets share: -Path, -LiteralPath, -Filter, -Include, -Exclude, -Force, and the parting of
// paths into those of files and those of drives whose items are no files.
#include <string>
#include <string_view>
#include <vector>

#include "core/cmdlet.h"
#include "core/drives.h"

namespace hvsh::verbs {

bool any_matches(const std::vector<std::string>& patterns, std::string_view name);

struct ItemPaths {
  std::vector<std::string> path, literal_path, include, exclude;
  std::string filter;
  Switch force;

  enum Set : SetMask { Path = 1, Literal = 2 };
  static constexpr std::string_view kSets[] = {"Path", "LiteralPath"};

  // By the item's name; `item` is a path or a name.
  bool is_wanted(std::string_view item) const;
};

// All but -Force, which not every cmdlet has.
template <class Self>
consteval auto item_choice_params() {
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
  };
}
template <class Self>
consteval auto item_path_params() {
  return join(item_choice_params<Self>(),
              std::array{param<&ItemPaths::force, Self>(
                  "Force", {}, "Hidden and read-only items too, and without a question.")});
}

// The paths of files, and the paths of Env:, Variable:, Function: and Alias:.
struct PartedPaths {
  std::vector<std::string> paths, literal_paths;
  std::vector<NamedPath> named;
};
PartedPaths part_paths(Context& context, const std::vector<std::string>& paths,
                       const std::vector<std::string>& literal_paths);

// Cannot find path 'Env:/nosuch' because it does not exist.
Error item_not_found(const NamedPath& path);
// As messages name it: Env:/Path
std::string display(const NamedPath& path);

// The items that each named path stands for, one by one; a name without wildcards that is not there is an
// error.
template <class Body>
Flow each_named(Context& context, const std::vector<NamedPath>& paths, Body body) {
  for (const NamedPath& path : paths) {
    std::vector<NamedItem> items = context.get<Drives>().items(path);
    if (items.empty() && !path.name.empty() && path.name.find_first_of("*?[") == std::string::npos) {
      const Flow flow = context.error(item_not_found(path), Value::string(display(path)));
      if (flow != Flow::more) return flow;
    }
    for (NamedItem& item : items) {
      if (const Flow flow = body(path, item); flow != Flow::more) return flow;
    }
  }
  return Flow::more;
}

// Asks ShouldProcess and goes on with `change` when the answer is yes; its error is written.
template <class Change>
Flow ask_and_change(Context& context, const std::string& target, std::string_view action, Change change) {
  const Answer answer = context.should_process(target, action);
  if (answer == Answer::stopped) return Flow::stopped;
  if (answer == Answer::no) return Flow::more;
  auto done = change();
  return done ? Flow::more : context.error(done.take_error(), Value::string(target));
}

}  // namespace hvsh::verbs
