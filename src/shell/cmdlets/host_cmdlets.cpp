// Out-Default, Out-Host, Set-StrictMode, Tee-Object.
#include <fmt/format.h>

#include "core/cmdlet.h"
#include "shell/eval/environment.h"
#include "shell/eval/interpreter.h"
#include "shell/format/default_view.h"

namespace hvsh::shell {

namespace {

constexpr std::string_view kUtility = "Microsoft.PowerShell.Utility";
constexpr std::string_view kCore = "Microsoft.PowerShell.Core";

// Shows objects on the console, wherever the pipeline's output goes.
struct OutDefault {
  Value input_object = Value::nothing();
  Switch transcript, paging;
  static constexpr Param kParams[] = {
      param<&OutDefault::input_object>("InputObject", {.from_pipeline = true}, "Objects."),
      param<&OutDefault::transcript>("Transcript", {}, "Accepted."),
      param<&OutDefault::paging>("Paging", {}, "Accepted; the terminal scrolls."),
  };
  static constexpr Decl decl{.verb = "Out",
                             .noun = "Default",
                             .module = kCore,
                             .params = kParams,
                             .synopsis = "Shows objects on the console."};
  Flow process(Context& context) {
    if (input_object.is_nothing()) return Flow::more;
    return context.get<Interpreter>().host().write_output(input_object);
  }
  Flow end(Context& context) {
    context.get<Interpreter>().host().end_output();
    return Flow::more;
  }
};
CMDLET(OutDefault);

struct OutHost : OutDefault {
  static constexpr Param kParams[] = {
      param<&OutDefault::input_object, OutHost>("InputObject", {.from_pipeline = true}, "Objects."),
      param<&OutDefault::paging, OutHost>("Paging", {}, "Accepted; the terminal scrolls."),
  };
  static constexpr std::string_view kAliases[] = {"oh"};
  static constexpr Decl decl{.verb = "Out",
                             .noun = "Host",
                             .module = kCore,
                             .params = kParams,
                             .aliases = kAliases,
                             .synopsis = "Shows objects on the console."};
};
CMDLET(OutHost);

struct SetStrictMode {
  std::string version;
  Switch off;
  static constexpr Param kParams[] = {
      param<&SetStrictMode::version>("Version", {.aliases = {"v"}}, "1.0, 2.0, 3.0 or Latest."),
      param<&SetStrictMode::off>("Off", {}, "No checks."),
  };
  static constexpr Decl decl{.verb = "Set",
                             .noun = "StrictMode",
                             .module = kCore,
                             .params = kParams,
                             .synopsis = "Makes reading a variable that was never set an error."};
  Flow process(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    if (off) {
      interpreter.frame().strict = 0;
      return Flow::more;
    }
    int major = 3;
    if (!equal_names(version, "Latest")) {
      auto number = to_double(Value::string(version));
      if (!number || *number < 1) {
        return context.terminate(
            {.id = "InvalidPSVersion",
             .category = ErrorCategory::InvalidArgument,
             .message =
                 fmt::format("Cannot set strict mode '{}': give a version from 1.0, or Latest.", version)});
      }
      major = static_cast<int>(*number);
    }
    interpreter.frame().strict = static_cast<int8_t>(std::min(major, 3));
    return Flow::more;
  }
};
CMDLET(SetStrictMode);

struct TeeObject {
  Value input_object = Value::nothing();
  std::string file_path, variable;
  Switch append;
  enum Set : SetMask { File = 1, Variable = 2 };
  static constexpr std::string_view kSets[] = {"File", "Variable"};
  static constexpr Param kParams[] = {
      param<&TeeObject::input_object>("InputObject", {.from_pipeline = true}, "Objects."),
      param<&TeeObject::file_path>(
          "FilePath", {.sets = File, .position = 0, .mandatory = true, .aliases = {"Path"}}, "The file."),
      param<&TeeObject::variable>("Variable", {.sets = Variable, .mandatory = true}, "The variable's name."),
      param<&TeeObject::append>("Append", {}, "To what is there."),
  };
  static constexpr std::string_view kAliases[] = {"tee"};
  static constexpr Decl decl{.verb = "Tee",
                             .noun = "Object",
                             .module = kUtility,
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .synopsis = "Keeps objects in a file or variable, and passes them on."};

