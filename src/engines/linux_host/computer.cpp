#include <dirent.h>
#include <fmt/format.h>
#include <mntent.h>
#include <pwd.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "core/text.h"
#include "engines/files.h"
#include "engines/linux_host/linux_host.h"
#include "engines/process.h"

namespace hvsh::engines::linux_host {

namespace {

constexpr uint64_t kMaxFact = uint64_t{4} << 20;

// A file of one fact; empty when it is not there or not for us.
std::string fact(const std::string& path) {
  auto text = read_file(path, kMaxFact);
  if (!text) return {};
  while (!text->empty() && (text->back() == '\n' || text->back() == ' ')) text->pop_back();
  return std::move(*text);
}
std::string dmi(std::string_view name) { return fact(fmt::format("/sys/class/dmi/id/{}", name)); }

// The value behind "KEY : value" or KEY=value.
std::string value_of(std::string_view text, std::string_view key, char separator) {
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    if (!line.starts_with(key)) continue;
    size_t at = key.size();
    while (at < line.size() && (line[at] == ' ' || line[at] == '\t')) ++at;
    if (at >= line.size() || line[at] != separator) continue;
    std::string_view value = line.substr(at + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '"')) value.remove_prefix(1);
    while (!value.empty() && (value.back() == ' ' || value.back() == '"')) value.remove_suffix(1);
    return std::string(value);
  }
  return {};
}

int64_t kib_of(const std::string& memory, std::string_view key) {
  return std::atoll(value_of(memory, key, ':').c_str()) * 1024;
}

void read_processors(ComputerFacts& facts) {
  const std::string all = fact("/proc/cpuinfo");
  std::string_view rest = all;
  std::set<std::string> cores;
  std::string socket;
  ProcessorFacts current;
  int64_t found = 0;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find("\n\n"), rest.size());
    const std::string_view block = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 2, rest.size()));
    const std::string package = value_of(block, "physical id", ':');
    if (found > 0 && package != socket) {
      facts.processors.push_back(std::exchange(current, {}));
      cores.clear();
      found = 0;
    }
    socket = package;
    ++found;
    cores.insert(value_of(block, "core id", ':'));
    const std::string flags = " " + value_of(block, "flags", ':') + " ";
    current.id = fmt::format("CPU{}", package.empty() ? "0" : package);
    current.name = value_of(block, "model name", ':');
    current.manufacturer = value_of(block, "vendor_id", ':');
    current.megahertz = static_cast<int64_t>(std::atof(value_of(block, "cpu MHz", ':').c_str()));
    current.l3_kib = std::atoll(value_of(block, "cache size", ':').c_str());
    current.virtualization =
        flags.find(" vmx ") != std::string::npos || flags.find(" svm ") != std::string::npos;
    current.threads = found;
    current.cores = static_cast<int64_t>(cores.size());
    facts.is_virtual |= flags.find(" hypervisor ") != std::string::npos;
  }
  if (found > 0) facts.processors.push_back(std::move(current));
}

void read_volumes(ComputerFacts& facts) {
  const std::unique_ptr<FILE, int (*)(FILE*)> table(::setmntent("/proc/self/mounts", "re"), ::endmntent);
  if (!table) return;
  std::set<std::string> seen;
  while (const mntent* entry = ::getmntent(table.get())) {
    const std::string_view device = entry->mnt_fsname, type = entry->mnt_type;
    const bool remote = type == "nfs" || type == "nfs4" || type == "cifs" || type == "ceph";
    const bool local = device.starts_with("/dev/") || type == "zfs" || type == "btrfs" || type == "overlay";
    struct statvfs space {};
    if ((!local && !remote) || !seen.insert(std::string(device)).second ||
        ::statvfs(entry->mnt_dir, &space) != 0)
      continue;
    const auto unit = static_cast<int64_t>(space.f_frsize);
    facts.volumes.push_back({.mount = entry->mnt_dir,
                             .device = std::string(device),
                             .file_system = std::string(type),
                             .label = {},
                             .size = static_cast<int64_t>(space.f_blocks) * unit,
                             .free = static_cast<int64_t>(space.f_bavail) * unit,
                             .remote = remote});
  }
}

std::optional<DateTime> date_of_dmi(const std::string& text) {  // 04/01/2014
  auto parsed = DateTime::parse(text);
  return parsed ? std::optional<DateTime>(*parsed) : std::nullopt;
}

int64_t count_processes() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc"), ::closedir);
  int64_t count = 0;
  while (const dirent* entry = folder ? ::readdir(folder.get()) : nullptr) {
    if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9') ++count;
  }
  return count;
}

Error no_systemd(std::string_view what) {
  return {.id = "HostUnavailable",
          .category = ErrorCategory::NotInstalled,
          .message = fmt::format("Cannot {}: systemd does not run this host.", what)};
}

