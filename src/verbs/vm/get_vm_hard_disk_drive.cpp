#include "verbs/vm/checkpoint_common.h"

namespace hvsh::verbs {

struct GetVMHardDiskDrive : MachineTarget {
  std::optional<Object<VMSnapshot>> snapshot;
  std::vector<Object<nouns::DriveController>> controller;
  std::optional<int32_t> location, number;
  std::optional<nouns::ControllerType> type;

  enum Set : SetMask { VMName = 1, VMObject = 2, Snapshot = 4, Controller = 8 };
  static constexpr std::string_view kSets[] = {"VMName", "VMObject", "VMSnapshot", "VMDriveController"};
  static constexpr std::string_view kTypes[] = {"IDE", "SCSI"};
  static constexpr auto kParams =
      join(target_params<GetVMHardDiskDrive>(by_vm_name()),
           std::array{
               param<&GetVMHardDiskDrive::snapshot>("VMSnapshot",
                                                    {.sets = Snapshot,
                                                     .position = 0,
                                                     .mandatory = true,
                                                     .from_pipeline = true,
                                                     .aliases = {"VMCheckpoint"}},
                                                    "The checkpoint whose drives are wanted."),
               param<&GetVMHardDiskDrive::controller>(
                   "VMDriveController",
                   {.sets = Controller, .position = 0, .mandatory = true, .from_pipeline = true},
                   "Controllers whose drives are wanted."),
               param<&GetVMHardDiskDrive::location>("ControllerLocation", {.not_null = true},
                                                    "Place on the controller."),
               param<&GetVMHardDiskDrive::number>("ControllerNumber",
                                                  {.sets = VMName | VMObject | Snapshot, .not_null = true},
                                                  "Which controller of its type."),
               param<&GetVMHardDiskDrive::type>("ControllerType",
                                                {.sets = VMName | VMObject | Snapshot, .values = kTypes},
                                                "Type of the controller."),
           });
  static constexpr std::string_view kOutputs[] = {"Microsoft.HyperV.PowerShell.HardDiskDrive"};
  static constexpr Example kExamples[] = {
      {"Get-VM web01 | Get-VMHardDiskDrive | Get-VHD", "*", "Shows the disk images of web01."}};
  static constexpr Decl decl{
      .verb = "Get",
      .noun = "VMHardDiskDrive",
      .sets = kSets,
      .default_set = 0,
      .params = kParams,
      .outputs = kOutputs,
      .examples = kExamples,
      .error_class = "Microsoft.HyperV.PowerShell.Commands.GetVMHardDiskDrive",
      .synopsis = "Gets the hard disks of virtual machines, checkpoints or controllers."};

  Flow process(Context& context) {
    if (snapshot) return write(context, (*snapshot)->value.hard_drives(), Value::object(*snapshot));
    for (const Object<nouns::DriveController>& one : controller) {
      if (const Flow flow = write(context, std::vector(one->value.drives), Value::object(one));
          flow != Flow::more) {
        return flow;
      }
    }
    return each_machine(context, *this, [&](const VirtualMachine& machine) {
      return write(context, machine.hard_drives(), to_value(machine));
    });
  }

 private:
  Flow write(Context& context, Result<std::vector<nouns::HardDiskDrive>> drives, Value of) const {
    if (!drives) return report(context, drives.take_error(), std::move(of));
    for (nouns::HardDiskDrive& drive : *drives) {
      if ((location && drive.controller_location != *location) ||
          (number && drive.controller_number != *number) || (type && drive.controller_type != *type)) {
        continue;
      }
      if (const Flow flow = context.write(noun_value(std::move(drive))); flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(GetVMHardDiskDrive);

}  // namespace hvsh::verbs
