#include "engines/libvirt/libvirt_hypervisor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <utility>

#include "core/object.h"
#include "core/wildcard.h"
#include "engines/files.h"
#include "engines/libvirt/domain_xml.h"
#include "engines/libvirt/kvm_probe.h"
#include "engines/libvirt/networks.h"
#include "engines/libvirt/status_reader.h"
#include "engines/libvirt/target.h"
#include "engines/libvirt/uri.h"
#include "engines/machine_errors.h"
#include "engines/network_errors.h"

namespace hvsh::engines::libvirt {

using nouns::MachineStatus;
using nouns::VMState;

namespace {

bool is_saved(VMState state) { return state == VMState::Saved; }
bool is_running(VMState state) { return state == VMState::Running; }

constexpr Action kStart{"start", is_off_or_saved, "off or saved", Patience::patient};
constexpr Action kTurnOff{"turn off", has_process, "running or paused"};
constexpr Action kShutDown{"shut down", is_running, "running"};
constexpr Action kReboot{"restart", is_running, "running"};
constexpr Action kReset{"reset", has_process, "running or paused"};
constexpr Action kPause{"pause", is_running, "running"};
constexpr Action kResume{"resume", is_paused, "paused"};
constexpr Action kSave{"save", has_process, "running or paused", Patience::patient};
constexpr Action kDiscard{"discard the saved state of", is_saved, "saved"};
constexpr Action kUndefine{"remove", is_off_or_saved, "off or saved"};
constexpr Action kConfigure{"change", [](VMState) { return true; }, "there"};

bool offers_kvm(const std::string& capabilities) {
  return capabilities.find("<domain type='kvm'") != std::string::npos;
}

// UEFI firmware announces itself by a descriptor; libvirt looks in these folders too.
bool has_uefi_firmware() {
  for (const char* folder : {"/usr/share/qemu/firmware", "/etc/qemu/firmware", "/usr/share/OVMF"}) {
    if (access(folder, R_OK) == 0) return true;
  }
  return false;
}

Error no_uefi(const std::string& name) {
  return {
      .id = "OperationFailed",
      .category = ErrorCategory::NotInstalled,
      .message = fmt::format("Cannot define virtual machine \"{}\" of generation 2: this host has no UEFI "
                             "firmware for virtual machines.",
                             name),
      .hint = "Install it (on Debian: apt install ovmf), or make a machine of generation 1.",
      .target = name};
}

int64_t local_memory_bytes() {
  return static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<int64_t>(sysconf(_SC_PAGESIZE));
}

// ---- Tasks: what runs on the worker.

Result<std::vector<RawStatus>> list_by_names(Session& session, const MachineQuery& query) {
  std::vector<DomainHandle> exact;
  std::vector<Wildcard> patterns;
  std::vector<std::string> missed;
  for (const std::string& name : query.names) {
    if (is_pattern(name)) {
      patterns.emplace_back(name);
      continue;
    }
    HVSH_TRY(DomainHandle domain, session.find_or_null(unescape_wildcards(name)));
    if (domain) {
      exact.push_back(std::move(domain));
    } else {
      missed.push_back(name);
    }
  }
  for (const Guid& id : query.ids) {
    HVSH_TRY(DomainHandle domain, session.find(id));
    exact.push_back(std::move(domain));
  }
  HVSH_TRY(std::vector<RawStatus> chosen, read_some(session, exact));
  if (patterns.empty() && missed.empty()) return chosen;
  HVSH_TRY(std::vector<RawStatus> all, read_all(session));
  std::set<std::string> found;
  for (RawStatus& raw : all) {
    bool is_wanted = std::any_of(patterns.begin(), patterns.end(),
                                 [&](const Wildcard& pattern) { return pattern.matches(raw.name); });
    for (const std::string& name : missed) {
      if (!equal_names(unescape_wildcards(name), raw.name)) continue;
      is_wanted = true;
      found.insert(name);
    }
    if (is_wanted) chosen.push_back(std::move(raw));
  }
  for (const std::string& name : missed) {
    if (!found.contains(name)) return no_such_machine(name);
  }
  return chosen;
}

Result<std::vector<RawStatus>> read_ids(Session& session, const std::vector<Guid>& ids) {
  if (ids.size() > kManyMachines) return read_all(session);
  std::vector<DomainHandle> domains;
  for (const Guid& id : ids) {
    HVSH_TRY(DomainHandle domain, session.find_or_null(id));
    if (domain) domains.push_back(std::move(domain));
  }
  return read_some(session, domains);
}

Result<void> define_machine(Session& session, MachineConfig config, bool hardware) {
  HVSH_TRY(const DomainHandle same_id, session.find_or_null(config.id));
  HVSH_TRY(const DomainHandle namesake, session.find_or_null(config.name));
  if (same_id || namesake) return machine_exists(config.name);
  for (AdapterConfig& adapter : config.adapters) {
    HVSH_TRY(const Place place, place_adapter(session, adapter));
    adapter = place.adapter;
  }
  HVSH_TRY(const std::string xml, build_domain(config, hardware));
  HVSH_CHECK(define_xml(session, xml, "define", config.name));
  if (config.start_action != nouns::StartAction::Start) return {};
  HVSH_TRY(const DomainHandle domain, session.find(config.id));
  auto set = set_autostart(session, domain.get(), config.start_action, config.name);
  // Nothing half-made stays.
  if (!set) session.api.virDomainUndefineFlags(domain.get(), 0);
  return set;
}

Result<void> undefine_machine(Session& session, const Guid& id) {
  HVSH_TRY(const Target target, open_target(session, id, kUndefine));
  constexpr unsigned kFlags = VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | VIR_DOMAIN_UNDEFINE_NVRAM |
                              VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA |
                              VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA;
  session.begin_change();
  if (session.api.virDomainUndefineFlags(target.handle(), kFlags) == 0) return {};
  return target.fail(kUndefine);
}

}  // namespace

class LibvirtHypervisor final : public Hypervisor {
 public:
  LibvirtHypervisor(std::shared_ptr<Connection> connection, const Folders& folders)
      : shared_(std::move(connection)),
        connection_(*shared_),
        samples_(folders.run.empty() ? "" : folders.run + "/cpu-samples"),
        probe_cache_(folders.state.empty() ? "" : folders.state + "/kvm-probe") {}

