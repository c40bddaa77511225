#include "core/context.h"

namespace hvsh {

Flow Context::write_all(std::span<const Value> values) {
  for (const Value& value : values) {
    if (const Flow flow = write(value); flow != Flow::more) return flow;
  }
  return Flow::more;
}

Result<void> Context::set_location(const std::string& path) {
  return Error{.id = "LocationNotSupported",
               .category = ErrorCategory::InvalidOperation,
               .message = "Cannot set the location to '" + path + "': there is none here.",
               .target = path};
}

}  // namespace hvsh
