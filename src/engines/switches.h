#pragma once
// Virtual switches: what the switch cmdlets do to the world.
//
// A switch is a bridge of the host. What its type says is what is plugged in: nothing of the host's
// (Private), adapters of the host itself (Internal), the host's way outside (External). Behind SwitchPlane
// stands who keeps switches: libvirt's networks (engines/libvirt), or the in-memory twin of the tests.
//
// Each operation changes the plane first, then the host's ports, which can be made again at any time; when
// one of them fails, a switch that was being made is taken away again.
//
// Errors: InvalidParameter (no such switch, a wrong name), SwitchExists, InvalidOperation (cannot be done
// with this switch on this host, and why), AccessDenied. Not thread-safe.
#include <optional>
#include <string>
#include <vector>

#include "core/guid.h"
#include "core/result.h"
#include "engines/host_network.h"
#include "engines/hypervisor.h"
#include "nouns/machine_model.h"

namespace hvsh::engines {

using nouns::AdapterConfig;
using nouns::SwitchConfig;

class SwitchPlane {
 public:
  virtual ~SwitchPlane() = default;
  // Sorted by name. Switches that somebody else made are among them (SwitchConfig::is_foreign).
  virtual Result<std::vector<SwitchConfig>> list() = 0;
  // Makes the switch of that id, or gives the one that is there its new settings; who is connected stays so.
  // The answer has what the plane chose: the bridge.
  virtual Result<SwitchConfig> define(const SwitchConfig& config) = 0;
  virtual Result<void> undefine(const Guid& id) = 0;
  // Whether this program acts on the host that the switches are on.
  virtual bool is_local() const = 0;
};

struct NewSwitch {
  std::string name;
  nouns::VMSwitchType type = nouns::VMSwitchType::Private;
  std::string uplink = {};  // of type External: the host's adapter or bridge, by name
  bool allow_management_os = true;
  std::string notes = {};
};

// Only what is set is changed.
struct SwitchEdit {
  std::optional<std::string> name = {};
  std::optional<std::string> notes = {};
  std::optional<nouns::VMSwitchType> type = {};
  std::optional<std::string> uplink = {};
  std::optional<bool> allow_management_os = {};
};

class Switches {
 public:
  Switches(SwitchPlane& plane, HostNetwork& network, Hypervisor& hypervisor)
      : plane_(plane), network_(network), hypervisor_(hypervisor) {}

  Result<std::vector<SwitchConfig>> list() { return plane_.list(); }
  Result<SwitchConfig> get(const Guid& id);
  Result<SwitchConfig> get(const std::string& name);

  Result<SwitchConfig> create(const NewSwitch& wanted);
  Result<SwitchConfig> edit(const Guid& id, const SwitchEdit& edit);
  // No machine is connected to it.
  Result<void> remove(const Guid& id);

  // Adapters of the host itself. `adapter` names the switch by switch_id.
  Result<AdapterConfig> add_host_adapter(AdapterConfig adapter);
  Result<AdapterConfig> set_host_adapter(const AdapterConfig& adapter);
  Result<void> remove_host_adapter(const AdapterConfig& adapter);

 private:
  struct Host {
    std::vector<HostAdapter> adapters;
    std::vector<HostAddress> addresses;
    const HostAdapter* find(const std::string& name) const;
    bool has_address(const std::string& adapter) const;
  };
  Result<Host> look_at_host();
  Result<void> check_name(const std::string& name, const Guid& self);
  Result<void> check_unused(const SwitchConfig& config);
  Result<void> check_changeable(const SwitchConfig& config, std::string_view action);
  Result<void> set_uplink(SwitchConfig& config, const std::string& uplink, std::string_view action);
  Result<void> set_management(SwitchConfig& config, bool wanted, std::string_view action);
  Result<AdapterConfig> new_host_adapter(const SwitchConfig& config, const std::string& name);
  Result<void> check_host_name(const std::string& name, const Guid& self);
  // Makes the host's ports what they were not `before`.
  Result<void> plug(const SwitchConfig& before, const SwitchConfig& now);

  SwitchPlane& plane_;
  HostNetwork& network_;
  Hypervisor& hypervisor_;
};

// The host's name of an adapter of its own on a switch: vEthernet (Lab).
std::string host_adapter_name(const AdapterConfig& adapter);
// Whether the host itself can use the switch.
bool allows_management_os(const SwitchConfig& config);

}  // namespace hvsh::engines
