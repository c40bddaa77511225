// The program: internal modes first, then the command line, then a session with everything wired to it.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <vector>

#include "known_types.h"
#include "shell/cmdlets/engine_cmdlets.h"
#include "shell/dotnet/type_list.h"
#include "shell/format/format_cmdlets.h"
#include "shell/host/command_line.h"
#include "shell/host/dump_declarations.h"
#include "shell/host/session.h"
#include "shell/remote/work.h"
#include "verbs/registry.h"
#include "wiring.h"

namespace {

using hvsh::CmdletEntry;
using hvsh::shell::CommandLine;

constexpr int kExitInternalError = 70;

// Nothing throws across files, so what arrives here is memory that ran out, or a mistake of ours: one line,
// and the exit code that PowerShell has for it. Journalled work is finished or undone by the next run.
[[noreturn]] void end_on_exception() {
  const char* what = "an error that nothing caught";
  if (const std::exception_ptr thrown = std::current_exception()) {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::bad_alloc&) {
      what = "out of memory";
    } catch (const std::exception& error) {
      what = error.what();
    } catch (...) {
    }
  }
  for (const char* text : {"hvsh: ", what, "\n"}) (void)!::write(STDERR_FILENO, text, std::strlen(text));
  ::_exit(kExitInternalError);
}

// A program that is started with a standard stream closed would give its number to the next file it opens,
// and what is printed would land in that file.
bool open_standard_streams() {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream) {
    if (::fcntl(stream, F_GETFD) >= 0) continue;
    if (::open("/dev/null", stream == STDIN_FILENO ? O_RDONLY : O_WRONLY) != stream) return false;
  }
  return true;
}

// Verbs of all layers in one table, sorted by name without case.
std::vector<CmdletEntry> all_cmdlets() {
  std::vector<CmdletEntry> all;
  for (std::span<const CmdletEntry> table :
       {hvsh::verbs::cmdlets(), hvsh::shell::format_cmdlets(), hvsh::shell::engine_cmdlets()}) {
    all.insert(all.end(), table.begin(), table.end());
  }
  std::sort(all.begin(), all.end(), [](const CmdletEntry& a, const CmdletEntry& b) {
    return std::lexicographical_compare(
        a.name.begin(), a.name.end(), b.name.begin(), b.name.end(),
        [](char x, char y) { return hvsh::ascii_lower(x) < hvsh::ascii_lower(y); });
  });
  return all;
}

// Recursive functions of scripts need stack; the main thread's grows on demand up to this limit.
void raise_stack_limit() {
  constexpr rlim_t kWanted = rlim_t{64} << 20;
  rlimit limit{};
  if (::getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur >= kWanted) return;
  limit.rlim_cur = limit.rlim_max == RLIM_INFINITY ? kWanted : std::min(kWanted, limit.rlim_max);
  (void)::setrlimit(RLIMIT_STACK, &limit);
}

// For an interpreter in a thread of its own.
std::shared_ptr<hvsh::shell::Services> own_services() {
  struct Own {
    hvsh::Engines engines;
    hvsh::shell::Services services;
  };
  auto own = std::make_shared<Own>();
  own->engines.add_to(own->services);
  return {own, &own->services};
}

}  // namespace

int main(int argc, char** argv) {
  std::set_terminate(end_on_exception);
  if (!open_standard_streams()) return kExitInternalError;
  // Ways in that are not for people (libvirt's hook, the block server), before anything else.
  if (const int code = hvsh::run_internal_mode(argc, argv); code >= 0) return code;
  auto line = hvsh::shell::parse_command_line(argc, argv);
  if (!line) return hvsh::shell::report_usage_error(line.error());
  switch (line->mode) {
    case CommandLine::Mode::version: std::puts("hvsh " HVSH_VERSION); return 0;
    case CommandLine::Mode::help: {
      const std::string_view text = hvsh::shell::usage();
      std::fwrite(text.data(), 1, text.size(), stdout);
      return 0;
    }
    default: break;
  }
  const std::vector<CmdletEntry> cmdlets = all_cmdlets();
  if (line->mode == CommandLine::Mode::dump_types) {
    const std::string text = hvsh::shell::dotnet::describe_types();
    std::fwrite(text.data(), 1, text.size(), stdout);
    return 0;
  }
  if (line->mode == CommandLine::Mode::dump_declarations) {
    const std::string text = hvsh::shell::dump_declarations(cmdlets);
    std::fwrite(text.data(), 1, text.size(), stdout);
    return 0;
  }
  raise_stack_limit();
  hvsh::Engines engines;
  hvsh::shell::Services services;
  engines.add_to(services);
  const hvsh::shell::Setup setup{
      .cmdlets = cmdlets, .types = hvsh::known_types(), .services = &services, .new_services = own_services};
  if (line->mode == CommandLine::Mode::serve) return hvsh::shell::serve(setup);
  return hvsh::shell::run_session(*line, setup);
}
