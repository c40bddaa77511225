#include <fmt/format.h>

#include "verbs/vm/common.h"

namespace hvsh::verbs {

struct SetVM : MachineTarget {
  std::optional<bool> guest_controlled_cache_types;
  std::optional<uint32_t> low_mmio;
  std::optional<uint64_t> high_mmio;
  std::optional<int64_t> processor_count, memory_minimum, memory_maximum, memory_startup;
  Switch dynamic_memory, static_memory;
  std::optional<nouns::StartAction> start_action;
  std::optional<nouns::StopAction> stop_action;
  std::optional<int32_t> start_delay;
  std::optional<nouns::CriticalErrorAction> critical_error_action;
  std::optional<int32_t> critical_error_timeout;
  std::optional<bool> automatic_checkpoints;
  std::optional<nouns::OnOffState> lock_on_disconnect;
  std::optional<std::string> notes, new_name, snapshot_folder, smart_paging_path;
  std::optional<nouns::CheckpointType> checkpoint_type;
  Switch allow_unverified_paths;

  static constexpr auto kParams = join(
      target_params<SetVM>({.wildcards = false}),
      std::array{
          param<&SetVM::guest_controlled_cache_types>("GuestControlledCacheTypes", {},
                                                      "Whether the guest chooses cache types."),
          param<&SetVM::low_mmio>("LowMemoryMappedIoSpace", {}, "Bytes kept for devices below 4 GiB."),
          param<&SetVM::high_mmio>("HighMemoryMappedIoSpace", {}, "Bytes kept for devices above 4 GiB."),
          param<&SetVM::processor_count>("ProcessorCount", {.not_null = true}, "Virtual processors."),
          param<&SetVM::dynamic_memory>("DynamicMemory", {}, "Balance its memory with others'."),
          param<&SetVM::static_memory>("StaticMemory", {}, "Give it the same memory all the time."),
          param<&SetVM::memory_minimum>("MemoryMinimumBytes", {.not_null = true}, "Bytes at least."),
          param<&SetVM::memory_maximum>("MemoryMaximumBytes", {.not_null = true}, "Bytes at most."),
          param<&SetVM::memory_startup>("MemoryStartupBytes", {.not_null = true}, "Bytes at start."),
          param<&SetVM::start_action>("AutomaticStartAction", {}, "What happens when the host starts."),
          param<&SetVM::stop_action>("AutomaticStopAction", {}, "What happens when the host stops."),
          param<&SetVM::start_delay>("AutomaticStartDelay", {.not_null = true},
                                     "Seconds to wait before that."),
          param<&SetVM::critical_error_action>("AutomaticCriticalErrorAction", {}, "What a lost disk does."),
          param<&SetVM::critical_error_timeout>("AutomaticCriticalErrorActionTimeout", {.not_null = true},
                                                "Minutes to wait before that."),
          param<&SetVM::automatic_checkpoints>("AutomaticCheckpointsEnabled", {.not_null = true},
                                               "Make a checkpoint at each start."),
          param<&SetVM::lock_on_disconnect>("LockOnDisconnect", {.not_null = true},
                                            "Lock its desktop when left."),
          param<&SetVM::notes>("Notes", {.not_null = true}, "The administrator's notes."),
          param<&SetVM::new_name>("NewVMName", {}, "The machine's new name."),
          param<&SetVM::snapshot_folder>("SnapshotFileLocation", {}, "Folder of its checkpoints."),
          param<&SetVM::smart_paging_path>("SmartPagingFilePath", {}, "Folder of its smart paging file."),
          param<&SetVM::checkpoint_type>("CheckpointType", {}, "The kind of checkpoint that it gets."),
          param<&SetVM::allow_unverified_paths>("AllowUnverifiedPaths", {},
                                                "Do not look whether folders are there."),
      },
      passthru_param<SetVM>());
  static constexpr Example kExamples[] = {
      {"Set-VM web01 -ProcessorCount 2 -MemoryStartupBytes 96MB -Notes 'front end'", "",
       "Changes a machine that is off."}};
  static constexpr Decl decl{.verb = "Set",
                             .noun = "VM",
                             .sets = kNameSets,
                             .default_set = 0,
                             .params = kParams,
                             .outputs = kMachineType,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.HyperV.PowerShell.Commands.SetVM",
                             .synopsis = "Changes settings of virtual machines."};

  Flow process(Context& context) {
    // Settings that KVM has no place for are refused rather than dropped.
    for (const std::string_view name :
         {"GuestControlledCacheTypes", "LowMemoryMappedIoSpace", "HighMemoryMappedIoSpace",
          "AutomaticCriticalErrorAction", "AutomaticCriticalErrorActionTimeout", "LockOnDisconnect",
          "SmartPagingFilePath"}) {
      if (!context.is_bound(name)) continue;
      return context.terminate(
          {.id = "NotSupported",
           .category = ErrorCategory::NotImplemented,
           .message = fmt::format("Set-VM cannot set {}: a KVM machine has no such setting here.", name),
           .hint = "Leave the parameter out.",
           .target = std::string(name)});
    }
    if (dynamic_memory && static_memory) {
      return context.terminate({.id = "InvalidParameter",
                                .category = ErrorCategory::InvalidArgument,
                                .message = "Set-VM cannot make a machine's memory both dynamic and static.",
                                .hint = "Give -DynamicMemory or -StaticMemory, not both."});
    }
    if (snapshot_folder) {
      auto path = context.resolve_path(*snapshot_folder);
      if (!path) return context.terminate(path.take_error());
      snapshot_folder = path.take();
    }
    return change_machines(
        context, *this, "configure the virtual machine",
        [&](engines::Machines& machines, const VirtualMachine& machine,
            const engines::Notices& notes_to) -> Result<void> {
          HVSH_TRY(const auto changed,
                   machines.change(
                       machine.id, "Set-VM", [&](engines::MachineConfig& config) { return apply(config); },
                       notes_to));
          (void)changed;
          return {};
        });
  }

 private:
  Result<void> apply(engines::MachineConfig& config) const {
    assign(processor_count, config.processor_count);
    assign(memory_startup, config.memory_startup_bytes);
    assign(memory_minimum, config.memory_minimum_bytes);
    assign(memory_maximum, config.memory_maximum_bytes);
    if (dynamic_memory || static_memory) config.dynamic_memory = dynamic_memory.on;
    assign(notes, config.notes);
    assign(new_name, config.name);
    assign(snapshot_folder, config.snapshot_folder);
    assign(start_action, config.start_action);
    assign(start_delay, config.start_delay_seconds);
    assign(stop_action, config.stop_action);
    assign(checkpoint_type, config.checkpoint_type);
    assign(automatic_checkpoints, config.automatic_checkpoints);
    return {};
  }
};
CMDLET(SetVM);

}  // namespace hvsh::verbs
