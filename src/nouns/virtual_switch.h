#pragma once
// Microsoft.HyperV.PowerShell.VMSwitch and its extensions.
#include <string>
#include <vector>

#include "core/noun.h"
#include "nouns/machine_model.h"

namespace hvsh::nouns {

struct SwitchExtension {
  std::string id, name, switch_name;

  static const Noun noun;
  static const Prop kProps[];
};

struct VirtualSwitch {
  SwitchConfig config;
  std::string uplink_description;  // as Get-NetAdapter has it
  std::string computer_name;

  std::string name() const { return config.name; }
  Guid id() const { return config.id; }
  std::string notes() const { return config.notes; }
  VMSwitchType type() const { return config.type; }
  bool allows_management_os() const { return !config.host_adapters.empty(); }
  std::vector<std::string> uplink_descriptions() const {
    return config.uplink.empty() ? std::vector<std::string>() : std::vector{uplink_description};
  }
  // What has one answer for every switch here: a Linux bridge reserves no bandwidth and has no hardware.
  template <auto kValue>
  auto constant() const {
    return kValue;
  }
  std::vector<SwitchExtension> extensions() const { return {}; }
  std::vector<Guid> no_ids() const { return {}; }
  std::vector<std::string> reasons() const { return {"Linux bridges hand no hardware to virtual machines."}; }
  std::string cim_session() const { return "CimSession: ."; }
  std::string display() const;

  static const Prop kProps[];
  static constexpr Column kTable[] = {{"Name"}, {"SwitchType"}, {"NetAdapterInterfaceDescription"}};
  static const Noun noun;
};

}  // namespace hvsh::nouns
