#include "shell/bind/common_parameters.h"

namespace hvsh::shell {

namespace {

using C = CommonParameters;

constexpr Param kCommon[] = {
    param<&C::verbose>("Verbose", {.aliases = {"vb"}}, "Show what the command does in detail."),
    param<&C::debug>("Debug", {.aliases = {"db"}}, "Show messages for the command's author."),
    param<&C::error_action>("ErrorAction", {.aliases = {"ea"}}, "What an error that does not end it does."),
    param<&C::warning_action>("WarningAction", {.aliases = {"wa"}}, "What a warning does."),
    param<&C::information_action>("InformationAction", {.aliases = {"infa"}}, "What information does."),
    param<&C::progress_action>("ProgressAction", {.aliases = {"proga"}}, "What a report of progress does."),
    param<&C::error_variable>("ErrorVariable", {.aliases = {"ev"}}, "Variable that gets the errors."),
    param<&C::warning_variable>("WarningVariable", {.aliases = {"wv"}}, "Variable that gets the warnings."),
    param<&C::information_variable>("InformationVariable", {.aliases = {"iv"}},
                                    "Variable that gets the information."),
    param<&C::out_variable>("OutVariable", {.aliases = {"ov"}}, "Variable that gets the output as well."),
    param<&C::out_buffer>("OutBuffer", {.aliases = {"ob"}, .range = {0, INT32_MAX}},
                          "Objects to keep back before the next command gets them."),
    param<&C::pipeline_variable>("PipelineVariable", {.aliases = {"pv"}},
                                 "Variable that holds the current object for later commands."),
    param<&C::what_if>("WhatIf", {.aliases = {"wi"}}, "Say what would be done, and do nothing."),
    param<&C::confirm>("Confirm", {.aliases = {"cf"}}, "Ask before each change."),
};

}  // namespace

std::span<const Param> CommonParameters::table(bool should_process) {
  return std::span(kCommon).first(std::size(kCommon) - (should_process ? 0 : 2));
}

}  // namespace hvsh::shell
