#pragma once
// Where the bytes of an image come from: a file, a file seen through its dirty log, memory in tests.
//
// Reading never changes anything. A Source is not thread-safe unless its class says so.
#include <cstdint>
#include <memory>
#include <string>

#include "core/result.h"
#include "engines/vhdx/bytes.h"

namespace hvsh::vhdx {

// Bytes [offset, offset + length).
struct Extent {
  uint64_t offset = 0;
  uint64_t length = 0;
  uint64_t end() const { return offset + length; }
};

class Source {
 public:
  virtual ~Source() = default;

  // For messages.
  virtual const std::string& path() const = 0;
  virtual uint64_t size() const = 0;

  // Fills `to` whole. Reading beyond the end is an error: callers check against size() first.
  virtual Result<void> read(uint64_t offset, MutableBytes to) const = 0;

  // The first range at or behind `offset` that may hold anything but zeros; empty at the end of the source.
  virtual Result<Extent> next_data(uint64_t offset) const { return Extent{offset, size() - offset}; }

  // Of the file whose bytes these are, for copies within the kernel; -1 where there is no such file.
  virtual int descriptor() const { return -1; }
};

// A Source that can be changed. Nothing is durable before flush() has returned; what was done since the last
// flush may survive a power cut or not, in any order and in parts.
class Storage : public Source {
 public:
  virtual Result<void> write(uint64_t offset, Bytes from) = 0;
  // What is new reads as zeros.
  virtual Result<void> resize(uint64_t size) = 0;
  // Reserves the range so that writing there cannot run out of space. Extends the file.
  virtual Result<void> allocate(Extent range) = 0;
  // Makes the range read as zeros. Its space is given back to the file system where that is possible, unless
  // `keep_space`. Never changes the size.
  virtual Result<void> clear(Extent range, bool keep_space = false) = 0;
  virtual Result<void> flush() = 0;
};

// True if [offset, offset + length) lies within `size`, whatever the numbers are.
constexpr bool within(uint64_t offset, uint64_t length, uint64_t size) {
  return length <= size && offset <= size - length;
}

}  // namespace hvsh::vhdx
