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

// The machine as it is, with a change.
template <class Change>
Result<void> configure(Hypervisor& hypervisor, const Guid& id, const Change& change) {
  HVSH_TRY(MachineConfig config, hypervisor.config(id));
  change(config);
  return hypervisor.configure(id, config);
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
          "virsh -q -c '{0}' destroy {1} >/dev/null 2>&1; virsh -q -c '{0}' undefine {1} --managed-save "
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
                            .place = {ControllerType::IDE, 0, 0}});
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
  config.adapters.push_back({.name = "Front"});
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
  CHECK(read.disks.at(0).place.type == ControllerType::IDE);

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

  must(configure(hypervisor, config.id, [](auto& c) { c.metering_enabled = false; }));
  must(configure(hypervisor, config.id, [](auto& c) {
    c.notes = "live";
    c.metering_enabled = true;
  }));
  CHECK(must(hypervisor.config(config.id)).notes == "live");
  CHECK(must(hypervisor.config(config.id)).metering_enabled);
  CHECK(must(hypervisor.config(config.id)).record_path == config.record_path);
  CHECK(must(hypervisor.config(config.id)).adapters.at(0).name == "Front");
  CHECK(configure(hypervisor, config.id, [](auto& c) { c.processor_count = 2; }).error().id ==
        "InvalidState");
  CHECK(configure(hypervisor, config.id, [](auto& c) { c.name = "web09"; }).error().id == "InvalidState");
  CHECK(hypervisor.undefine(config.id).error().id == "InvalidState");

  CHECK(wait_until([&] { return bench.beat("web01") > 12; }));
  must(hypervisor.save(config.id));
  CHECK(bench.status(config.id).state == VMState::Saved);
  CHECK(must(hypervisor.list({.names = {"web*"}})).at(0).state == VMState::Saved);
  CHECK(configure(hypervisor, config.id, [](auto& c) { c.processor_count = 2; }).error().id ==
        "InvalidState");
  CHECK(configure(hypervisor, config.id,
                  [](auto& c) {
                    c.name = "saved";
                    c.notes = "not done";
                  })
            .error()
            .id == "InvalidState");
  const int64_t before = bench.beat("web01");
  must(hypervisor.start(config.id));
  CHECK(wait_until([&] { return bench.beat("web01") > before; }));
  CHECK(bench.beat("web01") < before + 100);  // it went on, it did not begin anew
  must(hypervisor.save(config.id));
  must(hypervisor.discard_saved(config.id));
  CHECK(bench.status(config.id).state == VMState::Off);

  must(configure(hypervisor, config.id, [](auto& c) {
    c.name = "web02";
    c.processor_count = 2;
    c.memory_startup_bytes = 8 << 20;
    c.notes = "";
  }));
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

