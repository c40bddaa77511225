#include <algorithm>
#include <cmath>

#include "engines/metering.h"

namespace hvsh::engines {
namespace {

constexpr double kMebi = 1 << 20;

// How much a counter grew; one that went backwards began anew and shows what it did since.
double growth(uint64_t before, uint64_t now, bool same_run) {
  return same_run ? static_cast<double>(now - before) : static_cast<double>(now);
}

void note_memory(MeteringTotals& totals, const MeteringSample& sample) {
  if (!sample.on) return;
  totals.memory_minimum_bytes =
      std::min(totals.memory_minimum_bytes.value_or(sample.memory_bytes), sample.memory_bytes);
  totals.memory_maximum_bytes =
      std::max(totals.memory_maximum_bytes.value_or(sample.memory_bytes), sample.memory_bytes);
}

uint64_t rounded(double value) { return value <= 0 ? 0 : static_cast<uint64_t>(std::llround(value)); }

std::optional<uint64_t> in_mebi(std::optional<int64_t> bytes) {
  if (!bytes) return std::nullopt;
  return rounded(static_cast<double>(*bytes) / kMebi);
}

}  // namespace

MeteringTotals begin_metering(const MeteringSample& first) {
  MeteringTotals totals{.began_ns = first.time_ns, .last = first, .disk_bytes = first.disk_bytes};
  note_memory(totals, first);
  return totals;
}

MeteringTotals accumulate(const MeteringTotals& totals, const MeteringSample& sample) {
  MeteringTotals sum = totals;
  const MeteringSample& last = totals.last;
  const int64_t elapsed = sample.time_ns - last.time_ns;
  sum.last = sample;
  sum.last.time_ns = std::max(sample.time_ns, last.time_ns);
  note_memory(sum, sample);
  sum.disk_bytes = std::max(sum.disk_bytes, sample.disk_bytes);
  if (!sample.on || elapsed <= 0) return sum;
  // One run, if it was on before, nothing went backwards, and the run has lasted since (a second of
  // tolerance: uptime is not counted that exactly).
  constexpr int64_t kTolerance = 1'000'000'000;
  const bool same_run = last.on && sample.cpu_time_ns >= last.cpu_time_ns &&
                        sample.network_in_bytes >= last.network_in_bytes &&
                        sample.network_out_bytes >= last.network_out_bytes &&
                        sample.run_time_ns >= last.run_time_ns && sample.run_time_ns + kTolerance >= elapsed;
  sum.cpu_ns += growth(last.cpu_time_ns, sample.cpu_time_ns, same_run);
  sum.network_in_bytes += growth(last.network_in_bytes, sample.network_in_bytes, same_run);
  sum.network_out_bytes += growth(last.network_out_bytes, sample.network_out_bytes, same_run);
  const auto on_ns =
      static_cast<double>(same_run ? elapsed : std::clamp<int64_t>(sample.run_time_ns, 0, elapsed));
  const double memory =
      same_run ? (static_cast<double>(last.memory_bytes) + static_cast<double>(sample.memory_bytes)) / 2
               : static_cast<double>(sample.memory_bytes);
  sum.on_ns += on_ns;
  sum.memory_byte_ns += memory * on_ns;
  return sum;
}

MeteringReport report_of(const Guid& id, const MeteringTotals& totals, int32_t processor_mhz) {
  MeteringReport report{.id = id};
  const int64_t elapsed = totals.last.time_ns - totals.began_ns;
  report.duration = {elapsed / 100};
  report.average_processor_mhz =
      elapsed <= 0 ? 0 : rounded(totals.cpu_ns / static_cast<double>(elapsed) * processor_mhz);
  report.minimum_memory_mb = in_mebi(totals.memory_minimum_bytes).value_or(0);
  report.maximum_memory_mb = in_mebi(totals.memory_maximum_bytes).value_or(0);
  // Before any time has passed the average is that of the one sample.
  report.average_memory_mb =
      totals.on_ns > 0 ? rounded(totals.memory_byte_ns / totals.on_ns / kMebi) : *report.maximum_memory_mb;
  report.total_disk_mb = rounded(static_cast<double>(totals.disk_bytes) / kMebi);
  return report;
}

}  // namespace hvsh::engines
