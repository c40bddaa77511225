#pragma once
// The program's own command line, as pwsh has it.
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace hvsh::shell {

enum class OutputFormat : uint8_t { text, json, csv };

struct CommandLine {
  enum class Mode : uint8_t {
    standard_input,  // a prompt on a terminal, else a script
    command,         // -Command: `text`
    file,            // -File, or a file's name: `text`
    cmdlet,          // the first word is a command: `text`
    check,           // --check: `arguments` are scripts that are parsed, not run
    dump_declarations,
    dump_types,
    serve,  // for another hvsh: shell/remote/frame.h
    version,
    help,
  };
  Mode mode = Mode::standard_input;
  std::string text;
  std::vector<std::string> arguments;  // of the file or cmdlet, as they were given
  OutputFormat format = OutputFormat::text;
  bool non_interactive = false;
  bool no_exit = false;  // a prompt follows
  bool no_logo = false;
};

// Options are matched without case, by unique prefix as pwsh does for its own, with one or two dashes. An
// Error's exit code is 64. A first word that is neither an option nor an existing file is taken as a
// command's name.
Result<CommandLine> parse_command_line(int argc, const char* const* argv);

std::string_view usage();

}  // namespace hvsh::shell
