#include "shell/pipeline/native_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

extern char** environ;

namespace hvsh::shell {

namespace {

struct Pipe {
  int read = -1, write = -1;
  ~Pipe() {
    if (read >= 0) ::close(read);
    if (write >= 0) ::close(write);
  }
};

bool open_pipe(Pipe& pipe) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return false;
  pipe.read = ends[0];
  pipe.write = ends[1];
  return true;
}

int take(int& fd) { return std::exchange(fd, -1); }

void make_non_blocking(int fd) { ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK); }

}  // namespace

Result<std::unique_ptr<NativeProcess>> NativeProcess::spawn(const std::string& path,
                                                            const std::vector<std::string>& argv,
                                                            SpawnOptions options) {
  Pipe in, out, err;
  if ((options.pipe_input && !open_pipe(in)) || (options.pipe_output && !open_pipe(out)) ||
      (options.pipe_error && !open_pipe(err))) {
    return errno_error("make a pipe for program", path, errno);
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const auto give = [&](int fd, int as) {
    if (fd >= 0) posix_spawn_file_actions_adddup2(&actions, fd, as);
  };
  give(options.pipe_input ? in.read : options.input, 0);
  give(options.pipe_output ? out.write : options.output, 1);
  give(err.write, 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t defaults, none;
  sigemptyset(&none);
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGINT);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  std::vector<char*> words;
  for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  pid_t pid = -1;
  const int code = ::posix_spawn(&pid, path.c_str(), &actions, &attributes, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (code != 0) return errno_error("start program", path, code);
  std::unique_ptr<NativeProcess> process(new NativeProcess);
  process->pid_ = pid;
  process->has_pipes_ = options.pipe_input || options.pipe_output || options.pipe_error;
  process->input_fd_ = take(in.write);
  process->output_fd_ = take(out.read);
  process->error_fd_ = take(err.read);
  for (int fd : {process->input_fd_, process->output_fd_, process->error_fd_}) {
    if (fd >= 0) make_non_blocking(fd);
  }
  return process;
}

NativeProcess::~NativeProcess() {
  drop(input_fd_);
  drop(output_fd_);
  drop(error_fd_);
  if (pid_ < 0) return;
  terminate();
  (void)wait();
}

void NativeProcess::drop(int& fd) {
  if (fd >= 0) ::close(take(fd));
}

void NativeProcess::terminate() {
  if (pid_ >= 0) ::kill(pid_, SIGTERM);
}

void NativeProcess::feed(std::string_view bytes) {
  if (input_fd_ >= 0) input_ += bytes;
}

void NativeProcess::close_input() {
  input_ends_ = true;
  if (input_waiting() == 0) drop(input_fd_);
}

int NativeProcess::take_output() {
  const int fd = take(output_fd_);
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK);
  return fd;
}

void NativeProcess::write_input() {
  const ssize_t written = ::write(input_fd_, input_.data() + input_sent_, input_waiting());
  if (written > 0) input_sent_ += static_cast<size_t>(written);
  if (written < 0 && errno != EAGAIN && errno != EINTR) {
    // It reads no more; the rest has no reader.
    input_sent_ = input_.size();
    drop(input_fd_);
  }
  if (input_sent_ >= input_.size() / 2) input_.erase(0, std::exchange(input_sent_, 0));
  if (input_waiting() == 0 && input_ends_) drop(input_fd_);
}

void NativeProcess::read(int& fd, std::string& text) {
  char buffer[65536];
  const ssize_t got = ::read(fd, buffer, sizeof buffer);
  if (got > 0) text.append(buffer, static_cast<size_t>(got));
  if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) drop(fd);
}

void NativeProcess::pump(bool block, std::string& output, std::string& error) {
  NativeProcess* const one[] = {this};
  pump(one, block);
  output += std::exchange(received.output, {});
  error += std::exchange(received.error, {});
}

void NativeProcess::pump(std::span<NativeProcess* const> processes, bool block) {
  std::vector<pollfd> fds;
  for (NativeProcess* process : processes) {
    // poll() passes over those that are -1.
    fds.push_back({process->input_waiting() > 0 ? process->input_fd_ : -1, POLLOUT, 0});
    fds.push_back({process->output_fd_, POLLIN, 0});
    fds.push_back({process->error_fd_, POLLIN, 0});
  }
  const bool any = std::any_of(fds.begin(), fds.end(), [](const pollfd& entry) { return entry.fd >= 0; });
  constexpr int kSliceMs = 100;
  if (!any || ::poll(fds.data(), fds.size(), block ? kSliceMs : 0) <= 0) return;
  for (size_t i = 0; i < processes.size(); ++i) {
    NativeProcess& process = *processes[i];
    if (fds[3 * i].revents != 0) process.write_input();
    if (fds[3 * i + 1].revents != 0) process.read(process.output_fd_, process.received.output);
    if (fds[3 * i + 2].revents != 0) process.read(process.error_fd_, process.received.error);
  }
}

bool NativeProcess::exits_within(int milliseconds) {
  if (pid_ < 0) return true;
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  if (fd < 0) return true;  // wait() tells, and waits
  pollfd over{fd, POLLIN, 0};
  const bool exited = ::poll(&over, 1, milliseconds) > 0;
  ::close(fd);
  return exited;
}

int NativeProcess::wait() {
  if (pid_ < 0) return 0;
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0) {
    if (errno != EINTR) break;
  }
  pid_ = -1;
  return WIFSIGNALED(status) ? kEndedBySignal + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace hvsh::shell
