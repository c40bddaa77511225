#include "shell/eval/module_files.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <unordered_map>

#include "core/text.h"
#include "shell/cmdlets/name_patterns.h"
#include "shell/eval/environment.h"
#include "shell/eval/requirements.h"

namespace hvsh::shell {

namespace {

constexpr int kMostNesting = 10;  // as in PowerShell
constexpr std::string_view kExtensions[] = {".psd1", ".psm1", ".ps1"};

bool is_file(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

bool has_extension(std::string_view path, std::string_view extension) {
  return path.size() > extension.size() &&
         equal_names(path.substr(path.size() - extension.size()), extension);
}

std::string stem_of(const std::string& path) {
  std::string stem = path.substr(path.rfind('/') + 1);
  for (std::string_view extension : kExtensions) {
    if (has_extension(stem, extension)) stem.resize(stem.size() - extension.size());
  }
  return stem;
}

// The file that a path without extension, or a folder, stands for. A folder may hold folders of versions.
std::string file_at(const std::string& base) {
  if (is_file(base)) return base;
  const std::string leaf = base.substr(base.rfind('/') + 1);
  for (std::string_view extension : kExtensions) {
    if (is_file(fmt::format("{}{}", base, extension))) return fmt::format("{}{}", base, extension);
    if (is_file(fmt::format("{}/{}{}", base, leaf, extension)))
      return fmt::format("{}/{}{}", base, leaf, extension);
  }
  std::optional<Version> newest;
  std::string found;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(base, failed)) {
    const auto version = Version::parse(entry.path().filename().string());
    if (!version || (newest && *version < *newest)) continue;
    for (std::string_view extension : kExtensions) {
      const std::string candidate = fmt::format("{}/{}{}", entry.path().string(), leaf, extension);
      if (!is_file(candidate)) continue;
      newest = version;
      found = candidate;
      break;
    }
  }
  return found;
}

Result<Value> read_manifest(Interpreter& interpreter, const std::string& path) {
  HVSH_TRY(auto source, interpreter.load_file(path));
  auto block = make<ShellScriptBlock>(source, *source->parsed.root);
  CollectSink sink;
  if (interpreter.call_block(*block, {}, Value::nothing(), ScopeMode::child, sink) == Flow::stopped) {
    const Ref<ErrorRecordObject> record = std::exchange(interpreter.pending(), {}).error;
    if (record) return record->error;
  }
  Value manifest = sink.take_value();
  if (manifest.as<MapObject>() == nullptr) {
    return Error{
        .id = "Modules_InvalidManifest",
        .category = ErrorCategory::ResourceUnavailable,
        .message = fmt::format("The module manifest '{}' could not be processed because it is not a valid "
                               "PowerShell module manifest file. It must hold one hash table.",
                               path),
        .target = path};
  }
  return manifest;
}

std::vector<std::string> texts_of(const Value* value) {
  std::vector<std::string> texts;
  if (value == nullptr) return texts;
  for (const Value& item : to_items(*value)) {
    // @{ ModuleName = 'x'; ModuleVersion = '1.0' }
    const auto* map = item.as<MapObject>();
    const Value* name = map != nullptr ? map->find("ModuleName") : nullptr;
    texts.push_back(to_string(name != nullptr ? *name : item));
  }
  return texts;
}

std::string text_of(const MapObject& map, std::string_view key) {
  const Value* value = map.find(key);
  return value == nullptr || value->is_null() ? std::string() : to_string(*value);
}

void take_header(const MapObject& map, Module& module) {
  if (const std::string version = text_of(map, "ModuleVersion"); !version.empty()) module.version = version;
  module.description = text_of(map, "Description");
  module.author = text_of(map, "Author");
  module.guid = text_of(map, "GUID");
  if (const Value* data = map.find("PrivateData")) module.private_data = *data;
  module.type = "Manifest";
}

// Narrows what a module exports to what its manifest lists. '*' and an absent key leave it as it is.
void narrow(std::vector<std::string>& patterns, const MapObject& map, std::string_view key) {
  const Value* listed = map.find(key);
  if (listed == nullptr) return;
  const std::vector<std::string> names = texts_of(listed);
  const bool all =
      std::any_of(names.begin(), names.end(), [](const std::string& name) { return name == "*"; });
  if (!all) patterns = names;
}

class ManifestLoader {
 public:
  ManifestLoader(Interpreter& interpreter, const std::string& path, const std::shared_ptr<Module>& module,
                 Sink& out)
      : interpreter_(interpreter), path_(path), folder_(folder_of(path)), module_(module), out_(out) {}

  Flow load(const MapObject& map, std::span<const Value> arguments);

 private:
  Flow nested(const std::string& name);
  Flow required(const MapObject& map);
  std::string beside(const std::string& name) const { return file_at(folder_ + "/" + name); }

