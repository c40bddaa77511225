#pragma once
// What Get-Location, Resolve-Path and $PWD are, and what Get-PSDrive and Get-PSProvider write.
#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "core/drives.h"
#include "core/noun.h"

namespace hvsh {

// Prints as Microsoft.PowerShell.Core\FileSystem
struct ProviderInfo {
  std::string name = "FileSystem";
  std::string module = "Microsoft.PowerShell.Core";
  std::string capabilities = {};
  std::vector<std::string> drives = {};

  std::string display() const { return module + "\\" + name; }
  static constexpr Prop kProps[] = {
      prop<&ProviderInfo::name>("Name", "What kind of items it has."),
      prop<&ProviderInfo::capabilities>("Capabilities", "What its cmdlets can do."),
      prop<&ProviderInfo::drives>("Drives", "The drives that it has."),
      prop<&ProviderInfo::module>("ModuleName", "Where it comes from."),
  };
  static constexpr Column kTable[] = {
      {.property = "Name", .width = 20}, {.property = "Capabilities", .width = 55}, {.property = "Drives"}};
  static constexpr Noun noun{.type = {"System.Management.Automation.ProviderInfo", "ProviderInfo"},
                             .props = kProps,
                             .table = kTable};
};

struct DriveInfo {
  std::string name, root, display_root, description, current_location;
  std::optional<int64_t> used, free;
  ProviderInfo provider;

  std::string display() const { return name; }
  static std::optional<std::string> in_gibibytes(const std::optional<int64_t>& bytes) {
    if (!bytes) return std::nullopt;
    return fmt::format("{:.2f}", static_cast<double>(*bytes) / (int64_t{1} << 30));
  }
  std::optional<std::string> used_gb() const { return in_gibibytes(used); }
  std::optional<std::string> free_gb() const { return in_gibibytes(free); }
  std::string provider_name() const { return provider.name; }

  static constexpr Prop kProps[] = {
      prop<&DriveInfo::used>("Used", "Bytes that are taken."),
      prop<&DriveInfo::free>("Free", "Bytes that are left."),
      prop<&DriveInfo::current_location>("CurrentLocation", "The current folder, below the root."),
      prop<&DriveInfo::name>("Name", "Its name."),
      prop<&DriveInfo::provider>("Provider", "What kind of items it has."),
      prop<&DriveInfo::root>("Root", "The folder that it stands for."),
      prop<&DriveInfo::description>("Description", "What it is for."),
      prop<&DriveInfo::display_root>("DisplayRoot", "The root as it was given."),
      prop<&DriveInfo::used_gb>("UsedGB", "What is taken, in GiB."),
      prop<&DriveInfo::free_gb>("FreeGB", "What is left, in GiB."),
      prop<&DriveInfo::provider_name>("ProviderName", "The provider's name."),
  };
  static constexpr Column kTable[] = {
      {.property = "Name", .width = 10},
      {.property = "UsedGB", .label = "Used (GB)", .width = 13, .align = Align::right},
      {.property = "FreeGB", .label = "Free (GB)", .width = 13, .align = Align::right},
      {.property = "ProviderName", .label = "Provider", .width = 13},
      {.property = "Root", .width = 35},
      {.property = "CurrentLocation", .width = 0, .align = Align::right}};
  static constexpr std::string_view kList[] = {"Used",     "Free", "CurrentLocation", "Name",
                                               "Provider", "Root", "Description",     "DisplayRoot"};
  static constexpr Noun noun{.type = {"System.Management.Automation.PSDriveInfo", "PSDriveInfo"},
                             .props = kProps,
                             .table = kTable,
                             .list = kList};
};

// Prints as its path.
struct PathInfo {
  std::string path;

  std::string provider_path() const { return path; }
  ProviderInfo provider() const { return {}; }
  DriveInfo drive() const { return {.name = "/", .root = "/"}; }
  std::string display() const { return path; }

  static constexpr Prop kProps[] = {
      prop<&PathInfo::drive>("Drive", "The drive."),
      prop<&PathInfo::provider>("Provider", "What kind of place it is."),
      prop<&PathInfo::provider_path>("ProviderPath", "The path as the host knows it."),
      prop<&PathInfo::path>("Path", "The path."),
  };
  static constexpr Column kTable[] = {{"Path"}};
  static constexpr Noun noun{
      .type = {"System.Management.Automation.PathInfo", "PathInfo"}, .props = kProps, .table = kTable};
};

}  // namespace hvsh
