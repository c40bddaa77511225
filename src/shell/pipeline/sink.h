#pragma once
// Where output goes: the next command, a variable, the console, nowhere. One thread, no queues: write() runs
// what is behind it before it returns, and what it returns says whether more is wanted (core/context.h).
#include <vector>

#include "core/context.h"
#include "core/object.h"

namespace hvsh::shell {

class Sink {
 public:
  virtual ~Sink() = default;
  virtual Flow write(Value value) = 0;  // one object
  // Where the objects end up when this sink only passes them on.
  virtual const Sink* target() const { return this; }
  // Where a program may write what goes here by itself; -1: nowhere.
  virtual int descriptor() const { return -1; }
};

// Output as statements give it: arrays and lists go out item by item, "nothing" not at all.
Flow write_unrolled(Sink& sink, Value value);

class NullSink final : public Sink {
 public:
  Flow write(Value) override { return Flow::more; }
};

// Keeps what was written; as a value it is nothing, the one object, or an array.
class CollectSink final : public Sink {
 public:
  Flow write(Value value) override {
    if (count_++ == 0) {
      first_ = std::move(value);
    } else {
      rest_.push_back(std::move(value));
    }
    return Flow::more;
  }
  size_t count() const { return count_; }
  Value take_value();
  std::vector<Value> take_items();

 private:
  size_t count_ = 0;
  Value first_;  // most results are one object: no allocation
  std::vector<Value> rest_;
};

// Numbers of the streams as redirections write them.
enum StreamNumber : uint8_t {
  kAllStreams = 0,
  kOutput = 1,
  kError = 2,
  kWarning = 3,
  kVerbose = 4,
  kDebug = 5,
  kInformation = 6,
};
inline constexpr size_t kStreamCount = 7;

// Where the streams other than output go while a command runs. A null target is the host. Captures are the
// lists behind -ErrorVariable and the like; those of the commands around (parent) get the objects as well.
struct Streams {
  const Streams* parent = nullptr;
  Sink* targets[kStreamCount] = {};
  ListObject* captures[kStreamCount] = {};
};

}  // namespace hvsh::shell
