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
  config.firmware.startup_order = {nouns::BootDevice::LegacyNetworkAdapter, nouns::BootDevice::Floppy,
                                   nouns::BootDevice::IDE, nouns::BootDevice::CD};
  config.processor = {.reserve_percent = 10,
                      .maximum_percent = 75,
                      .weight = 300,
                      .nested_virtualization = true,
                      .migration_compatible = true,
                      .threads_per_core = 2};
  config.memory_buffer_percent = 35;
  config.memory_priority = 80;
  config.paging_folder = "/paging";
  config.critical_error_action = nouns::CriticalErrorAction::None;
  config.critical_error_minutes = 5;
  config.guest_controlled_cache = true;
  config.low_mmio_bytes = 3u << 30;
  config.high_mmio_bytes = uint64_t{33280} << 20;
  config.lock_on_disconnect = true;
  config.firmware.secure_boot_template = "MicrosoftUEFICertificateAuthority";
  config.firmware.console = nouns::ConsoleModeType::COM1;
  config.firmware.num_lock = true;
  config.security.key_protector = "QUJD";
  config.video.resolution = nouns::ResolutionType::Single;
  config.video.horizontal = 1024;
  config.integration.guest_interface = true;
  config.integration.backup = false;
  config.com2 = {.pipe = R"(\\.\pipe\web)", .debugger = true};
  config.scsi_controllers = 3;
  config.dvds.push_back({.target = "hdc", .image = "/iso/a.iso", .place = {ControllerType::IDE, 1, 0}});
  config.dvds.push_back({.target = "sdx", .place = {ControllerType::SCSI, 1, 7}});
  config.floppy_image = "/a.vfd";
  config.serial_log = "/log/web01";
  config.metering_enabled = true;
  config.disks.push_back(
      {.target = "hda", .image = "/a.qcow2", .format = "qcow2", .place = {ControllerType::IDE, 1, 1}});
  config.disks.push_back({.target = "sda",
                          .image = "/b.vhdx",
                          .format = "vhdx",
                          .served = true,
                          .server_socket = "/run/s.sock",
                          .place = {ControllerType::SCSI, 2, 63},
                          .maximum_iops = 500,
                          .minimum_iops = 50,
                          .cache = nouns::CacheAttributes::WriteCacheDisabled});
  config.adapters.push_back({.name = "Front", .mac = "525400A1B2C3", .switch_name = "outside"});
  config.adapters.push_back({.mac = "525400A1B2C4", .legacy = true});
  return config;
}

void check_same(const MachineConfig& a, const MachineConfig& b) {
  // By parts first, so that a failure says where.
  CHECK(a.notes == b.notes);
  CHECK(a.processor == b.processor);
  CHECK(a.firmware == b.firmware);
  CHECK(a.integration == b.integration);
  CHECK(a.scsi_controllers == b.scsi_controllers);
  CHECK(a.memory_minimum_bytes == b.memory_minimum_bytes);
  CHECK(a.memory_maximum_bytes == b.memory_maximum_bytes);
  REQUIRE(a.disks.size() == b.disks.size());
  for (size_t i = 0; i < a.disks.size(); ++i) {
    CAPTURE(i);
    CHECK(a.disks[i].image == b.disks[i].image);
    CHECK(a.disks[i].format == b.disks[i].format);
    CHECK(a.disks[i].place == b.disks[i].place);
    CHECK(a.disks[i] == b.disks[i]);
  }
  CHECK(a.dvds == b.dvds);
  CHECK(a.adapters == b.adapters);
  CHECK(a == b);
}

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(result.error().message);
  return result.take();
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// The definition after a change.
template <class Change>
Result<DomainEdit> changed(const std::string& xml, const Change& change, bool is_running = false) {
  const MachineConfig before = must(read_domain(xml, std::nullopt));
  MachineConfig after = before;
  change(after);
  return edit_domain(xml, before, after, is_running);
}

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
  config.dvds.erase(config.dvds.begin());
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
  CHECK(has(refused([](auto& c) { c.disks[1].target = "hda"; }), "two drives would be named"));
  CHECK(
      has(refused([](auto& c) { c.disks.push_back(c.disks[1]), c.disks[2].target = "sdb"; }), "two drives"));
  CHECK(has(refused([](auto& c) { c.disks[1].server_socket = ""; }), "no block server"));
  CHECK(has(refused([](auto& c) { c.disks[0].place.number = 2; }), "there is no IDE controller 2"));
  CHECK(has(refused([](auto& c) { c.disks[1].place.location = 64; }),
            "there is no SCSI controller 2 at location 64"));
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
  CHECK(config.disks[0].place.location == 2);
  CHECK(config.disks[1].image == "rbd:pool/x");
  CHECK(!config.disks[1].served);
  CHECK(config.disks[1].place.number == 1);
  CHECK(config.disks[1].place.location == 5);
  REQUIRE(config.adapters.size() == 1);
  CHECK(config.adapters[0].switch_name == "br0");
}

