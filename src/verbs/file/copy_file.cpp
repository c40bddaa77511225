#include "verbs/file/copy_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <vector>

#include "engines/files.h"

namespace hvsh::verbs {

namespace {

constexpr size_t kBufferBytes = size_t{1} << 20;

// One stretch of data, by the kernel where both files are on one file system, else through a buffer.
Result<void> copy_range(int from, int to, off_t begin, off_t end, const std::string& path) {
  off_t in = begin, out = begin;
  while (in < end) {
    const ssize_t done = ::copy_file_range(from, &in, to, &out, static_cast<size_t>(end - in), 0);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) break;
  }
  std::vector<char> buffer(in < end ? kBufferBytes : 0);
  while (in < end) {
    const auto wanted = std::min<size_t>(buffer.size(), static_cast<size_t>(end - in));
    const ssize_t got = ::pread(from, buffer.data(), wanted, in);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno_error("read", path, errno);
    if (got == 0) return {};  // it became shorter meanwhile
    for (ssize_t written = 0; written < got;) {
      const ssize_t done =
          ::pwrite(to, buffer.data() + written, static_cast<size_t>(got - written), in + written);
      if (done < 0 && errno == EINTR) continue;
      if (done < 0) return errno_error("write a copy of", path, errno);
      written += done;
    }
    in += got;
  }
  return {};
}

Result<void> copy_data(int from, int to, off_t size, const std::string& path) {
  if (::ioctl(to, FICLONE, from) == 0) return {};
  if (::ftruncate(to, size) != 0) return errno_error("write a copy of", path, errno);
  for (off_t at = 0; at < size;) {
    off_t begin = ::lseek(from, at, SEEK_DATA);
    if (begin < 0 && errno == ENXIO) return {};  // only a hole is left
    off_t end = begin < 0 ? size : ::lseek(from, begin, SEEK_HOLE);
    if (begin < 0) begin = at;  // a file system that knows no holes
    if (end < 0) end = size;
    HVSH_CHECK(copy_range(from, to, begin, std::min(end, size), path));
    at = end;
  }
  return {};
}

}  // namespace

Result<void> copy_file(const std::string& from, const std::string& to) {
  const engines::UniqueFd source(::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!source.valid()) return errno_error("open", from, errno);
  struct stat info {};
  if (::fstat(source.get(), &info) != 0) return errno_error("read", from, errno);
  if (!S_ISREG(info.st_mode)) {
    return Error{.id = "InvalidFile",
                 .category = ErrorCategory::InvalidData,
                 .message = fmt::format("Cannot copy '{}': it is neither a file nor a folder.", from),
                 .target = from};
  }
  struct stat target {};
  if (::stat(to.c_str(), &target) == 0 && target.st_ino == info.st_ino && target.st_dev == info.st_dev) {
    return Error{.id = "CopyError",
                 .category = ErrorCategory::WriteError,
                 .message = fmt::format("Cannot overwrite the item {} with itself.", from),
                 .target = from};
  }
  const std::string temporary = fmt::format("{}.{}.tmp", to, ::getpid());
  const engines::UniqueFd copy(
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!copy.valid()) return errno_error("create", to, errno);
  Result<void> done = copy_data(source.get(), copy.get(), info.st_size, from);
  if (done && ::fchmod(copy.get(), info.st_mode & 07777) != 0)
    done = errno_error("set the mode of", to, errno);
  if (done && ::rename(temporary.c_str(), to.c_str()) != 0) done = errno_error("create", to, errno);
  if (!done) ::unlink(temporary.c_str());
  return done;
}

}  // namespace hvsh::verbs
