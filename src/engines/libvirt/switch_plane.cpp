// Switches as libvirt keeps them.
#include <fmt/format.h>

#include "engines/libvirt/libvirt_hypervisor.h"
#include "engines/libvirt/networks.h"
#include "engines/libvirt/uri.h"

namespace hvsh::engines::libvirt {

class LibvirtSwitches final : public SwitchPlane {
 public:
  explicit LibvirtSwitches(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

  Result<std::vector<SwitchConfig>> list() override {
    return connection_->call<std::vector<SwitchConfig>>(
        "list virtual switches", Patience::ordinary,
        [](Session& session) -> Result<std::vector<SwitchConfig>> {
          HVSH_TRY(const std::vector<Network> networks, read_networks(session));
          std::vector<SwitchConfig> switches;
          for (const Network& network : networks) switches.push_back(network.config);
          return switches;
        });
  }
  Result<SwitchConfig> define(const SwitchConfig& config) override {
    return connection_->call<SwitchConfig>(
        fmt::format("define virtual switch \"{}\"", config.name), Patience::ordinary,
        [config](Session& session) { return define_switch(session, config); });
  }
  Result<void> undefine(const Guid& id) override {
    return connection_->call<void>("remove a virtual switch", Patience::ordinary,
                                   [id](Session& session) { return undefine_switch(session, id); });
  }
  bool is_local() const override { return libvirt::is_local(connection_->uri()); }

 private:
  std::shared_ptr<Connection> connection_;
};

std::unique_ptr<SwitchPlane> make_switch_plane(std::shared_ptr<Connection> connection) {
  return std::make_unique<LibvirtSwitches>(std::move(connection));
}

}  // namespace hvsh::engines::libvirt
