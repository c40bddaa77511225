#include "engines/libvirt/adapters_xml.h"

#include <cctype>

#include "engines/libvirt/drives_xml.h"

namespace hvsh::engines::libvirt {

namespace {

bool truth(const pugi::xml_attribute& attribute) { return std::string_view(attribute.value()) == "true"; }

// 525400A1B2C3 as libvirt writes it: 52:54:00:a1:b2:c3.
std::string colon_mac(const std::string& mac) {
  std::string text;
  for (size_t i = 0; i < mac.size(); ++i) {
    if (i > 0 && i % 2 == 0) text += ':';
    text += static_cast<char>(std::tolower(static_cast<unsigned char>(mac[i])));
  }
  return text;
}

}  // namespace

void add_adapter(const AdapterConfig& adapter, const DeviceRules& rules, pugi::xml_node devices) {
  // libvirt has no adapter without a network behind it, so one that is not connected has QEMU's own user
  // network with the cable pulled.
  const bool is_connected = !adapter.switch_name.empty();
  pugi::xml_node node = add(devices, "interface", {{"type", is_connected ? "network" : "user"}});
  add(node, "mac", {{"address", colon_mac(adapter.mac)}});
  if (is_connected) add(node, "source", {{"network", adapter.switch_name}});
  add(node, "model", {{"type", adapter.legacy ? rules.legacy_adapter_model : rules.adapter_model}});
  if (!is_connected) add(node, "link", {{"state", "down"}});
  set_boot_order(node, adapter.boot_order);
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
  adapter.boot_order = node.child("boot").attribute("order").as_int();
  return adapter;
}

pugi::xml_node find_adapter(const pugi::xml_node& devices, const std::string& mac) {
  const std::string wanted = colon_mac(mac);
  for (const pugi::xml_node& node : devices.children("interface")) {
    if (wanted == node.child("mac").attribute("address").value()) return node;
  }
  return {};
}

void write_adapter_notes(pugi::xml_node metadata, const MachineConfig& config) {
  for (const AdapterConfig& adapter : config.adapters) {
    add(metadata, "hvsh:adapter",
        {{"mac", adapter.mac}, {"name", adapter.name}, {"legacy", bool_text(adapter.legacy)}});
  }
}

}  // namespace hvsh::engines::libvirt
