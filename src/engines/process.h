#pragma once
// Starting programs with an argv (never a shell), with chosen descriptors and as a chosen user, by
// Boost.Process. Safe in a process with threads: between fork and exec only async-signal-safe calls are made.
// Thread-safe: no state.
#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "engines/files.h"

namespace hvsh::engines {

struct User {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
  std::string name;
};

struct Spawn {
  std::vector<std::string> argv;              // argv[0] is looked up in PATH unless it has a '/'
  std::vector<std::string> environment = {};  // NAME=value; empty: ours
  std::string folder = {};         // where it runs; empty: where we do, of a detached one the root folder
  std::vector<int> keep_fds = {};  // descriptors that the program gets, under the same numbers
  int input_fd = -1;               // its standard input; -1: /dev/null
  int output_fd = -1;              // its standard output; -1: /dev/null
  int error_fd = -1;               // its standard error; -1: with its output
  const User* user = nullptr;      // whom it runs as; null: as we do
  bool die_with_parent = false;    // the kernel ends it (SIGTERM) when the thread that started it ends
  bool detach = false;             // a session of its own, and no child of ours (double fork)
};

// The process id of the program (of a detached one: 0). An error if it could not be executed; the id
// ProgramNotFound says that there is none of that name.
Result<pid_t> spawn(const Spawn& spawn);

struct ProgramEnd {
  int exit_code = -1;  // 128 + signal if one ended it
  std::string output;  // standard output, at most 64 MiB; of run() with the standard error, at most 64 KiB
  std::string errors;  // standard error, at most 64 KiB
};

// Runs a program to its end; one that exceeds the deadline is killed, and that is an error
// (OperationTimeout). It ends with the thread that called.
Result<ProgramEnd> run(const std::vector<std::string>& argv, const User* user,
                       std::chrono::milliseconds deadline, std::vector<int> keep_fds = {});

constexpr std::chrono::milliseconds kProgramDeadline = std::chrono::seconds(60);

// The same with `input` as its standard input, and with its two outputs apart.
Result<ProgramEnd> run_program(const std::vector<std::string>& argv, std::string_view input = {},
                               std::chrono::milliseconds deadline = kProgramDeadline);

// The standard output, where an exit code other than 0 is an error: "Cannot WHAT: what the program said".
Result<std::string> program_output(std::string_view what, const std::vector<std::string>& argv,
                                   std::string_view input = {},
                                   std::chrono::milliseconds deadline = kProgramDeadline);

// Where PATH has the program; a name with a slash is one already. Empty: nowhere.
std::string find_program(const std::string& name);

// Waits until the child has ended. False if it has not within the deadline. Reaps it.
bool wait_child(pid_t child, std::chrono::milliseconds deadline);

// The same for any process, by a descriptor from pidfd_open: true when it has ended.
bool wait_pidfd(int pidfd, std::chrono::milliseconds deadline);
UniqueFd open_pidfd(pid_t pid);

// The start time of a process in clock ticks since boot: with the id it names one process for ever. 0: none.
uint64_t process_start_time(pid_t pid);

// Whether `user` may search all folders above each file and open it; an error names the first folder or file
// that is closed. Asks the kernel as that user, so ACLs count.
struct AccessWish {
  std::string path;
  bool write = false;
};
Result<void> check_access(const User& user, const std::vector<AccessWish>& wishes);

}  // namespace hvsh::engines
