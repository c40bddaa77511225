#include "engines/libvirt/status.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <libvirt/libvirt.h>

namespace hvsh::engines::libvirt {

using nouns::VMOperationalStatus;
using nouns::VMState;

namespace {

StateView paused_view(int reason) {
  switch (reason) {
    case VIR_DOMAIN_PAUSED_MIGRATION:
      return {VMState::Paused, VMOperationalStatus::MigratingVirtualMachine, {}};
    case VIR_DOMAIN_PAUSED_SAVE: return {VMState::Saving};
    case VIR_DOMAIN_PAUSED_SNAPSHOT: return {VMState::Paused, VMOperationalStatus::CreatingSnapshot, {}};
    case VIR_DOMAIN_PAUSED_SHUTTING_DOWN: return {VMState::Stopping};
    case VIR_DOMAIN_PAUSED_STARTING_UP: return {VMState::Starting};
    case VIR_DOMAIN_PAUSED_IOERROR:
      return {VMState::PausedCritical, VMOperationalStatus::CriticalIoError,
              "a disk reported an input/output error"};
    case VIR_DOMAIN_PAUSED_WATCHDOG:
      return {VMState::PausedCritical, VMOperationalStatus::ApplicationCriticalState,
              "the guest's watchdog fired"};
    case VIR_DOMAIN_PAUSED_CRASHED:
      return {VMState::PausedCritical, VMOperationalStatus::ApplicationCriticalState,
              "the guest's system crashed"};
    case VIR_DOMAIN_PAUSED_POSTCOPY_FAILED:
      return {VMState::PausedCritical, VMOperationalStatus::MigratingVirtualMachine,
              "its migration failed half-way"};
    default: return {VMState::Paused};
  }
}

StateView off_view(int reason, bool has_saved_memory) {
  if (has_saved_memory) return {VMState::Saved};
  StateView view;
  if (reason == VIR_DOMAIN_SHUTOFF_CRASHED) view.problem = "its last run ended in a crash";
  if (reason == VIR_DOMAIN_SHUTOFF_FAILED) view.problem = "its last start failed";
  return view;
}

}  // namespace

StateView view_of(int state, int reason, bool has_saved_memory) {
  switch (state) {
    case VIR_DOMAIN_RUNNING:
    case VIR_DOMAIN_BLOCKED:
      if (reason == VIR_DOMAIN_RUNNING_POSTCOPY) {
        return {VMState::Running, VMOperationalStatus::MigratingVirtualMachine, {}};
      }
      return {VMState::Running};
    case VIR_DOMAIN_PAUSED: return paused_view(reason);
    case VIR_DOMAIN_PMSUSPENDED:
      return {VMState::Paused, VMOperationalStatus::Dormant, "the guest put itself to sleep"};
    case VIR_DOMAIN_SHUTDOWN: return {VMState::Stopping};
    case VIR_DOMAIN_SHUTOFF: return off_view(reason, has_saved_memory);
    case VIR_DOMAIN_CRASHED:
      return {VMState::OffCritical, VMOperationalStatus::ApplicationCriticalState,
              "the guest's system crashed"};
    default: return {VMState::Other};
  }
}

bool is_paused_by_disk(int state, int reason) {
  return state == VIR_DOMAIN_PAUSED && reason == VIR_DOMAIN_PAUSED_IOERROR;
}

bool has_process(VMState state) { return state != VMState::Off && state != VMState::Saved; }

nouns::MachineStatus machine_status(const RawStatus& raw, TimeSpan uptime, int32_t cpu_usage_percent) {
  StateView view = view_of(raw.state, raw.reason, raw.has_saved_memory);
  if (!raw.full_disks.empty()) {
    view.problem = fmt::format("the file system that holds disk {} is full", fmt::join(raw.full_disks, ", "));
  } else if (!raw.broken_disks.empty()) {
    view.problem = fmt::format("disk {} reported an input/output error", fmt::join(raw.broken_disks, ", "));
  }
  nouns::MachineStatus status{.id = raw.id,
                              .name = raw.name,
                              .state = view.state,
                              .operational = view.operational,
                              .problem = view.problem};
  if (!has_process(view.state)) return status;
  status.memory_assigned_bytes = raw.memory_bytes;
  status.memory_demand_bytes = raw.memory_bytes;
  status.cpu_usage_percent = cpu_usage_percent;
  status.cpu_time_ns = raw.cpu_ns;
  status.uptime = uptime;
  return status;
}

}  // namespace hvsh::engines::libvirt
