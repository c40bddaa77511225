#pragma once
// What the parts of a machine share: whose they are, and the way back to the live machine.
#include <array>
#include <string>
#include <vector>

#include "core/noun.h"
#include "nouns/machine_model.h"

namespace hvsh::nouns {

// The way from an object back to its machine. Implemented by the engine that listed it.
class MachineHandle {
 public:
  virtual ~MachineHandle() = default;
  // No older than a second, except within one FormattingPass. nullptr: the machine is gone.
  virtual Result<const MachineStatus*> status() = 0;
  // The last status that was seen, also of a machine that is gone by now.
  virtual const MachineStatus& last_status() const = 0;
  // As it was when it was first asked for.
  virtual Result<const MachineConfig*> config() = 0;
  // MachineConfig::version alone, fetched for all machines of the list at once: the default table shows it.
  virtual Result<std::string> version() = 0;
  // Addresses that the guest uses on the adapter with that MAC address, as the guest, the DHCP server or the
  // neighbours say; none while it is off.
  virtual Result<std::vector<std::string>> addresses(const std::string& mac) = 0;
  virtual const std::string& computer_name() const = 0;
};

// What every part of a machine says about where it belongs. Parts of a checkpoint name it, those of a live
// machine do not.
struct MachinePart {
  Guid vm_id;
  std::string vm_name;
  Guid checkpoint_id = {};
  std::string checkpoint_name = {};
  std::string computer_name = {};

  std::string cim_session() const { return "CimSession: ."; }
  bool is_deleted() const { return false; }
};

// The properties of MachinePart, which stand at the end of each part's own.
template <class T>
consteval auto machine_part_props() {
  return std::array{
      prop<&T::vm_id>("VMId", "Id of the machine that it belongs to."),
      prop<&T::vm_name>("VMName", "Name of the machine that it belongs to."),
      prop<&T::checkpoint_id>("VMSnapshotId",
                              "Id of the checkpoint that it belongs to; zeros for a live machine."),
      prop<&T::checkpoint_name>("VMSnapshotName", "Name of that checkpoint."),
      prop<&T::cim_session>("CimSession", "The session through which it was found."),
      prop<&T::computer_name>("ComputerName", "The host."),
      prop<&T::is_deleted>("IsDeleted", "Whether it is gone."),
  };
}

}  // namespace hvsh::nouns
