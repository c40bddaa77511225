// read_domain(): a definition, ours or somebody else's, as a configuration.
#include <fmt/format.h>

#include <algorithm>

#include "engines/libvirt/device_rules.h"
#include "engines/libvirt/domain_xml.h"
#include "engines/libvirt/xml.h"

namespace hvsh::engines::libvirt {

using nouns::BootDevice;
using nouns::ControllerType;
using nouns::StartAction;

namespace {

constexpr int64_t kMaxKib = int64_t{1} << 50;  // keeps the product with 1024 in range

// libvirt always writes KiB.
int64_t memory_bytes(const pugi::xml_node& node) {
  return std::clamp<int64_t>(node.text().as_llong(), 0, kMaxKib) * 1024;
}

bool truth(const pugi::xml_attribute& attribute) { return std::string_view(attribute.value()) == "true"; }

void read_metadata(const pugi::xml_node& node, std::optional<bool> autostart, MachineConfig& config) {
  config.version = node.attribute("version").value();
  config.record_path = node.attribute("record").value();
  config.folder = node.attribute("folder").value();
  config.snapshot_folder = node.attribute("snapshots").value();
  config.guest_system = node.attribute("guest").value();
  if (const auto created = node.attribute("created")) {
    if (auto time = DateTime::parse(created.value())) config.created = *time;
  }
  // The flag is what libvirt obeys, so it is the truth about Start.
  config.start_action = enum_value(node.attribute("start-action").value(),
                                   node ? StartAction::StartIfRunning : StartAction::Nothing);
  if (autostart == true) config.start_action = StartAction::Start;
  if (autostart == false && config.start_action == StartAction::Start)
    config.start_action = StartAction::Nothing;
  config.start_delay_seconds = std::max(0, node.attribute("start-delay").as_int());
  config.stop_action = enum_value(node.attribute("stop-action").value(), config.stop_action);
  config.checkpoint_type = enum_value(node.attribute("checkpoint-type").value(), config.checkpoint_type);
  config.automatic_checkpoints = truth(node.attribute("automatic-checkpoints"));
  config.dynamic_memory = truth(node.attribute("dynamic-memory"));
  config.metering_enabled = truth(node.attribute("metering"));
  if (const auto device = node.attribute("boot-device")) {
    config.boot_device = enum_value(device.value(), BootDevice::VHD);
  }
}

void read_memory(const pugi::xml_node& domain, const pugi::xml_node& metadata, MachineConfig& config) {
  const int64_t maximum = memory_bytes(domain.child("memory"));
  const pugi::xml_node current = domain.child("currentMemory");
  config.memory_startup_bytes = current ? memory_bytes(current) : maximum;
  config.memory_minimum_bytes = config.memory_startup_bytes;
  config.memory_maximum_bytes = config.memory_startup_bytes;
  if (!config.dynamic_memory) return;
  config.memory_maximum_bytes = maximum;
  const int64_t minimum = metadata.attribute("minimum-memory").as_llong();
  if (minimum > 0) config.memory_minimum_bytes = std::min(minimum, config.memory_startup_bytes);
}

std::optional<BootDevice> read_boot_device(const pugi::xml_node& os) {
  const std::string_view first = os.child("boot").attribute("dev").value();
  if (first == "cdrom") return BootDevice::CD;
  if (first == "fd") return BootDevice::Floppy;
  if (first == "network") return BootDevice::NetworkAdapter;
  return std::nullopt;
}

// Position of a target's letters: sda 0, sdz 25, sdaa 26; 0 when it has none.
int32_t target_index(std::string_view target) {
  int32_t index = 0;
  for (size_t i = 2; i < target.size() && target[i] >= 'a' && target[i] <= 'z' && index < 10'000; ++i) {
    index = index * 26 + (target[i] - 'a') + 1;
  }
  return std::max(0, index - 1);
}

void read_place(const pugi::xml_node& node, DiskConfig& disk) {
  const pugi::xml_node address = node.child("address");
  const std::string_view bus = node.child("target").attribute("bus").value();
  const int32_t controller = std::max(0, address.attribute("controller").as_int());
  const int32_t unit = std::max(0, address.attribute("unit").as_int());
  if (bus == "ide") {
    disk.controller_type = ControllerType::IDE;
    disk.controller_number = std::max(0, address.attribute("bus").as_int());
    disk.controller_location = unit;
  } else if (bus == "sata") {
    const ControllerPlace place = sata_place(controller, unit);
    disk.controller_number = place.number;
    disk.controller_location = place.location;
  } else if (bus == "scsi") {
    disk.controller_number = controller;
    disk.controller_location = unit + std::max(0, address.attribute("target").as_int());
  } else {
    disk.controller_location = target_index(disk.target);
  }
}

void read_source(const pugi::xml_node& node, const pugi::xml_node& metadata, DiskConfig& disk) {
  const pugi::xml_node source = node.child("source");
  const std::string_view type = node.attribute("type").value();
  disk.format = node.child("driver").attribute("type").value();
  if (type == "file") disk.image = source.attribute("file").value();
  if (type == "block") disk.image = source.attribute("dev").value();
  if (type == "volume") {
    disk.image = fmt::format("{}/{}", source.attribute("pool").value(), source.attribute("volume").value());
  }
  if (type != "network") return;
  disk.image = fmt::format("{}:{}", source.attribute("protocol").value(), source.attribute("name").value());
  for (const pugi::xml_node& known : metadata.children()) {
    if (local_name(known) != "disk" || disk.target != known.attribute("target").value()) continue;
    disk.served = true;
    disk.image = known.attribute("image").value();
    if (const auto format = known.attribute("format")) disk.format = format.value();
    disk.server_socket = source.child("host").attribute("socket").value();
  }
}

DiskConfig read_disk(const pugi::xml_node& node, const pugi::xml_node& metadata) {
  DiskConfig disk{.target = node.child("target").attribute("dev").value()};
  read_source(node, metadata, disk);
  read_place(node, disk);
  disk.read_only = static_cast<bool>(node.child("readonly"));
  if (const auto limit = node.child("iotune").child("total_iops_sec")) {
    disk.maximum_iops = limit.text().as_ullong();
  }
  return disk;
}

AdapterConfig read_adapter(const pugi::xml_node& node, const pugi::xml_node& metadata) {
  AdapterConfig adapter;
  for (const char c : std::string_view(node.child("mac").attribute("address").value())) {
    if (c != ':') adapter.mac += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  const std::string_view type = node.attribute("type").value();
  if (type == "network") adapter.switch_name = node.child("source").attribute("network").value();
  if (type == "bridge") adapter.switch_name = node.child("source").attribute("bridge").value();
  for (const pugi::xml_node& known : metadata.children()) {
    if (local_name(known) != "adapter" || adapter.mac != known.attribute("mac").value()) continue;
    adapter.name = known.attribute("name").value();
    adapter.legacy = truth(known.attribute("legacy"));
  }
  return adapter;
}

bool has_uefi(const pugi::xml_node& os) {
  return std::string_view(os.attribute("firmware").value()) == "efi" ||
         std::string_view(os.child("loader").attribute("type").value()) == "pflash";
}

}  // namespace

std::string version_of_metadata(const std::string& element) {
  pugi::xml_document document;
  if (!parse_xml(element, document)) return {};
  return document.document_element().attribute("version").value();
}

Result<DomainIdentity> identity_of(const std::string& xml) {
  pugi::xml_document document;
  HVSH_CHECK(parse_xml(xml, document));
  const pugi::xml_node domain = document.child("domain");
  const auto id = Guid::parse(domain.child_value("uuid"));
  if (!id) return xml_error("it has no id");
  return DomainIdentity{.id = *id, .name = domain.child_value("name")};
}

Result<MachineConfig> read_domain(const std::string& xml, std::optional<bool> autostart) {
  pugi::xml_document document;
  HVSH_CHECK(parse_xml(xml, document));
  const pugi::xml_node domain = document.child("domain");
  const auto id = Guid::parse(domain.child_value("uuid"));
  if (!id) return xml_error("it has no id");
  const pugi::xml_node metadata = find_metadata(domain);
  const pugi::xml_node os = domain.child("os");
  MachineConfig config{.id = *id, .name = domain.child_value("name")};
  config.generation = has_uefi(os) ? 2 : 1;
  config.notes = domain.child_value("description");
  const pugi::xml_node vcpu = domain.child("vcpu");
  config.processor_count = std::max(
      1LL, vcpu.attribute("current") ? vcpu.attribute("current").as_llong() : vcpu.text().as_llong());
  config.boot_device = read_boot_device(os);
  read_metadata(metadata, autostart, config);
  read_memory(domain, metadata, config);
  const pugi::xml_node devices = domain.child("devices");
  for (const pugi::xml_node& disk : devices.children("disk")) {
    const std::string_view device = disk.attribute("device").as_string("disk");
    if (device == "disk" || device == "lun") config.disks.push_back(read_disk(disk, metadata));
  }
  for (const pugi::xml_node& adapter : devices.children("interface")) {
    config.adapters.push_back(read_adapter(adapter, metadata));
  }
  const pugi::xml_node serial = devices.child("serial");
  if (std::string_view(serial.attribute("type").value()) == "file") {
    config.serial_log = serial.child("source").attribute("path").value();
  }
  return config;
}

}  // namespace hvsh::engines::libvirt
