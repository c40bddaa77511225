#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engines/libvirt/device_rules.h"
#include "engines/libvirt/domain_xml.h"

using namespace hvsh;
using namespace hvsh::engines;
using namespace hvsh::engines::libvirt;
using nouns::ControllerType;

namespace {

MachineConfig full_config() {
  MachineConfig config;
  config.id = *Guid::parse("01234567-89ab-cdef-0123-456789abcdef");
  config.name = "web & <01>";
  config.processor_count = 3;
  config.memory_startup_bytes = int64_t{64} << 20;
  config.memory_minimum_bytes = int64_t{32} << 20;
  config.memory_maximum_bytes = int64_t{128} << 20;
  config.dynamic_memory = true;
  config.notes = "two\nlines & \"quotes\" <tag>";
  config.version = "10.0";
  config.created = DateTime::from_unix(1'790'000'000, 123'456'700);
  config.folder = "/vms/web \"01\"";
  config.record_path = "/vms/web/record.json";
  config.snapshot_folder = "/snap";
  config.start_action = nouns::StartAction::Nothing;
  config.start_delay_seconds = 30;
  config.stop_action = nouns::StopAction::ShutDown;
  config.checkpoint_type = nouns::CheckpointType::Production;
  config.automatic_checkpoints = true;
  config.boot_device = nouns::BootDevice::NetworkAdapter;
  config.serial_log = "/log/web01";
  config.metering_enabled = true;
  config.disks.push_back({.target = "hda",
                          .image = "/a.qcow2",
                          .format = "qcow2",
                          .controller_type = ControllerType::IDE,
                          .controller_number = 1,
                          .controller_location = 1});
  config.disks.push_back({.target = "sda",
                          .image = "/b.vhdx",
                          .format = "vhdx",
                          .served = true,
                          .server_socket = "/run/s.sock",
                          .controller_number = 2,
                          .controller_location = 63,
                          .maximum_iops = 500});
  config.adapters.push_back({.name = "Front", .mac = "525400A1B2C3", .switch_name = "outside"});
  config.adapters.push_back({.mac = "525400A1B2C4", .legacy = true});
  return config;
}

void check_same(const MachineConfig& a, const MachineConfig& b) {
  CHECK(a.id == b.id);
  CHECK(a.name == b.name);
  CHECK(a.generation == b.generation);
  CHECK(a.processor_count == b.processor_count);
  CHECK(a.memory_startup_bytes == b.memory_startup_bytes);
  CHECK(a.memory_minimum_bytes == b.memory_minimum_bytes);
  CHECK(a.memory_maximum_bytes == b.memory_maximum_bytes);
  CHECK(a.dynamic_memory == b.dynamic_memory);
  CHECK(a.notes == b.notes);
  CHECK(a.version == b.version);
  CHECK(a.created == b.created);
  CHECK(a.folder == b.folder);
  CHECK(a.record_path == b.record_path);
  CHECK(a.snapshot_folder == b.snapshot_folder);
  CHECK(a.start_action == b.start_action);
  CHECK(a.start_delay_seconds == b.start_delay_seconds);
  CHECK(a.stop_action == b.stop_action);
  CHECK(a.checkpoint_type == b.checkpoint_type);
  CHECK(a.automatic_checkpoints == b.automatic_checkpoints);
  CHECK(a.boot_device == b.boot_device);
  CHECK(a.serial_log == b.serial_log);
  CHECK(a.metering_enabled == b.metering_enabled);
  CHECK(a.guest_system == b.guest_system);
  REQUIRE(a.disks.size() == b.disks.size());
  for (size_t i = 0; i < a.disks.size(); ++i) {
    CAPTURE(i);
    CHECK(a.disks[i].target == b.disks[i].target);
    CHECK(a.disks[i].image == b.disks[i].image);
    CHECK(a.disks[i].format == b.disks[i].format);
    CHECK(a.disks[i].served == b.disks[i].served);
    CHECK(a.disks[i].server_socket == b.disks[i].server_socket);
    CHECK(a.disks[i].controller_type == b.disks[i].controller_type);
    CHECK(a.disks[i].controller_number == b.disks[i].controller_number);
    CHECK(a.disks[i].controller_location == b.disks[i].controller_location);
    CHECK(a.disks[i].read_only == b.disks[i].read_only);
    CHECK(a.disks[i].maximum_iops == b.disks[i].maximum_iops);
  }
  REQUIRE(a.adapters.size() == b.adapters.size());
  for (size_t i = 0; i < a.adapters.size(); ++i) {
    CHECK(a.adapters[i].name == b.adapters[i].name);
    CHECK(a.adapters[i].mac == b.adapters[i].mac);
    CHECK(a.adapters[i].switch_name == b.adapters[i].switch_name);
    CHECK(a.adapters[i].legacy == b.adapters[i].legacy);
  }
}

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(result.error().message);
  return result.take();
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

const std::string kForeign = R"(<domain type='kvm' id='3'>
  <!-- a comment -->
  <name>theirs</name>
  <uuid>01234567-89ab-cdef-0123-456789abcdef</uuid>
  <metadata>
    <other:thing xmlns:other="urn:x" a="1&#10;2"><other:b> kept </other:b></other:thing>
  </metadata>
  <memory unit='KiB'>65536</memory>
  <currentMemory unit='KiB'>32768</currentMemory>
  <vcpu placement='static' current='2'>8</vcpu>
  <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type><loader readonly='yes' type='pflash'>/f.fd</loader></os>
  <cpu><topology sockets='4' dies='1' cores='1' threads='2'/></cpu>
  <future attribute='yes'><![CDATA[x < y]]></future>
  <devices>
    <disk type='block' device='disk'><driver name='qemu' type='raw'/><source dev='/dev/sdx'/><target dev='vdc' bus='virtio'/></disk>
    <disk type='network' device='disk'><driver name='qemu' type='raw'/><source protocol='rbd' name='pool/x'/><target dev='sdb' bus='scsi'/><address type='drive' controller='1' bus='0' target='0' unit='5'/></disk>
    <disk type='file' device='cdrom'><target dev='sdc' bus='sata'/></disk>
    <interface type='bridge'><mac address='52:54:00:aa:bb:cc'/><source bridge='br0'/></interface>
  </devices>
</domain>
)";

}  // namespace

