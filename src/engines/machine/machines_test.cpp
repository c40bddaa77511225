#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "engines/machine.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <set>

#include "engines/machine/record.h"
#include "engines/memory/memory_block_servers.h"
#include "engines/memory/memory_hypervisor.h"

using namespace hvsh;
using namespace hvsh::engines;
using memory::Content;
using nouns::VMState;
namespace fs = std::filesystem;

namespace {

std::string temporary_folder() {
  std::string name = fs::exists("/dev/shm") ? "/dev/shm/hvsh-machines-XXXXXX" : "/tmp/hvsh-machines-XXXXXX";
  return mkdtemp(name.data());
}

struct Folder {
  std::string path = temporary_folder();
  ~Folder() { fs::remove_all(path); }
};

// One process's view of a host that is files below one folder.
struct World {
  std::string folder;
  memory::MemoryHypervisor hypervisor;
  memory::MemoryBlockServers servers;
  State state;
  Machines machines;
  std::vector<std::string> warnings, told;
  bool lessened = false;  // an operation has said that it did not get all
  Notices notices;

  explicit World(const std::string& path)
      : folder(path),
        hypervisor("memory://" + path + "/hypervisor.json"),
        servers(path + "/servers"),
        state({.state_folder = path + "/state",
               .run_folder = path + "/run",
               .lock_timeout = std::chrono::milliseconds(100)}),
        machines(hypervisor, servers, state, memory::disk_images(),
                 {path + "/machines", std::chrono::milliseconds(300), std::chrono::milliseconds(1)}) {
    notices.warning = [this](const std::string& text) { warnings.push_back(text); };
    notices.verbose = [this](const std::string& text) { told.push_back(text); };
  }

