#pragma once
// What the virtual machine cmdlets share: how they name their machines, how each machine is acted on, and how
// errors and -WhatIf sentences are said. A cmdlet is its declaration and the one call that differs.
#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "core/cmdlet.h"
#include "engines/inventory.h"
#include "engines/machine.h"
#include "nouns/virtual_machine.h"
#include "verbs/common/remoting.h"

namespace hvsh::verbs {

using nouns::VirtualMachine;
using nouns::VMSnapshot;

inline constexpr std::string_view kVirtualizationException =
    "Microsoft.HyperV.PowerShell.VirtualizationException";
inline constexpr std::string_view kMachineType[] = {"Microsoft.HyperV.PowerShell.VirtualMachine"};

// Machines by name (wildcards allowed) or as objects; the two parameter sets that most cmdlets have.
struct MachineTarget : Remoting {
  std::vector<std::string> name;
  std::vector<Object<VirtualMachine>> vm;
  Switch passthru;
  Switch as_job;
};

enum TargetSet : SetMask { kByName = 1, kByObject = 2 };
inline constexpr std::string_view kNameSets[] = {"Name", "VMObject"};
inline constexpr std::string_view kVMNameSets[] = {"VMName", "VMObject"};

struct TargetOptions {
  std::string_view name = "Name";
  Names aliases = "VMName";
  bool from_pipeline = true;
  bool wildcards = true;
  SetMask by_name = kByName;
  SetMask by_object = kByObject;
  bool session_from_property = false;
};

// -Name (or -VMName), -VM, -ComputerName, -CimSession, -Credential.
template <class Self>
consteval auto target_params(TargetOptions options = {}) {
  return join(
      remoting_params<Self>(
          {.sets = options.by_name, .session_from_property = options.session_from_property}),
      std::array{
          param<&MachineTarget::name, Self>(options.name,
                                            {.sets = options.by_name,
                                             .position = 0,
                                             .mandatory = true,
                                             .from_pipeline = options.from_pipeline,
                                             .wildcards = options.wildcards,
                                             .aliases = options.aliases,
                                             .names_of = {&VirtualMachine::noun}},
                                            "Names of the machines."),
          param<&MachineTarget::vm, Self>(
              "VM", {.sets = options.by_object, .position = 0, .mandatory = true, .from_pipeline = true},
              "Machines, as Get-VM gives them."),
      });
}

// TargetOptions for the cmdlets whose parameter is -VMName.
consteval TargetOptions by_vm_name(bool wildcards = false) {
  return {.name = "VMName", .aliases = {}, .wildcards = wildcards};
}

template <class Self>
consteval auto passthru_param(SetMask sets = kAllSets) {
  return std::array{param<&MachineTarget::passthru, Self>("Passthru", {.sets = sets}, "Write the machines.")};
}
template <class Self>
consteval auto as_job_param(SetMask sets = kAllSets) {
  return std::array{param<&MachineTarget::as_job, Self>("AsJob", {.sets = sets}, "Run as a background job.")};
}

// A setting that was given goes into the configuration.
template <class T, class U>
void assign(const std::optional<T>& given, U& setting) {
  if (given) setting = *given;
}

engines::Notices notices(Context& context);

// Writes an engine's error as this cmdlet's, with Windows' exception type.
Flow report(Context& context, Error error, Value target = {});

Value to_value(VirtualMachine machine);

// The machines that were named or given, each handed to `act`. A name that finds nothing is an error of its
// own, the others go on.
template <std::invocable<const VirtualMachine&> Act>
Flow each_machine(Context& context, const MachineTarget& target, Act act) {
  for (const Object<VirtualMachine>& machine : target.vm) {
    if (const Flow flow = act(machine->value); flow != Flow::more) return flow;
  }
  for (const std::string& name : target.name) {
    auto found = context.get<engines::Inventory>().list({.names = {name}});
    if (!found) {
      if (const Flow flow = report(context, found.take_error(), Value::string(name)); flow != Flow::more)
        return flow;
      continue;
    }
    for (const VirtualMachine& machine : *found) {
      if (const Flow flow = act(machine); flow != Flow::more) return flow;
    }
  }
  return Flow::more;
}

// "Stop-VM will turn off the virtual machine "web01"."
std::string what_if(const Decl& decl, std::string_view phrase, std::string_view object);

// Asks ShouldProcess, runs `operation(machines, machine, notices)`, reports its error, and writes the machine
// anew with -Passthru: the whole body of a cmdlet that changes machines.
template <class Self, class Operation>
Flow change_machines(Context& context, const Self& self, std::string_view phrase, Operation operation) {
  return each_machine(context, self, [&](const VirtualMachine& machine) -> Flow {
    const Answer answer = context.should_process(what_if(Self::decl, phrase, machine.name));
    if (answer == Answer::stopped) return Flow::stopped;
    if (answer == Answer::no) return Flow::more;
    Result<void> done = operation(context.get<engines::Machines>(), machine, notices(context));
    context.get<engines::Inventory>().changed(machine.id);
    if (!done) return report(context, done.take_error(), to_value(machine));
    if (!self.passthru) return Flow::more;
    auto fresh = context.get<engines::Inventory>().get(machine.id);
    if (!fresh) return report(context, fresh.take_error(), to_value(machine));
    return context.write(to_value(fresh.take()));
  });
}

}  // namespace hvsh::verbs
