#pragma once
// Modules as files: where they are looked for, .psm1 scripts and .psd1 manifests.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shell/eval/modules.h"

namespace hvsh::shell {

// A path rather than a name to look for.
bool is_module_path(std::string_view name);
// Folders of $env:PSModulePath, or the default ones, and those that came with the program.
std::vector<std::string> module_folders();
// A file, a folder with a file of its name in it, or a name below one of module_folders().
Result<std::string> find_module_file(Interpreter& interpreter, const std::string& name);
std::vector<std::string> available_module_files();
// Imports the module whose manifest names the command, if there is one. The manifests are read once.
bool import_module_of(Interpreter& interpreter, std::string_view command);
Error module_not_found(const std::string& name, const std::string& version);

// Fills `module` from the file and runs it. `out` gets what its code writes. Its members are not given to
// anybody.
Flow load_module_file(Interpreter& interpreter, const std::string& path, std::span<const Value> arguments,
                      Module& module, const std::shared_ptr<Module>& shared, Sink& out);
// Name, version and the names that it exports, without running it.
void module_header(Interpreter& interpreter, const std::string& path, Module& module);

// -AsCustomObject: an object whose methods are the module's functions.
Value module_object(const Module& module);

}  // namespace hvsh::shell
