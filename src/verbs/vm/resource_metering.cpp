// Enable-, Disable- and Reset-VMResourceMetering: one set of parameters, three calls.
#include "verbs/vm/common.h"

namespace hvsh::verbs {

struct MeteringTarget : MachineTarget {
  std::optional<std::string> pool_name;
  std::optional<nouns::VMResourcePoolType> pool_type;
};

enum MeteringSet : SetMask { kMeterByName = 1, kMeterPool = 2, kMeterByObject = 4 };
inline constexpr std::string_view kMeteringSets[] = {"VMName", "ResourcePool", "VMObject"};
inline constexpr std::string_view kMeteredPools[] = {"Ethernet", "Memory", "Processor", "VHD"};

template <class Self>
consteval auto metering_params() {
  return join(
      remoting_params<Self>({.sets = kMeterByName | kMeterPool, .session_from_property = true}),
      std::array{
          param<&MachineTarget::name, Self>(
              "VMName",
              {.sets = kMeterByName, .position = 0, .mandatory = true, .names_of = {&VirtualMachine::noun}},
              "Names of the machines."),
          param<&MachineTarget::vm, Self>(
              "VM", {.sets = kMeterByObject, .position = 0, .mandatory = true, .from_pipeline = true},
              "Machines, as Get-VM gives them."),
          param<&MeteringTarget::pool_name, Self>("ResourcePoolName",
                                                  {.sets = kMeterPool,
                                                   .position = 0,
                                                   .mandatory = true,
                                                   .from_pipeline = true,
                                                   .from_pipeline_property = true,
                                                   .aliases = {"Name"}},
                                                  "The resource pool."),
          param<&MeteringTarget::pool_type, Self>(
              "ResourcePoolType",
              {.sets = kMeterPool, .position = 1, .from_pipeline_property = true, .values = kMeteredPools},
              "Type of the resource pool."),
      });
}

using MeteringCall = Result<void> (engines::Machines::*)(const Guid&, const engines::Notices&);

Flow change_metering(Context& context, const MeteringTarget& target, MeteringCall call) {
  if (target.pool_name) {
    return context.terminate({.id = "NotImplemented",
                              .category = ErrorCategory::NotImplemented,
                              .message = "Resource pools cannot be metered yet; only virtual machines can.",
                              .hint = "Give the machines with -VMName or -VM.",
                              .target = *target.pool_name});
  }
  return each_machine(context, target, [&](const VirtualMachine& machine) -> Flow {
    Result<void> done = (context.get<engines::Machines>().*call)(machine.id, notices(context));
    return done ? Flow::more : report(context, done.take_error(), to_value(machine));
  });
}

struct EnableVMResourceMetering : MeteringTarget {
  static constexpr auto kParams = metering_params<EnableVMResourceMetering>();
  static constexpr Example kExamples[] = {
      {"Enable-VMResourceMetering web01", "", "Begins to measure what web01 uses."}};
  static constexpr Decl decl{.verb = "Enable",
                             .noun = "VMResourceMetering",
                             .sets = kMeteringSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.HyperV.PowerShell.Commands.EnableVMResourceMetering",
                             .synopsis = "Begins to measure what virtual machines use."};
  Flow process(Context& context) {
    return change_metering(context, *this, &engines::Machines::enable_metering);
  }
};
CMDLET(EnableVMResourceMetering);

struct DisableVMResourceMetering : MeteringTarget {
  static constexpr auto kParams = metering_params<DisableVMResourceMetering>();
  static constexpr Example kExamples[] = {{"Disable-VMResourceMetering web01", "", "Stops measuring web01."}};
  static constexpr Decl decl{.verb = "Disable",
                             .noun = "VMResourceMetering",
                             .sets = kMeteringSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.HyperV.PowerShell.Commands.DisableVMResourceMetering",
                             .synopsis = "Stops measuring virtual machines and forgets the figures."};
  Flow process(Context& context) {
    return change_metering(context, *this, &engines::Machines::disable_metering);
  }
};
CMDLET(DisableVMResourceMetering);

struct ResetVMResourceMetering : MeteringTarget {
  static constexpr auto kParams = metering_params<ResetVMResourceMetering>();
  static constexpr Example kExamples[] = {
      {"Reset-VMResourceMetering web01", "", "Begins the figures of web01 anew."}};
  static constexpr Decl decl{.verb = "Reset",
                             .noun = "VMResourceMetering",
                             .sets = kMeteringSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.HyperV.PowerShell.Commands.ResetVMResourceMetering",
                             .synopsis = "Begins the figures of metered virtual machines anew."};
  Flow process(Context& context) {
    return change_metering(context, *this, &engines::Machines::reset_metering);
  }
};
CMDLET(ResetVMResourceMetering);

}  // namespace hvsh::verbs
