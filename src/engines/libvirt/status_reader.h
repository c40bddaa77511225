#pragma once
// Statuses of many machines by few calls.
#include <vector>

#include "engines/libvirt/cpu_samples.h"
#include "engines/libvirt/session.h"
#include "engines/libvirt/status.h"

namespace hvsh::engines::libvirt {

// Asked for more machines than this, one call for all is cheaper than one for each.
inline constexpr size_t kManyMachines = 12;

// All machines of the connection; two calls.
Result<std::vector<RawStatus>> read_all(Session& session);
// These alone; what vanished is left out. A few calls for each.
Result<std::vector<RawStatus>> read_some(Session& session, const std::vector<DomainHandle>& domains);

// Configuration versions, in the order of `ids`. libvirt has no bulk call for metadata, so several calls are
// in flight at once: a thousand take about as long as three hundred would alone.
Result<std::vector<std::string>> read_versions(Session& session, const std::vector<Guid>& ids);

// Adds what the processes of this host say. `is_local`: the machines run here.
std::vector<nouns::MachineStatus> finish(const std::vector<RawStatus>& raw, bool is_local,
                                         CpuSamples& samples);

}  // namespace hvsh::engines::libvirt
