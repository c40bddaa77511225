#include "shell/eval/environment.h"

#include <grp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <mutex>

namespace hvsh::shell {

std::string operating_system() {
  std::ifstream file("/etc/os-release");
  for (std::string line; std::getline(file, line);) {
    constexpr std::string_view kKey = "PRETTY_NAME=";
    if (!line.starts_with(kKey)) continue;
    std::string name = line.substr(kKey.size());
    if (name.size() >= 2 && name.front() == '"') name = name.substr(1, name.size() - 2);
    return name;
  }
  return "Linux";
}

std::string program_folder() {
  char path[PATH_MAX];
  const ssize_t length = ::readlink("/proc/self/exe", path, sizeof path);
  if (length <= 0) return {};
  const std::string_view all(path, static_cast<size_t>(length));
  return std::string(all.substr(0, all.rfind('/')));
}

namespace {

std::mutex environment_lock;

// The variable that `name` means; the lock is held.
std::string environment_name(std::string_view name) {
  std::string exact(name);
  if (std::getenv(exact.c_str()) != nullptr) return exact;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const char* equals = std::strchr(*entry, '=');
    if (equals == nullptr) continue;
    const std::string_view candidate(*entry, static_cast<size_t>(equals - *entry));
    if (equal_names(candidate, name)) return std::string(candidate);
  }
  return exact;
}

}  // namespace

std::optional<std::string> get_environment(std::string_view name) {
  const std::lock_guard lock(environment_lock);
  const char* value = std::getenv(environment_name(name).c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

void set_environment(std::string_view name, const std::string& value) {
  const std::lock_guard lock(environment_lock);
  const std::string exact = environment_name(name);
  if (value.empty()) {
    ::unsetenv(exact.c_str());
  } else {
    ::setenv(exact.c_str(), value.c_str(), 1);
  }
}

std::vector<std::pair<std::string, std::string>> environment_entries() {
  const std::lock_guard lock(environment_lock);
  std::vector<std::pair<std::string, std::string>> entries;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const size_t equals = text.find('=');
    if (equals != std::string_view::npos)
      entries.emplace_back(std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)));
  }
  return entries;
}

std::string host_name() {
  char name[HOST_NAME_MAX + 1];
  if (::gethostname(name, sizeof name) != 0) return "localhost";
  name[HOST_NAME_MAX] = '\0';
  return name;
}

bool in_group(const std::string& name) {
  const group* entry = ::getgrnam(name.c_str());
  if (entry == nullptr) return false;
  const gid_t wanted = entry->gr_gid;
  if (::getegid() == wanted) return true;
  std::vector<gid_t> groups(static_cast<size_t>(std::max(::getgroups(0, nullptr), 0)));
  const int count = ::getgroups(static_cast<int>(groups.size()), groups.data());
  groups.resize(static_cast<size_t>(std::max(count, 0)));
  return std::find(groups.begin(), groups.end(), wanted) != groups.end();
}

bool manages_machines() { return ::geteuid() == 0 || in_group("libvirt"); }

Result<std::vector<Value>> read_lines(const std::string& path) {
  std::ifstream file(path);
  if (!file) return errno_error("read file", path, errno);
  std::vector<Value> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(Value::string(std::move(line)));
  }
  return lines;
}

Result<void> write_whole_file(const std::string& path, std::string_view text, bool append) {
  std::FILE* file = std::fopen(path.c_str(), append ? "ae" : "we");
  if (file == nullptr) return errno_error("write to file", path, errno);
  const bool whole = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const int code = errno;
  if (std::fclose(file) != 0 || !whole) return errno_error("write to file", path, code);
  return {};
}

std::string folder_of(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  return std::string(path.substr(0, slash == 0 ? 1 : slash));
}

}  // namespace hvsh::shell
