#pragma once
// Which engine stands behind each interface of this process. The only place that knows all of them.
//
// Everything is made at its first use: a command that needs no hypervisor loads none, one that changes
// nothing opens no database. HVSH_URI=memory:///[FILE] puts the in-memory hypervisor of the tests in
// libvirt's place.
#include <memory>
#include <span>
#include <string_view>

#include "engines/block_server.h"
#include "engines/disk_image.h"
#include "engines/host_computer.h"
#include "engines/host_disks.h"
#include "engines/host_network.h"
#include "engines/host_services.h"
#include "engines/hypervisor.h"
#include "engines/inventory.h"
#include "engines/machine.h"
#include "engines/state.h"
#include "engines/switches.h"

namespace hvsh {

class Engines {
 public:
  Engines();
  ~Engines();

  engines::Hypervisor& hypervisor();
  engines::BlockServers& block_servers();
  engines::State& state();
  engines::Machines& machines();
  engines::Inventory& inventory();
  engines::Switches& switches();
  // The host under the shell; a made-up one beside the in-memory hypervisor.
  engines::HostComputer& computer();
  engines::HostDisks& disks();
  engines::HostNetwork& network();
  engines::HostServices& services();

  // Makes each engine known to cmdlets under its interface.
  template <class Services>
  void add_to(Services& services) {
    services.template add<engines::Hypervisor>([this] { return &hypervisor(); });
    services.template add<engines::BlockServers>([this] { return &block_servers(); });
    services.template add<engines::Machines>([this] { return &machines(); });
    services.template add<engines::Inventory>([this] { return &inventory(); });
    services.template add<engines::Switches>([this] { return &switches(); });
    services.template add<engines::HostComputer>([this] { return &computer(); });
    services.template add<engines::HostDisks>([this] { return &disks(); });
    services.template add<engines::HostNetwork>([this] { return &network(); });
    services.template add<engines::HostServices>([this] { return &this->services(); });
  }

 private:
  std::unique_ptr<engines::Hypervisor> hypervisor_;
  std::unique_ptr<engines::SwitchPlane> switch_plane_;
  std::unique_ptr<engines::Switches> switches_;
  std::unique_ptr<engines::BlockServers> block_servers_;
  std::unique_ptr<engines::State> state_;
  std::unique_ptr<engines::Machines> machines_;
  std::unique_ptr<engines::Inventory> inventory_;
  std::unique_ptr<engines::HostComputer> computer_;
  std::unique_ptr<engines::HostDisks> disks_;
  std::unique_ptr<engines::HostNetwork> network_;
  std::unique_ptr<engines::HostServices> services_;
};

// The modes in which the program is not a shell but a part of the machinery: --libvirt-hook, --block-server,
// --resume-after-io-error. Returns its exit code, or -1 if argv asks for none of them.
int run_internal_mode(int argc, char** argv);

}  // namespace hvsh
