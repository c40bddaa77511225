#include "verbs/file/item_paths.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/wildcard.h"
#include "verbs/file/paths.h"

namespace hvsh::verbs {

bool any_matches(const std::vector<std::string>& patterns, std::string_view name) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [name](const std::string& pattern) { return Wildcard(pattern).matches(name); });
}

bool ItemPaths::is_wanted(std::string_view item) const {
  const std::string_view leaf = leaf_of(item);
  if (!filter.empty() && !Wildcard(filter).matches(leaf)) return false;
  return (include.empty() || any_matches(include, leaf)) && !any_matches(exclude, leaf);
}

PartedPaths part_paths(Context& context, const std::vector<std::string>& paths,
                       const std::vector<std::string>& literal_paths) {
  PartedPaths parted;
  const Drives& drives = context.get<Drives>();
  for (const bool literal : {false, true}) {
    for (const std::string& path : literal ? literal_paths : paths) {
      if (auto named = drives.named(path)) {
        parted.named.push_back(std::move(*named));
      } else {
        (literal ? parted.literal_paths : parted.paths).push_back(path);
      }
    }
  }
  return parted;
}

std::string display(const NamedPath& path) { return path.drive.name + ":/" + path.name; }

Error item_not_found(const NamedPath& path) { return path_not_found(display(path)); }

}  // namespace hvsh::verbs