  Result<HostInfo> host() override;
  Result<std::vector<MachineStatus>> list(const MachineQuery& query) override;
  Result<std::vector<std::optional<MachineStatus>>> status(std::span<const Guid> ids) override;

  Result<MachineConfig> config(const Guid& id) override {
    return connection_.call<MachineConfig>("read a machine's configuration", Patience::ordinary,
                                           [id](Session& session) { return read_config(session, id); });
  }
  Result<std::vector<std::string>> versions(std::span<const Guid> ids) override {
    return connection_.call<std::vector<std::string>>(
        "read machines' configuration versions", Patience::ordinary,
        [wanted = std::vector<Guid>(ids.begin(), ids.end())](Session& session) {
          return read_versions(session, wanted);
        });
  }
  Result<void> define(const MachineConfig& config) override;
  Result<void> configure(const Guid& id, const MachineConfig& wanted) override {
    return task(kConfigure,
                [id, wanted](Session& session) { return configure_machine(session, id, wanted); });
  }
  Result<void> undefine(const Guid& id) override {
    return task(kUndefine, [id](Session& session) { return undefine_machine(session, id); });
  }

  Result<std::vector<AdapterAddresses>> addresses(const Guid& id) override {
    return connection_.call<std::vector<AdapterAddresses>>(
        "ask for a machine's addresses", Patience::ordinary,
        [id](Session& session) { return read_addresses(session, id); });
  }

