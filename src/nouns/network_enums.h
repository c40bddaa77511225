#pragma once
// Enumerations of virtual switches and network adapters: names and numbers are Windows' own.
#include "core/type_info.h"

namespace hvsh::nouns {

enum class VMSwitchType : int32_t { Private = 0, Internal = 1, External = 2 };

enum class VMSwitchBandwidthMode : int32_t { Default = 0, Weight = 1, Absolute = 2, None = 3 };

enum class VMSwitchExtensionType : int32_t {
  Unknown = 0,
  Capture = 1,
  Filter = 2,
  Forwarding = 3,
  Monitoring = 4,
  Native = 5
};

enum class VMNetworkAdapterVlanMode : int32_t { Untagged = 0, Access = 1, Trunk = 2, Private = 3 };

enum class VMNetworkAdapterPrivateVlanMode : int32_t { Isolated = 1, Community = 2, Promiscuous = 3 };

enum class VMNetworkAdapterIsolationMode : int32_t {
  None = 0,
  NativeVirtualSubnet = 1,
  ExternalVirtualSubnet = 2,
  Vlan = 3
};

enum class VMNetworkAdapterPortMirroringMode : int32_t { None = 0, Destination = 1, Source = 2 };

enum class IovInterruptModerationValue : int32_t {
  Default = 0,
  Adaptive = 1,
  Off = 2,
  Low = 100,
  Medium = 200,
  High = 300
};

enum class VrssQueueSchedulingModeType : int32_t { Dynamic = 0, StaticVmq = 1, StaticVrss = 2 };

enum class VrssVmbusChannelAffinityPolicyType : int32_t { None = 1, Weak = 2, Strong = 3, Strict = 4 };

}  // namespace hvsh::nouns

namespace hvsh {

template <>
struct EnumOf<nouns::VMSwitchType> {
  static constexpr EnumMember kMembers[] = {{"Private", 0}, {"Internal", 1}, {"External", 2}};
  static constexpr EnumInfo info{.type = {"Microsoft.HyperV.PowerShell.VMSwitchType", "VMSwitchType"},
                                 .members = kMembers};
};

template <>
struct EnumOf<nouns::VMSwitchBandwidthMode> {
  static constexpr EnumMember kMembers[] = {{"Default", 0}, {"Weight", 1}, {"Absolute", 2}, {"None", 3}};
  static constexpr EnumInfo info{
      .type = {"Microsoft.HyperV.PowerShell.VMSwitchBandwidthMode", "VMSwitchBandwidthMode"},
      .members = kMembers};
};

template <>
struct EnumOf<nouns::VMSwitchExtensionType> {
  static constexpr EnumMember kMembers[] = {{"Unknown", 0},    {"Capture", 1},    {"Filter", 2},
                                            {"Forwarding", 3}, {"Monitoring", 4}, {"Native", 5}};
  static constexpr EnumInfo info{
      .type = {"Microsoft.HyperV.PowerShell.VMSwitchExtensionType", "VMSwitchExtensionType"},
      .members = kMembers};
};

template <>
struct EnumOf<nouns::VMNetworkAdapterVlanMode> {
  static constexpr EnumMember kMembers[] = {{"Untagged", 0}, {"Access", 1}, {"Trunk", 2}, {"Private", 3}};
  static constexpr EnumInfo info{
      .type = {"Microsoft.HyperV.PowerShell.VMNetworkAdapterVlanMode", "VMNetworkAdapterVlanMode"},
      .members = kMembers};
};

template <>
struct EnumOf<nouns::VMNetworkAdapterPrivateVlanMode> {
  static constexpr EnumMember kMembers[] = {{"Isolated", 1}, {"Community", 2}, {"Promiscuous", 3}};
  static constexpr EnumInfo info{.type = {"Microsoft.HyperV.PowerShell.VMNetworkAdapterPrivateVlanMode",
                                          "VMNetworkAdapterPrivateVlanMode"},
                                 .members = kMembers};
};

template <>
struct EnumOf<nouns::VMNetworkAdapterIsolationMode> {
  static constexpr EnumMember kMembers[] = {
      {"None", 0}, {"NativeVirtualSubnet", 1}, {"ExternalVirtualSubnet", 2}, {"Vlan", 3}};
  static constexpr EnumInfo info{
      .type = {"Microsoft.HyperV.PowerShell.VMNetworkAdapterIsolationMode", "VMNetworkAdapterIsolationMode"},
      .members = kMembers};
};

template <>
struct EnumOf<nouns::VMNetworkAdapterPortMirroringMode> {
  static constexpr EnumMember kMembers[] = {{"None", 0}, {"Destination", 1}, {"Source", 2}};
  static constexpr EnumInfo info{.type = {"Microsoft.HyperV.PowerShell.VMNetworkAdapterPortMirroringMode",
                                          "VMNetworkAdapterPortMirroringMode"},
                                 .members = kMembers};
};

template <>
struct EnumOf<nouns::IovInterruptModerationValue> {
  static constexpr EnumMember kMembers[] = {{"Default", 0}, {"Adaptive", 1}, {"Off", 2},
                                            {"Low", 100},   {"Medium", 200}, {"High", 300}};
  static constexpr EnumInfo info{
      .type = {"Microsoft.HyperV.PowerShell.IovInterruptModerationValue", "IovInterruptModerationValue"},
      .members = kMembers};
};

template <>
struct EnumOf<nouns::VrssQueueSchedulingModeType> {
  static constexpr EnumMember kMembers[] = {{"Dynamic", 0}, {"StaticVmq", 1}, {"StaticVrss", 2}};
  static constexpr EnumInfo info{
      .type = {"Microsoft.HyperV.PowerShell.VrssQueueSchedulingModeType", "VrssQueueSchedulingModeType"},
      .members = kMembers};
};

template <>
struct EnumOf<nouns::VrssVmbusChannelAffinityPolicyType> {
  static constexpr EnumMember kMembers[] = {{"None", 1}, {"Weak", 2}, {"Strong", 3}, {"Strict", 4}};
  static constexpr EnumInfo info{.type = {"Microsoft.HyperV.PowerShell.VrssVmbusChannelAffinityPolicyType",
                                          "VrssVmbusChannelAffinityPolicyType"},
                                 .members = kMembers};
};

}  // namespace hvsh
