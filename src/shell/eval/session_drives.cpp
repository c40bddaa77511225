#include "shell/eval/session_drives.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/dictionary_entry.h"
#include "core/wildcard.h"
#include "shell/eval/environment.h"
#include "shell/eval/interpreter.h"

namespace hvsh::shell {

namespace {

std::vector<NamedItem> environment_items(const std::string& pattern) {
  std::vector<NamedItem> found;
  const auto add = [&found](std::string_view name, std::string_view text) {
    const Value value = Value::string(text);
    found.push_back({std::string(name), noun_value(DictionaryEntry{Value::string(name), value}), value});
  };
  const bool exact = !pattern.empty() && !is_pattern(pattern);
  if (exact) {
    const std::string name = unescape_wildcards(pattern);
    for (const auto& [known, text] : environment_entries()) {
      if (known == name) add(known, text);
    }
    if (!found.empty()) return found;
  }
  const Wildcard wildcard(pattern.empty() ? "*" : pattern);
  for (const auto& [name, text] : environment_entries()) {
    if (wildcard.matches(name) && !(exact && !found.empty())) add(name, text);
  }
  std::sort(found.begin(), found.end(),
            [](const NamedItem& a, const NamedItem& b) { return to_lower(a.name) < to_lower(b.name); });
  return found;
}

std::string_view content_property(DriveKind kind) {
  switch (kind) {
    case DriveKind::variables: return "Value";
    case DriveKind::functions: return "ScriptBlock";
    default: return "Definition";
  }
}

}  // namespace

// What the cmdlets for these things write; nothing when there is none of that name.
std::vector<Value> SessionDrives::run(std::string_view command, std::string_view name,
                                      std::string_view type) {
  std::vector<Argument> arguments;
  const auto add = [&](std::string_view key, std::string_view value) {
    Argument& argument = arguments.emplace_back();
    argument.is_parameter = argument.has_value = true;
    argument.name = key;
    argument.value = Value::string(value);
  };
  add("Name", name);
  add("ErrorAction", "Ignore");
  if (!type.empty()) add("CommandType", type);
  CollectSink sink;
  if (interpreter_.run_command(command, arguments, sink) == Flow::stopped) interpreter_.pending() = {};
  return sink.take_items();
}

std::vector<NamedItem> SessionDrives::items(const NamedPath& path) {
  const std::string pattern = path.name.empty() ? "*" : path.name;
  std::vector<Value> objects;
  switch (path.drive.kind) {
    case DriveKind::environment: return environment_items(path.name);
    case DriveKind::variables: objects = run("Get-Variable", pattern); break;
    case DriveKind::functions: objects = run("Get-Command", pattern, "Function"); break;
    case DriveKind::aliases: objects = run("Get-Alias", pattern); break;
    case DriveKind::files: break;
  }
  std::vector<NamedItem> found;
  for (Value& object : objects) {
    const auto name = get_property(object, "Name");
    auto content = get_property(object, content_property(path.drive.kind));
    if (!content) content = get_property(object, "Definition");
    if (!name || !name->ok()) continue;
    found.push_back({to_string(**name), object, content && content->ok() ? **content : Value::null()});
  }
  return found;
}

Result<void> SessionDrives::set_item(const NamedPath& path, const Value& value) {
  Interpreter& shell = interpreter_;
  switch (path.drive.kind) {
    case DriveKind::environment:
      set_environment(path.name, value.is_null() ? std::string() : to_string(value));
      return {};
    case DriveKind::variables:
      if (shell.set_variable(shell.symbols().intern(path.name), value, &shell.frame())) return {};
      {
        Error error = shell.pending().error->error;
        shell.pending() = {};
        return error;
      }
    case DriveKind::functions:
      if (auto* block = value.as<ShellScriptBlock>()) {
        shell.define_function(path.name, Ref<ShellScriptBlock>(block), FunctionKind::function);
        return {};
      }
      return Error{
          .id = "Argument",
          .category = ErrorCategory::InvalidArgument,
          .message = fmt::format("Cannot set function '{}': its value has to be a script block.", path.name),
          .target = path.name};
    case DriveKind::aliases: shell.set_alias(path.name, to_string(value), shell.frame()); return {};
    case DriveKind::files: break;
  }
  return {};
}

Result<void> SessionDrives::remove_item(const NamedPath& path) {
  const Symbol symbol = interpreter_.symbols().intern(path.name);
  switch (path.drive.kind) {
    case DriveKind::environment: set_environment(path.name, ""); return {};
    case DriveKind::variables: (void)run("Remove-Variable", path.name); return {};
    case DriveKind::functions:
      for (Frame* frame = &interpreter_.frame(); frame != nullptr; frame = frame->parent.get()) {
        if (frame->functions && frame->functions->erase(symbol) > 0) return {};
      }
      return {};
    case DriveKind::aliases:
      (void)interpreter_.remove_alias(symbol);  // items() found it
      return {};
    case DriveKind::files: break;
  }
  return {};
}

std::vector<std::string>& SessionDrives::location_stack(std::string_view name) {
  return stacks_[std::string(name.empty() ? std::string_view(stack_name_) : name)];
}

}  // namespace hvsh::shell
