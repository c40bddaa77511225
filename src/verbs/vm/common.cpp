#include "verbs/vm/common.h"

#include <fmt/format.h>

namespace hvsh::verbs {

engines::Notices notices(Context& context) {
  // A stop that a preference turned into an error (-WarningAction Stop) is seen by the next stopping().
  return {.warning = [&context](const std::string& text) { (void)context.warning(text); },
          .verbose = [&context](const std::string& text) { (void)context.verbose(text); },
          .progress =
              [&context](const std::string& activity, int percent) {
                context.progress({.activity = activity, .percent = percent, .completed = percent >= 100});
              },
          .stopping = [&context] { return context.stopping(); }};
}

Flow report(Context& context, Error error, Value target) {
  if (error.exception.empty()) error.exception = kVirtualizationException;
  return context.error(std::move(error), std::move(target));
}

Value to_value(VirtualMachine machine) { return noun_value(std::move(machine)); }

std::string what_if(const Decl& decl, std::string_view phrase, std::string_view object) {
  return fmt::format("{}-{} will {} \"{}\".", decl.verb, decl.noun, phrase, object);
}

}  // namespace hvsh::verbs
