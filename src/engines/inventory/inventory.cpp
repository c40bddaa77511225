#include "engines/inventory.h"

#include <chrono>
#include <optional>

#include "engines/host_name.h"

namespace hvsh::engines {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kFreshFor{1};

}  // namespace

class InventoryHandle;

// What all objects of one inventory share: the way to the engine, and who else is to be asked for.
struct Inventory::Shared {
  explicit Shared(Machines& engine) : machines(engine), computer_name(host_name()) {}
  Machines& machines;
  std::string computer_name;
  std::vector<std::weak_ptr<InventoryHandle>> handles;
  size_t handles_when_pruned = 0;

  Result<void> refresh();
  Result<void> fetch_versions();
  void add(const std::shared_ptr<InventoryHandle>& handle);
};

class InventoryHandle final : public nouns::MachineHandle {
 public:
  InventoryHandle(Inventory::Shared* shared, std::shared_ptr<void> keep, MachineStatus status,
                  Clock::time_point at)
      : shared_(shared), keep_(std::move(keep)), status_(std::move(status)), fetched_(at) {}

  Result<const MachineStatus*> status() override {
    if (!FormattingPass::active() && Clock::now() - fetched_ > kFreshFor) HVSH_CHECK(shared_->refresh());
    return gone_ ? nullptr : &status_;
  }
  const MachineStatus& last_status() const override { return status_; }
  Result<const MachineConfig*> config() override {
    if (!config_) {
      HVSH_TRY(MachineConfig config, shared_->machines.config(status_.id));
      config_ = std::move(config);
    }
    return &*config_;
  }
  Result<std::string> version() override {
    if (config_) return config_->version;
    if (!version_) HVSH_CHECK(shared_->fetch_versions());
    return version_.value_or("");
  }
  Result<std::vector<std::string>> addresses(const std::string& mac) override {
    std::vector<std::string> found;
    HVSH_TRY(const MachineStatus* now, status());
    if (now == nullptr || now->state != nouns::VMState::Running) return found;
    if (!addresses_ || (!FormattingPass::active() && Clock::now() - addresses_at_ > kFreshFor)) {
      HVSH_TRY(addresses_, shared_->machines.hypervisor().addresses(status_.id));
      addresses_at_ = Clock::now();
    }
    for (const AdapterAddresses& one : *addresses_) {
      if (one.mac == mac) found.insert(found.end(), one.addresses.begin(), one.addresses.end());
    }
    return found;
  }
  const std::string& computer_name() const override { return shared_->computer_name; }

  const Guid& id() const { return status_.id; }
  bool has_version() const { return version_.has_value(); }
  void set_version(std::string version) { version_ = std::move(version); }
  void forget() {
    fetched_ = {};
    config_.reset();
    version_.reset();
    addresses_.reset();
  }
  void update(std::optional<MachineStatus> status, Clock::time_point at) {
    gone_ = !status.has_value();
    if (status) status_ = std::move(*status);
    fetched_ = at;
  }

 private:
  Inventory::Shared* shared_;
  std::shared_ptr<void> keep_;
  MachineStatus status_;
  Clock::time_point fetched_;
  bool gone_ = false;
  std::optional<MachineConfig> config_;
  std::optional<std::string> version_;
  std::optional<std::vector<AdapterAddresses>> addresses_;
  Clock::time_point addresses_at_ = {};
};

void Inventory::Shared::add(const std::shared_ptr<InventoryHandle>& handle) {
  // Pruned when the list has doubled, so that a loop of Get-VM costs constant time per object.
  if (handles.size() > 2 * handles_when_pruned + 16) {
    std::erase_if(handles, [](const auto& weak) { return weak.expired(); });
    handles_when_pruned = handles.size();
  }
  handles.push_back(handle);
}

Result<void> Inventory::Shared::refresh() {
  std::vector<std::shared_ptr<InventoryHandle>> alive;
  std::vector<Guid> ids;
  for (const auto& weak : handles) {
    if (auto handle = weak.lock()) {
      ids.push_back(handle->id());
      alive.push_back(std::move(handle));
    }
  }
  HVSH_TRY(auto statuses, machines.hypervisor().status(ids));
  const auto now = Clock::now();
  for (size_t i = 0; i < alive.size(); ++i) alive[i]->update(std::move(statuses[i]), now);
  return {};
}

Result<void> Inventory::Shared::fetch_versions() {
  std::vector<std::shared_ptr<InventoryHandle>> without;
  std::vector<Guid> ids;
  for (const auto& weak : handles) {
    auto handle = weak.lock();
    if (!handle || handle->has_version()) continue;
    ids.push_back(handle->id());
    without.push_back(std::move(handle));
  }
  HVSH_TRY(auto versions, machines.hypervisor().versions(ids));
  for (size_t i = 0; i < without.size(); ++i) without[i]->set_version(std::move(versions[i]));
  return {};
}

Inventory::Inventory(Machines& machines) : shared_(std::make_shared<Shared>(machines)) {}

const std::string& Inventory::computer_name() const { return shared_->computer_name; }

Result<std::vector<nouns::VirtualMachine>> Inventory::list(const MachineQuery& query) {
  HVSH_TRY(auto statuses, shared_->machines.hypervisor().list(query));
  const auto now = Clock::now();
  std::vector<nouns::VirtualMachine> objects;
  objects.reserve(statuses.size());
  for (MachineStatus& status : statuses) {
    const Guid id = status.id;
    std::string name = status.name;
    auto handle = std::make_shared<InventoryHandle>(shared_.get(), shared_, std::move(status), now);
    shared_->add(handle);
    objects.push_back({.handle = std::move(handle), .id = id, .name = std::move(name)});
  }
  return objects;
}

void Inventory::changed(const Guid& id) {
  for (const auto& weak : shared_->handles) {
    if (const auto handle = weak.lock(); handle && handle->id() == id) handle->forget();
  }
}

Result<nouns::VirtualMachine> Inventory::get(const Guid& id) {
  HVSH_TRY(auto found, list({.ids = {id}}));
  if (found.empty()) {
    return Error{.id = "InvalidParameter",
                 .category = ErrorCategory::InvalidArgument,
                 .message = "Hyper-V was unable to find a virtual machine with id " + id.to_string() + ".",
                 .hint = "Get-VM lists the machines that there are.",
                 .target = id.to_string()};
  }
  return std::move(found.front());
}

nouns::VMSnapshot Inventory::checkpoint(const nouns::VirtualMachine& machine, const CheckpointInfo& info) {
  return {.handle = machine.handle,
          .id = info.id,
          .name = info.name,
          .type = info.type,
          .vm_id = info.machine_id,
          .vm_name = info.machine_name,
          .state = info.state,
          .parent_id = info.parent_id,
          .parent_name = info.parent_name,
          .created = info.created.to_local(),
          .path = info.folder,
          .system_files_bytes = info.system_files_bytes,
          .config = info.config,
          .notes = info.notes};
}

Result<std::vector<nouns::VMSnapshot>> Inventory::checkpoints(const nouns::VirtualMachine& machine) {
  HVSH_TRY(auto infos, shared_->machines.checkpoints(machine.id));
  std::vector<nouns::VMSnapshot> snapshots;
  for (const CheckpointInfo& info : infos) snapshots.push_back(checkpoint(machine, info));
  return snapshots;
}

}  // namespace hvsh::engines
