#include "wiring.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "engines/block/hook.h"
#include "engines/block/supervisor.h"
#include "engines/libvirt/libvirt_hypervisor.h"
#include "engines/libvirt/uri.h"
#include "engines/linux_host/linux_host.h"
#include "engines/memory/memory_block_servers.h"
#include "engines/memory/memory_host.h"
#include "engines/memory/memory_hypervisor.h"

namespace hvsh {

namespace {

bool uses_memory() {
  const char* uri = std::getenv("HVSH_URI");
  return uri != nullptr && std::string_view(uri).starts_with("memory:");
}

// Which hypervisor journalled operations belong to. One that cannot be chosen is an error at its first use.
std::string connection() {
  if (uses_memory()) return std::getenv("HVSH_URI");
  auto uri = engines::libvirt::choose_uri(engines::libvirt::uri_sources());
  return uri ? uri.take() : std::string();
}

// The supervisor and libvirt's hook start this very program again.
std::string own_path() {
  std::array<char, PATH_MAX> path{};
  const ssize_t length = readlink("/proc/self/exe", path.data(), path.size() - 1);
  return length > 0 ? std::string(path.data(), static_cast<size_t>(length)) : std::string("hvsh");
}

engines::DiskImages disk_images() {
  return {.probe = [](const std::string& path) -> Result<engines::ImageFacts> {
            HVSH_TRY(engines::ImageInfo info, engines::inspect(path));
            std::string format(engines::to_string(info.format));
            if (info.format == engines::ImageFormat::VHDX) format = "vhdx";
            if (info.format == engines::ImageFormat::VHD) format = "vpc";
            return engines::ImageFacts{.format = std::move(format), .virtual_size_bytes = info.size};
          },
          .create = [](const std::string& path,
                       uint64_t size_bytes) { return engines::create({.path = path, .size = size_bytes}); }};
}

// Lets a machine go on that paused because its block server was gone. 3: there is no such machine any more.
int resume_after_io_error(const char* id_text) {
  const auto id = Guid::parse(id_text);
  if (!id) return 64;
  Engines engines;
  const std::array ids{*id};
  auto statuses = engines.hypervisor().status(ids);
  if (!statuses) {
    fmt::print(stderr, "hvsh: {}\n", statuses.error().message);
    return 1;
  }
  if (!statuses->front()) return 3;
  if (statuses->front()->state != nouns::VMState::PausedCritical) return 0;
  const auto resumed = engines.hypervisor().resume(*id);
  if (!resumed) fmt::print(stderr, "hvsh: {}\n", resumed.error().message);
  return resumed ? 0 : 1;
}

}  // namespace

Engines::Engines() = default;
Engines::~Engines() = default;

engines::Hypervisor& Engines::hypervisor() {
  if (!hypervisor_) {
    if (uses_memory()) {
      hypervisor_ = engines::memory::make_hypervisor(std::getenv("HVSH_URI"));
    } else {
      const engines::StateConfig& folders = state().config();
      const auto libvirt = engines::libvirt::make_connection({});
      hypervisor_ = engines::libvirt::make_hypervisor(
          libvirt, {.run = folders.run_folder, .state = folders.state_folder});
      switch_plane_ = engines::libvirt::make_switch_plane(libvirt);
    }
  }
  return *hypervisor_;
}

engines::BlockServers& Engines::block_servers() {
  if (!block_servers_) {
    if (uses_memory()) {
      block_servers_ =
          std::make_unique<engines::memory::MemoryBlockServers>(state().config().run_folder + "/servers");
    } else {
      block_servers_ = engines::make_block_servers({.program = {own_path(), "--block-server"},
                                                    .resume_command = {own_path(), "--resume-after-io-error"},
                                                    .run_folder = state().config().run_folder});
    }
  }
  return *block_servers_;
}

engines::State& Engines::state() {
  if (!state_) {
    const std::string uri = connection();
    engines::StateConfig config = engines::default_state_config(engines::libvirt::is_system(uri));
    config.connection = uri;
    state_ = std::make_unique<engines::State>(std::move(config));
  }
  return *state_;
}

engines::Machines& Engines::machines() {
  if (!machines_) {
    machines_ = std::make_unique<engines::Machines>(hypervisor(), block_servers(), state(), disk_images(),
                                                    engines::default_machines_config(state().config()));
  }
  return *machines_;
}

engines::Inventory& Engines::inventory() {
  if (!inventory_) inventory_ = std::make_unique<engines::Inventory>(machines());
  return *inventory_;
}

engines::Switches& Engines::switches() {
  if (switches_) return *switches_;
  engines::Hypervisor& host = hypervisor();
  engines::SwitchPlane& plane =
      switch_plane_ ? *switch_plane_ : static_cast<engines::memory::MemoryHypervisor&>(host).switches();
  switches_ = std::make_unique<engines::Switches>(plane, network(), host);
  return *switches_;
}

engines::HostComputer& Engines::computer() {
  if (!computer_)
    computer_ = uses_memory() ? engines::memory::make_computer() : engines::linux_host::make_computer();
  return *computer_;
}

engines::HostDisks& Engines::disks() {
  if (!disks_) disks_ = uses_memory() ? engines::memory::make_disks() : engines::linux_host::make_disks();
  return *disks_;
}

engines::HostNetwork& Engines::network() {
  if (!network_)
    network_ = uses_memory() ? engines::memory::make_network() : engines::linux_host::make_network();
  return *network_;
}

engines::HostServices& Engines::services() {
  if (!services_)
    services_ = uses_memory() ? engines::memory::make_services() : engines::linux_host::make_services();
  return *services_;
}

int run_internal_mode(int argc, char** argv) {
  if (argc < 2) return -1;
  const std::string_view mode = argv[1];
  if (mode == "--block-server")
    return engines::block::supervise(std::vector<std::string>(argv + 2, argv + argc));
  if (mode == "--resume-after-io-error" && argc == 3) return resume_after_io_error(argv[2]);
  if (mode == "--libvirt-hook") {
    Engines engines;
    return engines::block::run_libvirt_hook(argc - 2, argv + 2, engines.block_servers());
  }
  return -1;
}

}  // namespace hvsh
