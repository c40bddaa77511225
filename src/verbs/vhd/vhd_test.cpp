// New-VHD and Get-VHD as the pipeline calls them, without a pipeline.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "engines/memory/memory_block_servers.h"
#include "engines/memory/memory_hypervisor.h"
#include "verbs/vhd/common.h"

namespace hvsh::verbs {

extern constinit const Cmdlet cmdlet_GetVHD;
extern constinit const Cmdlet cmdlet_NewVHD;

namespace {

class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "hvsh-vhd-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = std::filesystem::canonical(name).string();
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// Records what a body writes.
class Recorder : public Context {
 public:
  explicit Recorder(uint32_t set) : set_(set) {}
  std::vector<Value> written;
  std::vector<Error> errors;
  std::vector<std::string> asked;
  Answer answer = Answer::yes;
  engines::Machines* machines = nullptr;

  Flow write(Value value) override {
    written.push_back(std::move(value));
    return Flow::more;
  }
  Flow error(Error error, Value) override {
    errors.push_back(std::move(error));
    return Flow::more;
  }
  Flow terminate(Error error, Value) override {
    errors.push_back(std::move(error));
    return Flow::stopped;
  }
  Flow warning(std::string) override { return Flow::more; }
  Flow verbose(std::string) override { return Flow::more; }
  Flow debug(std::string) override { return Flow::more; }
  Flow information(Value, bool, bool) override { return Flow::more; }
  void progress(const Progress&) override {}
  Answer should_process(std::string_view sentence) override {
    asked.emplace_back(sentence);
    return answer;
  }
  Answer should_process(std::string_view, std::string_view) override { return answer; }
  Answer should_continue(std::string_view, std::string_view) override { return answer; }
  bool is_bound(std::string_view) const override { return false; }
  uint32_t parameter_set() const override { return set_; }
  bool stopping() const override { return false; }
  bool sleep(TimeSpan) override { return true; }
  Flow invoke(ScriptBlockObject&, const Value&, std::span<const Value>, Value&) override {
    return Flow::more;
  }
  Flow invoke_to_output(ScriptBlockObject&, const Value&, std::span<const Value>) override {
    return Flow::more;
  }
  Result<std::string> resolve_path(std::string_view path) const override { return std::string(path); }
  std::string current_location() const override { return "/"; }
  std::string format_text(std::span<const Value>, int) override { return {}; }

  const VirtualHardDisk& disk(size_t index) const {
    REQUIRE(index < written.size());
    const auto* found = noun_cast<VirtualHardDisk>(written[index]);
    REQUIRE(found != nullptr);
    return *found;
  }
  const Error& only_error() const {
    REQUIRE(errors.size() == 1);
    return errors[0];
  }

 protected:
  void* service(const void* key) override {
    return key == &kServiceKey<engines::Machines> ? machines : nullptr;
  }

