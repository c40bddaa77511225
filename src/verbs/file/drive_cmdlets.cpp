// Get-PSDrive, New-PSDrive, Remove-PSDrive, Get-PSProvider.
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>

#include "core/cmdlet.h"
#include "core/path_info.h"
#include "core/wildcard.h"

namespace hvsh::verbs {

namespace {

std::string_view provider_of(DriveKind kind) {
  switch (kind) {
    case DriveKind::files: return "FileSystem";
    case DriveKind::environment: return "Environment";
    case DriveKind::variables: return "Variable";
    case DriveKind::functions: return "Function";
    case DriveKind::aliases: return "Alias";
  }
  return "FileSystem";
}

Value drive_value(Context& context, const Drive& drive) {
  DriveInfo info{.name = drive.name,
                 .root = drive.root,
                 .display_root = drive.display_root,
                 .description = drive.description,
                 .provider = {.name = std::string(provider_of(drive.kind))}};
  struct statvfs space {};
  if (drive.kind == DriveKind::files && ::statvfs(drive.root.c_str(), &space) == 0) {
    const auto unit = static_cast<int64_t>(space.f_frsize);
    info.used = static_cast<int64_t>(space.f_blocks - space.f_bfree) * unit;
    info.free = static_cast<int64_t>(space.f_bavail) * unit;
  }
  const std::string here = context.current_location();
  const std::string below = drive.root == "/" ? drive.root : drive.root + "/";
  if (drive.kind == DriveKind::files && here.starts_with(below))
    info.current_location = here.substr(below.size());
  return noun_value(std::move(info));
}

bool any_matches(const std::vector<std::string>& patterns, std::string_view name) {
  return patterns.empty() ||
         std::any_of(patterns.begin(), patterns.end(),
                     [name](const std::string& pattern) { return Wildcard(pattern).matches(name); });
}

std::string without_colon(std::string name) {
  if (name.ends_with(':')) name.pop_back();
  return name;
}

Error no_drive(const std::string& name) {
  return {.id = "GetLocationNoMatchingDrive",
          .category = ErrorCategory::ObjectNotFound,
          .message = fmt::format("Cannot find drive. A drive with the name '{}' does not exist.", name),
          .target = name,
          .exception = "System.Management.Automation.DriveNotFoundException"};
}

}  // namespace

struct GetPSDrive {
  std::vector<std::string> name, literal_name, ps_provider;
  std::string scope;

