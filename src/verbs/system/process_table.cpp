#include "verbs/system/process_table.h"

#include <dirent.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <memory>
#include <sstream>

#include "core/text.h"
#include "engines/files.h"

namespace hvsh::verbs {

namespace {

std::string proc(int64_t id, std::string_view what) { return fmt::format("/proc/{}/{}", id, what); }

std::string link_target(const std::string& path) {
  char target[PATH_MAX];
  const ssize_t length = ::readlink(path.c_str(), target, sizeof target);
  return length > 0 ? std::string(target, static_cast<size_t>(length)) : std::string();
}

int64_t entries_in(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
  int64_t count = 0;
  while (const dirent* entry = folder ? ::readdir(folder.get()) : nullptr)
    count += entry->d_name[0] != '.' ? 1 : 0;
  return count;
}

std::string user_of(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {};
  const passwd* entry = ::getpwuid(info.st_uid);
  return entry != nullptr ? entry->pw_name : std::to_string(info.st_uid);
}

DateTime boot_time() {
  struct sysinfo info {};
  ::sysinfo(&info);
  return {DateTime::now().ticks - info.uptime * kTicksPerSecond, DateTime::Kind::local};
}

}  // namespace

std::optional<nouns::Process> process_of(int64_t id) {
  auto stat = engines::read_file(proc(id, "stat"), 64 << 10);
  if (!stat) return std::nullopt;
  // id (name) state parent ...; the name may hold blanks and parentheses.
  const size_t open = stat->find('('), close = stat->rfind(')');
  if (open == std::string::npos || close == std::string::npos) return std::nullopt;
  nouns::Process process{.id = id, .name = stat->substr(open + 1, close - open - 1)};
  std::istringstream fields(stat->substr(close + 1));
  std::vector<std::string> values;
  for (std::string value; fields >> value;) values.push_back(value);
  if (values.size() < 22 || values[0] == "Z" || values[0] == "X") return std::nullopt;
  const auto number = [&values](size_t field) { return std::atoll(values[field - 3].c_str()); };
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  process.parent = number(4);
  process.session = number(6);
  process.cpu_seconds = static_cast<double>(number(14) + number(15)) / ticks;
  process.threads = number(20);
  process.started = boot_time();
  process.started.ticks += static_cast<int64_t>(static_cast<double>(number(22)) / ticks * kTicksPerSecond);
  process.virtual_memory = number(23);
  const int64_t page = ::sysconf(_SC_PAGESIZE);
  process.working_set = number(24) * page;
  if (auto memory = engines::read_file(proc(id, "statm"), 4096)) {
    std::istringstream pages(*memory);
    int64_t size = 0, resident = 0, shared = 0;
    if (pages >> size >> resident >> shared) process.private_memory = (resident - shared) * page;
  }
  process.path = link_target(proc(id, "exe"));
  // The kernel cuts names at 15 characters; the program's own is whole.
  const std::string program = process.path.substr(process.path.rfind('/') + 1);
  if (process.name.size() == 15 && program.starts_with(process.name)) process.name = program;
  if (auto line = engines::read_file(proc(id, "cmdline"), 1 << 20)) {
    std::replace(line->begin(), line->end(), '\0', ' ');
    while (!line->empty() && line->back() == ' ') line->pop_back();
    process.command_line = std::move(*line);
  }
  process.handles = entries_in(proc(id, "fd"));
  process.user = user_of(proc(id, ""));
  return process;
}

std::vector<nouns::Process> all_processes() {
  std::vector<nouns::Process> found;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc"), ::closedir);
  while (const dirent* entry = folder ? ::readdir(folder.get()) : nullptr) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    if (auto process = process_of(std::atoll(entry->d_name))) found.push_back(std::move(*process));
  }
  std::sort(found.begin(), found.end(), [](const nouns::Process& a, const nouns::Process& b) {
    const std::string left = to_lower(a.name), right = to_lower(b.name);
    return left != right ? left < right : a.id < b.id;
  });
  return found;
}

Error no_such_process(int64_t id) {
  return {.id = "NoProcessFoundForGivenId",
          .category = ErrorCategory::ObjectNotFound,
          .message = fmt::format("Cannot find a process with the process identifier {}.", id),
          .target = std::to_string(id),
          .target_type = "System.Int32",
          .exception = "Microsoft.PowerShell.Commands.ProcessCommandException"};
}
Error no_such_process(const std::string& name) {
  return {.id = "NoProcessFoundForGivenName",
          .category = ErrorCategory::ObjectNotFound,
          .message =
              fmt::format("Cannot find a process with the name \"{}\". Verify the process name and call the "
                          "cmdlet again.",
                          name),
          .target = name,
          .target_type = "System.String",
          .exception = "Microsoft.PowerShell.Commands.ProcessCommandException"};
}

}  // namespace hvsh::verbs
