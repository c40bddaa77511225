// The block server against the real storage daemon, with data: a reference file gets every write that the
// "guest" (qemu-io over NBD) makes, and after each operation, kill and restart the two must read the same.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <thread>

#include "engines/block/image.h"
#include "engines/block_server.h"
#include "engines/process.h"
#include "engines/vhdx/file.h"
#include "engines/vhdx/headers.h"

namespace hvsh::engines::block {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr const char* kVm = "0a1b2c3d-1111-2222-3333-444455556666";
constexpr int kSizeMiB = 48;

std::string tag(int n) { return fmt::format("00000000-0000-0000-0000-{:012}", n); }

std::string command(std::vector<std::string> argv, bool must_succeed = true) {
  auto outcome = run(argv, nullptr, std::chrono::seconds(120));
  REQUIRE(outcome.ok());
  INFO(fmt::format("{} {}: {}", argv[0], argv.back(), outcome->output));
  if (must_succeed) REQUIRE(outcome->exit_code == 0);
  return outcome->output;
}

template <class T>
void require_ok(const Result<T>& result) {
  const std::string why = result.ok() ? "" : result.error().id + ": " + result.error().message;
  INFO(why);
  REQUIRE(result.ok());
}

bool wait_until(const std::function<bool()>& condition, milliseconds deadline = milliseconds(15000)) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (std::chrono::steady_clock::now() < end) {
    if (condition()) return true;
    ::poll(nullptr, 0, 10);
  }
  return condition();
}

bool have_tools() {
  static const bool have =
      run({"qemu-storage-daemon", "--version"}, nullptr, std::chrono::seconds(10)).ok() &&
      run({"qemu-io", "--version"}, nullptr, std::chrono::seconds(10)).ok();
  if (!have) MESSAGE("skipped: qemu-storage-daemon or qemu-io is not installed");
  return have;
}

// One machine with disks sda (and sdb), its record, and a reference file for each disk.
class Machine {
 public:
  explicit Machine(std::vector<std::string> targets = {"sda"}, const std::string& folder_parent = "/tmp")
      : targets_(std::move(targets)) {
    std::string pattern = folder_parent + "/block_test.XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    REQUIRE(::chmod(folder_.c_str(), 0755) == 0);
    // As on a user's host: root serves as libvirt's user, anybody else as himself.
    std::ofstream conf(folder_ + "/qemu.conf");
    if (::geteuid() == 0 && ::system("id libvirt-qemu > /dev/null 2>&1") != 0) conf << "user = \"root\"\n";
    conf.close();
    make();
    record_.id = kVm;
    record_.name = "web01";
    for (const std::string& target : targets_) {
      const std::string image = folder_ + "/" + target + ".vhdx";
      command({"qemu-img", "create", "-q", "-f", "vhdx", image, fmt::format("{}M", kSizeMiB)});
      command({"qemu-img", "create", "-q", "-f", "raw", reference(target), fmt::format("{}M", kSizeMiB)});
      record_.disks.push_back({target, image, false});
    }
    save();
  }
  ~Machine() {
    stop_writer();
    if (servers) [[maybe_unused]]
      auto stopped = servers->stop(kVm);
    fs::remove_all(folder_);
  }

  void make() {
    servers = make_block_servers(
        {.program = {BLOCK_SUPERVISOR},
         .resume_command = {"/bin/sh", "-c", "echo $1 >> " + folder_ + "/resumed", "resume"},
         .run_folder = folder_ + "/run",
         .qemu_conf = folder_ + "/qemu.conf"});
  }
  const std::string& folder() const { return folder_; }
  MachineRecord& record() { return record_; }
  std::string record_path() const { return folder_ + "/record.json"; }
  void save() { require_ok(save_record(record_, record_path())); }
  void reload() {
    auto loaded = load_record(record_path());
    require_ok(loaded);
    record_ = loaded.take();
  }
  std::string image(const std::string& target = "sda") { return record_.find_disk(target)->image; }
  std::string reference(const std::string& target = "sda") const { return folder_ + "/" + target + ".ref"; }
  std::string url(const std::string& target = "sda") const {
    return fmt::format("nbd+unix:///{}?socket={}", target, *servers->socket_path(kVm));
  }