TEST_CASE("what another one defined stays as it is") {
  Bench bench;
  Hypervisor& hypervisor = *bench.hypervisor;
  const Guid id = Guid::random();
  const std::string file = bench.folder.path + "/rich.xml";
  std::ofstream(file) << fmt::format(
      R"(<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>rich</name><uuid>{}</uuid>
  <title>A title</title>
  <description>theirs</description>
  <metadata><their:thing xmlns:their='urn:their' a='1 &lt; 2'><their:inner>text &amp; more</their:inner></their:thing></metadata>
  <memory unit='MiB'>64</memory><currentMemory unit='MiB'>32</currentMemory>
  <vcpu placement='static' cpuset='0-1'>4</vcpu>
  <iothreads>2</iothreads>
  <cputune><shares>2048</shares><vcpupin vcpu='0' cpuset='1'/></cputune>
  <sysinfo type='smbios'><system><entry name='serial'>S-1</entry></system></sysinfo>
  <os><type arch='x86_64' machine='q35'>hvm</type><boot dev='network'/><smbios mode='sysinfo'/></os>
  <features><acpi/><vmport state='off'/></features>
  <cpu mode='custom' match='exact'><model>qemu64</model><topology sockets='2' cores='1' threads='2'/>
    <feature policy='disable' name='svm'/></cpu>
  <clock offset='variable' adjustment='3600' basis='utc'/>
  <on_crash>preserve</on_crash>
  <devices>
    <disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='none' io='native' iothread='2'/>
      <source file='/nowhere/a.qcow2'/><target dev='vda' bus='virtio'/><serial>abc</serial></disk>
    <disk type='file' device='cdrom'><target dev='sdb' bus='sata'/><readonly/></disk>
    <interface type='user'><mac address='52:54:00:11:22:33'/><model type='virtio'/></interface>
    <console type='pty'/><rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
    <watchdog model='i6300esb' action='reset'/><panic model='isa'/>
    <vsock model='virtio'><cid auto='yes'/></vsock>
  </devices>
  <qemu:commandline><qemu:env name='X' value='1'/></qemu:commandline>
</domain>)",
      id.to_string());
  virsh("define " + file);
  const std::string before = virsh("dumpxml --inactive --security-info rich");
  const MachineConfig config = must(hypervisor.config(id));
  CHECK(config.record_path.empty());
  CHECK(config.version.empty());
  CHECK(config.start_action == nouns::StartAction::Nothing);
  CHECK(config.processor_count == 4);
  CHECK(config.memory_startup_bytes == 32 << 20);
  CHECK(config.firmware.startup_order.at(0) == nouns::BootDevice::LegacyNetworkAdapter);
  REQUIRE(config.disks.size() == 1);
  CHECK(config.disks[0].image == "/nowhere/a.qcow2");
  CHECK(config.disks[0].format == "qcow2");
  CHECK(config.adapters.at(0).mac == "525400112233");

  must(configure(hypervisor, id, [](auto& c) {
    c.processor_count = 2;
    c.memory_startup_bytes = 48 << 20;
    c.notes = "ours";
  }));
  must(configure(hypervisor, id, [](auto& c) { c.stop_action = nouns::StopAction::TurnOff; }));
  must(configure(hypervisor, id, [](auto& c) { c.name = "poor"; }));
  std::string after = virsh("dumpxml --inactive --security-info poor");
  // Take back by hand what was asked for; all else must be as it was.
  const auto put_back = [&](const std::string& is, const std::string& was) {
    const size_t at = after.find(is);
    CHECK_MESSAGE(at != std::string::npos, is);
    if (at != std::string::npos) after.replace(at, is.size(), was);
  };
  put_back("<name>poor</name>", "<name>rich</name>");
  put_back("<description>ours</description>", "<description>theirs</description>");
  put_back("cpuset='0-1'>2</vcpu>", "cpuset='0-1'>4</vcpu>");
  put_back("<currentMemory unit='KiB'>49152", "<currentMemory unit='KiB'>32768");
  put_back("sockets='1' dies='1' cores='1' threads='2'", "sockets='2' dies='1' cores='1' threads='2'");
  put_back("\n    <hvsh:vm xmlns:hvsh=\"https://hvsh.dev/xmlns/vm/1\" stop-action=\"TurnOff\"/>", "");
  CHECK(after == before);
}

