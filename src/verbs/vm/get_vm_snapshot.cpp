#include "verbs/vm/checkpoint_common.h"

namespace hvsh::verbs {

// A machine or a checkpoint: what Windows calls VirtualMachineBase.
struct MachineOrCheckpoint {
  Value value;
};
inline constexpr TypeInfo kMachineBaseType{"Microsoft.HyperV.PowerShell.VirtualMachineBase",
                                           "VirtualMachineBase"};

}  // namespace hvsh::verbs

namespace hvsh {

template <>
struct Traits<verbs::MachineOrCheckpoint> : ScalarTraits {
  static constexpr const TypeInfo& type = verbs::kMachineBaseType;
  static Result<verbs::MachineOrCheckpoint> from(const Value& value, Coercion) {
    if (noun_cast<nouns::VirtualMachine>(value) != nullptr ||
        noun_cast<nouns::VMSnapshot>(value) != nullptr) {
      return verbs::MachineOrCheckpoint{value};
    }
    return conversion_error(value, type.name);
  }
};

}  // namespace hvsh

namespace hvsh::verbs {

struct GetVMSnapshot : MachineTarget {
  std::string snapshot_name;
  std::optional<Guid> id;
  std::optional<Object<VMSnapshot>> child_of;
  std::optional<MachineOrCheckpoint> parent_of;
  std::optional<nouns::SnapshotType> type;

  enum Set : SetMask { VMName = 1, VMObject = 2, Id = 4, Parent = 8, Child = 16 };
  static constexpr std::string_view kSets[] = {"VMName", "VMObject", "Id", "Parent", "Child"};
  static constexpr auto kParams = join(
      remoting_params<GetVMSnapshot>({.sets = VMName | Id}),
      std::array{
          param<&MachineTarget::name, GetVMSnapshot>("VMName",
                                                     {.sets = VMName,
                                                      .position = 0,
                                                      .mandatory = true,
                                                      .from_pipeline = true,
                                                      .names_of = {&VirtualMachine::noun}},
                                                     "Names of the machines."),
          param<&MachineTarget::vm, GetVMSnapshot>(
              "VM", {.sets = VMObject, .position = 0, .mandatory = true, .from_pipeline = true},
              "Machines, as Get-VM gives them."),
          param<&GetVMSnapshot::snapshot_name>(
              "Name", {.sets = VMName | VMObject | Parent | Child, .position = 1}, "The checkpoint's name."),
          param<&GetVMSnapshot::id>("Id",
                                    {.sets = Id,
                                     .position = 0,
                                     .mandatory = true,
                                     .from_pipeline = true,
                                     .from_pipeline_property = true,
                                     .not_null = true},
                                    "The checkpoint's id."),
          param<&GetVMSnapshot::child_of>("ChildOf", {.sets = Child, .mandatory = true, .not_null = true},
                                          "The checkpoint whose children are wanted."),
          param<&GetVMSnapshot::parent_of>("ParentOf", {.sets = Parent, .mandatory = true, .not_null = true},
                                           "The machine or checkpoint whose parent is wanted."),
          param<&GetVMSnapshot::type>(
              "SnapshotType",
              {.sets = VMName | VMObject | Parent | Child, .aliases = {"VMRecoveryCheckpoint"}},
              "Only checkpoints that were made for this."),
      });
  static constexpr std::string_view kAliases[] = {"Get-VMCheckpoint"};
  static constexpr Example kExamples[] = {{"Get-VMSnapshot web01", "*", "Shows the checkpoints of web01."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "VMSnapshot",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .outputs = kSnapshotType,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.HyperV.PowerShell.Commands.GetVMSnapshot",
                             .synopsis = "Gets checkpoints of virtual machines."};

  Flow process(Context& context) {
    switch (context.parameter_set()) {
      case Id: return write_where(context, all(), [&](const VMSnapshot& one) { return one.id == *id; });
      case Child: {
        const Guid parent = (*child_of)->value.id;
        return write_where(context, {.ids = {(*child_of)->value.vm_id}},
                           [&](const VMSnapshot& one) { return one.parent_id == parent; });
      }
      case Parent: return write_parent(context);
      default: break;
    }
    return each_machine(context, *this, [&](const VirtualMachine& machine) -> Flow {
      const std::vector<std::string> names =
          snapshot_name.empty() ? std::vector<std::string>{} : std::vector{snapshot_name};
      auto found = find_checkpoints(context, machine, names);
      if (!found) return report(context, found.take_error(), to_value(machine));
      return write_found(context, std::move(*found));
    });
  }

 private:
  static engines::MachineQuery all() { return {}; }

  Flow write_found(Context& context, std::vector<VMSnapshot> found) const {
    for (VMSnapshot& snapshot : found) {
      if (type && snapshot.type != *type) continue;
      if (const Flow flow = context.write(noun_value(std::move(snapshot))); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

  template <class Wanted>
  Flow write_where(Context& context, const engines::MachineQuery& query, Wanted wanted) const {
    auto& inventory = context.get<engines::Inventory>();
    auto machines = inventory.list(query);
    if (!machines) return report(context, machines.take_error());
    for (const VirtualMachine& machine : *machines) {
      auto found = inventory.checkpoints(machine);
      if (!found) return report(context, found.take_error(), to_value(machine));
      std::erase_if(*found, [&](const VMSnapshot& one) { return !wanted(one); });
      if (const Flow flow = write_found(context, std::move(*found)); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

  Flow write_parent(Context& context) const {
    if (const auto* snapshot = noun_cast<VMSnapshot>(parent_of->value)) {
      if (!snapshot->parent_id) return Flow::more;
      return write_where(context, {.ids = {snapshot->vm_id}},
                         [&](const VMSnapshot& one) { return one.id == *snapshot->parent_id; });
    }
    const auto* machine = noun_cast<VirtualMachine>(parent_of->value);
    auto config = context.get<engines::Machines>().config(machine->id);
    if (!config) return report(context, config.take_error(), parent_of->value);
    if (!config->parent_checkpoint_id) return Flow::more;
    return write_where(context, {.ids = {machine->id}},
                       [&](const VMSnapshot& one) { return one.id == *config->parent_checkpoint_id; });
  }
};
CMDLET(GetVMSnapshot);

}  // namespace hvsh::verbs
