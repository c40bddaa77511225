#include <fmt/format.h>

#include "engines/switches.h"
#include "verbs/vm/common.h"

namespace hvsh::verbs {

struct NewVM : Remoting {
  std::optional<std::string> name;
  std::optional<int64_t> memory;
  std::optional<nouns::BootDevice> boot_device;
  Switch no_vhd;
  std::optional<std::string> switch_name, new_vhd_path, vhd_path, path, guest_state_path;
  std::optional<uint64_t> new_vhd_size;
  std::optional<Version> version;
  Switch prerelease, experimental, force, as_job;
  std::optional<int16_t> generation;
  std::optional<nouns::GuestIsolationType> isolation;

  enum Set : SetMask { NoVHD = 1, NewVHD = 2, ExistingVHD = 4 };
  static constexpr std::string_view kSets[] = {"No VHD", "New VHD", "Existing VHD"};
  static constexpr std::string_view kGenerations[] = {"1", "2"};
  static constexpr auto kParams = join(
      std::array{
          param<&NewVM::name>(
              "Name",
              {.position = 0, .from_pipeline = true, .from_pipeline_property = true, .aliases = {"VMName"}},
              "The machine's name."),
          param<&NewVM::memory>("MemoryStartupBytes", {.position = 1, .not_null = true},
                                "Bytes of memory at start."),
          param<&NewVM::boot_device>("BootDevice", {}, "What it boots from first."),
          param<&NewVM::no_vhd>("NoVHD", {.sets = NoVHD}, "Without a disk."),
          param<&NewVM::switch_name>("SwitchName", {},
                                     "The switch that its network adapter is connected to."),
          param<&NewVM::new_vhd_path>("NewVHDPath", {.sets = NewVHD, .mandatory = true},
                                      "A disk to make for it."),
          param<&NewVM::new_vhd_size>("NewVHDSizeBytes", {.sets = NewVHD, .mandatory = true},
                                      "That disk's size in bytes."),
          param<&NewVM::vhd_path>("VHDPath", {.sets = ExistingVHD, .mandatory = true},
                                  "A disk that is there already."),
          param<&NewVM::path>("Path", {}, "Folder in which the machine's own folder is made."),
          param<&NewVM::guest_state_path>("SourceGuestStatePath", {}, "A guest state file to start from."),
          param<&NewVM::version>("Version", {.not_null = true}, "Version of its configuration."),
          param<&NewVM::prerelease>("Prerelease", {}, "A configuration of a preview version."),
          param<&NewVM::experimental>("Experimental", {}, "A configuration of an experimental version."),
          param<&NewVM::generation>("Generation", {.position = 2, .values = kGenerations},
                                    "1: BIOS; 2: UEFI."),
          param<&NewVM::isolation>("GuestStateIsolationType", {}, "How its state is hidden from the host."),
          param<&NewVM::force>("Force", {}, "Do not ask."),
          param<&NewVM::as_job>("AsJob", {}, "Run as a background job."),
      },
      remoting_params<NewVM>());
  static constexpr Example kExamples[] = {
      {"New-VM web02 -MemoryStartupBytes 64MB -NewVHDPath web02.vhdx -NewVHDSizeBytes 4GB", "*",
       "Makes a machine with a new dynamic disk."}};
  static constexpr Decl decl{.verb = "New",
                             .noun = "VM",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .outputs = kMachineType,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.HyperV.PowerShell.Commands.NewVM",
                             .synopsis = "Makes a virtual machine."};

  Flow process(Context& context) {
    for (const std::string_view parameter :
         {"SourceGuestStatePath", "Version", "Prerelease", "Experimental", "GuestStateIsolationType"}) {
      if (!context.is_bound(parameter)) continue;
      return context.terminate(
          {.id = "NotSupported",
           .category = ErrorCategory::NotImplemented,
           .message = fmt::format("New-VM cannot honour -{}: there is no such thing on KVM here.", parameter),
           .hint = "Leave the parameter out.",
           .target = std::string(parameter)});
    }
    auto plan = machine_to_make(context);
    if (!plan) return report(context, plan.take_error());
    if (!plan->switch_name.empty()) {
      // Before anything is made.
      auto found = context.get<engines::Switches>().get(plan->switch_name);
      if (!found) return report(context, found.take_error(), Value::string(plan->switch_name));
    }
    const Answer answer = context.should_process(what_if(decl, "create a new virtual machine", plan->name));
    if (answer == Answer::stopped) return Flow::stopped;
    if (answer == Answer::no) return Flow::more;
    auto made = context.get<engines::Machines>().create(*plan, notices(context));
    if (!made) return report(context, made.take_error(), Value::string(plan->name));
    auto machine = context.get<engines::Inventory>().get(*made);
    if (!machine) return report(context, machine.take_error(), Value::string(plan->name));
    return context.write(to_value(machine.take()));
  }

 private:
  Result<engines::NewMachine> machine_to_make(Context& context) const {
    engines::NewMachine plan;
    if (name) plan.name = *name;
    if (memory) plan.memory_startup_bytes = *memory;
    plan.generation = generation.value_or(1);
    plan.boot_device = boot_device;
    plan.switch_name = switch_name.value_or("");
    plan.new_vhd_size_bytes = new_vhd_size.value_or(0);
    for (const auto& [given, target] : {std::pair{&path, &plan.path}, std::pair{&vhd_path, &plan.vhd_path},
                                        std::pair{&new_vhd_path, &plan.new_vhd_path}}) {
      if (!*given) continue;
      HVSH_TRY(*target, context.resolve_path(**given));
    }
    return plan;
  }
};
CMDLET(NewVM);

}  // namespace hvsh::verbs
