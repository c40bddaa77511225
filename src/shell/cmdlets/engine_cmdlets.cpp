#include "shell/cmdlets/engine_cmdlets.h"

#include <algorithm>
#include <vector>

namespace hvsh::shell {

std::span<const CmdletEntry> alias_cmdlets();
std::span<const CmdletEntry> code_cmdlets();
std::span<const CmdletEntry> command_cmdlets();
std::span<const CmdletEntry> data_cmdlets();
std::span<const CmdletEntry> history_cmdlets();
std::span<const CmdletEntry> host_cmdlets();
std::span<const CmdletEntry> input_cmdlets();
std::span<const CmdletEntry> job_cmdlets();
std::span<const CmdletEntry> module_cmdlets();
std::span<const CmdletEntry> secret_cmdlets();
std::span<const CmdletEntry> transcript_cmdlets();
std::span<const CmdletEntry> type_cmdlets();
std::span<const CmdletEntry> variable_cmdlets();

std::span<const CmdletEntry> engine_cmdlets() {
  static const std::vector<CmdletEntry> entries = [] {
    std::vector<CmdletEntry> all;
    for (auto table : {alias_cmdlets(), code_cmdlets(), command_cmdlets(), data_cmdlets(), history_cmdlets(),
                       host_cmdlets(), input_cmdlets(), job_cmdlets(), module_cmdlets(), secret_cmdlets(),
                       transcript_cmdlets(), type_cmdlets(), variable_cmdlets()}) {
      all.insert(all.end(), table.begin(), table.end());
    }
    std::sort(all.begin(), all.end(),
              [](const CmdletEntry& a, const CmdletEntry& b) { return a.name < b.name; });
    return all;
  }();
  return entries;
}

}  // namespace hvsh::shell