  Result<void> start(const Guid& id) override {
    return task(kStart, [id](Session& session) -> Result<void> {
      HVSH_TRY(const Target target, open_target(session, id, kStart));
      HVSH_TRY(const std::string xml, definition_of(session, target.handle(), target.name));
      HVSH_CHECK(start_networks(session, xml));
      session.begin_change();
      if (session.api.virDomainCreateWithFlags(target.handle(), 0) == 0) return {};
      return target.fail(kStart);
    });
  }
  Result<void> turn_off(const Guid& id) override {
    return change(id, kTurnOff, [](const Target& target) {
      return target.api().virDomainDestroyFlags(target.handle(), 0);
    });
  }
  Result<void> request_shutdown(const Guid& id) override {
    return change(id, kShutDown, [](const Target& target) {
      return target.api().virDomainShutdownFlags(target.handle(), 0);
    });
  }
  Result<void> request_reboot(const Guid& id) override {
    return change(id, kReboot,
                  [](const Target& target) { return target.api().virDomainReboot(target.handle(), 0); });
  }
  Result<void> reset(const Guid& id) override {
    return change(id, kReset,
                  [](const Target& target) { return target.api().virDomainReset(target.handle(), 0); });
  }
  Result<void> pause(const Guid& id) override {
    return change(id, kPause,
                  [](const Target& target) { return target.api().virDomainSuspend(target.handle()); });
  }
  Result<void> resume(const Guid& id) override {
    return change(id, kResume, [](const Target& target) {
      int state = 0;
      target.api().virDomainGetState(target.handle(), &state, nullptr, 0);
      return state == VIR_DOMAIN_PMSUSPENDED ? target.api().virDomainPMWakeup(target.handle(), 0)
                                             : target.api().virDomainResume(target.handle());
    });
  }
  Result<void> save(const Guid& id) override {
    return change(id, kSave,
                  [](const Target& target) { return target.api().virDomainManagedSave(target.handle(), 0); });
  }
  Result<void> discard_saved(const Guid& id) override {
    return change(id, kDiscard, [](const Target& target) {
      return target.api().virDomainManagedSaveRemove(target.handle(), 0);
    });
  }
  Result<void> save_memory(const Guid& id, const std::string& path) override {
    return task(kSaveMemory, [id, path](Session& session) { return save_memory_of(session, id, path); });
  }
  Result<void> restore_memory(const Guid& id, const std::string& path) override {
    return task(kRestoreMemory,
                [id, path](Session& session) { return restore_memory_of(session, id, path); });
  }
  Result<std::string> definition(const Guid& id) override {
    return connection_.call<std::string>(
        "read a machine's definition", Patience::ordinary, [id](Session& session) -> Result<std::string> {
          HVSH_TRY(const DomainHandle domain, session.find(id));
          return definition_of(session, domain.get(), session.api.virDomainGetName(domain.get()));
        });
  }
  Result<MachineConfig> config_of(const std::string& definition) override {
    return read_domain(definition, std::nullopt);
  }
  Result<void> redefine(const Guid& id, const std::string& definition) override {
    return task(kRedefine,
                [id, definition](Session& session) { return redefine_machine(session, id, definition); });
  }

 private:
  Result<void> task(const Action& action, std::function<Result<void>(Session&)> body) {
    return connection_.call<void>(fmt::format("{} a virtual machine", action.name), action.patience,
                                  std::move(body));
  }
  // One libvirt call on a machine that is in a fitting state.
  Result<void> change(const Guid& id, const Action& action, int (*function)(const Target&)) {
    return task(action, [id, &action, function](Session& session) -> Result<void> {
      HVSH_TRY(const Target target, open_target(session, id, action));
      session.begin_change();
      if (function(target) != 0) return target.fail(action);
      return {};
    });
  }
  Result<KvmAnswer> acceleration();

