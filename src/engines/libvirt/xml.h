#pragma once
// What the domain XML files share. Private to them: it brings pugixml.
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "core/result.h"
#include "core/type_info.h"
#include "engines/hypervisor.h"
#include "engines/libvirt/domain_xml.h"

namespace hvsh::engines::libvirt {

// Keeps all that there is: comments, processing instructions, white space.
Result<void> parse_xml(const std::string& text, pugi::xml_document& document);
std::string xml_text(const pugi::xml_node& node);

Error xml_error(std::string_view why);

// <name attribute="value" .../> at the end of `parent`.
using Attributes = std::initializer_list<std::pair<const char*, std::string>>;
pugi::xml_node add(pugi::xml_node parent, const char* name, Attributes attributes = {});
void add_text(pugi::xml_node parent, const char* name, const std::string& text, Attributes attributes = {});

// A child by its name, added at the end if it is missing.
pugi::xml_node child_of(pugi::xml_node parent, const char* name);
void set_text(pugi::xml_node node, const std::string& text);
void set_attribute(pugi::xml_node node, const char* name, const std::string& value);

// hvsh's element in <metadata>, whatever its prefix is; an empty node if there is none.
pugi::xml_node find_metadata(const pugi::xml_node& owner, std::string_view name_space = kMetadataNamespace,
                             std::string_view local = "vm");
// A name without its namespace's prefix: libvirt gives the children of metadata one when it rewrites them.
std::string_view local_name(const pugi::xml_node& node);
// The same, made if it is missing.
pugi::xml_node make_metadata(pugi::xml_node owner, const char* name_space = kMetadataNamespace,
                             const char* name = "hvsh:vm");

// A new child of hvsh's element, with its prefix.
pugi::xml_node append_own(pugi::xml_node metadata, std::string_view local);

template <class E>
std::string enum_text(E value) {
  return std::string(EnumOf<E>::info.name_of(static_cast<int32_t>(value)));
}
template <class E>
E enum_value(std::string_view text, E otherwise) {
  for (const EnumMember& member : EnumOf<E>::info.members) {
    if (member.name == text) return static_cast<E>(member.value);
  }
  return otherwise;
}
inline const char* bool_text(bool value) { return value ? "true" : "false"; }

}  // namespace hvsh::engines::libvirt
