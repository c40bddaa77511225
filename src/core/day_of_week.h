#pragma once
// The enumerations that DateTime's properties give.
#include "core/type_info.h"

namespace hvsh {

enum class DayOfWeek { Sunday, Monday, Tuesday, Wednesday, Thursday, Friday, Saturday };
enum class DateTimeKind { Unspecified, Utc, Local };

template <>
struct EnumOf<DayOfWeek> {
  static constexpr EnumMember kMembers[] = {{"Sunday", 0},   {"Monday", 1}, {"Tuesday", 2}, {"Wednesday", 3},
                                            {"Thursday", 4}, {"Friday", 5}, {"Saturday", 6}};
  static constexpr EnumInfo info{.type = {"System.DayOfWeek", "DayOfWeek"}, .members = kMembers};
};
template <>
struct EnumOf<DateTimeKind> {
  static constexpr EnumMember kMembers[] = {{"Unspecified", 0}, {"Utc", 1}, {"Local", 2}};
  static constexpr EnumInfo info{.type = {"System.DateTimeKind", "DateTimeKind"}, .members = kMembers};
};

}  // namespace hvsh
