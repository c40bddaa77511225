#include "engines/vhdx/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace hvsh::vhdx {

namespace {

thread_local FaultHook* fault_hook = nullptr;

// Bytes per read or write call; the kernel takes at most 2 GiB at once.
constexpr size_t kLargestTransfer = 1u << 30;

Error not_a_file(const std::string& path, std::string_view what) {
  return {.id = "InvalidPath",
          .category = ErrorCategory::InvalidArgument,
          .message = fmt::format("Cannot open '{}': it is {}, not a disk image.", path, what),
          .hint = "Give the path of a disk image.",
          .target = path};
}

// Runs `call` until it is not interrupted by a signal.
template <class Call>
auto uninterrupted(Call call) {
  decltype(call()) result;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

// 0 or errno.
template <class Call>
int changing(std::string_view name, Call call) {
  if (const int fault = injected_fault(name)) return fault;
  return uninterrupted(call) < 0 ? errno : 0;
}

}  // namespace

ScopedFaultHook::ScopedFaultHook(FaultHook hook) : hook_(std::move(hook)), previous_(fault_hook) {
  fault_hook = &hook_;
}
ScopedFaultHook::~ScopedFaultHook() { fault_hook = previous_; }

int injected_fault(std::string_view call) { return fault_hook ? (*fault_hook)(call) : 0; }

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Result<std::unique_ptr<File>> File::open_read(const std::string& path) {
  Descriptor fd(
      uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); }));
  if (!fd) {
    if (errno == ENXIO) return not_a_file(path, "a socket");
    return errno_error("open", path, errno);
  }
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return errno_error("open", path, errno);
  if (S_ISDIR(status.st_mode)) return not_a_file(path, "a folder");
  if (S_ISBLK(status.st_mode)) {
    uint64_t bytes = 0;
    if (::ioctl(fd.get(), BLKGETSIZE64, &bytes) != 0) return errno_error("read the size of", path, errno);
    return std::make_unique<File>(std::move(fd), path, bytes);
  }
  if (!S_ISREG(status.st_mode)) return not_a_file(path, "a device or a pipe");
  return std::make_unique<File>(std::move(fd), path, static_cast<uint64_t>(status.st_size));
}

File::File(Descriptor fd, std::string path, uint64_t size)
    : fd_(std::move(fd)), path_(std::move(path)), size_(size) {}

Result<void> File::read(uint64_t offset, MutableBytes to) const {
  while (!to.empty()) {
    const size_t part = std::min(to.size(), kLargestTransfer);
    const ssize_t got =
        uninterrupted([&] { return ::pread(fd_.get(), to.data(), part, static_cast<off_t>(offset)); });
    if (got < 0) return errno_error("read", path_, errno);
    if (got == 0) {
      return Error{.id = "UnexpectedEndOfFile",
                   .category = ErrorCategory::ReadError,
                   .message = fmt::format("Cannot read '{}': it ends before byte {}.", path_, offset),
                   .target = path_};
    }
    to = to.subspan(static_cast<size_t>(got));
    offset += static_cast<uint64_t>(got);
  }
  return {};
}

Result<Extent> File::next_data(uint64_t offset) const {
  if (offset >= size_) return Extent{size_, 0};
  const off_t start = ::lseek(fd_.get(), static_cast<off_t>(offset), SEEK_DATA);
  if (start < 0) {
    if (errno == ENXIO) return Extent{size_, 0};
    return Extent{offset, size_ - offset};  // the file system cannot tell: all of it may be data
  }
  const off_t end = ::lseek(fd_.get(), start, SEEK_HOLE);
  const uint64_t from = std::min(static_cast<uint64_t>(start), size_);
  const uint64_t to = end < 0 ? size_ : std::min(static_cast<uint64_t>(end), size_);
  return Extent{from, to - from};
}

Result<uint64_t> File::allocated() const {
  struct stat status {};
  if (::fstat(fd_.get(), &status) != 0) return errno_error("read the size of", path_, errno);
  return static_cast<uint64_t>(status.st_blocks) * 512;
}

Result<FileIdentity> File::identity() const {
  struct stat status {};
  if (::fstat(fd_.get(), &status) != 0) return errno_error("identify", path_, errno);
  return FileIdentity{status.st_dev, status.st_ino};
}

bool File::is_locked() const {
  struct flock any {};
  any.l_type = F_WRLCK;
  any.l_whence = SEEK_SET;
  return ::fcntl(fd_.get(), F_OFD_GETLK, &any) == 0 && any.l_type != F_UNLCK;
}

Result<void> File::write(uint64_t offset, Bytes from) {
  while (!from.empty()) {
    const size_t part = std::min(from.size(), kLargestTransfer);
    ssize_t put = 0;
    const int failure = changing(
        "pwrite", [&] { return put = ::pwrite(fd_.get(), from.data(), part, static_cast<off_t>(offset)); });
    if (failure != 0) return errno_error("write", path_, failure);
    from = from.subspan(static_cast<size_t>(put));
    offset += static_cast<uint64_t>(put);
    size_ = std::max(size_, offset);
  }
  return {};
}

Result<void> File::resize(uint64_t size) {
  const int failure = changing("ftruncate", [&] { return ::ftruncate(fd_.get(), static_cast<off_t>(size)); });
  if (failure != 0) return errno_error("set the size of", path_, failure);
  size_ = size;
  return {};
}

Result<void> File::allocate(Extent range) {
  if (range.length == 0) return {};
  const int failure = changing("fallocate", [&] {
    return ::fallocate(fd_.get(), 0, static_cast<off_t>(range.offset), static_cast<off_t>(range.length));
  });
  if (failure == 0) {
    size_ = std::max(size_, range.end());
    return {};
  }
  if (failure != EOPNOTSUPP) return errno_error("reserve the space of", path_, failure);
  // A file system without reservation: only written zeros are really there.
  const Buffer zeros(std::min<uint64_t>(range.length, kMiB));
  for (uint64_t done = 0; done < range.length;) {
    const uint64_t part = std::min<uint64_t>(range.length - done, zeros.size());
    HVSH_CHECK(write(range.offset + done, Bytes(zeros).first(part)));
    done += part;
  }
  return {};
}

Result<void> File::flush() {
  const int failure = changing("fsync", [&] { return ::fsync(fd_.get()); });
  if (failure != 0) return errno_error("flush", path_, failure);
  return {};
}

}  // namespace hvsh::vhdx
