#pragma once
// A made-up host for tests, in the place of the real one with HVSH_URI=memory:///: what a script changes, it
// changes in this process alone. The same on every machine: host01, two adapters, three disks, six services.
#include <memory>

#include "engines/host_computer.h"
#include "engines/host_disks.h"
#include "engines/host_network.h"
#include "engines/host_services.h"

namespace hvsh::engines::memory {

std::unique_ptr<HostComputer> make_computer();
std::unique_ptr<HostDisks> make_disks();
std::unique_ptr<HostNetwork> make_network();
std::unique_ptr<HostServices> make_services();

}  // namespace hvsh::engines::memory