  Interpreter& interpreter_;
  const std::string& path_;
  std::string folder_;
  const std::shared_ptr<Module>& module_;
  Sink& out_;
};

Flow ManifestLoader::required(const MapObject& map) {
  for (const std::string& name : texts_of(map.find("RequiredModules"))) {
    if (is_built_in_module(interpreter_, name)) continue;
    const Argument arguments[] = {{.value = Value::string(name)}};
    if (interpreter_.run_command("Import-Module", arguments, out_) == Flow::stopped) return Flow::stopped;
  }
  for (const std::string& name : texts_of(map.find("ScriptsToProcess"))) {
    auto source = interpreter_.load_file(folder_ + "/" + name);
    if (!source) return interpreter_.raise(source.take_error(), {});
    if (interpreter_.run_script(*source, {}, out_, ScopeMode::caller) == Flow::stopped) return Flow::stopped;
  }
  return Flow::more;
}

Flow ManifestLoader::nested(const std::string& name) {
  if (is_built_in_module(interpreter_, name)) return Flow::more;
  const std::string file = beside(name);
  if (file.empty()) return interpreter_.raise(module_not_found(name, {}), {});
  auto inner = std::make_shared<Module>();
  if (load_module_file(interpreter_, file, {}, *inner, inner, out_) == Flow::stopped) return Flow::stopped;
  give_members(interpreter_, *inner, {}, *module_->frame);
  module_->nested.push_back(inner);
  return Flow::more;
}

Flow ManifestLoader::load(const MapObject& map, std::span<const Value> arguments) {
  if (required(map) == Flow::stopped) return Flow::stopped;
  std::string root = text_of(map, "RootModule");
  if (root.empty()) root = text_of(map, "ModuleToProcess");
  std::string file = root.empty() ? std::string() : beside(root);
  if (!root.empty() && file.empty()) {
    Error error = module_not_found(root, {});
    error.message = fmt::format(
        "The module to process '{}', listed in field 'RootModule' of module manifest '{}' was "
        "not processed because no valid module was found in any module directory.",
        root, path_);
    error.id = "Modules_ModuleFileNotFound";
    return interpreter_.raise(std::move(error), {});
  }
  auto source = file.empty() ? interpreter_.load("", path_) : interpreter_.load_file(file);
  if (!source) return interpreter_.raise(source.take_error(), {});
  if (meet_requirements(interpreter_, **source) == Flow::stopped) return Flow::stopped;
  auto block = make<ShellScriptBlock>(*source, *(*source)->parsed.root);
  if (interpreter_.open_module(module_, *block) == Flow::stopped) return Flow::stopped;
  for (const std::string& name : texts_of(map.find("NestedModules"))) {
    if (nested(name) == Flow::stopped) return Flow::stopped;
  }
  if (!file.empty()) module_->type = "Script";
  if (interpreter_.run_module(module_, block, arguments, out_) == Flow::stopped) return Flow::stopped;
  if (!module_->exports) module_->exports = Exports{.functions = {"*"}, .variables = {}, .aliases = {"*"}};
  // What the manifest lists must be exported by the code as well; a list of the code's own is narrowed.
  narrow(module_->exports->functions, map, "FunctionsToExport");
  narrow(module_->exports->aliases, map, "AliasesToExport");
  narrow(module_->exports->variables, map, "VariablesToExport");
  return Flow::more;
}

}  // namespace

bool is_module_path(std::string_view name) {
  if (name.find_first_of("/\\") != std::string_view::npos) return true;
  return std::any_of(std::begin(kExtensions), std::end(kExtensions),
                     [&](std::string_view extension) { return has_extension(name, extension); });
}

std::vector<std::string> module_folders() {
  const std::string own = fmt::format("{}/.local/share/hvsh/Modules:/usr/local/share/hvsh/Modules",
                                      get_environment("HOME").value_or(""));
  const std::string list = get_environment("PSModulePath").value_or(own);
  std::string_view rest = list;
  std::vector<std::string> folders;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(':'), rest.size());
    if (end > 0) folders.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  // Installed as bin/hvsh, or where it was built as build/src/hvsh.
  const std::string program = program_folder();
  for (const char* own_folder : {"/../share/hvsh/Modules", "/../../modules"}) {
    if (std::string folder = program + own_folder; ::access(folder.c_str(), R_OK) == 0)
      folders.push_back(std::filesystem::path(folder).lexically_normal().string());
  }
  return folders;
}

Error module_not_found(const std::string& name, const std::string& version) {
  Error error{.id = "Modules_ModuleNotFound",
              .category = ErrorCategory::ResourceUnavailable,
              .message = fmt::format(
                  "The specified module '{}' was not loaded because no valid module file was found in "
                  "any module directory.",
                  name),
              .target = name,
              .target_type = "System.String",
              .exception = "System.IO.FileNotFoundException"};
  if (!version.empty()) {
    error.id = "Modules_ModuleWithVersionNotFound";
    error.message = fmt::format(
        "The specified module '{}' with version '{}' was not loaded because no valid module file "
        "was found in any module directory.",
        name, version);
  }
  return error;
}

