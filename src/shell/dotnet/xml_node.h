#pragma once
// XML as scripts see it: $xml.root.item, with the members of System.Xml beside. pugixml reads and keeps the
// tree; it expands no entities but the five of XML and loads nothing, so a document cannot reach outside of
// itself.
#include <memory>
#include <pugixml.hpp>
#include <string>

#include "shell/dotnet/method_object.h"

namespace hvsh::shell::dotnet {

// One document. Nodes that a script made and has not placed yet hang below `loose`, a top-level node that is
// left out of all that is shown.
struct XmlTree {
  pugi::xml_document document;
  pugi::xml_node loose;
  pugi::xml_node shelf();  // where new nodes are put
};

class XmlObject final : public DynamicObject {
 public:
  XmlObject(std::shared_ptr<XmlTree> tree, pugi::xml_node node, pugi::xml_attribute attribute = {})
      : tree(std::move(tree)), node(node), attribute(attribute) {}
  const TypeInfo& type() const override;
  std::optional<Result<Value>> property(std::string_view name) const override;
  std::vector<std::string_view> property_names() const override;
  std::string display() const override { return name(true); }
  bool set(std::string_view name, const Value& value) override;

  bool is_document() const { return node == tree->document; }
  std::string name(bool local) const;  // "#document", "#text" ... for what has none
  std::string inner_text() const;
  std::string inner_xml() const;
  std::string outer_xml() const;
  void set_inner_text(const std::string& text);
  static std::string outer_declaration(pugi::xml_node declaration);  // its attributes

  std::shared_ptr<XmlTree> tree;
  pugi::xml_node node;  // of an attribute: the element that has it
  pugi::xml_attribute attribute;
};

Value xml_value(const std::shared_ptr<XmlTree>& tree, pugi::xml_node node);
// The document that a text spells; XmlException where it is not well-formed.
Result<std::shared_ptr<XmlTree>> parse_xml(std::string_view text);
Result<void> parse_into(XmlTree& tree, std::string_view text);
std::string write_xml(const XmlTree& tree, bool indented);

}  // namespace hvsh::shell::dotnet
