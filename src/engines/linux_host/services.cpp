#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>

#include "engines/linux_host/linux_host.h"
#include "engines/process.h"

namespace hvsh::engines::linux_host {

namespace {

// systemctl's own way to tell that systemd runs this host.
bool systemd_runs() {
  struct stat info {};
  return ::stat("/run/systemd/system", &info) == 0 && S_ISDIR(info.st_mode);
}

Error no_systemd() {
  return {.id = "ServicesUnavailable",
          .category = ErrorCategory::NotInstalled,
          .message = "Cannot manage services: systemd does not run this host.",
          .hint = "Services are systemd's units; in a container there are none."};
}

ServiceState state_of(std::string_view active) {
  if (active == "active" || active == "reloading") return ServiceState::running;
  if (active == "activating") return ServiceState::start_pending;
  if (active == "deactivating") return ServiceState::stop_pending;
  return ServiceState::stopped;
}

ServiceStart start_of(std::string_view file_state) {
  if (file_state == "enabled" || file_state == "enabled-runtime" || file_state == "alias")
    return ServiceStart::automatic;
  if (file_state == "masked" || file_state == "masked-runtime") return ServiceStart::disabled;
  return ServiceStart::manual;
}

// Blocks of KEY=value lines, with blank lines between.
std::vector<std::map<std::string, std::string>> blocks_of(std::string_view text) {
  std::vector<std::map<std::string, std::string>> blocks(1);
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const size_t equals = line.find('=');
    if (line.empty() && !blocks.back().empty()) {
      blocks.emplace_back();
    } else if (equals != std::string_view::npos) {
      blocks.back().emplace(line.substr(0, equals), line.substr(equals + 1));
    }
  }
  if (blocks.back().empty()) blocks.pop_back();
  return blocks;
}

std::string without_suffix(std::string name) {
  constexpr std::string_view kSuffix = ".service";
  if (name.ends_with(kSuffix)) name.resize(name.size() - kSuffix.size());
  return name;
}

// "{ path=/usr/sbin/libvirtd ; argv[]=...": the program.
std::string program_of(const std::string& exec) {
  const size_t begin = exec.find("path=");
  if (begin == std::string::npos) return {};
  return exec.substr(begin + 5, exec.find(' ', begin) - begin - 5);
}

class Services final : public HostServices {
 public:
  Result<std::vector<HostService>> list() override {
    if (!systemd_runs()) return no_systemd();
    // Units that are loaded, and units that only lie there as files.
    HVSH_TRY(const std::string files,
             program_output("list services", {"systemctl", "list-unit-files", "--no-legend", "--plain",
                                              "--no-pager", "--type=service"}));
    std::vector<std::string> argv{"systemctl", "show", "--no-pager",
                                  "--property=Id,Description,ActiveState,UnitFileState,ExecStart,MainPID",
                                  "--"};
    std::string_view rest = files;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find('\n'), rest.size());
      const std::string_view name = rest.substr(0, std::min(rest.find(' '), end));
      // A template has no state of its own.
      if (!name.empty() && name.find("@.") == std::string_view::npos) argv.emplace_back(name);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    HVSH_TRY(const std::string shown, program_output("read services", argv));
    std::vector<HostService> services;
    for (auto& block : blocks_of(shown)) {
      services.push_back({.name = without_suffix(block["Id"]),
                          .display_name = block["Description"],
                          .state = state_of(block["ActiveState"]),
                          .start = start_of(block["UnitFileState"]),
                          .path = program_of(block["ExecStart"]),
                          .process_id = std::atoll(block["MainPID"].c_str())});
    }
    std::sort(services.begin(), services.end(),
              [](const HostService& a, const HostService& b) { return a.name < b.name; });
    const auto same =
        std::unique(services.begin(), services.end(),
                    [](const HostService& a, const HostService& b) { return a.name == b.name; });
    services.erase(same, services.end());
    return services;
  }
  Result<void> start(const std::string& name) override { return change("start", name); }
  Result<void> stop(const std::string& name) override { return change("stop", name); }
  Result<void> restart(const std::string& name) override { return change("restart", name); }
  Result<void> set_start(const std::string& name, ServiceStart start) override {
    if (start == ServiceStart::disabled) return change("mask", name);
    HVSH_CHECK(change("unmask", name));
    return change(start == ServiceStart::automatic ? "enable" : "disable", name);
  }

 private:
  static Result<void> change(const std::string& verb, const std::string& name) {
    if (!systemd_runs()) return no_systemd();
    HVSH_TRY(const std::string said,
             program_output(fmt::format("{} service '{}'", verb, name),
                            {"systemctl", verb, "--no-ask-password", "--", name + ".service"}, {},
                            std::chrono::minutes(3)));
    (void)said;
    return {};
  }
};

}  // namespace

std::unique_ptr<HostServices> make_services() { return std::make_unique<Services>(); }

}  // namespace hvsh::engines::linux_host
