// The parts of the engine that need no daemon: statuses, processes, samples, addresses, the worker, the trial
// of KVM.
#include <doctest/doctest.h>
#include <libvirt/libvirt.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "engines/libvirt/cpu_samples.h"
#include "engines/libvirt/errors.h"
#include "engines/libvirt/kvm_probe.h"
#include "engines/libvirt/libvirt_hypervisor.h"
#include "engines/libvirt/process_table.h"
#include "engines/libvirt/status.h"
#include "engines/libvirt/uri.h"
#include "engines/libvirt/worker.h"

using namespace hvsh;
using namespace hvsh::engines::libvirt;
using nouns::VMOperationalStatus;
using nouns::VMState;

namespace {

struct Folder {
  Folder() {
    char name[] = "/tmp/hvsh-libvirt-XXXXXX";
    path = mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(path + "/" + name).parent_path());
    std::ofstream(path + "/" + name, std::ios::binary) << text;
  }
  std::string path;
};

const Guid kId = *Guid::parse("01234567-89ab-cdef-0123-456789abcdef");

}  // namespace

TEST_CASE("libvirt's states are Windows' states") {
  const auto state = [](int s, int reason = 0, bool saved = false) {
    return view_of(s, reason, saved).state;
  };
  CHECK(state(VIR_DOMAIN_RUNNING) == VMState::Running);
  CHECK(state(VIR_DOMAIN_SHUTOFF) == VMState::Off);
  CHECK(state(VIR_DOMAIN_SHUTOFF, 0, true) == VMState::Saved);
  CHECK(state(VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_CRASHED) == VMState::Off);
  CHECK(state(VIR_DOMAIN_SHUTDOWN) == VMState::Stopping);
  CHECK(state(VIR_DOMAIN_CRASHED) == VMState::OffCritical);
  CHECK(state(VIR_DOMAIN_NOSTATE) == VMState::Other);
  CHECK(state(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_USER) == VMState::Paused);
  CHECK(state(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_SAVE) == VMState::Saving);
  CHECK(state(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_STARTING_UP) == VMState::Starting);
  CHECK(state(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_SHUTTING_DOWN) == VMState::Stopping);
  const StateView io = view_of(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_IOERROR, false);
  CHECK(io.state == VMState::PausedCritical);
  CHECK(io.operational == VMOperationalStatus::CriticalIoError);
  CHECK(view_of(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_MIGRATION, false).operational ==
        VMOperationalStatus::MigratingVirtualMachine);
}

TEST_CASE("a status has figures only while there is a process") {
  RawStatus raw{
      .id = kId, .name = "web01", .state = VIR_DOMAIN_RUNNING, .memory_bytes = 64 << 20, .cpu_ns = 5};
  CHECK(machine_status(raw, {7}, 3).memory_assigned_bytes == 64 << 20);
  CHECK(machine_status(raw, {7}, 3).uptime.ticks == 7);
  raw.state = VIR_DOMAIN_SHUTOFF;
  CHECK(machine_status(raw, {7}, 3).memory_assigned_bytes == 0);
  CHECK(machine_status(raw, {7}, 3).cpu_time_ns == 0);
  raw.state = VIR_DOMAIN_PAUSED;
  raw.reason = VIR_DOMAIN_PAUSED_IOERROR;
  CHECK(machine_status(raw, {7}, 3).problem == "a disk reported an input/output error");
  raw.broken_disks = {"sdb"};
  CHECK(machine_status(raw, {7}, 3).problem == "disk sdb reported an input/output error");
  raw.full_disks = {"sda", "sdc"};
  CHECK(machine_status(raw, {7}, 3).problem == "the file system that holds disk sda, sdc is full");
}

