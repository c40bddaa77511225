#pragma once
// The drives of one session: the drive map, and the drives whose items are the interpreter's own.
#include <map>
#include <string>

#include "shell/eval/drives.h"

namespace hvsh::shell {

class Interpreter;

class SessionDrives final : public Drives {
 public:
  explicit SessionDrives(Interpreter& interpreter) : interpreter_(interpreter) {}
  const DriveMap& map() const { return map_; }

  std::vector<Drive> all() const override { return map_.all(); }
  Result<void> add(Drive drive) override { return map_.add(std::move(drive)); }
  Result<void> remove(std::string_view name) override { return map_.remove(name); }
  std::optional<NamedPath> named(std::string_view path) const override { return map_.named(path); }
  std::vector<NamedItem> items(const NamedPath& path) override;
  Result<void> set_item(const NamedPath& path, const Value& value) override;
  Result<void> remove_item(const NamedPath& path) override;
  std::vector<std::string>& location_stack(std::string_view name) override;
  void choose_stack(std::string_view name) override { stack_name_ = name; }
  std::string current_stack() const override { return stack_name_; }

 private:
  std::vector<Value> run(std::string_view command, std::string_view name, std::string_view type = {});

  Interpreter& interpreter_;
  DriveMap map_;
  std::map<std::string, std::vector<std::string>> stacks_;
  std::string stack_name_;
};

}  // namespace hvsh::shell
