#pragma once
// Commands as objects: what Get-Command gives, $MyInvocation.MyCommand, and `& $command` takes.
#include <string>
#include <vector>

#include "core/noun.h"
#include "shell/eval/interpreter.h"

namespace hvsh {

// PowerShell's CommandTypes, same names and numbers.
enum class CommandTypes : int32_t {
  Alias = 1,
  Function = 2,
  Filter = 4,
  Cmdlet = 8,
  ExternalScript = 16,
  Application = 32,
  Script = 64,
  Configuration = 256,
  All = 383
};

template <>
struct EnumOf<CommandTypes> {
  static constexpr EnumMember kMembers[] = {{"Alias", 1},   {"Function", 2},        {"Filter", 4},
                                            {"Cmdlet", 8},  {"ExternalScript", 16}, {"Application", 32},
                                            {"Script", 64}, {"Configuration", 256}, {"All", 383}};
  static constexpr EnumInfo info{.type = {"System.Management.Automation.CommandTypes", "CommandTypes"},
                                 .members = kMembers,
                                 .flags = true};
};

namespace shell {

// What all kinds share. A command's parameters are read from its declaration when somebody asks.
struct CommandInfo {
  CommandTypes type = CommandTypes::Cmdlet;
  std::string name, version, source, definition, path;
  const Cmdlet* cmdlet = nullptr;    // of a cmdlet, and of an alias that stands for one
  Ref<ShellScriptBlock> block = {};  // of a function, filter or script
  std::string resolved = {};         // of an alias: the name of the command at the end
  bool is_cmdlet() const { return cmdlet != nullptr && type == CommandTypes::Cmdlet; }

  std::string display() const { return name; }
  std::string verb() const;
  std::string noun_part() const;
  std::string display_name() const;
  std::string definition_text() const;  // of a cmdlet: how it is called
  Value script_block() const;
  Value parameters() const;  // a map, common parameters included; null for programs
  Value parameter_sets() const;
  std::string default_set() const;
  Value output_type() const;
};

// The object for it, of the kind's own type: CmdletInfo, FunctionInfo, AliasInfo ...
Value command_value(CommandInfo info);
// nullptr: not a command.
const CommandInfo* command_cast(const Value& value);

CommandInfo describe_cmdlet(const Cmdlet& cmdlet);
CommandInfo describe_function(Interpreter& interpreter, const Function& function);
CommandInfo describe_alias(Interpreter& interpreter, std::string name, std::string command);
CommandInfo describe_path(CommandTypes type, const std::string& path);
// A block without a name: `& { $MyInvocation.MyCommand }`.
CommandInfo describe_block(Ref<ShellScriptBlock> block);

// One line a parameter set, as Get-Command -Syntax gives it; empty for what has no parameters.
std::string syntax_of(const CommandInfo& info);

}  // namespace shell
}  // namespace hvsh
