#include "shell/eval/requirements.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/convert.h"
#include "core/text.h"
#include "shell/eval/environment.h"

namespace hvsh::shell {

namespace {

// Versions of PowerShell whose scripts run here: each of a major version up to this minor one.
constexpr Version kCompatible[] = {{1, 0}, {2, 0}, {3, 0}, {4, 0}, {5, 1}, {6, 2}, {7, 4}};

class Requirements {
 public:
  Requirements(Interpreter& interpreter, const Source& source)
      : interpreter_(interpreter), source_(source), name_(source.path.substr(source.path.rfind('/') + 1)) {}

  Flow meet(const Command& line);
  Flow import(const Value& module, Span span, bool required);

 private:
  Flow meet_one(std::string_view parameter, const Argument* argument, Span span);
  Flow meet_version(const Argument& argument);
  Flow meet_edition(const Argument& argument);
  Flow meet_elevation(Span span);
  Flow refuse(std::string_view id, ErrorCategory category, std::string message, Span span) {
    return interpreter_.raise({.id = std::string(id),
                               .category = category,
                               .message = std::move(message),
                               .target = name_,
                               .target_type = "System.String",
                               .exception = "System.Management.Automation.ScriptRequiresException"},
                              span);
  }

  Interpreter& interpreter_;
  const Source& source_;
  std::string name_;
};

Flow Requirements::meet(const Command& line) {
  // It is read before the script runs, so nothing in it may be computed.
  if (source_.parsed.text_of(line.span).find_first_of("$(") != std::string_view::npos) {
    return refuse("RequiresArgumentMustBeConstant", ErrorCategory::ParserError,
                  "The arguments of a \"#requires\" statement must be constant values.", line.span);
  }
  std::vector<Argument> arguments;
  if (!interpreter_.eval_arguments(line, arguments)) return Flow::stopped;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const Argument& one = arguments[i];
    if (!one.is_parameter) {
      return refuse("RequiresParameterNotFound", ErrorCategory::ParserError,
                    fmt::format("\"{}\" in a \"#requires\" statement stands behind no parameter.",
                                to_string(one.value)),
                    one.span);
    }
    const Argument* value = one.has_value ? &one : nullptr;
    if (value == nullptr && i + 1 < arguments.size() && !arguments[i + 1].is_parameter)
      value = &arguments[++i];
    if (const Flow flow = meet_one(one.name, value, one.span); flow != Flow::more) return flow;
  }
  return Flow::more;
}

Flow Requirements::meet_one(std::string_view parameter, const Argument* argument, Span span) {
  const auto is = [&](std::string_view name) {
    return !parameter.empty() && parameter.size() <= name.size() &&
           equal_ascii(name.substr(0, parameter.size()), parameter);
  };
  if (is("RunAsAdministrator")) return meet_elevation(span);
  // Snap-ins and shells of Windows PowerShell have nothing that a script could miss here.
  if (is("ShellId") || is("PSSnapin") || is("Assembly")) return Flow::more;
  if (!is("Version") && !is("Modules") && !is("PSEdition")) {
    return refuse("RequiresParameterNotFound", ErrorCategory::ParserError,
                  fmt::format("\"-{}\" is not a parameter of the \"#requires\" statement.", parameter), span);
  }
  if (argument == nullptr) {
    return refuse(
        "ParameterRequiresArgument", ErrorCategory::ParserError,
        fmt::format("The parameter \"{}\" of the \"#requires\" statement needs an argument.", parameter),
        span);
  }
  if (is("Version")) return meet_version(*argument);
  if (is("PSEdition")) return meet_edition(*argument);
  for (const Value& module : to_items(argument->value)) {
    if (const Flow flow = import(module, argument->span, true); flow != Flow::more) return flow;
  }
  return Flow::more;
}

Flow Requirements::meet_version(const Argument& argument) {
  std::string text = argument.text.empty() ? to_string(argument.value) : std::string(argument.text);
  if (text.find('.') == std::string::npos) text += ".0";
  const auto wanted = Version::parse(text);
  if (!wanted) {
    return refuse(
        "RequiresVersionInvalid", ErrorCategory::ParserError,
        fmt::format("\"{}\" in a \"#requires\" statement is not a version.", to_string(argument.value)),
        argument.span);
  }
  const bool fits = std::any_of(std::begin(kCompatible), std::end(kCompatible), [&](const Version& one) {
    return one.major == wanted->major && wanted->minor <= one.minor;
  });
  if (fits) return Flow::more;
  return refuse(
      "ScriptRequiresUnmatchedPSVersion", ErrorCategory::ResourceUnavailable,
      fmt::format("The script '{}' cannot be run because it contained a \"#requires\" statement for "
                  "PowerShell {}. The version of PowerShell that is required by the script does not "
                  "match the currently running version of PowerShell {}.",
                  name_, text, kPowerShellVersion.to_string()),
      argument.span);
}

Flow Requirements::meet_edition(const Argument& argument) {
  const std::vector<Value> editions = to_items(argument.value);
  std::string names;
  for (const Value& edition : editions) {
    if (equal_ascii(to_string(edition), "Core")) return Flow::more;
    names += (names.empty() ? "" : ", ") + to_string(edition);
  }
  return refuse(
      "ScriptRequiresUnmatchedPSEdition", ErrorCategory::ResourceUnavailable,
      fmt::format("The script '{}' cannot be run because it contained a \"#requires\" statement for "
                  "PowerShell editions '{}'. The edition of PowerShell that is required by the script "
                  "does not match the currently running PowerShell Core edition.",
                  name_, names),
      argument.span);
}

Flow Requirements::meet_elevation(Span span) {
  if (manages_machines()) return Flow::more;
  return interpreter_.raise(
      {.id = "ScriptRequiresElevation",
       .category = ErrorCategory::PermissionDenied,
       .message =
           fmt::format("The script '{}' cannot be run because it contains a \"#requires\" statement for "
                       "running as Administrator. The current PowerShell session is not running as "
                       "Administrator.",
                       name_),
       .hint = "Run it as root, or as a member of the group libvirt.",
       .target = name_,
       .target_type = "System.String",
       .exception = "System.Management.Automation.ScriptRequiresException"},
      span);
}

// `module` is a name, a path, or a table: @{ ModuleName = 'Hyper-V'; ModuleVersion = '2.0' }.
Flow Requirements::import(const Value& module, Span span, bool required) {
  std::vector<Argument> arguments = {
      {.is_parameter = true, .has_value = true, .name = "Global", .value = Value::boolean(true)},
      {.is_parameter = true, .has_value = true, .name = "ErrorAction", .value = Value::string("Stop")}};
  std::string name = to_string(module);
  if (const auto* table = module.as<MapObject>()) {
    const Value* named = table->find("ModuleName");
    name = named != nullptr ? to_string(*named) : std::string();
    static constexpr std::pair<std::string_view, std::string_view> kVersions[] = {
        {"ModuleVersion", "MinimumVersion"},
        {"RequiredVersion", "RequiredVersion"},
        {"MaximumVersion", "MaximumVersion"}};
    for (const auto& [key, parameter] : kVersions) {
      const Value* version = table->find(key);
      if (version == nullptr) continue;
      arguments.push_back({.is_parameter = true, .has_value = true, .name = parameter, .value = *version});
    }
  }
  const std::string asked = name;
  if (name.starts_with('.') && !source_.path.empty()) name = folder_of(source_.path) + "/" + name;
  arguments.push_back({.value = Value::string(name), .span = span});
  NullSink nothing;
  if (interpreter_.run_command("Import-Module", arguments, nothing) != Flow::stopped) return Flow::more;
  const Pending& pending = interpreter_.pending();
  if (!pending.error || !pending.error->error.id.starts_with("Modules_Module")) return Flow::stopped;
  interpreter_.pending() = {};
  if (!required) {
    return interpreter_.raise({.id = "ModuleNotFoundDuringParse",
                               .category = ErrorCategory::ParserError,
                               .message = fmt::format("Could not find the module '{}'.", asked),
                               .target = asked,
                               .exception = "System.Management.Automation.ParseException"},
                              span);
  }
  return refuse(
      "ScriptRequiresMissingModules", ErrorCategory::ResourceUnavailable,
      fmt::format("The script '{}' cannot be run because the following modules that are specified by "
                  "the \"#requires\" statements of the script are missing: {}.",
                  name_, asked),
      span);
}

}  // namespace

Flow meet_requirements(Interpreter& interpreter, const Source& source) {
  const ScriptBlock& script = *source.parsed.root;
  Requirements requirements(interpreter, source);
  for (const UsingStatement* statement : script.usings) {
    if (statement->using_kind != UsingKind::module_) continue;
    Value module;
    if (!interpreter.eval(*statement->name, module)) return Flow::stopped;
    const Flow flow = requirements.import(module, statement->span, false);
    if (flow != Flow::more) return flow;
  }
  if (source.path.empty()) return Flow::more;
  for (const Command* line : script.requirements) {
    if (const Flow flow = requirements.meet(*line); flow != Flow::more) return flow;
  }
  return Flow::more;
}

}  // namespace hvsh::shell
