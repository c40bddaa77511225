#include "shell/dotnet/xml_node.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "core/text.h"

namespace hvsh::shell::dotnet {

namespace xml_info {
extern const TypeInfo kDocument, kElement, kAttribute, kText, kCData, kComment, kDeclaration, kInstruction,
    kDocType;
}

namespace {

constexpr unsigned kParse = pugi::parse_default | pugi::parse_comments | pugi::parse_pi |
                            pugi::parse_declaration | pugi::parse_doctype;

// .NET has a blank before the end of an empty element, pugixml in its short form not. Both keep '>' out of
// text and attributes; comments and CDATA sections are passed over.
std::string spaced(const std::string& text) {
  std::string made;
  for (size_t at = 0; at < text.size();) {
    const std::string_view rest = std::string_view(text).substr(at);
    size_t skip = 0;
    if (rest.starts_with("<!--")) skip = std::min(rest.find("-->"), rest.size());
    if (rest.starts_with("<![CDATA[")) skip = std::min(rest.find("]]>"), rest.size());
    if (skip == 0 && rest.starts_with("/>")) made += ' ';
    made += rest.substr(0, std::max<size_t>(skip, 1));
    at += std::max<size_t>(skip, 1);
  }
  return made;
}

std::string printed(pugi::xml_node node) {
  std::ostringstream out;
  node.print(out, "", pugi::format_raw | pugi::format_no_declaration);
  return spaced(std::move(out).str());
}

std::string_view local_name(std::string_view name) {
  const size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

bool is_text(pugi::xml_node node) {
  return node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata;
}

void collect_text(pugi::xml_node top, std::string& text) {
  struct Walker : pugi::xml_tree_walker {
    explicit Walker(std::string& text) : text(text) {}
    bool for_each(pugi::xml_node& node) override {
      if (is_text(node)) text += node.value();
      return true;
    }
    std::string& text;
  } walker(text);
  top.traverse(walker);
}

// An element that holds text alone is its text, as PowerShell shows it.
bool is_plain(pugi::xml_node node) {
  if (node.first_attribute()) return false;
  const auto children = node.children();
  return std::all_of(children.begin(), children.end(), is_text);
}

std::string text_of(pugi::xml_node node) {
  std::string text;
  if (is_text(node)) return node.value();
  collect_text(node, text);
  return text;
}

// Line and column of a byte, both from 1.
std::pair<size_t, size_t> place_of(std::string_view text, size_t offset) {
  text = text.substr(0, offset);
  const size_t line = static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  return {line, offset - (text.rfind('\n') == std::string_view::npos ? 0 : text.rfind('\n') + 1) + 1};
}

Error xml_error(std::string_view text, std::string_view what, size_t offset) {
  const auto [line, column] = place_of(text, std::min(offset, text.size()));
  return thrown("System.Xml.XmlException", fmt::format("{}. Line {}, position {}.", what, line, column));
}

std::string_view name_in(const XmlTree& tree, pugi::xml_node node) {
  switch (node.type()) {
    case pugi::node_pcdata: return "#text";
    case pugi::node_cdata: return "#cdata-section";
    case pugi::node_comment: return "#comment";
    case pugi::node_declaration: return "xml";
    case pugi::node_document: return "#document";
    default: return node == tree.loose ? std::string_view() : std::string_view(node.name());
  }
}

}  // namespace

pugi::xml_node XmlTree::shelf() {
  if (!loose) loose = document.append_child("#loose");
  return loose;
}

Result<void> parse_into(XmlTree& tree, std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  pugi::xml_document fresh;
  const pugi::xml_parse_result result =
      fresh.load_buffer(text.data(), text.size(), kParse, pugi::encoding_utf8);
  if (result.status == pugi::status_no_document_element)
    return thrown("System.Xml.XmlException", "Root element is missing.");
  if (!result) return xml_error(text, result.description(), static_cast<size_t>(result.offset));
  size_t roots = 0;
  for (const pugi::xml_node child : fresh.children()) {
    if (child.type() == pugi::node_element) ++roots;
  }
  if (roots != 1) return thrown("System.Xml.XmlException", "There are multiple root elements.");
  tree.document.reset(fresh);
  tree.loose = {};
  return {};
}

Result<std::shared_ptr<XmlTree>> parse_xml(std::string_view text) {
  auto tree = std::make_shared<XmlTree>();
  HVSH_CHECK(parse_into(*tree, text));
  return tree;
}

std::string write_xml(const XmlTree& tree, bool indented) {
  std::string all;
  for (const pugi::xml_node child : tree.document.children()) {
    if (child == tree.loose) continue;
    std::ostringstream out;
    child.print(out, "  ", indented ? pugi::format_indent : pugi::format_raw);
    std::string part = std::move(out).str();
    while (part.ends_with('\n')) part.pop_back();
    if (indented && !all.empty()) all += '\n';
    all += indented ? part : spaced(part);
  }
  return all;
}

Value xml_value(const std::shared_ptr<XmlTree>& tree, pugi::xml_node node) {
  if (!node || node == tree->loose) return Value::null();
  return Value::object(make<XmlObject>(tree, node));
}

const TypeInfo& XmlObject::type() const {
  if (attribute) return xml_info::kAttribute;
  switch (node.type()) {
    case pugi::node_pcdata: return xml_info::kText;
    case pugi::node_cdata: return xml_info::kCData;
    case pugi::node_comment: return xml_info::kComment;
    case pugi::node_declaration: return xml_info::kDeclaration;
    case pugi::node_pi: return xml_info::kInstruction;
    case pugi::node_doctype: return xml_info::kDocType;
    case pugi::node_element: return xml_info::kElement;
    default: return xml_info::kDocument;
  }
}

std::string XmlObject::name(bool local) const {
  const std::string_view whole = attribute ? std::string_view(attribute.name()) : name_in(*tree, node);
  return std::string(local ? local_name(whole) : whole);
}

std::optional<Result<Value>> XmlObject::property(std::string_view name) const {
  std::vector<Value> found;
  if (!attribute) {
    for (const pugi::xml_attribute own : node.attributes()) {
      if (equal_names(own.name(), name)) found.push_back(text(own.value()));
    }
    for (const pugi::xml_node child : node.children()) {
      if (child == tree->loose || !equal_names(name_in(*tree, child), name)) continue;
      if (is_text(child) || child.type() == pugi::node_comment) {
        found.push_back(text(child.value()));
      } else if (child.type() == pugi::node_element && is_plain(child)) {
        found.push_back(text(text_of(child)));
      } else if (child.type() == pugi::node_declaration) {
        std::string shown = outer_declaration(child);
        found.push_back(text(std::move(shown)));
      } else {
        found.push_back(xml_value(tree, child));
      }
    }
  }
  if (found.size() == 1) return found[0];
  if (!found.empty()) return Value::array(std::move(found));
  const Member* member = find_property(type(), name);
  if (member == nullptr) return std::nullopt;
  const Value self = Value::object(const_cast<XmlObject*>(this));  // the count of references changes
  return member->function({nullptr, self, {}});
}

std::vector<std::string_view> XmlObject::property_names() const {
  std::vector<std::string_view> names;
  const auto add = [&](std::string_view name) {
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  if (attribute) {
    names = {"#text"};
    return names;
  }
  for (const pugi::xml_attribute own : node.attributes()) add(own.name());
  for (const pugi::xml_node child : node.children()) add(name_in(*tree, child));
  return names;
}

bool XmlObject::set(std::string_view name, const Value& value) {
  if (attribute) return false;
  const std::string content = to_string(value);
  for (pugi::xml_attribute own : node.attributes()) {
    if (equal_names(own.name(), name)) return own.set_value(content.c_str());
  }
  for (const pugi::xml_node child : node.children()) {
    if (!equal_names(name_in(*tree, child), name)) continue;
    if (child.type() != pugi::node_element) return pugi::xml_node(child).set_value(content.c_str());
    XmlObject(tree, child).set_inner_text(content);
    return true;
  }
  if (name != "#text") return false;
  set_inner_text(content);
  return true;
}

std::string XmlObject::inner_text() const { return attribute ? attribute.value() : text_of(node); }

void XmlObject::set_inner_text(const std::string& content) {
  if (attribute) {
    attribute.set_value(content.c_str());
    return;
  }
  if (node.type() != pugi::node_element) {
    node.set_value(content.c_str());
    return;
  }
  node.remove_children();
  if (!content.empty()) node.append_child(pugi::node_pcdata).set_value(content.c_str());
}

std::string XmlObject::inner_xml() const {
  if (attribute) return attribute.value();
  if (is_document()) return write_xml(*tree, false);
  std::string all;
  for (const pugi::xml_node child : node.children()) all += printed(child);
  return all;
}

std::string XmlObject::outer_xml() const {
  if (attribute) return fmt::format("{}=\"{}\"", attribute.name(), attribute.value());
  if (is_document()) return write_xml(*tree, false);
  if (node.type() == pugi::node_declaration) return "<?xml " + outer_declaration(node) + "?>";
  return printed(node);
}

std::string XmlObject::outer_declaration(pugi::xml_node declaration) {
  std::string all;
  for (const pugi::xml_attribute part : declaration.attributes()) {
    all += fmt::format("{}{}=\"{}\"", all.empty() ? "" : " ", part.name(), part.value());
  }
  return all;
}

}  // namespace hvsh::shell::dotnet
