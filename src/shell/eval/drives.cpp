#include "shell/eval/drives.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <memory>

#include "core/text.h"
#include "shell/eval/environment.h"

namespace hvsh::shell {

namespace {

constexpr size_t kMaxLines = 10'000;  // of a file of drives
constexpr std::string_view kVariablePrefix = "HVSH_DRIVE_";

std::string home_folder() {
  const auto home = get_environment("HOME");
  return home && !home->empty() ? *home : "/";
}

bool is_word(char c) {
  return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

// The drive that a path names: what stands before a colon that is before any separator. Empty: none.
std::string_view drive_of(std::string_view path) {
  const size_t end = path.find_first_of(":/\\");
  if (end == std::string_view::npos || path[end] != ':' || end == 0) return {};
  const std::string_view name = path.substr(0, end);
  return std::all_of(name.begin(), name.end(), is_word) ? name : std::string_view();
}

std::string_view without_provider(std::string_view path) {
  const size_t end = path.find("::");
  if (end == std::string_view::npos) return path;
  std::string_view provider = path.substr(0, end);
  if (const size_t module = provider.rfind('\\'); module != std::string_view::npos)
    provider = provider.substr(module + 1);
  return equal_ascii(provider, "FileSystem") ? path.substr(end + 2) : path;
}

Error drive_not_found(std::string_view name) {
  std::string hint = fmt::format(
      "Make it with New-PSDrive -Name {0} -PSProvider FileSystem -Root FOLDER, or for good by a line "
      "'{0} = FOLDER' in /etc/hvsh/drives.",
      name);
  const auto is = [name](std::string_view other) { return equal_ascii(name, other); };
  if (is("HKLM") || is("HKCU") || is("HKCR") || is("HKU") || is("Registry")) {
    hint =
        "There is no registry on Linux. Settings of machines and of this host are the Set-VM* cmdlets'; "
        "other programs keep theirs in files.";
  } else if (is("Cert")) {
    hint = "There is no certificate store on Linux. Certificates are files, most of them in /etc/ssl.";
  } else if (is("WSMan")) {
    hint = "There is no WinRM on Linux. Other hosts are reached by SSH.";
  } else if (is("AD") || is("IIS") || is("SQLSERVER")) {
    hint = "That drive belongs to a Windows module that does not exist on Linux.";
  }
  return {.id = "DriveNotFound",
          .category = ErrorCategory::ObjectNotFound,
          .message = fmt::format("Cannot find drive. A drive with the name '{}' does not exist.", name),
          .hint = std::move(hint),
          .target = std::string(name),
          .target_type = "System.String",
          .exception = "System.Management.Automation.DriveNotFoundException"};
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
    text.remove_suffix(1);
  return std::string(text);
}

// "." and ".." resolved by their text.
std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin < path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.emplace_back(part);
    }
    begin = end + 1;
  }
  return parts;
}

std::string join_parts(const std::vector<std::string>& parts) {
  std::string path;
  for (const std::string& part : parts) path += "/" + part;
  return path.empty() ? std::string("/") : path;
}

bool exists(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0;
}

// The one name in a folder that is `name` in another case; empty: none, or several.
std::string name_without_case(const std::string& folder, const std::string& name) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(folder.c_str()), ::closedir);
  if (!directory) return {};
  const std::string wanted = fold_case(name);
  std::string found;
  while (const dirent* entry = ::readdir(directory.get())) {
    if (fold_case(entry->d_name) != wanted) continue;
    if (!found.empty()) return {};
    found = entry->d_name;
  }
  return found;
}

// `rest` below a drive's root: what is there under another case is what is meant, as on Windows. ".." stops
// at the root.
std::string below_drive(const std::string& root, std::string_view rest) {
  std::string path = root == "/" ? "" : root;
  bool there = true;
  for (std::string& part : parts_of(rest)) {
    if (there && !exists(path + "/" + part)) {
      const std::string other = name_without_case(path.empty() ? "/" : path, part);
      if (!other.empty()) {
        part = other;
      } else {
        there = false;
      }
    }
    path += "/" + part;
  }
  return path.empty() ? std::string("/") : path;
}

