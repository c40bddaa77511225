#include "shell/pipeline/native_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

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
  if (options.pipe_input) posix_spawn_file_actions_adddup2(&actions, in.read, 0);
  if (options.pipe_output) posix_spawn_file_actions_adddup2(&actions, out.write, 1);
  if (options.pipe_error) posix_spawn_file_actions_adddup2(&actions, err.write, 2);
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

void NativeProcess::pump(bool block, std::string& output, std::string& error) {
  if (input_fd_ >= 0 && input_.empty() && input_ends_) drop(input_fd_);
  pollfd fds[3];
  nfds_t count = 0;
  const auto watch = [&](int fd, short events) {
    if (fd >= 0) fds[count++] = {fd, events, 0};
  };
  if (!input_.empty()) watch(input_fd_, POLLOUT);
  watch(output_fd_, POLLIN);
  watch(error_fd_, POLLIN);
  if (count == 0) return;
  constexpr int kSliceMs = 100;
  if (::poll(fds, count, block ? kSliceMs : 0) <= 0) return;
  for (nfds_t i = 0; i < count; ++i) {
    if (fds[i].revents == 0) continue;
    if (fds[i].fd == input_fd_) {
      const ssize_t written = ::write(input_fd_, input_.data(), input_.size());
      if (written > 0) input_.erase(0, static_cast<size_t>(written));
      if (written < 0 && errno != EAGAIN && errno != EINTR) {
        // It reads no more; the rest has no reader.
        input_.clear();
        drop(input_fd_);
      }
      continue;
    }
    char buffer[65536];
    int& fd = fds[i].fd == output_fd_ ? output_fd_ : error_fd_;
    std::string& text = fds[i].fd == output_fd_ ? output : error;
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got > 0) text.append(buffer, static_cast<size_t>(got));
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) drop(fd);
  }
  if (input_fd_ >= 0 && input_.empty() && input_ends_) drop(input_fd_);
}

int NativeProcess::wait() {
  if (pid_ < 0) return 0;
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0) {
    if (errno != EINTR) break;
  }
  pid_ = -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace hvsh::shell
