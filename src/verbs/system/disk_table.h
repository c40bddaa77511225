#pragma once
// Disks, partitions and volumes for the Storage module's cmdlets.
#include "core/cmdlet.h"
#include "engines/host_disks.h"
#include "nouns/storage.h"

namespace hvsh::verbs {

nouns::Disk describe(const engines::HostDisk& one, const std::vector<engines::HostPartition>& partitions);
nouns::Partition describe(const engines::HostPartition& one);
nouns::Volume volume_of(const engines::HostPartition& one);
Error no_such_storage(std::string_view cim_class, std::string_view property, const std::string& value);
Error no_drive_letters();
Result<engines::HostDisk> disk_numbered(Context& context, int64_t number);
Result<engines::HostPartition> partition_of(Context& context, int64_t disk, int64_t number);
Result<engines::HostPartition> partition_on(Context& context, const std::string& device);

// Asks, and goes on when the answer is yes.
template <class Change>
Flow ask(Context& context, const std::string& target, std::string_view action, Change change) {
  const Answer answer = context.should_process(target, action);
  if (answer != Answer::yes) return answer == Answer::stopped ? Flow::stopped : Flow::more;
  return change();
}

}  // namespace hvsh::verbs