  void start() { require_ok(servers->start(kVm, record_path())); }
  void stop() { require_ok(servers->stop(kVm)); }
  ServerState state() {
    auto now = servers->state(kVm);
    require_ok(now);
    return now.take();
  }
  void kill_server() {
    const ServerState before = state();
    REQUIRE(before.server_pid > 0);
    ::kill(before.server_pid, SIGKILL);
    REQUIRE(wait_until([&] {
      const ServerState now = state();
      return now.running && now.server_pid != before.server_pid;
    }));
  }

  void write(int pattern, int at_kib, int length_kib, const std::string& target = "sda") {
    const std::string text = fmt::format("write -P {} {}k {}k", pattern, at_kib, length_kib);
    command({"qemu-io", "-f", "raw", "-c", text, url(target)});
    command({"qemu-io", "-f", "raw", "-c", text, reference(target)});
  }
  void check_data(const std::string& target = "sda") {
    const std::string text =
        command({"qemu-img", "compare", "-f", "raw", "-F", "raw", url(target), reference(target)}, false);
    CHECK(text == "Images are identical.\n");
  }
  void check_restart() {  // what a crash would find is what the guest wrote
    kill_server();
    for (const std::string& target : targets_) check_data(target);
  }

  // The order of a checkpoint, as block_server.h gives it. The references of that instant are kept.
  void checkpoint(int number) {
    auto leaves = servers->create_leaves(record_.disks, tag(number));
    require_ok(leaves);
    const bool running = state().running;
    CheckpointRecord checkpoint;
    checkpoint.id = tag(number);
    checkpoint.name = fmt::format("c{}", number);
    checkpoint.parent_id = record_.current_checkpoint;
    checkpoint.disks = record_.disks;
    record_.checkpoints.push_back(checkpoint);
    record_.current_checkpoint = checkpoint.id;
    record_.disks = *leaves;
    save();
    if (running) require_ok(servers->switch_leaves(kVm, *leaves));
    for (const std::string& target : targets_) {
      fs::copy_file(reference(target), fmt::format("{}.{}", reference(target), number));
    }
  }
  // Takes the checkpoint out of the record, as removal does before it merges.
  void forget_checkpoint(int number) {
    const std::string parent = record_.find_checkpoint(tag(number))->parent_id;
    std::erase_if(record_.checkpoints, [&](const CheckpointRecord& c) { return c.id == tag(number); });
    for (CheckpointRecord& c : record_.checkpoints) {
      if (c.parent_id == tag(number)) c.parent_id = parent;
    }
    if (record_.current_checkpoint == tag(number)) record_.current_checkpoint = parent;
    save();
  }
  // What after_pivot has to do.
  Result<void> replace_in_record(const std::string& child, const std::string& base) {
    auto loaded = load_record(record_path());
    if (!loaded) return loaded.take_error();
    const auto replace = [&](std::vector<MachineDisk>& disks) {
      for (MachineDisk& disk : disks) {
        if (disk.image == child) disk.image = base;
      }
    };
    replace(loaded->disks);
    for (CheckpointRecord& checkpoint : loaded->checkpoints) replace(checkpoint.disks);
    return save_record(*loaded, record_path());
  }

  // A guest that writes until it is stopped; pause() returns between two writes.
  void start_writer(const std::string& target = "sda") {
    writing_ = true;
    writer_ = std::thread([this, target] {
      for (int i = 0; writing_; ++i) {
        std::lock_guard guard(paused_);
        if (!writing_) break;
        std::vector<std::string> argv = {"qemu-io", "-f", "raw"};
        for (int j = 0; j < 8; ++j) {
          argv.push_back("-c");
          argv.push_back(fmt::format("write -P {} {}k {}k", (i + j) % 255 + 1,
                                     (i * 613 + j * 4099) % (47 * 1024), 4 + j * 60));
        }
        argv.push_back(url(target));
        auto guest = run(argv, nullptr, std::chrono::seconds(60));
        argv.back() = reference(target);
        auto mirror = run(argv, nullptr, std::chrono::seconds(60));
        if (!guest || guest->exit_code != 0 || !mirror || mirror->exit_code != 0) ++write_errors;
        ++writes;
      }
    });
  }
  void stop_writer() {
    writing_ = false;
    if (writer_.joinable()) writer_.join();
  }
  void pause() { paused_.lock(); }
  void resume() { paused_.unlock(); }

  std::unique_ptr<BlockServers> servers;
  std::atomic<int> writes{0};
  std::atomic<int> write_errors{0};

