// Get-Location, Set-Location, Push-Location, Pop-Location.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "core/cmdlet.h"
#include "core/path_info.h"
#include "verbs/file/paths.h"

namespace hvsh::verbs {

namespace {

constexpr std::string_view kBack = " back", kForward = " forward";  // stacks of `cd -` and `cd +`
constexpr size_t kMaxHistory = 20;

Value here(Context& context) { return noun_value(PathInfo{context.current_location()}); }

// Where `wanted` leads: one folder.
Result<std::string> folder_named(Context& context, const std::string& wanted, bool literal) {
  if (auto named = context.get<Drives>().named(wanted)) {
    return Error{.id = "NotSupported",
                 .category = ErrorCategory::NotImplemented,
                 .message = fmt::format("Cannot go to '{}': drive {} has no folders to stand in.", wanted,
                                        named->drive.name),
                 .hint = fmt::format("Name its items in full, as in Get-ChildItem {}:.", named->drive.name)};
  }
  HVSH_TRY(const std::vector<std::string> found, expand_path(context, wanted, literal));
  if (found.empty()) return path_not_found(wanted);
  if (found.size() > 1) {
    return Error{.id = "AmbiguousPath",
                 .category = ErrorCategory::InvalidArgument,
                 .message = fmt::format(
                     "Cannot set the location because path '{}' resolved to multiple folders.", wanted)};
  }
  struct stat info {};
  if (::stat(found[0].c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) return path_not_found(found[0]);
  return found[0];
}

Result<void> go(Context& context, const std::string& folder) {
  std::vector<std::string>& back = context.get<Drives>().location_stack(kBack);
  back.push_back(context.current_location());
  if (back.size() > kMaxHistory) back.erase(back.begin());
  return context.set_location(folder);
}

}  // namespace

struct GetLocation {
  std::vector<std::string> ps_provider, ps_drive, stack_name;
  Switch stack;

  enum Set : SetMask { Location = 1, Stack = 2 };
  static constexpr std::string_view kSets[] = {"Location", "Stack"};
  static constexpr Param kParams[] = {
      param<&GetLocation::ps_provider>("PSProvider", {.sets = Location, .from_pipeline_property = true},
                                       "FileSystem; the others have no folders."),
      param<&GetLocation::ps_drive>("PSDrive", {.sets = Location, .from_pipeline_property = true},
                                    "The current folder of these drives."),
      param<&GetLocation::stack>("Stack", {.sets = Stack}, "The places that Push-Location kept."),
      param<&GetLocation::stack_name>("StackName", {.sets = Stack, .from_pipeline_property = true},
                                      "Of these stacks."),
  };
  static constexpr std::string_view kAliases[] = {"gl", "pwd"};
  static constexpr Example kExamples[] = {{"Get-Location", "*", "Tells the current folder."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "Location",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetLocationCommand",
                             .synopsis = "Tells the current folder."};
  Flow process(Context& context) {
    if (!stack && stack_name.empty()) return context.write(here(context));
    if (stack_name.empty()) stack_name.emplace_back();
    for (const std::string& name : stack_name) {
      const std::vector<std::string> places = context.get<Drives>().location_stack(name);
      for (auto place = places.rbegin(); place != places.rend(); ++place) {
        if (const Flow flow = context.write(noun_value(PathInfo{*place})); flow != Flow::more) return flow;
      }
    }
    return Flow::more;
  }
};
CMDLET(GetLocation);

// What Set-Location and Push-Location share.
struct LocationTarget {
  std::string path, literal_path, stack_name;
  Switch pass_thru;
  enum Set : SetMask { Path = 1, Literal = 2, Stack = 4 };
};

struct SetLocation : LocationTarget {
  static constexpr std::string_view kSets[] = {"Path", "LiteralPath", "Stack"};
  static constexpr Param kParams[] = {
      param<&LocationTarget::path, SetLocation>(
          "Path", {.sets = Path, .position = 0, .from_pipeline = true, .from_pipeline_property = true},
          "The folder; the home folder if none is given; - and + go back and forth."),
      param<&LocationTarget::literal_path, SetLocation>(
          "LiteralPath",
          {.sets = Literal, .mandatory = true, .from_pipeline_property = true, .aliases = {"PSPath", "LP"}},
          "The folder, without wildcards."),
      param<&LocationTarget::pass_thru, SetLocation>("PassThru", {}, "Write the new place."),
      param<&LocationTarget::stack_name, SetLocation>(
          "StackName", {.sets = Stack, .from_pipeline_property = true, .allow_empty = true},
          "The stack that Push-Location and Pop-Location use from now on."),
  };
  static constexpr std::string_view kAliases[] = {"cd", "chdir", "sl"};
  static constexpr Example kExamples[] = {{"Set-Location /", "", "Goes to the root folder."}};
  static constexpr Decl decl{.verb = "Set",
                             .noun = "Location",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.SetLocationCommand",
                             .synopsis = "Goes to another folder."};

