#pragma once
// The drives of a session, as the item cmdlets see them: names that stand for folders of this host, and the
// drives env:, variable:, function: and alias:, whose items are no files. The shell implements it; cmdlets
// get it by Context::get<Drives>().
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/value.h"

namespace hvsh {

enum class DriveKind : uint8_t { files, environment, variables, functions, aliases };

struct Drive {
  std::string name;  // C, VMs, Env
  DriveKind kind = DriveKind::files;
  std::string root = {};          // the folder of this host; empty for drives without files
  std::string display_root = {};  // what -Root said, where that is another spelling: \\nas\vms
  std::string description = {};
};

// `Env:\Path` taken apart: what stands behind the drive. An empty name is the drive itself.
struct NamedPath {
  Drive drive;
  std::string name;
};

// One item of a drive without files: what Get-Item writes, and what Get-Content reads.
struct NamedItem {
  std::string name;
  Value item;
  Value content;
};

class Drives {
 public:
  virtual ~Drives() = default;

  virtual std::vector<Drive> all() const = 0;  // sorted by name
  virtual Result<void> add(Drive drive) = 0;   // DriveAlreadyExists
  virtual Result<void> remove(std::string_view name) = 0;

  // The path taken apart when it names a drive without files; nullopt: it is a path of files.
  virtual std::optional<NamedPath> named(std::string_view path) const = 0;
  // Items whose names the pattern fits, sorted; without wildcards the one of that name or none.
  virtual std::vector<NamedItem> items(const NamedPath& path) = 0;
  virtual Result<void> set_item(const NamedPath& path, const Value& value) = 0;
  virtual Result<void> remove_item(const NamedPath& path) = 0;

  // Push-Location's stacks; the last place is the top. An empty name is the current stack's.
  virtual std::vector<std::string>& location_stack(std::string_view name) = 0;
  virtual void choose_stack(std::string_view name) = 0;
  virtual std::string current_stack() const = 0;
};

}  // namespace hvsh