 private:
  std::vector<std::string> targets_;
  std::string folder_;
  MachineRecord record_;
  std::thread writer_;
  std::atomic<bool> writing_{false};
  std::mutex paused_;
};

MergeRequest request(Machine& machine, const std::string& child, const std::string& base,
                     const std::string& target = "sda") {
  return {kVm, machine.record_path(), target, child, base};
}

MergeHooks recording_hooks(Machine& machine, const std::string& child) {
  return {.before_pivot = [] { return Result<void>(); },
          .after_pivot = [&machine,
                          child](const std::string& base) { return machine.replace_in_record(child, base); },
          .progress = {}};
}

TEST_CASE("start serves every disk, is idempotent, and stop leaves nothing running") {
  if (!have_tools()) return;
  Machine machine({"sda", "sdb"});
  struct stat before {};
  REQUIRE(::stat(machine.image().c_str(), &before) == 0);
  machine.start();
  const ServerState first = machine.state();
  CHECK(first.running);
  CHECK(first.supervised);
  CHECK(first.problem == "");
  CHECK(first.record_path == machine.record_path());
  CHECK(difference(machine.record().disks, first.disks) == "");
  machine.start();
  CHECK(machine.state().server_pid == first.server_pid);
  machine.write(1, 0, 1024, "sda");
  machine.write(2, 0, 2048, "sdb");
  machine.check_data("sda");
  machine.check_data("sdb");
  struct stat socket {};
  REQUIRE(::stat(machine.servers->socket_path(kVm)->c_str(), &socket) == 0);
  CHECK((socket.st_mode & 0777) == 0600);
  if (::geteuid() == 0) {  // served as the guests' user, who owns socket and image while they are served
    struct stat image {};
    REQUIRE(::stat(machine.image().c_str(), &image) == 0);
    CHECK(image.st_uid == socket.st_uid);
    auto status = read_file(fmt::format("/proc/{}/status", first.server_pid), 65536);
    REQUIRE(status.ok());
    CHECK(status->find(fmt::format("\nUid:\t{}\t{}\t{}", socket.st_uid, socket.st_uid, socket.st_uid)) !=
          std::string::npos);
  }
  machine.stop();
  machine.stop();
  CHECK_FALSE(machine.state().running);
  CHECK_FALSE(machine.servers->restart(kVm).ok());
  CHECK(process_start_time(first.server_pid) == 0);
  CHECK(process_start_time(first.supervisor_pid) == 0);
  struct stat after {};
  REQUIRE(::stat(machine.image().c_str(), &after) == 0);
  CHECK(after.st_uid == before.st_uid);
  machine.start();
  machine.check_data("sda");
}

TEST_CASE("a server that dies is restarted, and the guest is resumed until its disks are back") {
  if (!have_tools()) return;
  Machine machine;
  machine.start();
  machine.write(7, 0, 4096);
  machine.check_restart();
  REQUIRE(wait_until([&] { return fs::exists(machine.folder() + "/resumed"); }));
  auto text = read_file(machine.folder() + "/resumed", 65536);
  REQUIRE(text.ok());
  CHECK(text->starts_with(kVm));
  CHECK(machine.state().restarts == 1);
  // Asked for, it is restarted as well, and only then.
  const ServerState before = machine.state();
  require_ok(machine.servers->restart(kVm));
  CHECK(machine.state().server_pid != before.server_pid);
  CHECK(machine.state().supervisor_pid == before.supervisor_pid);
  machine.check_data();
  // A client that comes back ends the asking.
  const std::string held = fmt::format(
      "nbdinfo --size '{0}' > /dev/null; exec qemu-io -f raw -c 'sleep 3000' '{0}'", machine.url());
  std::thread client([&] {
    [[maybe_unused]] auto out = run({"/bin/sh", "-c", held}, nullptr, milliseconds(20000));
  });
  CHECK(wait_until([&] {
    auto log = read_file(machine.folder() + "/run/" + kVm + "/log", 1 << 20);
    return log && log->find("have their client back") != std::string::npos;
  }));
  client.join();
}