DateTime time_of_micros(const nlohmann::json& entry, const char* key) {
  const int64_t micros = std::atoll(entry.value(key, "0").c_str());
  return DateTime::from_unix(micros / 1'000'000, micros % 1'000'000 * 1000).to_local();
}

class Computer final : public HostComputer {
 public:
  Result<ComputerFacts> facts() override {
    ComputerFacts facts;
    utsname system{};
    ::uname(&system);
    const std::string full = system.nodename;
    facts.name = full.substr(0, full.find('.'));
    if (const size_t dot = full.find('.'); dot != std::string::npos) facts.domain = full.substr(dot + 1);
    const passwd* entry = ::getpwuid(::geteuid());
    facts.user = entry != nullptr ? entry->pw_name : std::to_string(::geteuid());
    facts.manufacturer = dmi("sys_vendor");
    facts.model = dmi("product_name");
    facts.serial_number = dmi("product_serial");
    facts.uuid = dmi("product_uuid");
    facts.bios_vendor = dmi("bios_vendor");
    facts.bios_version = dmi("bios_version");
    facts.bios_date = date_of_dmi(dmi("bios_date"));
    const std::string release = fact("/etc/os-release");
    facts.os_name = value_of(release, "PRETTY_NAME", '=');
    if (facts.os_name.empty()) facts.os_name = "Linux";
    facts.kernel = system.release;
    facts.os_version = facts.kernel.substr(0, facts.kernel.find_first_not_of("0123456789."));
    facts.os_build = value_of(release, "VERSION_ID", '=');
    struct sysinfo info {};
    ::sysinfo(&info);
    facts.local_time = DateTime::now();
    facts.boot_time = {facts.local_time.ticks - info.uptime * kTicksPerSecond, DateTime::Kind::local};
    const std::string memory = fact("/proc/meminfo");
    facts.memory_bytes = kib_of(memory, "MemTotal");
    facts.free_memory_bytes = kib_of(memory, "MemAvailable");
    facts.swap_bytes = kib_of(memory, "SwapTotal");
    facts.free_swap_bytes = kib_of(memory, "SwapFree");
    facts.process_count = count_processes();
    read_processors(facts);
    read_volumes(facts);
    return facts;
  }

  Result<void> rename(const std::string& name) override {
    return done(program_output(fmt::format("rename this host to '{}'", name),
                               {"hostnamectl", "set-hostname", "--", name}));
  }
  Result<void> restart() override { return power("reboot", "restart this host"); }
  Result<void> shut_down() override { return power("poweroff", "shut this host down"); }

  Result<std::vector<HostEvent>> journal(const HostEventQuery& query) override {
    std::vector<std::string> argv{"journalctl",
                                  "--output=json",
                                  "--no-pager",
                                  "--quiet",
                                  fmt::format("--lines={}{}", query.oldest_first ? "+" : "", query.most),
                                  fmt::format("--priority={}", query.max_priority)};
    if (query.oldest_first) argv[4] = fmt::format("--lines={}", query.most);
    if (!query.oldest_first) argv.emplace_back("--reverse");
    if (!query.unit.empty()) argv.push_back("--unit=" + query.unit);
    if (query.from) argv.push_back(fmt::format("--since=@{}", query.from->to_unix_seconds()));
    if (query.to) argv.push_back(fmt::format("--until=@{}", query.to->to_unix_seconds()));
    HVSH_TRY(const std::string text, program_output("read the journal", argv));
    std::vector<HostEvent> entries;
    std::string_view rest = text;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find('\n'), rest.size());
      const auto line = nlohmann::json::parse(rest.substr(0, end), nullptr, false);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (!line.is_object()) continue;
      const auto text_of = [&line](const char* key) {
        return line.contains(key) && line[key].is_string() ? line[key].get<std::string>() : std::string();
      };
      std::string unit = text_of("_SYSTEMD_UNIT");
      if (unit.empty()) unit = text_of("SYSLOG_IDENTIFIER");
      entries.push_back({.time = time_of_micros(line, "__REALTIME_TIMESTAMP"),
                         .unit = std::move(unit),
                         .message = text_of("MESSAGE"),
                         .host = text_of("_HOSTNAME"),
                         .priority = std::atoll(line.value("PRIORITY", "6").c_str()),
                         .process_id = std::atoll(text_of("_PID").c_str())});
    }
    return entries;
  }

 private:
  static Result<void> done(Result<std::string> said) {
    if (!said) return said.take_error();
    return {};
  }
  static Result<void> power(const std::string& verb, std::string_view what) {
    if (::access("/run/systemd/system", F_OK) != 0) return no_systemd(what);
    return done(program_output(what, {"systemctl", "--no-ask-password", verb}));
  }
};

}  // namespace

std::unique_ptr<HostComputer> make_computer() { return std::make_unique<Computer>(); }

}  // namespace hvsh::engines::linux_host