  std::optional<Guid> find(const std::string& name) {
    auto listed = hypervisor.list({});
    REQUIRE(listed);
    for (const MachineStatus& each : *listed) {
      if (each.name == name) return each.id;
    }
    return std::nullopt;
  }
  Guid id(const std::string& name = "web01") {
    const auto found = find(name);
    REQUIRE(found);
    return *found;
  }
  VMState state_of(const std::string& name = "web01") {
    const Guid ids[] = {id(name)};
    return (*hypervisor.status(ids))[0]->state;
  }
  MachineRecord record() {
    auto config = hypervisor.config(id());
    REQUIRE(config);
    auto record = load_record(config->record_path);
    REQUIRE(record);
    return *record;
  }
  Guid checkpoint_id(const std::string& name) {
    for (const CheckpointRecord& each : record().checkpoints) {
      if (each.name == name) return *Guid::parse(each.id);
    }
    FAIL("no checkpoint " << name);
    return {};
  }
  void write(const std::string& key, const std::string& value) {
    for (const char* target : {"sda", "sdb"}) {
      REQUIRE(servers.guest_write(id().to_string(), target, key, target + value));
    }
  }
};

// What both disks hold: a guest writes its values with the disk's name before them to both.
Content content_of(const std::vector<MachineDisk>& disks) {
  Content all;
  for (const MachineDisk& disk : disks) {
    auto content = memory::MemoryBlockServers::content(disk.image);
    REQUIRE(content);
    for (const auto& [key, value] : *content) all[disk.target + "." + key] = value;
  }
  return all;
}
Content both(std::initializer_list<std::pair<std::string, std::string>> values) {
  Content all;
  for (const auto& [key, value] : values) {
    for (const char* target : {"sda", "sdb"}) all[std::string(target) + "." + key] = target + value;
  }
  return all;
}

const std::map<std::string, Content> kCheckpoints = {
    {"c1", both({{"a", "1"}})}, {"c2", both({{"a", "2"}, {"b", "1"}})}, {"c3", both({{"a", "9"}})}};
const Content kCurrent = both({{"a", "10"}, {"c", "1"}});

Result<void> attach(World& world, const Guid& id, const std::string& image, int32_t location) {
  const auto changed = world.machines.change(
      id, "Add-VMHardDiskDrive",
      [&](MachineConfig& config) -> Result<void> {
        config.disks.push_back({.image = image, .place = {nouns::ControllerType::SCSI, 0, location}});
        return {};
      },
      world.notices);
  return changed ? Result<void>() : changed.error();
}

// A running machine with two disks, a tree c1 -> c2 and c1 -> c3, and its present state above c3.
void prepare(const std::string& folder) {
  World world(folder);
  fs::create_directories(folder + "/disks");
  auto created = world.machines.create({.name = "web01",
                                        .memory_startup_bytes = 64 << 20,
                                        .new_vhd_path = folder + "/disks/web01.vhdx",
                                        .new_vhd_size_bytes = 4096});
  REQUIRE_MESSAGE(created, created.error().message);
  REQUIRE(memory::disk_images().create(folder + "/disks/data.vhdx", 8192));
  REQUIRE(memory::disk_images().create(folder + "/more.vhdx", 8192));
  const Guid id = *created;
  const auto attached = attach(world, id, folder + "/disks/data.vhdx", 0);
  REQUIRE_MESSAGE(attached, attached.error().message);
  REQUIRE(world.machines.start(id));
  world.write("a", "1");
  REQUIRE(world.machines.checkpoint(id, "c1"));
  world.write("a", "2");
  world.write("b", "1");
  REQUIRE(world.machines.checkpoint(id, "c2"));
  world.write("a", "3");
  REQUIRE(world.machines.restore(id, world.checkpoint_id("c1")));
  REQUIRE(world.state_of() == VMState::Saved);
  REQUIRE(world.machines.start(id));
  REQUIRE(world.state_of() == VMState::Running);
  world.write("a", "9");
  REQUIRE(world.machines.checkpoint(id, "c3"));
  world.write("a", "10");
  world.write("c", "1");
}

std::set<std::string> files_in(const std::string& folder) {
  std::set<std::string> files;
  if (!fs::exists(folder)) return files;
  for (const auto& entry : fs::directory_iterator(folder)) files.insert(entry.path().string());
  return files;
}

// What must hold of any machine between operations.
void check_sound(World& world) {
  REQUIRE(world.state.unfinished()->empty());
  if (!world.find("web01")) return;
  const MachineRecord record = world.record();
  std::set<std::string> images = {world.folder + "/disks/web01.vhdx", world.folder + "/disks/data.vhdx"};
  for (const MachineImage& image : record.images) images.insert(image.path);
  CHECK(files_in(world.folder + "/disks") == images);
  std::set<std::string> memory_files;
  for (const CheckpointRecord& each : record.checkpoints) {
    if (!each.memory_file.empty()) memory_files.insert(each.memory_file);
  }
  CHECK(files_in(world.folder + "/machines/web01/Snapshots") == memory_files);
  for (const CheckpointRecord& each : record.checkpoints) {
    CAPTURE(each.name);
    const auto known = kCheckpoints.find(each.name);
    CHECK(content_of(each.disks) == (known == kCheckpoints.end() ? kCurrent : known->second));
  }
  const VMState state = world.state_of();
  const auto server = world.servers.state(record.id);
  if (state == VMState::Running || state == VMState::Paused) {
    CHECK(server->running);
    CHECK(server->disks == record.disks);
  }
}

// The machine takes up its work, and what its guest writes is there.
void check_usable(World& world) {
  const Guid id = world.id();
  const Content before = content_of(world.record().disks);
  if (world.state_of() != VMState::Running) REQUIRE(world.machines.start(id, world.notices));
  CHECK(world.state_of() == VMState::Running);
  world.write("z", "26");
  Content after = before;
  after.merge(both({{"z", "26"}}));
  CHECK(content_of(world.record().disks) == after);
}

std::set<std::string> names_of(const MachineRecord& record) {
  std::set<std::string> names;
  for (const CheckpointRecord& each : record.checkpoints) names.insert(each.name);
  return names;
}

// An operation under test and how one sees whether it happened.
struct Case {
  const char* kind;
  const char* name;
  bool off;                // with the machine turned off before
  const char* checkpoint;  // what it is about; empty: none
  std::function<Result<void>(World&, const Guid& id, const Guid& checkpoint)> run;
  std::function<void(World&, bool done)> check;
  std::function<bool(World&)> is_done;

