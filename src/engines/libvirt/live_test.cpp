// The libvirt engine on a real libvirtd with real QEMU guests. Run it in a bed: tests/live/in_bed.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <sstream>
#include <thread>

#include "engines/libvirt/libvirt_hypervisor.h"

using namespace hvsh;
using namespace hvsh::engines;
using nouns::ControllerType;
using nouns::VMState;

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// A program's exit code; its output goes to `output` when that is given.
int shell(const std::string& command, std::string* output = nullptr) {
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  char buffer[4096];
  while (const size_t count = fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, count);
  const int status = pclose(pipe);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (code != 0) MESSAGE(command << ": " << text);
  if (output != nullptr) *output = text;
  return code;
}

std::string virsh(const std::string& words) {
  std::string output;
  REQUIRE(shell(fmt::format("virsh -q -c '{}' {}", environment("HVSH_URI"), words), &output) == 0);
  return output;
}

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(result.error().id << ": " << result.error().message);
  return result.take();
}
void must(const Result<void>& result) {
  if (!result) FAIL(result.error().id << ": " << result.error().message);
}

bool wait_until(const std::function<bool()>& condition,
                std::chrono::seconds limit = std::chrono::seconds(20)) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return true;
}

std::string file_text(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// A folder that QEMU's user may enter.
struct Folder {
  Folder() {
    char name[] = "/tmp/hvsh-lv-XXXXXX";
    path = mkdtemp(name);
    chmod(path.c_str(), 0777);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;
};

struct Bench {
  Bench()
      : hypervisor(
            libvirt::make_hypervisor(environment("HVSH_URI"), {.run = folder.path, .state = folder.path})) {}
  ~Bench() {
    std::istringstream ids(virsh("list --all --uuid"));
    for (std::string id; std::getline(ids, id);) {
      if (id.empty()) continue;
      (void)shell(fmt::format(
          "virsh -q -c '{0}' destroy {1} >/dev/null; virsh -q -c '{0}' undefine {1} --managed-save "
          "--snapshots-metadata; true",
          environment("HVSH_URI"), id));
    }
  }

  // A disk of 1 MiB with the heart guest.
  std::string heart(const std::string& name) {
    const std::string disk = folder.path + "/" + name;
    REQUIRE(shell(fmt::format("{}/tests/guests/mkheart {} && truncate -s 1M {}", HVSH_SOURCE, disk, disk)) ==
            0);
    chmod(disk.c_str(), 0666);
    return disk;
  }
  MachineConfig machine(const std::string& name) {
    MachineConfig config;
    config.id = Guid::random();
    config.name = name;
    config.memory_startup_bytes = 4 << 20;
    config.version = "10.0";
    config.serial_log = folder.path + "/" + name + ".log";
    return config;
  }
  MachineConfig heart_machine(const std::string& name) {
    MachineConfig config = machine(name);
    config.disks.push_back({.target = "hda",
                            .image = heart(name + ".raw"),
                            .format = "raw",
                            .controller_type = ControllerType::IDE});
    return config;
  }
  MachineStatus status(const Guid& id) {
    const Guid ids[] = {id};
    auto answer = must(hypervisor->status(ids));
    REQUIRE(answer[0].has_value());
    return *answer[0];
  }
  // The newest beat that the guest told its serial line; -1: none yet.
  int64_t beat(const std::string& name) {
    const std::string text = file_text(folder.path + "/" + name + ".log");
    const size_t end = text.rfind('+');
    if (end == std::string::npos) return -1;
    const size_t begin = text.rfind('\n', end) + 1;
    return std::strtoll(text.c_str() + begin, nullptr, 16);
  }

  Folder folder;
  std::unique_ptr<Hypervisor> hypervisor;
};

}  // namespace

TEST_CASE("a machine's life") {
  Bench bench;
  Hypervisor& hypervisor = *bench.hypervisor;
  const HostInfo host = must(hypervisor.host());
  CHECK(host.logical_processors > 0);
  MachineConfig config = bench.heart_machine("web01");
  config.notes = "first\nand <second> & \"third\"";
  config.adapters.push_back({});
  config.stop_action = nouns::StopAction::ShutDown;
  config.created = DateTime::from_unix(1'790'000'000);
  config.record_path = "/somewhere/web01.json";
  must(hypervisor.define(config));
  CHECK(hypervisor.define(config).error().id == "MachineExists");

  const MachineConfig read = must(hypervisor.config(config.id));
  CHECK(read.notes == config.notes);
  CHECK(read.memory_startup_bytes == config.memory_startup_bytes);
  CHECK(read.stop_action == nouns::StopAction::ShutDown);
  CHECK(read.record_path == config.record_path);
  CHECK(read.created == config.created);
  CHECK(read.generation == 1);
  CHECK(read.adapters.at(0).mac.starts_with("525400"));
  CHECK(read.disks.at(0).controller_type == ControllerType::IDE);

  CHECK(bench.status(config.id).state == VMState::Off);
  CHECK(bench.status(config.id).memory_assigned_bytes == 0);
  CHECK(hypervisor.pause(config.id).error().message == "Cannot pause virtual machine \"web01\": it is off.");
  must(hypervisor.start(config.id));
  CHECK(hypervisor.start(config.id).error().id == "InvalidState");
  CHECK(wait_until([&] { return bench.beat("web01") > 2; }));
  const MachineStatus running = bench.status(config.id);
  CHECK(running.state == VMState::Running);
  CHECK(running.memory_assigned_bytes == config.memory_startup_bytes);
  CHECK(running.uptime.ticks > 0);
  CHECK(running.uptime < TimeSpan::seconds(60));
  CHECK(running.cpu_time_ns > 0);

  must(hypervisor.pause(config.id));
  CHECK(bench.status(config.id).state == VMState::Paused);
  must(hypervisor.resume(config.id));
  must(hypervisor.request_shutdown(config.id));  // it does not listen
  CHECK(bench.status(config.id).state == VMState::Running);
  must(hypervisor.reset(config.id));

  must(hypervisor.edit(config.id, {.notes = "live", .metering_enabled = true}));
  CHECK(must(hypervisor.config(config.id)).notes == "live");
  CHECK(must(hypervisor.config(config.id)).metering_enabled);
  CHECK(must(hypervisor.config(config.id)).record_path == config.record_path);
  CHECK(must(hypervisor.config(config.id)).adapters.at(0).name == "Network Adapter");
  CHECK(hypervisor.edit(config.id, {.processor_count = 2}).error().id == "InvalidState");
  CHECK(hypervisor.edit(config.id, {.name = "web09"}).error().id == "InvalidState");
  CHECK(hypervisor.undefine(config.id).error().id == "InvalidState");

  CHECK(wait_until([&] { return bench.beat("web01") > 12; }));
  must(hypervisor.save(config.id));
  CHECK(bench.status(config.id).state == VMState::Saved);
  CHECK(must(hypervisor.list({.names = {"web*"}})).at(0).state == VMState::Saved);
  CHECK(hypervisor.edit(config.id, {.processor_count = 2}).error().id == "InvalidState");
  const int64_t before = bench.beat("web01");
  must(hypervisor.start(config.id));
  CHECK(wait_until([&] { return bench.beat("web01") > before; }));
  CHECK(bench.beat("web01") < before + 100);  // it went on, it did not begin anew
  must(hypervisor.save(config.id));
  must(hypervisor.discard_saved(config.id));
  CHECK(bench.status(config.id).state == VMState::Off);

  must(hypervisor.edit(
      config.id, {.name = "web02", .processor_count = 2, .memory_startup_bytes = 8 << 20, .notes = ""}));
  const MachineConfig edited = must(hypervisor.config(config.id));
  CHECK(edited.name == "web02");
  CHECK(edited.processor_count == 2);
  CHECK(edited.memory_startup_bytes == 8 << 20);
  CHECK(edited.notes.empty());
  CHECK(hypervisor.list({.names = {"web01"}}).error().message ==
        "Hyper-V was unable to find a virtual machine with name \"web01\".");
  CHECK(must(hypervisor.list({.names = {"WEB02"}})).size() == 1);
  must(hypervisor.start(config.id));
  must(hypervisor.turn_off(config.id));
  CHECK(bench.status(config.id).state == VMState::Off);
  must(hypervisor.undefine(config.id));
  CHECK(hypervisor.start(config.id).error().id == "InvalidParameter");
  CHECK(must(hypervisor.list({})).empty());
}

int main(int count, char** words) {
  if (environment("HVSH_TESTBED").empty()) {
    std::cout << "skipped: no test bed (run it by tests/live/in_bed)\n";
    return 77;
  }
  doctest::Context context(count, words);
  return context.run();
}