TEST_CASE("the server outlives its supervisor, and the next start supervises it again") {
  if (!have_tools()) return;
  Machine machine;
  machine.start();
  machine.write(3, 100, 300);
  const ServerState before = machine.state();
  ::kill(before.supervisor_pid, SIGKILL);
  REQUIRE(wait_until([&] { return !machine.state().supervised; }));
  CHECK(machine.state().running);
  machine.check_data();
  machine.start();
  const ServerState after = machine.state();
  CHECK(after.supervised);
  CHECK(after.server_pid == before.server_pid);
  machine.check_restart();
  // Stop also finds a server without a supervisor.
  ::kill(machine.state().supervisor_pid, SIGKILL);
  const pid_t server = machine.state().server_pid;
  machine.stop();
  CHECK(wait_until([&] { return process_start_time(server) == 0; }));
}

TEST_CASE("what cannot be served is one clear error, and nothing stays behind") {
  if (!have_tools()) return;
  Machine machine;
  const auto message = [&] {
    auto result = machine.servers->start(kVm, machine.record_path());
    REQUIRE_FALSE(result.ok());
    CHECK_FALSE(machine.state().running);
    CHECK_FALSE(machine.state().supervised);
    return result.error().message;
  };
  const auto contains = [](const std::string& text, const std::string& part) {
    INFO(text);
    return text.find(part) != std::string::npos;
  };
  const std::string good = machine.image();
  machine.record().disks[0].image = machine.folder() + "/missing.vhdx";
  machine.save();
  CHECK(contains(message(), "missing.vhdx"));
  std::ofstream(machine.folder() + "/wrong.vhdx") << "not a disk";
  machine.record().disks[0].image = machine.folder() + "/wrong.vhdx";
  machine.save();
  CHECK(contains(message(), "is not a VHDX"));
  machine.record().disks = {{"sda", good, false}, {"sdb", good, false}};
  machine.save();
  CHECK(contains(message(), "another disk"));
  machine.record().disks = {{"sda", good, false}};
  machine.save();
  if (::geteuid() == 0) {
    REQUIRE(::chmod(machine.folder().c_str(), 0700) == 0);
    CHECK(contains(message(), "The folder '" + machine.folder() + "' is closed to user"));
    REQUIRE(::chmod(machine.folder().c_str(), 0755) == 0);
  }
  std::ofstream(machine.record_path()) << "{";
  CHECK(contains(message(), "not valid"));
  machine.save();
  auto wrong_id = machine.servers->start("../../etc", machine.record_path());
  REQUIRE_FALSE(wrong_id.ok());
  auto long_path =
      make_block_servers({.program = {"/x"}, .run_folder = "/" + std::string(80, 'x')})->socket_path(kVm);
  REQUIRE_FALSE(long_path.ok());
  CHECK(contains(long_path.error().message, "too long"));
  // Somebody else has the image open.
  const pid_t other =
      *spawn({.argv = {"qemu-io", "-f", "vhdx", "-c", "sleep 8000", good}, .die_with_parent = true});
  ::poll(nullptr, 0, 300);
  CHECK(contains(message(), "lock"));
  ::kill(other, SIGKILL);
  wait_child(other, milliseconds(5000));
  machine.start();
}

TEST_CASE("a checkpoint switches both disks, also when it is repeated or the server dies around it") {
  if (!have_tools()) return;
  Machine machine({"sda", "sdb"});
  machine.start();
  machine.write(1, 0, 8192, "sda");
  machine.write(2, 0, 8192, "sdb");
  machine.checkpoint(1);
  CHECK(difference(machine.record().disks, machine.state().disks) == "");
  require_ok(machine.servers->switch_leaves(kVm, machine.record().disks));
  auto again = machine.servers->create_leaves(machine.record().checkpoints[0].disks, tag(1));
  require_ok(again);
  CHECK(*again == machine.record().disks);
  machine.write(3, 4000, 512, "sda");
  machine.write(4, 4000, 512, "sdb");
  machine.check_restart();
  machine.checkpoint(2);
  machine.write(5, 4100, 100, "sda");
  machine.check_restart();
  CHECK(fs::path(machine.image("sda")).filename() == "sda_" + tag(2) + ".qcow2");

  SUBCASE("killed between record and switch: the server reads the same, and the switch can be done later") {
    auto leaves = machine.servers->create_leaves(machine.record().disks, tag(3));
    require_ok(leaves);
    machine.record().disks = *leaves;
    machine.save();
    CHECK(difference(*leaves, machine.state().disks) != "");
    auto started = machine.servers->start(kVm, machine.record_path());
    REQUIRE_FALSE(started.ok());
    CHECK(started.error().id == "BlockServerDiffers");
    machine.check_data("sda");
    require_ok(machine.servers->switch_leaves(kVm, *leaves));
    machine.start();
    machine.write(6, 0, 64, "sda");
    machine.check_restart();
  }
  SUBCASE("all or nothing: one bad leaf switches none") {
    auto leaves = machine.servers->create_leaves(machine.record().disks, tag(4));
    require_ok(leaves);
    const std::vector<MachineDisk> before = machine.state().disks;
    std::vector<MachineDisk> bad = *leaves;
    bad[1].image = machine.record().checkpoints[0].disks[1].image;
    CHECK_FALSE(machine.servers->switch_leaves(kVm, bad).ok());
    CHECK(machine.state().disks == before);
    require_ok(machine.servers->switch_leaves(kVm, *leaves));
    CHECK(difference(*leaves, machine.state().disks) == "");
  }
}