  // Looks up what it is about before anything may fail.
  Result<void> operator()(
      World& world, const std::function<void()>& before = [] {}) const {
    const Guid id = world.id();
    const Guid about = *checkpoint == 0 ? Guid{} : world.checkpoint_id(checkpoint);
    before();
    return run(world, id, about);
  }
};

std::vector<Case> cases() {
  const auto stays = [](VMState state) {
    return [state](World& world, bool) {
      CHECK(world.state_of() == state);
      CHECK(content_of(world.record().disks) == kCurrent);
    };
  };
  const auto make = [](World& world, const Guid& id, const Guid&) -> Result<void> {
    HVSH_CHECK(world.machines.checkpoint(id, "new", world.notices));
    return {};
  };
  const auto made = [](World& world) { return names_of(world.record()).count("new") == 1; };
  const auto restore = [](World& world, const Guid& id, const Guid& about) {
    return world.machines.restore(id, about, world.notices);
  };
  const auto restored = [](World& world) {
    return world.record().current_checkpoint == world.checkpoint_id("c2").to_string();
  };
  const auto check_restored = [](World& world, bool done) {
    CHECK(content_of(world.record().disks) == (done ? kCheckpoints.at("c2") : kCurrent));
    if (done && !world.lessened) CHECK(world.state_of() == VMState::Saved);
  };
  const auto take_out = [](bool subtree) {
    return [subtree](World& world, const Guid& id, const Guid& about) {
      return world.machines.remove_checkpoint(id, about, subtree, world.notices);
    };
  };
  const auto lacks = [](const char* name) {
    return [name](World& world) { return names_of(world.record()).count(name) == 0; };
  };
  const auto remove = [](World& world, const Guid& id, const Guid&) {
    return world.machines.remove(id, world.notices);
  };
  const auto check_removed = [](World& world, bool done) {
    const std::vector<MachineDisk> disks = {{"sda", world.folder + "/disks/web01.vhdx"},
                                            {"sdb", world.folder + "/disks/data.vhdx"}};
    CHECK(content_of(done ? disks : world.record().disks) == kCurrent);
    if (!done) return;
    CHECK(!fs::exists(world.folder + "/machines/web01"));
    CHECK(files_in(world.folder + "/disks") == std::set<std::string>{disks[0].image, disks[1].image});
  };
  const auto rename = [](World& world, const Guid& id, const Guid&) {
    return world.machines.rename(id, "www", world.notices);
  };
  const auto check_renamed = [](World& world, bool done) {
    auto config = world.hypervisor.config(world.id(done ? "www" : "web01"));
    CHECK(load_record(config->record_path)->name == (done ? "www" : "web01"));
  };
  const auto attach_more = [](World& world, const Guid& id, const Guid&) {
    return attach(world, id, world.folder + "/more.vhdx", 1);
  };
  const auto has_more = [](World& world) { return world.record().disks.size() == 3; };
  const auto check_attached = [](World& world, bool done) {
    CHECK(world.record().disks.size() == (done ? 3 : 2));
    CHECK(world.hypervisor.config(world.id())->disks.size() == (done ? 3 : 2));
    if (done) CHECK(world.record().disks[2] == MachineDisk{"sdc", world.folder + "/more.vhdx"});
  };
  const auto is_gone = [](World& world) { return !world.find("web01"); };
  const auto running = stays(VMState::Running);
  const auto off = stays(VMState::Off);
  return {
      {"Checkpoint-VM", "checkpoint, running", false, "", make, running, made},
      {"Checkpoint-VM", "checkpoint, off", true, "", make, off, made},
      {"Restore-VMSnapshot", "restore, running", false, "c2", restore, check_restored, restored},
      {"Restore-VMSnapshot", "restore, off", true, "c2", restore, check_restored, restored},
      {"Remove-VMSnapshot", "remove the parent, running", false, "c3", take_out(false), running, lacks("c3")},
      {"Remove-VMSnapshot", "remove the parent, off", true, "c3", take_out(false), off, lacks("c3")},
      {"Remove-VMSnapshot", "remove the root", false, "c1", take_out(false), running, lacks("c1")},
      {"Remove-VMSnapshot", "remove a branch", false, "c2", take_out(false), running, lacks("c2")},
      {"Remove-VMSnapshot", "remove all, running", false, "c1", take_out(true), running, lacks("c1")},
      {"Remove-VM", "remove the machine", true, "", remove, check_removed, is_gone},
      {"Set-VM", "rename", true, "", rename, check_renamed, is_gone},
      {"Set-VM", "attach a disk, running", false, "", attach_more, check_attached, has_more},
      {"Set-VM", "attach a disk, off", true, "", attach_more, check_attached, has_more},
  };
}

// Puts a prepared host back again and again, at the same place, since paths are absolute.
struct Stage {
  Folder folder;
  std::string world = folder.path + "/world";
  std::string kept = folder.path + "/kept";

