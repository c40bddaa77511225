#include "engines/vhdx/new_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "engines/vhdx/guid.h"

namespace hvsh::vhdx {

namespace {

Error file_exists(const std::string& path) {
  return {.id = "FileExists",
          .category = ErrorCategory::ResourceExists,
          .message = fmt::format("The system failed to create '{}': The file exists.", path),
          .hint = "Choose another name, or remove the file first.",
          .target = path};
}

struct Target {
  std::string folder;
  std::string name;
};

Result<Target> split(const std::string& path) {
  const size_t slash = path.rfind('/');
  Target target{slash == std::string::npos ? "."
                : slash == 0               ? "/"
                                           : path.substr(0, slash),
                slash == std::string::npos ? path : path.substr(slash + 1)};
  const bool usable = !target.name.empty() && target.name != "." && target.name != ".." &&
                      path.find('\0') == std::string::npos;
  if (usable) return target;
  return Error{.id = "InvalidPath",
               .category = ErrorCategory::InvalidArgument,
               .message = fmt::format("Cannot create '{}': the path does not name a file.", path),
               .hint = "Give a folder and a file name.",
               .target = path};
}

}  // namespace

NewFile::NewFile(Descriptor folder, std::string name, std::string temporary, std::shared_ptr<File> file)
    : folder_(std::move(folder)),
      name_(std::move(name)),
      temporary_(std::move(temporary)),
      file_(std::move(file)) {}

Result<NewFile> NewFile::create(const std::string& path) {
  HVSH_TRY(const Target target, split(path));
  Descriptor folder(::open(target.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) {
    Error error = errno_error("create", path, errno);
    if (errno == ENOENT) error.hint = fmt::format("Create the folder '{}' first.", target.folder);
    return error;
  }
  struct stat status {};
  if (::fstatat(folder.get(), target.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
    if (S_ISDIR(status.st_mode)) return errno_error("create", path, EISDIR);
    return file_exists(path);
  }
  // Short and independent of the target's name, so that a long name fails only for itself.
  const std::string temporary = ".hvsh-" + Guid::random().to_string() + ".tmp";
  const int fault = injected_fault("open");
  Descriptor fd(fault != 0 ? -1
                           : ::openat(folder.get(), temporary.c_str(),
                                      O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!fd) return errno_error("create", path, fault != 0 ? fault : errno);
  return NewFile(std::move(folder), target.name, temporary, std::make_unique<File>(std::move(fd), path, 0));
}

NewFile::~NewFile() {
  if (file_ && !temporary_.empty()) ::unlinkat(folder_.get(), temporary_.c_str(), 0);
}

Result<void> NewFile::rename() {
  const std::string& path = file_->path();
  int failure = injected_fault("rename");
  if (failure == 0 &&
      ::renameat2(folder_.get(), temporary_.c_str(), folder_.get(), name_.c_str(), RENAME_NOREPLACE) != 0) {
    failure = errno;
  }
  if (failure == EINVAL || failure == ENOSYS) {
    // This file system cannot rename without replacing; a hard link does not replace either.
    const int linked =
        ::linkat(folder_.get(), temporary_.c_str(), folder_.get(), name_.c_str(), 0) != 0 ? errno : 0;
    if (linked == 0) ::unlinkat(folder_.get(), temporary_.c_str(), 0);
    failure = linked;
  }
  if (failure == EEXIST) return file_exists(path);
  if (failure != 0) return errno_error("create", path, failure);
  temporary_.clear();
  return {};
}

Result<void> NewFile::commit() {
  HVSH_CHECK(file_->flush());
  HVSH_CHECK(rename());
  int failure = injected_fault("fsync folder");
  if (failure == 0 && ::fsync(folder_.get()) != 0 && errno != EINVAL) failure = errno;
  if (failure != 0) {
    // The name may not survive a power cut: better no disk than one that is believed to be there.
    ::unlinkat(folder_.get(), name_.c_str(), 0);
    return errno_error("create", file_->path(), failure);
  }
  return {};
}

}  // namespace hvsh::vhdx
