#pragma once
// Errors as users see them: PowerShell 7's ConciseView, and one line for log files and other programs.
//
//   Stop-VM: /srv/nightly.ps1:3
//   Line |
//      3 |    Stop-VM nosuch -Force
//        |    ~~~~~~~~~~~~~~~~~~~~~
//        | Hyper-V was unable to find a virtual machine with name "nosuch".
//
// An error of a prompt's single line, where the line stands right above, is just `Stop-VM: message`. The hint
// follows the message as a sentence of its own.
#include <cstddef>
#include <string>

#include "core/error.h"
#include "shell/source_table.h"

namespace hvsh::shell {

struct ErrorViewOptions {
  bool color = false;  // escape sequences as PowerShell writes them; only for a terminal
  size_t width = 0;    // columns to wrap a message with a position at; 0: not at all
};

// Without a newline at the end.
std::string concise_view(const Error& error, const SourceTable& sources,
                         const ErrorViewOptions& options = {});

// `/srv/nightly.ps1:3:5: error: ObjectNotFound,Microsoft...StopVM: message`, on one line whatever the message
// holds. Without a file the place is that of the text, `<command>:1:5`; without a position it is left out.
std::string one_line_view(const Error& error, const SourceTable& sources);

// What PowerShell calls InvocationInfo.PositionMessage:
//   At /srv/nightly.ps1:3 char:5
//   +     Stop-VM nosuch -Force
//   +     ~~~~~~~~~~~~~~~~~~~~~
// Long lines are cut around the error, as PowerShell does. Empty without a position.
std::string position_message(Span span, const SourceTable& sources);

}  // namespace hvsh::shell
