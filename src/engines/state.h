#pragma once
// What outlives a process: locks, the journal of running operations, and the history database.
//
// Locks are flock(2) on files below the run folder (RUN/locks), one per machine and one per image. They are
// held for the whole life of an operation and vanish with the process. The file's content names the owner, so
// that a waiter can: "held by Checkpoint-VM, process 1234 of root, since 12:00:03". A lock that is not free
// within the timeout is ResourceBusy. Two locks in one process exclude each other like those of two.
//
// The journal is a table of operations that have begun and not ended. A step is durable (SQLite, WAL,
// synchronous=FULL) before its side effect happens. An entry whose owner died is found by recovery, which
// takes the machine's lock and then finishes or undoes the operation; entries whose lock is not free are in
// good hands and left alone. `data` is text that belongs to the operation's kind, opaque here.
//
// Nothing is opened or created before the first call that needs it; read-only cmdlets never need it. Errors:
// ResourceBusy, AccessDenied, StateTooNew (the schema is of a later version), OperationFailed;
// JournalFailed: a step could not be made durable, so it must not happen. Not
// thread-safe: one per interpreter; processes exclude each other.
//
// Fault injection for tests, through HVSH_FAULT:
//   kill:KIND:N        SIGKILL to itself right after step N of an operation KIND is journalled
//   kill-after:KIND:N  the same after step N's side effect, before the next step is journalled
//   fail:KIND:N        step N cannot be journalled: an error
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/guid.h"
#include "core/result.h"
#include "engines/files.h"

namespace hvsh::engines {

struct StateConfig {
  std::string state_folder;  // durable: journal and history
  std::string run_folder;    // gone after a boot: locks
  // Of the hypervisor (its URI). Operations that were begun under another one are not seen: only there can
  // anybody tell what has become of them.
  std::string connection = {};
  std::chrono::milliseconds lock_timeout{10'000};
};

// $HVSH_STATE_DIR, else /var/lib/hvsh for root and for users of the system daemon (made by root, shared with
// the group libvirt), else $XDG_STATE_HOME/hvsh (~/.local/state/hvsh). $HVSH_RUN_DIR, else /run/hvsh or
// $XDG_RUNTIME_DIR/hvsh. $HVSH_LOCK_TIMEOUT in seconds.
StateConfig default_state_config(bool system_daemon);

// An exclusive lock; released when it goes.
class Lock {
 public:
  Lock(Lock&& other) noexcept = default;
  Lock& operator=(Lock&& other) noexcept;
  ~Lock();

 private:
  friend class State;
  explicit Lock(UniqueFd fd) : fd_(std::move(fd)) {}
  void release();
  UniqueFd fd_;
};

struct JournalEntry {
  std::string id;       // GUID text
  std::string machine;  // GUID text
  std::string kind;     // Checkpoint-VM, ...
  int step = 0;         // the last one that was announced; 0: begun
  std::string data;
  pid_t owner = 0;
  std::string started;  // ISO 8601, UTC
};

class Database;

// A running operation. Going away without done() leaves the entry in the journal for recovery.
class Operation {
 public:
  const JournalEntry& entry() const { return entry_; }
  // Durable when it returns; `data` replaces what was there, nullopt keeps it.
  Result<void> step(int number, std::optional<std::string> data = {});
  // The operation is over, done or undone.
  Result<void> done();

 private:
  friend class State;
  Operation(std::shared_ptr<Database> database, JournalEntry entry)
      : database_(std::move(database)), entry_(std::move(entry)) {}
  std::shared_ptr<Database> database_;
  JournalEntry entry_;
};

class State {
 public:
  explicit State(StateConfig config);
  ~State();

  const StateConfig& config() const { return config_; }

  // `activity` is what a waiter is told: the cmdlet's name. `timeout` nullopt: the configured one.
  Result<Lock> lock_machine(const Guid& id, std::string_view machine_name, std::string_view activity,
                            std::optional<std::chrono::milliseconds> timeout = {});
  Result<Lock> lock_image(const std::string& path, std::string_view activity,
                          std::optional<std::chrono::milliseconds> timeout = {});

  Result<Operation> begin(std::string_view kind, const Guid& machine, std::string data);
  // Unfinished operations, oldest first; those of one machine, or all. An empty answer without creating
  // anything when there is no journal yet.
  Result<std::vector<JournalEntry>> unfinished(std::optional<Guid> machine = {});
  // Takes over an entry for recovery; the caller holds the machine's lock.
  Operation resume(JournalEntry entry);

  // The history database, for engines that keep figures there (metering). `create` false: null if there is
  // none yet.
  Result<std::shared_ptr<Database>> database(bool create);

 private:
  Result<Lock> lock(const std::string& file, std::string_view what, std::string_view activity,
                    std::optional<std::chrono::milliseconds> timeout);

  StateConfig config_;
  std::shared_ptr<Database> database_;
};

}  // namespace hvsh::engines
