#pragma once
// Where the bytes of an image come from: a file, a file seen through its dirty log, memory in tests.
//
// Reading never changes anything. A Source is not thread-safe unless its class says so.
#include <cstdint>
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
};

// True if [offset, offset + length) lies within `size`, whatever the numbers are.
constexpr bool within(uint64_t offset, uint64_t length, uint64_t size) {
  return length <= size && offset <= size - length;
}

}  // namespace hvsh::vhdx
