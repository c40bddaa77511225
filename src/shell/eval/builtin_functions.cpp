#include "shell/eval/builtin_functions.h"

#include <iterator>

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

constexpr std::string_view kOutStringLines = R"ps([CmdletBinding()]
param(
  [ValidateRange(2, 2147483647)] [int] $Width,
  [Parameter(ValueFromPipeline = $true)] [psobject] $InputObject
)
end {
  $null = $PSBoundParameters.Remove('InputObject')
  $input | Out-String -Stream @PSBoundParameters
}
)ps";

constexpr std::string_view kNames[] = {"cd..", "cd\\", "cd~", "mkdir", "oss", "pause"};
constexpr std::string_view kBodies[] = {"Set-Location ..", "Set-Location \\", "Set-Location ~",
                                        kMakeFolder,       kOutStringLines,   kPause};
static_assert(std::size(kNames) == std::size(kBodies));

}  // namespace

std::span<const std::string_view> builtin_function_names() { return kNames; }

std::string_view builtin_function(std::string_view name) {
  for (size_t i = 0; i < std::size(kNames); ++i) {
    if (equal_ascii(kNames[i], name)) return kBodies[i];
  }
  return {};
}

}  // namespace hvsh::shell
