#include "verbs/vm/checkpoint_common.h"

namespace hvsh::verbs {

struct RestoreVMSnapshot : CheckpointTarget {
  Switch as_job;

  static constexpr auto kParams =
      join(checkpoint_params<RestoreVMSnapshot>(),
           std::array{param<&RestoreVMSnapshot::as_job>("AsJob", {}, "Run as a background job.")});
  static constexpr std::string_view kOutputs[] = {"VMSnapshot"};
  static constexpr std::string_view kAliases[] = {"Restore-VMCheckpoint"};
  static constexpr Example kExamples[] = {{"Restore-VMSnapshot -Name clean -VMName web01 -Confirm:$false", "",
                                           "Takes web01 back to its checkpoint clean."}};
  static constexpr Decl decl{.verb = "Restore",
                             .noun = "VMSnapshot",
                             .sets = kCheckpointSets,
                             .default_set = 0,
                             .params = kParams,
                             .outputs = kOutputs,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .impact = Impact::high,
                             .error_class = "Microsoft.HyperV.PowerShell.Commands.RestoreVMSnapshot",
                             .synopsis = "Takes a virtual machine back to a checkpoint."};

  Flow process(Context& context) {
    return each_checkpoint(context, *this, [&](const VMSnapshot& one) -> Flow {
      const Answer answer = context.should_process(what_if(decl, "restore the checkpoint", one.name));
      if (answer == Answer::stopped) return Flow::stopped;
      if (answer == Answer::no) return Flow::more;
      Result<void> done = context.get<engines::Machines>().restore(one.vm_id, one.id, notices(context));
      if (!done) return report(context, done.take_error(), noun_value(VMSnapshot(one)));
      return passthru ? context.write(noun_value(VMSnapshot(one))) : Flow::more;
    });
  }
};
CMDLET(RestoreVMSnapshot);

}  // namespace hvsh::verbs
