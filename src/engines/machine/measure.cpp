// Metering of machines: samples, and what is made of them.
#include <fmt/format.h>

#include <chrono>

#include "engines/machine/work.h"
#include "engines/machine_errors.h"

namespace hvsh::engines {

Result<MeteringSample> Machines::sample_of(const Guid& id) {
  HVSH_TRY(const auto answer, hypervisor_.status(std::span(&id, 1)));
  if (!answer[0]) return no_such_machine(id);
  const MachineStatus& status = *answer[0];
  HVSH_TRY(const MachineConfig config, this->config(id));
  MeteringSample sample;
  sample.time_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  sample.on = is_on(status.state);
  sample.cpu_time_ns = status.cpu_time_ns;
  sample.run_time_ns = status.uptime.ticks * 100;
  sample.memory_bytes = status.memory_assigned_bytes;
  for (const DiskConfig& disk : config.disks) {
    HVSH_TRY(const ImageFacts facts, images_.probe(disk.image));
    sample.disk_bytes += static_cast<int64_t>(facts.virtual_size_bytes);
  }
  return sample;
}

Result<void> Machines::enable_metering(const Guid& id, const Notices& notices) {
  HVSH_TRY(Work work, Work::enter(*this, id, "Enable-VMResourceMetering", notices));
  if (work.config().metering_enabled) {
    HVSH_TRY(const auto totals, metering_.totals(id));
    if (totals) return {};
  }
  // Figures first: metering that is enabled has some.
  HVSH_TRY(const MeteringSample first, sample_of(id));
  HVSH_CHECK(metering_.begin(id, first));
  return work.set_metering(true);
}

Result<void> Machines::disable_metering(const Guid& id, const Notices& notices) {
  HVSH_TRY(Work work, Work::enter(*this, id, "Disable-VMResourceMetering", notices));
  if (work.config().metering_enabled) HVSH_CHECK(work.set_metering(false));
  return metering_.end(id);
}

Result<void> Machines::Work::set_metering(bool enabled) {
  HVSH_TRY(MachineConfig wanted, hypervisor().config(id_));
  wanted.metering_enabled = enabled;
  return hypervisor().configure(id_, wanted);
}

namespace {

Error not_metered(const std::string& name) {
  return {.id = "InvalidState",
          .category = ErrorCategory::InvalidOperation,
          .message = fmt::format("Resource metering is not enabled for virtual machine \"{}\".", name),
          .hint = fmt::format("Enable-VMResourceMetering -VMName '{}' enables it.", name),
          .target = name};
}

}  // namespace

Result<void> Machines::reset_metering(const Guid& id, const Notices& notices) {
  HVSH_TRY(Work work, Work::enter(*this, id, "Reset-VMResourceMetering", notices));
  if (!work.config().metering_enabled) return not_metered(work.name());
  HVSH_TRY(const MeteringSample first, sample_of(id));
  return metering_.begin(id, first);
}

Result<MeteringReport> Machines::measure(const Guid& id) {
  HVSH_TRY(const MachineConfig config, hypervisor_.config(id));
  if (!config.metering_enabled) return not_metered(config.name);
  HVSH_TRY(const HostInfo host, hypervisor_.host());
  HVSH_TRY(const MeteringSample now, sample_of(id));
  HVSH_TRY(auto totals, metering_.totals(id));
  // Enabled elsewhere (the machine came with its folder): figures begin here.
  if (!totals) {
    HVSH_CHECK(metering_.begin(id, now));
    totals = begin_metering(now);
  } else {
    HVSH_CHECK(metering_.add(id, now));
    totals = accumulate(*totals, now);
  }
  return report_of(id, *totals, host.processor_mhz);
}

}  // namespace hvsh::engines
