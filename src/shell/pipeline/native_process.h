#pragma once
// A child process with pipes, driven by one thread: pump() moves bytes both ways without blocking longer than
// asked. posix_spawn, argv only. The child gets default signal handling and the environment as it is.
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"

namespace hvsh::shell {

struct SpawnOptions {
  bool pipe_input = false;   // else this process' standard input
  bool pipe_output = false;  // else this process' standard output
  bool pipe_error = false;   // else this process' standard error
};

class NativeProcess {
 public:
  static Result<std::unique_ptr<NativeProcess>> spawn(const std::string& path,
                                                      const std::vector<std::string>& argv,
                                                      SpawnOptions options);
  ~NativeProcess();
  NativeProcess(const NativeProcess&) = delete;
  NativeProcess& operator=(const NativeProcess&) = delete;

  // Adds to what the child is to read. What it does not read (it closed its input) is dropped.
  void feed(std::string_view bytes) { input_ += bytes; }
  // No more follows; the child sees the end once it has read what waits.
  void close_input() {
    input_ends_ = true;
    if (input_.empty()) drop(input_fd_);
  }
  // Moves what can be moved. `block`: wait until something happens (at most 100 ms, so that Ctrl-C is seen).
  void pump(bool block, std::string& output, std::string& error);
  size_t input_waiting() const { return input_.size(); }
  bool output_open() const { return output_fd_ >= 0 || error_fd_ >= 0; }
  // The exit code, 128 + signal for one that was killed. Blocks.
  int wait();
  void terminate();  // SIGTERM

 private:
  NativeProcess() = default;
  void drop(int& fd);
  int pid_ = -1;
  int input_fd_ = -1, output_fd_ = -1, error_fd_ = -1;
  bool input_ends_ = false;
  std::string input_;
};

}  // namespace hvsh::shell
