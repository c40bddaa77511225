// Changes to definitions, in place.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engines/libvirt/domain_xml.h"
#include "engines/libvirt/drives_xml.h"
#include "engines/libvirt/settings.h"
#include "engines/libvirt/system_xml.h"

namespace hvsh::engines::libvirt {

namespace {

Error cannot(const pugi::xml_node& domain, std::string_view what, std::string_view why) {
  const std::string name = domain.child_value("name");
  return {.id = "OperationFailed",
          .category = ErrorCategory::NotImplemented,
          .message = fmt::format("Cannot change the {} of virtual machine \"{}\": {}.", what, name, why),
          .hint = "Change it with virsh edit.",
          .target = name};
}

void set_kib(pugi::xml_node node, int64_t bytes) {
  set_attribute(node, "unit", "KiB");
  set_text(node, std::to_string(bytes / 1024));
}

Result<void> edit_memory(pugi::xml_node domain, const MachineConfig& before, const MachineConfig& after) {
  const int64_t startup = after.memory_startup_bytes;
  int64_t maximum = startup;
  const int64_t before_maximum = domain.child("memory").text().as_llong() * 1024;
  if (after.dynamic_memory) {
    maximum = std::max(startup, after.memory_maximum_bytes);
  } else if (!before.dynamic_memory && before_maximum > before.memory_startup_bytes) {
    maximum = std::max(startup, before_maximum);  // somebody's own balloon: its upper end stays
  }
  const pugi::xml_node numa = domain.child("cpu").child("numa");
  const auto cells = numa.children("cell");
  const auto count = std::distance(cells.begin(), cells.end());
  if (count > 1) return cannot(domain, "memory", fmt::format("it is divided among {} NUMA cells", count));
  if (count == 1) {
    set_attribute(numa.child("cell"), "memory", std::to_string(maximum / 1024));
    set_attribute(numa.child("cell"), "unit", "KiB");
  }
  set_kib(child_of(domain, "memory"), maximum);
  set_kib(child_of(domain, "currentMemory"), startup);
  return {};
}

Result<void> edit_processors(pugi::xml_node domain, int64_t count) {
  const auto cells = domain.child("cpu").child("numa").children("cell");
  if (std::distance(cells.begin(), cells.end()) > 1) {
    return cannot(domain, "processors", "they are divided among NUMA cells");
  }
  if (pugi::xml_node cell = domain.child("cpu").child("numa").child("cell"); cell.attribute("cpus")) {
    set_attribute(cell, "cpus", count == 1 ? "0" : fmt::format("0-{}", count - 1));
  }
  pugi::xml_node vcpu = child_of(domain, "vcpu");
  vcpu.remove_attribute("current");
  domain.remove_child("vcpus");
  set_text(vcpu, std::to_string(count));
  pugi::xml_node topology = domain.child("cpu").child("topology");
  if (!topology) return {};
  // Threads per core stay if they still come out even; everything else becomes cores of one socket.
  const int64_t threads = std::max(1LL, topology.attribute("threads").as_llong(1));
  const int64_t kept = count % threads == 0 ? threads : 1;
  set_attribute(topology, "sockets", "1");
  if (topology.attribute("dies")) set_attribute(topology, "dies", "1");
  set_attribute(topology, "cores", std::to_string(count / kept));
  set_attribute(topology, "threads", std::to_string(kept));
  return {};
}

void edit_notes(pugi::xml_node domain, const std::string& notes) {
  pugi::xml_node description = domain.child("description");
  if (notes.empty()) {
    domain.remove_child(description);
    return;
  }
  if (!description) description = domain.insert_child_after("description", domain.child("name"));
  set_text(description, notes);
}

bool differs_in_memory(const MachineConfig& before, const MachineConfig& after) {
  return before.memory_startup_bytes != after.memory_startup_bytes ||
         before.dynamic_memory != after.dynamic_memory ||
         (after.dynamic_memory && before.memory_maximum_bytes != after.memory_maximum_bytes);
}

pugi::xml_node by_attribute(const pugi::xml_node& devices, const char* name, const char* child,
                            const char* attribute, std::string_view value) {
  for (const pugi::xml_node& node : devices.children(name)) {
    if (value == node.child(child).attribute(attribute).value()) return node;
  }
  return {};
}

// Puts `from`'s child of that name in the place of `to`'s.
void replace_child(pugi::xml_node to, const pugi::xml_node& from, const char* name) {
  const pugi::xml_node source = from.child(name);
  const pugi::xml_node target = to.child(name);
  if (source && target) to.insert_copy_before(source, target);
  if (source && !target) to.append_copy(source);
  if (target) to.remove_child(target);
}

// hvsh's element as virDomainSetMetadata wants it: libvirt declares the namespace itself, under the prefix
// that it is told, and refuses to do so twice; it also puts the prefix before each child, whether it has one
// or not.
std::string bare_metadata(const pugi::xml_node& domain) {
  pugi::xml_document copy;
  pugi::xml_node node = copy.append_copy(find_metadata(domain));
  const std::string name = node.name();
  const size_t colon = name.find(':');
  node.remove_attribute(colon == std::string::npos ? "xmlns" : ("xmlns:" + name.substr(0, colon)).c_str());
  node.set_name("vm");
  for (pugi::xml_node child : node.children()) child.set_name(std::string(local_name(child)).c_str());
  return xml_text(node);
}

// How a device is told from others of its kind.
std::string key_of(const pugi::xml_node& device) {
  const std::string_view name = device.name();
  if (name == "disk") return device.child("target").attribute("dev").value();
  if (name == "interface") return device.child("mac").attribute("address").value();
  return fmt::format("{} {}", device.attribute("type").value(), device.attribute("index").value());
}

// What has to be done to a running machine's devices of one kind, so that they become those of `after`.
void compare_devices(const pugi::xml_node& before, const pugi::xml_node& after, const char* kind,
                     std::vector<DeviceEdit>& edits) {
  std::map<std::string, pugi::xml_node> old;
  for (const pugi::xml_node& device : before.children(kind)) old[key_of(device)] = device;
  for (const pugi::xml_node& device : after.children(kind)) {
    const auto known = old.find(key_of(device));
    if (known == old.end()) {
      edits.push_back({DeviceEdit::attach, xml_text(device)});
      continue;
    }
    if (xml_text(known->second) != xml_text(device)) edits.push_back({DeviceEdit::update, xml_text(device)});
    old.erase(known);
  }
  for (const auto& [key, device] : old) edits.insert(edits.begin(), {DeviceEdit::detach, xml_text(device)});
}

}  // namespace

Result<DomainEdit> edit_domain(const std::string& xml, const MachineConfig& before,
                               const MachineConfig& after, bool is_running) {
  pugi::xml_document document, original;
  HVSH_CHECK(parse_xml(xml, document));
  HVSH_CHECK(parse_xml(xml, original));
  pugi::xml_node domain = document.child("domain");
  if (differs_in_memory(before, after)) HVSH_CHECK(edit_memory(domain, before, after));
  if (before.processor_count != after.processor_count) {
    HVSH_CHECK(edit_processors(domain, after.processor_count));
  }
  if (before.processor != after.processor) edit_processor(domain, before, after);
  if (before.notes != after.notes) edit_notes(domain, after.notes);
  HVSH_CHECK(edit_drives(domain, before, after, is_running));
  edit_boot_order(domain, before, after);
  write_settings(domain, before, after);
  if (before.disks != after.disks) write_disk_notes(make_metadata(domain), after);
  DomainEdit edit{.xml = xml_text(document)};
  if (before.notes != after.notes) edit.notes = after.notes;
  const pugi::xml_node metadata = find_metadata(domain);
  if (metadata && xml_text(metadata) != xml_text(find_metadata(original.child("domain")))) {
    edit.metadata = bare_metadata(domain);
  }
  for (const char* kind : {"controller", "disk", "interface"}) {
    compare_devices(original.child("domain").child("devices"), domain.child("devices"), kind, edit.devices);
  }
  return edit;
}

Result<std::string> restorable_domain(const std::string& saved, const std::string& current) {
  pugi::xml_document document, now;
  HVSH_CHECK(parse_xml(saved, document));
  HVSH_CHECK(parse_xml(current, now));
  pugi::xml_node domain = document.child("domain");
  const pugi::xml_node devices_now = now.child("domain").child("devices");
  for (const char* part : {"title", "description", "metadata"})
    replace_child(domain, now.child("domain"), part);
  for (pugi::xml_node disk : domain.child("devices").children("disk")) {
    const auto other =
        by_attribute(devices_now, "disk", "target", "dev", disk.child("target").attribute("dev").value());
    if (!other)
      return xml_error(
          fmt::format("disk {} is no longer there", disk.child("target").attribute("dev").value()));
    set_attribute(disk, "type", other.attribute("type").value());
    for (const char* part : {"driver", "source", "backingStore"}) replace_child(disk, other, part);
  }
  for (pugi::xml_node adapter : domain.child("devices").children("interface")) {
    const auto other = by_attribute(devices_now, "interface", "mac", "address",
                                    adapter.child("mac").attribute("address").value());
    if (!other) continue;
    set_attribute(adapter, "type", other.attribute("type").value());
    for (const char* part : {"source", "link"}) replace_child(adapter, other, part);
  }
  for (pugi::xml_node serial : domain.child("devices").children("serial")) {
    const auto other = by_attribute(devices_now, "serial", "target", "port",
                                    serial.child("target").attribute("port").value());
    if (!other) continue;
    set_attribute(serial, "type", other.attribute("type").value());
    replace_child(serial, other, "source");
  }
  return xml_text(document);
}

Result<std::string> renamed_domain(const std::string& xml, const std::string& name) {
  pugi::xml_document document;
  HVSH_CHECK(parse_xml(xml, document));
  set_text(child_of(document.child("domain"), "name"), name);
  return xml_text(document);
}

Result<std::string> memory_snapshot(const std::string& domain_xml, const std::string& path) {
  pugi::xml_document document, snapshot;
  HVSH_CHECK(parse_xml(domain_xml, document));
  pugi::xml_node root = snapshot.append_child("domainsnapshot");
  pugi::xml_node memory = root.append_child("memory");
  set_attribute(memory, "snapshot", "external");
  set_attribute(memory, "file", path);
  pugi::xml_node disks = root.append_child("disks");
  for (const pugi::xml_node& disk : document.child("domain").child("devices").children("disk")) {
    pugi::xml_node entry = disks.append_child("disk");
    set_attribute(entry, "name", disk.child("target").attribute("dev").value());
    set_attribute(entry, "snapshot", "no");
  }
  return xml_text(snapshot);
}

}  // namespace hvsh::engines::libvirt
