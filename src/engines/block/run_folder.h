#pragma once
// RUN/<machine id>: what a running server leaves in the file system. Internal to the block server.
//   nbd              socket of the exports; 0600, of the user who runs the guests
//   monitor          socket of the server's control protocol; 0600, ours
//   log              what server and supervisor said
//   status           what the supervisor knows (text, one item per line), replaced atomically
//   owners           whom images belonged to before they were served
//   supervisor.lock  held (fcntl) by the supervisor for its life: who holds it, is it
//   control.lock     held (flock) by whoever starts or stops
//   offline.lock     held (flock), exclusively by a merge without a server, shared by a start
// The folder belongs to us and can only be searched by others: the server's user could otherwise replace
// files that a more powerful process writes. Lock files stay when the server stops; the folder is a few
// inodes.
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "core/result.h"
#include "engines/block/qemu_user.h"
#include "engines/files.h"

namespace hvsh::engines::block {

struct ServerStatus {
  std::string record_path;
  pid_t server_pid = 0;
  uint64_t server_start = 0;  // process_start_time: tells a process from a later one with its number
  uint32_t restarts = 0;
  std::string error;  // why the server does not run, if it should; one line
};

class RunFolder {
 public:
  // Checks the id and the length of the paths. `run_folder` empty: default_run_folder().
  static Result<RunFolder> of(const std::string& run_folder, const std::string& vm_id);

  const std::string& path() const { return path_; }
  std::string nbd() const { return path_ + "/nbd"; }
  std::string monitor() const { return path_ + "/monitor"; }
  std::string log() const { return path_ + "/log"; }
  std::string owners() const { return path_ + "/owners"; }
  const std::string& vm_id() const { return vm_id_; }

  Result<void> create() const;

  // flock; waits until the deadline, then says who is busy with what.
  Result<UniqueFd> lock(const char* name, bool shared, std::chrono::milliseconds deadline) const;
  // The supervisor's own lock, for its life. Busy: an error.
  Result<UniqueFd> lock_supervisor() const;
  pid_t supervisor() const;  // 0: there is none

  Result<ServerStatus> status() const;  // all empty if there is none
  Result<void> set_status(const ServerStatus& status) const;
  // The process id of the server of that status, if it is still the same process; else 0.
  static pid_t live_server(const ServerStatus& status);

  // A listening socket in the place of whatever had that name.
  static Result<UniqueFd> listen(const std::string& socket_path, const User* owner);

 private:
  std::string path_;
  std::string vm_id_;
};

}  // namespace hvsh::engines::block