  enum Set : SetMask { Name = 1, Literal = 2 };
  static constexpr std::string_view kSets[] = {"Name", "LiteralName"};
  static constexpr Param kParams[] = {
      param<&GetPSDrive::name>(
          "Name", {.sets = Name, .position = 0, .from_pipeline_property = true, .wildcards = true},
          "Names of drives."),
      param<&GetPSDrive::literal_name>(
          "LiteralName", {.sets = Literal, .position = 0, .mandatory = true, .from_pipeline_property = true},
          "Names without wildcards."),
      param<&GetPSDrive::scope>("Scope", {.from_pipeline_property = true},
                                "Accepted; drives belong to the whole session."),
      param<&GetPSDrive::ps_provider>("PSProvider", {.from_pipeline_property = true},
                                      "FileSystem, Environment, Variable, Function or Alias."),
  };
  static constexpr std::string_view kAliases[] = {"gdr"};
  static constexpr Example kExamples[] = {
      {"(Get-PSDrive -PSProvider Environment).Name", "Env", "Tells which drive has environment variables."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "PSDrive",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetPSDriveCommand",
                             .synopsis = "Lists the drives of the session."};

  Flow process(Context& context) {
    std::vector<std::string> wanted = name.empty() ? literal_name : name;
    if (wanted.empty()) wanted.emplace_back("*");
    const std::vector<Drive> drives = context.get<Drives>().all();
    for (const std::string& one : wanted) {
      const std::string pattern = without_colon(one);
      bool found = is_pattern(pattern);
      for (const Drive& drive : drives) {
        if (!Wildcard(pattern).matches(drive.name) || !any_matches(ps_provider, provider_of(drive.kind)))
          continue;
        found = true;
        if (const Flow flow = context.write(drive_value(context, drive)); flow != Flow::more) return flow;
      }
      if (found) continue;
      if (const Flow flow = context.error(no_drive(pattern)); flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(GetPSDrive);

struct NewPSDrive {
  std::string name, ps_provider, root, description, scope;
  Switch persist;
  Value credential;

  static constexpr Param kParams[] = {
      param<&NewPSDrive::name>("Name", {.position = 0, .mandatory = true, .from_pipeline_property = true},
                               "Its name."),
      param<&NewPSDrive::ps_provider>(
          "PSProvider", {.position = 1, .mandatory = true, .from_pipeline_property = true}, "FileSystem."),
      param<&NewPSDrive::root>(
          "Root", {.position = 2, .mandatory = true, .from_pipeline_property = true, .allow_empty = true},
          "The folder that it stands for."),
      param<&NewPSDrive::description>("Description", {.from_pipeline_property = true}, "A note for people."),
      param<&NewPSDrive::scope>("Scope", {.from_pipeline_property = true},
                                "Accepted; drives belong to the whole session."),
      param<&NewPSDrive::persist>("Persist", {.from_pipeline_property = true},
                                  "For good, which a line in /etc/hvsh/drives does here."),
      param<&NewPSDrive::credential>("Credential", {.from_pipeline_property = true},
                                     "For a share, which is mounted outside of the shell."),
  };
  static constexpr std::string_view kAliases[] = {"mount", "ndr"};
  static constexpr Example kExamples[] = {
      {"(New-PSDrive -Name D -PSProvider FileSystem -Root /srv).Root", "/srv", "Makes /srv drive D:."}};
  static constexpr Decl decl{.verb = "New",
                             .noun = "PSDrive",
                             .module = "Microsoft.PowerShell.Management",
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.NewPSDriveCommand",
                             .synopsis = "Lets a name stand for a folder."};

  Flow process(Context& context) {
    if (!equal_ascii(ps_provider, "FileSystem") && !ps_provider.ends_with("\\FileSystem")) {
      return context.terminate(
          {.id = "ProviderNotFound",
           .category = ErrorCategory::ObjectNotFound,
           .message = fmt::format("Cannot find a provider with the name '{}'.", ps_provider),
           .hint = "On Linux drives are folders: -PSProvider FileSystem. There is no registry.",
           .exception = "System.Management.Automation.ProviderNotFoundException"},
          Value::string(ps_provider));
    }
    if (persist) {
      return context.terminate(
          {.id = "NotImplemented",
           .category = ErrorCategory::NotImplemented,
           .message = fmt::format(
               "Cannot keep drive '{}' for good: a session does not change the host's files.", name),
           .hint =
               fmt::format("Add the line '{} = FOLDER' to /etc/hvsh/drives, and leave -Persist out.", name)});
    }
    auto folder = context.resolve_path(root);
    if (!folder) return context.terminate(folder.take_error(), Value::string(root));
    struct stat info {};
    if (::stat(folder->c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
      return context.terminate(
          {.id = "DriveRootError",
           .category = ErrorCategory::ReadError,
           .message = fmt::format(
               "The specified drive root \"{}\" either does not exist, or it is not a folder.", root),
           .exception = "System.IO.IOException"},
          Value::string(root));
    }
    const std::string what =
        fmt::format("Name: {} Provider: Microsoft.PowerShell.Core\\FileSystem Root: {}", name, *folder);
    if (const Answer answer = context.should_process(what, "New drive"); answer != Answer::yes)
      return answer == Answer::stopped ? Flow::stopped : Flow::more;
    Drive drive{.name = without_colon(name),
                .root = *folder,
                .display_root = root == *folder ? "" : root,
                .description = description};
    if (auto added = context.get<Drives>().add(drive); !added)
      return context.terminate(added.take_error(), Value::string(name));
    return context.write(drive_value(context, drive));
  }
};
CMDLET(NewPSDrive);

struct RemovePSDrive {
  std::vector<std::string> name, literal_name, ps_provider;
  std::string scope;
  Switch force;

  enum Set : SetMask { Name = 1, Literal = 2 };
  static constexpr std::string_view kSets[] = {"Name", "LiteralName"};
  static constexpr Param kParams[] = {
      param<&RemovePSDrive::name>(
          "Name",
          {.sets = Name, .position = 0, .mandatory = true, .from_pipeline_property = true, .wildcards = true},
          "Names of drives."),
      param<&RemovePSDrive::literal_name>(
          "LiteralName", {.sets = Literal, .position = 0, .mandatory = true, .from_pipeline_property = true},
          "Names without wildcards."),
      param<&RemovePSDrive::ps_provider>("PSProvider", {.from_pipeline_property = true},
                                         "Only drives of these."),
      param<&RemovePSDrive::scope>("Scope", {.from_pipeline_property = true},
                                   "Accepted; drives belong to the whole session."),
      param<&RemovePSDrive::force>("Force", {}, "Accepted; a drive is never in use."),
  };
  static constexpr std::string_view kAliases[] = {"rdr"};
  static constexpr Example kExamples[] = {
      {"New-PSDrive D FileSystem / | Out-Null; Remove-PSDrive D", "", "Takes a drive away again."}};
  static constexpr Decl decl{.verb = "Remove",
                             .noun = "PSDrive",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.RemovePSDriveCommand",
                             .synopsis = "Takes drives away; their folders stay."};

  Flow process(Context& context) {
    for (const std::string& one : name.empty() ? literal_name : name) {
      const std::string pattern = without_colon(one);
      bool found = is_pattern(pattern);
      for (const Drive& drive : context.get<Drives>().all()) {
        if (!Wildcard(pattern).matches(drive.name)) continue;
        found = true;
        if (const Flow flow = remove_one(context, drive); flow != Flow::more) return flow;
      }
      if (found) continue;
      if (const Flow flow = context.error(no_drive(pattern)); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  static Flow remove_one(Context& context, const Drive& drive) {
    const std::string what = fmt::format("Name: {} Provider: Microsoft.PowerShell.Core\\{} Root: {}",
                                         drive.name, provider_of(drive.kind), drive.root);
    if (const Answer answer = context.should_process(what, "Remove Drive"); answer != Answer::yes)
      return answer == Answer::stopped ? Flow::stopped : Flow::more;
    auto removed = context.get<Drives>().remove(drive.name);
    return removed ? Flow::more : context.error(removed.take_error(), Value::string(drive.name));
  }
};
CMDLET(RemovePSDrive);

struct GetPSProvider {
  std::vector<std::string> ps_provider;

  static constexpr Param kParams[] = {param<&GetPSProvider::ps_provider>(
      "PSProvider", {.position = 0, .from_pipeline = true, .from_pipeline_property = true}, "Names.")};
  static constexpr Example kExamples[] = {
      {"(Get-PSProvider Environment).Drives", "Env", "Tells the drives of a provider."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "PSProvider",
                             .module = "Microsoft.PowerShell.Management",
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetPSProviderCommand",
                             .synopsis = "Lists what kinds of drives there are."};

  Flow process(Context& context) {
    static constexpr std::pair<DriveKind, std::string_view> kKinds[] = {
        {DriveKind::aliases, "ShouldProcess"},
        {DriveKind::environment, "ShouldProcess"},
        {DriveKind::files, "Filter, ShouldProcess, Credentials"},
        {DriveKind::functions, "ShouldProcess"},
        {DriveKind::variables, "ShouldProcess"}};
    bool found = false;
    for (const auto& [kind, capabilities] : kKinds) {
      if (!any_matches(ps_provider, provider_of(kind))) continue;
      found = true;
      ProviderInfo info{.name = std::string(provider_of(kind)), .capabilities = std::string(capabilities)};
      for (const Drive& drive : context.get<Drives>().all()) {
        if (drive.kind == kind) info.drives.push_back(drive.name);
      }
      if (const Flow flow = context.write(noun_value(std::move(info))); flow != Flow::more) return flow;
    }
    if (found) return Flow::more;
    return context.error(
        {.id = "ProviderNotFound",
         .category = ErrorCategory::ObjectNotFound,
         .message = fmt::format("Cannot find a provider with the name '{}'.", ps_provider[0]),
         .exception = "System.Management.Automation.ProviderNotFoundException"},
        Value::string(ps_provider[0]));
  }
};
CMDLET(GetPSProvider);

}  // namespace hvsh::verbs