  explicit Stage(bool off) {
    fs::create_directories(world);
    prepare(world);
    if (off) {
      World now(world);
      REQUIRE(now.machines.stop(now.id(), StopMode::turn_off));
    }
    fs::copy(world, kept, fs::copy_options::recursive);
  }
  void reset() const {
    fs::remove_all(world);
    fs::copy(kept, world, fs::copy_options::recursive);
  }
};

int in_child(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

void check_after(World& world, const Case& test, bool done) {
  check_sound(world);
  test.check(world, done);
  if (world.find("web01")) check_usable(world);
}

const Error kFailure{.id = "OperationFailed", .category = ErrorCategory::DeviceError, .message = "asked for"};

}  // namespace

TEST_CASE("each operation does what it says") {
  for (const Case& test : cases()) {
    CAPTURE(test.name);
    Stage stage(test.off);
    World world(stage.world);
    auto result = test(world);
    REQUIRE_MESSAGE(result, result.error().message);
    CHECK(world.warnings.empty());
    CHECK(test.is_done(world));
    check_after(world, test, true);
  }
}

TEST_CASE("an operation whose n-th call fails is done or undone, with one error") {
  for (const Case& test : cases()) {
    Stage stage(test.off);
    // Once, or for good until the process ends; of the hypervisor or of the block servers.
    for (const auto& [of_hypervisor, count] :
         {std::pair(true, 1), std::pair(false, 1), std::pair(true, 50), std::pair(false, 50)}) {
      for (int n = 1, reached = n; reached >= n; ++n) {
        REQUIRE(n < 100);
        CAPTURE(test.name);
        CAPTURE(of_hypervisor);
        CAPTURE(count);
        CAPTURE(n);
        stage.reset();
        bool succeeded = false;
        {
          World world(stage.world);
          int before = 0;
          const auto calls = [&] { return of_hypervisor ? world.hypervisor.calls() : world.servers.calls(); };
          auto result = test(world, [&] {
            before = calls();
            for (int i = 0; of_hypervisor && i < count; ++i) world.hypervisor.fail_call(n + i, kFailure);
            if (!of_hypervisor) world.servers.fail_calls(n, count, kFailure);
          });
          reached = calls() - before;
          succeeded = result.ok();
          if (!result) CHECK(result.error().message.find("asked for") != std::string::npos);
        }
        World world(stage.world);
        world.machines.recover(world.notices);
        const bool done = test.is_done(world);
        if (succeeded) CHECK(done);
        world.lessened = done && !succeeded;
        if (count == 1) CHECK(succeeded == done);  // what failed once was undone, or done in a second try
        check_after(world, test, done);
      }
    }
  }
}

TEST_CASE("an operation killed at any step is finished or undone by the next run") {
  for (const Case& test : cases()) {
    Stage stage(test.off);
    int killed = 0;
    for (const char* how : {"kill", "kill-after", "fail"}) {
      for (int step = 0; step <= 10; ++step) {
        const std::string fault = fmt::format("{}:{}:{}", how, test.kind, step);
        CAPTURE(test.name);
        CAPTURE(fault);
        stage.reset();
        const int status = in_child([&] {
          setenv("HVSH_FAULT", fault.c_str(), 1);
          World world(stage.world);
          return test(world) ? 0 : 1;
        });
        killed += WIFSIGNALED(status);
        World world(stage.world);
        world.machines.recover(world.notices);
        CHECK(world.warnings.empty());
        if (WIFSIGNALED(status)) CHECK(world.told.size() == 1);
        const bool done = test.is_done(world);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0) CHECK(done);
        check_after(world, test, done);
      }
    }
    CHECK(killed >= 4);
  }
}

TEST_CASE("a killed checkpoint whose guest somebody resumed loses nothing that the guest wrote") {
  Stage stage(false);
  for (const bool server_died : {false, true}) {
    for (int step = 0; step <= 6; ++step) {
      CAPTURE(step);
      CAPTURE(server_died);
      stage.reset();
      in_child([&] {
        setenv("HVSH_FAULT", fmt::format("kill:Checkpoint-VM:{}", step).c_str(), 1);
        World world(stage.world);
        return world.machines.checkpoint(world.id(), "new") ? 0 : 1;
      });
      {
        World other(stage.world);
        const Guid id = other.id();
        if (server_died) {
          auto config = other.hypervisor.config(id);
          REQUIRE(other.servers.reopen(id.to_string(), config->record_path));
        }
        if (other.state_of() == VMState::Paused) REQUIRE(other.hypervisor.resume(id));
        other.write("late", "1");
      }
      World world(stage.world);
      world.machines.recover(world.notices);
      CHECK(world.warnings.empty());
      Content expected = kCurrent;
      expected.merge(both({{"late", "1"}}));
      CHECK(content_of(world.record().disks) == expected);
      check_sound(world);
      check_usable(world);
    }
  }
}

