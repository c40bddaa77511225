#pragma once
// Names as small numbers. Variables, functions and aliases compare without regard to case, so every spelling
// of a name has one symbol. A table belongs to one interpreter; symbols are never freed.
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace hvsh::shell {

using Symbol = uint32_t;  // 0: none

// Names that the evaluator itself knows; interned first, in this order.
enum WellKnown : Symbol {
  kSymNone = 0,
// One a line, so not as clang-format would have it.
// clang-format off
#define HVSH_WELL_KNOWN(X) \
  X(Underscore, "_") \
  X(Args, "args") \
  X(Input, "input") \
  X(True, "true") \
  X(False, "false") \
  X(Null, "null") \
  X(Question, "?") \
  X(Caret, "^") \
  X(Dollar, "$") \
  X(PSItem, "PSItem") \
  X(This, "this") \
  X(Error, "Error") \
  X(LastExitCode, "LASTEXITCODE") \
  X(Pwd, "PWD") \
  X(Home, "HOME") \
  X(Pid, "PID") \
  X(Host, "Host") \
  X(PSVersionTable, "PSVersionTable") \
  X(PSScriptRoot, "PSScriptRoot") \
  X(PSCommandPath, "PSCommandPath") \
  X(MyInvocation, "MyInvocation") \
  X(PSBoundParameters, "PSBoundParameters") \
  X(PSCmdlet, "PSCmdlet") \
  X(IsLinux, "IsLinux") \
  X(IsWindows, "IsWindows") \
  X(IsMacOS, "IsMacOS") \
  X(IsCoreCLR, "IsCoreCLR") \
  X(PSEdition, "PSEdition") \
  X(PSHome, "PSHOME") \
  X(PSCulture, "PSCulture") \
  X(PSUICulture, "PSUICulture") \
  X(ShellId, "ShellId") \
  X(ExecutionContext, "ExecutionContext") \
  X(Profile, "PROFILE") \
  X(NestedPromptLevel, "NestedPromptLevel") \
  X(Matches, "Matches") \
  X(Ofs, "OFS") \
  X(Foreach, "foreach") \
  X(Switch, "switch") \
  X(ErrorActionPreference, "ErrorActionPreference") \
  X(WarningPreference, "WarningPreference") \
  X(VerbosePreference, "VerbosePreference") \
  X(DebugPreference, "DebugPreference") \
  X(InformationPreference, "InformationPreference") \
  X(ProgressPreference, "ProgressPreference") \
  X(ConfirmPreference, "ConfirmPreference") \
  X(WhatIfPreference, "WhatIfPreference") \
  X(PSDefaultParameterValues, "PSDefaultParameterValues") \
  X(PSStyle, "PSStyle") \
  X(NativeErrorAction, "PSNativeCommandUseErrorActionPreference") \
  X(OutputEncoding, "OutputEncoding") \
  X(FormatEnumerationLimit, "FormatEnumerationLimit") \
  X(MaximumHistoryCount, "MaximumHistoryCount") \
  X(EnabledExperimentalFeatures, "EnabledExperimentalFeatures") \
  X(StackTrace, "StackTrace")
// clang-format on
#define HVSH_SYMBOL_LINE(id, text) kSym##id,
  HVSH_WELL_KNOWN(HVSH_SYMBOL_LINE)
#undef HVSH_SYMBOL_LINE
      kSymFirstFree
};

class Symbols {
 public:
  Symbols();
  Symbol intern(std::string_view name);
  Symbol find(std::string_view name) const;                              // 0: nobody used the name yet
  std::string_view name(Symbol symbol) const { return names_[symbol]; }  // as it was spelled first

 private:
  size_t slot_of(std::string_view name) const;
  void grow();
  std::deque<std::string> names_;
  std::vector<Symbol> table_;  // open addressing, a power of two
};

}  // namespace hvsh::shell
