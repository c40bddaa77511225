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
#include "core/object.h"
#include "shell/format/preferences.h"
#include "shell/source_table.h"

namespace hvsh::shell {

struct ErrorViewOptions {
  bool color = false;  // escape sequences as PowerShell writes them; only for a terminal
  size_t width = 0;    // columns to wrap a message with a position at; 0: not at all
  Styles styles = {};
};

// As $ErrorView wants it. Without a newline at the end, as all of these.
std::string error_view(const ErrorRecordObject& record, const SourceTable& sources, ErrorView view,
                       const ErrorViewOptions& options = {});

std::string concise_view(const Error& error, const SourceTable& sources,
                         const ErrorViewOptions& options = {});

// Windows PowerShell's view: the message, the position, and the two lines of CategoryInfo and
// FullyQualifiedErrorId.
std::string normal_view(const ErrorRecordObject& record, const SourceTable& sources);
// All that is known, as Get-Error prints it. `record`: an error record, or an object with its properties.
std::string detailed_view(const Value& record);

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
