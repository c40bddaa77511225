#include "nouns/network_adapter.h"

#include <fmt/format.h>

namespace hvsh::nouns {

std::string upper_guid(const Guid& id) {
  std::string text = id.to_string();
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return text;
}

std::string vlan_list(const std::vector<int32_t>& ids) {
  std::string text;
  for (size_t i = 0; i < ids.size();) {
    size_t last = i;
    while (last + 1 < ids.size() && ids[last + 1] == ids[last] + 1) ++last;
    if (!text.empty()) text += ',';
    text += last == i ? std::to_string(ids[i]) : fmt::format("{}-{}", ids[i], ids[last]);
    i = last + 1;
  }
  return text;
}

std::string VlanSetting::list() const {
  switch (vlan.mode) {
    case VMNetworkAdapterVlanMode::Untagged: return {};
    case VMNetworkAdapterVlanMode::Access: return std::to_string(vlan.access_id);
    case VMNetworkAdapterVlanMode::Trunk: return fmt::format("{},{}", vlan.native_id, allowed_text());
    case VMNetworkAdapterVlanMode::Private: break;
  }
  return fmt::format("{},{}", vlan.primary_id,
                     vlan.secondary_ids.empty() ? std::to_string(vlan.secondary_id) : secondary_text());
}

std::string NetworkAdapter::id() const {
  return fmt::format("Microsoft:{}\\{}", upper_guid(checkpoint_id.is_zero() ? vm_id : checkpoint_id),
                     upper_guid(config.id));
}

std::string InternalNetworkAdapter::id() const {
  return fmt::format("Microsoft:{}\\{}", upper_guid(config.switch_id), upper_guid(config.id));
}

Result<std::vector<std::string>> NetworkAdapter::ip_addresses() const {
  if (!handle) return std::vector<std::string>();
  return handle->addresses(config.mac);
}

// Windows reports what the driver in the guest says; a machine that is off has none.
Result<std::vector<VMNetworkAdapterOperationalStatus>> NetworkAdapter::status() const {
  std::vector<VMNetworkAdapterOperationalStatus> answer;
  if (!handle) return answer;
  HVSH_TRY(const MachineStatus* machine, handle->status());
  if (machine != nullptr && machine->state == VMState::Running) {
    answer.push_back(VMNetworkAdapterOperationalStatus::Ok);
  }
  return answer;
}

Result<std::vector<std::string>> NetworkAdapter::status_texts() const {
  HVSH_TRY(const auto codes, status());
  return codes.empty() ? std::vector<std::string>() : std::vector<std::string>{"OK"};
}

VlanSetting NetworkAdapter::vlan_setting() const {
  return {.vlan = config.vlan, .parent = noun_value(*this), .host = computer_name};
}
VlanSetting InternalNetworkAdapter::vlan_setting() const {
  return {.vlan = config.vlan, .parent = noun_value(*this), .host = computer_name};
}

std::vector<NetworkAdapter> adapters_of(const MachineConfig& config, const MachinePart& owner,
                                        std::shared_ptr<MachineHandle> handle) {
  std::vector<NetworkAdapter> adapters;
  for (const AdapterConfig& from : config.adapters) {
    NetworkAdapter adapter;
    static_cast<MachinePart&>(adapter) = owner;
    adapter.config = from;
    adapter.handle = handle;
    adapters.push_back(std::move(adapter));
  }
  return adapters;
}

namespace {

template <class T, auto kValue>
consteval Prop fixed(std::string_view name, std::string_view help) {
  return prop<&T::template constant<kValue>>(name, help);
}

// From AclList to IsTemplate, as both kinds have them.
template <class T>
consteval auto port_props() {
  using enum VrssQueueSchedulingModeType;
  constexpr auto kNone = VrssVmbusChannelAffinityPolicyType::None;
  return std::array{
      prop<&T::no_items>("AclList", "Rules of the port."),
      prop<&T::no_items>("ExtendedAclList", "Extended rules of the port."),
      prop<&T::none>("IsolationSetting", "How tenants are kept apart."),
      prop<&T::no_items>("RoutingDomainList", "Routing domains of the port."),
      prop<&T::vlan_setting>("VlanSetting", "Its VLANs."),
      prop<&T::none>("BandwidthSetting", "Bandwidth that is kept for it."),
      fixed<T, VMNetworkAdapterIsolationMode::None>("CurrentIsolationMode", "How tenants are kept apart."),
      fixed<T, OnOffState::On>("MacAddressSpoofing", "Whether it may use other hardware addresses."),
      fixed<T, OnOffState::Off>("DhcpGuard", "Whether answers of a DHCP server behind it are dropped."),
      fixed<T, OnOffState::Off>("RouterGuard", "Whether what a router says behind it is dropped."),
      fixed<T, VMNetworkAdapterPortMirroringMode::None>("PortMirroringMode",
                                                        "Whether its traffic is copied."),
      fixed<T, OnOffState::On>("IeeePriorityTag", "Whether priority tags pass."),
      fixed<T, uint32_t{0}>("VirtualSubnetId", "Its virtual subnet."),
      fixed<T, uint32_t{0}>("DynamicIPAddressLimit", "Learned addresses at most; 0: any number."),
      fixed<T, uint32_t{0}>("StormLimit", "Broadcasts a second at most; 0: any number."),
      fixed<T, OnOffState::On>("AllowTeaming", "Whether the guest may team it."),
      fixed<T, OnOffState::Off>("FixSpeed10G", "Whether it claims 10 Gbit/s."),
      fixed<T, uint32_t{0}>("VMQWeight", "Share of the hardware's queues."),
      fixed<T, int64_t{0}>("IPsecOffloadMaxSA", "IPsec associations in hardware."),
      fixed<T, false>("VrssEnabled", "Whether receiving is spread."),
      fixed<T, false>("VrssEnabledRequested", "Whether that was asked for."),
      fixed<T, false>("VmmqEnabled", "Whether it has several hardware queues."),
      fixed<T, false>("VmmqEnabledRequested", "Whether that was asked for."),
      fixed<T, uint32_t{0}>("VrssMaxQueuePairs", "Queue pairs at most."),
      fixed<T, uint32_t{0}>("VrssMaxQueuePairsRequested", "That were asked for."),
      fixed<T, uint32_t{0}>("VrssMinQueuePairs", "Queue pairs at least."),
      fixed<T, uint32_t{0}>("VrssMinQueuePairsRequested", "That were asked for."),
      fixed<T, Dynamic>("VrssQueueSchedulingMode", "How queues are scheduled."),
      fixed<T, Dynamic>("VrssQueueSchedulingModeRequested", "What was asked for."),
      fixed<T, false>("VrssExcludePrimaryProcessor", "Whether processor 0 is left out."),
      fixed<T, false>("VrssExcludePrimaryProcessorRequested", "Whether that was asked for."),
      fixed<T, false>("VrssIndependentHostSpreading", "Whether the host spreads by itself."),
      fixed<T, false>("VrssIndependentHostSpreadingRequested", "Whether that was asked for."),
      fixed<T, kNone>("VrssVmbusChannelAffinityPolicy", "Which processors serve it."),
      fixed<T, kNone>("VrssVmbusChannelAffinityPolicyRequested", "What was asked for."),
      fixed<T, int32_t{0}>("VmqUsage", "Hardware queues that it has."),
      fixed<T, uint32_t{0}>("IPsecOffloadSAUsage", "IPsec associations that it has."),
      fixed<T, false>("VFDataPathActive", "Whether packets go past the switch."),
      prop<&T::none>("VMQueue", "Its hardware queue."),
      fixed<T, uint32_t{0}>("BandwidthPercentage", "Share of the bandwidth that is kept for it."),
      fixed<T, false>("IsTemplate", "Whether it is a pool's default."),
  };
}

constexpr auto kAdapterProps = join(
    std::array{
        fixed<NetworkAdapter, true>("ClusterMonitored", "Whether a cluster would watch it."),
        prop<&NetworkAdapter::mac_address>("MacAddress", "12 hexadecimal digits."),
        fixed<NetworkAdapter, uint32_t{0}>("MediaType", "Ethernet."),
        prop<&NetworkAdapter::is_dynamic>("DynamicMacAddressEnabled", "Whether the host chose its address."),
        fixed<NetworkAdapter, false>("InterruptModeration", "Whether interrupts are held back."),
        fixed<NetworkAdapter, false>("AllowPacketDirect", "Whether packets go past the host."),
        fixed<NetworkAdapter, false>("NumaAwarePlacement", "Whether it is near its hardware."),
        prop<&NetworkAdapter::is_legacy>("IsLegacy", "An emulated adapter."),
        prop<&NetworkAdapter::is_synthetic>("IsSynthetic", "Not an emulated adapter."),
        prop<&NetworkAdapter::ip_addresses>("IPAddresses", "Addresses that the guest uses.",
                                            {.cost = Cost::guest_round_trip}),
        fixed<NetworkAdapter, OnOffState::Off>("DeviceNaming", "Whether the guest is told its name."),
        fixed<NetworkAdapter, uint32_t{0}>("IovWeight", "Share of the hardware's functions."),
        fixed<NetworkAdapter, uint32_t{0}>("IovQueuePairsRequested", "Queue pairs asked of a function."),
        fixed<NetworkAdapter, IovInterruptModerationValue::Default>("IovInterruptModeration",
                                                                    "Interrupts of a function."),
        fixed<NetworkAdapter, uint32_t{0}>("PacketDirectNumProcs", "Processors for direct packets."),
        fixed<NetworkAdapter, uint32_t{0}>("PacketDirectModerationCount", "Packets an interrupt."),
        fixed<NetworkAdapter, uint32_t{0}>("PacketDirectModerationInterval", "Time an interrupt."),
        fixed<NetworkAdapter, uint32_t{0}>("IovQueuePairsAssigned", "Queue pairs of its function."),
        fixed<NetworkAdapter, int32_t{0}>("IovUsage", "Functions that it has."),
        prop<&NetworkAdapter::none>("VirtualFunction", "Its hardware function."),
        prop<&NetworkAdapter::no_items>("MandatoryFeatureId", "Features that a switch must have for it."),
        prop<&NetworkAdapter::no_items>("MandatoryFeatureName", "Their names."),
        prop<&NetworkAdapter::pool_name>("PoolName", "Resource pool."),
        prop<&NetworkAdapter::connected>("Connected", "Whether it is connected to a switch."),
        prop<&NetworkAdapter::switch_name>("SwitchName", "The switch that it is connected to."),
        prop<&NetworkAdapter::adapter_id>("AdapterId", "Its id."),
        prop<&NetworkAdapter::empty_text>("TestReplicaPoolName", "Pool of a test replica."),
        prop<&NetworkAdapter::empty_text>("TestReplicaSwitchName", "Switch of a test replica."),
        prop<&NetworkAdapter::status_texts>("StatusDescription", "How it is, in words."),
        prop<&NetworkAdapter::status>("Status", "How it is."),
        fixed<NetworkAdapter, false>("IsManagementOs", "Whether it belongs to the host."),
        fixed<NetworkAdapter, false>("IsExternalAdapter", "Whether it leads outside."),
        prop<&NetworkAdapter::id>("Id", "Microsoft:<machine>\\<device>."),
        prop<&NetworkAdapter::switch_id>("SwitchId", "Id of the switch that it is connected to."),
    },
    port_props<NetworkAdapter>(), std::array{prop<&NetworkAdapter::name>("Name", "The adapter's name.")},
    machine_part_props<NetworkAdapter>());

constexpr auto kInternalProps = join(
    std::array{
        fixed<InternalNetworkAdapter, true>("IsManagementOs", "Whether it belongs to the host."),
        prop<&InternalNetworkAdapter::mac_address>("MacAddress", "12 hexadecimal digits."),
        prop<&InternalNetworkAdapter::device_id>("DeviceId", "Its id, in braces."),
        prop<&InternalNetworkAdapter::adapter_id>("AdapterId", "Its id."),
        prop<&InternalNetworkAdapter::name>("Name", "The adapter's name."),
        prop<&InternalNetworkAdapter::switch_name>("SwitchName", "The switch that it is connected to."),
        prop<&InternalNetworkAdapter::status_texts>("StatusDescription", "How it is, in words."),
        prop<&InternalNetworkAdapter::status>("Status", "How it is."),
        fixed<InternalNetworkAdapter, false>("IsExternalAdapter", "Whether it leads outside."),
        prop<&InternalNetworkAdapter::id>("Id", "Microsoft:<switch>\\<device>."),
        prop<&InternalNetworkAdapter::switch_id>("SwitchId", "Id of that switch."),
    },
    port_props<InternalNetworkAdapter>(), machine_part_props<InternalNetworkAdapter>());

}  // namespace

constexpr Noun NetworkAdapter::noun{
    .type = {"Microsoft.HyperV.PowerShell.VMNetworkAdapter", "VMNetworkAdapter"},
    .props = kAdapterProps,
    .table = NetworkAdapter::kTable};
constexpr Noun InternalNetworkAdapter::noun{
    .type = {"Microsoft.HyperV.PowerShell.VMInternalNetworkAdapter", "VMInternalNetworkAdapter"},
    .props = kInternalProps,
    .table = InternalNetworkAdapter::kTable};

constexpr Prop VlanSetting::kProps[] = {
    prop<&VlanSetting::mode>("OperationMode", "Untagged, Access, Trunk or Private."),
    prop<&VlanSetting::access_id>("AccessVlanId", "The VLAN of mode Access."),
    prop<&VlanSetting::native_id>("NativeVlanId", "The VLAN of untagged packets of mode Trunk."),
    prop<&VlanSetting::allowed_ids>("AllowedVlanIdList", "The VLANs of mode Trunk."),
    prop<&VlanSetting::allowed_text>("AllowedVlanIdListString", "The same as text."),
    prop<&VlanSetting::private_mode>("PrivateVlanMode", "Isolated, Community or Promiscuous."),
    prop<&VlanSetting::primary_id>("PrimaryVlanId", "The primary VLAN of mode Private."),
    prop<&VlanSetting::secondary_id>("SecondaryVlanId", "The secondary VLAN of mode Private."),
    prop<&VlanSetting::secondary_ids>("SecondaryVlanIdList", "Those of a promiscuous port."),
    prop<&VlanSetting::secondary_text>("SecondaryVlanIdListString", "The same as text."),
    prop<&VlanSetting::parent>("ParentAdapter", "The adapter."),
    prop<&VlanSetting::is_false>("IsTemplate", "Whether it is a pool's default."),
    prop<&VlanSetting::cim_session>("CimSession", "The session through which it was found."),
    prop<&VlanSetting::host>("ComputerName", "The host."),
    prop<&VlanSetting::is_false>("IsDeleted", "Whether it is gone."),
    prop<&VlanSetting::list>("VlanList", "Its VLANs, as the table shows them."),
};
constexpr Noun VlanSetting::noun{
    .type = {"Microsoft.HyperV.PowerShell.VMNetworkAdapterVlanSetting", "VMNetworkAdapterVlanSetting"},
    .props = VlanSetting::kProps,
    .table = VlanSetting::kTable};

}  // namespace hvsh::nouns
