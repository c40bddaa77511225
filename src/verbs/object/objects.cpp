#include <fmt/format.h>

#include <algorithm>

#include "core/cmdlet.h"

namespace hvsh::verbs {

struct NewObject {
  std::string type_name;
  std::vector<Value> argument_list;
  Value property;
  std::string com_object_name;
  Switch strict;

  static constexpr std::string_view kSets[] = {"Net", "Com"};
  static constexpr Param kParams[] = {
      param<&NewObject::type_name>("TypeName", {.sets = 1, .position = 0, .mandatory = true},
                                   "What to make: PSObject, System.Collections.ArrayList ..."),
      param<&NewObject::com_object_name>("ComObject", {.sets = 2, .position = 0, .mandatory = true},
                                         "A COM class; there is no COM here."),
      param<&NewObject::strict>("Strict", {.sets = 2}, "Of COM."),
      param<&NewObject::argument_list>("ArgumentList", {.sets = 1, .position = 1, .aliases = "Args"},
                                       "Arguments of its constructor."),
      param<&NewObject::property>("Property", {}, "Its properties, as a hashtable."),
  };
  static constexpr Example kExamples[] = {
      {"(New-Object PSObject -Property @{Name = 'web'}).Name", "web", "Makes an object with one property."}};
  static constexpr Decl decl{.verb = "New",
                             .noun = "Object",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.NewObjectCommand",
                             .synopsis = "Makes an object."};

  static Error no_com() {
    return {.id = "NoCOMClassIdentified",
            .category = ErrorCategory::NotImplemented,
            .message = "Cannot make a COM object: COM is Windows'.",
            .hint = "Look for a .NET type or a program that does the same."};
  }

  Error not_made(Error error) const {
    if (error.id == "TypeNotFound") {
      error.message = fmt::format(
          "Cannot find type [{}]: verify that the assembly containing this type is loaded.", type_name);
    } else if (error.id == "MethodCountCouldNotFindBest" || error.id == "MethodNotFound") {
      error.id = "CannotFindAppropriateCtor";
      error.category = ErrorCategory::ObjectNotFound;
      error.message = fmt::format(
          "A constructor was not found. Cannot find an appropriate constructor for type {}.", type_name);
    } else if (!error.inner_exception.empty()) {
      error.id = "ConstructorInvokedThrowException";
      error.category = ErrorCategory::InvalidOperation;
    }
    return error;
  }

  Flow make_typed(Context& context) {
    auto made = context.construct(type_name, argument_list);
    if (!made) return context.terminate(not_made(made.take_error()), Value::string(type_name));
    if (auto* map = property.as<MapObject>()) {
      for (const auto& [key, value] : map->entries()) {
        Value unused;
        const Flow flow = context.call_method(*made, "set_" + to_string(key), {&value, 1}, unused);
        if (flow == Flow::stopped) return flow;
      }
    }
    return context.write(*made);
  }

  Flow process(Context& context) {
    static constexpr std::string_view kKnown[] = {"PSObject",
                                                  "PSCustomObject",
                                                  "Object",
                                                  "System.Object",
                                                  "System.Management.Automation.PSObject",
                                                  "System.Management.Automation.PSCustomObject"};
    const bool ad_hoc = std::any_of(std::begin(kKnown), std::end(kKnown),
                                    [this](std::string_view name) { return equal_ascii(name, type_name); });
    if (!com_object_name.empty()) return context.terminate(no_com());
    if (!ad_hoc) return make_typed(context);
    auto object = make<RecordObject>();
    if (auto* map = property.as<MapObject>()) {
      for (const auto& [key, value] : map->entries()) object->set(to_string(key), value);
    } else if (!property.is_null()) {
      return context.terminate(conversion_error(property, types::Hashtable.name), property);
    }
    return context.write(Value::object(object));
  }
};
CMDLET(NewObject);

}  // namespace hvsh::verbs
