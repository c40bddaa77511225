#pragma once
// Folders with all that is in them: made, copied, moved, removed. Links are taken as links, never followed.
#include <functional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace hvsh::verbs {

bool is_folder(const std::string& path, bool follow = true);
bool is_there(const std::string& path);  // a link that points to nothing is there too
std::string below(const std::string& folder, std::string_view name);
std::string parent_folder(const std::string& path);

Result<void> make_folders(const std::string& path);
// `wants` says of each file whether it is copied; an empty function: all.
using Wants = std::function<bool(const std::string& path)>;
Result<void> copy_tree(const std::string& from, const std::string& to, const Wants& wants = {});
// All files in and below `from`, side by side into the folder `to`.
Result<void> copy_flat(const std::string& from, const std::string& to, const Wants& wants = {});
Result<void> remove_tree(const std::string& path);
Result<void> move_item(const std::string& from, const std::string& to);

}  // namespace hvsh::verbs
