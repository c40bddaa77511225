#include "core/context.h"

namespace hvsh {

Flow Context::write_all(std::span<const Value> values) {
  for (const Value& value : values) {
    if (const Flow flow = write(value); flow != Flow::more) return flow;
  }
  return Flow::more;
}

Flow Context::try_invoke(ScriptBlockObject& block, const Value& input, Value& result,
                         std::optional<Error>& error) {
  error.reset();
  return invoke(block, input, {}, result);
}

Flow Context::call_method(const Value& target, std::string_view name, std::span<const Value>, Value&) {
  return terminate(
      {.id = "MethodNotFound",
       .category = ErrorCategory::InvalidOperation,
       .message = "Cannot call the method '" + std::string(name) + "': there are no methods here."},
      target);
}

Result<Value> Context::construct(std::string_view type, std::span<const Value>) {
  return Error{.id = "TypeNotFound",
               .category = ErrorCategory::InvalidType,
               .message = "Cannot find type [" + std::string(type) + "].",
               .target = std::string(type)};
}

const EnumInfo* Context::find_enum(std::string_view) { return nullptr; }

std::vector<MemberText> Context::declared_members(const Value&, bool) { return {}; }

Result<void> Context::set_location(const std::string& path) {
  return Error{.id = "LocationNotSupported",
               .category = ErrorCategory::InvalidOperation,
               .message = "Cannot set the location to '" + path + "': there is none here.",
               .target = path};
}

}  // namespace hvsh
