#pragma once
// The machine engine: what the virtual machine cmdlets do to the world. It puts the hypervisor, the block
// servers, the machine's record and the journal together, so that each operation is done or undone and never
// half-made.
//
// Every operation that changes something takes the machine's lock, finishes or undoes what an earlier process
// left unfinished, journals its intent, and then takes idempotent steps. After an error it has been undone,
// or it is past its commit point and the journal keeps it until it can be finished; the message says which.
// Operations on a machine that is in the wanted state already warn, as on Windows, and succeed.
//
// Errors beside those of the hypervisor (engines/hypervisor.h): InvalidParameter, InvalidState ("cannot in
// its current state"), MachineExists, ResourceBusy (names the owner of the lock), NotImplemented (a
// checkpoint of a disk that is attached directly), OperationTimeout (a guest that ignores the request),
// OperationStopped. Not thread-safe.
//
// Files of a machine: FOLDER/NAME/Virtual Machines/ID.hvsh.json (the record), FOLDER/NAME/Snapshots/*.mem.
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/date_time.h"
#include "core/guid.h"
#include "core/result.h"
#include "engines/hypervisor.h"
#include "engines/metering.h"
#include "engines/notices.h"
#include "engines/state.h"

namespace hvsh::engines {

class BlockServers;
struct MachineRecord;

// What this engine needs to know of disk images; main takes it from the disk engine.
struct ImageFacts {
  std::string format;  // "vhdx", "vpc", "raw", "qcow2", as the hypervisor names them
  uint64_t virtual_size_bytes = 0;
};
struct DiskImages {
  // From the content, never from the name. A file that looks like none of the formats is raw.
  std::function<Result<ImageFacts>(const std::string& path)> probe;
  // A new dynamic image at a path where nothing is; the format is that of the name (.vhdx, .vhd).
  std::function<Result<void>(const std::string& path, uint64_t size_bytes)> create;
};

struct MachinesConfig {
  std::string machines_folder;  // where machines go that are made without a path
  std::chrono::milliseconds shutdown_timeout{60'000};
  std::chrono::milliseconds poll_interval{100};
};
// machines_folder: STATE/machines; $HVSH_SHUTDOWN_TIMEOUT in seconds.
MachinesConfig default_machines_config(const StateConfig& state);

// Paths are absolute.
struct NewMachine {
  std::string name = "New Virtual Machine";
  int64_t memory_startup_bytes = int64_t{512} << 20;
  int64_t processor_count = 1;
  int32_t generation = 1;
  std::string path = {};          // the folder that the machine's own folder is made in; empty: the default
  std::string vhd_path = {};      // a disk that exists,
  std::string new_vhd_path = {};  // or one to make
  uint64_t new_vhd_size_bytes = 0;
  std::string switch_name = {};
  std::optional<nouns::BootDevice> boot_device = {};
  std::string notes = {};
};

struct CheckpointInfo {
  Guid id = {};
  std::string name = {};
  Guid machine_id = {};
  std::string machine_name = {};
  nouns::SnapshotType type = nouns::SnapshotType::Standard;
  std::optional<Guid> parent_id = {};
  std::string parent_name = {};
  DateTime created = {};
  nouns::VMState state = nouns::VMState::Off;  // of the machine at that instant: Running or Off
  std::string notes = {};
  std::string folder = {};         // of its memory file
  int64_t system_files_bytes = 0;  // size of its memory file
  MachineConfig config = {};       // of the machine at that instant, its disks with the frozen images
};

enum class StopMode { shut_down, turn_off, save };

class Machines {
 public:
  Machines(Hypervisor& hypervisor, BlockServers& servers, State& state, DiskImages images,
           MachinesConfig config);
  ~Machines();

  Hypervisor& hypervisor() { return hypervisor_; }

  // ---- Reading. Takes no lock and opens no database.

  // The hypervisor's answer with what the record adds: today's images, parent checkpoint, size of files.
  Result<MachineConfig> config(const Guid& id);
  // In the order of their making; empty for a machine that hvsh did not make.
  Result<std::vector<CheckpointInfo>> checkpoints(const Guid& id);

  // ---- Operations.

  Result<Guid> create(const NewMachine& machine, const Notices& notices = {});
  // The machine is off or saved. Its checkpoints are merged into its disks, which stay.
  Result<void> remove(const Guid& id, const Notices& notices = {});

  Result<void> start(const Guid& id, const Notices& notices = {});
  // Returns when the machine is off (or saved). `shut_down` asks the guest and waits for it.
  Result<void> stop(const Guid& id, StopMode mode, const Notices& notices = {});
  // As the reset button, or (reset false) by asking the guest, which may ignore it; returns at once.
  Result<void> restart(const Guid& id, bool reset, const Notices& notices = {});
  Result<void> suspend(const Guid& id, const Notices& notices = {});
  Result<void> resume(const Guid& id, const Notices& notices = {});
  Result<void> discard_saved(const Guid& id, const Notices& notices = {});

  Result<void> rename(const Guid& id, const std::string& name, const Notices& notices = {});
  // Settings and devices: `change` makes the present configuration the wanted one, and what it refuses is
  // refused before anything changes. The configuration afterwards, as config() gives it. `activity` is the
  // cmdlet's name, for the lock.
  using Change = std::function<Result<void>(MachineConfig& config)>;
  Result<MachineConfig> change(const Guid& id, std::string_view activity, const Change& change,
                               const Notices& notices = {});

  // An empty name becomes Windows' default, "web01 - (11/22/2026 - 5:00:00 PM)".
  Result<CheckpointInfo> checkpoint(const Guid& id, const std::string& name, const Notices& notices = {});
  // The machine is Saved afterwards if the checkpoint has memory, else Off.
  Result<void> restore(const Guid& id, const Guid& checkpoint, const Notices& notices = {});
  Result<void> remove_checkpoint(const Guid& id, const Guid& checkpoint, bool include_children,
                                 const Notices& notices = {});
  Result<void> rename_checkpoint(const Guid& id, const Guid& checkpoint, const std::string& name,
                                 const Notices& notices = {});

  Result<void> enable_metering(const Guid& id, const Notices& notices = {});
  Result<void> disable_metering(const Guid& id, const Notices& notices = {});
  Result<void> reset_metering(const Guid& id, const Notices& notices = {});
  // InvalidState if metering is not enabled.
  Result<MeteringReport> measure(const Guid& id);

  // Finishes or undoes what other processes left, of every machine whose lock is free. The first operation of
  // a process calls it; more often is harmless. What it did is told as verbose text, what it could not do as
  // a warning.
  void recover(const Notices& notices = {});

 private:
  class Work;  // one operation: lock, journal entry, steps
  friend class Work;
  Result<MeteringSample> sample_of(const Guid& id);
  Result<void> check_name_is_free(const std::string& name);
  Result<MachineConfig> config_for(const NewMachine& machine, const Guid& id);
  Result<std::string> format_to_attach(const std::string& path);
  Result<void> complete_disk(const MachineConfig& before, MachineConfig& wanted, DiskConfig& disk);
  Result<void> complete_change(const MachineConfig& before, MachineConfig& wanted);
  void warn_of_emulation(const Notices& notices);
  Result<void> wait_until_off(Work& work, const Notices& notices);

  Hypervisor& hypervisor_;
  BlockServers& servers_;
  State& state_;
  Metering metering_;
  DiskImages images_;
  MachinesConfig config_;
  bool recovered_ = false;
  bool warned_of_emulation_ = false;
};

}  // namespace hvsh::engines