TEST_CASE("memory is saved and comes back over a served disk") {
  Bench bench;
  Hypervisor& hypervisor = *bench.hypervisor;
  const std::string disk = bench.heart("heart.raw");
  const std::string socket = bench.folder.path + "/nbd.sock";
  std::string ignored;
  const auto serve = [&] {
    REQUIRE(shell(fmt::format("qemu-nbd --fork --persistent --shared=4 -f raw -x sda -k {0} --pid-file "
                              "{0}.pid {1} && chmod 666 {0}",
                              socket, disk)) == 0);
  };
  serve();
  MachineConfig config = bench.machine("web01");
  config.disks.push_back(
      {.target = "sda", .image = disk, .format = "vhdx", .served = true, .server_socket = socket});
  config.scsi_controllers = 1;
  config.adapters.push_back({});
  config.memory_startup_bytes = 64 << 20;
  must(hypervisor.define(config));
  const std::string definition = must(hypervisor.definition(config.id));
  CHECK(must(hypervisor.config_of(definition)).disks.at(0).served);
  CHECK(must(hypervisor.config(config.id)).disks.at(0).format == "vhdx");
  must(hypervisor.start(config.id));
  CHECK(wait_until([&] { return bench.beat("web01") > 10; }));
  const std::string memory = bench.folder.path + "/web01.mem";
  CHECK(hypervisor.save_memory(config.id, memory).error().id == "InvalidState");
  must(hypervisor.pause(config.id));
  const int64_t saved_at = bench.beat("web01");
  must(hypervisor.save_memory(config.id, memory));
  struct stat info {};
  REQUIRE(stat(memory.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  CHECK(bench.status(config.id).state == VMState::Paused);
  CHECK(virsh("snapshot-list web01").empty());
  must(hypervisor.resume(config.id));
  CHECK(wait_until([&] { return bench.beat("web01") > saved_at + 10; }));
  must(hypervisor.turn_off(config.id));

  must(configure(hypervisor, config.id, [](auto& c) { c.notes = "changed since"; }));
  must(hypervisor.redefine(config.id, definition));
  CHECK(must(hypervisor.config(config.id)).notes.empty());
  must(hypervisor.restore_memory(config.id, memory));
  CHECK(bench.status(config.id).state == VMState::Paused);
  std::ofstream(bench.folder.path + "/web01.log", std::ios::trunc).close();
  must(hypervisor.resume(config.id));
  CHECK(wait_until([&] { return bench.beat("web01") > 0; }));
  CHECK(bench.beat("web01") <= saved_at + 3);
  CHECK(bench.beat("web01") >= saved_at);
  must(hypervisor.turn_off(config.id));

  must(configure(hypervisor, config.id, [](auto& c) { c.name = "web02"; }));
  CHECK(hypervisor.restore_memory(config.id, memory).error().hint.find("web01") != std::string::npos);
  CHECK(hypervisor.restore_memory(config.id, disk).error().id == "OperationFailed");
  must(hypervisor.redefine(config.id, definition));
  CHECK(must(hypervisor.config(config.id)).name == "web02");
  CHECK(shell("kill $(cat " + socket + ".pid)") == 0);
}

TEST_CASE("every kind of disk and adapter starts") {
  Bench bench;
  Hypervisor& hypervisor = *bench.hypervisor;
  for (const char* guest : {"", "linux", "windows"}) {
    CAPTURE(guest);
    MachineConfig config = bench.machine(fmt::format("m{}", guest));
    config.guest_system = guest;
    config.memory_startup_bytes = 32 << 20;
    config.disks.push_back({.target = "hda",
                            .image = bench.heart(config.name + "a"),
                            .format = "raw",
                            .place = {ControllerType::IDE, 0, 0}});
    config.disks.push_back({.target = "sda",
                            .image = bench.heart(config.name + "b"),
                            .format = "raw",
                            .place = {ControllerType::SCSI, 1, 7},
                            .read_only = std::string(guest) == "linux",
                            .maximum_iops = 100});
    config.scsi_controllers = 2;
    config.adapters.push_back({.name = "first"});
    config.adapters.push_back({.name = "second", .legacy = true});
    must(hypervisor.define(config));
    must(hypervisor.start(config.id));
    CHECK(wait_until([&] { return bench.beat(config.name) > 2; }));
    const MachineConfig read = must(hypervisor.config(config.id));
    CHECK(read.guest_system == guest);
    REQUIRE(read.disks.size() == 2);
    CHECK(read.disks[0].place.type == ControllerType::IDE);
    CHECK(read.disks[1].place.number == 1);
    CHECK(read.disks[1].place.location == 7);
    CHECK(read.disks[1].maximum_iops == 100);
    CHECK(read.disks[1].read_only == (std::string(guest) == "linux"));
    CHECK(read.adapters.at(1).name == "second");
    CHECK(read.adapters.at(1).legacy);
    CHECK(read.adapters.at(0).switch_name.empty());
    must(hypervisor.turn_off(config.id));
  }
}

TEST_CASE("the smallest guest runs, for automatic start and with dynamic memory too") {
  Bench bench;
  Hypervisor& hypervisor = *bench.hypervisor;
  MachineConfig config = bench.heart_machine("tiny");
  config.memory_startup_bytes = 2 << 20;
  config.memory_maximum_bytes = 4 << 20;
  config.memory_minimum_bytes = 1 << 20;
  config.dynamic_memory = true;
  config.start_action = nouns::StartAction::Start;
  config.serial_log.clear();
  must(hypervisor.define(config));
  CHECK(virsh("dominfo tiny").find("Autostart:      enable") != std::string::npos);
  must(hypervisor.start(config.id));
  CHECK(bench.status(config.id).state == VMState::Running);
  const MachineConfig read = must(hypervisor.config(config.id));
  CHECK(read.start_action == nouns::StartAction::Start);
  CHECK(read.memory_maximum_bytes == 4 << 20);
  CHECK(read.memory_minimum_bytes == 1 << 20);
  CHECK(read.memory_startup_bytes == 2 << 20);
  CHECK(read.dynamic_memory);
  must(configure(hypervisor, config.id, [](auto& c) { c.start_action = nouns::StartAction::Nothing; }));
  CHECK(virsh("dominfo tiny").find("Autostart:      disable") != std::string::npos);
  CHECK(virsh("domdisplay tiny").find("vnc.sock") != std::string::npos);
  must(hypervisor.turn_off(config.id));
}

TEST_CASE("a machine that vanishes between list and action") {
  Bench bench;
  Hypervisor& hypervisor = *bench.hypervisor;
  const MachineConfig config = bench.heart_machine("gone");
  must(hypervisor.define(config));
  const auto listed = must(hypervisor.list({}));
  REQUIRE(listed.size() == 1);
  virsh("undefine gone");
  CHECK(hypervisor.start(listed[0].id).error().id == "InvalidParameter");
  CHECK(configure(hypervisor, listed[0].id, [](auto& c) { c.notes = "x"; }).error().id == "InvalidParameter");
  CHECK(hypervisor.config(listed[0].id).error().id == "InvalidParameter");
  const Guid ids[] = {listed[0].id};
  CHECK(!must(hypervisor.status(ids))[0].has_value());
}

TEST_CASE("a full file system pauses the guest and says so") {
  Bench bench;
  Hypervisor& hypervisor = *bench.hypervisor;
  // A file system of 1 MiB; the disk is sparse and larger.
  const std::string mount = bench.folder.path + "/small";
  std::filesystem::create_directory(mount);
  if (shell(
          fmt::format("nsenter -t $(cat {}/run/libvirtd.pid) -m mount -t tmpfs -o size=64k,mode=777 small {}",
                      environment("HVSH_TESTBED"), mount)) != 0) {
    MESSAGE("skipped: no file system can be mounted in the bed");
    return;
  }
  const std::string inside =
      fmt::format("nsenter -t $(cat {}/run/libvirtd.pid) -m", environment("HVSH_TESTBED"));
  const std::string source = bench.heart("source");
  REQUIRE(shell(fmt::format(
              "{} sh -c 'cp --sparse=always {} {}/full && chmod 666 {}/full && dd if=/dev/zero of={}/filler "
              "bs=4k 2>/dev/null; true'",
              inside, source, mount, mount, mount)) == 0);
  MachineConfig config = bench.machine("full");
  config.disks.push_back(
      {.target = "hda", .image = mount + "/full", .format = "raw", .place = {ControllerType::IDE, 0, 0}});
  must(hypervisor.define(config));
  must(hypervisor.start(config.id));
  CHECK(wait_until([&] { return bench.status(config.id).state == VMState::PausedCritical; }));
  const MachineStatus status = bench.status(config.id);
  CHECK(status.problem == "the file system that holds disk hda is full");
  CHECK(status.operational == nouns::VMOperationalStatus::CriticalIoError);
  REQUIRE(shell(fmt::format("{} rm {}/filler", inside, mount)) == 0);
  must(hypervisor.resume(config.id));
  CHECK(wait_until([&] { return bench.beat("full") > 2; }));
  CHECK(bench.status(config.id).problem.empty());
  must(hypervisor.turn_off(config.id));
  (void)shell(fmt::format("{} umount {}", inside, mount));
}

TEST_CASE("a thousand machines are listed by few calls") {
  Bench bench;
  Hypervisor& hypervisor = *bench.hypervisor;
  const int count =
      environment("HVSH_LIVE_MACHINES").empty() ? 200 : std::stoi(environment("HVSH_LIVE_MACHINES"));
  const int running =
      environment("HVSH_LIVE_RUNNING").empty() ? 5 : std::stoi(environment("HVSH_LIVE_RUNNING"));
  const auto begin = std::chrono::steady_clock::now();
  const auto since = [](auto start) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  };
  std::vector<Guid> ids;
  for (int i = 0; i < count; ++i) {
    MachineConfig config = i < running ? bench.heart_machine(fmt::format("vm{:04}", i))
                                       : bench.machine(fmt::format("vm{:04}", i));
    must(hypervisor.define(config));
    ids.push_back(config.id);
    if (i < running) must(hypervisor.start(config.id));
  }
  MESSAGE("defined " << count << ", started " << running << " in " << since(begin) << " ms");
  double best_version = 1e9, best = 1e9, best_status = 1e9, best_name = 1e9;
  for (int i = 0; i < 7; ++i) {
    auto start = std::chrono::steady_clock::now();
    const auto all = must(hypervisor.list({}));
    best = std::min(best, since(start));
    CHECK(all.size() == static_cast<size_t>(count));
    CHECK(all[0].state == VMState::Running);
    CHECK(all[0].uptime.ticks > 0);
    start = std::chrono::steady_clock::now();
    CHECK(must(hypervisor.status(ids)).size() == ids.size());
    best_status = std::min(best_status, since(start));
    start = std::chrono::steady_clock::now();
    CHECK(must(hypervisor.versions(ids)) == std::vector<std::string>(ids.size(), "10.0"));
    best_version = std::min(best_version, since(start));
    start = std::chrono::steady_clock::now();
    CHECK(must(hypervisor.list({.names = {"vm0003"}})).size() == 1);
    best_name = std::min(best_name, since(start));
  }
  MESSAGE("list " << best << " ms, status " << best_status << " ms, versions " << best_version
                  << " ms, one name " << best_name << " ms");
}

TEST_CASE("a daemon that hangs is an error, and the next one is used again") {
  Bench bench;
  Hypervisor& hypervisor = *bench.hypervisor;
  const MachineConfig config = bench.heart_machine("web01");
  must(hypervisor.define(config));
  const pid_t daemon = std::stoi(file_text(environment("HVSH_TESTBED") + "/run/libvirtd.pid"));
  setenv("HVSH_LIBVIRT_TIMEOUT", "0.5", 1);
  kill(daemon, SIGSTOP);
  const auto begin = std::chrono::steady_clock::now();
  const auto listed = hypervisor.list({});
  const auto again = hypervisor.status({});
  const auto fresh = libvirt::make_hypervisor(environment("HVSH_URI"));
  const auto connecting = fresh->list({});
  kill(daemon, SIGCONT);
  CHECK(listed.error().id == "HypervisorTimeout");
  CHECK(again.error().id == "HypervisorTimeout");
  CHECK(connecting.error().id == "HypervisorTimeout");
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(3));
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  CHECK(must(hypervisor.list({})).size() == 1);
  unsetenv("HVSH_LIBVIRT_TIMEOUT");
}

