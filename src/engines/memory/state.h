#pragma once
// The in-memory hypervisor's text forms: its state file and a machine's definition, both JSON.
#include <string>

#include "engines/memory/memory_hypervisor.h"

namespace hvsh::engines::memory {

std::string world_text(const World& world);
Result<World> parse_world(const std::string& text, const std::string& path);

std::string config_text(const MachineConfig& config);
Result<MachineConfig> parse_config(const std::string& text);

}  // namespace hvsh::engines::memory