TEST_CASE("what is built can be read again, whole") {
  for (const char* guest : {"", "linux", "windows"}) {
    CAPTURE(guest);
    MachineConfig config = full_config();
    config.guest_system = guest;
    check_same(must(read_domain(must(build_domain(config, false)), false)), config);
  }
  MachineConfig plain;
  plain.id = Guid::random();
  plain.name = "plain";
  plain.memory_startup_bytes = plain.memory_minimum_bytes = plain.memory_maximum_bytes = 2 << 20;
  check_same(must(read_domain(must(build_domain(plain, true)), std::nullopt)), plain);
}

TEST_CASE("a machine has the devices of the table") {
  MachineConfig config = full_config();
  const std::string unknown = must(build_domain(config, true));
  CHECK(has(unknown, "<domain type=\"kvm\">"));
  CHECK(has(unknown, "machine=\"pc\""));
  CHECK(has(unknown, R"(<target dev="hda" bus="ide"/>)"));
  CHECK(has(unknown, R"(<target dev="sda" bus="sata"/>)"));
  CHECK(has(unknown, R"(<model type="e1000"/>)"));
  CHECK(has(unknown, R"(error_policy="stop" rerror_policy="stop" discard="unmap" detect_zeroes="unmap")"));
  CHECK(has(unknown,
            R"(<source protocol="nbd" name="sda"><host transport="unix" socket="/run/s.sock"/></source>)"));
  CHECK(has(unknown, R"(<boot dev="network"/>)"));
  CHECK(has(unknown, R"(<graphics type="vnc"><listen type="socket"/></graphics>)"));  // not on the network
  config.guest_system = "linux";
  const std::string linux_guest = must(build_domain(config, false));
  CHECK(has(linux_guest, "<domain type=\"qemu\">"));
  CHECK(has(linux_guest, R"(<controller type="scsi" index="2" model="virtio-scsi"/>)"));
  CHECK(has(linux_guest, R"(<model type="virtio"/>)"));
  config.guest_system = "windows";
  CHECK(has(must(build_domain(config, false)), R"(<clock offset="localtime">)"));
  config.guest_system = {};
  config.generation = 2;
  config.disks.erase(config.disks.begin());
  const std::string modern = must(build_domain(config, false));
  CHECK(has(modern, R"(<os firmware="efi">)"));
  CHECK(has(modern, "machine=\"q35\""));
  CHECK(has(modern, R"(<model type="e1000e"/>)"));
}

