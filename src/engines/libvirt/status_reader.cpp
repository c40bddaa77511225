#include "engines/libvirt/status_reader.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <set>
#include <thread>

#include "engines/libvirt/domain_xml.h"
#include "engines/libvirt/process_table.h"

namespace hvsh::engines::libvirt {

namespace {

constexpr unsigned kStats = VIR_DOMAIN_STATS_STATE;
// A machine that is busy with a long job answers with what is known without asking it.
constexpr unsigned kFlags = VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT;
constexpr unsigned kMaxDiskErrors = 256;
constexpr size_t kCallsInFlight = 4;  // libvirt's daemon works on five of one client

RawStatus raw_of(const Api& api, const virDomainStatsRecord& record) {
  RawStatus raw;
  api.virDomainGetUUID(record.dom, raw.id.bytes.data());
  if (const char* name = api.virDomainGetName(record.dom)) raw.name = name;
  for (int i = 0; i < record.nparams; ++i) {
    const virTypedParameter& parameter = record.params[i];
    const std::string_view field = parameter.field;
    if (parameter.type != VIR_TYPED_PARAM_INT) continue;
    if (field == "state.state") raw.state = parameter.value.i;
    if (field == "state.reason") raw.reason = parameter.value.i;
  }
  return raw;
}

// Which disks stopped the machine. A question that fails leaves the general text.
void add_disk_errors(const Api& api, virDomain* domain, RawStatus& raw) {
  if (!is_paused_by_disk(raw.state, raw.reason)) return;
  std::vector<virDomainDiskError> errors(kMaxDiskErrors);
  const int count = api.virDomainGetDiskErrors(domain, errors.data(), kMaxDiskErrors, 0);
  for (int i = 0; i < count; ++i) {
    auto& list = errors[i].error == VIR_DOMAIN_DISK_ERROR_NO_SPACE ? raw.full_disks : raw.broken_disks;
    list.emplace_back(errors[i].disk);
    std::free(errors[i].disk);
  }
}

// What a machine that runs uses. The daemon knows it without asking the guest or QEMU, so that a guest that
// hangs cannot hang a list; this is a call for each machine, 0.1 ms. A machine that vanished has none.
void add_usage(const Api& api, virDomain* domain, RawStatus& raw) {
  virDomainInfo info{};
  if (raw.state == VIR_DOMAIN_SHUTOFF || api.virDomainGetInfo(domain, &info) != 0) return;
  raw.memory_bytes = static_cast<int64_t>(info.memory) * 1024;
  raw.cpu_ns = info.cpuTime;
  raw.processors = std::max<int32_t>(1, info.nrVirtCpu);
}

void add_saved_memory(const Api& api, virDomain* domain, RawStatus& raw) {
  if (raw.state == VIR_DOMAIN_SHUTOFF)
    raw.has_saved_memory = api.virDomainHasManagedSaveImage(domain, 0) == 1;
}

using Domains = std::map<Guid, DomainHandle>;

Result<Domains> find_domains(Session& session, const std::vector<Guid>& ids) {
  Domains found;
  if (ids.size() <= kManyMachines) {
    for (const Guid& id : ids) {
      HVSH_TRY(DomainHandle domain, session.find_or_null(id));
      if (domain) found[id] = std::move(domain);
    }
    return found;
  }
  virDomainPtr* domains = nullptr;
  const int count = session.api.virConnectListAllDomains(session.handle(), &domains, 0);
  if (count < 0) return session.fail("list virtual machines", {});
  for (int i = 0; i < count; ++i) {
    Guid id;
    session.api.virDomainGetUUID(domains[i], id.bytes.data());
    found[id] = DomainHandle(domains[i]);
  }
  std::free(domains);
  return found;
}

// A machine without hvsh's element, or one that vanished, has no version.
std::string read_version(const Api& api, virDomain* domain) {
  const TextHandle element(
      api.virDomainGetMetadata(domain, VIR_DOMAIN_METADATA_ELEMENT, kMetadataNamespace, 0));
  return element ? version_of_metadata(element.get()) : "";
}

Result<std::set<Guid>> saved_machines(Session& session) {
  virDomainPtr* domains = nullptr;
  const int count =
      session.api.virConnectListAllDomains(session.handle(), &domains, VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE);
  if (count < 0) return session.fail("list virtual machines", {});
  std::set<Guid> ids;
  for (int i = 0; i < count; ++i) {
    Guid id;
    session.api.virDomainGetUUID(domains[i], id.bytes.data());
    session.api.virDomainFree(domains[i]);
    ids.insert(id);
  }
  std::free(domains);
  return ids;
}

int64_t since_boot_ns() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

}  // namespace

Result<std::vector<RawStatus>> read_all(Session& session) {
  // Saved machines first: one that is saved between the two calls shows by its reason, and is asked alone.
  HVSH_TRY(const std::set<Guid> saved, saved_machines(session));
  virDomainStatsRecordPtr* records = nullptr;
  const int count = session.api.virConnectGetAllDomainStats(session.handle(), kStats, &records, kFlags);
  if (count < 0) return session.fail("list virtual machines", {});
  std::vector<RawStatus> all;
  all.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    RawStatus raw = raw_of(session.api, *records[i]);
    raw.has_saved_memory = raw.state == VIR_DOMAIN_SHUTOFF && saved.contains(raw.id);
    if (raw.state == VIR_DOMAIN_SHUTOFF && raw.reason == VIR_DOMAIN_SHUTOFF_SAVED && !raw.has_saved_memory) {
      add_saved_memory(session.api, records[i]->dom, raw);
    }
    add_usage(session.api, records[i]->dom, raw);
    add_disk_errors(session.api, records[i]->dom, raw);
    all.push_back(std::move(raw));
  }
  session.api.virDomainStatsRecordListFree(records);
  return all;
}

