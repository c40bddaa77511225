#include "engines/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace hvsh::engines {
namespace {

Result<void> write_all(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t done = ::write(fd, text.data(), text.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return errno_error("write", path, errno);
    text.remove_prefix(static_cast<size_t>(done));
  }
  return {};
}

// A name beside the target that no other process or thread uses.
std::string temporary_name(const std::string& path) {
  static std::atomic<unsigned> counter{0};
  return fmt::format("{}.{}-{}.tmp", path, ::getpid(), counter.fetch_add(1));
}

}  // namespace

void UniqueFd::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

Result<void> make_shared_folder(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) return {};
  std::error_code code;
  std::filesystem::create_directories(path, code);
  if (code) return errno_error("make the folder", path, code.value());
  if (::geteuid() != 0) return {};
  group entry{};
  group* found = nullptr;
  char buffer[4096];
  if (::getgrnam_r("libvirt", &entry, buffer, sizeof buffer, &found) != 0 || found == nullptr) return {};
  if (::chown(path.c_str(), 0, found->gr_gid) != 0 || ::chmod(path.c_str(), 02771) != 0) {
    return errno_error("share the folder", path, errno);
  }
  return {};
}

void share_file(int fd, const std::string& path) {
  struct stat file {
  }, folder{};
  if (::fstat(fd, &file) != 0 || ::stat(folder_of(path).c_str(), &folder) != 0) return;
  const bool shared = (folder.st_mode & S_ISGID) != 0 && folder.st_gid == file.st_gid;
  if (shared && file.st_uid == ::geteuid() && (file.st_mode & 0777) != 0660) (void)!::fchmod(fd, 0660);
}

Result<std::string> read_file(const std::string& path, uint64_t max_bytes) {
  // Non-blocking, so that a pipe put in the file's place cannot hang the reader.
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) return errno_error("open", path, errno);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return errno_error("read", path, errno);
  if (!S_ISREG(info.st_mode)) {
    return Error{.id = "InvalidFile",
                 .category = ErrorCategory::InvalidData,
                 .message = fmt::format("Cannot read '{}': it is not a regular file.", path),
                 .target = path};
  }
  std::string text;
  char buffer[16384];
  while (true) {
    const ssize_t got = ::read(fd.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno_error("read", path, errno);
    if (got == 0) return text;
    if (text.size() + static_cast<size_t>(got) > max_bytes) {
      return Error{.id = "FileTooLarge",
                   .category = ErrorCategory::LimitsExceeded,
                   .message = fmt::format("Cannot read '{}': it is longer than {} bytes.", path, max_bytes),
                   .target = path};
    }
    text.append(buffer, static_cast<size_t>(got));
  }
}

Result<void> write_file_atomically(const std::string& path, std::string_view text, mode_t mode) {
  const std::string temporary = temporary_name(path);
  struct stat old {};
  const bool existed = ::stat(path.c_str(), &old) == 0;
  UniqueFd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.valid()) return errno_error("create", temporary, errno);
  // Remove the temporary file on every early return; after the rename the name is gone and this does nothing.
  struct Cleanup {
    const std::string& name;
    ~Cleanup() { ::unlink(name.c_str()); }
  } cleanup{temporary};
  HVSH_CHECK(write_all(fd.get(), text, temporary));
  // Keeping the owner is a courtesy: a caller who may not give files away still owns a correct file.
  if (existed && ::fchown(fd.get(), old.st_uid, old.st_gid) != 0 && errno != EPERM) {
    return errno_error("set the owner of", temporary, errno);
  }
  if (::fchmod(fd.get(), existed ? (old.st_mode & 07777) : mode) != 0) {
    return errno_error("set the mode of", temporary, errno);
  }
  if (::fsync(fd.get()) != 0) return errno_error("flush", temporary, errno);
  if (::rename(temporary.c_str(), path.c_str()) != 0) return errno_error("replace", path, errno);
  return sync_folder(folder_of(path));
}

Result<void> sync_folder(const std::string& folder) {
  UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return errno_error("open the folder", folder, errno);
  // Some file systems have no flush for folders and say EINVAL; they promise nothing that we could ask for.
  if (::fsync(fd.get()) != 0 && errno != EINVAL) return errno_error("flush the folder", folder, errno);
  return {};
}

std::string folder_of(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return slash == 0 ? "/" : std::string(path.substr(0, slash));
}

}  // namespace hvsh::engines