TEST_CASE("a merge that cannot be done now is an error, and the next command finishes it") {
  Stage stage(false);
  {
    World world(stage.world);
    const Guid checkpoint = world.checkpoint_id("c3");
    world.servers.fail_calls(1, 1000, kFailure);
    auto removed = world.machines.remove_checkpoint(world.id(), checkpoint, false, world.notices);
    REQUIRE(!removed);
    CHECK(removed.error().hint.find("The next command on this machine tries again.") != std::string::npos);
    CHECK(world.state_of() == VMState::Running);
    CHECK(content_of(world.record().disks) == kCurrent);
    // The machine can be used meanwhile.
    CHECK(world.machines.suspend(world.id(), world.notices));
    CHECK(world.warnings.size() == 1);
    CHECK(world.machines.resume(world.id(), world.notices));
  }
  World world(stage.world);
  CHECK(world.machines.suspend(world.id(), world.notices));
  CHECK(world.told.size() == 1);
  check_sound(world);
  CHECK(world.record().images.size() == 4);
}

// ---- New-VM

namespace {

NewMachine with_new_disk(const std::string& folder) {
  return {.name = "db01",
          .memory_startup_bytes = 64 << 20,
          .path = folder + "/vms",
          .new_vhd_path = folder + "/db01.vhdx",
          .new_vhd_size_bytes = 4096};
}

std::set<std::string> tree_of(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = fs::relative(entry.path(), folder).string();
    const bool own = name.starts_with("state") || name.starts_with("run") || name.starts_with("servers") ||
                     name.starts_with("hypervisor");
    if (!own) names.insert(name);
  }
  return names;
}

}  // namespace

TEST_CASE("New-VM makes a machine with its folder, record and disk") {
  Folder folder;
  World world(folder.path);
  auto id = world.machines.create(with_new_disk(folder.path), world.notices);
  REQUIRE_MESSAGE(id, id.error().message);
  auto config = world.machines.config(*id);
  REQUIRE(config);
  CHECK(config->folder == folder.path + "/vms/db01");
  CHECK(config->record_path == folder.path + "/vms/db01/Virtual Machines/" + id->to_string() + ".hvsh.json");
  CHECK(config->version == "10.0");
  REQUIRE(config->disks.size() == 1);
  CHECK(config->disks[0].served);
  CHECK(config->disks[0].image == folder.path + "/db01.vhdx");
  CHECK(config->adapters.size() == 1);
  CHECK(config->system_files_bytes > 0);
  CHECK(world.warnings.empty());
  auto again = world.machines.create({.name = "DB01", .path = folder.path}, world.notices);
  REQUIRE(!again);
  CHECK(again.error().id == "MachineExists");
}

TEST_CASE("New-VM killed or failed anywhere leaves a machine or nothing") {
  for (const char* how : {"kill", "kill-after", "fail"}) {
    for (int step = 0; step <= 6; ++step) {
      Folder folder;
      const std::string fault = fmt::format("{}:New-VM:{}", how, step);
      CAPTURE(fault);
      const int status = in_child([&] {
        setenv("HVSH_FAULT", fault.c_str(), 1);
        World world(folder.path);
        return world.machines.create(with_new_disk(folder.path)) ? 0 : 1;
      });
      World world(folder.path);
      world.machines.recover(world.notices);
      CHECK(world.warnings.empty());
      CHECK(world.state.unfinished()->empty());
      const bool there = world.find("db01").has_value();
      if (WIFEXITED(status)) CHECK(there == (WEXITSTATUS(status) == 0));
      if (!there) {
        CHECK(tree_of(folder.path).empty());
      } else {
        CHECK(fs::exists(folder.path + "/db01.vhdx"));
        CHECK(world.machines.start(world.id("db01")));
      }
    }
  }
}

TEST_CASE("New-VM whose n-th call fails leaves a machine or nothing") {
  for (const bool of_hypervisor : {true, false}) {
    for (int n = 1; n < 12; ++n) {
      Folder folder;
      CAPTURE(n);
      bool succeeded = false;
      {
        World world(folder.path);
        if (of_hypervisor) {
          world.hypervisor.fail_call(n, kFailure);
        } else {
          world.servers.fail_calls(n, 1, kFailure);
        }
        succeeded = world.machines.create(with_new_disk(folder.path), world.notices).ok();
      }
      World world(folder.path);
      world.machines.recover();
      CHECK(world.find("db01").has_value() == succeeded);
      if (!succeeded) CHECK(tree_of(folder.path).empty());
    }
  }
}

