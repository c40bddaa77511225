#include "verbs/vm/common.h"

namespace hvsh::verbs {

struct MeasureVM : MachineTarget {
  static constexpr auto kParams = target_params<MeasureVM>({.wildcards = false});
  static constexpr std::string_view kOutputs[] = {
      "Microsoft.HyperV.PowerShell.VMMeteringReportForVirtualMachine"};
  static constexpr Example kExamples[] = {
      {"Measure-VM web01", "*", "Shows what web01 used since it is metered."}};
  static constexpr Decl decl{.verb = "Measure",
                             .noun = "VM",
                             .sets = kNameSets,
                             .default_set = 0,
                             .params = kParams,
                             .outputs = kOutputs,
                             .examples = kExamples,
                             .error_class = "Microsoft.HyperV.PowerShell.Commands.MeasureVM",
                             .synopsis = "Reports what metered virtual machines used."};

  Flow process(Context& context) {
    return each_machine(context, *this, [&](const VirtualMachine& machine) -> Flow {
      auto measured = context.get<engines::Machines>().measure(machine.id);
      if (!measured) return report(context, measured.take_error(), to_value(machine));
      return context.write(
          noun_value(nouns::MeteringReport{.vm_id = machine.id,
                                           .vm_name = machine.name,
                                           .computer_name = machine.computer_name(),
                                           .duration = measured->duration,
                                           .average_processor_mhz = measured->average_processor_mhz,
                                           .average_memory = measured->average_memory_mb,
                                           .maximum_memory = measured->maximum_memory_mb,
                                           .minimum_memory = measured->minimum_memory_mb,
                                           .total_disk = measured->total_disk_mb,
                                           .network_inbound = measured->network_in_mb,
                                           .network_outbound = measured->network_out_mb}));
    });
  }
};
CMDLET(MeasureVM);

}  // namespace hvsh::verbs
