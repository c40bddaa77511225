#pragma once
// The small parent process of one block server: an internal mode of the hvsh binary. It starts the server
// with the images of the machine record, says so to whoever started it, restarts the server when it dies
// (after 0.1 s at first, at most 10 s), and then runs the resume command until the guest has its disks back.
// It keeps the listening sockets, so clients of a server that is being restarted wait instead of failing.
// SIGHUP restarts the server. SIGTERM ends server and supervisor. If the supervisor itself dies, the server
// keeps serving, and the next start() puts a new supervisor beside it.
#include <string>
#include <vector>

#include "core/result.h"

namespace hvsh::engines::block {

// Arguments (made by supervisor_argv) -> exit code. Does not return while the server is wanted.
int supervise(const std::vector<std::string>& arguments);

// What a supervisor is told.
struct Supervision {
  std::string run_folder;
  std::string vm_id;
  std::string record_path;
  std::string qemu_conf;
  std::vector<std::string> parent_folders;
  std::vector<std::string> resume_command;
  int report_fd = -1;  // gets one line: "ok", or an error as JSON
};
std::vector<std::string> supervisor_argv(const Supervision& supervision);
Result<Supervision> parse_supervisor_argv(const std::vector<std::string>& arguments);

// The line of the report: nothing if it says ok.
std::string report_text(const Result<void>& result);
Result<void> parse_report(const std::string& line, const std::string& log);

}  // namespace hvsh::engines::block
