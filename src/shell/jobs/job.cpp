#include "shell/jobs/job.h"

#include <fmt/format.h>

#include "shell/eval/environment.h"
#include "shell/eval/interpreter.h"
#include "shell/jobs/job_info.h"
#include "shell/pipeline/native_process.h"

namespace hvsh::shell {

namespace {

// What may wait in a channel before the worker has to.
constexpr size_t kChannelBytes = size_t{64} << 20;

void fail(Channel& channel, const Error& error) {
  const Value record = Value::object(make<ErrorRecordObject>(error, Value()));
  channel.push({FrameKind::failed, pack_value(record)});
  channel.push({FrameKind::done, "Failed"});
}

// The child's frames into the channel until it is over. Runs in the job's thread.
Result<void> drive(NativeProcess& process, Channel& channel, const std::atomic<bool>& stop) {
  FrameReader reader;
  std::string output, errors;
  bool over = false, told = false;
  while (process.output_open()) {
    process.pump(true, output, errors);
    if (stop && !told) {
      told = true;
      process.feed(encode({FrameKind::stop, {}}));
      process.close_input();
    }
    if (told && channel.is_closed()) process.terminate();  // nobody waits for how it ends
    reader.feed(output);
    output.clear();
    for (;;) {
      HVSH_TRY(std::optional<Packet> frame, reader.next());
      if (!frame) break;
      if (frame->kind == FrameKind::hello) {
        HVSH_CHECK(check_hello(frame->payload));
        continue;
      }
      over = over || frame->kind == FrameKind::done;
      channel.push(std::move(*frame));
    }
    // What programs in the job wrote to standard error.
    if (!errors.empty()) channel.push({FrameKind::host, std::exchange(errors, {})});
  }
  const int code = process.wait();
  if (over) return {};
  if (stop) {
    channel.push({FrameKind::done, "Stopped"});
    return {};
  }
  return Error{
      .id = "JobProcessEnded",
      .category = ErrorCategory::ResourceUnavailable,
      .message = fmt::format("The job's process ended with exit code {} before the job was over.", code)};
}

void run_process(const WorkRequest& request, const std::shared_ptr<Channel>& channel,
                 const std::shared_ptr<std::atomic<bool>>& stop) {
  const std::string program = "/proc/self/exe";
  auto process = NativeProcess::spawn(program, {"hvsh", "--serve"},
                                      {.pipe_input = true, .pipe_output = true, .pipe_error = true});
  if (!process) return fail(*channel, process.error());
  (*process)->feed(encode({FrameKind::hello, hello()}));
  (*process)->feed(encode({FrameKind::run, pack(request)}));
  if (const auto done = drive(**process, *channel, *stop); !done) {
    (*process)->terminate();
    fail(*channel, done.error());
  }
}

void run_thread(const WorkRequest& request, Setup setup, const std::shared_ptr<Channel>& channel,
                const std::shared_ptr<std::atomic<bool>>& stop) {
  const auto services = setup.new_services ? setup.new_services() : nullptr;
  setup.services = services.get();
  setup.owns_folder = false;
  Worker worker(
      setup, [&](Packet frame) { channel->push(std::move(frame)); }, stop.get());
  worker.run(request);
}

}  // namespace

void Channel::push(Packet frame) {
  std::unique_lock guard(lock_);
  room_.wait(guard, [&] { return closed_ || bytes_ < kChannelBytes; });
  if (closed_) return;
  bytes_ += frame.payload.size();
  frames_.push_back(std::move(frame));
}

std::vector<Packet> Channel::take() {
  const std::lock_guard guard(lock_);
  bytes_ = 0;
  room_.notify_all();
  return std::exchange(frames_, {});
}

bool Channel::is_closed() {
  const std::lock_guard guard(lock_);
  return closed_;
}

void Channel::close() {
  const std::lock_guard guard(lock_);
  closed_ = true;
  room_.notify_all();
}

Job::Job(Interpreter& interpreter, Description description)
    : interpreter_(interpreter), description_(std::move(description)) {}

Job::~Job() {
  *stop_ = true;
  channel_->close();
  if (thread_.joinable()) thread_.join();
}

void Job::start(WorkRequest request, const Setup& setup) {
  begun_ = DateTime::now();
  state_ = JobState::Running;
  if (description_.kind == Kind::process) {
    thread_ = std::thread([request = std::move(request), channel = channel_, stop = stop_] {
      run_process(request, channel, stop);
    });
  } else {
    thread_ = std::thread([request = std::move(request), setup, channel = channel_, stop = stop_] {
      run_thread(request, setup, channel, stop);
    });
  }
}

void Job::stop() {
  collect();
  if (is_over()) return;
  *stop_ = true;
  // What it still writes is taken, so that it never waits for room.
  for (collect(); !is_over(); collect()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  if (thread_.joinable()) thread_.join();
}

void Job::end(JobState state) {
  state_ = state;
  ended_ = DateTime::now();
}

void Job::collect() {
  for (Packet& frame : channel_->take()) {
    if (frame.kind == FrameKind::done) {
      end(frame.payload == "Completed" ? JobState::Completed
          : frame.payload == "Failed"  ? JobState::Failed
                                       : JobState::Stopped);
      continue;
    }
    const bool objects = frame.kind == FrameKind::output || frame.kind == FrameKind::error ||
                         frame.kind == FrameKind::failed || frame.kind == FrameKind::information;
    if (!objects) {
      items_.push_back({frame.kind, Value::string(std::move(frame.payload))});
      continue;
    }
    auto values = read_objects(interpreter_, frame.payload);
    if (!values) {
      items_.push_back(
          {FrameKind::error, Value::object(make<ErrorRecordObject>(values.take_error(), Value()))});
      continue;
    }
    for (Value& value : *values) {
      if (frame.kind == FrameKind::failed) failure_ = to_string(value);
      items_.push_back({frame.kind, std::move(value)});
    }
  }
}

std::shared_ptr<Job> JobTable::add(Interpreter& interpreter, Job::Kind kind, std::string name,
                                   std::string command) {
  const int id = next_id_;
  // A job in a process has a child job that does the work, with a number of its own.
  next_id_ += kind == Job::Kind::process ? 2 : 1;
  if (name.empty()) name = fmt::format("Job{}", id);
  jobs_.push_back(std::make_shared<Job>(
      interpreter,
      Job::Description{.kind = kind, .id = id, .name = std::move(name), .command = std::move(command)}));
  return jobs_.back();
}

void JobTable::remove(const Job& job) {
  std::erase_if(jobs_, [&](const std::shared_ptr<Job>& one) { return one.get() == &job; });
}

Result<Value> start_job(Interpreter& interpreter, Job::Kind kind, std::string name, std::string command,
                        WorkRequest request) {
  const auto job = interpreter.jobs().add(interpreter, kind, std::move(name), std::move(command));
  job->start(std::move(request), interpreter.setup());
  return noun_value(JobInfo{job});
}

}  // namespace hvsh::shell
