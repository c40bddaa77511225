#include "engines/state.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <thread>

#include "engines/state/database.h"

namespace hvsh::engines {
namespace {

constexpr const char* kDatabaseFile = "hvsh.db";
constexpr size_t kOwnerTextMax = 1024;
constexpr const char* kShareHint =
    "Users of the system's libvirt share it: let root run hvsh once, and be in the group libvirt; or set "
    "HVSH_STATE_DIR "
    "and HVSH_RUN_DIR to folders of your own.";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string time_text(const char* format, bool utc) {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  utc ? gmtime_r(&now, &parts) : localtime_r(&now, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, format, &parts)};
}

std::string user_name() {
  passwd entry{};
  passwd* found = nullptr;
  char buffer[4096];
  if (getpwuid_r(geteuid(), &entry, buffer, sizeof buffer, &found) == 0 && found != nullptr) {
    return found->pw_name;
  }
  return fmt::format("user {}", geteuid());
}

// What a waiter shows: one line, and none of it trusted to be printable.
std::string read_owner(int fd) {
  char buffer[kOwnerTextMax];
  const ssize_t got = ::pread(fd, buffer, sizeof buffer, 0);
  std::string text(buffer, got > 0 ? static_cast<size_t>(got) : 0);
  text.erase(std::find(text.begin(), text.end(), '\n'), text.end());
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text.empty() ? "another process" : text;
}

// Failing to write the name costs the waiter an explanation, not the owner its lock.
void write_owner(int fd, std::string_view activity) {
  const std::string text = fmt::format("{}, process {} of {}, since {}\n", activity, ::getpid(), user_name(),
                                       time_text("%H:%M:%S", false));
  if (::ftruncate(fd, 0) == 0) (void)!::pwrite(fd, text.data(), text.size(), 0);
}

uint64_t hash_of(std::string_view text) {  // FNV-1a
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

// The folder of locks is shared by all users of the run folder, as /tmp is.
Result<void> make_lock_folder(const std::string& folder) {
  std::error_code code;
  if (std::filesystem::is_directory(folder, code)) return {};
  auto made = make_shared_folder(folder);
  if (made) return {};
  Error error = made.take_error();
  error.hint = kShareHint;
  return error;
}

// HVSH_FAULT=WHAT:KIND:N matches this step.
bool fault(std::string_view what, std::string_view kind, int step) {
  const std::string wanted = environment("HVSH_FAULT");
  if (wanted.empty()) return false;
  return wanted == fmt::format("{}:{}:{}", what, kind, step);
}

void die() { ::kill(::getpid(), SIGKILL); }

std::string text_of(const SqlValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? std::string() : *text;
}
int64_t number_of(const SqlValue& value) {
  const auto* number = std::get_if<int64_t>(&value);
  return number == nullptr ? 0 : *number;
}

Error not_journalled(Error error) {
  error.id = "JournalFailed";
  return error;
}

}  // namespace

StateConfig default_state_config(bool system_daemon) {
  const bool shared = system_daemon || geteuid() == 0;
  const std::string home = environment("HOME").empty() ? "/" : environment("HOME");
  StateConfig config;
  config.state_folder = environment("HVSH_STATE_DIR");
  if (config.state_folder.empty()) {
    const std::string base = environment("XDG_STATE_HOME");
    config.state_folder = shared ? "/var/lib/hvsh" : (base.empty() ? home + "/.local/state" : base) + "/hvsh";
  }
  config.run_folder = environment("HVSH_RUN_DIR");
  if (config.run_folder.empty()) {
    const std::string base = environment("XDG_RUNTIME_DIR");
    config.run_folder = shared         ? "/run/hvsh"
                        : base.empty() ? fmt::format("/tmp/hvsh-{}", geteuid())
                                       : base + "/hvsh";
  }
  const std::string timeout = environment("HVSH_LOCK_TIMEOUT");
  double seconds = 0;
  const auto [end, code] = std::from_chars(timeout.data(), timeout.data() + timeout.size(), seconds);
  if (code == std::errc() && end == timeout.data() + timeout.size() && seconds >= 0 && seconds < 86'400) {
    config.lock_timeout = std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
  }
  return config;
}

// ---- Locks

Lock& Lock::operator=(Lock&& other) noexcept {
  if (this != &other) {
    release();
    fd_ = std::move(other.fd_);
  }
  return *this;
}

Lock::~Lock() { release(); }

void Lock::release() {
  if (!fd_.valid()) return;
  // Explicitly, because a child that was forked meanwhile would keep the lock with its copy of the
  // descriptor.
  (void)!::ftruncate(fd_.get(), 0);
  ::flock(fd_.get(), LOCK_UN);
  fd_.reset();
}

State::State(StateConfig config) : config_(std::move(config)) {}
State::~State() = default;

Result<Lock> State::lock(const std::string& file, std::string_view what, std::string_view activity,
                         std::optional<std::chrono::milliseconds> timeout) {
  const std::string folder = config_.run_folder + "/locks";
  HVSH_CHECK(make_lock_folder(folder));
  const std::string path = folder + "/" + file;
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0660));
  if (!fd.valid()) {
    Error error = errno_error("open the lock", path, errno);
    if (error.category == ErrorCategory::PermissionDenied) error.hint = kShareHint;
    return error;
  }
  share_file(fd.get(), path);
  const auto deadline = std::chrono::steady_clock::now() + timeout.value_or(config_.lock_timeout);
  auto pause = std::chrono::milliseconds(5);
  while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return errno_error("take the lock", path, errno);
    if (std::chrono::steady_clock::now() >= deadline) {
      return Error{.id = "ResourceBusy",
                   .category = ErrorCategory::ResourceBusy,
                   .message = fmt::format("Cannot begin {} on {}: it is held by {}.", activity, what,
                                          read_owner(fd.get())),
                   .hint = "Wait until that has ended and try again.",
                   .target = std::string(what)};
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::milliseconds(100));
  }
  write_owner(fd.get(), activity);
  return Lock(std::move(fd));
}

