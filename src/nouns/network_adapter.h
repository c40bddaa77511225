#pragma once
// Network adapters of machines and of the host, as the Hyper-V module shows them.
//
// What a Linux bridge does to every port has one answer here, and it is what really happens: a guest may use
// any hardware address, nothing stops a DHCP server or router in it, no bandwidth is kept for it.
#include <memory>
#include <string>
#include <vector>

#include "core/join.h"
#include "core/noun.h"
#include "nouns/machine_part.h"

namespace hvsh::nouns {

std::string upper_guid(const Guid& id);
// "1-3,7"
std::string vlan_list(const std::vector<int32_t>& ids);

struct VlanSetting {
  VlanConfig vlan;
  Value parent;  // the adapter
  std::string host = {};

  VMNetworkAdapterVlanMode mode() const { return vlan.mode; }
  int32_t access_id() const { return vlan.access_id; }
  int32_t native_id() const { return vlan.native_id; }
  std::vector<int32_t> allowed_ids() const { return vlan.allowed_ids; }
  std::string allowed_text() const { return vlan_list(vlan.allowed_ids); }
  VMNetworkAdapterPrivateVlanMode private_mode() const { return vlan.private_mode; }
  int32_t primary_id() const { return vlan.primary_id; }
  int32_t secondary_id() const { return vlan.secondary_id; }
  std::vector<int32_t> secondary_ids() const { return vlan.secondary_ids; }
  std::string secondary_text() const { return vlan_list(vlan.secondary_ids); }
  std::string list() const;  // the VlanList column
  bool is_false() const { return false; }
  std::string cim_session() const { return "CimSession: ."; }

  static const Prop kProps[];
  static constexpr Column kTable[] = {{"ParentAdapter.VMName", "VMName"},
                                      {"ParentAdapter.Name", "VMNetworkAdapterName"},
                                      {"OperationMode", "Mode"},
                                      {"VlanList"}};
  static const Noun noun;
};

// What both kinds of adapters have.
struct AnyNetworkAdapter : MachinePart {
  AdapterConfig config;

  std::string name() const { return config.name; }
  std::string mac_address() const { return config.mac; }
  std::string switch_name() const { return config.switch_name; }
  std::optional<Guid> switch_id() const {
    return config.switch_id.is_zero() ? std::nullopt : std::optional(config.switch_id);
  }
  std::string adapter_id() const { return upper_guid(config.id); }
  std::string display() const { return config.name; }

  // What has one answer for every adapter here.
  template <auto kValue>
  auto constant() const {
    return kValue;
  }
  std::string empty_text() const { return {}; }
  std::optional<Value> none() const { return {}; }
  std::vector<Value> no_items() const { return {}; }
};

struct NetworkAdapter : AnyNetworkAdapter {
  std::shared_ptr<MachineHandle> handle;  // none for an adapter of a checkpoint

  bool connected() const { return !config.switch_name.empty(); }
  bool is_dynamic() const { return !config.static_mac; }
  bool is_legacy() const { return config.legacy; }
  bool is_synthetic() const { return !config.legacy; }
  std::string id() const;
  std::string pool_name() const { return "Primordial"; }
  Result<std::vector<std::string>> ip_addresses() const;
  Result<std::vector<VMNetworkAdapterOperationalStatus>> status() const;
  Result<std::vector<std::string>> status_texts() const;
  VlanSetting vlan_setting() const;

  static constexpr Column kTable[] = {{"Name"},       {"IsManagementOs"}, {"VMName"},     {"SwitchName"},
                                      {"MacAddress"}, {"Status"},         {"IPAddresses"}};
  static const Noun noun;
};

// An adapter of the host on a switch.
struct InternalNetworkAdapter : AnyNetworkAdapter {
  std::string id() const;
  std::string device_id() const { return "{" + upper_guid(config.id) + "}"; }
  std::vector<VMNetworkAdapterOperationalStatus> status() const {
    return {VMNetworkAdapterOperationalStatus::Ok};
  }
  std::vector<std::string> status_texts() const { return {"OK"}; }
  VlanSetting vlan_setting() const;

  static constexpr Column kTable[] = {{"Name"},       {"IsManagementOs"}, {"VMName"},     {"SwitchName"},
                                      {"MacAddress"}, {"Status"},         {"IPAddresses"}};
  static const Noun noun;
};

inline constexpr TypeInfo kAdapterBaseType{"Microsoft.HyperV.PowerShell.VMNetworkAdapterBase",
                                           "VMNetworkAdapterBase"};

std::vector<NetworkAdapter> adapters_of(const MachineConfig& config, const MachinePart& owner,
                                        std::shared_ptr<MachineHandle> handle);

}  // namespace hvsh::nouns
