#pragma once
// Statuses of many machines by few calls.
#include <vector>

#include "engines/libvirt/cpu_samples.h"
#include "engines/libvirt/session.h"
#include "engines/libvirt/status.h"

namespace hvsh::engines::libvirt {

// All machines of the connection; two calls.
Result<std::vector<RawStatus>> read_all(Session& session);
// These alone; what vanished is left out. A few calls for each.
Result<std::vector<RawStatus>> read_some(Session& session, const std::vector<DomainHandle>& domains);

// Adds what the processes of this host say. `is_local`: the machines run here.
std::vector<nouns::MachineStatus> finish(const std::vector<RawStatus>& raw, bool is_local,
                                         CpuSamples& samples);

}  // namespace hvsh::engines::libvirt