Result<Lock> State::lock_machine(const Guid& id, std::string_view machine_name, std::string_view activity,
                                 std::optional<std::chrono::milliseconds> timeout) {
  const std::string text = id.to_string();
  return lock(text + ".lock",
              fmt::format("virtual machine \"{}\"", machine_name.empty() ? text : machine_name), activity,
              timeout);
}

Result<Lock> State::lock_image(const std::string& path, std::string_view activity,
                               std::optional<std::chrono::milliseconds> timeout) {
  std::error_code code;
  const auto canonical = std::filesystem::weakly_canonical(path, code);
  const std::string name = code ? path : canonical.string();
  return lock(fmt::format("image-{:016x}.lock", hash_of(name)), fmt::format("disk image '{}'", path),
              activity, timeout);
}

// ---- Journal

Result<std::shared_ptr<Database>> State::database(bool create) {
  if (database_) return database_;
  const std::string path = config_.state_folder + "/" + kDatabaseFile;
  if (!create) {
    if (::access(path.c_str(), F_OK) != 0) {
      if (errno == ENOENT || errno == ENOTDIR) return std::shared_ptr<Database>();
      return errno_error("open", path, errno);
    }
  }
  HVSH_TRY(database_, Database::open(path));
  return database_;
}

Result<Operation> State::begin(std::string_view kind, const Guid& machine, std::string data) {
  HVSH_TRY(auto database, this->database(true));
  JournalEntry entry{.id = Guid::random().to_string(),
                     .machine = machine.to_string(),
                     .kind = std::string(kind),
                     .step = 0,
                     .data = std::move(data),
                     .owner = ::getpid(),
                     .started = time_text("%Y-%m-%dT%H:%M:%SZ", true)};
  HVSH_CHECK(
      database->run("INSERT INTO operations (id, machine, kind, connection, step, data, owner, started) "
                    "VALUES (?, ?, ?, ?, 0, ?, ?, ?)",
                    {entry.id, entry.machine, entry.kind, config_.connection, entry.data,
                     int64_t{entry.owner}, entry.started}));
  if (fault("kill", kind, 0)) die();
  return Operation(std::move(database), std::move(entry));
}

Result<std::vector<JournalEntry>> State::unfinished(std::optional<Guid> machine) {
  HVSH_TRY(auto database, this->database(false));
  std::vector<JournalEntry> entries;
  if (!database) return entries;
  SqlRow parameters = {config_.connection};
  if (machine) parameters.push_back(machine->to_string());
  HVSH_TRY(const auto rows,
           database->run(fmt::format("SELECT id, machine, kind, step, data, owner, started FROM operations "
                                     "WHERE connection = ? {} ORDER BY started, id",
                                     machine ? "AND machine = ?" : ""),
                         parameters));
  for (const SqlRow& row : rows) {
    entries.push_back({.id = text_of(row[0]),
                       .machine = text_of(row[1]),
                       .kind = text_of(row[2]),
                       .step = static_cast<int>(number_of(row[3])),
                       .data = text_of(row[4]),
                       .owner = static_cast<pid_t>(number_of(row[5])),
                       .started = text_of(row[6])});
  }
  return entries;
}

Operation State::resume(JournalEntry entry) { return Operation(database_, std::move(entry)); }

Result<void> Operation::step(int number, std::optional<std::string> data) {
  if (fault("kill-after", entry_.kind, entry_.step)) die();
  const std::string& text = data ? *data : entry_.data;
  if (fault("fail", entry_.kind, number)) {
    return not_journalled({.category = ErrorCategory::WriteError, .message = "The fault was asked for."});
  }
  auto stepped = database_->run("UPDATE operations SET step = ?, data = ? WHERE id = ?",
                                {int64_t{number}, text, entry_.id});
  if (!stepped) return not_journalled(stepped.take_error());
  entry_.step = number;
  if (data) entry_.data = std::move(*data);
  if (fault("kill", entry_.kind, number)) die();
  return {};
}

Result<void> Operation::done() {
  if (fault("kill-after", entry_.kind, entry_.step)) die();
  auto ended = database_->run("DELETE FROM operations WHERE id = ?", {entry_.id});
  if (!ended) return not_journalled(ended.take_error());
  return {};
}

}  // namespace hvsh::engines
