// Changes to definitions, in place.
#include <fmt/format.h>

#include <algorithm>

#include "engines/libvirt/domain_xml.h"
#include "engines/libvirt/xml.h"

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

Result<void> edit_memory(pugi::xml_node domain, const MachineConfig& before, const MachineEdit& edit) {
  const bool dynamic = edit.dynamic_memory.value_or(before.dynamic_memory);
  const int64_t startup = edit.memory_startup_bytes.value_or(before.memory_startup_bytes);
  int64_t maximum = startup;
  const int64_t before_maximum = domain.child("memory").text().as_llong() * 1024;
  if (dynamic) {
    maximum = std::max(startup, edit.memory_maximum_bytes.value_or(before.memory_maximum_bytes));
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

bool has_memory_edit(const MachineEdit& edit) {
  return edit.memory_startup_bytes || edit.memory_maximum_bytes || edit.dynamic_memory;
}

bool has_attribute_edit(const MachineEdit& edit) {
  return edit.snapshot_folder || edit.start_action || edit.start_delay_seconds || edit.stop_action ||
         edit.checkpoint_type || edit.automatic_checkpoints || edit.dynamic_memory ||
         edit.memory_minimum_bytes || edit.metering_enabled;
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

}  // namespace

Result<std::string> edit_domain(const std::string& xml, const MachineEdit& edit) {
  pugi::xml_document document;
  HVSH_CHECK(parse_xml(xml, document));
  HVSH_TRY(const MachineConfig before, read_domain(xml, std::nullopt));
  pugi::xml_node domain = document.child("domain");
  if (has_memory_edit(edit)) HVSH_CHECK(edit_memory(domain, before, edit));
  if (edit.processor_count) HVSH_CHECK(edit_processors(domain, *edit.processor_count));
  if (edit.notes) edit_notes(domain, *edit.notes);
  if (has_attribute_edit(edit)) edit_attributes(make_metadata(domain), edit);
  return xml_text(document);
}

bool needs_off(const MachineEdit& edit) { return edit.processor_count || has_memory_edit(edit); }

Result<MetadataEdit> edit_metadata(const std::string& xml, const MachineEdit& edit) {
  MetadataEdit changed{.notes = edit.notes};
  if (!has_attribute_edit(edit)) return changed;
  pugi::xml_document document;
  HVSH_CHECK(parse_xml(xml, document));
  pugi::xml_node node = make_metadata(document.child("domain"));
  edit_attributes(node, edit);
  // libvirt declares the namespace itself, under the prefix that it is told, and refuses to do so twice.
  const std::string name = node.name();
  const size_t colon = name.find(':');
  node.remove_attribute(colon == std::string::npos ? "xmlns" : ("xmlns:" + name.substr(0, colon)).c_str());
  node.set_name("vm");
  // It also puts the prefix before each child, whether it has one or not.
  for (pugi::xml_node child : node.children()) {
    child.set_name(std::string(local_name(child)).c_str());
  }
  changed.element = xml_text(node);
  return changed;
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
