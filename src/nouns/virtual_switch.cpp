#include "nouns/virtual_switch.h"

#include <fmt/format.h>

namespace hvsh::nouns {

std::string VirtualSwitch::display() const {
  return fmt::format("VMSwitch (Name = '{}') [Id = '{}']", config.name, config.id.to_string());
}

namespace {

template <auto kValue>
consteval Prop fixed(std::string_view name, std::string_view help) {
  return prop<&VirtualSwitch::constant<kValue>>(name, help);
}

constexpr auto kDynamic = VrssQueueSchedulingModeType::Dynamic;

}  // namespace

constexpr Prop SwitchExtension::kProps[] = {
    prop<&SwitchExtension::id>("Id", "Its id."),
    prop<&SwitchExtension::name>("Name", "Its name."),
    prop<&SwitchExtension::switch_name>("SwitchName", "The switch that it works in."),
};
constexpr Noun SwitchExtension::noun{
    .type = {"Microsoft.HyperV.PowerShell.VMSwitchExtension", "VMSwitchExtension"},
    .props = SwitchExtension::kProps};

constexpr Prop VirtualSwitch::kProps[] = {
    prop<&VirtualSwitch::name>("Name", "Its name."),
    prop<&VirtualSwitch::id>("Id", "Its id."),
    prop<&VirtualSwitch::notes>("Notes", "The administrator's notes."),
    prop<&VirtualSwitch::extensions>("Extensions", "What works in it."),
    fixed<VMSwitchBandwidthMode::None>("BandwidthReservationMode", "How bandwidth is kept for adapters."),
    fixed<false>("PacketDirectEnabled", "Whether packets go past the host."),
    fixed<false>("EmbeddedTeamingEnabled", "Whether it teams adapters of the host."),
    fixed<false>("IovEnabled", "Whether machines get hardware functions."),
    prop<&VirtualSwitch::type>("SwitchType", "Private, Internal or External."),
    prop<&VirtualSwitch::allows_management_os>("AllowManagementOS", "Whether the host itself is on it."),
    prop<&VirtualSwitch::uplink_description>("NetAdapterInterfaceDescription",
                                             "The adapter that leads outside."),
    prop<&VirtualSwitch::uplink_descriptions>("NetAdapterInterfaceDescriptions", "All of them."),
    prop<&VirtualSwitch::no_ids>("NetAdapterInterfaceGuid", "Their ids."),
    fixed<false>("IovSupport", "Whether hardware functions can be had."),
    prop<&VirtualSwitch::reasons>("IovSupportReasons", "Why not."),
    fixed<0u>("AvailableIPSecSA", "IPsec associations in hardware."),
    fixed<0u>("NumberIPSecSAAllocated", "Those in use."),
    fixed<0u>("AvailableVMQueues", "Hardware queues."),
    fixed<0u>("NumberVmqAllocated", "Those in use."),
    fixed<0u>("IovQueuePairCount", "Queue pairs of functions."),
    fixed<0u>("IovQueuePairsInUse", "Those in use."),
    fixed<0u>("IovVirtualFunctionCount", "Hardware functions."),
    fixed<0u>("IovVirtualFunctionsInUse", "Those in use."),
    fixed<false>("PacketDirectInUse", "Whether packets go past the host."),
    fixed<false>("DefaultQueueVrssEnabledRequested", "Whether receiving was to be spread."),
    fixed<false>("DefaultQueueVrssEnabled", "Whether receiving is spread."),
    fixed<false>("DefaultQueueVmmqEnabledRequested", "Whether several queues were asked for."),
    fixed<false>("DefaultQueueVmmqEnabled", "Whether there are several queues."),
    fixed<0u>("DefaultQueueVrssMaxQueuePairsRequested", "Queue pairs at most that were asked for."),
    fixed<0u>("DefaultQueueVrssMaxQueuePairs", "Queue pairs at most."),
    fixed<0u>("DefaultQueueVrssMinQueuePairsRequested", "Queue pairs at least that were asked for."),
    fixed<0u>("DefaultQueueVrssMinQueuePairs", "Queue pairs at least."),
    fixed<kDynamic>("DefaultQueueVrssQueueSchedulingModeRequested", "How queues were to be scheduled."),
    fixed<kDynamic>("DefaultQueueVrssQueueSchedulingMode", "How queues are scheduled."),
    fixed<false>("DefaultQueueVrssExcludePrimaryProcessorRequested", "Whether to leave out processor 0."),
    fixed<false>("DefaultQueueVrssExcludePrimaryProcessor", "Whether processor 0 is left out."),
    fixed<false>("SoftwareRscEnabled", "Whether packets are joined on their way in."),
    fixed<0u>("BandwidthPercentage", "Share of the bandwidth that is kept."),
    fixed<uint64_t{0}>("DefaultFlowMinimumBandwidthAbsolute", "Bits a second kept for the rest."),
    fixed<uint64_t{0}>("DefaultFlowMinimumBandwidthWeight", "Weight of the rest."),
    prop<&VirtualSwitch::cim_session>("CimSession", "The session through which it was found."),
    prop<&VirtualSwitch::computer_name>("ComputerName", "The host."),
    fixed<false>("IsDeleted", "Whether it is gone."),
};
constexpr Noun VirtualSwitch::noun{.type = {"Microsoft.HyperV.PowerShell.VMSwitch", "VMSwitch"},
                                   .props = VirtualSwitch::kProps,
                                   .table = VirtualSwitch::kTable};

}  // namespace hvsh::nouns
