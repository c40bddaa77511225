// Get-, Install-, Uninstall-WindowsFeature and Get-, Enable-, Disable-WindowsOptionalFeature: scripts ask
// whether Hyper-V is there before they begin. It is.
#include <fmt/format.h>

#include <algorithm>

#include "core/wildcard.h"
#include "verbs/system/refusals.h"

namespace hvsh::verbs {

namespace {

struct KnownFeature {
  std::string_view name, display_name;
  bool optional;  // known to the WindowsOptionalFeature cmdlets
  bool installed;
};
constexpr KnownFeature kFeatures[] = {
    {"Hyper-V", "Hyper-V", false, true},
    {"Hyper-V-PowerShell", "Hyper-V Module for Windows PowerShell", false, true},
    {"Hyper-V-Tools", "Hyper-V GUI Management Tools", false, false},
    {"RSAT-Hyper-V-Tools", "Hyper-V Management Tools", false, true},
    {"Failover-Clustering", "Failover Clustering", false, false},
    {"RSAT-Clustering-PowerShell", "Failover Cluster Module for Windows PowerShell", false, false},
    {"Multipath-IO", "Multipath I/O", false, false},
    {"Data-Center-Bridging", "Data Center Bridging", false, false},
    {"FS-FileServer", "File Server", false, false},
    {"Microsoft-Hyper-V", "Hyper-V Platform", true, true},
    {"Microsoft-Hyper-V-All", "Hyper-V", true, true},
    {"Microsoft-Hyper-V-Hypervisor", "Hyper-V Hypervisor", true, true},
    {"Microsoft-Hyper-V-Management-PowerShell", "Hyper-V Module for Windows PowerShell", true, true},
    {"Microsoft-Hyper-V-Services", "Hyper-V Services", true, true},
    {"Microsoft-Hyper-V-Tools-All", "Hyper-V Management Tools", true, true},
    {"Microsoft-Hyper-V-Management-Clients", "Hyper-V GUI Management Tools", true, false},
    {"VirtualMachinePlatform", "Virtual Machine Platform", true, true},
    {"HypervisorPlatform", "Windows Hypervisor Platform", true, true},
    {"Containers", "Containers", true, false},
    {"Microsoft-Windows-Subsystem-Linux", "Windows Subsystem for Linux", true, false},
};

struct Feature {
  std::string name, display_name;
  bool installed = false;

