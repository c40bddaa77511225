#pragma once
// Runs calls that may hang on a thread of their own, each with a deadline.
//
// A call that is not done in time is given up: its caller gets nothing, the thread is left to itself (it ends
// when the call returns, or with the process), and every later call is refused at once. What a task touches
// must therefore belong to the task or be shared with it: capture by value, never by reference.
//
// One caller at a time.
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace hvsh::engines::libvirt {

class Worker {
 public:
  Worker() = default;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker();

  bool hung() const { return hung_; }

  // The answer of `task`, or nullopt when it took longer than `deadline` (or an earlier one did).
  template <class Answer>
  std::optional<Answer> run(std::chrono::milliseconds deadline, std::function<Answer()> task) {
    auto answer = std::make_shared<std::optional<Answer>>();
    if (!run_task(deadline, [task = std::move(task), answer] { answer->emplace(task()); }))
      return std::nullopt;
    return std::move(*answer);
  }

 private:
  struct Shared {
    std::mutex mutex = {};
    std::condition_variable changed = {};
    std::function<void()> task = {};  // empty: nothing to do
    bool done = false;
    bool end = false;
  };

  bool run_task(std::chrono::milliseconds deadline, std::function<void()> task);
  static void serve(const std::shared_ptr<Shared>& shared);

  std::shared_ptr<Shared> shared_;  // null: no thread yet
  bool hung_ = false;
};

}  // namespace hvsh::engines::libvirt
