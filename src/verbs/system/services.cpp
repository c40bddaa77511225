// Get-Service, Start-Service, Stop-Service, Restart-Service, Set-Service, New-Service, Remove-Service.
#include <fmt/format.h>

#include "engines/host_services.h"
#include "verbs/system/service_table.h"

namespace hvsh::verbs {

namespace {

using engines::HostServices;
using nouns::Service;
using Change = Result<void> (HostServices::*)(const std::string&);

constexpr std::string_view kModule = "Microsoft.PowerShell.Management";

struct ServiceChange : ServiceTarget {
  Switch pass_thru, force, no_wait;
  enum Set : SetMask { InputObject = 1, Default = 2, DisplayName = 4 };
  static constexpr std::string_view kSets[] = {"InputObject", "Default", "DisplayName"};

  // Asks, changes, and writes what became of it. Those that are there already are left alone.
  Flow change(Context& context, std::string_view action, std::optional<nouns::ServiceControllerStatus> unless,
              Change operation) const {
    std::vector<Service> found;
    if (Flow flow = find(context, found); flow != Flow::more) return flow;
    for (Service& service : found) {
      const Answer answer =
          context.should_process(fmt::format("{} ({})", service.display_name, service.name), action);
      if (answer == Answer::stopped) return Flow::stopped;
      if (answer == Answer::no) continue;
      if (!unless || service.status != *unless) {
        auto done = (context.get<HostServices>().*operation)(service.unit);
        if (!done) {
          if (Flow flow = context.error(failed(action, service, done.error()), Value::string(service.name));
              flow != Flow::more)
            return flow;
          continue;
        }
      }
      if (Flow flow = pass_thru ? write_now(context, service) : Flow::more; flow != Flow::more) return flow;
    }
    return Flow::more;
  }

  static Flow write_now(Context& context, Service service) {
    auto listed = all_services(context);
    if (!listed) return context.terminate(listed.take_error());
    for (const Service& now : *listed) {
      if (now.unit != service.unit) continue;
      service.status = now.status;
      service.start_type = now.start_type;
    }
    return context.write(noun_value(std::move(service)));
  }

  static Error failed(std::string_view action, const Service& service, const Error& why) {
    Error error = why;
    const std::string verb(action.substr(0, action.find('-')));
    error.id = fmt::format("CouldNot{}Service", verb);
    error.message = fmt::format("Service '{} ({})' cannot be {}ed due to the following error: {}",
                                service.display_name, service.name,
                                verb == "Stop"  ? "stopp"
                                : verb == "Set" ? "configur"
                                                : to_lower(verb),
                                why.message);
    error.category = ErrorCategory::OpenError;
    error.exception = "Microsoft.PowerShell.Commands.ServiceCommandException";
    return error;
  }
};

template <class Self>
consteval auto service_change_params() {
  return std::array{
      param<&ServiceTarget::input_object, Self>(
          "InputObject",
          {.sets = ServiceChange::InputObject, .position = 0, .mandatory = true, .from_pipeline = true},
          "Service objects."),
      param<&ServiceTarget::name, Self>("Name",
                                        {.sets = ServiceChange::Default,
                                         .position = 0,
                                         .mandatory = true,
                                         .from_pipeline = true,
                                         .from_pipeline_property = true,
                                         .wildcards = true,
                                         .aliases = "ServiceName"},
                                        "Names of services."),
      param<&ServiceTarget::display_name, Self>(
          "DisplayName", {.sets = ServiceChange::DisplayName, .mandatory = true, .wildcards = true},
          "What they do."),
      param<&ServiceTarget::include, Self>("Include", {}, "Only names like these."),
      param<&ServiceTarget::exclude, Self>("Exclude", {}, "No names like these."),
      param<&ServiceChange::pass_thru, Self>("PassThru", {}, "Write the services."),
  };
}
template <class Self>
consteval auto force_params() {
  return std::array{param<&ServiceChange::force, Self>(
      "Force", {}, "With those that depend on it, as systemd always does.")};
}

}  // namespace

struct GetService : ServiceTarget {
  Switch dependent_services, required_services;
  std::vector<std::string> computer_name;

