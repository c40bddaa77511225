#pragma once
// The parameters that every cmdlet and advanced function has (-Verbose, -ErrorAction ...): a second table
// that the binder merges with the command's own one.
#include <optional>
#include <span>
#include <string>

#include "core/cmdlet.h"

namespace hvsh {

// PowerShell's ActionPreference, same names and numbers.
enum class ActionPreference : int32_t {
  SilentlyContinue = 0,
  Stop = 1,
  Continue = 2,
  Inquire = 3,
  Ignore = 4,
  Suspend = 5,
  Break = 6,
};

template <>
struct EnumOf<ActionPreference> {
  static constexpr EnumMember kMembers[] = {
      {"SilentlyContinue", 0}, {"Stop", 1},    {"Continue", 2}, {"Inquire", 3},
      {"Ignore", 4},           {"Suspend", 5}, {"Break", 6}};
  static constexpr EnumInfo info{
      .type = {"System.Management.Automation.ActionPreference", "ActionPreference"}, .members = kMembers};
};

// The same names as ConfirmImpact; the numbers are PowerShell's.
enum class ConfirmImpact : int32_t { None = 0, Low = 1, Medium = 2, High = 3 };

template <>
struct EnumOf<ConfirmImpact> {
  static constexpr EnumMember kMembers[] = {{"None", 0}, {"Low", 1}, {"Medium", 2}, {"High", 3}};
  static constexpr EnumInfo info{.type = {"System.Management.Automation.ConfirmImpact", "ConfirmImpact"},
                                 .members = kMembers};
};

namespace shell {

// What was given; nullopt and empty mean "not given".
struct CommonParameters {
  std::optional<Switch> verbose, debug;
  std::optional<ActionPreference> error_action, warning_action, information_action, progress_action;
  std::string error_variable, warning_variable, information_variable, out_variable, pipeline_variable;
  int32_t out_buffer = 0;
  std::optional<Switch> what_if, confirm;

  // -WhatIf and -Confirm come last, so that a command without ShouldProcess gets a shorter span.
  static std::span<const Param> table(bool should_process);
};

}  // namespace shell
}  // namespace hvsh
