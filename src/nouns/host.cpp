#include "nouns/host.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>

#include <cerrno>
#include <mutex>
#include <unordered_map>

namespace hvsh::nouns {

namespace {

// How children of this process ended: a child can be asked for only once.
std::mutex ended_lock;
std::unordered_map<int64_t, int32_t>& ended() {
  static std::unordered_map<int64_t, int32_t> codes;
  return codes;
}

}  // namespace

std::optional<int32_t> Process::exit_code() const {
  const std::lock_guard lock(ended_lock);
  const auto known = ended().find(id);
  if (known != ended().end()) return known->second;
  int status = 0;
  if (::waitpid(static_cast<pid_t>(id), &status, WNOHANG) != static_cast<pid_t>(id)) return std::nullopt;
  const int32_t code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  ended().emplace(id, code);
  return code;
}

bool Process::has_exited() const {
  if (exit_code()) return true;
  return ::kill(static_cast<pid_t>(id), 0) != 0 && errno == ESRCH;
}

std::string Process::pm_mib() const {
  return fmt::format("{:.2f}", static_cast<double>(private_memory) / (1 << 20));
}
std::string Process::ws_mib() const {
  return fmt::format("{:.2f}", static_cast<double>(working_set) / (1 << 20));
}
std::string Process::cpu_text() const { return fmt::format("{:.2f}", cpu_seconds); }
std::string Process::display() const { return fmt::format("System.Diagnostics.Process ({})", name); }

}  // namespace hvsh::nouns