 private:
  uint32_t set_;
};

struct Argument {
  std::string_view name;
  Value value;
};

// The index of a set's name is its bit.
uint32_t set_bit(const Cmdlet& cmdlet, std::string_view name) {
  for (size_t i = 0; i < cmdlet.decl->sets.size(); ++i) {
    if (cmdlet.decl->sets[i] == name) return 1u << i;
  }
  FAIL("no such set");
  return 0;
}

void run(Recorder& recorder, const Cmdlet& cmdlet, const std::vector<Argument>& arguments) {
  void* const self = ::operator new(cmdlet.size, std::align_val_t(cmdlet.alignment));
  cmdlet.construct(self);
  for (const Argument& argument : arguments) {
    bool found = false;
    for (const Param& param : cmdlet.decl->params) {
      if (param.name != argument.name) continue;
      found = true;
      CHECK((param.sets() & recorder.parameter_set()) != 0);
      REQUIRE(param.assign(self, argument.value, Coercion::full).ok());
    }
    REQUIRE(found);
  }
  (void)cmdlet.process(self, recorder);
  cmdlet.destroy(self);
  ::operator delete(self, std::align_val_t(cmdlet.alignment));
}

Recorder new_vhd(std::string_view set, const std::vector<Argument>& arguments, Answer answer = Answer::yes) {
  Recorder recorder(set_bit(cmdlet_NewVHD, set));
  recorder.answer = answer;
  run(recorder, cmdlet_NewVHD, arguments);
  return recorder;
}

Recorder get_vhd(const std::string& path) {
  Recorder recorder(set_bit(cmdlet_GetVHD, "Path"));
  run(recorder, cmdlet_GetVHD, {{"Path", Value::string(path)}});
  return recorder;
}

Argument path(const std::string& text) { return {"Path", Value::string(text)}; }
Argument size(int64_t bytes) { return {"SizeBytes", Value::integer(bytes, IntType::i64)}; }

}  // namespace

TEST_CASE("New-VHD makes each kind and writes its object") {
  const TempFolder folder;
  const Recorder dynamic = new_vhd("DynamicWithoutSource", {path(folder / "a.vhdx"), size(int64_t{4} << 30)});
  CHECK(dynamic.errors.empty());
  CHECK(dynamic.asked == std::vector{"New-VHD will create a new virtual hard disk with the path \"" +
                                     (folder / "a.vhdx") + "\"."});
  const VirtualHardDisk& disk = dynamic.disk(0);
  CHECK(disk.format == nouns::VhdFormat::VHDX);
  CHECK(disk.type == nouns::VhdType::Dynamic);
  CHECK(disk.size == uint64_t{4} << 30);
  CHECK(disk.file_size == 4 << 20);
  CHECK(disk.block_size == 32 << 20);
  CHECK_FALSE(disk.attached);
  CHECK_FALSE(disk.computer_name.empty());

  const Recorder fixed = new_vhd("FixedWithoutSource", {path(folder / "b.vhd"), size(3 << 20)});
  CHECK(fixed.disk(0).format == nouns::VhdFormat::VHD);
  CHECK(fixed.disk(0).type == nouns::VhdType::Fixed);

  const Recorder child =
      new_vhd("Differencing", {path(folder / "c.vhdx"), {"ParentPath", Value::string(folder / "a.vhdx")}});
  CHECK(child.disk(0).type == nouns::VhdType::Differencing);
  CHECK(child.disk(0).parent_path == folder / "a.vhdx");
  CHECK(child.disk(0).size == disk.size);
}

TEST_CASE("New-VHD -WhatIf makes nothing") {
  const TempFolder folder;
  const Recorder asked =
      new_vhd("DynamicWithoutSource", {path(folder / "a.vhdx"), size(1 << 20)}, Answer::no);
  CHECK(asked.asked.size() == 1);
  CHECK(asked.written.empty());
  CHECK_FALSE(std::filesystem::exists(folder / "a.vhdx"));
}

TEST_CASE("New-VHD says what is wrong, once, and makes nothing") {
  const TempFolder folder;
  const auto error_of = [&](const std::string& name, int64_t bytes) {
    return new_vhd("DynamicWithoutSource", {path(name), size(bytes)}).only_error();
  };
  CHECK(error_of(folder / "a.vhdx", 0).category == ErrorCategory::InvalidArgument);
  CHECK(error_of(folder / "a.vhdx", int64_t{65} << 40).message.find("65") == std::string::npos);
  CHECK(error_of(folder / "a.img", 1 << 20).hint.find(".vhdx") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder / "a.vhdx"));
  REQUIRE(new_vhd("DynamicWithoutSource", {path(folder / "a.vhdx"), size(1 << 20)}).errors.empty());
  const Error exists = error_of(folder / "a.vhdx", 1 << 20);
  CHECK(exists.category == ErrorCategory::ResourceExists);
  CHECK(exists.exception == "Microsoft.HyperV.PowerShell.VirtualizationException");
  const Recorder source =
      new_vhd("FixedWithSource", {path(folder / "b.vhdx"), {"SourceDisk", Value::integer(1)}});
  CHECK(source.only_error().category == ErrorCategory::NotImplemented);
}

TEST_CASE("one bad path of several does not stop the others") {
  const TempFolder folder;
  std::vector<Value> paths{Value::string(folder / "a.vhdx"), Value::string(folder / "none/b.vhdx"),
                           Value::string(folder / "c.vhdx")};
  const Recorder made = new_vhd("DynamicWithoutSource", {{"Path", Value::array(paths)}, size(1 << 20)});
  CHECK(made.written.size() == 2);
  CHECK(made.only_error().category == ErrorCategory::ObjectNotFound);
}