TEST_CASE("an edit changes its nodes and no other byte") {
  CHECK(must(changed(kForeign, [](auto& c) { c.notes = ""; })).xml.size() >= kForeign.size() - 10);
  std::string edited = must(changed(kForeign, [](auto& c) {
                         c.processor_count = 6;
                         c.memory_startup_bytes = 48 << 20;
                         c.notes = "n";
                       })).xml;
  const auto expect = [&](std::string_view is, std::string_view was) {
    const size_t at = edited.find(is);
    CHECK_MESSAGE(at != std::string::npos, is);
    if (at != std::string::npos) edited.replace(at, is.size(), was);
  };
  // pugixml writes double quotes throughout; compare after the same treatment.
  std::string before = must(changed(kForeign, [](auto& c) { c.notes = "n"; })).xml;
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
  CHECK(has(must(changed(kForeign, [](auto& c) { c.memory_startup_bytes = int64_t{1} << 30; })).xml,
            ">1048576</memory>"));
  MachineConfig config = full_config();
  const std::string xml = must(build_domain(config, false));
  const std::string fixed = must(changed(xml, [](auto& c) { c.dynamic_memory = false; })).xml;
  CHECK(must(read_domain(fixed, {})).memory_maximum_bytes == config.memory_startup_bytes);
  CHECK(has(fixed, ">65536</memory>"));
  const std::string wider =
      must(changed(xml, [](auto& c) { c.memory_maximum_bytes = int64_t{1} << 30; })).xml;
  CHECK(must(read_domain(wider, {})).memory_maximum_bytes == int64_t{1} << 30);
  const auto numa = [](const char* cells) {
    return fmt::format(
        "<domain><name>n</name><uuid>01234567-89ab-cdef-0123-456789abcdef</uuid><memory>2048</memory>"
        "<vcpu>2</vcpu><cpu><numa>{}</numa></cpu></domain>",
        cells);
  };
  const std::string one = must(changed(numa("<cell id='0' cpus='0-1' memory='2048'/>"), [](auto& c) {
                            c.processor_count = 4;
                            c.memory_startup_bytes = 4 << 20;
                          })).xml;
  CHECK(has(one, R"(cpus="0-3" memory="4096")"));
  const auto two = changed(numa("<cell id='0' memory='1024'/><cell id='1' memory='1024'/>"),
                           [](auto& c) { c.memory_startup_bytes = 4 << 20; });
  CHECK(two.error().message ==
        "Cannot change the memory of virtual machine \"n\": it is divided among 2 NUMA cells.");
}

TEST_CASE("settings of a running machine are one element") {
  const std::string xml = must(build_domain(full_config(), false));
  const DomainEdit edit = must(changed(
      xml,
      [](auto& c) {
        c.notes = "x";
        c.metering_enabled = false;
      },
      true));
  CHECK(edit.notes == "x");
  CHECK(edit.devices.empty());
  CHECK(edit.metadata.starts_with("<vm "));
  CHECK(!has(edit.metadata, "xmlns"));
  CHECK(has(edit.metadata, "record=\"/vms/web/record.json\""));
  CHECK(has(edit.metadata, "metering=\"false\""));
  CHECK(has(edit.metadata, "<adapter mac=\"525400A1B2C3\""));
  CHECK(must(changed(
                 xml, [](auto& c) { c.notes = "x"; }, true))
            .metadata.empty());
}

