#pragma once
// Small file operations that several engines need, with the project's rules built in: reads are bounded,
// files that must survive a crash are written beside their place, flushed, renamed, and their folder is
// flushed. Thread-safe: no state.
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "core/result.h"

namespace hvsh::engines {

// Owns one descriptor.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

// Makes a folder, and those above it, that all users of the system's libvirt share: root's, of group libvirt,
// set-group-id so that what is made in it is the group's, and searchable by others, since guests' disks may
// lie below. Where it is there already, or we are not root or there is no such group, it stays as it is or as
// the umask makes it.
Result<void> make_shared_folder(const std::string& path);

// Gives a new file of ours in such a folder to the group as well, past the umask. Elsewhere nothing happens.
void share_file(int fd, const std::string& path);

// The whole of a regular file. An error if it is longer than `max_bytes` or is not a regular file.
Result<std::string> read_file(const std::string& path, uint64_t max_bytes);

// Puts `text` at `path` so that a crash leaves the old or the new content, never a mixture. An existing file
// keeps its owner and mode as far as the caller may set them; a new one gets `mode`.
Result<void> write_file_atomically(const std::string& path, std::string_view text, mode_t mode);

// Makes entries of the folder (creations, renames, removals) durable.
Result<void> sync_folder(const std::string& folder);

// "/a/b/c" -> "/a/b"; "c" -> "."; "/c" -> "/".
std::string folder_of(std::string_view path);

}  // namespace hvsh::engines
