#include "engines/block/run_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <thread>

#include "engines/block_server.h"
#include "engines/process.h"

namespace hvsh::engines {

std::string default_run_folder() {
  if (const char* folder = ::getenv("HVSH_RUN_DIR"); folder && *folder) return folder;
  if (::geteuid() == 0) return "/run/hvsh";
  const char* runtime = ::getenv("XDG_RUNTIME_DIR");
  return runtime && *runtime ? std::string(runtime) + "/hvsh" : fmt::format("/tmp/hvsh-{}", ::geteuid());
}

namespace block {
namespace {

constexpr size_t kAddressMax = sizeof(sockaddr_un::sun_path) - 1;

Result<void> make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0711) == 0) {
    // Past the caller's umask: the guests' user must get through to the socket.
    if (::chmod(path.c_str(), 0711) != 0) return errno_error("set the mode of", path, errno);
    return {};
  }
  if (errno == ENOENT) {
    HVSH_CHECK(make_folder(folder_of(path)));
    return make_folder(path);
  }
  if (errno == EACCES) {
    Error error = errno_error("create the folder", path, errno);
    error.hint =
        "Disks in VHDX format of the system daemon's machines are served by root: run hvsh as root, or keep "
        "the disk as raw, qcow2 or VHD.";
    return error;
  }
  if (errno != EEXIST) return errno_error("create the folder", path, errno);
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return errno_error("read the folder", path, errno);
  if (!S_ISDIR(info.st_mode)) return errno_error("use as a folder", path, ENOTDIR);
  return {};
}

// The folders must be ours alone to write: it holds sockets and files that we trust.
Result<void> check_private(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return errno_error("read the folder", path, errno);
  if (S_ISDIR(info.st_mode) && (info.st_uid == ::geteuid() || info.st_uid == 0) && !(info.st_mode & 0022))
    return {};
  return Error{
      .id = "UnsafeFolder",
      .category = ErrorCategory::SecurityError,
      .message = fmt::format("The folder '{}' can be changed by others, so no sockets are made in it.", path),
      .hint = "Remove it, or give it to the user who runs hvsh, with mode 0711.",
      .target = path};
}

Error busy(const std::string& path, const char* name) {
  return Error{.id = "ResourceBusy",
               .category = ErrorCategory::ResourceBusy,
               .message = std::strcmp(name, "offline.lock") == 0
                              ? "The machine's disks are being merged by another process."
                              : "Another process is starting or stopping the machine's block server.",
               .hint = fmt::format("Wait for it; 'fuser {}/{}' names the process.", path, name),
               .target = path};
}

}  // namespace

Result<RunFolder> RunFolder::of(const std::string& run_folder, const std::string& vm_id) {
  if (!is_guid_text(vm_id)) {
    return Error{.id = "InvalidParameter",
                 .category = ErrorCategory::InvalidArgument,
                 .message = fmt::format("'{}' is not the id of a virtual machine.", vm_id),
                 .target = vm_id};
  }
  RunFolder folder;
  folder.vm_id_ = vm_id;
  for (char& c : folder.vm_id_) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  folder.path_ = (run_folder.empty() ? default_run_folder() : run_folder) + "/" + folder.vm_id_;
  if (folder.monitor().size() > kAddressMax) {
    return Error{
        .id = "PathTooLong",
        .category = ErrorCategory::LimitsExceeded,
        .message = fmt::format("'{}' is too long for the name of a socket: {} bytes, and {} are possible.",
                               folder.monitor(), folder.monitor().size(), kAddressMax),
        .hint = "Set HVSH_RUN_DIR to a shorter path.",
        .target = folder.path_};
  }
  return folder;
}

Result<void> RunFolder::create() const {
  HVSH_CHECK(make_folder(path_));
  HVSH_CHECK(check_private(folder_of(path_)));
  return check_private(path_);
}

Result<UniqueFd> RunFolder::lock(const char* name, bool shared, std::chrono::milliseconds deadline) const {
  const std::string path = path_ + "/" + name;
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.valid()) return errno_error("lock", path, errno);
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (::flock(fd.get(), (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return errno_error("lock", path, errno);
    if (std::chrono::steady_clock::now() >= end) return busy(path_, name);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return fd;
}

Result<UniqueFd> RunFolder::lock_supervisor() const {
  const std::string path = path_ + "/supervisor.lock";
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.valid()) return errno_error("lock", path, errno);
  struct flock range {};
  range.l_type = F_WRLCK;
  if (::fcntl(fd.get(), F_SETLK, &range) != 0) return busy(path_, "supervisor.lock");
  return fd;
}

pid_t RunFolder::supervisor() const {
  UniqueFd fd(::open((path_ + "/supervisor.lock").c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (!fd.valid()) return 0;
  struct flock range {};
  range.l_type = F_WRLCK;
  if (::fcntl(fd.get(), F_GETLK, &range) != 0 || range.l_type == F_UNLCK) return 0;
  return range.l_pid;
}

Result<ServerStatus> RunFolder::status() const {
  ServerStatus status;
  auto text = read_file(path_ + "/status", 65536);
  if (!text && text.error().category == ErrorCategory::ObjectNotFound) return status;
  if (!text) return text.take_error();
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string key;
    fields >> key;
    if (key == "record") status.record_path = line.substr(std::min<size_t>(7, line.size()));
    if (key == "error") status.error = line.substr(std::min<size_t>(6, line.size()));
    if (key == "server") fields >> status.server_pid >> status.server_start;
    if (key == "restarts") fields >> status.restarts;
  }
  return status;
}

Result<void> RunFolder::set_status(const ServerStatus& status) const {
  std::string error = status.error;
  for (char& c : error) c = c == '\n' ? ' ' : c;
  return write_file_atomically(
      path_ + "/status",
      fmt::format("record {}\nserver {} {}\nrestarts {}\nerror {}\n", status.record_path, status.server_pid,
                  status.server_start, status.restarts, error),
      0600);
}

pid_t RunFolder::live_server(const ServerStatus& status) {
  const bool same = status.server_pid > 0 && status.server_start != 0 &&
                    process_start_time(status.server_pid) == status.server_start;
  return same ? status.server_pid : 0;
}

Result<UniqueFd> RunFolder::listen(const std::string& socket_path, const User* owner) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path.size() > kAddressMax) return errno_error("listen on", socket_path, ENAMETOOLONG);
  std::memcpy(address.sun_path, socket_path.c_str(), socket_path.size() + 1);
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return errno_error("make the socket", socket_path, errno);
  if (::unlink(socket_path.c_str()) != 0 && errno != ENOENT)
    return errno_error("replace", socket_path, errno);
  // The mode of the socket's name comes from the descriptor, so it is never wider than this.
  if (::fchmod(fd.get(), 0600) != 0 ||
      ::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    return errno_error("make the socket", socket_path, errno);
  }
  if (::chmod(socket_path.c_str(), 0600) != 0) return errno_error("set the mode of", socket_path, errno);
  if (owner && ::geteuid() == 0 && ::lchown(socket_path.c_str(), owner->uid, owner->gid) != 0) {
    return errno_error("give away", socket_path, errno);
  }
  if (::listen(fd.get(), 64) != 0) return errno_error("listen on", socket_path, errno);
  return fd;
}

}  // namespace block
}  // namespace hvsh::engines
