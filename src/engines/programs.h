#pragma once
// Programs of this host, started with an argv (never a shell). Thread-safe: no state.
#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace hvsh::engines {

struct ProgramStart {
  std::vector<std::string> argv;              // argv[0] is looked up in PATH unless it has a '/'
  std::string folder = {};                    // where it runs; empty: here
  std::vector<std::string> environment = {};  // NAME=value; empty: as it is
  // Descriptors for its standard input, output and error; -1: as this process has them.
  int input = -1, output = -1, error = -1;
  bool detached = false;  // a session of its own, without standard streams, and no child to wait for
};

// Its process id. An error if it is not there or cannot be executed.
Result<pid_t> start_program(const ProgramStart& start);

struct ProgramResult {
  int exit_code = 0;   // 128 + signal if one ended it
  std::string output;  // standard output, at most 64 MiB
  std::string errors;  // standard error, at most 64 KiB
};

// Runs it to its end with `input` as its standard input. One that exceeds the deadline is killed, and that is
// an error. The caller decides what exit codes mean.
Result<ProgramResult> run_program(const std::vector<std::string>& argv, std::string_view input = {},
                                  std::chrono::milliseconds deadline = std::chrono::seconds(60));

// The same where an exit code other than 0 is an error: "Cannot WHAT: what the program said".
Result<std::string> program_output(std::string_view what, const std::vector<std::string>& argv,
                                   std::string_view input = {},
                                   std::chrono::milliseconds deadline = std::chrono::seconds(60));

}  // namespace hvsh::engines
