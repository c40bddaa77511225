#include "verbs/vm/checkpoint_common.h"

namespace hvsh::verbs {

struct RenameVMSnapshot : CheckpointTarget {
  std::string new_name;

  static constexpr auto kParams =
      join(checkpoint_params<RenameVMSnapshot>(),
           std::array{param<&RenameVMSnapshot::new_name>("NewName", {.position = 2, .mandatory = true},
                                                         "The checkpoint's new name.")});
  static constexpr std::string_view kOutputs[] = {"VMSnapshot"};
  static constexpr std::string_view kAliases[] = {"Rename-VMCheckpoint"};
  static constexpr Example kExamples[] = {
      {"Rename-VMSnapshot clean web01 fresh", "", "Names the checkpoint fresh."}};
  static constexpr Decl decl{.verb = "Rename",
                             .noun = "VMSnapshot",
                             .sets = kCheckpointSets,
                             .default_set = 0,
                             .params = kParams,
                             .outputs = kOutputs,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.HyperV.PowerShell.Commands.RenameVMSnapshot",
                             .synopsis = "Renames a checkpoint."};

  Flow process(Context& context) {
    return each_checkpoint(context, *this, [&](const VMSnapshot& one) -> Flow {
      const Answer answer = context.should_process(what_if(decl, "rename the checkpoint", one.name));
      if (answer == Answer::stopped) return Flow::stopped;
      if (answer == Answer::no) return Flow::more;
      Result<void> done =
          context.get<engines::Machines>().rename_checkpoint(one.vm_id, one.id, new_name, notices(context));
      if (!done) return report(context, done.take_error(), noun_value(VMSnapshot(one)));
      VMSnapshot renamed = one;
      renamed.name = new_name;
      return passthru ? context.write(noun_value(std::move(renamed))) : Flow::more;
    });
  }
};
CMDLET(RenameVMSnapshot);

}  // namespace hvsh::verbs
