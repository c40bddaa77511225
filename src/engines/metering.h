#pragma once
// Resource metering: what a machine used since metering was switched on or reset, kept over restarts of the
// machine, of hvsh and of the host.
//
// The figures come from samples: hvsh takes one when metering is switched on, before and after each of its
// own operations that end or begin a run of the machine, and when it is measured. Between two samples of one
// run the hypervisor's counters say exactly what was used; memory between two samples counts as the mean of
// both. A counter that went backwards began anew (a restart that hvsh did not see): what it shows is what was
// used since. So a run that begins and ends without hvsh is missing; a host service that samples on time is
// what will see it.
//
//   AverageProcessorUsage  MHz: processor seconds / metered seconds * MHz of a host processor
//   Average/Min/MaximumMemoryUsage  MB, over the time that the machine was on
//   TotalDiskAllocation    MB: sum of the sizes that the guest sees of its disks, the largest sum seen
//   MeteringDuration       wall time since metering was switched on or reset
//
// The arithmetic is pure (accumulate, report_of); Metering only keeps it in SQLite.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/date_time.h"
#include "core/guid.h"
#include "core/result.h"

namespace hvsh::engines {

class State;

// What is known of a machine at one instant.
struct MeteringSample {
  int64_t time_ns = 0;  // since 1970, UTC
  bool on = false;
  uint64_t cpu_time_ns = 0;  // since the run began
  int64_t run_time_ns = 0;   // how long the run has lasted
  int64_t memory_bytes = 0;
  int64_t disk_bytes = 0;
  uint64_t network_in_bytes = 0;  // since the run began
  uint64_t network_out_bytes = 0;
};

// Everything that was seen since metering began.
struct MeteringTotals {
  int64_t began_ns = 0;
  MeteringSample last = {};
  double cpu_ns = 0;
  double on_ns = 0;           // time that the machine was seen on
  double memory_byte_ns = 0;  // bytes * ns
  std::optional<int64_t> memory_minimum_bytes = {};
  std::optional<int64_t> memory_maximum_bytes = {};
  int64_t disk_bytes = 0;
  double network_in_bytes = 0;
  double network_out_bytes = 0;
};

struct MeteringReport {
  Guid id = {};
  TimeSpan duration = {};
  std::optional<uint64_t> average_processor_mhz = {};
  std::optional<uint64_t> average_memory_mb = {};
  std::optional<uint64_t> minimum_memory_mb = {};
  std::optional<uint64_t> maximum_memory_mb = {};
  std::optional<uint64_t> total_disk_mb = {};
  std::optional<uint64_t> network_in_mb = {};  // empty: not known
  std::optional<uint64_t> network_out_mb = {};
};

MeteringTotals begin_metering(const MeteringSample& first);
// A sample that is not later than the last one changes nothing but what runs now.
MeteringTotals accumulate(const MeteringTotals& totals, const MeteringSample& sample);
MeteringReport report_of(const Guid& id, const MeteringTotals& totals, int32_t processor_mhz);

// The accumulated figures, in the history database. What a machine did is asked of the caller (Machines).
class Metering {
 public:
  explicit Metering(State& state) : state_(state) {}

  // Begins, or begins anew.
  Result<void> begin(const Guid& id, const MeteringSample& first);
  Result<void> end(const Guid& id);
  // Adds a sample if the machine is metered; no error if it is not.
  Result<void> add(const Guid& id, const MeteringSample& sample);
  Result<std::optional<MeteringTotals>> totals(const Guid& id);

 private:
  State& state_;
};

}  // namespace hvsh::engines