  enum Set : SetMask { Default = 1, DisplayName = 2, InputObject = 4 };
  static constexpr std::string_view kSets[] = {"Default", "DisplayName", "InputObject"};
  static constexpr Param kParams[] = {
      param<&ServiceTarget::name, GetService>(
          "Name",
          {.sets = Default,
           .position = 0,
           .from_pipeline = true,
           .from_pipeline_property = true,
           .wildcards = true,
           .aliases = "ServiceName"},
          "Names of services; vmms and some others of Windows are known."),
      param<&ServiceTarget::display_name, GetService>(
          "DisplayName", {.sets = DisplayName, .mandatory = true, .wildcards = true}, "What they do."),
      param<&ServiceTarget::input_object, GetService>(
          "InputObject", {.sets = InputObject, .from_pipeline = true}, "Service objects."),
      param<&GetService::dependent_services>("DependentServices", {.aliases = "DS"}, "Not there yet."),
      param<&GetService::required_services>("RequiredServices", {.aliases = {"SDO", "ServicesDependedOn"}},
                                            "Not there yet."),
      param<&ServiceTarget::include, GetService>("Include", {}, "Only names like these."),
      param<&ServiceTarget::exclude, GetService>("Exclude", {}, "No names like these."),
      param<&GetService::computer_name>("ComputerName", {.aliases = "Cn"}, "This host."),
  };
  static constexpr std::string_view kAliases[] = {"gsv"};
  static constexpr Example kExamples[] = {
      {"(Get-Service vmms).Status", "Running", "Tells whether Hyper-V's part runs."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "Service",
                             .module = kModule,
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetServiceCommand",
                             .synopsis = "Lists the services of this host: systemd's units."};

  Flow process(Context& context) {
    if (dependent_services || required_services) {
      return context.terminate({.id = "NotSupported",
                                .category = ErrorCategory::NotImplemented,
                                .message = "Get-Service does not list what depends on what.",
                                .hint = "Use systemctl list-dependencies."});
    }
    if (context.parameter_set() == Default && name.empty()) name.emplace_back("*");
    std::vector<Service> found;
    if (Flow flow = find(context, found); flow != Flow::more) return flow;
    for (Service& service : found) {
      if (Flow flow = context.write(noun_value(std::move(service))); flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(GetService);

struct StartService : ServiceChange {
  static constexpr auto kParams = service_change_params<StartService>();
  static constexpr std::string_view kAliases[] = {"sasv"};
  static constexpr Example kExamples[] = {
      {"Start-Service vmms", "", "Starts what Hyper-V's service is here."}};
  static constexpr Decl decl{.verb = "Start",
                             .noun = "Service",
                             .module = kModule,
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.StartServiceCommand",
                             .synopsis = "Starts services."};
  Flow process(Context& context) {
    return change(context, "Start-Service", nouns::ServiceControllerStatus::Running, &HostServices::start);
  }
};
CMDLET(StartService);

struct StopService : ServiceChange {
  static constexpr auto kParams = join(
      service_change_params<StopService>(), force_params<StopService>(),
      std::array{param<&ServiceChange::no_wait, StopService>("NoWait", {}, "Accepted; it is waited for.")});
  static constexpr std::string_view kAliases[] = {"spsv"};
  static constexpr Example kExamples[] = {{"Stop-Service nfs-server", "", "Stops a service."}};
  static constexpr Decl decl{.verb = "Stop",
                             .noun = "Service",
                             .module = kModule,
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.StopServiceCommand",
                             .synopsis = "Stops services."};
  Flow process(Context& context) {
    return change(context, "Stop-Service", nouns::ServiceControllerStatus::Stopped, &HostServices::stop);
  }
};
CMDLET(StopService);

struct RestartService : ServiceChange {
  static constexpr auto kParams =
      join(service_change_params<RestartService>(), force_params<RestartService>());
  static constexpr Example kExamples[] = {
      {"Restart-Service vmms -Force", "", "Restarts what Hyper-V's service is here."}};
  static constexpr Decl decl{.verb = "Restart",
                             .noun = "Service",
                             .module = kModule,
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.RestartServiceCommand",
                             .synopsis = "Stops services and starts them again."};
  Flow process(Context& context) {
    return change(context, "Restart-Service", std::nullopt, &HostServices::restart);
  }
};
CMDLET(RestartService);

struct SetService : ServiceChange {
  std::optional<nouns::ServiceStartMode> startup_type;
  std::string status, description, new_display_name;
  Value credential;

  static constexpr std::string_view kStates[] = {"Running", "Stopped", "Paused"};
  static constexpr Param kParams[] = {
      param<&ServiceTarget::name, SetService>("Name",
                                              {.sets = Default,
                                               .position = 0,
                                               .mandatory = true,
                                               .from_pipeline = true,
                                               .from_pipeline_property = true,
                                               .aliases = {"ServiceName", "SN"}},
                                              "Names of services."),
      param<&ServiceTarget::input_object, SetService>(
          "InputObject", {.sets = InputObject, .position = 0, .mandatory = true, .from_pipeline = true},
          "Service objects."),
      param<&SetService::startup_type>("StartupType", {.aliases = {"StartMode", "SM", "ST"}},
                                       "Automatic, Manual or Disabled."),
      param<&SetService::status>("Status", {.values = kStates}, "Running or Stopped."),
      param<&SetService::description>("Description", {}, "A unit file's matter."),
      param<&SetService::new_display_name>("DisplayName", {.aliases = "DN"}, "A unit file's matter."),
      param<&SetService::credential>("Credential", {}, "A unit file's matter."),
      param<&ServiceChange::force, SetService>("Force", {}, "Accepted."),
      param<&ServiceChange::pass_thru, SetService>("PassThru", {}, "Write the services."),
  };
  static constexpr Example kExamples[] = {
      {"Set-Service nfs-server -StartupType Automatic", "", "Starts a service with the host from now on."}};
  static constexpr Decl decl{.verb = "Set",
                             .noun = "Service",
                             .module = kModule,
                             .sets = kSets,
                             .default_set = 1,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.SetServiceCommand",
                             .synopsis = "Sets when services start, and starts or stops them."};

  Flow process(Context& context) {
    if (!description.empty() || !new_display_name.empty() || !credential.is_null() ||
        equal_ascii(status, "Paused")) {
      return context.terminate(
          {.id = "NotSupported",
           .category = ErrorCategory::NotImplemented,
           .message = "Set-Service sets -StartupType and -Status Running or Stopped alone.",
           .hint = "Descriptions and users stand in the unit file: systemctl edit."});
    }
    std::vector<Service> found;
    if (Flow flow = find(context, found); flow != Flow::more) return flow;
    for (const Service& service : found) {
      const Answer answer =
          context.should_process(fmt::format("{} ({})", service.display_name, service.name), "Set-Service");
      if (answer == Answer::stopped) return Flow::stopped;
      if (answer == Answer::no) continue;
      auto done = set(context.get<HostServices>(), service.unit);
      const Flow flow =
          !done ? context.error(failed("Set-Service", service, done.error()), Value::string(service.name))
          : pass_thru ? write_now(context, service)
                      : Flow::more;
      if (flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  Result<void> set(HostServices& services, const std::string& unit) const {
    using nouns::ServiceStartMode;
    if (startup_type) {
      HVSH_CHECK(services.set_start(
          unit, *startup_type == ServiceStartMode::Disabled ? engines::ServiceStart::disabled
                : *startup_type == ServiceStartMode::Manual ? engines::ServiceStart::manual
                                                            : engines::ServiceStart::automatic));
    }
    if (equal_ascii(status, "Running")) return services.start(unit);
    if (equal_ascii(status, "Stopped")) return services.stop(unit);
    return {};
  }
};
CMDLET(SetService);

}  // namespace hvsh::verbs
