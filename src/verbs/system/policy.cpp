// Get- and Set-ExecutionPolicy; Install-, Find-, Update-Module and Install-PackageProvider, which have no
// gallery here.
#include <fmt/format.h>

#include <algorithm>

#include "verbs/system/refusals.h"

namespace hvsh::verbs {

enum class ExecutionPolicy : uint8_t {
  Unrestricted = 0,
  RemoteSigned = 1,
  AllSigned = 2,
  Restricted = 3,
  Default = 3,
  Bypass = 4,
  Undefined = 5
};
enum class ExecutionPolicyScope : uint8_t {
  Process = 0,
  CurrentUser = 1,
  LocalMachine = 2,
  UserPolicy = 3,
  MachinePolicy = 4
};

}  // namespace hvsh::verbs

namespace hvsh {

template <>
struct EnumOf<verbs::ExecutionPolicy> {
  static constexpr EnumMember kMembers[] = {{"Unrestricted", 0}, {"RemoteSigned", 1}, {"AllSigned", 2},
                                            {"Restricted", 3},   {"Default", 3},      {"Bypass", 4},
                                            {"Undefined", 5}};
  static constexpr EnumInfo info{.type = {"Microsoft.PowerShell.ExecutionPolicy", "ExecutionPolicy"},
                                 .members = kMembers};
};
template <>
struct EnumOf<verbs::ExecutionPolicyScope> {
  static constexpr EnumMember kMembers[] = {
      {"Process", 0}, {"CurrentUser", 1}, {"LocalMachine", 2}, {"UserPolicy", 3}, {"MachinePolicy", 4}};
  static constexpr EnumInfo info{
      .type = {"Microsoft.PowerShell.ExecutionPolicyScope", "ExecutionPolicyScope"}, .members = kMembers};
};

}  // namespace hvsh