TEST_CASE("Get-VHD finds by path and by wildcards") {
  const TempFolder folder;
  std::filesystem::create_directories(folder / "x1");
  std::filesystem::create_directories(folder / "x2");
  for (const char* name : {"b.vhdx", "A.vhdx", "c.vhd", "x1/d.vhdx", "x2/d.vhdx", "br[1].vhdx"}) {
    REQUIRE(new_vhd("DynamicWithoutSource", {path(folder / name), size(1 << 20)}).errors.empty());
  }
  const auto names = [&](const std::string& pattern) {
    const Recorder found = get_vhd(folder / pattern);
    std::string all;
    for (size_t i = 0; i < found.written.size(); ++i) {
      all += found.disk(i).path.substr((folder / "").size()) + ";";
    }
    for (const Error& error : found.errors) all += "!" + error.id;
    return all;
  };
  CHECK(names("b.vhdx") == "b.vhdx;");
  CHECK(names("*.vhdx") == "A.vhdx;b.vhdx;br[1].vhdx;");
  CHECK(names("[ab].vhdx") == "A.vhdx;b.vhdx;");
  CHECK(names("x?/d.vhdx") == "x1/d.vhdx;x2/d.vhdx;");
  CHECK(names("x*/*") == "x1/d.vhdx;x2/d.vhdx;");
  CHECK(names("br[1].vhdx") == "br[1].vhdx;");
  CHECK(names("br`[1`].vhdx") == "br[1].vhdx;");
  CHECK(names("z*.vhdx").empty());
  CHECK(names("none.vhdx") == "!PathNotFound");
}

TEST_CASE("Get-VHD -VMId shows the disks of machines") {
  const TempFolder folder;
  engines::memory::MemoryHypervisor hypervisor;
  engines::memory::MemoryBlockServers servers(folder / "servers");
  engines::State state({.state_folder = folder / "state", .run_folder = folder / "run"});
  engines::Machines machines(hypervisor, servers, state, {}, {folder / "machines"});
  engines::MachineConfig config{.id = Guid::random(), .name = "web01", .memory_startup_bytes = 64 << 20};
  for (const char* name : {"a.vhdx", "b.vhd"}) {
    REQUIRE(new_vhd("DynamicWithoutSource", {path(folder / name), size(1 << 20)}).errors.empty());
    config.disks.push_back({.target = name, .image = folder / name, .format = "raw"});
  }
  REQUIRE(hypervisor.define(config).ok());
  Recorder found(set_bit(cmdlet_GetVHD, "VMId"));
  found.machines = &machines;
  run(found, cmdlet_GetVHD, {{"VMId", Value::array({Value::guid(Guid::random()), Value::guid(config.id)})}});
  CHECK(found.only_error().category == ErrorCategory::InvalidArgument);
  REQUIRE(found.written.size() == 2);
  CHECK(found.disk(0).path == folder / "a.vhdx");
  CHECK(found.disk(1).format == nouns::VhdFormat::VHD);
}

TEST_CASE("Get-VHD refuses what only has the name of a disk") {
  const TempFolder folder;
  std::ofstream(folder / "a.vhdx") << std::string(100000, 'x');
  CHECK(get_vhd(folder / "a.vhdx").only_error().id == "InvalidVirtualHardDisk");
  std::filesystem::copy(folder / "a.vhdx", folder / "a.img");
  CHECK(get_vhd(folder / "a.img").disk(0).format == nouns::VhdFormat::Unknown);
  CHECK(get_vhd(folder / "").only_error().category == ErrorCategory::InvalidArgument);
}

TEST_CASE("every property of the object can be read, in Windows' order") {
  const TempFolder folder;
  const Recorder made = new_vhd("DynamicWithoutSource", {path(folder / "a.vhdx"), size(1 << 20)});
  const VirtualHardDisk& disk = made.disk(0);
  for (const Prop& prop : VirtualHardDisk::noun.props) {
    if (prop.alias_of.empty()) CHECK(prop.get(&disk).ok());
  }
  CHECK(VirtualHardDisk::noun.list.size() == VirtualHardDisk::noun.props.size());
  for (size_t i = 0; i < VirtualHardDisk::noun.list.size(); ++i) {
    CHECK(VirtualHardDisk::noun.list[i] == VirtualHardDisk::noun.props[i].name);
  }
}

}  // namespace hvsh::verbs
