#include "engines/block/supervisor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>

#include "engines/block/daemon.h"
#include "engines/block/run_folder.h"
#include "engines/process.h"

namespace hvsh::engines::block {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kReadyDeadline{20000};
constexpr milliseconds kStopDeadline{30000};  // a last flush of much data takes its time
constexpr milliseconds kBackoffMin{100};
constexpr milliseconds kBackoffMax{10000};
constexpr milliseconds kHealthyAfter{60000};  // a server that ran this long starts afresh in the counting
constexpr milliseconds kResumeMin{100};
constexpr milliseconds kResumeMax{5000};
constexpr int kRunsWithClients = 3;
constexpr off_t kLogMax = 1 << 20;
constexpr int kNoGuest = 3;  // exit code of the resume command: there is nobody to resume

class Supervisor {
 public:
  Supervisor(Supervision told, RunFolder folder) : told_(std::move(told)), folder_(std::move(folder)) {}

  // Up to the answer of the first server.
  Result<void> begin();
  // Until told to stop.
  void keep();
  void end();

 private:
  Result<void> adopt_running_server();
  Result<void> start_server();
  Result<void> wait_ready(const std::vector<ServedDisk>& disks);
  void server_died();
  void restart();
  void end_for_restart();
  void watch_resume();
  bool handle_signals();
  bool clients_are_back() const;
  int poll_timeout() const;
  Error why_it_ended(const Error& otherwise) const;
  void note(const std::string& text) const;

