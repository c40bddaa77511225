#pragma once
// The hypervisor of tests: machines are entries of a map, time is a number.
//
// Deterministic: no real clock, no threads, no randomness. Its clock starts at 2026-01-01 00:00:00 UTC, moves
// one second with each call that changes something, and otherwise only by advance(). A guest counts the
// seconds that it ran; that count is its memory, so saving, restoring and reverting can be proved. Adapters
// without an address get 525400000001 and so on.
//
// Every call of the interface is counted and may be made to fail before it does anything: fail_call().
//
// With a state file (HVSH_URI=memory:///tmp/x/state.json) machines and clock are read from it at the first
// call and written back after each change, so that a test may span several processes. The file is the test's
// own; nobody locks it. Without one (memory:///) machines live as long as the object.
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engines/hypervisor.h"
#include "engines/switches.h"

namespace hvsh::engines::memory {

struct Machine {
  MachineConfig config = {};
  nouns::VMState state = nouns::VMState::Off;
  nouns::VMOperationalStatus operational = nouns::VMOperationalStatus::Ok;
  std::string problem = {};
  int64_t started_ticks = 0;   // clock at the start; meaningful unless off
  int64_t counted_ticks = 0;   // what the guest counted before `resumed_ticks`
  int64_t resumed_ticks = 0;   // clock when it last began to run
  int32_t shutdown_polls = 0;  // status reads until a requested shutdown is done; 0: none requested
  bool ignores_shutdown = false;
};

struct World {
  int64_t clock_ticks = 0;
  int64_t next_mac = 1;
  std::map<Guid, Machine> machines = {};
  std::map<Guid, SwitchConfig> switches = {};
};

class MemoryHypervisor final : public Hypervisor {
 public:
  explicit MemoryHypervisor(std::string uri = "memory:///");

  // For tests.
  void fail_call(int n, Error error);  // the n-th call from now on, 1 is the next one
  int calls() const { return calls_; }
  const std::deque<std::string>& log() const { return log_; }  // "start", "pause", ...: the last 1,000 calls
  void advance(TimeSpan time);
  DateTime now() const;
  Machine* find(std::string_view name);  // to set what only a real world would do: state, problem, deafness
  int64_t guest_count(std::string_view name);  // seconds that the guest counted; -1: no such machine

  Result<HostInfo> host() override;
  Result<std::vector<MachineStatus>> list(const MachineQuery& query) override;
  Result<std::vector<std::optional<MachineStatus>>> status(std::span<const Guid> ids) override;
  Result<MachineConfig> config(const Guid& id) override;
  Result<std::vector<std::string>> versions(std::span<const Guid> ids) override;
  Result<void> define(const MachineConfig& config) override;
  Result<void> configure(const Guid& id, const MachineConfig& wanted) override;
  Result<void> undefine(const Guid& id) override;
  // Each connected adapter of a machine that runs has one: 192.0.2.100 and on, by its hardware address.
  Result<std::vector<AdapterAddresses>> addresses(const Guid& machine) override;
  Result<void> start(const Guid& id) override;
  Result<void> turn_off(const Guid& id) override;
  Result<void> request_shutdown(const Guid& id) override;
  Result<void> request_reboot(const Guid& id) override;
  Result<void> reset(const Guid& id) override;
  Result<void> pause(const Guid& id) override;
  Result<void> resume(const Guid& id) override;
  Result<void> save(const Guid& id) override;
  Result<void> discard_saved(const Guid& id) override;
  Result<void> save_memory(const Guid& id, const std::string& path) override;
  Result<void> restore_memory(const Guid& id, const std::string& path) override;
  Result<std::string> definition(const Guid& id) override;
  Result<void> redefine(const Guid& id, const std::string& definition) override;
  Result<MachineConfig> config_of(const std::string& definition) override;

  // The switches of the same world; as long as this hypervisor.
  SwitchPlane& switches() { return plane_; }

 private:
  class Plane final : public SwitchPlane {
   public:
    explicit Plane(MemoryHypervisor& hypervisor) : hypervisor_(hypervisor) {}
    Result<std::vector<SwitchConfig>> list() override;
    Result<SwitchConfig> define(const SwitchConfig& config) override;
    Result<void> undefine(const Guid& id) override;
    bool is_local() const override { return true; }

   private:
    MemoryHypervisor& hypervisor_;
  };

  Result<void> enter(std::string_view call);  // counts, loads, fails when asked to
  Result<Machine*> machine(const Guid& id);
  Result<void> changed();  // one second passes; the state file is written
  MachineStatus status_of(Machine& machine);
  void stop_counting(Machine& machine);
  void power_off(Machine& machine);
  Machine* by_name(std::string_view name);
  // Address, and the switch by its name.
  Result<void> complete(AdapterConfig& adapter);

  std::string uri_;
  std::string state_file_;
  bool loaded_ = false;
  World world_;
  int calls_ = 0;
  std::deque<std::string> log_;
  std::map<int, Error> failures_;
  Plane plane_{*this};
};

// `uri` begins with "memory:". Nothing is read before the first call.
std::unique_ptr<MemoryHypervisor> make_hypervisor(const std::string& uri);

}  // namespace hvsh::engines::memory
