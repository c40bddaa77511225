#include "shell/jobs/parallel.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "shell/eval/interpreter.h"
#include "shell/jobs/job.h"
#include "shell/jobs/job_info.h"

namespace hvsh::shell {

namespace {

constexpr auto kPollTime = TimeSpan::milliseconds(5);

// What the threads and the command share. Objects cross as CliXml.
struct Shared {
  WorkRequest request;
  Setup setup;
  std::atomic<bool> stop{false};
  Channel results;
  std::mutex lock;
  std::condition_variable changed;
  std::deque<std::string> inputs;
  bool closed = false;
  size_t busy = 0;
};

void work(Shared& shared) {
  const auto services = shared.setup.new_services ? shared.setup.new_services() : nullptr;
  Setup setup = shared.setup;
  setup.services = services.get();
  setup.owns_folder = false;
  std::unique_ptr<Worker> worker;
  for (;;) {
    std::string input;
    {
      std::unique_lock guard(shared.lock);
      shared.changed.wait(guard, [&] { return shared.closed || shared.stop || !shared.inputs.empty(); });
      if (shared.stop || shared.inputs.empty()) return;
      input = std::move(shared.inputs.front());
      shared.inputs.pop_front();
      ++shared.busy;
    }
    // Each object has an interpreter of its own: none sees what another one's script left.
    worker = std::make_unique<Worker>(
        setup, [&](Packet frame) { shared.results.push(std::move(frame)); }, &shared.stop);
    auto values = worker->read(input);
    worker->run(shared.request, values && !values->empty() ? values->front() : Value::null());
    worker.reset();
    const std::lock_guard guard(shared.lock);
    --shared.busy;
  }
}

class PoolRun final : public ParallelRun {
 public:
  PoolRun(Interpreter& interpreter, WorkRequest request, const ParallelOptions& options)
      : interpreter_(interpreter), options_(options) {
    shared_.request = std::move(request);
    shared_.setup = interpreter.setup();
    if (options.timeout.ticks > 0) until_ = DateTime::utc_now().ticks + options.timeout.ticks;
  }
  ~PoolRun() override { end(true); }

  Flow add(Context& context, const Value& input) override {
    for (;;) {
      if (const Flow flow = give_results(context); flow != Flow::more) return flow;
      if (expired(context)) return Flow::more;
      {
        const std::lock_guard guard(shared_.lock);
        if (shared_.inputs.size() + shared_.busy < static_cast<size_t>(options_.threads)) {
          shared_.inputs.push_back(pack_value(input));
          shared_.changed.notify_one();
          if (threads_.size() < shared_.inputs.size() + shared_.busy)
            threads_.emplace_back([this] { work(shared_); });
          return Flow::more;
        }
      }
      if (!context.sleep(kPollTime)) return Flow::stopped;
    }
  }

  Flow finish(Context& context) override {
    for (;;) {
      bool over = false;
      {
        const std::lock_guard guard(shared_.lock);
        over = shared_.inputs.empty() && shared_.busy == 0;
      }
      if (const Flow flow = give_results(context); flow != Flow::more) return flow;
      if (over) break;
      (void)expired(context);
      if (!context.sleep(kPollTime)) return Flow::stopped;
    }
    end(false);
    return give_results(context);
  }

 private:
  void end(bool now) {
    {
      const std::lock_guard guard(shared_.lock);
      shared_.closed = true;
      if (now) shared_.stop = true;
      if (now) shared_.inputs.clear();
    }
    shared_.changed.notify_all();
    if (now) shared_.results.close();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  bool expired(Context&) {
    if (until_ == 0 || DateTime::utc_now().ticks < until_) return false;
    const std::lock_guard guard(shared_.lock);
    shared_.inputs.clear();
    shared_.stop = true;
    return true;
  }

  Flow give_results(Context& context) {
    for (const Packet& frame : shared_.results.take()) {
      Flow flow = Flow::more;
      switch (frame.kind) {
        case FrameKind::warning: flow = context.warning(frame.payload); break;
        case FrameKind::verbose: flow = context.verbose(frame.payload); break;
        case FrameKind::debug: flow = context.debug(frame.payload); break;
        case FrameKind::host: flow = context.information(Value::string(frame.payload), true, false); break;
        case FrameKind::output:
        case FrameKind::error:
        case FrameKind::failed:
        case FrameKind::information: flow = give_objects(context, frame); break;
        default: break;
      }
      if (flow != Flow::more) return flow;
    }
    return Flow::more;
  }

  Flow give_objects(Context& context, const Packet& frame) {
    auto values = read_objects(interpreter_, frame.payload);
    if (!values) return context.error(values.take_error());
    for (Value& value : *values) {
      Flow flow = Flow::more;
      const auto* record = value.as<ErrorRecordObject>();
      if (frame.kind == FrameKind::information) {
        flow = context.information(value, false, true);
      } else if (frame.kind != FrameKind::output && record != nullptr) {
        flow = context.error(record->error, record->target);
      } else {
        flow = context.write(std::move(value));
      }
      if (flow != Flow::more) return flow;
    }
    return Flow::more;
  }

  Interpreter& interpreter_;
  ParallelOptions options_;
  int64_t until_ = 0;
  Shared shared_;
  std::vector<std::thread> threads_;
};

}  // namespace

Result<std::unique_ptr<ParallelRun>> ThreadPoolWork::start(ScriptBlockObject& block,
                                                           const ParallelOptions& options) {
  HVSH_TRY(WorkRequest request, make_request(interpreter_, static_cast<ShellScriptBlock&>(block), {}, {}));
  return std::unique_ptr<ParallelRun>(std::make_unique<PoolRun>(interpreter_, std::move(request), options));
}

}  // namespace hvsh::shell