constexpr std::pair<std::string_view, DriveKind> kNamed[] = {{"Alias", DriveKind::aliases},
                                                             {"Env", DriveKind::environment},
                                                             {"Function", DriveKind::functions},
                                                             {"Variable", DriveKind::variables}};

}  // namespace

const Drive* DriveMap::find(std::string_view name) const {
  load();
  for (const Drive& drive : drives_) {
    if (equal_ascii(drive.name, name)) return &drive;
  }
  return nullptr;
}

void DriveMap::load() const {
  if (loaded_) return;
  loaded_ = true;
  const auto add_folder = [this](std::string name, std::string folder, std::string description) {
    if (folder.empty() || folder[0] != '/') return;
    folder = join_parts(parts_of(folder));
    if (name.starts_with("\\\\")) {
      std::replace(name.begin(), name.end(), '\\', '/');
      shares_.push_back({std::move(name), std::move(folder)});
      return;
    }
    const bool is_name = !name.empty() && std::all_of(name.begin(), name.end(), is_word);
    const bool known = std::any_of(drives_.begin(), drives_.end(),
                                   [&](const Drive& drive) { return equal_ascii(drive.name, name); });
    if (is_name && !known)
      drives_.push_back({.name = std::move(name), .root = std::move(folder), .description = description});
  };
  for (const auto& [name, folder] : environment_entries()) {
    if (name.starts_with(kVariablePrefix)) add_folder(name.substr(kVariablePrefix.size()), folder, "");
  }
  for (const std::string& path : {home_folder() + "/.config/hvsh/drives", std::string("/etc/hvsh/drives")}) {
    std::ifstream file(path);
    std::string line;
    for (size_t count = 0; count < kMaxLines && std::getline(file, line); ++count) {
      const size_t equals = line.find('=');
      if (equals == std::string::npos || trimmed(line).starts_with('#')) continue;
      std::string name = trimmed(std::string_view(line).substr(0, equals));
      if (name.ends_with(':')) name.pop_back();
      add_folder(std::move(name), trimmed(std::string_view(line).substr(equals + 1)), "");
    }
  }
  add_folder("C", ::geteuid() == 0 ? "/var/lib/hvsh/drive_c" : home_folder() + "/.local/share/hvsh/drive_c",
             "");
  const auto temporary = get_environment("TMPDIR");
  add_folder("Temp", temporary && temporary->starts_with('/') ? *temporary : "/tmp",
             "Drive that maps to the temporary directory path for the current user");
}

Result<std::string> DriveMap::resolve_share(std::string_view path) const {
  load();
  std::string text(path);
  std::replace(text.begin(), text.end(), '\\', '/');
  const Share* best = nullptr;
  for (const Share& share : shares_) {
    const std::string_view begin = std::string_view(text).substr(0, share.prefix.size());
    const bool ends = text.size() == share.prefix.size() || text[share.prefix.size()] == '/';
    if (text.size() < share.prefix.size() || !equal_ascii(begin, share.prefix) || !ends) continue;
    if (best == nullptr || share.prefix.size() > best->prefix.size()) best = &share;
  }
  if (best != nullptr) return below_drive(best->folder, std::string_view(text).substr(best->prefix.size()));
  return Error{
      .id = "UncPathNotMapped",
      .category = ErrorCategory::ObjectNotFound,
      .message = fmt::format("Cannot reach '{}': no folder of this host stands for that share.", path),
      .hint = "Mount the share, and add a line '\\\\SERVER\\SHARE = FOLDER' to /etc/hvsh/drives.",
      .target = std::string(path),
      .target_type = "System.String",
      .exception = "System.Management.Automation.ItemNotFoundException"};
}

