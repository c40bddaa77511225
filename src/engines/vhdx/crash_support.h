#pragma once
// A file in memory that remembers every change since its last flush, so that tests can cut the power at each
// of them: what was not flushed is there, or not, or in parts of 512 bytes.
#include <memory>
#include <random>
#include <vector>

#include "engines/vhdx/test_support.h"

namespace hvsh::vhdx::test {

class CrashFile : public Storage {
 public:
  struct Change {
    bool is_resize = false;
    uint64_t offset = 0;  // or the new size
    Buffer bytes;
  };

  explicit CrashFile(Buffer bytes) : now_(bytes), durable_(std::move(bytes)) {}

  const std::string& path() const override { return path_; }
  uint64_t size() const override { return now_.size(); }
  Result<void> read(uint64_t offset, MutableBytes to) const override {
    if (!within(offset, to.size(), now_.size())) FAIL("read behind the end");
    std::memcpy(to.data(), now_.data() + offset, to.size());
    return {};
  }
  Result<Extent> next_data(uint64_t offset) const override { return data_in(now_, offset); }

  Result<void> write(uint64_t offset, Bytes from) override {
    HVSH_CHECK(step());
    return apply({false, offset, Buffer(from.begin(), from.end())});
  }
  Result<void> resize(uint64_t size) override {
    HVSH_CHECK(step());
    return apply({true, size, {}});
  }
  Result<void> allocate(Extent range) override {
    return range.end() > size() ? resize(range.end()) : Result<void>();
  }
  Result<void> clear(Extent range, bool) override {
    HVSH_CHECK(step());
    if (range.offset >= size()) return {};
    return apply({false, range.offset, Buffer(std::min(range.length, size() - range.offset))});
  }
  Result<void> flush() override {
    HVSH_CHECK(step());
    for (const Change& change : changes_) put(durable_, change);
    changes_.clear();
    return {};
  }

  // Fails the n-th changing call from now on, and all behind it; 0: none.
  void fail_at(size_t call) { fail_at_ = call, calls_ = 0; }
  size_t calls() const { return calls_; }

  // What a power cut leaves: everything that was flushed, and of the rest what `random` picks.
  Buffer cut(std::mt19937& random) const {
    Buffer left = durable_;
    const auto any = random();
    for (const Change& change : changes_) {
      if (change.is_resize) {
        if (any % 8 == 0 || (any % 8 != 1 && random() % 2 == 0)) left.resize(change.offset);
        continue;
      }
      for (uint64_t at = 0; at < change.bytes.size(); at += 512) {
        if (any % 8 == 1 || (any % 8 != 0 && random() % 2 == 0)) continue;
        const uint64_t length = std::min<uint64_t>(512, change.bytes.size() - at);
        if (left.size() < change.offset + at + length) left.resize(change.offset + at + length);
        std::memcpy(left.data() + change.offset + at, change.bytes.data() + at, length);
      }
    }
    return left;
  }
  const Buffer& bytes() const { return now_; }

 private:
  Result<void> step() {
    ++calls_;
    if (fail_at_ == 0 || calls_ < fail_at_) return {};
    return Error{.id = "IOError", .category = ErrorCategory::WriteError, .message = "the power is gone"};
  }
  static void put(Buffer& bytes, const Change& change) {
    if (change.is_resize) return bytes.resize(change.offset);
    bytes.resize(std::max<uint64_t>(bytes.size(), change.offset + change.bytes.size()));
    std::memcpy(bytes.data() + change.offset, change.bytes.data(), change.bytes.size());
  }
  Result<void> apply(Change change) {
    put(now_, change);
    changes_.push_back(std::move(change));
    return {};
  }

  std::string path_ = "memory";
  Buffer now_;
  Buffer durable_;
  std::vector<Change> changes_;  // since the last flush
  size_t fail_at_ = 0;
  size_t calls_ = 0;
};

}  // namespace hvsh::vhdx::test