TEST_CASE("what no guest could use is refused") {
  const auto refused = [](const auto& change) {
    MachineConfig config = full_config();
    change(config);
    auto built = build_domain(config, false);
    REQUIRE(!built.ok());
    CHECK(built.error().id == "InvalidParameter");
    return built.error().message;
  };
  CHECK(has(refused([](auto& c) { c.disks[1].served = false; }), "'vhdx' cannot be attached directly"));
  CHECK(has(refused([](auto& c) { c.disks[0].format = "vmdk"; }), "'vmdk'"));
  CHECK(has(refused([](auto& c) { c.disks[0].format = ""; }), "format ''"));
  CHECK(has(refused([](auto& c) { c.disks[1].target = "hda"; }), "used twice"));
  CHECK(has(refused([](auto& c) { c.disks.push_back(c.disks[1]), c.disks[2].target = "sdb"; }), "two disks"));
  CHECK(has(refused([](auto& c) { c.disks[1].server_socket = ""; }), "no block server"));
  CHECK(has(refused([](auto& c) { c.disks[0].controller_number = 2; }), "no location"));
  CHECK(has(refused([](auto& c) { c.disks[1].controller_location = 64; }), "no location"));
  CHECK(has(refused([](auto& c) { c.disks[1].read_only = true; }), "read-only"));
  CHECK(has(refused([](auto& c) { c.generation = 2; }), "no IDE controllers"));
  CHECK(has(refused([](auto& c) { c.generation = 3; }), "generation 3"));
  CHECK(has(refused([](auto& c) { c.guest_system = "beos"; }), "beos"));
  CHECK(has(refused([](auto& c) { c.memory_startup_bytes = 0; }), "memory"));
  CHECK(has(refused([](auto& c) { c.name = ""; }), "no name"));
}

TEST_CASE("every location of a controller has an address of its own and comes back") {
  std::vector<std::pair<int, int>> seen;
  for (int controller = 0; controller < 4; ++controller) {
    for (int location = 0; location < 64; ++location) {
      const DriveAddress address = sata_address(controller, location);
      CHECK(address.unit < 6);
      const ControllerPlace place = sata_place(address.controller, address.unit);
      CHECK(place.number == controller);
      CHECK(place.location == location);
      seen.emplace_back(address.controller, address.unit);
    }
  }
  std::sort(seen.begin(), seen.end());
  CHECK(std::unique(seen.begin(), seen.end()) == seen.end());
}

TEST_CASE("a foreign definition is read as far as it goes") {
  const MachineConfig config = must(read_domain(kForeign, true));
  CHECK(config.name == "theirs");
  CHECK(config.generation == 2);
  CHECK(config.record_path.empty());
  CHECK(config.version.empty());
  CHECK(!config.created);
  CHECK(config.processor_count == 2);
  CHECK(config.memory_startup_bytes == 32768 * 1024);
  CHECK(config.memory_maximum_bytes == config.memory_startup_bytes);
  CHECK(config.start_action == nouns::StartAction::Start);
  CHECK(must(read_domain(kForeign, false)).start_action == nouns::StartAction::Nothing);
  REQUIRE(config.disks.size() == 2);
  CHECK(config.disks[0].image == "/dev/sdx");
  CHECK(config.disks[0].controller_location == 2);
  CHECK(config.disks[1].image == "rbd:pool/x");
  CHECK(!config.disks[1].served);
  CHECK(config.disks[1].controller_number == 1);
  CHECK(config.disks[1].controller_location == 5);
  REQUIRE(config.adapters.size() == 1);
  CHECK(config.adapters[0].switch_name == "br0");
}

TEST_CASE("an edit changes its nodes and no other byte") {
  CHECK(must(edit_domain(kForeign, {.notes = ""})).size() >= kForeign.size() - 10);
  std::string edited =
      must(edit_domain(kForeign, {.processor_count = 6, .memory_startup_bytes = 48 << 20, .notes = "n"}));
  const auto expect = [&](std::string_view is, std::string_view was) {
    const size_t at = edited.find(is);
    CHECK_MESSAGE(at != std::string::npos, is);
    if (at != std::string::npos) edited.replace(at, is.size(), was);
  };
  // pugixml writes double quotes throughout; compare after the same treatment.
  std::string before = must(edit_domain(kForeign, {.notes = "n"}));
  expect(R"(<vcpu placement="static">6</vcpu>)", R"(<vcpu placement="static" current="2">8</vcpu>)");
  expect(">49152</currentMemory>", ">32768</currentMemory>");
  expect(R"(sockets="1" dies="1" cores="3" threads="2")", R"(sockets="4" dies="1" cores="1" threads="2")");
  CHECK(edited == before);
  CHECK(has(before, "<!-- a comment -->"));
  CHECK(has(before, "<![CDATA[x < y]]>"));
  CHECK(has(before, "a=\"1&#10;2\""));
  CHECK(has(before, "<description>n</description>"));
  CHECK(!has(before, "hvsh"));
}

