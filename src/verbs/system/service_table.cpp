#include "verbs/system/service_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/wildcard.h"
#include "engines/host_services.h"

namespace hvsh::verbs {

namespace {

using nouns::Service;

// Services of Windows that scripts around Hyper-V ask for, and the units that do their work here; the first
// that exists is taken.
struct StandIn {
  std::string_view windows, display_name, first, second = {};
};
constexpr StandIn kStandIns[] = {
    {"vmms", "Hyper-V Virtual Machine Management", "virtqemud", "libvirtd"},
    {"vmcompute", "Hyper-V Host Compute Service", "virtqemud", "libvirtd"},
    {"Dnscache", "DNS Client", "systemd-resolved"},
    {"W32Time", "Windows Time", "systemd-timesyncd", "chrony"},
    {"LanmanServer", "Server", "smbd", "nfs-server"},
    {"MSiSCSI", "Microsoft iSCSI Initiator Service", "iscsid"},
    {"sshd", "OpenSSH SSH Server", "ssh", "sshd"},
};

Service describe(const engines::HostService& service) {
  static constexpr nouns::ServiceControllerStatus kStates[] = {
      nouns::ServiceControllerStatus::Stopped, nouns::ServiceControllerStatus::StartPending,
      nouns::ServiceControllerStatus::StopPending, nouns::ServiceControllerStatus::Running};
  static constexpr nouns::ServiceStartMode kStarts[] = {
      nouns::ServiceStartMode::Automatic, nouns::ServiceStartMode::Manual, nouns::ServiceStartMode::Disabled};
  return {.name = service.name,
          .display_name = service.display_name,
          .path = service.path,
          .status = kStates[static_cast<size_t>(service.state)],
          .start_type = kStarts[static_cast<size_t>(service.start)],
          .unit = service.name};
}

bool any_matches(const std::vector<std::string>& patterns, std::string_view text) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [text](const std::string& pattern) { return Wildcard(pattern).matches(text); });
}

const Service* find_unit(const std::vector<Service>& all, std::string_view name) {
  for (const Service& service : all) {
    if (equal_ascii(service.name, name)) return &service;
  }
  return nullptr;
}

std::optional<Service> stand_in(const std::vector<Service>& all, std::string_view name) {
  for (const StandIn& one : kStandIns) {
    if (!equal_ascii(one.windows, name)) continue;
    const Service* unit = find_unit(all, one.first);
    if (unit == nullptr && !one.second.empty()) unit = find_unit(all, one.second);
    if (unit == nullptr) return std::nullopt;
    Service service = *unit;
    service.name = one.windows;
    service.display_name = one.display_name;
    return service;
  }
  return std::nullopt;
}

}  // namespace

Error no_such_service(const std::string& name) {
  return {.id = "NoServiceFoundForGivenName",
          .category = ErrorCategory::ObjectNotFound,
          .message = fmt::format("Cannot find any service with service name '{}'.", name),
          .target = name,
          .target_type = "System.String",
          .exception = "Microsoft.PowerShell.Commands.ServiceCommandException"};
}

Result<std::vector<Service>> all_services(Context& context) {
  HVSH_TRY(const std::vector<engines::HostService> listed, context.get<engines::HostServices>().list());
  std::vector<Service> all;
  for (const engines::HostService& one : listed) all.push_back(describe(one));
  return all;
}

Flow ServiceTarget::find(Context& context, std::vector<Service>& found) const {
  auto listed = all_services(context);
  if (!listed) return context.terminate(listed.take_error());
  const auto add = [&](Service service) {
    if (!include.empty() && !any_matches(include, service.name)) return;
    if (!any_matches(exclude, service.name)) found.push_back(std::move(service));
  };
  for (const Object<Service>& one : input_object) {
    // As it is now: the object may be old.
    const Service* now = find_unit(*listed, one->value.unit);
    Service service = one->value;
    if (now != nullptr) service.status = now->status;
    add(std::move(service));
  }
  for (const bool shown : {false, true}) {
    for (const std::string& pattern : shown ? display_name : name) {
      bool any = is_pattern(pattern);
      for (const Service& service : *listed) {
        if (!Wildcard(pattern).matches(shown ? service.display_name : service.name)) continue;
        any = true;
        add(service);
      }
      if (any) continue;
      if (auto other = shown ? std::nullopt : stand_in(*listed, pattern)) {
        add(std::move(*other));
        continue;
      }
      if (Flow flow = context.error(no_such_service(pattern), Value::string(pattern)); flow != Flow::more)
        return flow;
    }
  }
  return Flow::more;
}

}  // namespace hvsh::verbs
