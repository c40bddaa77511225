#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "engines/memory/memory_hypervisor.h"

using namespace hvsh;
using namespace hvsh::engines;
using nouns::VMState;

namespace {

MachineConfig machine(const std::string& name) {
  static uint8_t next = 1;
  MachineConfig config;
  config.id.bytes[15] = next++;
  config.name = name;
  config.memory_startup_bytes = 64 << 20;
  config.adapters.push_back({});
  return config;
}

template <class Change>
Result<void> change(Hypervisor& hypervisor, const Guid& id, const Change& what) {
  HVSH_TRY(MachineConfig config, hypervisor.config(id));
  what(config);
  return hypervisor.configure(id, config);
}

VMState state_of(Hypervisor& hypervisor, const Guid& id) {
  const Guid ids[] = {id};
  return (*hypervisor.status(ids))[0]->state;
}

struct Folder {
  Folder() {
    char name[] = "/tmp/hvsh-memory-XXXXXX";
    path = mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;
};

}  // namespace

TEST_CASE("a machine lives and dies") {
  memory::MemoryHypervisor hypervisor;
  const MachineConfig web = machine("web01");
  REQUIRE(hypervisor.define(web).ok());
  CHECK(hypervisor.define(web).error().id == "MachineExists");
  CHECK(state_of(hypervisor, web.id) == VMState::Off);
  CHECK(hypervisor.pause(web.id).error().message == "Cannot pause virtual machine \"web01\": it is off.");
  REQUIRE(hypervisor.start(web.id).ok());
  CHECK(state_of(hypervisor, web.id) == VMState::Running);
  hypervisor.advance(TimeSpan::seconds(9));
  auto listed = hypervisor.list({.names = {"WEB*"}});
  REQUIRE(listed->size() == 1);
  CHECK(listed->front().uptime == TimeSpan::seconds(10));
  CHECK(listed->front().memory_assigned_bytes == 64 << 20);
  REQUIRE(hypervisor.request_shutdown(web.id).ok());
  CHECK(state_of(hypervisor, web.id) == VMState::Running);
  CHECK(state_of(hypervisor, web.id) == VMState::Off);
  REQUIRE(hypervisor.undefine(web.id).ok());
  CHECK(hypervisor.config(web.id).error().id == "InvalidParameter");
  const Guid ids[] = {web.id};
  CHECK(!(*hypervisor.status(ids))[0].has_value());
}

TEST_CASE("names without wildcards must be there, patterns need not") {
  memory::MemoryHypervisor hypervisor;
  REQUIRE(hypervisor.define(machine("b")).ok());
  REQUIRE(hypervisor.define(machine("A")).ok());
  CHECK(hypervisor.list({.names = {"nobody"}}).error().message ==
        "Hyper-V was unable to find a virtual machine with name \"nobody\".");
  CHECK(hypervisor.list({.names = {"x*"}})->empty());
  auto both = hypervisor.list({.names = {"b", "*"}});
  REQUIRE(both->size() == 2);
  CHECK((*both)[0].name == "A");
}

TEST_CASE("memory comes back as it was") {
  Folder folder;
  memory::MemoryHypervisor hypervisor;
  const MachineConfig web = machine("web01");
  REQUIRE(hypervisor.define(web).ok());
  REQUIRE(hypervisor.start(web.id).ok());
  hypervisor.advance(TimeSpan::seconds(20));
  REQUIRE(hypervisor.pause(web.id).ok());
  const int64_t counted = hypervisor.guest_count("web01");
  const std::string file = folder.path + "/m";
  REQUIRE(hypervisor.save_memory(web.id, file).ok());
  struct stat info {};
  REQUIRE(stat(file.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  REQUIRE(hypervisor.resume(web.id).ok());
  hypervisor.advance(TimeSpan::seconds(50));
  CHECK(hypervisor.guest_count("web01") > counted);
  REQUIRE(hypervisor.turn_off(web.id).ok());
  REQUIRE(hypervisor.restore_memory(web.id, file).ok());
  CHECK(state_of(hypervisor, web.id) == VMState::Paused);
  CHECK(hypervisor.guest_count("web01") == counted);
  REQUIRE(hypervisor.save(web.id).ok());
  CHECK(state_of(hypervisor, web.id) == VMState::Saved);
  REQUIRE(hypervisor.start(web.id).ok());
  CHECK(hypervisor.guest_count("web01") >= counted);
}

TEST_CASE("the n-th call fails and changes nothing") {
  memory::MemoryHypervisor hypervisor;
  const MachineConfig web = machine("web01");
  REQUIRE(hypervisor.define(web).ok());
  hypervisor.fail_call(2, {.id = "HypervisorTimeout", .message = "no answer"});
  REQUIRE(hypervisor.start(web.id).ok());
  CHECK(hypervisor.turn_off(web.id).error().id == "HypervisorTimeout");
  CHECK(state_of(hypervisor, web.id) == VMState::Running);
  CHECK(hypervisor.calls() == 4);
  CHECK(hypervisor.log().back() == "status");
}

TEST_CASE("a state file spans processes") {
  Folder folder;
  const std::string uri = "memory://" + folder.path + "/state.json";
  const MachineConfig web = machine("web01");
  {
    auto first = memory::make_hypervisor(uri);
    REQUIRE(first->define(web).ok());
    REQUIRE(change(*first, web.id, [](auto& c) {
              c.name = "web02";
              c.notes = "käse";
            }).ok());
    REQUIRE(first->start(web.id).ok());
  }
  auto second = memory::make_hypervisor(uri);
  auto listed = second->list({.names = {"web02"}});
  REQUIRE(listed.ok());
  CHECK(listed->front().state == VMState::Running);
  CHECK(second->config(web.id)->notes == "käse");
  CHECK(second->config(web.id)->adapters[0].mac == "525400000001");
  CHECK(change(*second, web.id, [](auto& c) { c.processor_count = 2; }).error().id == "InvalidState");
  const auto text = second->definition(web.id);
  REQUIRE(second->turn_off(web.id).ok());
  REQUIRE(change(*second, web.id, [](auto& c) { c.notes = "other"; }).ok());
  REQUIRE(second->redefine(web.id, *text).ok());
  CHECK(second->config(web.id)->notes == "käse");
}