TEST_CASE("New-VM never touches a disk that is there") {
  Folder folder;
  World world(folder.path);
  NewMachine machine = with_new_disk(folder.path);
  REQUIRE(memory::disk_images().create(machine.new_vhd_path, 77));
  auto refused = world.machines.create(machine);
  REQUIRE(!refused);
  CHECK(refused.error().category == ErrorCategory::ResourceExists);
  CHECK(fs::exists(machine.new_vhd_path));

  machine.vhd_path = machine.new_vhd_path;
  machine.new_vhd_path.clear();
  world.hypervisor.fail_call(3, kFailure);  // define, and the look whether it was done
  world.hypervisor.fail_call(2, kFailure);
  CHECK(!world.machines.create(machine));
  World next(folder.path);
  next.machines.recover();
  CHECK(tree_of(folder.path) == std::set<std::string>{"db01.vhdx"});

  // A disk that somebody made at the same place after the kill is not the one that the journal means.
  Folder other;
  NewMachine killed = with_new_disk(other.path);
  in_child([&] {
    setenv("HVSH_FAULT", "kill:New-VM:3", 1);
    World child(other.path);
    return child.machines.create(killed) ? 0 : 1;
  });
  REQUIRE(memory::disk_images().create(killed.new_vhd_path, 77));
  World recovering(other.path);
  recovering.machines.recover();
  CHECK(tree_of(other.path) == std::set<std::string>{"db01.vhdx"});
}

TEST_CASE("New-VM says what is wrong before it makes anything") {
  Folder folder;
  World world(folder.path);
  const auto error_of = [&](const NewMachine& machine) {
    auto result = world.machines.create(machine);
    REQUIRE(!result);
    CHECK(tree_of(folder.path).size() <= 3);
    return result.error();
  };
  CHECK(error_of({.name = ""}).id == "InvalidParameter");
  CHECK(error_of({.name = "a/b"}).message.find("'/'") != std::string::npos);
  CHECK(error_of({.name = ".."}).id == "InvalidParameter");
  CHECK(error_of({.name = "x", .memory_startup_bytes = 0}).message.find("32 MB") != std::string::npos);
  CHECK(error_of({.name = "x", .memory_startup_bytes = (64 << 20) + 1}).message.find("2 MB") !=
        std::string::npos);
  CHECK(error_of({.name = "x", .generation = 3}).id == "InvalidParameter");
  NewMachine no_size = with_new_disk(folder.path);
  no_size.new_vhd_size_bytes = 0;
  CHECK(error_of(no_size).hint.find("-NewVHDSizeBytes") != std::string::npos);
  NewMachine missing = {.name = "x", .vhd_path = folder.path + "/none.vhdx"};
  CHECK(error_of(missing).category == ErrorCategory::ObjectNotFound);
  missing.vhd_path = folder.path;
  CHECK(error_of(missing).message.find(folder.path) != std::string::npos);
  // The content of another format than the name's.
  REQUIRE(write_file_atomically(folder.path + "/fake.vhdx", "hello", 0644));
  missing.vhd_path = folder.path + "/fake.vhdx";
  CHECK(error_of(missing).message.find("its name says vhdx, and its content is raw") != std::string::npos);
  REQUIRE(memory::disk_images().create(folder.path + "/real.vhdx", 4096));
  fs::rename(folder.path + "/real.vhdx", folder.path + "/real.img");
  missing.vhd_path = folder.path + "/real.img";
  CHECK(error_of(missing).message.find("its name says raw, and its content is vhdx") != std::string::npos);
}

TEST_CASE("a disk that is attached directly cannot be checkpointed yet") {
  Folder folder;
  World world(folder.path);
  REQUIRE(memory::disk_images().create(folder.path + "/a.qcow2", 4096));
  auto id = world.machines.create({.name = "web01", .vhd_path = folder.path + "/a.qcow2"});
  REQUIRE(id);
  auto checkpoint = world.machines.checkpoint(*id, "x");
  REQUIRE(!checkpoint);
  CHECK(checkpoint.error().category == ErrorCategory::NotImplemented);
  CHECK(checkpoint.error().message.find("/a.qcow2") != std::string::npos);
  CHECK(checkpoint.error().hint.find("Convert-VHD") != std::string::npos);
}

