// read_domain(): a definition, ours or somebody else's, as a configuration.
#include <algorithm>

#include "engines/libvirt/adapters_xml.h"
#include "engines/libvirt/domain_xml.h"
#include "engines/libvirt/drives_xml.h"
#include "engines/libvirt/settings.h"
#include "engines/libvirt/system_xml.h"

namespace hvsh::engines::libvirt {

using nouns::StartAction;

namespace {

constexpr int64_t kMaxKib = int64_t{1} << 50;  // keeps the product with 1024 in range

// libvirt always writes KiB.
int64_t memory_bytes(const pugi::xml_node& node) {
  return std::clamp<int64_t>(node.text().as_llong(), 0, kMaxKib) * 1024;
}

void read_metadata(const pugi::xml_node& node, std::optional<bool> autostart, MachineConfig& config) {
  if (!node) config.start_action = StartAction::Nothing;
  read_settings(node, config);
  // The flag is what libvirt obeys, so it is the truth about Start.
  if (autostart == true) config.start_action = StartAction::Start;
  if (autostart == false && config.start_action == StartAction::Start)
    config.start_action = StartAction::Nothing;
}

void read_memory(const pugi::xml_node& domain, MachineConfig& config) {
  const int64_t maximum = memory_bytes(domain.child("memory"));
  const pugi::xml_node current = domain.child("currentMemory");
  config.memory_startup_bytes = current ? memory_bytes(current) : maximum;
  const int64_t minimum = config.memory_minimum_bytes;  // as hvsh's metadata has it
  config.memory_minimum_bytes = config.memory_startup_bytes;
  config.memory_maximum_bytes = config.memory_startup_bytes;
  if (!config.dynamic_memory) return;
  config.memory_maximum_bytes = maximum;
  if (minimum > 0) config.memory_minimum_bytes = std::min(minimum, config.memory_startup_bytes);
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
  read_metadata(metadata, autostart, config);
  read_memory(domain, config);
  read_startup_order(os, config);
  read_processor(domain, config);
  const pugi::xml_node devices = domain.child("devices");
  read_drives(devices, metadata, config);
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