TEST_CASE("merge of what the guest writes, while it writes") {
  if (!have_tools()) return;
  Machine machine;
  machine.start();
  machine.write(1, 0, 20480);
  const std::string base = machine.image();
  machine.checkpoint(1);
  const std::string child = machine.image();
  machine.write(2, 10240, 20480);
  machine.forget_checkpoint(1);
  machine.start_writer();
  bool paused = false;
  uint64_t seen = 0;
  MergeHooks hooks = recording_hooks(machine, child);
  hooks.before_pivot = [&] {
    machine.pause();
    paused = true;
    return Result<void>();
  };
  hooks.after_pivot = [&](const std::string& now) {
    CHECK(now == base);
    CHECK(machine.state().disks[0].image == base);
    CHECK(fs::exists(child));
    auto saved = machine.replace_in_record(child, now);
    machine.resume();
    return saved;
  };
  hooks.progress = [&](uint64_t done, uint64_t) {
    seen = std::max(seen, done);
    return true;
  };
  require_ok(machine.servers->merge(request(machine, child, base), hooks));
  CHECK(paused);
  CHECK_FALSE(fs::exists(child));
  const int writes = machine.writes;
  CHECK(wait_until([&] { return machine.writes > writes + 3; }));
  machine.stop_writer();
  CHECK(machine.write_errors == 0);
  machine.reload();
  CHECK(machine.image() == base);
  machine.check_data();
  machine.check_restart();
  require_ok(machine.servers->merge(request(machine, child, base), hooks));  // done is done
  machine.checkpoint(2);  // the node of the merged leaf is out of the way
  machine.write(9, 0, 16);
  machine.check_restart();
  machine.stop();
  command({"qemu-img", "check", "-q", "-f", "vhdx", base});
}

TEST_CASE("merge below what the guest writes, with the server running") {
  if (!have_tools()) return;
  Machine machine;
  machine.start();
  machine.write(1, 0, 4096);
  const std::string base = machine.image();
  machine.checkpoint(1);
  machine.write(2, 1024, 4096);
  const std::string child = machine.image();
  machine.checkpoint(2);
  machine.write(3, 2048, 4096);
  machine.forget_checkpoint(1);
  bool paused = false;
  MergeHooks hooks = recording_hooks(machine, child);
  hooks.before_pivot = [&] {
    paused = true;
    return Result<void>();
  };
  machine.start_writer();
  require_ok(machine.servers->merge(request(machine, child, base), hooks));
  machine.stop_writer();
  CHECK(machine.write_errors == 0);
  CHECK_FALSE(paused);
  CHECK_FALSE(fs::exists(child));
  machine.reload();
  CHECK(machine.record().find_checkpoint(tag(2))->disks[0].image == base);
  machine.check_restart();
  // The checkpoint still holds its instant.
  machine.stop();
  CHECK(command({"qemu-img", "compare", "-f", "vhdx", "-F", "raw", base, machine.reference() + ".2"}) ==
        "Images are identical.\n");
}

