#pragma once
// Modules: a scope of its own for a file of functions, and what others see of it.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shell/eval/interpreter.h"

namespace hvsh::shell {

// What Export-ModuleMember named, as patterns. Nullopt: it was not called.
struct Exports {
  std::vector<std::string> functions, variables, aliases;
};

struct Module {
  Module() = default;
  ~Module() {
    if (frame) frame->module = nullptr;
  }
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  std::string name, version = "0.0", path, base, type = "Script", description, author, guid;
  Value private_data;
  Ref<Frame> frame;                // null: built in
  Ref<Frame> importer;             // the scope that got its members
  std::optional<Exports> exports;  // while and after it runs
  // What it gave to the importer, by the names that it has there.
  std::vector<std::string> functions, variables, aliases, cmdlets;
  std::vector<std::shared_ptr<Module>> nested;
};

// What an importer wants of a module: patterns (a null list: all that it exports), and what stands before the
// nouns of its functions.
struct ImportFilter {
  std::optional<std::vector<std::string>> functions, variables, aliases;
  std::string prefix;
};

// Gives the module's members to `to`, as the module's exports and the filter say.
void give_members(Interpreter& interpreter, Module& module, const ImportFilter& filter, Frame& to);
// Takes back what give_members() gave, and forgets the module.
void remove_module(Interpreter& interpreter, const std::shared_ptr<Module>& module);

// Modules of Windows whose cmdlets, as far as there are any, are built in.
bool is_built_in_module(Interpreter& interpreter, std::string_view name);
std::vector<std::string_view> built_in_modules();
std::shared_ptr<Module> built_in_module(Interpreter& interpreter, std::string_view name);
std::string_view module_version(std::string_view name);

// What Get-Module and -PassThru give.
Value module_value(std::shared_ptr<Module> module);
std::shared_ptr<Module> module_cast(const Value& value);  // null: not a module

}  // namespace hvsh::shell