TEST_CASE("processes are found by their arguments") {
  Folder proc;
  using namespace std::string_literals;
  const std::string tail = " S 1 7 7 0 -1 4194560 1 2 3 4 500 250 0 0 20 0 5 0 1000 999 99";
  proc.write("7/stat", "7 (qemu-system-x86)" + tail);
  proc.write("7/cmdline",
             "/usr/bin/qemu-system-x86_64\0-name\0-uuid\0-uuid\0"
             "01234567-89ab-cdef-0123-456789abcdef\0"s);
  proc.write("8/stat", "8 (evil) R (qemu)" + tail);
  proc.write("8/cmdline",
             "x\0-uuid\0"
             "11234567-89ab-cdef-0123-456789abcdef\0"s);
  proc.write("9/stat", "9 (qemu-nbd" + tail);  // torn
  proc.write("10/stat", "10 (qemu-nbd)" + tail);
  proc.write("10/cmdline", "qemu-nbd\0"s);
  proc.write("self", "x");
  const auto found = qemu_processes(proc.path);
  REQUIRE(found.size() <= 1);
  CHECK(machine_of("a\0-uuid\0"
                   "01234567-89ab-cdef-0123-456789abcdef"s) == kId);
  CHECK(!machine_of("a\0-uuid"s));
  CHECK(!machine_of("a\0-uuid\0zzz\0"s));
  CHECK(parse_stat("7 (a) b) S" + tail.substr(2))->command == "a) b");
  CHECK(parse_stat("7 (qemu)" + tail)->start_ticks == 1000);
  CHECK(!parse_stat("7 (qemu) S 1 2"));
  CHECK(!parse_stat(""));
}

TEST_CASE("processor usage is what happened between two looks") {
  Folder folder;
  const std::string file = folder.path + "/run/samples";
  constexpr int64_t kSecond = 1'000'000'000;
  CpuUse use{.start_ticks = 5, .age_ns = 100 * kSecond, .cpu_ns = 20 * kSecond, .processors = 2};
  {
    CpuSamples first(file);
    CHECK(first.percent(kId, use, 1000 * kSecond) == 10);  // since it started
    use.cpu_ns += kSecond;
    CHECK(first.percent(kId, use, 1000 * kSecond + 1) == 10);  // too soon to tell
    CHECK(first.percent(kId, use, 1001 * kSecond) == 50);
    first.store();
  }
  CpuSamples second(file);
  use.cpu_ns += 2 * kSecond;
  CHECK(second.percent(kId, use, 1002 * kSecond) == 100);
  use.start_ticks = 6;  // restarted
  use.cpu_ns = kSecond;
  use.age_ns = 2 * kSecond;
  CHECK(second.percent(kId, use, 1004 * kSecond) == 25);
  use.age_ns = 0;
  CHECK(CpuSamples({}).percent(kId, use, 1004 * kSecond) == 0);
  std::ofstream(file) << "garbage\n01234567-89ab-cdef-0123-456789abcdef 6 -5 18446744073709551615 900\n\n";
  CHECK(CpuSamples(file).percent(kId, {.start_ticks = 6, .age_ns = 10, .cpu_ns = 5}, 7) <= 100);
  CpuSamples("/proc/none/samples").store();
}

TEST_CASE("the connection is the one that the user means") {
  Folder folder;
  folder.write("socket", "");
  UriSources sources{.hvsh_uri = "a", .libvirt_uri = "b", .config_text = "uri_default = \"c\"\n"};
  CHECK(*choose_uri(sources) == "a");
  sources.hvsh_uri.clear();
  CHECK(*choose_uri(sources) == "b");
  sources.libvirt_uri.clear();
  CHECK(*choose_uri(sources) == "c");
  sources.config_text = "#uri_default = \"x\"\n uri_default='d' # why\n";
  CHECK(*choose_uri(sources) == "d");
  sources.config_text = "uri_default = \"unfinished\nuri_defaults = \"x\"";
  sources.is_root = true;
  CHECK(*choose_uri(sources) == "qemu:///system");
  sources.is_root = false;
  CHECK(*choose_uri(sources) == "qemu:///session");
  sources.system_sockets = {folder.path + "/socket"};
  CHECK(*choose_uri(sources) == "qemu:///system");
  CHECK(is_system("qemu:///system"));
  CHECK(is_system("qemu+unix:///system?socket=/x"));
  CHECK(!is_system("qemu:///session"));
  CHECK(!is_system("qemu:///systematic"));
  CHECK(!is_system("qemu+ssh://host/system"));
  CHECK(!is_system(""));
  CHECK(is_local("qemu:///system"));
  CHECK(is_local("qemu+unix:///system?socket=/x"));
  CHECK(!is_local("qemu+ssh://host/system"));
  CHECK(socket_of("qemu+unix:///system?socket=/x&mode=legacy") == "/x");
  CHECK(socket_of("qemu+ssh://host/system").empty());
  const Error denied = socket_denied(folder.path + "/socket");
  CHECK(denied.id == "AccessDenied");
  CHECK(denied.hint.find("group") != std::string::npos);
}

