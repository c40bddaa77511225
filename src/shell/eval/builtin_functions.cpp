#include "shell/eval/builtin_functions.h"

#include <utility>

#include "core/text.h"

namespace hvsh::shell {

namespace {

// As on Windows, in the place of Linux' program; -p, which that one needs for folders above, is accepted.
constexpr std::string_view kMakeFolder =
    R"ps([CmdletBinding(DefaultParameterSetName = 'pathSet', SupportsShouldProcess = $true)]
param(
  [Parameter(ParameterSetName = 'nameSet', Position = 0, ValueFromPipelineByPropertyName = $true)]
  [Parameter(ParameterSetName = 'pathSet', Mandatory = $true, Position = 0, ValueFromPipelineByPropertyName = $true)]
  [string[]] $Path,
  [Parameter(ParameterSetName = 'nameSet', Mandatory = $true, ValueFromPipelineByPropertyName = $true)]
  [string] $Name,
  [Parameter(ValueFromPipelineByPropertyName = $true)]
  $Value,
  [switch] $Force,
  [Alias('p')] [switch] $Parents
)
process {
  $null = $PSBoundParameters.Remove('Parents')
  New-Item @PSBoundParameters -ItemType Directory
}
)ps";

constexpr std::string_view kPause = "$null = Read-Host 'Press Enter to continue...'";

constexpr std::pair<std::string_view, std::string_view> kFunctions[] = {
    {"md", kMakeFolder}, {"mkdir", kMakeFolder}, {"pause", kPause}};

}  // namespace

std::string_view builtin_function(std::string_view name) {
  for (const auto& [known, body] : kFunctions) {
    if (equal_ascii(known, name)) return body;
  }
  return {};
}

}  // namespace hvsh::shell