TEST_CASE("merge without a server, of the machine's own image and of one with two branches over it") {
  if (!have_tools()) return;
  Machine machine;
  machine.start();
  machine.write(1, 0, 4096);
  const std::string base = machine.image();
  machine.checkpoint(1);
  machine.write(2, 1024, 4096);
  const std::string middle = machine.image();
  machine.checkpoint(2);
  machine.write(3, 2048, 4096);
  const std::string branch = machine.image();
  machine.stop();

  SUBCASE("the image of the machine, which is off") {
    machine.forget_checkpoint(2);
    require_ok(machine.servers->merge(request(machine, branch, middle), recording_hooks(machine, branch)));
    CHECK_FALSE(fs::exists(branch));
    machine.reload();
    CHECK(machine.image() == middle);
    machine.start();
    machine.check_data();
    CHECK_FALSE(fs::exists(machine.folder() + "/run/" + kVm + "/merge"));
  }
  SUBCASE("one with two branches: both go over to the base") {
    // Back to checkpoint 2, from there to checkpoint 3, and on: `branch` is kept by checkpoint 3.
    machine.checkpoint(3);
    auto leaves = machine.servers->create_leaves(machine.record().find_checkpoint(tag(2))->disks, tag(9));
    require_ok(leaves);
    machine.record().disks = *leaves;
    machine.record().current_checkpoint = tag(2);
    machine.save();
    fs::copy_file(machine.reference() + ".2", machine.reference(), fs::copy_options::overwrite_existing);
    bool server_runs = false;
    SUBCASE("server stopped") {}
    SUBCASE("server running") {
      server_runs = true;
      require_ok(machine.servers->reopen(kVm, machine.record_path()));
    }
    auto refused = machine.servers->merge(request(machine, branch, middle), recording_hooks(machine, branch));
    REQUIRE_FALSE(refused.ok());  // the other branch would change
    CHECK(fs::exists(branch));
    refused = machine.servers->merge(request(machine, middle, base), recording_hooks(machine, middle));
    REQUIRE_FALSE(refused.ok());  // checkpoint 1 still has the base
    CHECK(refused.error().message.find("a checkpoint still has") != std::string::npos);
    machine.forget_checkpoint(1);
    require_ok(machine.servers->merge(request(machine, middle, base), recording_hooks(machine, middle)));
    CHECK_FALSE(fs::exists(middle));
    if (!server_runs) machine.start();
    machine.check_data();
    machine.write(8, 0, 64);
    machine.check_restart();
    machine.stop();
    CHECK(command({"qemu-img", "compare", "-f", "qcow2", "-F", "raw", branch, machine.reference() + ".3"}) ==
          "Images are identical.\n");
  }
}

TEST_CASE("a cancelled or failing merge changes nothing, and works the next time") {
  if (!have_tools()) return;
  Machine machine;
  machine.start();
  machine.write(1, 0, 20480);
  const std::string base = machine.image();
  machine.checkpoint(1);
  const std::string child = machine.image();
  machine.write(2, 1024, 20480);
  machine.forget_checkpoint(1);
  MergeHooks hooks = recording_hooks(machine, child);
  hooks.progress = [](uint64_t, uint64_t) { return false; };
  auto cancelled = machine.servers->merge(request(machine, child, base), hooks);
  if (!cancelled.ok())
    CHECK(cancelled.error().id == "OperationStopped");  // else it was ready at the first look
  if (!cancelled.ok()) {
    machine.check_restart();
    hooks = recording_hooks(machine, child);
    hooks.before_pivot = [] { return Result<void>(Error{.id = "No", .message = "the guest does not stop"}); };
    auto failed = machine.servers->merge(request(machine, child, base), hooks);
    REQUIRE_FALSE(failed.ok());
    CHECK(failed.error().id == "No");
    CHECK(machine.state().disks[0].image == child);
    machine.write(3, 0, 64);
    machine.check_restart();
    hooks = recording_hooks(machine, child);
    hooks.after_pivot = [](const std::string&) {
      return Result<void>(Error{.id = "Disk", .message = "full"});
    };
    failed = machine.servers->merge(request(machine, child, base), hooks);
    REQUIRE_FALSE(failed.ok());
    CHECK(fs::exists(child));
    machine.check_restart();  // the record still says child, and that is complete
    require_ok(machine.servers->merge(request(machine, child, base), recording_hooks(machine, child)));
  }
  machine.reload();
  CHECK(machine.image() == base);
  CHECK_FALSE(fs::exists(child));
  machine.check_restart();
}

