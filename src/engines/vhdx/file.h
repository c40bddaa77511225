#pragma once
// Files as image code uses them: positioned reads and writes that are whole or an error.
//
// Every system call that changes something goes through one hook, so that tests can fail or kill the process
// at each of them. Reading is thread-safe; writing is for one thread.
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"
#include "engines/vhdx/source.h"

namespace hvsh::vhdx {

// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor();
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

// Identity of a file on this host, whatever its names are.
struct FileIdentity {
  uint64_t device = 0;
  uint64_t inode = 0;
  auto operator<=>(const FileIdentity&) const = default;
};

class File : public Storage {
 public:
  // Opens a regular file or a block device. A folder, a socket, a pipe are errors that say so; a pipe never
  // blocks the caller.
  static Result<std::unique_ptr<File>> open_read(const std::string& path);
  // The same for reading and writing, locked against all other users of the image: QEMU and its tools respect
  // the lock and are respected. Error: ResourceBusy while somebody else has it open.
  static Result<std::unique_ptr<File>> open_write(const std::string& path);

  File(Descriptor fd, std::string path, uint64_t size);

  const std::string& path() const override { return path_; }
  uint64_t size() const override { return size_; }
  Result<void> read(uint64_t offset, MutableBytes to) const override;
  Result<Extent> next_data(uint64_t offset) const override;

  // Bytes that the file takes on its file system.
  Result<uint64_t> allocated() const;
  Result<FileIdentity> identity() const;
  // Whether another process has locked any part of it, as QEMU and its tools do with an image in use.
  bool is_locked() const;
  // Keeps writers away (QEMU's included) as long as the file is open; readers may come. Error: ResourceBusy.
  Result<void> lock_shared() const;

  Result<void> write(uint64_t offset, Bytes from) override;
  Result<void> resize(uint64_t size) override;
  Result<void> allocate(Extent range) override;
  Result<void> clear(Extent range, bool keep_space = false) override;
  Result<void> flush() override;
  int descriptor() const override { return fd_.get(); }

 private:
  Result<void> write_zeros(Extent range);

  Descriptor fd_;
  std::string path_;
  uint64_t size_;
};

// For tests: called before each changing system call of this thread; a non-zero errno takes the call's place.
using FaultHook = std::function<int(std::string_view call)>;

class ScopedFaultHook {
 public:
  explicit ScopedFaultHook(FaultHook hook);
  ~ScopedFaultHook();
  ScopedFaultHook(const ScopedFaultHook&) = delete;
  ScopedFaultHook& operator=(const ScopedFaultHook&) = delete;

 private:
  FaultHook hook_;
  FaultHook* previous_;
};

// The errno that a test wants instead of `call`, else 0.
int injected_fault(std::string_view call);

}  // namespace hvsh::vhdx
