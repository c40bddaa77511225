#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "engines/block/hook.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "engines/process.h"

namespace hvsh::engines::block {
namespace {

constexpr const char* kVm = "11111111-2222-3333-4444-555555555555";

// Notes what it is asked for.
class Notebook final : public BlockServers {
 public:
  std::vector<std::string> calls;
  std::string start_error;

  Result<std::string> socket_path(const std::string& vm_id) const override {
    return "/run/x/" + vm_id + "/nbd";
  }
  Result<void> start(const std::string& vm_id, const std::string&) override {
    calls.push_back("start " + vm_id);
    if (start_error.empty()) return {};
    return Error{.id = start_error, .message = "no"};
  }
  Result<void> stop(const std::string& vm_id) override {
    calls.push_back("stop " + vm_id);
    return {};
  }
  Result<ServerState> state(const std::string&) override { return ServerState{}; }
  Result<void> restart(const std::string&) override { return {}; }
  Result<std::vector<MachineDisk>> create_leaves(const std::vector<MachineDisk>& disks,
                                                 const std::string&) override {
    return disks;
  }
  Result<void> switch_leaves(const std::string&, const std::vector<MachineDisk>&) override { return {}; }
  Result<void> update(const std::string&, const std::string&) override { return {}; }
  Result<void> reopen(const std::string& vm_id, const std::string&) override {
    calls.push_back("reopen " + vm_id);
    return {};
  }
  Result<void> merge(const MergeRequest&, const MergeHooks&) override { return {}; }
  Result<void> remove_images(const std::vector<std::string>&) override { return {}; }
};

struct Machine {
  std::string folder;
  Notebook servers;

  explicit Machine(const std::string& id = kVm) {
    char pattern[] = "/tmp/hook_test.XXXXXX";
    folder = ::mkdtemp(pattern);
    MachineRecord record;
    record.id = id;
    record.name = "web01";
    record.disks = {{"sda", folder + "/a.vhdx", false}};
    REQUIRE(save_record(record, folder + "/record.json").ok());
  }
  ~Machine() { std::filesystem::remove_all(folder); }