TEST_CASE("each failure to connect says what helps") {
  const auto error = [](int code, int system_error, const char* uri = "qemu:///system") {
    return connect_error({.code = code, .domain = VIR_FROM_RPC, .system_error = system_error, .message = "m"},
                         uri);
  };
  CHECK(error(VIR_ERR_SYSTEM_ERROR, ENOENT).hint.find("systemctl start libvirtd") != std::string::npos);
  CHECK(error(VIR_ERR_SYSTEM_ERROR, ECONNREFUSED).id == "HypervisorUnavailable");
  CHECK(error(VIR_ERR_SYSTEM_ERROR, ENOENT, "qemu:///session").hint.find("session") != std::string::npos);
  CHECK(error(VIR_ERR_SYSTEM_ERROR, EACCES).id == "AccessDenied");
  CHECK(error(VIR_ERR_AUTH_UNAVAILABLE, 0).category == ErrorCategory::PermissionDenied);
  CHECK(error(VIR_ERR_NO_CONNECT, 0).category == ErrorCategory::InvalidArgument);
  const auto failed = [](int code, const char* message) {
    return failure_error({.code = code, .domain = VIR_FROM_QEMU, .message = message}, "start", "web01");
  };
  CHECK(failed(VIR_ERR_NO_DOMAIN, "").message ==
        "Hyper-V was unable to find a virtual machine with name \"web01\".");
  CHECK(failed(VIR_ERR_OPERATION_FAILED, "operation failed: it broke.").message ==
        "Cannot start virtual machine \"web01\": it broke.");
  CHECK(failed(VIR_ERR_OPERATION_INVALID, "").id == "InvalidState");
  CHECK(failed(VIR_ERR_DOM_EXIST, "").id == "MachineExists");
  CHECK(failed(VIR_ERR_ACCESS_DENIED, "").id == "AccessDenied");
  CHECK(failed(VIR_ERR_INTERNAL_ERROR, "internal error: x").id == "OperationFailed");
  CHECK(failure_error({.code = VIR_ERR_RPC, .domain = VIR_FROM_RPC, .message = "eof"}, "start", "web01").id ==
        "HypervisorUnavailable");
}

TEST_CASE("a call that hangs is given up, and so are the next ones") {
  using std::chrono::milliseconds;
  Worker worker;
  CHECK(worker.run<int>(milliseconds(5000), [] { return 7; }) == 7);
  CHECK(worker.run<int>(milliseconds(5000), [] { return 8; }) == 8);
  const auto begin = std::chrono::steady_clock::now();
  CHECK(!worker.run<int>(milliseconds(50), [] {
    std::this_thread::sleep_for(milliseconds(600));
    return 9;
  }));
  CHECK(worker.hung());
  CHECK(!worker.run<int>(milliseconds(5000), [] { return 10; }));
  CHECK(std::chrono::steady_clock::now() - begin < milliseconds(500));
}

TEST_CASE("the guest that tries KVM comes through under emulation") {
  Folder folder;
  const std::string cache = folder.path + "/state/kvm";
  const KvmAnswer answer = probe_kvm({.accelerator = "tcg", .cache_file = cache, .timeout_ms = 60'000});
  if (answer.problem == "qemu-system-x86_64 is not installed") {
    MESSAGE("skipped: " << answer.problem);
    return;
  }
  CHECK(answer.works);
  CHECK(answer.problem.empty());
  CHECK(std::filesystem::exists(cache));
  CHECK(probe_kvm({.accelerator = "none-such", .cache_file = cache}).works);  // from the cache
  CHECK(!probe_kvm({.accelerator = "none-such"}).works);
  CHECK(probe_kvm({.qemu = "/bin/sleep", .accelerator = "tcg"}).problem == "a test guest failed under KVM");
}

TEST_CASE("a libvirt that is not there is an error") {
  const auto hypervisor = make_hypervisor("qemu+unix:///system?socket=/tmp/hvsh-no-such-socket");
  const auto listed = hypervisor->list({});
  REQUIRE(!listed.ok());
  CHECK(listed.error().id == "HypervisorUnavailable");
}