  Supervision told_;
  RunFolder folder_;
  QemuUser user_;
  ServerStatus status_;
  UniqueFd lock_, log_, signals_, nbd_, monitor_, server_pidfd_;
  bool server_is_child_ = false;
  off_t log_before_start_ = 0;
  Clock::time_point started_, next_start_, next_resume_;
  milliseconds backoff_ = kBackoffMin;
  milliseconds resume_delay_ = kResumeMin;
  bool resuming_ = false;  // some client may not have come back since the last restart
  pid_t resume_pid_ = 0;
  int runs_with_clients_ = 0;
  size_t exports_ = 0;
};

void Supervisor::note(const std::string& text) const {
  char stamp[32];
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::strftime(stamp, sizeof stamp, "%FT%TZ", &utc);
  const std::string line = fmt::format("{} {}\n", stamp, text);
  [[maybe_unused]] const auto done = ::write(log_.get(), line.data(), line.size());
}

Result<void> Supervisor::begin() {
  HVSH_TRY(lock_, folder_.lock_supervisor());
  log_.reset(::open(folder_.log().c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!log_.valid()) return errno_error("open", folder_.log(), errno);
  struct stat info {};
  if (::fstat(log_.get(), &info) == 0 && info.st_size > kLogMax) {
    [[maybe_unused]] const int cut = ::ftruncate(log_.get(), 0);
  }
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGTERM);
  ::sigaddset(&set, SIGINT);
  ::sigaddset(&set, SIGCHLD);
  ::sigaddset(&set, SIGHUP);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  signals_.reset(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals_.valid()) return errno_error("watch signals for", told_.vm_id, errno);
  HVSH_TRY(user_, find_qemu_user(told_.qemu_conf));
  HVSH_TRY(status_, folder_.status());
  if (RunFolder::live_server(status_) > 0) return adopt_running_server();
  status_ = {};
  status_.record_path = told_.record_path;
  return start_server();
}

// The supervisor before us died and its server lives. It keeps its sockets; we get ours when it ends.
Result<void> Supervisor::adopt_running_server() {
  server_pidfd_ = open_pidfd(status_.server_pid);
  if (!server_pidfd_.valid()) return errno_error("watch", "the running block server", errno);
  server_is_child_ = false;
  QmpLink link(folder_.monitor());
  HVSH_TRY(std::vector<MachineDisk> disks, query_disks(link));
  exports_ = disks.size();
  started_ = Clock::now();
  status_.error.clear();
  note(fmt::format("took over the running server, process {}", status_.server_pid));
  return folder_.set_status(status_);
}

Result<void> Supervisor::start_server() {
  HVSH_TRY(MachineRecord record, load_record(told_.record_path));
  HVSH_TRY(std::vector<ServedDisk> disks,
           read_disks(record, parent_folders(record, told_.record_path, told_.parent_folders)));
  HVSH_CHECK(prepare_images(disks, user_, folder_.owners()));
  if (!nbd_.valid()) {
    HVSH_TRY(nbd_, RunFolder::listen(folder_.nbd(), &user_.user));
  }
  if (!monitor_.valid()) {
    HVSH_TRY(monitor_, RunFolder::listen(folder_.monitor(), nullptr));
  }
  log_before_start_ = ::lseek(log_.get(), 0, SEEK_END);
  const bool change_user = ::geteuid() != user_.user.uid;
  HVSH_TRY(status_.server_pid,
           spawn({.argv = daemon_argv(disks, {.monitor_fd = monitor_.get(), .export_fd = nbd_.get()}),
                  .keep_fds = {monitor_.get(), nbd_.get()},
                  .output_fd = log_.get(),
                  .user = change_user ? &user_.user : nullptr}));
  server_is_child_ = true;
  server_pidfd_ = open_pidfd(status_.server_pid);
  if (!server_pidfd_.valid()) return errno_error("watch", "the block server", errno);
  status_.server_start = process_start_time(status_.server_pid);
  status_.error.clear();
  started_ = Clock::now();
  exports_ = disks.size();
  if (auto ready = wait_ready(disks); !ready) {
    Error error = why_it_ended(ready.error());
    ::kill(status_.server_pid, SIGKILL);
    wait_child(status_.server_pid, kStopDeadline);
    server_pidfd_.reset();
    status_.server_pid = 0;
    return error;
  }
  note(fmt::format("server runs, process {}, {} exports", status_.server_pid, exports_));
  return folder_.set_status(status_);
}

Result<void> Supervisor::wait_ready(const std::vector<ServedDisk>& disks) {
  HVSH_TRY(Qmp qmp, Qmp::connect(folder_.monitor(), kReadyDeadline, server_pidfd_.get()));
  QmpLink link(std::move(qmp));
  HVSH_TRY(std::vector<MachineDisk> open, query_disks(link));
  if (open.size() == disks.size()) return {};
  return Error{.id = "BlockServerGone",
               .category = ErrorCategory::ResourceUnavailable,
               .message = fmt::format("The block server has {} of {} exports.", open.size(), disks.size())};
}

// The daemon's own words are better than "it closed the connection".
Error Supervisor::why_it_ended(const Error& otherwise) const {
  char bytes[4096] = {};
  const ssize_t got = ::pread(log_.get(), bytes, sizeof bytes - 1, log_before_start_);
  std::string said(bytes, static_cast<size_t>(got > 0 ? got : 0));
  while (!said.empty() && said.back() == '\n') said.pop_back();
  if (said.empty()) return otherwise;
  said = said.substr(said.rfind('\n') + 1);
  const std::string name = "qemu-storage-daemon: ";
  if (const size_t at = said.find(name); at != std::string::npos) said = said.substr(at + name.size());
  // It repeats its whole JSON option before the reason.
  if (const size_t at = said.rfind("}: "); at != std::string::npos) said = said.substr(at + 3);
  const bool locked = said.find("lock") != std::string::npos;
  return Error{.id = locked ? "ResourceBusy" : "BlockServerFailed",
               .category = locked ? ErrorCategory::ResourceBusy : ErrorCategory::ResourceUnavailable,
               .message = fmt::format("Cannot serve the disks of machine {}: {}.", told_.vm_id, said),
               .hint = locked ? "Another process has the image open; 'fuser' on the image names it."
                              : fmt::format("The whole log is in '{}'.", folder_.log()),
               .target = told_.record_path};
}

void Supervisor::server_died() {
  if (server_is_child_) wait_child(status_.server_pid, milliseconds(0));
  // An adopted server had sockets that died with it, ours wait for the next one.
  note(fmt::format("server {} has ended", status_.server_pid));
  server_pidfd_.reset();
  status_.server_pid = 0;
  status_.server_start = 0;
  status_.error = "the server has ended and is being restarted";
  if (auto set = folder_.set_status(status_); !set) note(set.error().message);
  if (Clock::now() - started_ > kHealthyAfter) backoff_ = kBackoffMin;
  next_start_ = Clock::now() + backoff_;
  backoff_ = std::min(backoff_ * 2, kBackoffMax);
}

// Its end then takes the way of every end; a server that is not there yet is tried at once.
void Supervisor::end_for_restart() {
  note("told to restart the server");
  backoff_ = kBackoffMin;
  next_start_ = Clock::now();
  if (status_.server_pid > 0) ::kill(status_.server_pid, SIGTERM);
}

void Supervisor::restart() {
  ++status_.restarts;
  status_.record_path = told_.record_path;
  auto started = start_server();
  if (!started) {
    note(started.error().message);
    status_.error = started.error().message;
    if (auto set = folder_.set_status(status_); !set) note(set.error().message);
    next_start_ = Clock::now() + backoff_;
    backoff_ = std::min(backoff_ * 2, kBackoffMax);
    return;
  }
  resuming_ = !told_.resume_command.empty();
  resume_delay_ = kResumeMin;
  runs_with_clients_ = 0;
  next_resume_ = Clock::now();
}

// Connections that the server accepted carry the path of the listening socket, in state 03 (connected).
bool Supervisor::clients_are_back() const {
  std::ifstream table("/proc/net/unix");
  size_t count = 0;
  for (std::string line; std::getline(table, line);) {
    if (line.ends_with(" " + folder_.nbd()) && line.find(" 00000000 0001 03 ") != std::string::npos) ++count;
  }
  return count >= exports_;
}

void Supervisor::watch_resume() {
  if (!resuming_ || resume_pid_ > 0 || status_.server_pid == 0 || Clock::now() < next_resume_) return;
  // A client can be back while its guest is still about to pause on the access that met the broken
  // connection.
  if (clients_are_back() && ++runs_with_clients_ > kRunsWithClients) {
    note("all disks have their client back");
    resuming_ = false;
    return;
  }
  std::vector<std::string> argv = told_.resume_command;
  argv.push_back(told_.vm_id);
  auto started = spawn({.argv = argv, .output_fd = log_.get(), .die_with_parent = true});
  if (!started) note(started.error().message);
  resume_pid_ = started ? *started : 0;
  next_resume_ = Clock::now() + resume_delay_;
  resume_delay_ = std::min(resume_delay_ * 2, kResumeMax);
}

// False when we are told to end.
bool Supervisor::handle_signals() {
  signalfd_siginfo info{};
  bool go_on = true;
  while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT) go_on = false;
    if (info.ssi_signo == SIGHUP) end_for_restart();
  }
  int code = 0;
  if (resume_pid_ > 0 && ::waitpid(resume_pid_, &code, WNOHANG) == resume_pid_) {
    resume_pid_ = 0;
    if (WIFEXITED(code) && WEXITSTATUS(code) == kNoGuest) resuming_ = false;
    // It may have stayed and waited; the distance counts from its end.
    next_resume_ = std::max(next_resume_, Clock::now() + kResumeMin);
  }
  return go_on;
}