// Runs a merge in a process of its own, which is killed at `step`; or which kills the server there.
enum class Victim { caller, server };
void merge_and_kill(Machine& machine, const MergeRequest& asked, Victim victim, int step) {
  const pid_t server = machine.state().server_pid;
  const auto hit = [&](int here) {
    if (here != step) return;
    if (victim == Victim::caller) ::kill(::getpid(), SIGKILL);
    if (server > 0) ::kill(server, SIGKILL);
    ::poll(nullptr, 0, 20);
  };
  const pid_t child = ::fork();
  if (child == 0) {
    int polls = 0;
    MergeHooks hooks;
    hooks.progress = [&](uint64_t, uint64_t) {
      hit(polls++ == 0 ? 0 : 1);
      return true;
    };
    hooks.before_pivot = [&] {
      hit(2);
      return Result<void>();
    };
    hooks.after_pivot = [&](const std::string& base) {
      hit(3);
      auto saved = machine.replace_in_record(asked.child, base);
      hit(4);
      return saved;
    };
    auto result = machine.servers->merge(asked, hooks);
    ::_exit(result.ok() ? 0 : 1);
  }
  ::waitpid(child, nullptr, 0);
}

TEST_CASE("killed at any step of a merge, the record's images are complete, and the next merge ends it") {
  if (!have_tools()) return;
  for (const bool below : {false, true}) {
    for (const bool offline : {false, true}) {
      for (const Victim victim : {Victim::caller, Victim::server}) {
        if (offline && victim == Victim::server) continue;
        for (int step = 0; step <= 4; ++step) {
          CAPTURE(below);
          CAPTURE(offline);
          CAPTURE(victim == Victim::server);
          CAPTURE(step);
          Machine machine;
          machine.start();
          machine.write(1, 0, 6144);
          const std::string base = machine.image();
          machine.checkpoint(1);
          const std::string child = machine.image();
          machine.write(2, 4096, 6144);
          if (below) machine.checkpoint(2);
          if (below) machine.write(3, 0, 512);
          machine.forget_checkpoint(1);
          if (offline) machine.stop();
          merge_and_kill(machine, request(machine, child, base), victim, step);
          if (offline) {
            machine.start();
          } else {
            REQUIRE(wait_until([&] { return machine.state().running; }));
            machine.check_data();
            machine.check_restart();
          }
          machine.check_data();
          require_ok(machine.servers->merge(request(machine, child, base), recording_hooks(machine, child)));
          CHECK_FALSE(fs::exists(child));
          machine.reload();
          if (!below) CHECK(machine.image() == base);
          machine.write(5, 100, 100);
          machine.check_restart();
        }
      }
    }
  }
}

TEST_CASE("caller killed at each step while the server keeps its state: the next merge continues") {
  if (!have_tools()) return;
  for (const bool below : {false, true}) {
    for (int step = 0; step <= 4; ++step) {
      CAPTURE(below);
      CAPTURE(step);
      Machine machine;
      machine.start();
      machine.write(1, 0, 6144);
      const std::string base = machine.image();
      machine.checkpoint(1);
      const std::string child = machine.image();
      machine.write(2, 4096, 6144);
      if (below) machine.checkpoint(2);
      machine.forget_checkpoint(1);
      merge_and_kill(machine, request(machine, child, base), Victim::caller, step);
      require_ok(machine.servers->merge(request(machine, child, base), recording_hooks(machine, child)));
      CHECK_FALSE(fs::exists(child));
      machine.write(5, 100, 100);
      machine.check_restart();
    }
  }
}

TEST_CASE("killed while a guest makes a VHDX grow, again and again: it goes on, and nothing is lost") {
  if (!have_tools()) return;
  Machine machine;
  machine.start();
  for (int round = 0; round < 6; ++round) {
    // The daemon dies somewhere in the allocation of a block; what it had confirmed must be there.
    const std::string text = fmt::format("write -P {} {}k 4M", round + 1, round * 4096);
    const pid_t guest =
        *spawn({.argv = {"qemu-io", "-f", "raw", "-c", text, machine.url()}, .die_with_parent = true});
    ::usleep(static_cast<useconds_t>(3000 * round));
    machine.kill_server();
    wait_child(guest, milliseconds(20000));
    machine.write(round + 100, round * 4096, 4096);
  }
  machine.check_data();
  machine.stop();
  command({"qemu-img", "check", "-q", "-f", "vhdx", machine.image()});
}