TEST_CASE("a daemon that was restarted is connected to again, one that is down is told") {
  Bench bench;
  Hypervisor& hypervisor = *bench.hypervisor;
  const MachineConfig config = bench.heart_machine("web01");
  must(hypervisor.define(config));
  const std::string bed = environment("HVSH_TESTBED");
  REQUIRE(shell(fmt::format("{}/scripts/testbed restart {}", HVSH_SOURCE, bed)) == 0);
  must(hypervisor.start(config.id));
  REQUIRE(shell(fmt::format("{}/scripts/testbed restart {}", HVSH_SOURCE, bed)) == 0);
  CHECK(must(hypervisor.list({})).at(0).state == VMState::Running);
  must(hypervisor.turn_off(config.id));

  const auto nobody = libvirt::make_hypervisor("qemu+unix:///system?socket=" + bench.folder.path + "/none");
  const Error down = nobody->list({}).error();
  CHECK(down.id == "HypervisorUnavailable");
  CHECK(down.hint.find("systemctl start libvirtd") != std::string::npos);
}

TEST_CASE("generation 2 needs a firmware") {
  Bench bench;
  MachineConfig config = bench.machine("modern");
  config.generation = 2;
  config.disks.clear();
  config.scsi_controllers = 1;
  config.disks.push_back({.target = "sda", .image = bench.heart("modern.raw"), .format = "raw"});
  const auto defined = bench.hypervisor->define(config);
  if (defined) {
    CHECK(must(bench.hypervisor->config(config.id)).generation == 2);
  } else {
    CHECK(defined.error().hint.find("ovmf") != std::string::npos);
  }
}

int main(int count, char** words) {
  if (environment("HVSH_TESTBED").empty()) {
    std::cout << "skipped: no test bed (run it by tests/live/in_bed)\n";
    return 77;
  }
  doctest::Context context(count, words);
  return context.run();
}
