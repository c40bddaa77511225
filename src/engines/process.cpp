#include "engines/process.h"

#define BOOST_PROCESS_USE_STD_FS  // Boost's own file system library would have to be linked
#include <boost/asio/io_context.hpp>
#include <boost/optional.hpp>  // which Boost 1.81 forgets with that
#include <boost/process/v2/posix/default_launcher.hpp>
#include <boost/process/v2/process.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <set>

namespace hvsh::engines {
namespace {

namespace process = boost::process::v2;
using Clock = std::chrono::steady_clock;

constexpr size_t kOutputMax = size_t{64} << 20, kErrorsMax = size_t{64} << 10;

// Everything below runs between fork and exec: plain system calls on data that was prepared before.

// Gives up our rights for good. The raw calls change this (single) thread, which is all that a child has.
int become(const User& user) {
  if (::syscall(SYS_setgroups, user.groups.size(), user.groups.data()) != 0) return errno;
  if (::syscall(SYS_setresgid, user.gid, user.gid, user.gid) != 0) return errno;
  if (::syscall(SYS_setresuid, user.uid, user.uid, user.uid) != 0) return errno;
  return 0;
}

void reset_signals() {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (int number = 1; number < 32; ++number) ::sigaction(number, &action, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// The steps of one child, in the shape that Boost.Process calls at their time.
class Child {
 public:
  using Path = std::filesystem::path;
  using Words = const char* const*;

  Child(const Spawn& spawn, int null_fd) : spawn_(spawn), null_fd_(null_fd), parent_(::getpid()) {
    if (spawn.environment.empty()) return;
    for (const std::string& entry : spawn.environment) environment_.push_back(entry.c_str());
    environment_.push_back(nullptr);
  }

  // Before the fork.
  template <class Launcher>
  boost::system::error_code on_setup(Launcher& launcher, const Path&, Words&) const {
    auto& kept = launcher.fd_whitelist;
    kept.insert(kept.end(), spawn_.keep_fds.begin(), spawn_.keep_fds.end());
    if (!environment_.empty()) launcher.env = environment_.data();
    return {};
  }

  // In the child. The launcher sends errno to the parent, not what is returned here.
  template <class Launcher>
  boost::system::error_code on_exec_setup(Launcher&, const Path&, Words&) const {
    const int code = prepare();
    errno = code;
    return {code, boost::system::system_category()};
  }

  // In the child, when that or the exec failed: the launcher would call exit, which runs the parent's
  // destructors and writes its buffers once more. By the first, which nobody calls, Boost 1.81 finds out
  // whether there is the second.
  template <class Launcher>
  void on_exec_error(Launcher&, const boost::system::error_code&, const Path&, Words&,
                     const boost::system::error_code&) const {}
  template <class Launcher>
  [[noreturn]] void on_exec_error(Launcher&, const Path&, Words&, const boost::system::error_code&) const {
    ::_exit(127);
  }

 private:
  // 0, or the errno of what failed.
  int prepare() const {
    reset_signals();
    if (spawn_.detach) {
      ::setsid();
      const pid_t grandchild = ::fork();
      if (grandchild < 0) return errno;
      if (grandchild > 0) ::_exit(0);
    }
    const int input = spawn_.input_fd >= 0 ? spawn_.input_fd : null_fd_;
    const int output = spawn_.output_fd >= 0 ? spawn_.output_fd : null_fd_;
    const int errors = spawn_.error_fd >= 0 ? spawn_.error_fd : output;
    if (::dup2(input, 0) < 0 || ::dup2(output, 1) < 0 || ::dup2(errors, 2) < 0) return errno;
    // Descriptors of libraries that forgot close-on-exec must not leak into a process that lives for weeks.
    // (Of those below the highest one that it keeps, Boost 1.81's launcher closes none.)
    if (::syscall(SYS_close_range, 3u, ~0u, CLOSE_RANGE_CLOEXEC) != 0) return errno;
    for (const int fd : spawn_.keep_fds) {
      if (::fcntl(fd, F_SETFD, 0) != 0) return errno;
    }
    if (spawn_.user) {
      ::umask(0077);
      if (const int code = become(*spawn_.user)) return code;
    }
    if (spawn_.die_with_parent) {
      // After the change of user, which clears it. If the parent is gone already, nobody would tell us.
      ::prctl(PR_SET_PDEATHSIG, SIGTERM);
      if (::getppid() != parent_) ::_exit(0);
    }
    const char* folder = spawn_.detach && spawn_.folder.empty() ? "/" : spawn_.folder.c_str();
    if (*folder != '\0' && ::chdir(folder) != 0) return errno;
    return 0;
  }

  const Spawn& spawn_;
  std::vector<const char*> environment_;
  int null_fd_;
  pid_t parent_;
};

void reap(pid_t child) {
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Error cannot_run(const std::string& program, int code) {
  Error error = errno_error("run", program, code);
  if (code == ENOENT) {
    error.id = "ProgramNotFound";
    error.category = ErrorCategory::NotInstalled;
    error.message = fmt::format("Cannot run '{}': there is no program of that name.", program);
    error.hint = program.starts_with("qemu")
                     ? "Install the package that has it (Debian: qemu-utils, qemu-system-common)."
                     : "";
  }
  return error;
}

struct Pipe {
  UniqueFd read, write;
  static Result<Pipe> make(const std::string& program) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return errno_error("make a pipe for", program, errno);
    Pipe pipe;
    pipe.read.reset(ends[0]);
    pipe.write.reset(ends[1]);
    return pipe;
  }
};

// What can be read now, `most` bytes of it kept; false at the end.
bool take(const UniqueFd& fd, std::string& text, size_t most) {
  char bytes[65536];
  const ssize_t got = ::read(fd.get(), bytes, sizeof bytes);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return true;
  if (got <= 0) return false;
  text.append(bytes, std::min(static_cast<size_t>(got), most - std::min(most, text.size())));
  return true;
}

// The ends of a program's streams that we hold; what is not open takes no part.
struct Streams {
  UniqueFd in, out, err;
  size_t most_output;

  // Moves bytes both ways until the program closed its output. False: the deadline passed.
  bool exchange(std::string_view input, Clock::time_point end, ProgramEnd& result) {
    if (input.empty()) in.reset();
    while (out.valid() || err.valid()) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
      if (left <= 0) return false;
      pollfd waits[3] = {{out.get(), POLLIN, 0}, {err.get(), POLLIN, 0}, {in.get(), POLLOUT, 0}};
      if (::poll(waits, 3, static_cast<int>(std::min<int64_t>(left, 1000))) < 0) {
        if (errno != EINTR) return false;
        continue;
      }
      if (waits[0].revents != 0 && !take(out, result.output, most_output)) out.reset();
      if (waits[1].revents != 0 && !take(err, result.errors, kErrorsMax)) err.reset();
      if (waits[2].revents == 0) continue;
      const ssize_t written = ::write(in.get(), input.data(), std::min<size_t>(input.size(), 4096));
      if (written > 0) input.remove_prefix(static_cast<size_t>(written));
      if (input.empty() || (written < 0 && errno != EINTR && errno != EAGAIN)) in.reset();
    }
    return true;
  }
};

Result<ProgramEnd> finish(pid_t child, const std::string& program, Streams& streams, std::string_view input,
                          std::chrono::milliseconds deadline) {
  ProgramEnd result;
  const bool done = streams.exchange(input, Clock::now() + deadline, result);
  if (!done) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!done) {
    return Error{.id = "OperationTimeout",
                 .category = ErrorCategory::OperationTimeout,
                 .message = fmt::format("'{}' did not end within {} s and was stopped.", program,
                                        deadline.count() / 1000),
                 .target = program};
  }
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

}  // namespace

std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  const char* path = std::getenv("PATH");
  std::string folders = path == nullptr ? "/usr/bin:/bin" : path;
  folders += ':';
  for (size_t begin = 0, end; (end = folders.find(':', begin)) != std::string::npos; begin = end + 1) {
    std::string file = folders.substr(begin, end - begin) + "/" + name;
    if (::access(file.c_str(), X_OK) == 0) return file;
  }
  return {};
}

Result<pid_t> spawn(const Spawn& spawn) {
  const std::string program = find_program(spawn.argv[0]);
  if (program.empty()) return cannot_run(spawn.argv[0], ENOENT);
  UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null.valid()) return errno_error("open", "/dev/null", errno);
  const std::vector<std::string> arguments(spawn.argv.begin() + 1, spawn.argv.end());
  // A context of its own, in which nothing lives yet that a fork would have to be told.
  boost::asio::io_context context;
  process::posix::default_launcher launcher;
  boost::system::error_code problem;
  auto child = launcher(context.get_executor(), problem, program, arguments, Child(spawn, null.get()));
  if (problem) {
    if (launcher.pid > 0) reap(launcher.pid);  // Boost 1.81 leaves it
    return cannot_run(spawn.argv[0], problem.value());
  }
  child.detach();
  if (!spawn.detach) return launcher.pid;
  reap(launcher.pid);
  return 0;
}

