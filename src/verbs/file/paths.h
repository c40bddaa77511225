#pragma once
// Paths as the item cmdlets take them: with wildcards (-Path) or as they are (-LiteralPath).
#include <string>
#include <string_view>
#include <vector>

#include "core/context.h"

namespace hvsh::verbs {

// Absolute paths of this host. A path with wildcards gives what is there, perhaps nothing; one without must
// exist when `must_exist`. Names that begin with a dot are found only by patterns that begin with one, or
// with `hidden`.
Result<std::vector<std::string>> expand_path(Context& context, std::string_view path, bool literal,
                                             bool must_exist = true, bool hidden = false);

// The same for a cmdlet's -Path and -LiteralPath; what does not exist is written as an error and left out.
Flow each_path(Context& context, const std::vector<std::string>& paths,
               const std::vector<std::string>& literal_paths, std::vector<std::string>& found,
               bool must_exist = true, bool hidden = false);

Error path_not_found(std::string_view path);
// Names in a folder, folders first, each sorted without case.
Result<std::vector<std::string>> sorted_entries(const std::string& folder);

bool is_separator(char c);
std::string_view leaf_of(std::string_view path);  // behind the last '/' or '\'

}  // namespace hvsh::verbs