Result<std::vector<RawStatus>> read_some(Session& session, const std::vector<DomainHandle>& domains) {
  std::vector<RawStatus> some;
  if (domains.empty()) return some;
  std::vector<virDomainPtr> list;
  for (const DomainHandle& domain : domains) list.push_back(domain.get());
  list.push_back(nullptr);
  virDomainStatsRecordPtr* records = nullptr;
  const int count = session.api.virDomainListGetStats(list.data(), kStats, &records, kFlags);
  if (count < 0) return session.fail("ask about virtual machines", {});
  for (int i = 0; i < count; ++i) {
    RawStatus raw = raw_of(session.api, *records[i]);
    add_saved_memory(session.api, records[i]->dom, raw);
    add_usage(session.api, records[i]->dom, raw);
    add_disk_errors(session.api, records[i]->dom, raw);
    some.push_back(std::move(raw));
  }
  session.api.virDomainStatsRecordListFree(records);
  return some;
}

Result<std::vector<std::string>> read_versions(Session& session, const std::vector<Guid>& ids) {
  HVSH_TRY(const Domains domains, find_domains(session, ids));
  std::vector<std::string> versions(ids.size());
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < ids.size(); i = next++) {
      const auto domain = domains.find(ids[i]);
      if (domain != domains.end()) versions[i] = read_version(session.api, domain->second.get());
    }
  };
  {
    std::vector<std::jthread> helpers;  // joined before the answer moves
    const size_t count = std::min(kCallsInFlight, ids.size() / kManyMachines + 1);
    for (size_t i = 1; i < count; ++i) helpers.emplace_back(work);
    work();
  }
  return versions;
}

std::vector<nouns::MachineStatus> finish(const std::vector<RawStatus>& raw, bool is_local,
                                         CpuSamples& samples) {
  const bool any_runs = std::any_of(raw.begin(), raw.end(), [](const RawStatus& machine) {
    return has_process(view_of(machine.state, machine.reason, machine.has_saved_memory).state);
  });
  std::map<Guid, QemuProcess> processes;
  if (any_runs && is_local) processes = qemu_processes();
  const int64_t now_ns = since_boot_ns();
  std::vector<nouns::MachineStatus> statuses;
  statuses.reserve(raw.size());
  for (const RawStatus& machine : raw) {
    const auto found = processes.find(machine.id);
    const QemuProcess process = found == processes.end() ? QemuProcess{} : found->second;
    const bool runs = has_process(view_of(machine.state, machine.reason, machine.has_saved_memory).state);
    const int32_t percent = runs ? samples.percent(machine.id,
                                                   {.start_ticks = process.start_ticks,
                                                    .age_ns = process.age_ns,
                                                    .cpu_ns = machine.cpu_ns,
                                                    .processors = machine.processors},
                                                   now_ns)
                                 : 0;
    statuses.push_back(machine_status(machine, {process.age_ns / 100}, percent));
  }
  samples.store();
  return statuses;
}

}  // namespace hvsh::engines::libvirt