  std::string install_state() const { return installed ? "Installed" : "Available"; }
  std::string box() const { return fmt::format("[{}] {}", installed ? 'X' : ' ', display_name); }
  std::string display() const { return name; }
  static constexpr Prop kProps[] = {
      prop<&Feature::name>("Name", "Its name."),
      prop<&Feature::display_name>("DisplayName", "What it is."),
      prop<&Feature::installed>("Installed", "Whether it is there."),
      prop<&Feature::install_state>("InstallState", "Installed or Available."),
      prop<&Feature::box>("Display Name", "What it is, with a mark."),
      alias_prop("Install State", "InstallState"),
  };
  static constexpr Column kTable[] = {{.property = "Display Name", .width = 55},
                                      {.property = "Name", .width = 23},
                                      {.property = "Install State", .width = 14, .align = Align::right}};
  static constexpr Noun noun{.type = {"Microsoft.Windows.ServerManager.Commands.Feature", "Feature"},
                             .props = kProps,
                             .table = kTable};
};

Value optional_feature(const KnownFeature& feature) {
  auto record = make<RecordObject>();
  record->type_names = {"Microsoft.Dism.Commands.AdvancedFeatureObject"};
  record->set("FeatureName", Value::string(feature.name));
  record->set("DisplayName", Value::string(feature.display_name));
  record->set("Description", Value::string(feature.display_name));
  record->set("RestartRequired", Value::string("Possible"));
  record->set("State", Value::string(feature.installed ? "Enabled" : "Disabled"));
  record->set("Online", Value::boolean(true));
  return Value::object(record);
}

const KnownFeature* find_feature(std::string_view name, bool optional) {
  for (const KnownFeature& feature : kFeatures) {
    if (feature.optional == optional && equal_ascii(feature.name, name)) return &feature;
  }
  return nullptr;
}

Error not_a_feature(std::string_view name) {
  return {.id = "NameDoesNotExist",
          .category = ErrorCategory::InvalidArgument,
          .message = fmt::format(
              "ArgumentNotValid: The role, role service, or feature name is not valid: '{}'. The name "
              "was not found.",
              name),
          .exception = "System.Exception"};
}
Error cannot_install(std::string_view name) {
  return not_on_linux(fmt::format("Cannot install '{}': it is a part of Windows.", name),
                      "What a host needs for machines is there already; other software comes by apt.");
}
Error cannot_remove(std::string_view name) {
  return not_on_linux(fmt::format("Cannot remove '{}': it is a part of this shell.", name),
                      "Remove libvirt by your distribution's package manager.");
}

}  // namespace

struct GetWindowsFeature {
  std::vector<std::string> name;
  std::string computer_name, vhd, log_path;
  Value credential;
  static constexpr Param kParams[] = {
      param<&GetWindowsFeature::name>(
          "Name", {.position = 0, .from_pipeline = true, .from_pipeline_property = true, .wildcards = true},
          "Names of features."),
      param<&GetWindowsFeature::vhd>("Vhd", {}, "Not on Linux."),
      param<&GetWindowsFeature::computer_name>("ComputerName", {.aliases = "Cn"}, "This host."),
      param<&GetWindowsFeature::credential>("Credential", {}, "Accepted."),
      param<&GetWindowsFeature::log_path>("LogPath", {}, "Accepted."),
  };
  static constexpr Example kExamples[] = {
      {"(Get-WindowsFeature -Name Hyper-V).Installed", "True", "Tells whether Hyper-V is there."}};
  static constexpr Decl decl{
      .verb = "Get",
      .noun = "WindowsFeature",
      .module = "ServerManager",
      .params = kParams,
      .examples = kExamples,
      .error_class = "Microsoft.Windows.ServerManager.Commands.GetWindowsFeatureCommand",
      .synopsis = "Tells which features of Windows Server have their counterpart here."};
  Flow process(Context& context) {
    if (!vhd.empty())
      return context.terminate(
          not_on_linux("Get-WindowsFeature cannot look into a disk.", "Leave -Vhd out."));
    for (const KnownFeature& feature : kFeatures) {
      const bool wanted =
          name.empty() || std::any_of(name.begin(), name.end(), [&](const std::string& pattern) {
            return Wildcard(pattern).matches(feature.name);
          });
      if (feature.optional || !wanted) continue;
      const Flow flow = context.write(noun_value(
          Feature{std::string(feature.name), std::string(feature.display_name), feature.installed}));
      if (flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(GetWindowsFeature);

struct FeatureChange {
  std::vector<std::string> name;
  Switch include_all_sub_feature, include_management_tools, restart, remove;
  std::string source, computer_name, vhd, log_path;
  Value credential;

  Flow change(Context& context, bool install) const {
    for (const std::string& one : name) {
      const KnownFeature* feature = find_feature(one, false);
      if (feature == nullptr) return context.terminate(not_a_feature(one), Value::string(one));
      if (feature->installed != install)
        return context.terminate(install ? cannot_install(one) : cannot_remove(one), Value::string(one));
    }
    const std::string names = fmt::format("{}", fmt::join(name, ", "));
    if (const Answer answer =
            context.should_process(names, install ? "Install-WindowsFeature" : "Uninstall-WindowsFeature");
        answer != Answer::yes)
      return answer == Answer::stopped ? Flow::stopped : Flow::more;
    auto record = make<RecordObject>();
    record->type_names = {"Microsoft.Windows.ServerManager.Commands.FeatureOperationResult"};
    record->set("Success", Value::boolean(true));
    record->set("RestartNeeded", Value::string("No"));
    record->set("ExitCode", Value::string("NoChangeNeeded"));
    record->set("FeatureResult", Value::array({}));
    return context.write(Value::object(record));
  }
};
template <class Self>
consteval auto feature_params() {
  return std::array{
      param<&FeatureChange::name, Self>(
          "Name", {.position = 0, .mandatory = true, .from_pipeline = true, .from_pipeline_property = true},
          "Features."),
      param<&FeatureChange::restart, Self>("Restart", {}, "Accepted; nothing has to restart."),
      param<&FeatureChange::include_management_tools, Self>("IncludeManagementTools", {}, "Accepted."),
      param<&FeatureChange::vhd, Self>("Vhd", {}, "Accepted for this host alone."),
      param<&FeatureChange::computer_name, Self>("ComputerName", {.aliases = "Cn"}, "This host."),
      param<&FeatureChange::credential, Self>("Credential", {}, "Accepted."),
      param<&FeatureChange::log_path, Self>("LogPath", {}, "Accepted."),
  };
}

struct InstallWindowsFeature : FeatureChange {
  static constexpr auto kParams =
      join(feature_params<InstallWindowsFeature>(),
           std::array{
               param<&FeatureChange::include_all_sub_feature, InstallWindowsFeature>("IncludeAllSubFeature",
                                                                                     {}, "Accepted."),
               param<&FeatureChange::source, InstallWindowsFeature>("Source", {}, "Accepted."),
           });
  static constexpr std::string_view kAliases[] = {"Add-WindowsFeature"};
  static constexpr Example kExamples[] = {{"(Install-WindowsFeature Hyper-V -IncludeManagementTools).Success",
                                           "True", "Hyper-V is there already."}};
  static constexpr Decl decl{
      .verb = "Install",
      .noun = "WindowsFeature",
      .module = "ServerManager",
      .params = kParams,
      .aliases = kAliases,
      .examples = kExamples,
      .should_process = true,
      .error_class = "Microsoft.Windows.ServerManager.Commands.AddWindowsFeatureCommand",
      .synopsis = "Succeeds for what is there; says so for what is a part of Windows."};
  Flow process(Context& context) { return change(context, true); }
};
CMDLET(InstallWindowsFeature);

struct UninstallWindowsFeature : FeatureChange {
  static constexpr auto kParams =
      join(feature_params<UninstallWindowsFeature>(),
           std::array{param<&FeatureChange::remove, UninstallWindowsFeature>("Remove", {}, "Accepted.")});
  static constexpr std::string_view kAliases[] = {"Remove-WindowsFeature"};
  static constexpr Example kExamples[] = {
      {"Uninstall-WindowsFeature Failover-Clustering", "*", "Succeeds: it is not there."}};
  static constexpr Decl decl{
      .verb = "Uninstall",
      .noun = "WindowsFeature",
      .module = "ServerManager",
      .params = kParams,
      .aliases = kAliases,
      .examples = kExamples,
      .should_process = true,
      .error_class = "Microsoft.Windows.ServerManager.Commands.RemoveWindowsFeatureCommand",
      .synopsis = "Succeeds for what is not there; the rest is the package manager's."};
  Flow process(Context& context) { return change(context, false); }
};
CMDLET(UninstallWindowsFeature);

// Get-, Enable- and Disable-WindowsOptionalFeature.
struct OptionalFeature {
  std::vector<std::string> feature_name;
  std::string package_name, path, log_path, source, scratch, windows_directory, system_drive, log_level;
  Switch online, all, no_restart, limit_access, remove;
};
template <class Self>
consteval auto optional_feature_params() {
  return std::array{
      param<&OptionalFeature::online, Self>("Online", {}, "This host."),
      param<&OptionalFeature::path, Self>("Path", {}, "An image of Windows, which Linux cannot change."),
      param<&OptionalFeature::package_name, Self>("PackageName", {}, "Accepted."),
      param<&OptionalFeature::log_path, Self>("LogPath", {}, "Accepted."),
      param<&OptionalFeature::log_level, Self>("LogLevel", {}, "Accepted."),
      param<&OptionalFeature::scratch, Self>("ScratchDirectory", {}, "Accepted."),
      param<&OptionalFeature::windows_directory, Self>("WindowsDirectory", {}, "Accepted."),
      param<&OptionalFeature::system_drive, Self>("SystemDrive", {}, "Accepted."),
  };
}
Error image_of_windows(std::string_view path) {
  return not_on_linux(
      fmt::format("Cannot change '{}': an image of Windows is serviced by Windows alone.", path),
      "Give -Online for this host.");
}

struct GetWindowsOptionalFeature : OptionalFeature {
  static constexpr auto kParams =
      join(optional_feature_params<GetWindowsOptionalFeature>(),
           std::array{param<&OptionalFeature::feature_name, GetWindowsOptionalFeature>(
               "FeatureName", {.position = 0, .from_pipeline_property = true, .wildcards = true},
               "Names of features.")});
  static constexpr Example kExamples[] = {
      {"(Get-WindowsOptionalFeature -Online -FeatureName Microsoft-Hyper-V-All).State", "Enabled",
       "Tells whether Hyper-V is there."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "WindowsOptionalFeature",
                             .module = "Dism",
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.Dism.Commands.GetWindowsOptionalFeatureCommand",
                             .synopsis = "Tells which features of Windows have their counterpart here."};
  Flow process(Context& context) {
    if (!path.empty()) return context.terminate(image_of_windows(path));
    for (const KnownFeature& feature : kFeatures) {
      const bool wanted =
          feature_name.empty() ||
          std::any_of(feature_name.begin(), feature_name.end(),
                      [&](const std::string& pattern) { return Wildcard(pattern).matches(feature.name); });
      if (!feature.optional || !wanted) continue;
      if (Flow flow = context.write(optional_feature(feature)); flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(GetWindowsOptionalFeature);

Flow change_optional(Context& context, const OptionalFeature& wanted, bool enable) {
  if (!wanted.path.empty()) return context.terminate(image_of_windows(wanted.path));
  for (const std::string& one : wanted.feature_name) {
    const KnownFeature* feature = find_feature(one, true);
    if (feature == nullptr) {
      return context.error({.id = "FeatureNotFound",
                            .category = ErrorCategory::NotSpecified,
                            .message = fmt::format("Feature name {} is unknown.", one),
                            .exception = "System.Runtime.InteropServices.COMException"},
                           Value::string(one));
    }
    if (feature->installed != enable) {
      const Flow flow = context.error(enable ? cannot_install(one) : cannot_remove(one), Value::string(one));
      if (flow != Flow::more) return flow;
      continue;
    }
    auto record = make<RecordObject>();
    record->type_names = {"Microsoft.Dism.Commands.ImageObject"};
    record->set("Path", Value::string(""));
    record->set("Online", Value::boolean(true));
    record->set("RestartNeeded", Value::boolean(false));
    if (Flow flow = context.write(Value::object(record)); flow != Flow::more) return flow;
  }
  return Flow::more;
}

struct EnableWindowsOptionalFeature : OptionalFeature {
  static constexpr auto kParams = join(
      optional_feature_params<EnableWindowsOptionalFeature>(),
      std::array{
          param<&OptionalFeature::feature_name, EnableWindowsOptionalFeature>(
              "FeatureName", {.position = 0, .mandatory = true, .from_pipeline_property = true}, "Features."),
          param<&OptionalFeature::all, EnableWindowsOptionalFeature>("All", {}, "Accepted."),
          param<&OptionalFeature::no_restart, EnableWindowsOptionalFeature>("NoRestart", {}, "Accepted."),
          param<&OptionalFeature::limit_access, EnableWindowsOptionalFeature>("LimitAccess", {}, "Accepted."),
          param<&OptionalFeature::source, EnableWindowsOptionalFeature>("Source", {}, "Accepted."),
      });
  static constexpr Example kExamples[] = {
      {"(Enable-WindowsOptionalFeature -Online -FeatureName Microsoft-Hyper-V -All).RestartNeeded", "False",
       "Hyper-V is there already."}};
  static constexpr Decl decl{
      .verb = "Enable",
      .noun = "WindowsOptionalFeature",
      .module = "Dism",
      .params = kParams,
      .examples = kExamples,
      .error_class = "Microsoft.Dism.Commands.EnableWindowsOptionalFeatureCommand",
      .synopsis = "Succeeds for what is there; says so for what is a part of Windows."};
  Flow process(Context& context) { return change_optional(context, *this, true); }
};
CMDLET(EnableWindowsOptionalFeature);

struct DisableWindowsOptionalFeature : OptionalFeature {
  static constexpr auto kParams = join(
      optional_feature_params<DisableWindowsOptionalFeature>(),
      std::array{
          param<&OptionalFeature::feature_name, DisableWindowsOptionalFeature>(
              "FeatureName", {.position = 0, .mandatory = true, .from_pipeline_property = true}, "Features."),
          param<&OptionalFeature::remove, DisableWindowsOptionalFeature>("Remove", {}, "Accepted."),
          param<&OptionalFeature::no_restart, DisableWindowsOptionalFeature>("NoRestart", {}, "Accepted."),
      });
  static constexpr Example kExamples[] = {
      {"Disable-WindowsOptionalFeature -Online -FeatureName Containers", "*", "Succeeds: it is not there."}};
  static constexpr Decl decl{
      .verb = "Disable",
      .noun = "WindowsOptionalFeature",
      .module = "Dism",
      .params = kParams,
      .examples = kExamples,
      .error_class = "Microsoft.Dism.Commands.DisableWindowsOptionalFeatureCommand",
      .synopsis = "Succeeds for what is not there; the rest is the package manager's."};
  Flow process(Context& context) { return change_optional(context, *this, false); }
};
CMDLET(DisableWindowsOptionalFeature);

}  // namespace hvsh::verbs
