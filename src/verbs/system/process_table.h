#pragma once
// The processes of this host, read from /proc.
#include <vector>

#include "nouns/host.h"

namespace hvsh::verbs {

std::vector<nouns::Process> all_processes();           // sorted by name, then id
std::optional<nouns::Process> process_of(int64_t id);  // nullopt: there is none
Error no_such_process(int64_t id);
Error no_such_process(const std::string& name);

}  // namespace hvsh::verbs
