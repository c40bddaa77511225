#include "engines/memory/memory_hypervisor.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "core/object.h"
#include "core/wildcard.h"
#include "engines/files.h"
#include "engines/machine_errors.h"
#include "engines/machine_rules.h"
#include "engines/memory/state.h"
#include "engines/network_errors.h"

namespace hvsh::engines::memory {

using nouns::VMState;

namespace {

constexpr int64_t kEpochTicks = 639'028'224'000'000'000;  // 2026-01-01 00:00:00 UTC
constexpr uint64_t kMaxStateBytes = 256u << 20;
constexpr size_t kMaxLog = 1000;
constexpr std::string_view kMemoryMagic = "hvsh in-memory guest ";

bool is_on(VMState state) {
  return state != VMState::Off && state != VMState::Saved && state != VMState::OffCritical;
}
bool is_paused(VMState state) { return state == VMState::Paused || state == VMState::PausedCritical; }

}  // namespace

MemoryHypervisor::MemoryHypervisor(std::string uri) : uri_(std::move(uri)) {
  constexpr std::string_view kScheme = "memory://";
  if (uri_.starts_with(kScheme) && uri_.size() > kScheme.size() + 1)
    state_file_ = uri_.substr(kScheme.size());
  world_.clock_ticks = kEpochTicks;
}

void MemoryHypervisor::fail_call(int n, Error error) { failures_[calls_ + n] = std::move(error); }
void MemoryHypervisor::advance(TimeSpan time) { world_.clock_ticks += time.ticks; }
DateTime MemoryHypervisor::now() const { return {.ticks = world_.clock_ticks, .kind = DateTime::Kind::utc}; }
Machine* MemoryHypervisor::find(std::string_view name) { return by_name(name); }

int64_t MemoryHypervisor::guest_count(std::string_view name) {
  const Machine* machine = by_name(name);
  if (machine == nullptr) return -1;
  const int64_t running =
      machine->state == VMState::Running ? world_.clock_ticks - machine->resumed_ticks : 0;
  return (machine->counted_ticks + running) / kTicksPerSecond;
}

Result<void> MemoryHypervisor::enter(std::string_view call) {
  ++calls_;
  log_.emplace_back(call);
  if (log_.size() > kMaxLog) log_.pop_front();
  if (auto failure = failures_.extract(calls_)) return std::move(failure.mapped());
  if (loaded_ || state_file_.empty()) return {};
  if (access(state_file_.c_str(), F_OK) == 0) {
    HVSH_TRY(const std::string text, read_file(state_file_, kMaxStateBytes));
    HVSH_TRY(world_, parse_world(text, state_file_));
  }
  loaded_ = true;
  return {};
}

Result<void> MemoryHypervisor::changed() {
  world_.clock_ticks += kTicksPerSecond;
  if (state_file_.empty()) return {};
  return write_file_atomically(state_file_, world_text(world_), 0600);
}

Machine* MemoryHypervisor::by_name(std::string_view name) {
  for (auto& [id, machine] : world_.machines) {
    if (equal_names(machine.config.name, name)) return &machine;
  }
  return nullptr;
}

Result<Machine*> MemoryHypervisor::machine(const Guid& id) {
  const auto found = world_.machines.find(id);
  if (found == world_.machines.end()) return no_such_machine(id);
  return &found->second;
}

void MemoryHypervisor::stop_counting(Machine& machine) {
  if (machine.state == VMState::Running) machine.counted_ticks += world_.clock_ticks - machine.resumed_ticks;
}

void MemoryHypervisor::power_off(Machine& machine) {
  machine.state = VMState::Off;
  machine.operational = nouns::VMOperationalStatus::Ok;
  machine.problem.clear();
  machine.counted_ticks = 0;
  machine.shutdown_polls = 0;
}

MachineStatus MemoryHypervisor::status_of(Machine& machine) {
  if (machine.shutdown_polls > 0 && --machine.shutdown_polls == 0) power_off(machine);
  const bool on = is_on(machine.state);
  const int64_t assigned = on ? machine.config.memory_startup_bytes : 0;
  const int64_t counted = guest_count(machine.config.name);
  return {.id = machine.config.id,
          .name = machine.config.name,
          .state = machine.state,
          .operational = machine.operational,
          .problem = machine.problem,
          .cpu_usage_percent = 0,
          .cpu_time_ns = on ? static_cast<uint64_t>(counted) * 1'000'000'000 : 0,
          .memory_assigned_bytes = assigned,
          .memory_demand_bytes = assigned,
          .uptime = {on ? world_.clock_ticks - machine.started_ticks : 0}};
}

Result<HostInfo> MemoryHypervisor::host() {
  HVSH_CHECK(enter("host"));
  return HostInfo{.name = "memory",
                  .uri = uri_,
                  .hardware_virtualization = true,
                  .memory_bytes = int64_t{64} << 30,
                  .logical_processors = 16,
                  .processor_mhz = 3000};
}

Result<std::vector<MachineStatus>> MemoryHypervisor::list(const MachineQuery& query) {
  HVSH_CHECK(enter("list"));
  std::vector<Machine*> chosen;
  if (query.names.empty() && query.ids.empty()) {
    for (auto& [id, machine] : world_.machines) chosen.push_back(&machine);
  }
  for (const std::string& name : query.names) {
    if (!is_pattern(name)) {
      Machine* machine = by_name(unescape_wildcards(name));
      if (machine == nullptr) return no_such_machine(name);
      chosen.push_back(machine);
      continue;
    }
    const Wildcard pattern(name);
    for (auto& [id, machine] : world_.machines) {
      if (pattern.matches(machine.config.name)) chosen.push_back(&machine);
    }
  }
  for (const Guid& id : query.ids) {
    HVSH_TRY(Machine * machine, this->machine(id));
    chosen.push_back(machine);
  }
  std::sort(chosen.begin(), chosen.end(),
            [](const Machine* a, const Machine* b) { return name_before(a->config.name, b->config.name); });
  chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
  std::vector<MachineStatus> answer;
  for (Machine* machine : chosen) answer.push_back(status_of(*machine));
  return answer;
}

Result<std::vector<std::optional<MachineStatus>>> MemoryHypervisor::status(std::span<const Guid> ids) {
  HVSH_CHECK(enter("status"));
  std::vector<std::optional<MachineStatus>> answer;
  for (const Guid& id : ids) {
    const auto found = world_.machines.find(id);
    answer.push_back(found == world_.machines.end() ? std::nullopt : std::optional(status_of(found->second)));
  }
  return answer;
}

Result<MachineConfig> MemoryHypervisor::config(const Guid& id) {
  HVSH_CHECK(enter("config"));
  HVSH_TRY(const Machine* machine, this->machine(id));
  MachineConfig config = machine->config;
  for (AdapterConfig& adapter : config.adapters) {
    const auto found = world_.switches.find(adapter.switch_id);
    if (found != world_.switches.end()) adapter.switch_name = found->second.name;  // it may have a new one
  }
  return config;
}

Result<std::vector<std::string>> MemoryHypervisor::versions(std::span<const Guid> ids) {
  HVSH_CHECK(enter("versions"));
  std::vector<std::string> answer;
  for (const Guid& id : ids) {
    const auto found = world_.machines.find(id);
    answer.push_back(found == world_.machines.end() ? "" : found->second.config.version);
  }
  return answer;
}

Result<void> MemoryHypervisor::define(const MachineConfig& config) {
  HVSH_CHECK(enter("define"));
  if (by_name(config.name) != nullptr || world_.machines.contains(config.id))
    return machine_exists(config.name);
  Machine machine{.config = config};
  for (AdapterConfig& adapter : machine.config.adapters) HVSH_CHECK(complete(adapter));
  world_.machines[config.id] = std::move(machine);
  return changed();
}

Result<void> MemoryHypervisor::configure(const Guid& id, const MachineConfig& wanted) {
  HVSH_CHECK(enter("configure"));
  HVSH_TRY(Machine * machine, this->machine(id));
  HVSH_CHECK(check_change(machine->config, wanted, machine->state));
  const Machine* other = by_name(wanted.name);
  if (other != nullptr && other != machine) return machine_exists(wanted.name);
  MachineConfig config = wanted;
  for (AdapterConfig& adapter : config.adapters) HVSH_CHECK(complete(adapter));
  machine->config = std::move(config);
  return changed();
}

Result<void> MemoryHypervisor::complete(AdapterConfig& adapter) {
  adapter.switch_id = {};
  if (!adapter.switch_name.empty()) {
    for (const auto& [id, one] : world_.switches) {
      if (!equal_names(one.name, adapter.switch_name)) continue;
      adapter.switch_id = id;
      adapter.switch_name = one.name;
    }
    if (adapter.switch_id.is_zero()) return no_such_switch(adapter.switch_name);
  }
  if (adapter.id.is_zero()) adapter.id = Guid::random();
  if (adapter.mac.empty()) adapter.mac = fmt::format("525400{:06X}", world_.next_mac++);
  return {};
}

Result<std::vector<AdapterAddresses>> MemoryHypervisor::addresses(const Guid& id) {
  HVSH_CHECK(enter("addresses"));
  HVSH_TRY(const Machine* machine, this->machine(id));
  std::vector<AdapterAddresses> answer;
  for (const AdapterConfig& adapter : machine->config.adapters) {
    if (machine->state != VMState::Running || adapter.switch_name.empty()) continue;
    const auto last = std::strtoul(adapter.mac.substr(adapter.mac.size() - 2).c_str(), nullptr, 16);
    answer.push_back({.mac = adapter.mac, .addresses = {fmt::format("192.0.2.{}", 100 + last % 150)}});
  }
  return answer;
}

Result<std::vector<SwitchConfig>> MemoryHypervisor::Plane::list() {
  HVSH_CHECK(hypervisor_.enter("list_switches"));
  std::vector<SwitchConfig> all;
  for (const auto& [id, one] : hypervisor_.world_.switches) all.push_back(one);
  std::sort(all.begin(), all.end(),
            [](const SwitchConfig& a, const SwitchConfig& b) { return name_before(a.name, b.name); });
  return all;
}

Result<SwitchConfig> MemoryHypervisor::Plane::define(const SwitchConfig& config) {
  HVSH_CHECK(hypervisor_.enter("define_switch"));
  SwitchConfig made = config;
  if (made.bridge.empty()) made.bridge = "hv-" + config.id.to_string().substr(0, 8);
  hypervisor_.world_.switches[config.id] = made;
  HVSH_CHECK(hypervisor_.changed());
  return made;
}

Result<void> MemoryHypervisor::Plane::undefine(const Guid& id) {
  HVSH_CHECK(hypervisor_.enter("undefine_switch"));
  if (hypervisor_.world_.switches.erase(id) == 0) return no_such_switch(id);
  return hypervisor_.changed();
}

Result<void> MemoryHypervisor::undefine(const Guid& id) {
  HVSH_CHECK(enter("undefine"));
  HVSH_TRY(const Machine* machine, this->machine(id));
  if (is_on(machine->state))
    return wrong_state("remove", machine->config.name, machine->state, "off or saved");
  world_.machines.erase(id);
  return changed();
}

Result<void> MemoryHypervisor::start(const Guid& id) {
  HVSH_CHECK(enter("start"));
  HVSH_TRY(Machine * machine, this->machine(id));
  if (is_on(machine->state))
    return wrong_state("start", machine->config.name, machine->state, "off or saved");
  machine->state = VMState::Running;
  machine->started_ticks = machine->resumed_ticks = world_.clock_ticks;
  return changed();
}

Result<void> MemoryHypervisor::turn_off(const Guid& id) {
  HVSH_CHECK(enter("turn_off"));
  HVSH_TRY(Machine * machine, this->machine(id));
  if (!is_on(machine->state)) {
    return wrong_state("turn off", machine->config.name, machine->state, "running or paused");
  }
  power_off(*machine);
  return changed();
}

Result<void> MemoryHypervisor::request_shutdown(const Guid& id) {
  HVSH_CHECK(enter("request_shutdown"));
  HVSH_TRY(Machine * machine, this->machine(id));
  if (machine->state != VMState::Running) {
    return wrong_state("shut down", machine->config.name, machine->state, "running");
  }
  if (!machine->ignores_shutdown) machine->shutdown_polls = 2;  // the first look still sees it running
  return changed();
}

Result<void> MemoryHypervisor::request_reboot(const Guid& id) {
  HVSH_CHECK(enter("request_reboot"));
  HVSH_TRY(Machine * machine, this->machine(id));
  if (machine->state != VMState::Running) {
    return wrong_state("restart", machine->config.name, machine->state, "running");
  }
  if (!machine->ignores_shutdown) {
    machine->counted_ticks = 0;
    machine->resumed_ticks = world_.clock_ticks;
  }
  return changed();
}

Result<void> MemoryHypervisor::reset(const Guid& id) {
  HVSH_CHECK(enter("reset"));
  HVSH_TRY(Machine * machine, this->machine(id));
  if (!is_on(machine->state)) {
    return wrong_state("reset", machine->config.name, machine->state, "running or paused");
  }
  machine->counted_ticks = 0;
  machine->started_ticks = machine->resumed_ticks = world_.clock_ticks;
  return changed();
}

Result<void> MemoryHypervisor::pause(const Guid& id) {
  HVSH_CHECK(enter("pause"));
  HVSH_TRY(Machine * machine, this->machine(id));
  if (machine->state != VMState::Running) {
    return wrong_state("pause", machine->config.name, machine->state, "running");
  }
  stop_counting(*machine);
  machine->state = VMState::Paused;
  return changed();
}

Result<void> MemoryHypervisor::resume(const Guid& id) {
  HVSH_CHECK(enter("resume"));
  HVSH_TRY(Machine * machine, this->machine(id));
  if (!is_paused(machine->state)) {
    return wrong_state("resume", machine->config.name, machine->state, "paused");
  }
  machine->state = VMState::Running;
  machine->operational = nouns::VMOperationalStatus::Ok;
  machine->problem.clear();
  machine->resumed_ticks = world_.clock_ticks;
  return changed();
}

Result<void> MemoryHypervisor::save(const Guid& id) {
  HVSH_CHECK(enter("save"));
  HVSH_TRY(Machine * machine, this->machine(id));
  if (!is_on(machine->state)) {
    return wrong_state("save", machine->config.name, machine->state, "running or paused");
  }
  stop_counting(*machine);
  const int64_t counted = machine->counted_ticks;
  power_off(*machine);
  machine->state = VMState::Saved;
  machine->counted_ticks = counted;
  return changed();
}

Result<void> MemoryHypervisor::discard_saved(const Guid& id) {
  HVSH_CHECK(enter("discard_saved"));
  HVSH_TRY(Machine * machine, this->machine(id));
  if (machine->state != VMState::Saved) {
    return wrong_state("discard the saved state of", machine->config.name, machine->state, "saved");
  }
  power_off(*machine);
  return changed();
}

Result<void> MemoryHypervisor::save_memory(const Guid& id, const std::string& path) {
  HVSH_CHECK(enter("save_memory"));
  HVSH_TRY(const Machine* machine, this->machine(id));
  if (!is_paused(machine->state)) {
    return wrong_state("save the memory of", machine->config.name, machine->state, "paused");
  }
  HVSH_CHECK(write_file_atomically(path, fmt::format("{}{}\n", kMemoryMagic, machine->counted_ticks), 0600));
  return changed();
}

Result<void> MemoryHypervisor::restore_memory(const Guid& id, const std::string& path) {
  HVSH_CHECK(enter("restore_memory"));
  HVSH_TRY(Machine * machine, this->machine(id));
  if (machine->state != VMState::Off) {
    return wrong_state("restore the memory of", machine->config.name, machine->state, "off");
  }
  HVSH_TRY(const std::string text, read_file(path, 4096));
  if (!text.starts_with(kMemoryMagic)) {
    return Error{.id = "InvalidData",
                 .category = ErrorCategory::InvalidData,
                 .message = fmt::format("'{}' is not a memory file.", path),
                 .target = path};
  }
  machine->counted_ticks = std::strtoll(text.c_str() + kMemoryMagic.size(), nullptr, 10);
  machine->state = VMState::Paused;
  machine->started_ticks = world_.clock_ticks;
  return changed();
}

Result<std::string> MemoryHypervisor::definition(const Guid& id) {
  HVSH_CHECK(enter("definition"));
  HVSH_TRY(const Machine* machine, this->machine(id));
  return config_text(machine->config);
}

Result<void> MemoryHypervisor::redefine(const Guid& id, const std::string& definition) {
  HVSH_CHECK(enter("redefine"));
  HVSH_TRY(Machine * machine, this->machine(id));
  if (is_on(machine->state)) {
    return wrong_state("redefine", machine->config.name, machine->state, "off or saved");
  }
  HVSH_TRY(MachineConfig config, parse_config(definition));
  config.id = id;
  config.name = machine->config.name;
  machine->config = std::move(config);
  return changed();
}

Result<MachineConfig> MemoryHypervisor::config_of(const std::string& definition) {
  HVSH_CHECK(enter("config_of"));
  return parse_config(definition);
}

std::unique_ptr<MemoryHypervisor> make_hypervisor(const std::string& uri) {
  return std::make_unique<MemoryHypervisor>(uri);
}

}  // namespace hvsh::engines::memory
