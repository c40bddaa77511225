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

constexpr bool before(std::string_view a, std::string_view b) {
  for (size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (ascii_lower(a[i]) != ascii_lower(b[i])) return ascii_lower(a[i]) < ascii_lower(b[i]);
  }
  return a.size() < b.size();
}

consteval bool sorted() {
  for (size_t i = 1; i < kCmdlets.size(); ++i) {
    if (!before(kCmdlets[i - 1].name, kCmdlets[i].name)) return false;
  }
  return true;
}
static_assert(sorted(), "verbs/registry.inc is not sorted by name");

}  // namespace

std::span<const CmdletEntry> cmdlets() { return kCmdlets; }

}  // namespace hvsh::verbs