Result<ProgramEnd> run(const std::vector<std::string>& argv, const User* user,
                       std::chrono::milliseconds deadline, std::vector<int> keep_fds) {
  HVSH_TRY(Pipe out, Pipe::make(argv[0]));
  HVSH_TRY(const pid_t child, spawn({.argv = argv,
                                     .keep_fds = std::move(keep_fds),
                                     .output_fd = out.write.get(),
                                     .user = user,
                                     .die_with_parent = true}));
  out.write.reset();
  Streams streams{.in = {}, .out = std::move(out.read), .err = {}, .most_output = kErrorsMax};
  return finish(child, argv[0], streams, {}, deadline);
}

Result<ProgramEnd> run_program(const std::vector<std::string>& argv, std::string_view input,
                               std::chrono::milliseconds deadline) {
  HVSH_TRY(Pipe in, Pipe::make(argv[0]));
  HVSH_TRY(Pipe out, Pipe::make(argv[0]));
  HVSH_TRY(Pipe err, Pipe::make(argv[0]));
  HVSH_TRY(const pid_t child, spawn({.argv = argv,
                                     .input_fd = in.read.get(),
                                     .output_fd = out.write.get(),
                                     .error_fd = err.write.get()}));
  for (UniqueFd* theirs : {&in.read, &out.write, &err.write}) theirs->reset();
  Streams streams{.in = std::move(in.write),
                  .out = std::move(out.read),
                  .err = std::move(err.read),
                  .most_output = kOutputMax};
  return finish(child, argv[0], streams, input, deadline);
}

