#include "engines/libvirt/xml.h"

#include <fmt/format.h>

#include <sstream>

namespace hvsh::engines::libvirt {

namespace {

constexpr size_t kMaxXmlBytes = 16 << 20;  // libvirt itself sends at most 4 MiB

}  // namespace

Error xml_error(std::string_view why) {
  return {.id = "OperationFailed",
          .category = ErrorCategory::InvalidData,
          .message = fmt::format("The machine's definition cannot be used: {}.", why)};
}

Result<void> parse_xml(const std::string& text, pugi::xml_document& document) {
  if (text.size() > kMaxXmlBytes) return xml_error("it is too long");
  constexpr unsigned kEverything =
      pugi::parse_cdata | pugi::parse_escapes | pugi::parse_comments | pugi::parse_pi | pugi::parse_ws_pcdata;
  const auto parsed = document.load_buffer(text.data(), text.size(), kEverything, pugi::encoding_utf8);
  if (!parsed) return xml_error(parsed.description());
  return {};
}

std::string xml_text(const pugi::xml_node& node) {
  std::ostringstream out;
  node.print(out, "", pugi::format_raw | pugi::format_no_declaration, pugi::encoding_utf8);
  return out.str();
}

pugi::xml_node add(pugi::xml_node parent, const char* name, Attributes attributes) {
  pugi::xml_node node = parent.append_child(name);
  for (const auto& [key, value] : attributes) node.append_attribute(key).set_value(value.c_str());
  return node;
}

void add_text(pugi::xml_node parent, const char* name, const std::string& text, Attributes attributes) {
  add(parent, name, attributes).append_child(pugi::node_pcdata).set_value(text.c_str());
}

pugi::xml_node child_of(pugi::xml_node parent, const char* name) {
  const pugi::xml_node child = parent.child(name);
  return child ? child : parent.append_child(name);
}

void set_text(pugi::xml_node node, const std::string& text) {
  for (pugi::xml_node child = node.first_child(); child;) {
    const pugi::xml_node next = child.next_sibling();
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) node.remove_child(child);
    child = next;
  }
  node.append_child(pugi::node_pcdata).set_value(text.c_str());
}

void set_attribute(pugi::xml_node node, const char* name, const std::string& value) {
  pugi::xml_attribute attribute = node.attribute(name);
  if (!attribute) attribute = node.append_attribute(name);
  attribute.set_value(value.c_str());
}

std::string_view local_name(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const size_t colon = name.rfind(':');  // the last: libvirt puts one before each that is there already
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

pugi::xml_node find_metadata(const pugi::xml_node& owner, std::string_view name_space,
                             std::string_view local) {
  for (const pugi::xml_node& node : owner.child("metadata").children()) {
    const std::string_view name = node.name();
    const size_t colon = name.find(':');
    const std::string declaration =
        colon == std::string_view::npos ? "xmlns" : "xmlns:" + std::string(name.substr(0, colon));
    if (local_name(node) == local &&
        std::string_view(node.attribute(declaration.c_str()).value()) == name_space)
      return node;
  }
  return {};
}

pugi::xml_node make_metadata(pugi::xml_node owner, const char* name_space, const char* name) {
  const std::string_view whole = name;
  if (const pugi::xml_node found = find_metadata(owner, name_space, whole.substr(whole.find(':') + 1)))
    return found;
  pugi::xml_node node = child_of(owner, "metadata").append_child(name);
  node.append_attribute("xmlns:hvsh").set_value(name_space);
  return node;
}

pugi::xml_node append_own(pugi::xml_node metadata, std::string_view local) {
  const std::string_view name = metadata.name();
  const size_t colon = name.find(':');
  std::string whole(colon == std::string_view::npos ? "" : name.substr(0, colon + 1));
  return metadata.append_child((whole += local).c_str());
}

}  // namespace hvsh::engines::libvirt
