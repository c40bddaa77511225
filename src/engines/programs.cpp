#include "engines/programs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "engines/files.h"

extern char** environ;

namespace hvsh::engines {

namespace {

constexpr size_t kMaxOutput = size_t{64} << 20, kMaxErrors = size_t{64} << 10;
using Clock = std::chrono::steady_clock;

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

Error cannot_start(const std::string& program, int code) {
  Error error = errno_error("run", program, code);
  if (code == ENOENT) {
    error.id = "ProgramNotFound";
    error.category = ErrorCategory::NotInstalled;
    error.message = fmt::format("Cannot run '{}': there is no program of that name.", program);
  }
  return error;
}

struct Pipe {
  UniqueFd read, write;
  static Result<Pipe> make() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return errno_error("make a pipe for", "a program", errno);
    Pipe pipe;
    pipe.read.reset(ends[0]);
    pipe.write.reset(ends[1]);
    return pipe;
  }
};

// What can be read now; false at the end.
bool take(UniqueFd& fd, std::string& text, size_t most) {
  char bytes[65536];
  const ssize_t got = ::read(fd.get(), bytes, sizeof bytes);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return true;
  if (got <= 0) return false;
  text.append(bytes, std::min(static_cast<size_t>(got), most - std::min(most, text.size())));
  return true;
}

// Moves bytes both ways until the program closed its output. False: the deadline passed.
bool exchange(UniqueFd& in, UniqueFd& out, UniqueFd& err, std::string_view input, Clock::time_point end,
              ProgramResult& result) {
  if (input.empty()) in.reset();
  while (out.valid() || err.valid()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0) return false;
    pollfd waits[3] = {{out.get(), POLLIN, 0}, {err.get(), POLLIN, 0}, {in.get(), POLLOUT, 0}};
    if (::poll(waits, 3, static_cast<int>(std::min<int64_t>(left, 1000))) < 0 && errno != EINTR) return false;
    if (waits[0].revents != 0 && !take(out, result.output, kMaxOutput)) out.reset();
    if (waits[1].revents != 0 && !take(err, result.errors, kMaxErrors)) err.reset();
    if (waits[2].revents == 0) continue;
    const ssize_t written = ::write(in.get(), input.data(), std::min<size_t>(input.size(), 4096));
    if (written > 0) input.remove_prefix(static_cast<size_t>(written));
    if (input.empty() || (written < 0 && errno != EINTR && errno != EAGAIN)) in.reset();
  }
  return true;
}

}  // namespace

Result<pid_t> start_program(const ProgramStart& start) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  if (!start.folder.empty()) ::posix_spawn_file_actions_addchdir_np(&actions, start.folder.c_str());
  const int given[3] = {start.input, start.output, start.error};
  for (int i = 0; i < 3; ++i) {
    if (given[i] >= 0) {
      ::posix_spawn_file_actions_adddup2(&actions, given[i], i);
    } else if (start.detached) {
      ::posix_spawn_file_actions_addopen(&actions, i, "/dev/null", i == 0 ? O_RDONLY : O_WRONLY, 0);
    }
  }
  sigset_t defaults, none;
  sigemptyset(&none);
  sigemptyset(&defaults);
  for (int signal : {SIGPIPE, SIGINT, SIGTERM}) sigaddset(&defaults, signal);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setflags(&attributes, static_cast<short>(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
                                                             (start.detached ? POSIX_SPAWN_SETSID : 0)));
  std::vector<char*> argv = pointers(start.argv);
  std::vector<char*> environment = pointers(start.environment);
  pid_t pid = 0;
  const int code = ::posix_spawnp(&pid, argv[0], &actions, &attributes, argv.data(),
                                  start.environment.empty() ? environ : environment.data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (code != 0) return cannot_start(start.argv[0], code);
  return pid;
}

Result<ProgramResult> run_program(const std::vector<std::string>& argv, std::string_view input,
                                  std::chrono::milliseconds deadline) {
  HVSH_TRY(Pipe in, Pipe::make());
  HVSH_TRY(Pipe out, Pipe::make());
  HVSH_TRY(Pipe err, Pipe::make());
  HVSH_TRY(const pid_t pid,
           start_program(
               {.argv = argv, .input = in.read.get(), .output = out.write.get(), .error = err.write.get()}));
  in.read.reset();
  out.write.reset();
  err.write.reset();
  ProgramResult result;
  const bool done = exchange(in.write, out.read, err.read, input, Clock::now() + deadline, result);
  if (!done) ::kill(pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!done) {
    return Error{.id = "ProgramTimeout",
                 .category = ErrorCategory::OperationTimeout,
                 .message = fmt::format("Program '{}' did not end within {} seconds and was killed.", argv[0],
                                        deadline.count() / 1000),
                 .target = argv[0]};
  }
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

Result<std::string> program_output(std::string_view what, const std::vector<std::string>& argv,
                                   std::string_view input, std::chrono::milliseconds deadline) {
  HVSH_TRY(ProgramResult result, run_program(argv, input, deadline));
  if (result.exit_code == 0) return std::move(result.output);
  std::string said = result.errors.empty() ? result.output : result.errors;
  while (!said.empty() && (said.back() == '\n' || said.back() == ' ')) said.pop_back();
  if (said.empty()) said = fmt::format("exit code {}", result.exit_code);
  return Error{.id = "ProgramFailed",
               .category = ErrorCategory::OperationStopped,
               .message = fmt::format("Cannot {}: {} said: {}", what, argv[0], said),
               .target = argv[0]};
}

}  // namespace hvsh::engines