Result<std::string> program_output(std::string_view what, const std::vector<std::string>& argv,
                                   std::string_view input, std::chrono::milliseconds deadline) {
  HVSH_TRY(ProgramEnd end, run_program(argv, input, deadline));
  if (end.exit_code == 0) return std::move(end.output);
  std::string said = end.errors.empty() ? end.output : end.errors;
  while (!said.empty() && (said.back() == '\n' || said.back() == ' ')) said.pop_back();
  if (said.empty()) said = fmt::format("exit code {}", end.exit_code);
  return Error{.id = "ProgramFailed",
               .category = ErrorCategory::OperationStopped,
               .message = fmt::format("Cannot {}: {} said: {}", what, argv[0], said),
               .target = argv[0]};
}

UniqueFd open_pidfd(pid_t pid) {
  return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));  // close-on-exec by definition
}

bool wait_pidfd(int pidfd, std::chrono::milliseconds deadline) {
  const auto end = Clock::now() + deadline;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd item{pidfd, POLLIN, 0};
    const int ready = ::poll(&item, 1, static_cast<int>(left > 0 ? left : 0));
    if (ready > 0) return true;
    if (ready == 0) return false;
    if (errno != EINTR) return false;
  }
}

bool wait_child(pid_t child, std::chrono::milliseconds deadline) {
  UniqueFd pidfd = open_pidfd(child);
  if (pidfd.valid() && !wait_pidfd(pidfd.get(), deadline)) return false;
  reap(child);
  return true;
}