Result<std::string> find_module_file(Interpreter& interpreter, const std::string& name) {
  std::vector<std::string> bases;
  if (is_module_path(name)) {
    HVSH_TRY(std::string path, interpreter.resolve_path(name));
    bases.push_back(std::move(path));
  } else {
    for (const std::string& folder : module_folders()) bases.push_back(fmt::format("{}/{}", folder, name));
  }
  for (const std::string& base : bases) {
    if (std::string file = file_at(base); !file.empty()) return file;
  }
  return module_not_found(name, {});
}

std::vector<std::string> available_module_files() {
  std::vector<std::string> files;
  for (const std::string& folder : module_folders()) {
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
      if (!entry.is_directory(failed)) continue;
      if (std::string file = file_at(entry.path().string()); !file.empty()) files.push_back(std::move(file));
    }
  }
  return files;
}

bool import_module_of(Interpreter& interpreter, std::string_view command) {
  // Lower-case names of functions with their manifests. An interpreter has a thread of its own.
  static thread_local std::optional<std::unordered_map<std::string, std::string>> manifests;
  if (!manifests) {
    manifests.emplace();
    for (const std::string& file : available_module_files()) {
      if (!has_extension(file, ".psd1")) continue;
      Module module;
      module_header(interpreter, file, module);
      for (const std::string& name : module.functions) manifests->try_emplace(to_lower(name), file);
    }
  }
  const auto found = manifests->find(to_lower(command));
  if (found == manifests->end()) return false;
  const Argument arguments[] = {{.value = Value::string(found->second)},
                                {.is_parameter = true, .has_value = false, .name = "Global"}};
  manifests->erase(found);  // a module that lacks what it promises is not imported again and again
  NullSink nothing;
  if (interpreter.run_command("Import-Module", arguments, nothing) != Flow::stopped) return true;
  const Ref<ErrorRecordObject> error = std::exchange(interpreter.pending(), {}).error;
  if (error) (void)interpreter.report(error, ActionPreference::Continue);
  return false;
}

void module_header(Interpreter& interpreter, const std::string& path, Module& module) {
  module.name = stem_of(path);
  module.path = path;
  module.base = folder_of(path);
  if (!has_extension(path, ".psd1")) return;
  auto manifest = read_manifest(interpreter, path);
  if (!manifest) return;
  const MapObject& map = *manifest->as<MapObject>();
  take_header(map, module);
  if (!text_of(map, "RootModule").empty()) module.type = "Script";
  module.functions = texts_of(map.find("FunctionsToExport"));
  module.aliases = texts_of(map.find("AliasesToExport"));
}

Flow load_module_file(Interpreter& interpreter, const std::string& path, std::span<const Value> arguments,
                      Module& module, const std::shared_ptr<Module>& shared, Sink& out) {
  static thread_local int nesting = 0;
  struct Depth {
    Depth() { ++nesting; }
    ~Depth() { --nesting; }
  } depth;
  if (nesting > kMostNesting) {
    return interpreter.raise(
        {.id = "Modules_ModuleTooDeeplyNested",
         .category = ErrorCategory::InvalidOperation,
         .message = fmt::format("Cannot load the module '{}' because the module nesting limit has "
                                "been exceeded. Modules can be nested only to {} levels.",
                                path, kMostNesting),
         .target = path},
        {});
  }
  module.name = stem_of(path);
  module.path = path;
  module.base = folder_of(path);
  if (has_extension(path, ".psd1")) {
    auto manifest = read_manifest(interpreter, path);
    if (!manifest) return interpreter.raise(manifest.take_error(), {});
    const MapObject& map = *manifest->as<MapObject>();
    take_header(map, module);
    return ManifestLoader(interpreter, path, shared, out).load(map, arguments);
  }
  auto source = interpreter.load_file(path);
  if (!source) return interpreter.raise(source.take_error(), {});
  if (meet_requirements(interpreter, **source) == Flow::stopped) return Flow::stopped;
  auto block = make<ShellScriptBlock>(*source, *(*source)->parsed.root);
  if (interpreter.open_module(shared, *block) == Flow::stopped) return Flow::stopped;
  return interpreter.run_module(shared, block, arguments, out);
}

Value module_object(const Module& module) {
  auto record = make<RecordObject>();
  if (!module.frame || !module.frame->functions) return Value::object(record);
  for (const auto& [symbol, function] : *module.frame->functions) {
    const bool shown = !module.exports || any_match(module.exports->functions, function->name);
    if (shown) record->set(function->name, Value::object(function->block));
  }
  return Value::object(record);
}

}  // namespace hvsh::shell
