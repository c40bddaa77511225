#include "verbs/vm/checkpoint_common.h"

#include <fmt/format.h>

#include "core/wildcard.h"

namespace hvsh::verbs {

Result<std::vector<VMSnapshot>> find_checkpoints(Context& context, const VirtualMachine& machine,
                                                 const std::vector<std::string>& names) {
  HVSH_TRY(auto all, context.get<engines::Inventory>().checkpoints(machine));
  if (names.empty()) return all;
  std::vector<VMSnapshot> chosen;
  for (const std::string& name : names) {
    const size_t before = chosen.size();
    const Wildcard wanted(name);
    for (const VMSnapshot& snapshot : all) {
      if (wanted.matches(snapshot.name)) chosen.push_back(snapshot);
    }
    if (chosen.size() == before && !is_pattern(name)) {
      return Error{
          .id = "InvalidParameter",
          .category = ErrorCategory::InvalidArgument,
          .message = fmt::format(
              "Hyper-V was unable to find a checkpoint with name \"{}\" of the virtual machine \"{}\".", name,
              machine.name),
          .hint = fmt::format("Get-VMSnapshot '{}' lists the checkpoints that there are.", machine.name),
          .target = name};
    }
  }
  return chosen;
}

}  // namespace hvsh::verbs
