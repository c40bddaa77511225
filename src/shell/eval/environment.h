#pragma once
// Facts about this process and machine that automatic variables show, and small helpers for paths and source
// positions.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/object.h"
#include "core/result.h"

namespace hvsh::shell {

inline constexpr int kVersionMajor = 0, kVersionMinor = 1, kVersionPatch = 0;
inline constexpr std::string_view kVersionText = "0.1.0";
inline constexpr Version kPowerShellVersion = {7, 4, 0};  // whose language this is

std::string operating_system();  // Debian GNU/Linux 12 (bookworm)
std::string program_folder();    // where the binary lies
// The environment belongs to the process, so the interpreters of all its threads share it: the shell reads
// and writes it only here, under one lock. $env:Path means PATH: a variable of that name in another case,
// where the exact one is not set. COMPUTERNAME, USERNAME, TEMP and USERPROFILE, which every Windows script
// expects, are set at start when they are not there.
std::optional<std::string> get_environment(std::string_view name);
void set_environment(std::string_view name, const std::string& value);   // empty: removed
std::vector<std::pair<std::string, std::string>> environment_entries();  // all of it
std::string host_name();
bool in_group(const std::string& name);  // of this host
bool manages_machines();                 // root, or a member of the group libvirt

Result<std::vector<Value>> read_lines(const std::string& path);  // a text file's lines, as text

// The whole text into a file, made or replaced unless `append`.
Result<void> write_whole_file(const std::string& path, std::string_view text, bool append);
std::string folder_of(std::string_view path);  // the part before the last '/'

}  // namespace hvsh::shell
