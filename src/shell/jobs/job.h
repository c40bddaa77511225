#pragma once
// Background jobs: work (shell/remote/work.h) in a child process or a thread, and what it gave so far.
#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/object.h"
#include "shell/pipeline/sink.h"
#include "shell/remote/work.h"

namespace hvsh::shell {

// Frames from the working thread to the one that owns the job. Bounded: a worker whose output nobody takes
// waits.
class Channel {
 public:
  void push(Packet frame);
  std::vector<Packet> take();
  void close();  // nobody takes any more: push() drops
  bool is_closed();

 private:
  std::mutex lock_;
  std::condition_variable room_;
  std::vector<Packet> frames_;
  size_t bytes_ = 0;
  bool closed_ = false;
};

enum class JobState {
  NotStarted,
  Running,
  Completed,
  Failed,
  Stopped,
  Blocked,
  Suspended,
  Disconnected,
  Suspending,
  Stopping
};

// What a job wrote to one of its streams.
struct JobItem {
  FrameKind kind;
  Value value;
};

class Job {
 public:
  enum class Kind : uint8_t { process, thread };
  struct Description {
    Kind kind;
    int id;
    std::string name;
    std::string command;
  };
  Job(Interpreter& interpreter, Description description);
  ~Job();
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  void start(WorkRequest request, const Setup& setup);
  void stop();
  // Takes in what has come since; every question below asks it first.
  void collect();
  bool is_over() const { return state_ != JobState::Running && state_ != JobState::NotStarted; }

  const Description& about() const { return description_; }
  JobState state() const { return state_; }
  const Guid& instance() const { return instance_; }
  const std::vector<JobItem>& items() const { return items_; }
  void forget_items() { items_.clear(); }
  const std::string& failure() const { return failure_; }
  std::optional<DateTime> begun() const { return begun_; }
  std::optional<DateTime> ended() const { return ended_; }

 private:
  void end(JobState state);
  Interpreter& interpreter_;
  Description description_;
  Guid instance_ = Guid::random();
  JobState state_ = JobState::NotStarted;
  std::string failure_;
  std::vector<JobItem> items_;
  std::optional<DateTime> begun_, ended_;
  std::shared_ptr<Channel> channel_ = std::make_shared<Channel>();
  std::shared_ptr<std::atomic<bool>> stop_ = std::make_shared<std::atomic<bool>>(false);
  std::thread thread_;
};

// The session's jobs, in order.
class JobTable {
 public:
  std::shared_ptr<Job> add(Interpreter& interpreter, Job::Kind kind, std::string name, std::string command);
  void remove(const Job& job);
  const std::vector<std::shared_ptr<Job>>& jobs() const { return jobs_; }

 private:
  std::vector<std::shared_ptr<Job>> jobs_;
  int next_id_ = 1;
};

// `job &`, Start-Job, Start-ThreadJob: starts it and gives the object that stands for it.
Result<Value> start_job(Interpreter& interpreter, Job::Kind kind, std::string name, std::string command,
                        WorkRequest request);

}  // namespace hvsh::shell
