#pragma once
// ForEach-Object -Parallel: a script block for many objects in several threads. The shell provides it, as a
// service of the context.
#include <memory>

#include "core/context.h"

namespace hvsh {

class ParallelRun {
 public:
  virtual ~ParallelRun() = default;
  // One more object. Waits while all threads are busy; writes what has come back meanwhile.
  virtual Flow add(Context& context, const Value& input) = 0;
  // Waits for the rest.
  virtual Flow finish(Context& context) = 0;
};

struct ParallelOptions {
  int threads = 5;
  TimeSpan timeout = {};  // zero: none
};

class ParallelWork {
 public:
  virtual ~ParallelWork() = default;
  virtual Result<std::unique_ptr<ParallelRun>> start(ScriptBlockObject& block,
                                                     const ParallelOptions& options) = 0;
};

}  // namespace hvsh
