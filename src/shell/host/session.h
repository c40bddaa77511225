#pragma once
// One run of the program: what the command line asks for, on the console.
#include "shell/eval/interpreter.h"
#include "shell/host/command_line.h"

namespace hvsh::shell {

// The exit code (engine-semantics 1.12): 0; `exit n`; 1 after an error that ended the script, and for
// -Command and cmdlets also when the last statement failed; 130 after Ctrl-C; 141 when the reader of standard
// output went away. `setup.host` is not used: the session makes its own.
int run_session(const CommandLine& line, Setup setup);

// Prints an error of the command line itself; 64.
int report_usage_error(const Error& error);

}  // namespace hvsh::shell