uint64_t process_start_time(pid_t pid) {
  if (pid <= 0) return 0;
  auto text = read_file(fmt::format("/proc/{}/stat", pid), 4096);
  if (!text) return 0;
  // The second field is the program's name in brackets and may itself hold brackets and blanks.
  const size_t after_name = text->rfind(')');
  if (after_name == std::string::npos) return 0;
  const char* at = text->c_str() + after_name + 1;
  if (at[0] == ' ' && at[1] == 'Z') return 0;  // a zombie has ended
  for (int field = 3; field < 22 && *at; ++field) {
    at = std::strchr(at + 1, ' ');
    if (!at) return 0;
  }
  return std::strtoull(at, nullptr, 10);
}

namespace {

struct Check {
  std::string path;
  int mode;
};

// All folders above the files, outermost first, then the files.
std::vector<Check> checks_of(const std::vector<AccessWish>& wishes) {
  std::vector<Check> checks;
  std::set<std::string> seen;
  for (const AccessWish& wish : wishes) {
    for (size_t slash = wish.path.find('/', 1); slash != std::string::npos;
         slash = wish.path.find('/', slash + 1)) {
      const std::string folder = wish.path.substr(0, slash);
      if (seen.insert(folder).second) checks.push_back({folder, X_OK});
    }
  }
  for (const AccessWish& wish : wishes) checks.push_back({wish.path, wish.write ? R_OK | W_OK : R_OK});
  return checks;
}

}  // namespace

Result<void> check_access(const User& user, const std::vector<AccessWish>& wishes) {
  const std::vector<Check> checks = checks_of(wishes);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return errno_error("make a pipe for", "an access check", errno);
  UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) return errno_error("start", "an access check", errno);
  if (child == 0) {
    int answer[2] = {-1, 0};
    if (::geteuid() != user.uid) answer[1] = become(user);
    for (size_t i = 0; i < checks.size() && answer[0] < 0 && answer[1] == 0; ++i) {
      if (::access(checks[i].path.c_str(), checks[i].mode) != 0) {
        answer[0] = static_cast<int>(i);
        answer[1] = errno;
      }
    }
    [[maybe_unused]] const auto done = ::write(writer.get(), answer, sizeof answer);
    ::_exit(0);
  }
  writer.reset();
  int answer[2] = {-1, EIO};
  ssize_t got;
  while ((got = ::read(reader.get(), answer, sizeof answer)) < 0 && errno == EINTR) {
  }
  reap(child);
  if (got == sizeof answer && answer[1] == 0) return {};
  if (answer[0] < 0 || answer[0] >= static_cast<int>(checks.size())) {
    return errno_error("become the user", user.name, answer[1]);
  }
  const Check& check = checks[static_cast<size_t>(answer[0])];
  if (check.mode != X_OK || answer[1] != EACCES) {
    Error error = errno_error(fmt::format("open as user '{}' (who runs the guests' disks)", user.name),
                              check.path, answer[1]);
    return error;
  }
  return Error{
      .id = "FolderNotAccessible",
      .category = ErrorCategory::PermissionDenied,
      .message = fmt::format("The folder '{}' is closed to user '{}', who runs the guests' disks.",
                             check.path, user.name),
      .hint = fmt::format("Let that user through (setfacl -m u:{}:x '{}'), or keep the disks in another "
                          "folder.",
                          user.name, check.path),
      .target = check.path};
}

}  // namespace hvsh::engines
