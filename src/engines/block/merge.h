#pragma once
// Merging an image into the one below it. Internal to the block server; the contract is BlockServers::merge.
#include <string>
#include <vector>

#include "core/result.h"
#include "engines/block/qemu_user.h"
#include "engines/block/run_folder.h"
#include "engines/block_server.h"

namespace hvsh::engines::block {

struct MergeContext {
  RunFolder folder;
  QemuUser user;
  std::vector<std::string> parent_folders;
};

Result<void> merge_image(const MergeContext& context, const MergeRequest& request, const MergeHooks& hooks);

// How a header of an image in `folder` should name the image at `path`: by its name alone if it lies beside.
std::string name_in_header(const std::string& path, const std::string& folder);

}  // namespace hvsh::engines::block
