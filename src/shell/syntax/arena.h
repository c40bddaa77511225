#pragma once
// A bump arena: allocation is an addition, everything goes at once. Objects in it are never destroyed, so
// only trivially destructible types may live here. Addresses are stable, also when the arena is moved.
// Not thread-safe; reading what is in it from several threads is.
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace hvsh::shell {

class Arena {
 public:
  Arena() = default;
  Arena(Arena&& other) noexcept
      : blocks_(std::move(other.blocks_)),
        next_(std::exchange(other.next_, nullptr)),
        left_(std::exchange(other.left_, 0)),
        block_size_(std::exchange(other.block_size_, kFirstBlock)),
        used_(std::exchange(other.used_, 0)) {}
  Arena& operator=(Arena&& other) noexcept {
    blocks_ = std::move(other.blocks_);
    next_ = std::exchange(other.next_, nullptr);
    left_ = std::exchange(other.left_, 0);
    block_size_ = std::exchange(other.block_size_, kFirstBlock);
    used_ = std::exchange(other.used_, 0);
    return *this;
  }

  void* allocate(size_t bytes, size_t alignment) {
    size_t padding = (alignment - reinterpret_cast<uintptr_t>(next_) % alignment) % alignment;
    if (padding + bytes > left_) {
      new_block(bytes + alignment);
      padding = (alignment - reinterpret_cast<uintptr_t>(next_) % alignment) % alignment;
    }
    char* at = next_ + padding;
    next_ = at + bytes;
    left_ -= padding + bytes;
    used_ += padding + bytes;
    return at;
  }

  template <class T, class... Args>
  T* make(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (allocate(sizeof(T), alignof(T))) T{std::forward<Args>(args)...};
  }

  // A copy of the items; an empty list costs nothing.
  template <class T>
  std::span<const T> copy(std::span<const T> items) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (items.empty()) return {};
    auto* at = static_cast<T*>(allocate(items.size_bytes(), alignof(T)));
    std::memcpy(static_cast<void*>(at), items.data(), items.size_bytes());
    return {at, items.size()};
  }

  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    auto* at = static_cast<char*>(allocate(text.size(), 1));
    std::memcpy(at, text.data(), text.size());
    return {at, text.size()};
  }

  size_t bytes_used() const { return used_; }

 private:
  static constexpr size_t kFirstBlock = 4096;
  static constexpr size_t kLargestBlock = size_t{1} << 20;

  void new_block(size_t at_least) {
    size_t size = at_least > block_size_ ? at_least : block_size_;
    if (block_size_ < kLargestBlock) block_size_ *= 2;
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    next_ = blocks_.back().get();
    left_ = size;
  }

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  size_t left_ = 0;
  size_t block_size_ = kFirstBlock;
  size_t used_ = 0;
};

}  // namespace hvsh::shell