TEST_CASE("drives come, go and change in place") {
  const std::string xml = must(build_domain(full_config(), false));
  // Off: every bus.
  const DomainEdit off = must(changed(xml, [](auto& c) {
    c.disks.erase(c.disks.begin());
    c.disks.push_back(
        {.target = "hdd", .image = "/dev/sdq", .format = "raw", .place = {ControllerType::IDE, 1, 1}});
    c.disks[0].place = {ControllerType::SCSI, 0, 1};
    c.disks[0].maximum_iops = {};
    c.dvds[0].image = {};
    c.dvds[1].image = "/b.iso";
    c.floppy_image = {};
    c.scsi_controllers = 4;
  }));
  const MachineConfig read = must(read_domain(off.xml, false));
  REQUIRE(read.disks.size() == 2);
  CHECK(read.disks[0].place == nouns::DrivePlace{ControllerType::SCSI, 0, 1});
  CHECK(read.disks[0].image == "/b.vhdx");
  CHECK(!read.disks[0].maximum_iops);
  CHECK(read.disks[0].minimum_iops == 50);
  CHECK(read.disks[1].image == "/dev/sdq");
  CHECK(has(off.xml, R"(<disk type="block" device="disk">)"));
  CHECK(!has(off.xml, "iotune"));
  CHECK(!has(off.xml, "/a.qcow2"));
  CHECK(read.dvds[0].image.empty());
  CHECK(read.dvds[1].image == "/b.iso");
  CHECK(read.floppy_image.empty());
  CHECK(read.scsi_controllers == 4);
  // Running: one device each, on the bus that takes them.
  const DomainEdit live = must(changed(
      xml,
      [](auto& c) {
        c.disks.push_back(
            {.target = "sdb", .image = "/c.raw", .format = "raw", .place = {ControllerType::SCSI, 0, 5}});
        c.dvds[0].image = {};
      },
      true));
  REQUIRE(live.devices.size() == 2);
  CHECK(live.devices[0].kind == DeviceEdit::update);
  CHECK(has(live.devices[0].xml, "hdc"));
  CHECK(!has(live.devices[0].xml, "source"));
  CHECK(live.devices[1].kind == DeviceEdit::attach);
  CHECK(has(live.devices[1].xml, R"(<target dev="sdb" bus="scsi"/>)"));
  CHECK(has(live.devices[1].xml, R"(controller="0" bus="0" target="0" unit="5")"));
  CHECK(live.metadata.empty());
  const DomainEdit gone = must(changed(
      xml, [](auto& c) { c.disks.pop_back(); }, true));
  REQUIRE(gone.devices.size() == 1);
  CHECK(gone.devices[0].kind == DeviceEdit::detach);
  CHECK(!has(gone.metadata, "/b.vhdx"));
}

TEST_CASE("unknown parts of a drive stay when it changes") {
  const std::string edited = must(changed(kForeign, [](auto& c) {
                               c.disks[1].maximum_iops = 7;
                               c.disks[1].place.location = 6;
                             })).xml;
  CHECK(has(edited, "pool/x"));
  CHECK(has(edited, "<total_iops_sec>7</total_iops_sec>"));
  CHECK(must(read_domain(edited, {})).disks[1].place.location == 6);
  CHECK(has(edited, "<![CDATA[x < y]]>"));
  CHECK(must(read_domain(edited, {})).dvds.size() == 1);
}

TEST_CASE("devices are ordered themselves, or their kinds are") {
  MachineConfig config = full_config();
  const std::string xml = must(build_domain(config, false));
  CHECK(has(xml, R"(<boot dev="network"/><boot dev="fd"/><boot dev="hd"/><boot dev="cdrom"/>)"));
  const std::string own = must(changed(xml, [](auto& c) {
                            c.dvds[0].boot_order = 1;
                            c.adapters[1].boot_order = 2;
                          })).xml;
  CHECK(!has(own, "boot dev"));
  CHECK(must(read_domain(own, {})).dvds[0].boot_order == 1);
  CHECK(must(read_domain(own, {})).adapters[1].boot_order == 2);
  const std::string back =
      must(changed(own, [](auto& c) { c.dvds[0].boot_order = c.adapters[1].boot_order = 0; })).xml;
  CHECK(has(back, "boot dev"));
  CHECK(!has(back, "boot order"));
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