TEST_CASE("memory that grows takes the maximum along, and cells of NUMA keep their sum") {
  CHECK(has(must(edit_domain(kForeign, {.memory_startup_bytes = int64_t{1} << 30})), ">1048576</memory>"));
  MachineConfig config = full_config();
  const std::string xml = must(build_domain(config, false));
  const std::string fixed = must(edit_domain(xml, {.dynamic_memory = false}));
  CHECK(must(read_domain(fixed, {})).memory_maximum_bytes == config.memory_startup_bytes);
  CHECK(has(fixed, ">65536</memory>"));
  const std::string wider = must(edit_domain(xml, {.memory_maximum_bytes = int64_t{1} << 30}));
  CHECK(must(read_domain(wider, {})).memory_maximum_bytes == int64_t{1} << 30);
  const auto numa = [](const char* cells) {
    return fmt::format(
        "<domain><name>n</name><uuid>01234567-89ab-cdef-0123-456789abcdef</uuid><memory>2048</memory>"
        "<vcpu>2</vcpu><cpu><numa>{}</numa></cpu></domain>",
        cells);
  };
  const std::string one = must(edit_domain(numa("<cell id='0' cpus='0-1' memory='2048'/>"),
                                           {.processor_count = 4, .memory_startup_bytes = 4 << 20}));
  CHECK(has(one, R"(cpus="0-3" memory="4096")"));
  const auto two = edit_domain(numa("<cell id='0' memory='1024'/><cell id='1' memory='1024'/>"),
                               {.memory_startup_bytes = 4 << 20});
  CHECK(two.error().message ==
        "Cannot change the memory of virtual machine \"n\": it is divided among 2 NUMA cells.");
}

TEST_CASE("settings of a running machine are one element") {
  const std::string xml = must(build_domain(full_config(), false));
  const MetadataEdit edit = must(edit_metadata(xml, {.notes = "x", .metering_enabled = false}));
  CHECK(edit.element.starts_with("<vm "));
  CHECK(!has(edit.element, "xmlns"));
  CHECK(has(edit.element, "record=\"/vms/web/record.json\""));
  CHECK(has(edit.element, "metering=\"false\""));
  CHECK(has(edit.element, "<adapter mac=\"525400A1B2C3\""));
  CHECK(must(edit_metadata(xml, {.notes = "x"})).element.empty());
  CHECK(!needs_off({.name = "y", .memory_minimum_bytes = 1, .notes = "x"}));
  CHECK(needs_off({.memory_startup_bytes = 1}));
}

TEST_CASE("a saved machine comes back over today's disks") {
  MachineConfig then = full_config();
  MachineConfig now = full_config();
  now.disks[1].server_socket = "/run/other.sock";
  now.adapters[0].switch_name = "inside";
  now.serial_log = "/log/new";
  now.notes = "today";
  const std::string xml =
      must(restorable_domain(must(build_domain(then, false)), must(build_domain(now, false))));
  const MachineConfig read = must(read_domain(xml, false));
  check_same(read, now);
  now.disks.pop_back();
  CHECK(!restorable_domain(must(build_domain(then, false)), must(build_domain(now, false))).ok());
}

TEST_CASE("a memory snapshot names every disk as left alone") {
  CHECK(
      must(memory_snapshot(kForeign, "/a b&c")) ==
      R"(<domainsnapshot><memory snapshot="external" file="/a b&amp;c"/><disks><disk name="vdc" snapshot="no"/>)"
      R"(<disk name="sdb" snapshot="no"/><disk name="sdc" snapshot="no"/></disks></domainsnapshot>)");
}

TEST_CASE("text that is no definition is an error") {
  for (const char* text :
       {"", "<domain>", "<domain/>", "<a/>", "<domain><uuid>x</uuid></domain>", "\xff\xfe<"}) {
    CAPTURE(text);
    CHECK(!read_domain(text, {}).ok());
    CHECK(!identity_of(text).ok());
  }
  // No entity of a document's own is expanded.
  const std::string bomb =
      "<!DOCTYPE d [<!ENTITY a 'aaaa'>]><domain><name>&a;</name>"
      "<uuid>01234567-89ab-cdef-0123-456789abcdef</uuid></domain>";
  if (auto config = read_domain(bomb, {})) CHECK(config->name == "&a;");
}
