#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "engines/state.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>

#include "engines/state/database.h"

using namespace hvsh;
using namespace hvsh::engines;
using std::chrono::milliseconds;

namespace {

struct Folder {
  Folder() {
    char name[] = "/tmp/hvsh-state-XXXXXX";
    path = mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  StateConfig config() const {
    return {.state_folder = path + "/state", .run_folder = path + "/run", .lock_timeout = milliseconds(60)};
  }
  std::string path;
};

// Runs `body` in a process of its own and gives its wait status.
int in_child(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

}  // namespace

TEST_CASE("a second taker of a lock is told who has it") {
  Folder folder;
  const Guid id = Guid::random();
  State state(folder.config());
  {
    auto first = state.lock_machine(id, "web01", "Checkpoint-VM");
    REQUIRE(first);
    auto second = State(folder.config()).lock_machine(id, "web01", "Start-VM");
    REQUIRE(!second);
    CHECK(second.error().id == "ResourceBusy");
    CHECK(second.error().category == ErrorCategory::ResourceBusy);
    const std::string& message = second.error().message;
    CHECK(message.find("Cannot begin Start-VM on virtual machine \"web01\": it is held by Checkpoint-VM, "
                       "process " +
                       std::to_string(getpid()) + " of ") == 0);
    CHECK(message.find(", since ") != std::string::npos);
    CHECK(state.lock_machine(Guid::random(), "web02", "Start-VM"));
  }
  CHECK(state.lock_machine(id, "web01", "Start-VM"));
}

TEST_CASE("a lock ends with its process, and a waiter gets it when it is free") {
  Folder folder;
  const Guid id = Guid::random();
  int ready[2];
  REQUIRE(pipe(ready) == 0);
  const pid_t child = fork();
  if (child == 0) {
    State state(folder.config());
    auto lock = state.lock_machine(id, "web01", "Save-VM");
    (void)!write(ready[1], lock ? "y" : "n", 1);
    usleep(200'000);
    kill(getpid(), SIGKILL);
  }
  char answer = 0;
  REQUIRE(read(ready[0], &answer, 1) == 1);
  CHECK(answer == 'y');
  State state(folder.config());
  CHECK(!state.lock_machine(id, "web01", "Start-VM", milliseconds(0)));
  CHECK(state.lock_machine(id, "web01", "Start-VM", milliseconds(5000)));
  waitpid(child, nullptr, 0);
}

TEST_CASE("two names of one image share its lock") {
  Folder folder;
  State state(folder.config());
  auto first = state.lock_image(folder.path + "/a.vhdx", "New-VHD");
  REQUIRE(first);
  auto second = state.lock_image(folder.path + "/./x/../a.vhdx", "Mount-VHD");
  REQUIRE(!second);
  CHECK(second.error().message.find("New-VHD") != std::string::npos);
}

TEST_CASE("a lock that cannot be made is an error that names the folder") {
  Folder folder;
  std::filesystem::create_directories(folder.path);
  State state({.state_folder = folder.path, .run_folder = "/dev/null/run"});
  auto lock = state.lock_machine(Guid::random(), "web01", "Start-VM");
  REQUIRE(!lock);
  CHECK(lock.error().message.find("/dev/null/run/locks") != std::string::npos);
}

TEST_CASE("reading the journal creates nothing") {
  Folder folder;
  State state(folder.config());
  CHECK(state.unfinished()->empty());
  CHECK(!std::filesystem::exists(folder.config().state_folder));
}

TEST_CASE("an operation stays in the journal until it is done") {
  Folder folder;
  const Guid id = Guid::random();
  {
    State state(folder.config());
    auto operation = state.begin("New-VM", id, "one");
    REQUIRE(operation);
    REQUIRE(operation->step(1));
    REQUIRE(operation->step(2, "two"));
  }
  State state(folder.config());
  auto entries = state.unfinished(id);
  REQUIRE(entries);
  REQUIRE(entries->size() == 1);
  CHECK((*entries)[0].step == 2);
  CHECK((*entries)[0].data == "two");
  CHECK((*entries)[0].kind == "New-VM");
  CHECK((*entries)[0].owner == getpid());
  CHECK(state.unfinished(Guid::random())->empty());
  Operation operation = state.resume((*entries)[0]);
  REQUIRE(operation.done());
  CHECK(state.unfinished()->empty());
}

TEST_CASE("operations of another hypervisor are not seen") {
  Folder folder;
  StateConfig config = folder.config();
  config.connection = "qemu:///system";
  REQUIRE(State(config).begin("New-VM", Guid::random(), ""));
  CHECK(State(config).unfinished()->size() == 1);
  CHECK(State(folder.config()).unfinished()->empty());
}

TEST_CASE("a step is durable when the process is killed in it") {
  for (const auto& [fault, step] : {std::pair("kill:Test:0", 0), std::pair("kill:Test:1", 1),
                                    std::pair("kill-after:Test:1", 1), std::pair("kill-after:Test:2", 2)}) {
    Folder folder;
    const int status = in_child([&] {
      setenv("HVSH_FAULT", fault, 1);
      State state(folder.config());
      auto operation = state.begin("Test", Guid::random(), "");
      if (!operation) return 2;
      if (!operation->step(1) || !operation->step(2) || !operation->done()) return 3;
      return 0;
    });
    CAPTURE(fault);
    CHECK(WIFSIGNALED(status));
    auto entries = State(folder.config()).unfinished();
    REQUIRE(entries->size() == 1);
    CHECK((*entries)[0].step == step);
  }
}

TEST_CASE("a later schema is refused, a file that is no database is an error") {
  Folder folder;
  const std::string path = folder.config().state_folder + "/hvsh.db";
  REQUIRE((*Database::open(path))->run("PRAGMA user_version = 7"));
  auto later = State(folder.config()).unfinished();
  REQUIRE(!later);
  CHECK(later.error().id == "StateTooNew");

  Folder other;
  std::filesystem::create_directories(other.config().state_folder);
  std::string text(8192, 'x');
  REQUIRE(write_file_atomically(other.config().state_folder + "/hvsh.db", text, 0644));
  auto broken = State(other.config()).unfinished();
  REQUIRE(!broken);
  CHECK(broken.error().category == ErrorCategory::InvalidData);
  CHECK(broken.error().message.find("hvsh.db") != std::string::npos);
}

TEST_CASE("folders follow the environment") {
  setenv("HVSH_STATE_DIR", "/x/state", 1);
  setenv("HVSH_RUN_DIR", "/x/run", 1);
  setenv("HVSH_LOCK_TIMEOUT", "1.5", 1);
  const StateConfig config = default_state_config(false);
  CHECK(config.state_folder == "/x/state");
  CHECK(config.run_folder == "/x/run");
  CHECK(config.lock_timeout == milliseconds(1500));
  unsetenv("HVSH_STATE_DIR");
  unsetenv("HVSH_RUN_DIR");
  setenv("HVSH_LOCK_TIMEOUT", "soon", 1);
  CHECK(default_state_config(true).state_folder == "/var/lib/hvsh");
  CHECK(default_state_config(true).lock_timeout == milliseconds(10'000));
  unsetenv("HVSH_LOCK_TIMEOUT");
}
