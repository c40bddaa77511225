// build_domain(): a new machine's XML.
#include <fmt/format.h>

#include <set>
#include <tuple>

#include "engines/libvirt/device_rules.h"
#include "engines/libvirt/domain_xml.h"
#include "engines/libvirt/xml.h"

namespace hvsh::engines::libvirt {

using nouns::BootDevice;
using nouns::ControllerType;

namespace {

constexpr int32_t kIdeControllers = 2;  // of two drives each
constexpr int32_t kScsiControllers = 4;
constexpr int32_t kScsiLocations = 64;

Error wrong(const MachineConfig& config, std::string_view why, std::string hint = {}) {
  return {.id = "InvalidParameter",
          .category = ErrorCategory::InvalidArgument,
          .message = fmt::format("Cannot define virtual machine \"{}\": {}.", config.name, why),
          .hint = std::move(hint),
          .target = config.name};
}

// <name attribute="value" .../>
using Attributes = std::initializer_list<std::pair<const char*, std::string>>;
pugi::xml_node add(pugi::xml_node parent, const char* name, Attributes attributes = {}) {
  pugi::xml_node node = parent.append_child(name);
  for (const auto& [key, value] : attributes) node.append_attribute(key).set_value(value.c_str());
  return node;
}

void add_text(pugi::xml_node parent, const char* name, const std::string& text, Attributes attributes = {}) {
  add(parent, name, attributes).append_child(pugi::node_pcdata).set_value(text.c_str());
}

Result<void> check(const MachineConfig& config) {
  if (config.name.empty()) return wrong(config, "it has no name");
  if (config.id.is_zero()) return wrong(config, "it has no id");
  if (config.generation != 1 && config.generation != 2) {
    return wrong(config, fmt::format("there is no generation {}", config.generation),
                 "Generations are 1 and 2.");
  }
  if (config.processor_count < 1) return wrong(config, "it needs at least one processor");
  if (config.memory_startup_bytes < 1024) return wrong(config, "it needs memory");
  std::set<std::string> targets;
  std::set<std::tuple<ControllerType, int32_t, int32_t>> places;
  for (const DiskConfig& disk : config.disks) {
    if (disk.target.empty() || !targets.insert(disk.target).second) {
      return wrong(config, fmt::format("the name '{}' of a disk is empty or used twice", disk.target));
    }
    if (!places.insert({disk.controller_type, disk.controller_number, disk.controller_location}).second) {
      return wrong(config,
                   fmt::format("two disks are at location {} of controller {}", disk.controller_location,
                               disk.controller_number),
                   "Give each disk a location of its own.");
    }
  }
  return {};
}

Result<DriveAddress> address_of(const MachineConfig& config, const DiskConfig& disk,
                                const DeviceRules& rules) {
  const int32_t number = disk.controller_number;
  const int32_t location = disk.controller_location;
  const auto outside = [&](int32_t controllers, int32_t locations) {
    return number < 0 || number >= controllers || location < 0 || location >= locations;
  };
  switch (disk.controller_type) {
    case ControllerType::IDE:
      if (config.generation == 2) {
        return wrong(config, "generation 2 has no IDE controllers", "Use a SCSI controller.");
      }
      if (outside(kIdeControllers, 2)) {
        return wrong(config, fmt::format("there is no location {} on IDE controller {}", location, number),
                     "IDE controllers 0 and 1 have locations 0 and 1.");
      }
      return DriveAddress{.controller = 0, .bus = number, .unit = location};
    case ControllerType::SCSI:
      if (outside(kScsiControllers, kScsiLocations)) {
        return wrong(config, fmt::format("there is no location {} on SCSI controller {}", location, number),
                     "SCSI controllers 0 to 3 have locations 0 to 63.");
      }
      if (rules.scsi_model == nullptr) return sata_address(number, location);
      return DriveAddress{.controller = number, .bus = 0, .unit = location};
    case ControllerType::PMEM: break;
  }
  return wrong(config, "disks on PMEM controllers are not there yet", "Use a SCSI controller.");
}

Result<void> add_source(const MachineConfig& config, const DiskConfig& disk, pugi::xml_node node) {
  if (disk.served) {
    if (disk.server_socket.empty())
      return wrong(config, fmt::format("disk {} has no block server", disk.target));
    pugi::xml_node source = add(node, "source", {{"protocol", "nbd"}, {"name", disk.target}});
    add(source, "host", {{"transport", "unix"}, {"socket", disk.server_socket}});
    return {};
  }
  if (disk.image.empty()) return wrong(config, fmt::format("disk {} has no image", disk.target));
  add(node, "source", {{"file", disk.image}});
  return {};
}

Result<void> add_disk(const MachineConfig& config, const DiskConfig& disk, const DeviceRules& rules,
                      pugi::xml_node devices) {
  const bool is_known = disk.served || disk.format == "raw" || disk.format == "qcow2" || disk.format == "vpc";
  if (!is_known) {
    return wrong(
        config,
        fmt::format("a disk of format '{}' cannot be attached directly ('{}')", disk.format, disk.image),
        "libvirt would read it as raw and destroy it; it needs a block server.");
  }
  HVSH_TRY(const DriveAddress address, address_of(config, disk, rules));
  pugi::xml_node node =
      add(devices, "disk", {{"type", disk.served ? "network" : "file"}, {"device", "disk"}});
  add(node, "driver",
      {{"name", "qemu"},
       {"type", disk.served ? "raw" : disk.format},
       {"error_policy", "stop"},
       {"rerror_policy", "stop"},
       {"discard", "unmap"},
       {"detect_zeroes", "unmap"}});
  HVSH_CHECK(add_source(config, disk, node));
  const bool is_ide = disk.controller_type == ControllerType::IDE;
  add(node, "target", {{"dev", disk.target}, {"bus", is_ide ? "ide" : rules.scsi_bus}});
  if (disk.maximum_iops) {
    add_text(add(node, "iotune"), "total_iops_sec", std::to_string(*disk.maximum_iops));
  }
  if (disk.read_only && (is_ide || rules.scsi_model == nullptr)) {
    return wrong(config,
                 fmt::format("disk {} is read-only, and disks on {} controllers cannot be", disk.target,
                             is_ide ? "IDE" : "AHCI"),
                 "Attach it writable, or give the machine virtio devices (guest system linux).");
  }
  if (disk.read_only) add(node, "readonly");
  add(node, "address",
      {{"type", "drive"},
       {"controller", std::to_string(address.controller)},
       {"bus", std::to_string(address.bus)},
       {"target", "0"},
       {"unit", std::to_string(address.unit)}});
  return {};
}

// 525400A1B2C3 as libvirt writes it: 52:54:00:a1:b2:c3.
std::string colon_mac(const std::string& mac) {
  std::string text;
  for (size_t i = 0; i < mac.size(); ++i) {
    if (i > 0 && i % 2 == 0) text += ':';
    text += static_cast<char>(std::tolower(static_cast<unsigned char>(mac[i])));
  }
  return text;
}

void add_adapter(const AdapterConfig& adapter, const DeviceRules& rules, pugi::xml_node devices) {
  // libvirt has no adapter without a network behind it, so one that is not connected has QEMU's own user
  // network with the cable pulled.
  const bool is_connected = !adapter.switch_name.empty();
  pugi::xml_node node = add(devices, "interface", {{"type", is_connected ? "network" : "user"}});
  add(node, "mac", {{"address", colon_mac(adapter.mac)}});
  if (is_connected) add(node, "source", {{"network", adapter.switch_name}});
  add(node, "model", {{"type", adapter.legacy ? rules.legacy_adapter_model : rules.adapter_model}});
  if (!is_connected) add(node, "link", {{"state", "down"}});
}

// The chosen device first, the others after it.
void add_boot_order(const MachineConfig& config, pugi::xml_node os) {
  const auto name = [](BootDevice device) {
    switch (device) {
      case BootDevice::Floppy: return "fd";
      case BootDevice::CD: return "cdrom";
      case BootDevice::LegacyNetworkAdapter:
      case BootDevice::NetworkAdapter: return "network";
      case BootDevice::IDE:
      case BootDevice::VHD: break;
    }
    return "hd";
  };
  const std::string first = name(config.boot_device.value_or(BootDevice::VHD));
  add(os, "boot", {{"dev", first}});
  for (const char* other : {"cdrom", "hd", "network"}) {
    if (other != first) add(os, "boot", {{"dev", other}});
  }
}

void add_system(const MachineConfig& config, const DeviceRules& rules, bool hardware, pugi::xml_node domain) {
  pugi::xml_node os = add(domain, "os");
  if (config.generation == 2) os.append_attribute("firmware").set_value("efi");
  add_text(os, "type", "hvm", {{"arch", "x86_64"}, {"machine", config.generation == 2 ? "q35" : "pc"}});
  add_boot_order(config, os);
  pugi::xml_node features = add(domain, "features");
  add(features, "acpi");
  add(features, "apic");
  // host-model can move to other hosts; the emulator does best with all that it knows.
  add(domain, "cpu", {{"mode", hardware ? "host-model" : "maximum"}});
  pugi::xml_node clock = add(domain, "clock", {{"offset", rules.clock_offset}});
  add(clock, "timer", {{"name", "rtc"}, {"tickpolicy", "catchup"}});
  add(clock, "timer", {{"name", "pit"}, {"tickpolicy", "delay"}});
  add(clock, "timer", {{"name", "hpet"}, {"present", "no"}});
  add_text(domain, "on_poweroff", "destroy");
  add_text(domain, "on_reboot", "restart");
  add_text(domain, "on_crash", "destroy");
}

void add_fixed_devices(const MachineConfig& config, pugi::xml_node devices) {
  if (config.serial_log.empty()) {
    add(add(devices, "serial", {{"type", "pty"}}), "target", {{"port", "0"}});
  } else {
    pugi::xml_node serial = add(devices, "serial", {{"type", "file"}});
    add(serial, "source", {{"path", config.serial_log}, {"append", "on"}});
    add(serial, "target", {{"port", "0"}});
  }
  pugi::xml_node channel = add(devices, "channel", {{"type", "unix"}});
  add(channel, "target", {{"type", "virtio"}, {"name", "org.qemu.guest_agent.0"}});
  // A socket instead of a port: who may open libvirt's folder may see the screen, nobody else.
  add(add(devices, "graphics", {{"type", "vnc"}}), "listen", {{"type", "socket"}});
  add(add(devices, "video"), "model", {{"type", "vga"}});
  add(add(devices, "memballoon", {{"model", "virtio"}}), "stats", {{"period", "10"}});
}

void add_metadata(const MachineConfig& config, pugi::xml_node domain) {
  pugi::xml_node node = make_metadata(domain);
  const auto put = [&](const char* name, const std::string& value) {
    if (!value.empty()) set_attribute(node, name, value);
  };
  put("version", config.version);
  if (config.created) put("created", config.created->to_utc().to_iso());
  put("record", config.record_path);
  put("folder", config.folder);
  edit_attributes(node, {.memory_minimum_bytes = config.memory_minimum_bytes,
                         .dynamic_memory = config.dynamic_memory,
                         .start_action = config.start_action,
                         .start_delay_seconds = config.start_delay_seconds,
                         .stop_action = config.stop_action,
                         .checkpoint_type = config.checkpoint_type,
                         .automatic_checkpoints = config.automatic_checkpoints,
                         .metering_enabled = config.metering_enabled});
  put("snapshots", config.snapshot_folder);
  if (config.boot_device) put("boot-device", enum_text(*config.boot_device));
  put("guest", config.guest_system);
  for (const AdapterConfig& adapter : config.adapters) {
    add(node, "hvsh:adapter",
        {{"mac", adapter.mac}, {"name", adapter.name}, {"legacy", bool_text(adapter.legacy)}});
  }
  for (const DiskConfig& disk : config.disks) {
    if (disk.served) {
      add(node, "hvsh:disk", {{"target", disk.target}, {"image", disk.image}, {"format", disk.format}});
    }
  }
}

}  // namespace

Result<std::string> build_domain(const MachineConfig& config, bool hardware_virtualization) {
  HVSH_CHECK(check(config));
  HVSH_TRY(const DeviceRules rules, device_rules(config.guest_system, config.generation));
  pugi::xml_document document;
  pugi::xml_node domain = add(document, "domain", {{"type", hardware_virtualization ? "kvm" : "qemu"}});
  add_text(domain, "name", config.name);
  add_text(domain, "uuid", config.id.to_string());
  if (!config.notes.empty()) add_text(domain, "description", config.notes);
  add_metadata(config, domain);
  const int64_t memory = config.dynamic_memory
                             ? std::max(config.memory_startup_bytes, config.memory_maximum_bytes)
                             : config.memory_startup_bytes;
  add_text(domain, "memory", std::to_string(memory / 1024), {{"unit", "KiB"}});
  add_text(domain, "currentMemory", std::to_string(config.memory_startup_bytes / 1024), {{"unit", "KiB"}});
  add_text(domain, "vcpu", std::to_string(config.processor_count), {{"placement", "static"}});
  add_system(config, rules, hardware_virtualization, domain);
  pugi::xml_node devices = add(domain, "devices");
  if (rules.scsi_model != nullptr) {
    std::set<int32_t> numbers;
    for (const DiskConfig& disk : config.disks) {
      if (disk.controller_type == ControllerType::SCSI && numbers.insert(disk.controller_number).second) {
        add(devices, "controller",
            {{"type", "scsi"},
             {"index", std::to_string(disk.controller_number)},
             {"model", rules.scsi_model}});
      }
    }
  }
  for (const DiskConfig& disk : config.disks) HVSH_CHECK(add_disk(config, disk, rules, devices));
  for (const AdapterConfig& adapter : config.adapters) add_adapter(adapter, rules, devices);
  add_fixed_devices(config, devices);
  return xml_text(document);
}

}  // namespace hvsh::engines::libvirt