  std::shared_ptr<Connection> shared_;
  Connection& connection_;
  CpuSamples samples_;
  std::string probe_cache_;
};

Result<KvmAnswer> LibvirtHypervisor::acceleration() {
  HVSH_TRY(const std::string capabilities,
           connection_.call<std::string>(
               "ask for the host's capabilities", Patience::ordinary, [](Session& session) {
                 return text_of(session, session.api.virConnectGetCapabilities(session.handle()),
                                "ask for the host's capabilities", {});
               }));
  if (!offers_kvm(capabilities)) return KvmAnswer{.problem = "libvirt offers no KVM on this host"};
  // Another host cannot be tried from here; its libvirt is believed.
  if (!is_local(connection_.uri())) return KvmAnswer{.works = true};
  return probe_kvm({.cache_file = probe_cache_});
}

Result<HostInfo> LibvirtHypervisor::host() {
  HVSH_TRY(HostInfo info,
           connection_.call<HostInfo>(
               "ask about the host", Patience::ordinary, [](Session& session) -> Result<HostInfo> {
                 HostInfo answer{.uri = session.uri()};
                 virNodeInfo node{};
                 if (session.api.virNodeGetInfo(session.handle(), &node) != 0)
                   return session.fail("ask about the host", {});
                 HVSH_TRY(answer.name, text_of(session, session.api.virConnectGetHostname(session.handle()),
                                               "ask about the host", {}));
                 answer.memory_bytes = static_cast<int64_t>(node.memory) * 1024;
                 answer.logical_processors = static_cast<int32_t>(node.cpus);
                 answer.processor_mhz = static_cast<int32_t>(node.mhz);
                 return answer;
               }));
  // libvirt adds up the memory of NUMA nodes, which some kernels report too small.
  if (is_local(info.uri)) info.memory_bytes = local_memory_bytes();
  HVSH_TRY(const KvmAnswer kvm, acceleration());
  info.hardware_virtualization = kvm.works;
  info.virtualization_problem = kvm.problem;
  return info;
}

Result<std::vector<MachineStatus>> LibvirtHypervisor::list(const MachineQuery& query) {
  HVSH_TRY(const std::vector<RawStatus> raw,
           connection_.call<std::vector<RawStatus>>(
               "list virtual machines", Patience::ordinary, [query](Session& session) {
                 return query.names.empty() && query.ids.empty() ? read_all(session)
                                                                 : list_by_names(session, query);
               }));
  std::vector<MachineStatus> machines = finish(raw, is_local(connection_.uri()), samples_);
  std::sort(machines.begin(), machines.end(),
            [](const MachineStatus& a, const MachineStatus& b) { return name_before(a.name, b.name); });
  const auto same = [](const MachineStatus& a, const MachineStatus& b) { return a.id == b.id; };
  machines.erase(std::unique(machines.begin(), machines.end(), same), machines.end());
  return machines;
}

Result<std::vector<std::optional<MachineStatus>>> LibvirtHypervisor::status(std::span<const Guid> ids) {
  const std::vector<Guid> wanted(ids.begin(), ids.end());
  HVSH_TRY(std::vector<RawStatus> raw, connection_.call<std::vector<RawStatus>>(
                                           "ask about virtual machines", Patience::ordinary,
                                           [wanted](Session& session) { return read_ids(session, wanted); }));
  std::map<Guid, MachineStatus> by_id;
  for (MachineStatus& machine : finish(raw, is_local(connection_.uri()), samples_)) {
    by_id[machine.id] = std::move(machine);
  }
  std::vector<std::optional<MachineStatus>> answer;
  for (const Guid& id : wanted) {
    const auto found = by_id.find(id);
    answer.push_back(found == by_id.end() ? std::nullopt : std::optional(found->second));
  }
  return answer;
}

Result<void> LibvirtHypervisor::define(const MachineConfig& config) {
  MachineConfig complete = config;
  for (AdapterConfig& adapter : complete.adapters) {
    if (!adapter.mac.empty()) continue;
    HVSH_TRY(adapter.mac, random_mac());
  }
  HVSH_TRY(const KvmAnswer kvm, acceleration());
  if (config.generation == 2 && is_local(connection_.uri()) && !has_uefi_firmware())
    return no_uefi(config.name);
  return connection_.call<void>(fmt::format("define virtual machine \"{}\"", config.name), Patience::ordinary,
                                [complete, hardware = kvm.works](Session& session) {
                                  return define_machine(session, complete, hardware);
                                });
}

std::shared_ptr<Connection> make_connection(const std::string& uri) {
  return std::make_shared<Connection>(uri);
}
std::unique_ptr<Hypervisor> make_hypervisor(std::shared_ptr<Connection> connection, const Folders& folders) {
  return std::make_unique<LibvirtHypervisor>(std::move(connection), folders);
}
std::unique_ptr<Hypervisor> make_hypervisor(const std::string& uri, const Folders& folders) {
  return make_hypervisor(make_connection(uri), folders);
}
}  // namespace hvsh::engines::libvirt
