#pragma once
// This host behind the host's interfaces: /proc, /sys, systemd, iproute2, nftables, util-linux.
#include <memory>

#include "engines/host_computer.h"
#include "engines/host_disks.h"
#include "engines/host_network.h"
#include "engines/host_services.h"

namespace hvsh::engines::linux_host {

std::unique_ptr<HostComputer> make_computer();
std::unique_ptr<HostDisks> make_disks();
std::unique_ptr<HostNetwork> make_network();
std::unique_ptr<HostServices> make_services();

}  // namespace hvsh::engines::linux_host