// ---- Power

TEST_CASE("a guest that ignores the request ends in an error that names -TurnOff") {
  Folder folder;
  prepare(folder.path);
  World world(folder.path);
  (void)world.id();
  world.hypervisor.find("web01")->ignores_shutdown = true;
  auto stopped = world.machines.stop(world.id(), StopMode::shut_down);
  REQUIRE(!stopped);
  CHECK(stopped.error().category == ErrorCategory::OperationTimeout);
  CHECK(stopped.error().hint.find("-TurnOff") != std::string::npos);
  CHECK(world.state_of() == VMState::Running);
  world.hypervisor.find("web01")->ignores_shutdown = false;
  CHECK(world.machines.stop(world.id(), StopMode::shut_down));
  CHECK(world.state_of() == VMState::Off);
  CHECK(!world.servers.state(world.id().to_string())->running);
  CHECK(world.machines.stop(world.id(), StopMode::turn_off, world.notices));
  CHECK(world.warnings == std::vector<std::string>{"The virtual machine is already in the specified state."});
}

TEST_CASE("states go as on Windows") {
  Folder folder;
  prepare(folder.path);
  World world(folder.path);
  const Guid id = world.id();
  const int64_t counted = world.hypervisor.guest_count("web01");
  CHECK(world.machines.stop(id, StopMode::save));
  CHECK(world.state_of() == VMState::Saved);
  CHECK(world.machines.start(id));
  CHECK(world.state_of() == VMState::Running);
  CHECK(world.hypervisor.guest_count("web01") >= counted);
  CHECK(world.machines.suspend(id));
  CHECK(world.state_of() == VMState::Paused);
  CHECK(world.machines.start(id));
  CHECK(world.state_of() == VMState::Running);
  CHECK(world.machines.restart(id, true));
  auto removed = world.machines.remove(id);
  REQUIRE(!removed);
  CHECK(removed.error().id == "InvalidState");
  CHECK(world.machines.stop(id, StopMode::turn_off));
  auto saved = world.machines.stop(id, StopMode::save);
  REQUIRE(!saved);
  CHECK(saved.error().id == "InvalidState");
  auto unknown = world.machines.start(Guid::random());
  REQUIRE(!unknown);
  CHECK(unknown.error().id == "InvalidParameter");
}

TEST_CASE("drives come and go, and what cannot be is refused before anything changes") {
  Folder folder;
  World world(folder.path);
  const auto created = world.machines.create({.name = "web01", .memory_startup_bytes = 64 << 20});
  REQUIRE(created);
  const Guid id = *created;
  const std::string vhdx = folder.path + "/a.vhdx";
  REQUIRE(memory::disk_images().create(vhdx, 8192));
  REQUIRE(memory::disk_images().create(folder.path + "/b.vhd", 8192));
  REQUIRE(world.machines.start(id));
  CHECK(!world.servers.state(id.to_string())->running);
  REQUIRE(attach(world, id, vhdx, 0));  // starts a server
  CHECK(world.servers.state(id.to_string())->disks == world.record().disks);
  CHECK(attach(world, id, vhdx, 1).error().id == "ResourceBusy");
  CHECK(attach(world, id, folder.path + "/nosuch.vhdx", 1).error().category == ErrorCategory::ObjectNotFound);
  CHECK(attach(world, id, folder.path + "/b.vhd", 0).error().message.find("two drives") != std::string::npos);
  CHECK(attach(world, id, folder.path + "/b.vhd", 64).error().id == "InvalidParameter");
  REQUIRE(attach(world, id, folder.path + "/b.vhd", 1));
  const auto remove_first = [&] {
    return world.machines.change(id, "Remove-VMHardDiskDrive", [](MachineConfig& config) -> Result<void> {
      config.disks.erase(config.disks.begin());
      return {};
    });
  };
  auto left = remove_first();
  REQUIRE(left);
  CHECK(left->disks.size() == 1);
  CHECK(left->disks[0].format == "vpc");
  CHECK(world.record().disks.empty());
  CHECK(!world.servers.state(id.to_string())->running);
  CHECK(world.state.unfinished()->empty());
  // Disks that a checkpoint holds stay.
  REQUIRE(remove_first());
  REQUIRE(attach(world, id, vhdx, 0));
  REQUIRE(world.machines.checkpoint(id, "c"));
  CHECK(remove_first().error().message.find("checkpoint \"c\" holds it") != std::string::npos);
  // A DVD drive and its disc, and what needs the machine off.
  const auto add_dvd = [&](nouns::ControllerType type) {
    return world.machines.change(id, "Add-VMDvdDrive", [&](MachineConfig& config) -> Result<void> {
      config.dvds.push_back({.image = folder.path, .place = {type, 0, 1}});
      return {};
    });
  };
  CHECK(add_dvd(nouns::ControllerType::IDE).error().id == "InvalidState");
  REQUIRE(add_dvd(nouns::ControllerType::SCSI));
  CHECK(world.machines.config(id)->dvds.at(0).target == "sdb");
}

