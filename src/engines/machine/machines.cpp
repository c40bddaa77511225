#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <thread>

#include "engines/machine/graph.h"
#include "engines/machine/work.h"
#include "engines/machine_errors.h"

namespace hvsh::engines {

using nouns::VMState;

namespace {

constexpr const char* kAlready = "The virtual machine is already in the specified state.";

int64_t size_of(const std::string& path) {
  struct stat info {};
  return !path.empty() && ::stat(path.c_str(), &info) == 0 ? info.st_size : 0;
}

VMState state_from(const std::string& text) {
  for (const EnumMember& member : EnumOf<VMState>::kMembers) {
    if (member.name == text) return static_cast<VMState>(member.value);
  }
  return VMState::Off;
}

// Today's images in the place of those that the definition was made with.
void put_images(MachineConfig& config, const std::vector<MachineDisk>& disks) {
  for (DiskConfig& disk : config.disks) {
    for (const MachineDisk& today : disks) {
      if (today.target == disk.target) disk.image = today.image;
    }
  }
}

}  // namespace

MachinesConfig default_machines_config(const StateConfig& state) {
  MachinesConfig config;
  config.machines_folder = state.state_folder + "/machines";
  if (const char* text = std::getenv("HVSH_SHUTDOWN_TIMEOUT")) {
    const std::string_view value = text;
    int64_t seconds = 0;
    const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (code == std::errc() && end == value.data() + value.size() && seconds >= 0 && seconds < 86'400) {
      config.shutdown_timeout = std::chrono::seconds(seconds);
    }
  }
  return config;
}

Machines::Machines(Hypervisor& hypervisor, BlockServers& servers, State& state, DiskImages images,
                   MachinesConfig config)
    : hypervisor_(hypervisor),
      servers_(servers),
      state_(state),
      metering_(state),
      images_(std::move(images)),
      config_(std::move(config)) {}
Machines::~Machines() = default;

// ---- Reading

Result<MachineConfig> Machines::config(const Guid& id) {
  HVSH_TRY(MachineConfig config, hypervisor_.config(id));
  if (config.record_path.empty()) return config;
  HVSH_TRY(const MachineRecord record, load_record(config.record_path));
  put_images(config, record.disks);
  config.system_files_bytes = size_of(config.record_path);
  for (const CheckpointRecord& checkpoint : record.checkpoints) {
    config.system_files_bytes += size_of(checkpoint.memory_file);
  }
  if (const CheckpointRecord* parent = record.find_checkpoint(record.current_checkpoint)) {
    config.parent_checkpoint_id = Guid::parse(parent->id);
    config.parent_checkpoint_name = parent->name;
  }
  return config;
}

Result<std::vector<CheckpointInfo>> Machines::checkpoints(const Guid& id) {
  HVSH_TRY(const MachineConfig config, hypervisor_.config(id));
  std::vector<CheckpointInfo> infos;
  if (config.record_path.empty()) return infos;
  HVSH_TRY(const MachineRecord record, load_record(config.record_path));
  for (const CheckpointRecord& checkpoint : record.checkpoints) {
    CheckpointInfo info{.name = checkpoint.name, .machine_id = id, .machine_name = config.name};
    info.id = Guid::parse(checkpoint.id).value_or(Guid{});
    if (const CheckpointRecord* parent = record.find_checkpoint(checkpoint.parent_id)) {
      info.parent_id = Guid::parse(parent->id);
      info.parent_name = parent->name;
    }
    if (auto created = DateTime::parse(checkpoint.created)) info.created = created->to_local();
    info.state = state_from(checkpoint.state);
    info.notes = checkpoint.notes;
    info.folder = config.snapshot_folder;
    info.system_files_bytes = size_of(checkpoint.memory_file);
    if (!checkpoint.config.empty()) {
      HVSH_TRY(info.config, hypervisor_.config_of(checkpoint.config));
    } else {
      info.config = config;
    }
    put_images(info.config, checkpoint.disks);
    infos.push_back(std::move(info));
  }
  return infos;
}

// ---- Recovery

void Machines::recover(const Notices& notices) {
  recovered_ = true;
  auto entries = state_.unfinished();
  if (!entries) {
    notices.warn(entries.error().message);
    return;
  }
  std::vector<std::string> seen;
  for (const JournalEntry& entry : *entries) {
    const auto id = Guid::parse(entry.machine);
    if (!id || std::find(seen.begin(), seen.end(), entry.machine) != seen.end()) continue;
    seen.push_back(entry.machine);
    // A lock that is not free has an owner who is at work.
    auto lock = state_.lock_machine(*id, {}, "recovery", std::chrono::milliseconds(0));
    if (!lock) continue;
    Work work(*this, *id, lock.take(), notices);
    if (auto recovered = work.recover(); !recovered) notices.warn(recovered.error().message);
  }
}

// ---- Power

void Machines::warn_of_emulation(const Notices& notices) {
  if (warned_of_emulation_) return;
  warned_of_emulation_ = true;
  const auto host = hypervisor_.host();
  if (!host || host->hardware_virtualization) return;
  notices.warn(
      fmt::format("This host ({}) has no usable hardware virtualization: virtual machines are emulated and "
                  "run many times slower.",
                  host->name));
}

Result<void> Machines::start(const Guid& id, const Notices& notices) {
  HVSH_TRY(Work work, Work::enter(*this, id, "Start-VM", notices));
  const VMState before = work.status().state;
  if (is_paused(before)) return hypervisor_.resume(id);
  if (is_on(before)) {
    notices.warn(kAlready);
    return {};
  }
  warn_of_emulation(notices);
  work.sample();
  HVSH_CHECK(work.start_server());
  if (auto started = hypervisor_.start(id); !started) {
    // Nobody needs the server then; but it may be somebody else's start that was quicker.
    const auto now = work.look();
    if (now && *now && !is_on((*now)->state)) {
      if (auto stopped = work.stop_server(); !stopped) notices.warn(stopped.error().message);
    }
    return started.take_error();
  }
  // A guest whose memory was saved while it was paused comes up paused.
  if (before == VMState::Saved) {
    HVSH_TRY(const auto now, work.look());
    if (now && is_paused(now->state)) HVSH_CHECK(hypervisor_.resume(id));
  }
  work.sample();
  return {};
}

Result<void> Machines::wait_until_off(Work& work, const Notices& notices) {
  const auto deadline = std::chrono::steady_clock::now() + config_.shutdown_timeout;
  while (true) {
    HVSH_TRY(const auto now, work.look());
    if (!now || !is_on(now->state)) return {};
    if (notices.is_stopping()) {
      return Error{
          .id = "OperationStopped",
          .category = ErrorCategory::OperationStopped,
          .message = fmt::format(
              "The wait for virtual machine \"{}\" to shut down was ended; it may still do so.", work.name()),
          .target = work.name()};
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      return Error{.id = "OperationTimeout",
                   .category = ErrorCategory::OperationTimeout,
                   .message = fmt::format(
                       "Virtual machine \"{}\" was asked to shut down and is still {} after {} s: its guest "
                       "ignores the request.",
                       work.name(), state_words(now->state),
                       std::chrono::duration_cast<std::chrono::seconds>(config_.shutdown_timeout).count()),
                   .hint = "Shut it down from inside, or cut its power with Stop-VM -TurnOff.",
                   .target = work.name()};
    }
    std::this_thread::sleep_for(config_.poll_interval);
  }
}

Result<void> Machines::stop(const Guid& id, StopMode mode, const Notices& notices) {
  const std::string_view activity = mode == StopMode::save ? "Save-VM" : "Stop-VM";
  HVSH_TRY(Work work, Work::enter(*this, id, activity, notices, mode == StopMode::turn_off));
  const VMState state = work.status().state;
  if (!is_on(state)) {
    if (mode == StopMode::save && state != VMState::Saved) {
      return wrong_state("save", work.name(), state, "running or paused");
    }
    notices.warn(kAlready);
    return {};
  }
  work.sample();
  if (mode == StopMode::turn_off) {
    HVSH_CHECK(hypervisor_.turn_off(id));
  } else if (mode == StopMode::save) {
    HVSH_CHECK(hypervisor_.save(id));
  } else {
    HVSH_CHECK(hypervisor_.request_shutdown(id));
    HVSH_CHECK(wait_until_off(work, notices));
  }
  work.sample();
  // The machine is off, which is what was asked for; a server that stays is only untidy.
  if (auto stopped = work.stop_server(); !stopped) notices.warn(stopped.error().message);
  return {};
}

Result<void> Machines::restart(const Guid& id, bool reset, const Notices& notices) {
  HVSH_TRY(Work work, Work::enter(*this, id, "Restart-VM", notices));
  work.sample();
  HVSH_CHECK(reset ? hypervisor_.reset(id) : hypervisor_.request_reboot(id));
  work.sample();
  return {};
}

Result<void> Machines::suspend(const Guid& id, const Notices& notices) {
  HVSH_TRY(Work work, Work::enter(*this, id, "Suspend-VM", notices));
  if (!is_paused(work.status().state)) return hypervisor_.pause(id);
  notices.warn(kAlready);
  return {};
}

Result<void> Machines::resume(const Guid& id, const Notices& notices) {
  HVSH_TRY(Work work, Work::enter(*this, id, "Resume-VM", notices));
  // What stopped the guest's disks may stay with their server until that starts afresh.
  if (work.status().state == VMState::PausedCritical) HVSH_CHECK(work.restart_server());
  if (work.status().state != VMState::Running) return hypervisor_.resume(id);
  notices.warn(kAlready);
  return {};
}

Result<void> Machines::discard_saved(const Guid& id, const Notices& notices) {
  HVSH_TRY(Work work, Work::enter(*this, id, "Remove-VMSavedState", notices));
  return hypervisor_.discard_saved(id);
}

}  // namespace hvsh::engines