  Flow process(Context& context) {
    if (context.parameter_set() == Stack) {
      context.get<Drives>().choose_stack(stack_name);
      return Flow::more;
    }
    const bool literal = context.parameter_set() == Literal;
    if (!literal && (path == "-" || path == "+")) return step(context);
    const std::string wanted = literal ? literal_path : path.empty() ? "~" : path;
    auto folder = folder_named(context, wanted, literal);
    if (!folder) return context.terminate(folder.take_error(), Value::string(wanted));
    if (auto gone = go(context, *folder); !gone) return context.terminate(gone.take_error());
    context.get<Drives>().location_stack(kForward).clear();
    return pass_thru ? context.write(here(context)) : Flow::more;
  }

 private:
  Flow step(Context& context) const {
    Drives& drives = context.get<Drives>();
    const bool is_back = path == "-";
    std::vector<std::string>& from = drives.location_stack(is_back ? kBack : kForward);
    if (from.empty()) {
      return context.terminate({.id = "InvalidOperation",
                                .category = ErrorCategory::InvalidOperation,
                                .message = is_back
                                               ? "There is no location history left to navigate backwards."
                                               : "There is no location history left to navigate forwards."});
    }
    const std::string folder = from.back();
    from.pop_back();
    drives.location_stack(is_back ? kForward : kBack).push_back(context.current_location());
    if (auto gone = context.set_location(folder); !gone) return context.terminate(gone.take_error());
    return pass_thru ? context.write(here(context)) : Flow::more;
  }
};
CMDLET(SetLocation);

struct PushLocation : LocationTarget {
  static constexpr std::string_view kSets[] = {"Path", "LiteralPath"};
  static constexpr Param kParams[] = {
      param<&LocationTarget::path, PushLocation>(
          "Path", {.sets = Path, .position = 0, .from_pipeline = true, .from_pipeline_property = true},
          "The folder to go to; without it the current one is only kept."),
      param<&LocationTarget::literal_path, PushLocation>(
          "LiteralPath", {.sets = Literal, .from_pipeline_property = true, .aliases = {"PSPath", "LP"}},
          "The folder, without wildcards."),
      param<&LocationTarget::pass_thru, PushLocation>("PassThru", {}, "Write the new place."),
      param<&LocationTarget::stack_name, PushLocation>("StackName", {.from_pipeline_property = true},
                                                       "The stack that keeps the current place."),
  };
  static constexpr std::string_view kAliases[] = {"pushd"};
  static constexpr Example kExamples[] = {{"Push-Location /srv/vm", "*", "Goes to a folder for a while."}};
  static constexpr Decl decl{.verb = "Push",
                             .noun = "Location",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.PushLocationCommand",
                             .synopsis = "Keeps the current folder on a stack and goes to another."};

  Flow process(Context& context) {
    const bool literal = !literal_path.empty();
    const std::string wanted = literal ? literal_path : path;
    std::string folder = context.current_location();
    if (!wanted.empty()) {
      auto found = folder_named(context, wanted, literal);
      if (!found) return context.terminate(found.take_error(), Value::string(wanted));
      folder = found.take();
    }
    const std::string before = context.current_location();
    if (auto gone = go(context, folder); !gone) return context.terminate(gone.take_error());
    context.get<Drives>().location_stack(stack_name).push_back(before);
    return pass_thru ? context.write(here(context)) : Flow::more;
  }
};
CMDLET(PushLocation);

struct PopLocation {
  std::string stack_name;
  Switch pass_thru;

  static constexpr Param kParams[] = {
      param<&PopLocation::pass_thru>("PassThru", {}, "Write the new place."),
      param<&PopLocation::stack_name>("StackName", {.from_pipeline_property = true}, "The stack."),
  };
  static constexpr std::string_view kAliases[] = {"popd"};
  static constexpr Example kExamples[] = {
      {"Push-Location /; Pop-Location", "", "Goes to a folder and back."}};
  static constexpr Decl decl{.verb = "Pop",
                             .noun = "Location",
                             .module = "Microsoft.PowerShell.Management",
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.PopLocationCommand",
                             .synopsis = "Goes back to the folder that Push-Location kept last."};

  Flow process(Context& context) {
    std::vector<std::string>& places = context.get<Drives>().location_stack(stack_name);
    // An empty stack is no error, as in PowerShell.
    if (places.empty()) return Flow::more;
    const std::string folder = places.back();
    if (auto gone = go(context, folder); !gone) return context.terminate(gone.take_error());
    context.get<Drives>().location_stack(stack_name).pop_back();
    return pass_thru ? context.write(here(context)) : Flow::more;
  }
};
CMDLET(PopLocation);

}  // namespace hvsh::verbs
