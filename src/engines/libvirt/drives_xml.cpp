#include "engines/libvirt/drives_xml.h"

#include <fmt/format.h>

#include <algorithm>

namespace hvsh::engines::libvirt {

using nouns::CacheAttributes;
using nouns::ControllerType;
using nouns::DrivePlace;

namespace {

constexpr const char* kFloppyTarget = "fda";
constexpr const char* kHotPlugModel =
    "virtio-scsi";  // the one bus for disks that takes them while a guest runs

Error wrong(const MachineConfig& config, std::string_view why, std::string hint = {}) {
  return {.id = "InvalidParameter",
          .category = ErrorCategory::InvalidArgument,
          .message = fmt::format("Cannot define virtual machine \"{}\": {}.", config.name, why),
          .hint = std::move(hint),
          .target = config.name};
}

// Which bus a drive is on, and where.
struct Bus {
  const char* name;
  DriveAddress address;
};

Bus bus_of(const DrivePlace& place, const DeviceRules& rules) {
  if (place.type == ControllerType::IDE) {
    return {"ide", {.controller = 0, .bus = place.number, .unit = place.location}};
  }
  if (rules.scsi_model == nullptr) return {rules.scsi_bus, sata_address(place.number, place.location)};
  return {rules.scsi_bus, {.controller = place.number, .bus = 0, .unit = place.location}};
}

void set_place(pugi::xml_node drive, const DrivePlace& place, const DeviceRules& rules) {
  const Bus bus = bus_of(place, rules);
  set_attribute(child_of(drive, "target"), "bus", bus.name);
  drive.remove_child("address");
  add(drive, "address",
      {{"type", "drive"},
       {"controller", std::to_string(bus.address.controller)},
       {"bus", std::to_string(bus.address.bus)},
       {"target", "0"},
       {"unit", std::to_string(bus.address.unit)}});
}

// The file or device behind a drive; none: an empty drive.
void set_file(pugi::xml_node drive, const std::string& image) {
  const bool is_device = image.starts_with("/dev/");
  set_attribute(drive, "type", is_device ? "block" : "file");
  drive.remove_child("source");
  if (image.empty()) return;
  pugi::xml_node source = drive.insert_child_before("source", drive.child("target"));
  source.append_attribute(is_device ? "dev" : "file").set_value(image.c_str());
}

void set_maximum_iops(pugi::xml_node drive, const std::optional<uint64_t>& maximum) {
  if (maximum) {
    set_text(child_of(child_of(drive, "iotune"), "total_iops_sec"), std::to_string(*maximum));
    return;
  }
  drive.child("iotune").remove_child("total_iops_sec");
  if (!drive.child("iotune").first_child()) drive.remove_child("iotune");
}

void set_flag(pugi::xml_node drive, const char* name, bool is_set) {
  if (!is_set) drive.remove_child(name);
  if (is_set) child_of(drive, name);
}

void set_cache(pugi::xml_node drive, CacheAttributes cache) {
  pugi::xml_node driver = child_of(drive, "driver");
  driver.remove_attribute("cache");
  if (cache == CacheAttributes::WriteCacheDisabled) set_attribute(driver, "cache", "writethrough");
  if (cache == CacheAttributes::WriteCacheEnabled) set_attribute(driver, "cache", "writeback");
}

Result<void> check_source(const MachineConfig& config, const DiskConfig& disk) {
  const bool is_known = disk.served || disk.format == "raw" || disk.format == "qcow2" || disk.format == "vpc";
  if (!is_known) {
    return wrong(
        config,
        fmt::format("a disk of format '{}' cannot be attached directly ('{}')", disk.format, disk.image),
        "libvirt would read it as raw and destroy it; it needs a block server.");
  }
  if (disk.served && disk.server_socket.empty())
    return wrong(config, fmt::format("disk {} has no block server", disk.target));
  if (disk.image.empty()) return wrong(config, fmt::format("disk {} has no image", disk.target));
  return {};
}

Result<void> add_disk(const MachineConfig& config, const DiskConfig& disk, const DeviceRules& rules,
                      pugi::xml_node devices) {
  HVSH_CHECK(check_source(config, disk));
  const bool is_ide = disk.place.type == ControllerType::IDE;
  if (disk.read_only && (is_ide || rules.scsi_model == nullptr)) {
    return wrong(config,
                 fmt::format("disk {} is read-only, and disks on {} controllers cannot be", disk.target,
                             is_ide ? "IDE" : "AHCI"),
                 "Attach it writable, or give the machine virtio devices (guest system linux).");
  }
  pugi::xml_node node = add(devices, "disk", {{"type", "network"}, {"device", "disk"}});
  add(node, "driver",
      {{"name", "qemu"},
       {"type", disk.served ? "raw" : disk.format},
       {"error_policy", "stop"},
       {"rerror_policy", "stop"},
       {"discard", "unmap"},
       {"detect_zeroes", "unmap"}});
  set_cache(node, disk.cache);
  if (disk.served) {
    pugi::xml_node source = add(node, "source", {{"protocol", "nbd"}, {"name", disk.target}});
    add(source, "host", {{"transport", "unix"}, {"socket", disk.server_socket}});
  }
  add(node, "target", {{"dev", disk.target}});
  if (!disk.served) set_file(node, disk.image);
  if (disk.maximum_iops) set_maximum_iops(node, disk.maximum_iops);
  set_flag(node, "readonly", disk.read_only);
  set_flag(node, "shareable", disk.shared);
  set_place(node, disk.place, rules);
  set_boot_order(node, disk.boot_order);
  return {};
}

void add_dvd(const DvdConfig& dvd, const DeviceRules& rules, pugi::xml_node devices) {
  pugi::xml_node node = add(devices, "disk", {{"type", "file"}, {"device", "cdrom"}});
  add(node, "driver", {{"name", "qemu"}, {"type", "raw"}});
  add(node, "target", {{"dev", dvd.target}});
  set_file(node, dvd.image);
  add(node, "readonly");
  set_place(node, dvd.place, rules);
  set_boot_order(node, dvd.boot_order);
}

void set_floppy(pugi::xml_node devices, const std::string& image) {
  pugi::xml_node node = find_drive(devices, kFloppyTarget);
  if (image.empty()) {
    devices.remove_child(node);
    return;
  }
  if (!node) {
    node = add(devices, "disk", {{"type", "file"}, {"device", "floppy"}});
    add(node, "driver", {{"name", "qemu"}, {"type", "raw"}});
    add(node, "target", {{"dev", kFloppyTarget}, {"bus", "fdc"}});
  }
  set_file(node, image);
}

void add_controller(int32_t number, pugi::xml_node devices) {
  add(devices, "controller", {{"type", "scsi"}, {"index", std::to_string(number)}, {"model", kHotPlugModel}});
}

pugi::xml_node find_controller(const pugi::xml_node& devices, int32_t number) {
  for (const pugi::xml_node& node : devices.children("controller")) {
    if (std::string_view(node.attribute("type").value()) == "scsi" &&
        node.attribute("index").as_int() == number)
      return node;
  }
  return {};
}

// Controllers are numbered without gaps, so it is the last ones that come and go.
void edit_controllers(pugi::xml_node devices, int32_t before, int32_t after) {
  for (int32_t number = before; number < after; ++number) {
    if (!find_controller(devices, number)) add_controller(number, devices);
  }
  for (int32_t number = after; number < before; ++number) {
    devices.remove_child(find_controller(devices, number));
  }
}

// ---- Reading

// Position of a target's letters: sda 0, sdz 25, sdaa 26; 0 when it has none.
int32_t target_index(std::string_view target) {
  int32_t index = 0;
  for (size_t i = 2; i < target.size() && target[i] >= 'a' && target[i] <= 'z' && index < 10'000; ++i) {
    index = index * 26 + (target[i] - 'a') + 1;
  }
  return std::max(0, index - 1);
}

DrivePlace read_place(const pugi::xml_node& node) {
  const pugi::xml_node target = node.child("target");
  const pugi::xml_node address = node.child("address");
  const std::string_view bus = target.attribute("bus").value();
  const int32_t controller = std::max(0, address.attribute("controller").as_int());
  const int32_t unit = std::max(0, address.attribute("unit").as_int());
  DrivePlace place;
  if (bus == "ide") {
    place = {ControllerType::IDE, std::max(0, address.attribute("bus").as_int()), unit};
  } else if (bus == "sata") {
    const ControllerPlace sata = sata_place(controller, unit);
    place.number = sata.number;
    place.location = sata.location;
  } else if (bus == "scsi") {
    place.number = controller;
    place.location = unit + std::max(0, address.attribute("target").as_int());
  } else {
    place.location = target_index(target.attribute("dev").value());
  }
  return place;
}

std::string file_of(const pugi::xml_node& node) {
  const pugi::xml_node source = node.child("source");
  const std::string_view type = node.attribute("type").value();
  if (type == "file") return source.attribute("file").value();
  if (type == "block") return source.attribute("dev").value();
  if (type == "volume") {
    return fmt::format("{}/{}", source.attribute("pool").value(), source.attribute("volume").value());
  }
  if (type != "network") return {};
  return fmt::format("{}:{}", source.attribute("protocol").value(), source.attribute("name").value());
}

CacheAttributes read_cache(std::string_view cache) {
  if (cache == "writethrough") return CacheAttributes::WriteCacheDisabled;
  if (cache == "writeback") return CacheAttributes::WriteCacheEnabled;
  return CacheAttributes::Default;
}

// What hvsh's metadata adds.
void read_disk_notes(const pugi::xml_node& node, const pugi::xml_node& metadata, DiskConfig& disk) {
  for (const pugi::xml_node& known : metadata.children()) {
    if (local_name(known) != "disk" || disk.target != known.attribute("target").value()) continue;
    if (const auto minimum = known.attribute("minimum-iops")) disk.minimum_iops = minimum.as_ullong();
    disk.cache = enum_value(known.attribute("cache").value(), disk.cache);
    if (std::string_view(node.attribute("type").value()) != "network" || !known.attribute("image")) continue;
    disk.served = true;
    disk.image = known.attribute("image").value();
    if (const auto format = known.attribute("format")) disk.format = format.value();
    disk.server_socket = node.child("source").child("host").attribute("socket").value();
  }
}

DiskConfig read_disk(const pugi::xml_node& node, const pugi::xml_node& metadata) {
  DiskConfig disk{.target = node.child("target").attribute("dev").value(), .image = file_of(node)};
  disk.format = node.child("driver").attribute("type").value();
  disk.cache = read_cache(node.child("driver").attribute("cache").value());
  disk.place = read_place(node);
  disk.read_only = static_cast<bool>(node.child("readonly"));
  disk.shared = static_cast<bool>(node.child("shareable"));
  disk.boot_order = node.child("boot").attribute("order").as_int();
  if (const auto limit = node.child("iotune").child("total_iops_sec")) {
    disk.maximum_iops = limit.text().as_ullong();
  }
  read_disk_notes(node, metadata, disk);
  return disk;
}

DvdConfig read_dvd(const pugi::xml_node& node) {
  return {.target = node.child("target").attribute("dev").value(),
          .image = file_of(node),
          .place = read_place(node),
          .boot_order = node.child("boot").attribute("order").as_int()};
}

// ---- Editing

template <class Drive>
const Drive* find(const std::vector<Drive>& drives, const std::string& target) {
  const auto found =
      std::find_if(drives.begin(), drives.end(), [&](const Drive& drive) { return drive.target == target; });
  return found == drives.end() ? nullptr : &*found;
}

template <class Drive>
void remove_gone(pugi::xml_node devices, const std::vector<Drive>& before, const std::vector<Drive>& after) {
  for (const Drive& drive : before) {
    if (find(after, drive.target) == nullptr) devices.remove_child(find_drive(devices, drive.target));
  }
}

void edit_disk(pugi::xml_node node, const DiskConfig& before, const DiskConfig& after,
               const DeviceRules& rules) {
  if (before.place != after.place) set_place(node, after.place, rules);
  if (before.maximum_iops != after.maximum_iops) set_maximum_iops(node, after.maximum_iops);
  if (before.cache != after.cache) set_cache(node, after.cache);
  if (before.shared != after.shared) set_flag(node, "shareable", after.shared);
  if (before.boot_order != after.boot_order) set_boot_order(node, after.boot_order);
}

void edit_dvd(pugi::xml_node node, const DvdConfig& before, const DvdConfig& after,
              const DeviceRules& rules) {
  if (before.place != after.place) set_place(node, after.place, rules);
  if (before.image != after.image) set_file(node, after.image);
  if (before.boot_order != after.boot_order) set_boot_order(node, after.boot_order);
}

}  // namespace

pugi::xml_node find_drive(const pugi::xml_node& devices, std::string_view target) {
  for (const pugi::xml_node& node : devices.children("disk")) {
    if (target == node.child("target").attribute("dev").value()) return node;
  }
  return {};
}

void set_boot_order(pugi::xml_node device, int32_t order) {
  if (order <= 0) {
    device.remove_child("boot");
    return;
  }
  set_attribute(child_of(device, "boot"), "order", std::to_string(order));
}

Result<void> add_drives(const MachineConfig& config, const DeviceRules& rules, pugi::xml_node devices) {
  edit_controllers(devices, 0, config.scsi_controllers);
  for (const DiskConfig& disk : config.disks) HVSH_CHECK(add_disk(config, disk, rules, devices));
  for (const DvdConfig& dvd : config.dvds) add_dvd(dvd, rules, devices);
  set_floppy(devices, config.floppy_image);
  return {};
}

void read_drives(const pugi::xml_node& devices, const pugi::xml_node& metadata, MachineConfig& config) {
  for (const pugi::xml_node& node : devices.children("disk")) {
    const std::string_view device = node.attribute("device").as_string("disk");
    if (device == "disk" || device == "lun") config.disks.push_back(read_disk(node, metadata));
    if (device == "cdrom") config.dvds.push_back(read_dvd(node));
    if (device == "floppy") config.floppy_image = file_of(node);
  }
  for (const pugi::xml_node& node : devices.children("controller")) {
    if (std::string_view(node.attribute("type").value()) == "scsi") ++config.scsi_controllers;
  }
  const auto reach = [&](const DrivePlace& place) {
    if (place.type == ControllerType::SCSI) {
      config.scsi_controllers = std::max(config.scsi_controllers, place.number + 1);
    }
  };
  for (const DiskConfig& disk : config.disks) reach(disk.place);
  for (const DvdConfig& dvd : config.dvds) reach(dvd.place);
}

Result<void> edit_drives(pugi::xml_node domain, const MachineConfig& before, const MachineConfig& after,
                         bool is_running) {
  pugi::xml_node devices = child_of(domain, "devices");
  HVSH_TRY(DeviceRules rules, device_rules(after.guest_system, after.generation));
  if (is_running) {
    rules.scsi_bus = "scsi";
    rules.scsi_model = kHotPlugModel;
  }
  remove_gone(devices, before.disks, after.disks);
  remove_gone(devices, before.dvds, after.dvds);
  edit_controllers(devices, before.scsi_controllers, after.scsi_controllers);
  for (const DiskConfig& disk : after.disks) {
    const DiskConfig* known = find(before.disks, disk.target);
    if (known == nullptr) HVSH_CHECK(add_disk(after, disk, rules, devices));
    if (known != nullptr) edit_disk(find_drive(devices, disk.target), *known, disk, rules);
  }
  for (const DvdConfig& dvd : after.dvds) {
    const DvdConfig* known = find(before.dvds, dvd.target);
    if (known == nullptr) add_dvd(dvd, rules, devices);
    if (known != nullptr) edit_dvd(find_drive(devices, dvd.target), *known, dvd, rules);
  }
  if (before.floppy_image != after.floppy_image) set_floppy(devices, after.floppy_image);
  return {};
}

void write_disk_notes(pugi::xml_node metadata, const MachineConfig& config) {
  const auto known = [&](std::string_view target) -> pugi::xml_node {
    for (pugi::xml_node node : metadata.children()) {
      if (local_name(node) == "disk" && target == node.attribute("target").value()) return node;
    }
    return {};
  };
  for (pugi::xml_node node = metadata.first_child(); node;) {
    const pugi::xml_node next = node.next_sibling();
    if (local_name(node) == "disk" && find(config.disks, node.attribute("target").value()) == nullptr) {
      metadata.remove_child(node);
    }
    node = next;
  }
  for (const DiskConfig& disk : config.disks) {
    pugi::xml_node node = known(disk.target);
    if (!node && !disk.served && !disk.minimum_iops && disk.cache == CacheAttributes::Default) continue;
    if (!node) node = add(metadata, "hvsh:disk", {{"target", disk.target}});
    if (disk.served) {
      set_attribute(node, "image", disk.image);
      set_attribute(node, "format", disk.format);
    }
    node.remove_attribute("minimum-iops");
    if (disk.minimum_iops) set_attribute(node, "minimum-iops", std::to_string(*disk.minimum_iops));
    node.remove_attribute("cache");
    if (disk.cache != CacheAttributes::Default) set_attribute(node, "cache", enum_text(disk.cache));
  }
}

}  // namespace hvsh::engines::libvirt