  std::vector<Value> kept;
  Flow process(Context& context) {
    if (input_object.is_nothing()) return Flow::more;
    kept.push_back(input_object);
    return context.write(input_object);
  }
  Flow end(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    if (context.parameter_set() == Variable) {
      if (append) {
        std::vector<Value> all = to_items(interpreter.get_variable(interpreter.symbols().intern(variable)));
        all.insert(all.end(), kept.begin(), kept.end());
        kept = std::move(all);
      }
      Value value = kept.size() == 1 ? kept.front() : Value::array(kept);
      const Symbol symbol = interpreter.symbols().intern(variable);
      return interpreter.set_variable(symbol, std::move(value), &interpreter.frame()) ? Flow::more
                                                                                      : Flow::stopped;
    }
    auto path = context.resolve_path(file_path);
    if (!path) return context.terminate(path.take_error());
    auto written = write_whole_file(*path, context.format_text(kept, 0), append.on);
    if (!written) return context.terminate(written.take_error());
    return Flow::more;
  }
};
CMDLET(TeeObject);

struct GetHost {
  static constexpr Decl decl{.verb = "Get",
                             .noun = "Host",
                             .module = kUtility,
                             .synopsis = "Gets what $Host is: the program that runs the script."};
  Flow process(Context& context) {
    auto host = context.get<Interpreter>().automatic(kSymHost);
    return host ? context.write(std::move(*host)) : Flow::more;
  }
};
CMDLET(GetHost);

struct ClearHost {
  static constexpr std::string_view kAliases[] = {"cls", "clear"};
  static constexpr Decl decl{.verb = "Clear",
                             .noun = "Host",
                             .module = kCore,
                             .aliases = kAliases,
                             .synopsis = "Clears the terminal; does nothing where there is none."};
  Flow process(Context& context) {
    // Off a terminal the host takes escape sequences out.
    return context.get<Interpreter>().host().write_text("\x1b[H\x1b[2J\x1b[3J", false);
  }
};
CMDLET(ClearHost);

struct GetError {
  Value input_object = Value::nothing();
  int32_t newest = 1;
  enum Set : SetMask { Newest = 1, Error = 2 };
  static constexpr std::string_view kSets[] = {"Newest", "Error"};
  static constexpr Param kParams[] = {
      param<&GetError::newest>("Newest", {.sets = Newest, .aliases = "Last", .range = {1, INT32_MAX}},
                               "How many of the latest errors."),
      param<&GetError::input_object>("InputObject", {.sets = Error, .position = 0, .from_pipeline = true},
                                     "An error record."),
  };
  static constexpr std::string_view kAliases[] = {"gerr"};
  static constexpr Example kExamples[] = {{"Get-Error", "", "Shows all that is known of the last error."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "Error",
                             .module = kUtility,
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .synopsis = "Shows errors with all that is known of them."};

  Flow process(Context& context) {
    if (!input_object.is_nothing()) return write_details(context, input_object);
    const std::vector<Value> errors = context.get<Interpreter>().error_list().items;
    for (size_t i = 0; i < errors.size() && i < static_cast<size_t>(newest); ++i) {
      if (const Flow flow = write_details(context, errors[i]); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  // The same properties under the name that has the detailed view.
  static Flow write_details(Context& context, const Value& error) {
    auto details = make<RecordObject>();
    details->type_names = {std::string(kExtendedErrorType), "System.Management.Automation.ErrorRecord",
                           "System.Object"};
    for (const PropertyView& property : list_properties(error)) {
      const auto found = get_property(error, property.name);
      details->set(property.name, found && found->ok() ? **found : Value::null());
    }
    return context.write(Value::object(details));
  }
};
CMDLET(GetError);

}  // namespace

std::span<const CmdletEntry> host_cmdlets() {
  static constexpr CmdletEntry kEntries[] = {
      {"Clear-Host", &cmdlet_ClearHost}, {"Get-Error", &cmdlet_GetError},
      {"Get-Host", &cmdlet_GetHost},     {"Out-Default", &cmdlet_OutDefault},
      {"Out-Host", &cmdlet_OutHost},     {"Set-StrictMode", &cmdlet_SetStrictMode},
      {"Tee-Object", &cmdlet_TeeObject}};
  return kEntries;
}

}  // namespace hvsh::shell