TEST_CASE("a VHDX whose header names a log that was never written can be served and written") {
  if (!have_tools()) return;
  Machine machine;
  {
    auto bytes = read_file(machine.image(), 100u << 20);
    REQUIRE(bytes.ok());
    vhdx::Buffer raw(bytes->begin(), bytes->end());
    auto file = vhdx::File::open_read(machine.image());
    REQUIRE(file.ok());
    auto headers = vhdx::read_headers(**file);
    REQUIRE(headers.ok());
    vhdx::Header header = headers->header();
    header.log.bytes[3] = 7;
    ++header.sequence;
    vhdx::Buffer encoded(vhdx::kHeaderSize);
    vhdx::encode_header(header, encoded);
    std::fstream out(machine.image(), std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(static_cast<std::streamoff>(vhdx::kHeaderOffsets[1 - headers->current]));
    out.write(reinterpret_cast<const char*>(encoded.data()), static_cast<std::streamsize>(encoded.size()));
  }
  CHECK(read_image(machine.image(), std::nullopt)->log_in_use);
  machine.start();
  machine.write(1, 0, 20000);
  machine.check_restart();
  machine.checkpoint(1);
  machine.write(2, 0, 2000);
  machine.check_restart();
}

TEST_CASE("revert: the frozen images are served through new leaves") {
  if (!have_tools()) return;
  Machine machine({"sda", "sdb"});
  machine.start();
  machine.write(1, 0, 1024, "sda");
  machine.write(1, 0, 1024, "sdb");
  machine.checkpoint(1);
  machine.write(2, 512, 1024, "sda");
  machine.write(2, 512, 1024, "sdb");
  const std::vector<MachineDisk> abandoned = machine.record().disks;
  auto leaves = machine.servers->create_leaves(machine.record().checkpoints[0].disks, tag(5));
  require_ok(leaves);
  machine.record().disks = *leaves;
  machine.save();
  require_ok(machine.servers->reopen(kVm, machine.record_path()));
  for (const char* target : {"sda", "sdb"}) {
    fs::copy_file(machine.reference(target) + ".1", machine.reference(target),
                  fs::copy_options::overwrite_existing);
    machine.check_data(target);
  }
  require_ok(machine.servers->remove_images({abandoned[0].image, abandoned[1].image}));
  require_ok(machine.servers->remove_images({abandoned[0].image}));
  CHECK_FALSE(machine.servers->remove_images({machine.folder()}).ok());
  machine.write(6, 300, 1024, "sda");
  machine.check_restart();
}

TEST_CASE("a read-only disk can be read and not written, and has no leaf") {
  if (!have_tools()) return;
  Machine machine({"sda", "sdb"});
  machine.record().disks[1].read_only = true;
  machine.save();
  machine.start();
  const std::string output =
      command({"qemu-io", "-f", "raw", "-c", "write -P 1 0 4k", machine.url("sdb")}, false);
  CHECK(output.find("wrote") == std::string::npos);
  CHECK(machine.state().disks[1].read_only);
  machine.checkpoint(1);
  CHECK(machine.image("sdb") == machine.record().checkpoints[0].disks[1].image);
  machine.write(1, 0, 64, "sda");
  machine.check_restart();
}

TEST_CASE("a full disk reaches the guest as 'no space', and state says so") {
  if (!have_tools()) return;
  char pattern[] = "/tmp/block_full.XXXXXX";
  const std::string mount = ::mkdtemp(pattern);
  if (::mount("none", mount.c_str(), "tmpfs", 0, "size=24m,mode=755") != 0) {
    MESSAGE("skipped: a small file system cannot be mounted here");
    fs::remove(mount);
    return;
  }
  {
    Machine machine({"sda"}, mount);
    machine.start();
    auto leaves = machine.servers->create_leaves(machine.record().disks, tag(1));
    require_ok(leaves);
    machine.record().disks = *leaves;
    machine.save();
    require_ok(machine.servers->switch_leaves(kVm, *leaves));
    const std::string output =
        command({"qemu-io", "-f", "raw", "-c", "write -P 1 0 40M", machine.url()}, false);
    CHECK(output.find("No space left on device") != std::string::npos);
    CHECK(machine.state().problem.find("no space left") != std::string::npos);
    CHECK(machine.state().running);
  }
  ::umount(mount.c_str());
  fs::remove(mount);
}

}  // namespace
}  // namespace hvsh::engines::block
