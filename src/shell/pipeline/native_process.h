#pragma once
// A child process with pipes, driven by one thread: pump() moves bytes both ways without blocking longer than
// asked. posix_spawn, argv only. The child gets default signal handling and the environment as it is.
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"

namespace hvsh::shell {

// Exit code of a child that a signal ended, less the signal's number.
inline constexpr int kEndedBySignal = 128;

struct SpawnOptions {
  bool pipe_input = false;   // else `input`
  bool pipe_output = false;  // else `output`
  bool pipe_error = false;   // else this process' standard error
  int input = -1;            // a descriptor of the caller's; -1: this process' own
  int output = -1;
};

class NativeProcess {
 public:
  static Result<std::unique_ptr<NativeProcess>> spawn(const std::string& path,
                                                      const std::vector<std::string>& argv,
                                                      SpawnOptions options);
  ~NativeProcess();
  NativeProcess(const NativeProcess&) = delete;
  NativeProcess& operator=(const NativeProcess&) = delete;

  // What came and was not taken yet.
  struct Received {
    std::string output, error;
  };

  // Adds to what the child is to read. What it does not read (it closed its input) is dropped.
  void feed(std::string_view bytes);
  // No more follows; the child sees the end once it has read what waits.
  void close_input();
  // Moves what can be moved. `block`: wait until something happens (at most 100 ms, so that Ctrl-C is seen).
  void pump(bool block, std::string& output, std::string& error);
  // The same for several that wait for each other: each one's output comes into its `received`.
  static void pump(std::span<NativeProcess* const> processes, bool block);
  Received received;

  size_t input_waiting() const { return input_.size() - input_sent_; }
  bool output_open() const { return output_fd_ >= 0 || error_fd_ >= 0; }
  bool has_pipes() const { return has_pipes_; }
  // The reading end of its output, for another process to read; the caller closes it.
  int take_output();
  // Whether it is over, or will be before so many milliseconds have passed.
  bool exits_within(int milliseconds);
  // The exit code, 128 + signal for one that was killed. Blocks.
  int wait();
  void terminate();  // SIGTERM

 private:
  NativeProcess() = default;
  void drop(int& fd);
  void write_input();
  void read(int& fd, std::string& text);
  int pid_ = -1;
  int input_fd_ = -1, output_fd_ = -1, error_fd_ = -1;
  bool input_ends_ = false;
  bool has_pipes_ = false;
  std::string input_;
  size_t input_sent_ = 0;  // of input_, which is cut when half of it is sent
};

}  // namespace hvsh::shell
