#pragma once
// The block servers of tests. Images are small text files whose chains can be read, servers are files that
// say which images they have open, so that a test can span processes and kill one anywhere.
//
// An image: the line `image FORMAT SIZE PARENT` (PARENT `-` for none), then one line `KEY=VALUE` for each key
// that was written to it. What a disk holds is its chain laid over each other. Order and refusals are those
// of engines/block_server.h; a server has its whole chains open, and what is open cannot be removed. Every
// call is counted and can be made to fail before it does anything.
#include <map>
#include <string>

#include "engines/block_server.h"
#include "engines/machine.h"

namespace hvsh::engines::memory {

using Content = std::map<std::string, std::string>;

class MemoryBlockServers final : public BlockServers {
 public:
  // Server files are in `folder`, which is made when needed.
  explicit MemoryBlockServers(std::string folder) : folder_(std::move(folder)) {}

  // For tests.
  void fail_calls(int from, int count, Error error);  // counted from now, 1 is the next one
  int calls() const { return calls_; }
  Result<void> guest_write(const std::string& vm_id, const std::string& target, const std::string& key,
                           const std::string& value);
  static Result<Content> content(const std::string& image);  // of the image with everything below it

  Result<std::string> socket_path(const std::string& vm_id) const override;
  Result<void> start(const std::string& vm_id, const std::string& record_path) override;
  Result<void> stop(const std::string& vm_id) override;
  Result<ServerState> state(const std::string& vm_id) override;
  Result<void> restart(const std::string& vm_id) override;
  Result<std::vector<MachineDisk>> create_leaves(const std::vector<MachineDisk>& disks,
                                                 const std::string& tag) override;
  Result<void> switch_leaves(const std::string& vm_id, const std::vector<MachineDisk>& leaves) override;
  Result<void> update(const std::string& vm_id, const std::string& record_path) override;
  Result<void> reopen(const std::string& vm_id, const std::string& record_path) override;
  Result<void> merge(const MergeRequest& request, const MergeHooks& hooks) override;
  Result<void> remove_images(const std::vector<std::string>& paths) override;

 private:
  Result<void> enter();
  std::string server_file(const std::string& vm_id) const { return folder_ + "/" + vm_id + ".server"; }
  Result<void> open_images(const std::string& vm_id, const std::vector<MachineDisk>& disks);
  Result<ServerState> look(const std::string& vm_id) const;
  Result<void> close_image(const std::string& vm_id, const std::string& image);

  std::string folder_;
  int calls_ = 0;
  int fail_from_ = 0;
  int fail_until_ = 0;
  Error failure_;
};

// Disk images of the same text form: the format is that of the name.
DiskImages disk_images();

}  // namespace hvsh::engines::memory
