#include "engines/block/qemu_user.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <map>
#include <optional>
#include <sstream>

namespace hvsh::engines::block {
namespace {

constexpr uint64_t kConfMax = 1u << 20;

// `key = "value"` and `key = number` lines; later lines win, as in libvirt.
std::map<std::string, std::string> parse_conf(const std::string& text) {
  std::map<std::string, std::string> settings;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const size_t key_begin = line.find_first_not_of(" \t");
    const size_t equals = line.find('=');
    if (key_begin == std::string::npos || line[key_begin] == '#' || equals == std::string::npos) continue;
    std::string key = line.substr(key_begin, equals - key_begin);
    key.erase(key.find_last_not_of(" \t") + 1);
    const size_t begin = line.find_first_not_of(" \t", equals + 1);
    if (begin == std::string::npos) continue;
    if (line[begin] == '"') {
      const size_t end = line.find('"', begin + 1);
      if (end != std::string::npos) settings[key] = line.substr(begin + 1, end - begin - 1);
    } else {
      settings[key] = line.substr(begin, line.find_first_of(" \t#", begin) - begin);
    }
  }
  return settings;
}

std::optional<uint32_t> number(const std::string& text) {
  uint32_t value = 0;
  const char* begin = text.c_str() + (text.starts_with('+') ? 1 : 0);
  const char* end = text.c_str() + text.size();
  const auto [at, code] = std::from_chars(begin, end, value);
  return code == std::errc() && at == end && begin != end ? std::optional(value) : std::nullopt;
}

std::optional<User> look_up(const std::string& name) {
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(16384);
  // A leading plus means a number even if there is a user of that name.
  if (!name.starts_with('+')) ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  const auto id = number(name);
  if (!found && id) ::getpwuid_r(*id, &entry, buffer.data(), buffer.size(), &found);
  if (!found && id) return User{*id, static_cast<gid_t>(*id), {}, name};
  if (!found) return std::nullopt;
  User user{entry.pw_uid, entry.pw_gid, {}, entry.pw_name};
  int count = 64;
  user.groups.resize(static_cast<size_t>(count));
  if (::getgrouplist(entry.pw_name, entry.pw_gid, user.groups.data(), &count) < 0) count = 0;
  user.groups.resize(static_cast<size_t>(count));
  return user;
}

std::optional<gid_t> look_up_group(const std::string& name) {
  group entry{};
  group* found = nullptr;
  std::vector<char> buffer(65536);
  if (!name.starts_with('+')) ::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found) return entry.gr_gid;
  return number(name);
}

Error no_user(const std::string& name, const std::string& conf) {
  return Error{.id = "QemuUserNotFound",
               .category = ErrorCategory::ObjectNotFound,
               .message = fmt::format(
                   "Cannot serve disks: the user or group '{}' for guests' disks does not exist.", name),
               .hint = fmt::format("Check `user` and `group` in {}, or install libvirt-daemon-system.", conf),
               .target = name};
}

}  // namespace

Result<QemuUser> find_qemu_user(const std::string& qemu_conf) {
  if (::geteuid() != 0) {
    QemuUser self;
    self.dynamic_ownership = false;
    self.user = look_up(fmt::format("+{}", ::geteuid())).value_or(User{});
    self.user.gid = ::getegid();
    return self;
  }
  std::map<std::string, std::string> settings;
  auto text = read_file(qemu_conf, kConfMax);
  if (text) {
    settings = parse_conf(*text);
  } else if (text.error().category != ErrorCategory::ObjectNotFound) {
    return text.take_error();
  }
  QemuUser result;
  if (const auto found = settings.find("user"); found != settings.end() && !found->second.empty()) {
    auto user = look_up(found->second);
    if (!user) return no_user(found->second, qemu_conf);
    result.user = *user;
  } else {
    auto user = look_up("libvirt-qemu");
    if (!user) user = look_up("qemu");
    if (!user) return no_user("libvirt-qemu", qemu_conf);
    result.user = *user;
  }
  if (const auto found = settings.find("group"); found != settings.end() && !found->second.empty()) {
    const auto group = look_up_group(found->second);
    if (!group) return no_user(found->second, qemu_conf);
    result.user.gid = *group;
  }
  const auto ownership = settings.find("dynamic_ownership");
  result.dynamic_ownership =
      result.user.uid != 0 && (ownership == settings.end() || ownership->second != "0");
  return result;
}

Result<void> give_image(const std::string& path, const QemuUser& user, const std::string& owners_path) {
  if (!user.dynamic_ownership || ::geteuid() != 0) return {};
  // Through a descriptor and without following links, so that what is judged is what changes owner.
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!fd.valid()) return errno_error("open", path, errno);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return errno_error("read", path, errno);
  if (info.st_uid == user.user.uid) return {};
  if (!S_ISREG(info.st_mode) && !S_ISBLK(info.st_mode)) return errno_error("serve as a disk", path, EINVAL);
  if (!owners_path.empty()) {
    auto old = read_file(owners_path, 16u << 20);
    std::string text = old ? old.take() : std::string();
    text += fmt::format("{} {} {}\n", info.st_uid, info.st_gid, path);
    HVSH_CHECK(write_file_atomically(owners_path, text, 0600));
  }
  if (::fchown(fd.get(), user.user.uid, user.user.gid) != 0) return errno_error("give away", path, errno);
  return {};
}

Result<void> give_back(const std::string& owners_path) {
  auto text = read_file(owners_path, 16u << 20);
  if (!text) return {};  // nothing was ever given
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    uid_t uid = 0;
    gid_t gid = 0;
    std::string path;
    if (!(fields >> uid >> gid) || fields.get() != ' ' || !std::getline(fields, path)) continue;
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd.valid()) continue;  // merged or removed since
    if (::fchown(fd.get(), uid, gid) != 0) return errno_error("give back", path, errno);
  }
  if (::unlink(owners_path.c_str()) != 0) return errno_error("remove", owners_path, errno);
  return {};
}

}  // namespace hvsh::engines::block
