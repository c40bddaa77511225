#pragma once
// The machines of a host as the objects that cmdlets write.
//
// An object's live properties are answered from one shared status: when one is read and the last answer is
// older than a second, the status of every machine that some object still stands for is fetched in one bulk
// call. Within one FormattingPass nothing is fetched twice. An object keeps what it needs of the inventory
// alive; not thread-safe.
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "engines/hypervisor.h"
#include "engines/machine.h"
#include "nouns/virtual_machine.h"

namespace hvsh::engines {

class Inventory {
 public:
  explicit Inventory(Machines& machines);

  Result<std::vector<nouns::VirtualMachine>> list(const MachineQuery& query);
  Result<nouns::VirtualMachine> get(const Guid& id);  // freshly fetched
  // This program changed the machine: objects that stand for it fetch state and configuration again.
  void changed(const Guid& id);
  Result<std::vector<nouns::VMSnapshot>> checkpoints(const nouns::VirtualMachine& machine);
  nouns::VMSnapshot checkpoint(const nouns::VirtualMachine& machine, const CheckpointInfo& info);
  const std::string& computer_name() const;

  struct Shared;  // opaque

 private:
  std::shared_ptr<Shared> shared_;
};

}  // namespace hvsh::engines
