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

// Where QEMU locks an image, one byte for each thing that may be done with it: what this user does, and what
// it does not let others do.
constexpr off_t kLockDone = 100;
constexpr off_t kLockDenied = 200;
constexpr off_t kLockActions = 4;  // consistent read, write, write unchanged, resize
constexpr off_t kLockWrite = 1;

Error in_use(const std::string& path) {
  return {
      .id = "ResourceBusy",
      .category = ErrorCategory::ResourceBusy,
      .message = fmt::format("The file '{}' cannot be opened: it is being used by another process.", path),
      .hint = "Turn the virtual machine that uses it off, or dismount the disk.",
      .target = path};
}

struct flock lock_of(short type, off_t start, off_t length) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = start;
  lock.l_len = length;
  return lock;
}

// Locks the range without waiting. A file system without locks is no reason to refuse.
Result<void> lock_range(int fd, const std::string& path, short type, off_t start, off_t length) {
  struct flock lock = lock_of(type, start, length);
  if (::fcntl(fd, F_OFD_SETLK, &lock) == 0 || errno == ENOLCK || errno == EOPNOTSUPP) return {};
  if (errno == EAGAIN || errno == EACCES) return in_use(path);
  return errno_error("lock", path, errno);
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

namespace {

Result<std::unique_ptr<File>> open_file(const std::string& path, int mode) {
  Descriptor fd(
      uninterrupted([&] { return ::open(path.c_str(), mode | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); }));
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

}  // namespace

Result<std::unique_ptr<File>> File::open_read(const std::string& path) { return open_file(path, O_RDONLY); }

Result<std::unique_ptr<File>> File::open_write(const std::string& path) {
  HVSH_TRY(auto file, open_file(path, O_RDWR));
  for (const off_t start : {kLockDone, kLockDenied}) {
    HVSH_CHECK(lock_range(file->descriptor(), path, F_WRLCK, start, kLockActions));
  }
  return file;
}

Result<void> File::lock_shared() const {
  HVSH_CHECK(lock_range(fd_.get(), path_, F_RDLCK, kLockDenied + kLockWrite, 1));
  struct flock writer = lock_of(F_WRLCK, kLockDone + kLockWrite, 1);
  const bool written = ::fcntl(fd_.get(), F_OFD_GETLK, &writer) == 0 && writer.l_type != F_UNLCK;
  return written ? Result<void>(in_use(path_)) : Result<void>();
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
  return write_zeros(range);
}

Result<void> File::write_zeros(Extent range) {
  const Buffer zeros(std::min<uint64_t>(range.length, kMiB));
  for (uint64_t done = 0; done < range.length;) {
    const uint64_t part = std::min<uint64_t>(range.length - done, zeros.size());
    HVSH_CHECK(write(range.offset + done, Bytes(zeros).first(part)));
    done += part;
  }
  return {};
}

Result<void> File::clear(Extent range, bool keep_space) {
  if (range.offset >= size_) return {};
  range.length = std::min(range.length, size_ - range.offset);
  if (range.length == 0) return {};
  const int mode = (keep_space ? FALLOC_FL_ZERO_RANGE : FALLOC_FL_PUNCH_HOLE) | FALLOC_FL_KEEP_SIZE;
  const int failure = changing("clear", [&] {
    return ::fallocate(fd_.get(), mode, static_cast<off_t>(range.offset), static_cast<off_t>(range.length));
  });
  if (failure == EOPNOTSUPP) return write_zeros(range);
  if (failure != 0) return errno_error("clear a part of", path_, failure);
  return {};
}

Result<void> File::flush() {
  const int failure = changing("fsync", [&] { return ::fsync(fd_.get()); });
  if (failure != 0) return errno_error("flush", path_, failure);
  return {};
}

}  // namespace hvsh::vhdx
