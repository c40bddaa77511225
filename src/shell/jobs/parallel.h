#pragma once
#include "core/parallel.h"

namespace hvsh::shell {

class Interpreter;

class ThreadPoolWork final : public ParallelWork {
 public:
  explicit ThreadPoolWork(Interpreter& interpreter) : interpreter_(interpreter) {}
  Result<std::unique_ptr<ParallelRun>> start(ScriptBlockObject& block,
                                             const ParallelOptions& options) override;

 private:
  Interpreter& interpreter_;
};

}  // namespace hvsh::shell
