#include "verbs/registry.h"

#include <array>

namespace hvsh::verbs {

#define CMDLET_ENTRY(name, type) extern constinit const Cmdlet cmdlet_##type;
#include "verbs/registry.inc"
#undef CMDLET_ENTRY

namespace {

#define CMDLET_ENTRY(name, type) CmdletEntry{name, &cmdlet_##type},
constexpr auto kCmdlets = std::to_array<CmdletEntry>({
#include "verbs/registry.inc"
});
#undef CMDLET_ENTRY

// In the order of bytes, as sorting tools put lines; a test finds names that differ in case only.
consteval bool sorted() {
  for (size_t i = 1; i < kCmdlets.size(); ++i) {
    if (kCmdlets[i - 1].name >= kCmdlets[i].name) return false;
  }
  return true;
}
static_assert(sorted(), "verbs/registry.inc is not sorted by name");

}  // namespace

std::span<const CmdletEntry> cmdlets() { return kCmdlets; }

}  // namespace hvsh::verbs