  std::string xml(const std::string& disks, std::string metadata = {}) const {
    if (metadata.empty()) {
      metadata = "<hvsh:vm xmlns:hvsh='https://hvsh.dev/xmlns/vm/1' record='" + folder + "/record.json'/>";
    }
    return std::string("<domain type='kvm'><name>web01</name><uuid>") + kVm +
           "</uuid><metadata><other:x "
           "xmlns:other='urn:x'/>" +
           metadata + "</metadata><devices>" + disks + "</devices></domain>";
  }
  std::string nbd(const std::string& name) const {
    return "<disk type='network' device='disk'><driver name='qemu' type='raw'/><source protocol='nbd' "
           "name='" +
           name + "'><host transport='unix' socket='/run/x/" + kVm +
           "/nbd'/></source><target dev='sda' bus='sata'/></disk>";
  }
  std::string file(const std::string& path, const std::string& driver) const {
    return "<disk type='file' device='disk'><driver name='qemu' type='" + driver + "'/><source file='" +
           path + "'/><target dev='sdb' bus='sata'/></disk>";
  }
  std::string message(const std::string& operation, const std::string& sub, const std::string& text) {
    auto result = handle_hook(servers, operation, sub, text);
    return result ? "" : result.error().message;
  }
};

bool contains(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

TEST_CASE("prepare starts the server, release stops it, all else does nothing") {
  Machine machine;
  const std::string xml = machine.xml(machine.nbd("sda"));
  CHECK(machine.message("prepare", "begin", xml) == "");
  CHECK(machine.message("start", "begin", xml) == "");
  CHECK(machine.message("started", "begin", xml) == "");
  CHECK(machine.message("stopped", "end", xml) == "");
  CHECK(machine.message("migrate", "begin", xml) == "");
  CHECK(machine.message("restore", "begin", xml) == "");
  CHECK(machine.message("attach", "begin", xml) == "");
  CHECK(machine.message("something-new", "begin", "not even XML") == "");
  CHECK(machine.message("reconnect", "begin", xml) == "");
  CHECK(machine.message("release", "end", xml) == "");
  CHECK(machine.servers.calls == std::vector<std::string>{std::string("start ") + kVm,
                                                          std::string("start ") + kVm,
                                                          std::string("stop ") + kVm});
}

TEST_CASE("other people's domains pass untouched, whatever they attach") {
  Machine machine;
  std::ofstream(machine.folder + "/x.img") << "vhdxfile" << std::string(1000, '\0');
  for (const std::string& metadata :
       {std::string("<x/>"),
        "<hvsh:vm xmlns:hvsh='urn:something-else' record='" + machine.folder + "/record.json'/>",
        std::string("<hvsh:vm xmlns:hvsh='https://hvsh.dev/xmlns/vm/1' generation='1'/>")}) {
    CHECK(machine.message("prepare", "begin",
                          machine.xml(machine.file(machine.folder + "/x.img", "raw"), metadata)) == "");
    CHECK(machine.message("release", "end", machine.xml("", metadata)) == "");
  }
  CHECK(machine.message("prepare", "begin", "<domain><name>x</name></domain>") == "");
  CHECK(machine.servers.calls.empty());
}

TEST_CASE("the namespace counts, not the prefix or where it is declared") {
  Machine machine;
  const std::string record = " record='" + machine.folder + "/record.json'/>";
  for (const std::string& metadata : {"<h:vm xmlns:h='https://hvsh.dev/xmlns/vm/1'" + record,
                                      "<vm xmlns='https://hvsh.dev/xmlns/vm/1'" + record}) {
    CHECK(machine.message("prepare", "begin", machine.xml("", metadata)) == "");
  }
  CHECK(machine.servers.calls.size() == 2);
}

TEST_CASE("a start with a wrong record, export or XML is refused with the reason") {
  Machine machine;
  CHECK(contains(machine.message("prepare", "begin", machine.xml(machine.nbd("sdq"))), "'sdq'"));
  CHECK(contains(machine.message("prepare", "begin", "<domain"), "XML"));
  CHECK(contains(machine.message("prepare", "begin", "<network/>"), "no <domain>"));
  CHECK(contains(machine.message("prepare", "begin",
                                 "<domain><metadata><v:vm xmlns:v='https://hvsh.dev/xmlns/vm/1' "
                                 "record='/x'/></metadata></domain>"),
                 "uuid"));
  CHECK(contains(machine.message("prepare", "begin",
                                 machine.xml("", "<v:vm xmlns:v='https://hvsh.dev/xmlns/vm/1' record='x'/>")),
                 "absolute"));
  CHECK(contains(
      machine.message("prepare", "begin",
                      machine.xml("", "<v:vm xmlns:v='https://hvsh.dev/xmlns/vm/1' record='/no/r'/>")),
      "/no/r"));
  Machine other("99999999-2222-3333-4444-555555555555");
  CHECK(contains(other.message("prepare", "begin", other.xml("")), "belongs to machine 9999"));
  CHECK(machine.servers.calls.empty());
}

TEST_CASE("a server with other images than the record is reopened, since the guest is off") {
  Machine machine;
  machine.servers.start_error = "BlockServerDiffers";
  CHECK(machine.message("prepare", "begin", machine.xml("")) == "");
  CHECK(machine.servers.calls.back() == std::string("reopen ") + kVm);
  machine.servers.start_error = "Other";
  CHECK(machine.message("prepare", "begin", machine.xml("")) == "no");
}

TEST_CASE("a VHDX that would be read as raw is refused") {
  Machine machine;
  const std::string image = machine.folder + "/x.img";
  std::ofstream(image) << "vhdxfile" << std::string(1000, '\0');
  CHECK(contains(machine.message("prepare", "begin", machine.xml(machine.file(image, "raw"))), "is a VHDX"));
  CHECK(contains(machine.message("prepare", "begin", machine.xml(machine.file(image, ""))), "is a VHDX"));
  std::ofstream(machine.folder + "/plain.img") << std::string(1000, '\0');
  CHECK(machine.message("prepare", "begin",
                        machine.xml(machine.file(machine.folder + "/plain.img", "raw"))) == "");
  const std::string overlay = machine.folder + "/o.qcow2";
  auto made = run({"qemu-img", "create", "-q", "-u", "-f", "qcow2", "-F", "vhdx", "-b", image, overlay, "1M"},
                  nullptr, std::chrono::seconds(30));
  if (!made.ok()) return;
  CHECK(contains(machine.message("prepare", "begin", machine.xml(machine.file(overlay, "qcow2"))),
                 "below a qcow2"));
}

}  // namespace
}  // namespace hvsh::engines::block
