#include "engines/libvirt/network_xml.h"

#include <fmt/format.h>

#include "engines/libvirt/xml.h"

namespace hvsh::engines::libvirt {

using nouns::VMSwitchType;

namespace {

constexpr const char* kDefaultNetwork = "default";
constexpr const char* kDefaultSwitch = "Default Switch";
constexpr const char* kDefaultSwitchId = "c08cb7b8-9b3c-408e-8e30-5e16a3aeb444";

std::string own_bridge(const Guid& id) { return "hv-" + id.to_string().substr(0, 8); }

// What somebody else's network is.
VMSwitchType type_of(const pugi::xml_node& network) {
  const std::string_view mode = network.child("forward").attribute("mode").as_string("nat");
  const bool forwards = network.child("forward");
  if (forwards && mode != "nat" && mode != "route" && mode != "open") return VMSwitchType::External;
  return network.child("ip") ? VMSwitchType::Internal : VMSwitchType::Private;
}

void read_settings(const pugi::xml_node& node, SwitchConfig& config) {
  config.name = node.attribute("name").value();
  config.type = enum_value(node.attribute("type").value(), VMSwitchType::Private);
  config.uplink = node.attribute("uplink").value();
  for (const pugi::xml_node& child : node.children()) {
    if (local_name(child) == "notes") config.notes = child.text().get();
    if (local_name(child) != "host-adapter") continue;
    config.host_adapters.push_back(
        {.id = Guid::parse(child.attribute("id").value()).value_or(Guid{}),
         .name = child.attribute("name").value(),
         .mac = child.attribute("mac").value(),
         .static_mac = std::string_view(child.attribute("static").value()) == "true",
         .switch_name = config.name,
         .switch_id = config.id});
  }
}

void write_settings(pugi::xml_node network, const SwitchConfig& config) {
  pugi::xml_node node = make_metadata(network, kSwitchNamespace, "hvsh:switch");
  set_attribute(node, "name", config.name);
  set_attribute(node, "type", enum_text(config.type));
  set_attribute(node, "uplink", config.uplink);
  if (config.uplink.empty()) node.remove_attribute("uplink");
  for (pugi::xml_node child = node.first_child(); child;) {
    const pugi::xml_node next = child.next_sibling();
    const std::string_view name = local_name(child);
    if (name == "notes" || name == "host-adapter") node.remove_child(child);
    child = next;
  }
  if (!config.notes.empty()) set_text(append_own(node, "notes"), config.notes);
  for (const AdapterConfig& adapter : config.host_adapters) {
    pugi::xml_node child = append_own(node, "host-adapter");
    set_attribute(child, "id", adapter.id.to_string());
    set_attribute(child, "name", adapter.name);
    set_attribute(child, "mac", adapter.mac);
    set_attribute(child, "static", bool_text(adapter.static_mac));
  }
}

pugi::xml_node new_network(pugi::xml_document& document, const std::string& name) {
  pugi::xml_node network = document.append_child("network");
  set_text(network.append_child("name"), name);
  return network;
}

void add_bridge(pugi::xml_node network, const std::string& name) {
  pugi::xml_node bridge = network.append_child("bridge");
  set_attribute(bridge, "name", name);
  set_attribute(bridge, "stp", "off");
  set_attribute(bridge, "delay", "0");
}

}  // namespace

Result<Network> read_network(const std::string& xml) {
  pugi::xml_document document;
  HVSH_CHECK(parse_xml(xml, document));
  const pugi::xml_node node = document.child("network");
  const auto id = Guid::parse(node.child_value("uuid"));
  if (!id) return xml_error("the network has no id");
  Network network{.name = node.child_value("name")};
  SwitchConfig& config = network.config;
  config.id = *id;
  config.name = network.name;
  config.bridge = node.child("bridge").attribute("name").value();
  network.keeps_vlans =
      std::string_view(node.child("virtualport").attribute("type").value()) == "openvswitch";
  if (const pugi::xml_node settings = find_metadata(node, kSwitchNamespace, "switch")) {
    read_settings(settings, config);
    config.uplink_is_bridge = config.uplink == config.bridge;
    return network;
  }
  config.is_foreign = true;
  config.type = type_of(node);
  if (config.type == VMSwitchType::External) {
    config.uplink_is_bridge = !config.bridge.empty();
    config.uplink = config.uplink_is_bridge
                        ? config.bridge
                        : node.child("forward").child("interface").attribute("dev").value();
  }
  if (network.name == kDefaultNetwork) {
    config.name = kDefaultSwitch;
    config.id = *Guid::parse(kDefaultSwitchId);
  }
  return network;
}

std::string build_network(const SwitchConfig& config) {
  pugi::xml_document document;
  pugi::xml_node network = new_network(document, config.name);
  set_text(network.append_child("uuid"), config.id.to_string());
  write_settings(network, config);
  if (config.uplink_is_bridge) {
    set_attribute(network.append_child("forward"), "mode", "bridge");
    set_attribute(network.append_child("bridge"), "name", config.bridge);
  } else {
    add_bridge(network, own_bridge(config.id));
  }
  return xml_text(document);
}

std::string build_unplugged_network() {
  pugi::xml_document document;
  pugi::xml_node network = new_network(document, kUnpluggedNetwork);
  add_bridge(network, kUnpluggedNetwork);
  set_attribute(network.append_child("port"), "isolated", "yes");
  return xml_text(document);
}

Result<std::string> edit_network(const std::string& xml, const SwitchConfig& config) {
  pugi::xml_document document;
  HVSH_CHECK(parse_xml(xml, document));
  write_settings(document.child("network"), config);
  return xml_text(document);
}

}  // namespace hvsh::engines::libvirt