TEST_CASE("a checkpoint keeps memory, name and place in the tree") {
  Folder folder;
  prepare(folder.path);
  World world(folder.path);
  const Guid id = world.id();
  const int64_t counted = world.hypervisor.guest_count("web01");
  auto info = world.machines.checkpoint(id, "");
  REQUIRE(info);
  CHECK(info->name.starts_with("web01 - ("));
  CHECK(info->parent_name == "c3");
  CHECK(info->state == VMState::Running);
  CHECK(info->config.memory_startup_bytes == 64 << 20);
  CHECK(info->system_files_bytes > 0);
  CHECK(world.machines.config(id)->parent_checkpoint_name == info->name);
  world.hypervisor.advance(TimeSpan::seconds(1000));
  REQUIRE(world.machines.stop(id, StopMode::turn_off));
  REQUIRE(world.machines.rename(id, "www"));
  auto renamed = world.machines.restore(id, info->id);
  REQUIRE(!renamed);
  CHECK(renamed.error().id == "InvalidState");
  CHECK(renamed.error().hint == "Rename it back first: Rename-VM -Name 'www' -NewName 'web01'.");
  REQUIRE(world.machines.rename(id, "web01"));
  REQUIRE(world.machines.restore(id, info->id));
  CHECK(world.state_of() == VMState::Saved);
  const int64_t restored = world.hypervisor.guest_count("web01");
  CHECK(restored >= counted);
  CHECK(restored < counted + 10);
  REQUIRE(world.machines.rename_checkpoint(id, info->id, "renamed"));
  CHECK(world.machines.checkpoints(id)->back().name == "renamed");
  auto missing = world.machines.restore(id, Guid::random());
  REQUIRE(!missing);
  CHECK(missing.error().id == "InvalidParameter");
}

TEST_CASE("the second of two processes on one machine is told who has it") {
  Folder folder;
  prepare(folder.path);
  int ready[2];
  REQUIRE(pipe(ready) == 0);
  const pid_t child = fork();
  if (child == 0) {
    World world(folder.path);
    (void)world.hypervisor.list({});
    world.hypervisor.find("web01")->ignores_shutdown = true;
    Notices notices;
    bool told = false;
    notices.stopping = [&] {
      if (!told) (void)!write(ready[1], "x", 1);
      told = true;
      usleep(50'000);
      return false;
    };
    (void)world.machines.stop(world.id(), StopMode::shut_down, notices);
    _exit(0);
  }
  char byte = 0;
  REQUIRE(read(ready[0], &byte, 1) == 1);
  World world(folder.path);
  auto busy = world.machines.start(world.id());
  REQUIRE(!busy);
  CHECK(busy.error().category == ErrorCategory::ResourceBusy);
  CHECK(busy.error().message.find(fmt::format("it is held by Stop-VM, process {} of ", child)) !=
        std::string::npos);
  waitpid(child, nullptr, 0);
}

// ---- Metering

TEST_CASE("metering lasts over a restart of the machine") {
  Folder folder;
  prepare(folder.path);
  World world(folder.path);
  const Guid id = world.id();
  CHECK(world.machines.measure(id).error().id == "InvalidState");
  REQUIRE(world.machines.enable_metering(id));
  REQUIRE(world.machines.stop(id, StopMode::turn_off));
  REQUIRE(world.machines.start(id));
  auto report = world.machines.measure(id);
  REQUIRE_MESSAGE(report, report.error().message);
  CHECK(report->maximum_memory_mb == 64);
  CHECK(report->average_memory_mb == 64);
  CHECK(report->duration.ticks > 0);
  REQUIRE(world.machines.reset_metering(id));
  REQUIRE(world.machines.disable_metering(id));
  CHECK(world.machines.measure(id).error().id == "InvalidState");
}