namespace hvsh::verbs {

namespace {

// Modules whose cmdlets are there without being installed.
constexpr std::string_view kProvided[] = {"Hyper-V",
                                          "Dism",
                                          "NetAdapter",
                                          "NetTCPIP",
                                          "NetNat",
                                          "NetSecurity",
                                          "DnsClient",
                                          "Storage",
                                          "ServerManager",
                                          "CimCmdlets",
                                          "PowerShellGet",
                                          "PackageManagement",
                                          "Microsoft.PowerShell.Archive",
                                          "Pester",
                                          "BitsTransfer"};

bool is_provided(std::string_view name) {
  return std::any_of(std::begin(kProvided), std::end(kProvided),
                     [name](std::string_view known) { return equal_ascii(known, name); });
}

Error no_gallery(std::string_view cmdlet, std::string_view name) {
  return {.id = "NoMatchFoundForCriteria",
          .category = ErrorCategory::ObjectNotFound,
          .message = fmt::format("{} cannot get '{}': there is no gallery of modules here.", cmdlet, name),
          .hint = "Copy the module's folder to a folder of $env:PSModulePath, and import it by its name.",
          .exception = "System.Exception"};
}

}  // namespace

struct GetExecutionPolicy {
  std::optional<ExecutionPolicyScope> scope;
  Switch list;
  static constexpr Param kParams[] = {
      param<&GetExecutionPolicy::scope>("Scope", {.position = 0, .from_pipeline_property = true},
                                        "Process, CurrentUser ..."),
      param<&GetExecutionPolicy::list>("List", {}, "Of every scope."),
  };
  static constexpr Example kExamples[] = {
      {"Get-ExecutionPolicy", "Unrestricted", "Scripts always run on Linux."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "ExecutionPolicy",
                             .module = "Microsoft.PowerShell.Security",
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetExecutionPolicyCommand",
                             .synopsis = "Tells that scripts run: Unrestricted, as on every Linux host."};
  Flow process(Context& context) {
    const auto policy = [](ExecutionPolicy value) { return Traits<ExecutionPolicy>::to(value); };
    if (!list) return context.write(policy(ExecutionPolicy::Unrestricted));
    for (const ExecutionPolicyScope one :
         {ExecutionPolicyScope::MachinePolicy, ExecutionPolicyScope::UserPolicy,
          ExecutionPolicyScope::Process, ExecutionPolicyScope::CurrentUser,
          ExecutionPolicyScope::LocalMachine}) {
      auto record = make<RecordObject>();
      record->set("Scope", Traits<ExecutionPolicyScope>::to(one));
      record->set("ExecutionPolicy", policy(ExecutionPolicy::Unrestricted));
      if (Flow flow = context.write(Value::object(record)); flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(GetExecutionPolicy);

struct SetExecutionPolicy {
  ExecutionPolicy execution_policy = ExecutionPolicy::Unrestricted;
  std::optional<ExecutionPolicyScope> scope;
  Switch force;
  static constexpr Param kParams[] = {
      param<&SetExecutionPolicy::execution_policy>(
          "ExecutionPolicy", {.position = 0, .mandatory = true, .from_pipeline_property = true},
          "Any of Windows' policies."),
      param<&SetExecutionPolicy::scope>("Scope", {.position = 1, .from_pipeline_property = true},
                                        "Accepted."),
      param<&SetExecutionPolicy::force>("Force", {}, "Accepted."),
  };
  static constexpr Example kExamples[] = {
      {"Set-ExecutionPolicy Bypass -Scope Process", "", "Accepted; scripts run anyway."}};
  static constexpr Decl decl{
      .verb = "Set",
      .noun = "ExecutionPolicy",
      .module = "Microsoft.PowerShell.Security",
      .params = kParams,
      .examples = kExamples,
      .should_process = true,
      .error_class = "Microsoft.PowerShell.Commands.SetExecutionPolicyCommand",
      .synopsis = "Accepted where it lets scripts run, which they always do on Linux."};
  Flow process(Context& context) {
    const bool restricts =
        execution_policy == ExecutionPolicy::Restricted || execution_policy == ExecutionPolicy::AllSigned;
    if (!restricts) return Flow::more;
    return context.terminate(
        not_on_linux("Set-ExecutionPolicy cannot keep scripts from running: files on Linux are not "
                     "signed.",
                     "Use the file's mode (chmod)."));
  }
};
CMDLET(SetExecutionPolicy);

// Install-, Update- and Find-Module.
struct ModuleWish {
  std::vector<std::string> name, repository, tag;
  std::string minimum_version, maximum_version, required_version, scope;
  Value credential, input_object;
  Switch force, allow_clobber, skip_publisher_check, allow_prerelease, accept_license, pass_thru;

  Flow get(Context& context, std::string_view cmdlet) const {
    for (const std::string& one : name) {
      if (is_provided(one)) continue;
      if (Flow flow = context.error(no_gallery(cmdlet, one), Value::string(one)); flow != Flow::more)
        return flow;
    }
    return Flow::more;
  }
};
template <class Self>
consteval auto module_params() {
  return std::array{
      param<&ModuleWish::name, Self>("Name", {.position = 0, .from_pipeline_property = true},
                                     "Names of modules."),
      param<&ModuleWish::minimum_version, Self>("MinimumVersion", {.from_pipeline_property = true},
                                                "Accepted."),
      param<&ModuleWish::maximum_version, Self>("MaximumVersion", {.from_pipeline_property = true},
                                                "Accepted."),
      param<&ModuleWish::required_version, Self>("RequiredVersion", {.from_pipeline_property = true},
                                                 "Accepted."),
      param<&ModuleWish::repository, Self>("Repository", {}, "There is none."),
      param<&ModuleWish::credential, Self>("Credential", {}, "Accepted."),
      param<&ModuleWish::allow_prerelease, Self>("AllowPrerelease", {}, "Accepted."),
  };
}
template <class Self>
consteval auto install_params() {
  return std::array{
      param<&ModuleWish::input_object, Self>("InputObject", {.from_pipeline = true},
                                             "What Find-Module gave."),
      param<&ModuleWish::scope, Self>("Scope", {}, "Accepted."),
      param<&ModuleWish::force, Self>("Force", {}, "Accepted."),
      param<&ModuleWish::allow_clobber, Self>("AllowClobber", {}, "Accepted."),
      param<&ModuleWish::skip_publisher_check, Self>("SkipPublisherCheck", {}, "Accepted."),
      param<&ModuleWish::accept_license, Self>("AcceptLicense", {}, "Accepted."),
      param<&ModuleWish::pass_thru, Self>("PassThru", {}, "Accepted."),
  };
}

struct InstallModule : ModuleWish {
  static constexpr auto kParams = join(module_params<InstallModule>(), install_params<InstallModule>());
  static constexpr std::string_view kAliases[] = {"inmo"};
  static constexpr Example kExamples[] = {{"Install-Module Hyper-V", "", "Succeeds: it is there already."}};
  static constexpr Decl decl{.verb = "Install",
                             .noun = "Module",
                             .module = "PowerShellGet",
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Install-Module",
                             .synopsis = "Succeeds for modules that are provided; there is no gallery."};
  Flow process(Context& context) { return get(context, "Install-Module"); }
};
CMDLET(InstallModule);

struct UpdateModule : ModuleWish {
  static constexpr auto kParams = join(module_params<UpdateModule>(), install_params<UpdateModule>());
  static constexpr Example kExamples[] = {
      {"Update-Module Hyper-V", "*", "Succeeds: it comes with the shell."}};
  static constexpr Decl decl{.verb = "Update",
                             .noun = "Module",
                             .module = "PowerShellGet",
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Update-Module",
                             .synopsis = "Succeeds for modules that are provided; there is no gallery."};
  Flow process(Context& context) { return get(context, "Update-Module"); }
};
CMDLET(UpdateModule);

struct FindModule : ModuleWish {
  static constexpr auto kParams =
      join(module_params<FindModule>(), std::array{param<&ModuleWish::tag, FindModule>("Tag", {}, "Tags.")});
  static constexpr std::string_view kAliases[] = {"fimo"};
  static constexpr Example kExamples[] = {{"Find-Module Pester", "*", "Says that there is no gallery."}};
  static constexpr Decl decl{.verb = "Find",
                             .noun = "Module",
                             .module = "PowerShellGet",
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Find-Module",
                             .synopsis = "Would look into a gallery of modules; there is none."};
  Flow process(Context& context) {
    return context.error(no_gallery("Find-Module", name.empty() ? "modules" : name.front()));
  }
};
CMDLET(FindModule);

struct InstallPackageProvider {
  std::vector<std::string> name, source;
  std::string minimum_version, maximum_version, required_version, scope;
  Switch force, force_bootstrap, all_versions;
  static constexpr Param kParams[] = {
      param<&InstallPackageProvider::name>("Name", {.position = 0, .mandatory = true}, "NuGet."),
      param<&InstallPackageProvider::required_version>("RequiredVersion", {}, "Accepted."),
      param<&InstallPackageProvider::minimum_version>("MinimumVersion", {}, "Accepted."),
      param<&InstallPackageProvider::maximum_version>("MaximumVersion", {}, "Accepted."),
      param<&InstallPackageProvider::source>("Source", {}, "Accepted."),
      param<&InstallPackageProvider::scope>("Scope", {}, "Accepted."),
      param<&InstallPackageProvider::force>("Force", {}, "Accepted."),
      param<&InstallPackageProvider::force_bootstrap>("ForceBootstrap", {}, "Accepted."),
      param<&InstallPackageProvider::all_versions>("AllVersions", {}, "Accepted."),
  };
  static constexpr Example kExamples[] = {
      {"Install-PackageProvider NuGet -Force", "", "Accepted; nothing needs it."}};
  static constexpr Decl decl{
      .verb = "Install",
      .noun = "PackageProvider",
      .module = "PackageManagement",
      .params = kParams,
      .examples = kExamples,
      .should_process = true,
      .error_class = "Microsoft.PowerShell.PackageManagement.Cmdlets.InstallPackageProvider",
      .synopsis = "Accepts NuGet and PowerShellGet, which nothing here needs."};
  Flow process(Context& context) {
    for (const std::string& one : name) {
      if (equal_ascii(one, "NuGet") || equal_ascii(one, "PowerShellGet")) continue;
      if (Flow flow = context.error(no_gallery("Install-PackageProvider", one), Value::string(one));
          flow != Flow::more)
        return flow;
    }
    return Flow::more;
  }
};
CMDLET(InstallPackageProvider);

}  // namespace hvsh::verbs