Result<std::string> DriveMap::resolve(std::string_view path, std::string_view current) const {
  path = without_provider(path);
  if (path.starts_with(R"(\\?\)") && !drive_of(path.substr(4)).empty()) path.remove_prefix(4);
  if (path.starts_with(R"(\\)")) return resolve_share(path);
  std::string text(path);
  std::replace(text.begin(), text.end(), '\\', '/');
  if (text == "~" || text.starts_with("~/")) return join_parts(parts_of(home_folder() + text.substr(1)));
  const std::string_view name = drive_of(text);
  if (name.empty()) {
    if (!text.starts_with('/')) text = std::string(current) + "/" + text;
    return join_parts(parts_of(text));
  }
  const Drive* drive = find(name);
  if (drive != nullptr) return below_drive(drive->root, std::string_view(text).substr(name.size() + 1));
  for (const auto& [known, kind] : kNamed) {
    if (!equal_ascii(name, known)) continue;
    return Error{
        .id = "NotSupported",
        .category = ErrorCategory::InvalidArgument,
        .message = fmt::format("Cannot use '{}' here: the items of drive {} are no files.", path, known),
        .target = std::string(path),
        .exception = "System.Management.Automation.PSNotSupportedException"};
  }
  return drive_not_found(name);
}

std::vector<Drive> DriveMap::all() const {
  load();
  std::vector<Drive> result = drives_;
  result.push_back({.name = "/", .root = "/"});
  for (const auto& [name, kind] : kNamed) {
    const bool is_environment = kind == DriveKind::environment;
    result.push_back({.name = std::string(name),
                      .kind = kind,
                      .description = is_environment ? "Environment variables of this process" : ""});
  }
  std::sort(result.begin(), result.end(),
            [](const Drive& a, const Drive& b) { return to_lower(a.name) < to_lower(b.name); });
  return result;
}

Result<void> DriveMap::add(Drive drive) {
  const bool is_name = !drive.name.empty() && std::all_of(drive.name.begin(), drive.name.end(), is_word);
  if (!is_name) {
    return Error{.id = "DriveNameError",
                 .category = ErrorCategory::InvalidArgument,
                 .message = fmt::format("Cannot make drive '{}': a drive's name is letters, digits and '_'.",
                                        drive.name),
                 .target = drive.name};
  }
  const bool named = std::any_of(std::begin(kNamed), std::end(kNamed),
                                 [&](const auto& one) { return equal_ascii(one.first, drive.name); });
  if (named || find(drive.name) != nullptr) {
    return Error{.id = "DriveAlreadyExists",
                 .category = ErrorCategory::ResourceExists,
                 .message = fmt::format("A drive with the name '{}' already exists.", drive.name),
                 .target = drive.name,
                 .exception = "System.Management.Automation.SessionStateException"};
  }
  drives_.push_back(std::move(drive));
  return {};
}

Result<void> DriveMap::remove(std::string_view name) {
  if (find(name) == nullptr) return drive_not_found(name);
  std::erase_if(drives_, [name](const Drive& drive) { return equal_ascii(drive.name, name); });
  return {};
}

std::optional<NamedPath> DriveMap::named(std::string_view path) const {
  // Env:\Path, Microsoft.PowerShell.Core\Environment::Path
  if (const size_t end = path.find("::"); end != std::string_view::npos) {
    std::string_view provider = path.substr(0, end);
    if (const size_t module = provider.rfind('\\'); module != std::string_view::npos)
      provider = provider.substr(module + 1);
    if (equal_ascii(provider, "Environment")) provider = "Env";
    for (const auto& [known, kind] : kNamed) {
      if (equal_ascii(provider, known))
        return NamedPath{{std::string(known), kind}, std::string(path.substr(end + 2))};
    }
    return std::nullopt;
  }
  const std::string_view name = drive_of(path);
  if (name.empty()) return std::nullopt;
  for (const auto& [known, kind] : kNamed) {
    if (!equal_ascii(name, known)) continue;
    std::string_view rest = path.substr(name.size() + 1);
    while (!rest.empty() && (rest[0] == '\\' || rest[0] == '/')) rest.remove_prefix(1);
    while (!rest.empty() && (rest.back() == '\\' || rest.back() == '/')) rest.remove_suffix(1);
    return NamedPath{{std::string(known), kind}, std::string(rest)};
  }
  return std::nullopt;
}

}  // namespace hvsh::shell
