#pragma once
// The enumerations of a machine's devices and firmware: names and numbers are Windows' own.
#include "core/type_info.h"

namespace hvsh::nouns {

enum class IPProtocolPreference : int32_t { IPv4 = 0, IPv6 = 1 };

enum class ConsoleModeType : int32_t { Default = 0, COM1 = 1, COM2 = 2, None = 3 };

enum class ResolutionType : int32_t { Maximum = 2, Single = 3, Default = 4 };

}  // namespace hvsh::nouns

namespace hvsh {

template <>
struct EnumOf<nouns::IPProtocolPreference> {
  static constexpr EnumMember kMembers[] = {{"IPv4", 0}, {"IPv6", 1}};
  static constexpr EnumInfo info{
      .type = {"Microsoft.HyperV.PowerShell.IPProtocolPreference", "IPProtocolPreference"},
      .members = kMembers};
};

template <>
struct EnumOf<nouns::ConsoleModeType> {
  static constexpr EnumMember kMembers[] = {{"Default", 0}, {"COM1", 1}, {"COM2", 2}, {"None", 3}};
  static constexpr EnumInfo info{.type = {"Microsoft.HyperV.PowerShell.ConsoleModeType", "ConsoleModeType"},
                                 .members = kMembers};
};

template <>
struct EnumOf<nouns::ResolutionType> {
  static constexpr EnumMember kMembers[] = {{"Maximum", 2}, {"Single", 3}, {"Default", 4}};
  static constexpr EnumInfo info{.type = {"Microsoft.HyperV.PowerShell.ResolutionType", "ResolutionType"},
                                 .members = kMembers};
};

}  // namespace hvsh