int Supervisor::poll_timeout() const {
  const auto until = [](Clock::time_point when) {
    const auto left = std::chrono::ceil<milliseconds>(when - Clock::now()).count();
    return static_cast<int>(std::clamp<int64_t>(left, 0, 60000));
  };
  if (status_.server_pid == 0) return until(next_start_);
  if (resuming_ && resume_pid_ == 0) return until(next_resume_);
  return -1;
}

void Supervisor::keep() {
  while (true) {
    pollfd items[2] = {{signals_.get(), POLLIN, 0}, {server_pidfd_.get(), POLLIN, 0}};
    if (::poll(items, 2, poll_timeout()) < 0 && errno != EINTR) {
      note(fmt::format("cannot wait: error {}", errno));
      return;
    }
    if (!handle_signals()) return;
    if (server_pidfd_.valid() && (items[1].revents & POLLIN)) server_died();
    if (status_.server_pid == 0 && Clock::now() >= next_start_) restart();
    watch_resume();
  }
}

void Supervisor::end() {
  if (resume_pid_ > 0) ::kill(resume_pid_, SIGTERM);
  if (status_.server_pid > 0) {
    ::kill(status_.server_pid, SIGTERM);
    if (!wait_pidfd(server_pidfd_.get(), kStopDeadline)) ::kill(status_.server_pid, SIGKILL);
    if (server_is_child_) wait_child(status_.server_pid, kStopDeadline);
  }
  note("stopped");
}

}  // namespace

