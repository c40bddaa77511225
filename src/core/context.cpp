#include "core/context.h"

namespace hvsh {

Flow Context::write_all(std::span<const Value> values) {
  for (const Value& value : values) {
    if (const Flow flow = write(value); flow != Flow::more) return flow;
  }
  return Flow::more;
}

}  // namespace hvsh