std::vector<std::string> supervisor_argv(const Supervision& supervision) {
  std::vector<std::string> argv = {"--vm",     supervision.vm_id,
                                   "--run",    supervision.run_folder,
                                   "--record", supervision.record_path,
                                   "--conf",   supervision.qemu_conf,
                                   "--report", std::to_string(supervision.report_fd)};
  for (const std::string& folder : supervision.parent_folders) {
    argv.emplace_back("--parents");
    argv.push_back(folder);
  }
  argv.emplace_back("--");
  argv.insert(argv.end(), supervision.resume_command.begin(), supervision.resume_command.end());
  return argv;
}

Result<Supervision> parse_supervisor_argv(const std::vector<std::string>& arguments) {
  Supervision told;
  size_t i = 0;
  for (; i + 1 < arguments.size() && arguments[i] != "--"; i += 2) {
    const std::string& value = arguments[i + 1];
    if (arguments[i] == "--vm")
      told.vm_id = value;
    else if (arguments[i] == "--run")
      told.run_folder = value;
    else if (arguments[i] == "--record")
      told.record_path = value;
    else if (arguments[i] == "--conf")
      told.qemu_conf = value;
    else if (arguments[i] == "--parents")
      told.parent_folders.push_back(value);
    else if (arguments[i] == "--report")
      told.report_fd = std::atoi(value.c_str());
    else
      break;
  }
  if (i >= arguments.size() || arguments[i] != "--" || told.vm_id.empty() || told.record_path.empty()) {
    return Error{
        .id = "InvalidParameter",
        .category = ErrorCategory::InvalidArgument,
        .message = "The block server's supervisor is an internal mode and was called with wrong arguments.",
        .hint = "Start-VM starts it."};
  }
  told.resume_command.assign(arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1, arguments.end());
  return told;
}

std::string report_text(const Result<void>& result) {
  if (result) return "ok\n";
  const Error& error = result.error();
  const Json json = {{"id", error.id},
                     {"category", static_cast<int>(error.category)},
                     {"message", error.message},
                     {"hint", error.hint},
                     {"target", error.target}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<void> parse_report(const std::string& line, const std::string& log) {
  if (line == "ok\n") return {};
  const Json json = Json::parse(line, nullptr, false);
  if (json.is_object() && json.contains("message")) {
    return Error{.id = json.value("id", std::string()),
                 .category = static_cast<ErrorCategory>(json.value("category", 0)),
                 .message = json.value("message", std::string()),
                 .hint = json.value("hint", std::string()),
                 .target = json.value("target", std::string())};
  }
  return Error{.id = "BlockServerFailed",
               .category = ErrorCategory::ResourceUnavailable,
               .message = "The block server's supervisor ended before it said whether the disks are served.",
               .hint = fmt::format("Its log is '{}'.", log),
               .target = log};
}

int supervise(const std::vector<std::string>& arguments) {
  auto told = parse_supervisor_argv(arguments);
  if (!told) {
    fmt::print(stderr, "{}\n", told.error().message);
    return 64;
  }
  UniqueFd report(told->report_fd);
  if (report.valid()) ::fcntl(report.get(), F_SETFD, FD_CLOEXEC);
  auto folder = RunFolder::of(told->run_folder, told->vm_id);
  if (!folder) return 64;
  Supervisor supervisor(told.take(), folder.take());
  auto begun = supervisor.begin();
  if (report.valid()) {
    const std::string text = report_text(begun);
    [[maybe_unused]] const auto done = ::write(report.get(), text.data(), text.size());
    report.reset();
  }
  if (!begun) return 1;
  supervisor.keep();
  supervisor.end();
  return 0;
}

}  // namespace hvsh::engines::block
