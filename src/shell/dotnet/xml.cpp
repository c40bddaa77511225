// System.Xml: documents and nodes, XPath, reading and writing.
#include <fmt/format.h>

#include <cstring>

#include "core/text.h"
#include "shell/dotnet/encoding.h"
#include "shell/dotnet/enumeration_value.h"
#include "shell/dotnet/file.h"
#include "shell/dotnet/groups.h"
#include "shell/dotnet/streams.h"
#include "shell/dotnet/xml_node.h"
#include "shell/eval/interpreter.h"
#include "shell/eval/members.h"

namespace hvsh::shell::dotnet {

namespace {
constexpr TypeInfo kNode{"System.Xml.XmlNode", "XmlNode"};
constexpr TypeInfo kNodeList{"System.Xml.XmlNodeList", "XmlNodeList"};
constexpr TypeInfo kAttributes{"System.Xml.XmlAttributeCollection", "XmlAttributeCollection"};
constexpr TypeInfo kNamespaces{"System.Xml.XmlNamespaceManager", "XmlNamespaceManager"};
}  // namespace

namespace xml_info {
extern const TypeInfo kDocument{"System.Xml.XmlDocument", "XmlDocument", &kNode};
extern const TypeInfo kElement{"System.Xml.XmlElement", "XmlElement", &kNode};
extern const TypeInfo kAttribute{"System.Xml.XmlAttribute", "XmlAttribute", &kNode};
extern const TypeInfo kText{"System.Xml.XmlText", "XmlText", &kNode};
extern const TypeInfo kCData{"System.Xml.XmlCDataSection", "XmlCDataSection", &kNode};
extern const TypeInfo kComment{"System.Xml.XmlComment", "XmlComment", &kNode};
extern const TypeInfo kDeclaration{"System.Xml.XmlDeclaration", "XmlDeclaration", &kNode};
extern const TypeInfo kInstruction{"System.Xml.XmlProcessingInstruction", "XmlProcessingInstruction", &kNode};
extern const TypeInfo kDocType{"System.Xml.XmlDocumentType", "XmlDocumentType", &kNode};
}  // namespace xml_info

namespace {

XmlObject& own(const Call& call) { return *static_cast<XmlObject*>(call.self.as_object()); }
Value wrap(const Call& call, pugi::xml_node node) { return xml_value(own(call).tree, node); }

Value node_list(const std::shared_ptr<XmlTree>& tree, const std::vector<pugi::xml_node>& nodes) {
  auto list = make<ListObject>(kNodeList);
  for (const pugi::xml_node node : nodes) {
    if (node != tree->loose) list->items.push_back(xml_value(tree, node));
  }
  return Value::object(list);
}

Result<Value> children(const Call& call) {
  const auto all = own(call).node.children();
  return node_list(own(call).tree, std::vector<pugi::xml_node>(all.begin(), all.end()));
}

Result<Value> attributes(const Call& call) {
  if (own(call).node.type() != pugi::node_element) return Value::null();
  auto list = make<ListObject>(kAttributes);
  for (const pugi::xml_attribute attribute : own(call).node.attributes()) {
    list->items.push_back(Value::object(make<XmlObject>(own(call).tree, own(call).node, attribute)));
  }
  return Value::object(list);
}

Result<Value> node_type(const Call& call) {
  // By pugixml's numbers: null, document, element, text, CDATA, comment, instruction, declaration, doctype.
  static constexpr int32_t kTypes[] = {0, 9, 1, 3, 4, 8, 7, 17, 10};
  constexpr int32_t kAttribute = 2;
  return enumeration_value("System.Xml.XmlNodeType",
                           own(call).attribute ? kAttribute : kTypes[own(call).node.type()]);
}

// The nearest declaration of a prefix.
std::string namespace_of(pugi::xml_node node, std::string_view prefix) {
  const std::string wanted = prefix.empty() ? "xmlns" : "xmlns:" + std::string(prefix);
  for (; node; node = node.parent()) {
    if (const pugi::xml_attribute found = node.attribute(wanted.c_str())) return found.value();
  }
  return "";
}
std::string prefix_of(const XmlObject& object) {
  const std::string name = object.name(false);
  const size_t colon = name.find(':');
  return colon == std::string::npos ? "" : name.substr(0, colon);
}

Result<Value> set_inner_xml(const Call& call) {
  XmlObject& object = own(call);
  const std::string content = to_string(call.at(0));
  if (object.is_document()) {
    HVSH_CHECK(parse_into(*object.tree, content));
    return Value::nothing();
  }
  HVSH_TRY(auto parsed, parse_xml("<x>" + content + "</x>"));
  object.node.remove_children();
  for (const pugi::xml_node child : parsed->document.document_element().children())
    object.node.append_copy(child);
  return Value::nothing();
}

// ------------------------------------------------------------------------------------------------ changes

Error wrong_node(std::string_view why) { return thrown("ArgumentException", std::string(why)); }

Result<XmlObject*> node_at(const Call& call, size_t index) {
  auto* object = call.at(index).as<XmlObject>();
  if (object == nullptr)
    return thrown("ArgumentNullException", "Value cannot be null. (Parameter 'newChild')");
  if (object->tree != own(call).tree) {
    return wrong_node("The node to be inserted is from a different document context.");
  }
  return object;
}

// Moves a node of the same document: behind the children, or beside `near`.
enum class Place : uint8_t { last, first, before, after };
Result<Value> place(const Call& call, Place where) {
  XmlObject& parent = own(call);
  HVSH_TRY(XmlObject * child, node_at(call, 0));
  if (child->attribute) return wrong_node("Attributes are added with SetAttribute or Attributes.Append.");
  for (pugi::xml_node at = parent.node; at; at = at.parent()) {
    if (at == child->node)
      return wrong_node("Cannot insert a node or any ancestor of that node as a child of itself.");
  }
  if (parent.is_document() && child->node.type() == pugi::node_element) {
    const pugi::xml_node root = parent.tree->document.document_element();
    if (root && root != parent.tree->loose && root != child->node) {
      return thrown("InvalidOperationException", "This document already has a 'DocumentElement' node.");
    }
  }
  pugi::xml_node near;
  if (where == Place::before || where == Place::after) {
    if (call.given(1)) {
      HVSH_TRY(XmlObject * reference, node_at(call, 1));
      near = reference->node;
    }
    if (!near) where = where == Place::before ? Place::last : Place::first;
  }
  pugi::xml_node moved;
  switch (where) {
    case Place::first: moved = parent.node.prepend_move(child->node); break;
    case Place::before: moved = parent.node.insert_move_before(child->node, near); break;
    case Place::after: moved = parent.node.insert_move_after(child->node, near); break;
    case Place::last: moved = parent.node.append_move(child->node); break;
  }
  if (!moved) return wrong_node("The reference node is not a child of this node.");
  return call.at(0);
}

Result<Value> remove_child(const Call& call) {
  HVSH_TRY(XmlObject * child, node_at(call, 0));
  if (child->node.parent() != own(call).node)
    return wrong_node("The node to be removed is not a child of this node.");
  own(call).tree->shelf().append_move(child->node);
  return call.at(0);
}

Result<Value> replace_child(const Call& call) {
  HVSH_TRY(XmlObject * fresh, node_at(call, 0));
  HVSH_TRY(XmlObject * old, node_at(call, 1));
  if (!own(call).node.insert_move_before(fresh->node, old->node)) {
    return wrong_node("The reference node is not a child of this node.");
  }
  own(call).tree->shelf().append_move(old->node);
  return call.at(1);
}

Result<Value> clone(const Call& call) {
  const XmlObject& object = own(call);
  pugi::xml_node copy = object.tree->shelf().append_copy(object.node);
  if (!call.flag(0)) copy.remove_children();
  return xml_value(object.tree, copy);
}

// ------------------------------------------------------------------------------------------------- XPath

struct Namespaces {
  std::vector<std::pair<std::string, std::string>> prefixes;
};

// pugixml knows no namespaces, so a prefix of the query that stands for the document's default namespace is
// taken out, and another is written as the document writes it.
std::string without_prefixes(const std::string& query, const XmlObject& object, const Value& manager) {
  const auto* known = state_cast<Namespaces>(manager);
  if (known == nullptr) return query;
  std::string made = query;
  for (const auto& [prefix, address] : known->prefixes) {
    std::string own_prefix;
    for (const pugi::xml_attribute attribute : object.tree->document.document_element().attributes()) {
      const std::string_view name = attribute.name();
      if (address == attribute.value() && name.starts_with("xmlns:"))
        own_prefix = std::string(name.substr(6)) + ":";
    }
    const std::string wanted = prefix + ":";
    for (size_t at = 0; (at = made.find(wanted, at)) != std::string::npos; at += own_prefix.size()) {
      if (at > 0 && (std::isalnum(static_cast<unsigned char>(made[at - 1])) != 0)) {
        ++at;
        continue;
      }
      made.replace(at, wanted.size(), own_prefix);
    }
  }
  return made;
}

Result<std::vector<Value>> select(const Call& call, bool first) {
  const XmlObject& object = own(call);
  const std::string query =
      without_prefixes(call.text(0), object, call.count() > 1 ? call.at(1) : Value::null());
  std::vector<Value> found;
#ifndef PUGIXML_NO_EXCEPTIONS
  try {
#endif
    const pugi::xpath_query compiled(query.c_str());
    if (!compiled)
      return thrown("System.Xml.XPath.XPathException",
                    fmt::format("'{}' has an invalid token.", call.text(0)));
    for (const pugi::xpath_node& hit : compiled.evaluate_node_set(object.node)) {
      const pugi::xml_node node = hit.attribute() ? hit.parent() : hit.node();
      bool hidden = false;
      for (pugi::xml_node at = node; at; at = at.parent())
        hidden = hidden || (object.tree->loose && at == object.tree->loose);
      if (hidden) continue;
      found.push_back(Value::object(make<XmlObject>(object.tree, node, hit.attribute())));
      if (first) break;
    }
#ifndef PUGIXML_NO_EXCEPTIONS
  } catch (const pugi::xpath_exception&) {
    return thrown("System.Xml.XPath.XPathException", fmt::format("'{}' has an invalid token.", call.text(0)));
  }
#endif
  return found;
}

Result<Value> select_nodes(const Call& call) {
  HVSH_TRY(auto found, select(call, false));
  auto list = make<ListObject>(kNodeList);
  list->items = std::move(found);
  return Value::object(list);
}

Result<Value> select_single(const Call& call) {
  HVSH_TRY(auto found, select(call, true));
  return found.empty() ? Value::null() : found[0];
}

Result<Value> by_tag(const Call& call) {
  const std::string name = call.text(0);
  struct Walker : pugi::xml_tree_walker {
    bool for_each(pugi::xml_node& node) override {
      if (node.type() == pugi::node_element && (name == "*" || name == node.name())) found.push_back(node);
      return true;
    }
    std::string name;
    std::vector<pugi::xml_node> found;
  } walker;
  walker.name = name;
  pugi::xml_node(own(call).is_document() ? own(call).tree->document.document_element() : own(call).node)
      .traverse(walker);
  if (own(call).is_document()) {
    pugi::xml_node root = own(call).tree->document.document_element();
    if (root && (name == "*" || name == root.name())) walker.found.insert(walker.found.begin(), root);
  }
  return node_list(own(call).tree, walker.found);
}

template <class Get>
Result<Value> attribute_text(const Call& call, Get get) {
  return get(own(call).node.attribute(call.text(0).c_str()));
}

Result<Value> set_attribute(const Call& call) {
  const std::string name = call.text(0);
  if (name.empty() || name.find_first_of(" <>\"'=") != std::string::npos) {
    return thrown("System.Xml.XmlException",
                  fmt::format("The '{}' character or name cannot be used in an attribute's name.", name));
  }
  pugi::xml_node node = own(call).node;
  pugi::xml_attribute attribute = node.attribute(name.c_str());
  if (!attribute) attribute = node.append_attribute(name.c_str());
  attribute.set_value(call.text(call.count() - 1).c_str());
  return Value::nothing();
}

constexpr Member kNodeMembers[] = {
    {"string Name", [](const Call& c) -> Result<Value> { return text(own(c).name(false)); }},
    {"string LocalName", [](const Call& c) -> Result<Value> { return text(own(c).name(true)); }},
    {"string Prefix", [](const Call& c) -> Result<Value> { return text(prefix_of(own(c))); }},
    {"string NamespaceURI",
     [](const Call& c) -> Result<Value> { return text(namespace_of(own(c).node, prefix_of(own(c)))); }},
    {"XmlNodeType NodeType", node_type},
    {"string Value",
     [](const Call& c) -> Result<Value> {
       if (own(c).attribute) return text(own(c).attribute.value());
       const bool none = own(c).is_document() || own(c).node.type() == pugi::node_element;
       return none ? Value::null() : text(own(c).node.value());
     },
     [](const Call& c) -> Result<Value> {
       own(c).set_inner_text(to_string(c.at(0)));
       return Value::nothing();
     }},
    {"string InnerText", [](const Call& c) -> Result<Value> { return text(own(c).inner_text()); },
     [](const Call& c) -> Result<Value> {
       own(c).set_inner_text(to_string(c.at(0)));
       return Value::nothing();
     }},
    {"string InnerXml", [](const Call& c) -> Result<Value> { return text(own(c).inner_xml()); },
     set_inner_xml},
    {"string OuterXml", [](const Call& c) -> Result<Value> { return text(own(c).outer_xml()); }},
    {"XmlAttributeCollection Attributes", attributes},
    {"XmlNodeList ChildNodes", children},
    {"XmlNode FirstChild", [](const Call& c) -> Result<Value> { return wrap(c, own(c).node.first_child()); }},
    {"XmlNode LastChild", [](const Call& c) -> Result<Value> { return wrap(c, own(c).node.last_child()); }},
    {"XmlNode NextSibling",
     [](const Call& c) -> Result<Value> { return wrap(c, own(c).node.next_sibling()); }},
    {"XmlNode PreviousSibling",
     [](const Call& c) -> Result<Value> { return wrap(c, own(c).node.previous_sibling()); }},
    {"XmlNode ParentNode", [](const Call& c) -> Result<Value> { return wrap(c, own(c).node.parent()); }},
    {"XmlDocument OwnerDocument",
     [](const Call& c) -> Result<Value> { return wrap(c, own(c).tree->document); }},
    {"bool HasChildNodes",
     [](const Call& c) -> Result<Value> { return truth(!own(c).node.first_child().empty()); }},
    {"XmlNode AppendChild(object newChild)", [](const Call& c) { return place(c, Place::last); }},
    {"XmlNode PrependChild(object newChild)", [](const Call& c) { return place(c, Place::first); }},
    {"XmlNode InsertBefore(object newChild, object refChild)",
     [](const Call& c) { return place(c, Place::before); }},
    {"XmlNode InsertAfter(object newChild, object refChild)",
     [](const Call& c) { return place(c, Place::after); }},
    {"XmlNode RemoveChild(object oldChild)", remove_child},
    {"XmlNode ReplaceChild(object newChild, object oldChild)", replace_child},
    {"void RemoveAll()",
     [](const Call& c) -> Result<Value> {
       own(c).node.remove_children();
       own(c).node.remove_attributes();
       return Value::nothing();
     }},
    {"XmlNode CloneNode(bool deep)", clone},
    {"XmlNodeList SelectNodes(string xpath)", select_nodes},
    {"XmlNodeList SelectNodes(string xpath, object nsmgr)", select_nodes},
    {"XmlNode SelectSingleNode(string xpath)", select_single},
    {"XmlNode SelectSingleNode(string xpath, object nsmgr)", select_single},
};

constexpr Member kElementMembers[] = {
    {"bool HasAttributes",
     [](const Call& c) -> Result<Value> { return truth(!own(c).node.first_attribute().empty()); }},
    {"bool IsEmpty", [](const Call& c) -> Result<Value> { return truth(own(c).node.first_child().empty()); }},
    {"string GetAttribute(string name)",
     [](const Call& c) { return attribute_text(c, [](pugi::xml_attribute a) { return text(a.value()); }); }},
    {"bool HasAttribute(string name)",
     [](const Call& c) {
       return attribute_text(c, [](pugi::xml_attribute a) { return truth(!a.empty()); });
     }},
    {"void SetAttribute(string name, string value)", set_attribute},
    {"void SetAttribute(string localName, string namespaceURI, string value)", set_attribute},
    {"void RemoveAttribute(string name)",
     [](const Call& c) -> Result<Value> {
       own(c).node.remove_attribute(c.text(0).c_str());
       return Value::nothing();
     }},
    {"object GetAttributeNode(string name)",
     [](const Call& c) {
       return attribute_text(c, [&](pugi::xml_attribute a) {
         return a ? Value::object(make<XmlObject>(own(c).tree, own(c).node, a)) : Value::null();
       });
     }},
    {"XmlNodeList GetElementsByTagName(string name)", by_tag},
};

constexpr Member kAttributeMembers[] = {
    {"XmlElement OwnerElement", [](const Call& c) -> Result<Value> { return wrap(c, own(c).node); }},
};

// --------------------------------------------------------------------------------------------- documents

Result<Value> new_document(const Call&) {
  auto tree = std::make_shared<XmlTree>();
  const pugi::xml_node document = tree->document;
  return Value::object(make<XmlObject>(std::move(tree), document));
}

Result<Value> load_file(const Call& call) {
  std::string bytes;
  if (auto rest = rest_of_stream(call.at(0))) {
    HVSH_TRY(bytes, std::move(*rest));
  } else {
    HVSH_TRY(const std::string path, path_argument(call, 0));
    HVSH_TRY(bytes, read_bytes(path));
  }
  HVSH_CHECK(parse_into(*own(call).tree, decode_file(bytes, {})));
  return Value::nothing();
}

Result<Value> save(const Call& call) {
  std::string content = write_xml(*own(call).tree, true);
  if (call.at(0).is_string()) {
    HVSH_TRY(const std::string path, path_argument(call, 0));
    // .NET names the encoding of the declaration with a byte order mark for utf-16 only.
    HVSH_CHECK(write_bytes(path, content, false));
    return Value::nothing();
  }
  Value unused;
  const Value argument = text(std::move(content));
  if (!call_member(call.shell(), call.at(0), "Write", {&argument, 1}, {}, unused)) return stopped();
  return Value::nothing();
}

Result<Value> create(const Call& call, pugi::xml_node_type type) {
  XmlObject& object = own(call);
  pugi::xml_node node = object.tree->shelf().append_child(type);
  if (type == pugi::node_element) {
    const bool prefixed = call.count() == 3;
    const std::string name =
        prefixed && !call.text(0).empty() ? call.text(0) + ":" + call.text(1) : call.text(prefixed ? 1 : 0);
    if (name.empty() || name.find_first_of(" <>&\"'/=") != std::string::npos) {
      return thrown("System.Xml.XmlException",
                    fmt::format("The name '{}' cannot be used for an element.", name));
    }
    node.set_name(name.c_str());
    const std::string address = call.count() > 1 ? call.text(call.count() - 1) : "";
    const pugi::xml_node root = object.tree->document.document_element();
    if (!address.empty() &&
        (root == object.tree->loose || namespace_of(root, prefixed ? call.text(0) : "") != address)) {
      node.append_attribute(prefixed ? ("xmlns:" + call.text(0)).c_str() : "xmlns")
          .set_value(address.c_str());
    }
  } else {
    node.set_value(call.text(0).c_str());
  }
  return xml_value(object.tree, node);
}

Result<Value> create_declaration(const Call& call) {
  pugi::xml_node node = own(call).tree->shelf().append_child(pugi::node_declaration);
  node.append_attribute("version").set_value(call.text(0).c_str());
  if (call.given(1) && !call.text(1).empty())
    node.append_attribute("encoding").set_value(call.text(1).c_str());
  if (call.given(2) && !call.text(2).empty())
    node.append_attribute("standalone").set_value(call.text(2).c_str());
  return wrap(call, node);
}

Result<Value> create_attribute(const Call& call) {
  pugi::xml_node holder = own(call).tree->shelf().append_child("#attribute");
  return Value::object(
      make<XmlObject>(own(call).tree, holder, holder.append_attribute(call.text(0).c_str())));
}

Result<Value> import_node(const Call& call) {
  auto* object = call.at(0).as<XmlObject>();
  if (object == nullptr) return thrown("ArgumentNullException", "Value cannot be null. (Parameter 'node')");
  pugi::xml_node copy = own(call).tree->shelf().append_copy(object->node);
  if (!call.flag(1)) copy.remove_children();
  return wrap(call, copy);
}

constexpr Member kDocumentMembers[] = {
    {"new()", new_document},
    {"XmlElement DocumentElement",
     [](const Call& c) -> Result<Value> { return wrap(c, own(c).tree->document.document_element()); }},
    {"bool PreserveWhitespace", [](const Call&) -> Result<Value> { return truth(false); },
     [](const Call&) -> Result<Value> { return Value::nothing(); }},
    {"object XmlResolver", [](const Call&) -> Result<Value> { return Value::null(); },
     [](const Call&) -> Result<Value> { return Value::nothing(); }},
    {"void LoadXml(string xml)",
     [](const Call& c) -> Result<Value> {
       HVSH_CHECK(parse_into(*own(c).tree, c.text(0)));
       return Value::nothing();
     }},
    {"void Load(object source)", load_file},
    {"void Save(object target)", save},
    {"XmlElement CreateElement(string name)", [](const Call& c) { return create(c, pugi::node_element); }},
    {"XmlElement CreateElement(string name, string namespaceURI)",
     [](const Call& c) { return create(c, pugi::node_element); }},
    {"XmlElement CreateElement(string prefix, string localName, string namespaceURI)",
     [](const Call& c) { return create(c, pugi::node_element); }},
    {"XmlText CreateTextNode(string text)", [](const Call& c) { return create(c, pugi::node_pcdata); }},
    {"XmlCDataSection CreateCDataSection(string data)",
     [](const Call& c) { return create(c, pugi::node_cdata); }},
    {"XmlComment CreateComment(string data)", [](const Call& c) { return create(c, pugi::node_comment); }},
    {"XmlAttribute CreateAttribute(string name)", create_attribute},
    {"XmlDeclaration CreateXmlDeclaration(string version, string encoding, string standalone)",
     create_declaration},
    {"XmlNode ImportNode(object node, bool deep)", import_node},
    {"XmlNodeList GetElementsByTagName(string name)", by_tag},
};

// ------------------------------------------------------------------------------------------- collections

std::vector<Value>& items_of_list(const Call& call) {
  return static_cast<ListObject*>(call.self.as_object())->items;
}

Result<Value> item(const Call& call) {
  const auto at = call.integer(0);
  const auto& items = items_of_list(call);
  return at >= 0 && at < static_cast<int64_t>(items.size()) ? items[static_cast<size_t>(at)] : Value::null();
}
Result<Value> named(const Call& call) {
  for (const Value& value : items_of_list(call)) {
    if (value.as<XmlObject>()->name(false) == call.text(0)) return value;
  }
  return Value::null();
}

// An attribute that CreateAttribute made goes to the element whose collection this is: of that it knows an
// attribute only if it has one, so scripts should use SetAttribute; here the first one's element is meant.
Result<Value> append_attribute(const Call& call) {
  auto* fresh = call.at(0).as<XmlObject>();
  if (fresh == nullptr || !fresh->attribute) return wrong_node("Only an attribute can be added.");
  if (items_of_list(call).empty()) {
    return not_supported("Attributes.Append on an element without attributes",
                         "Use SetAttribute(name, value).");
  }
  pugi::xml_node element = items_of_list(call)[0].as<XmlObject>()->node;
  pugi::xml_attribute placed = element.append_copy(fresh->attribute);
  fresh->node = element;
  fresh->attribute = placed;
  return call.at(0);
}

constexpr Member kListMembers[] = {
    {"int Count", core_property},
    {"XmlNode Item(int index)", item},
    {"object GetEnumerator()", [](const Call& c) -> Result<Value> { return Value::array(items_of_list(c)); }},
};
constexpr Member kAttributesMembers[] = {
    {"int Count", core_property},
    {"XmlAttribute get_Item(string name)", named},
    {"XmlAttribute GetNamedItem(string name)", named},
    {"XmlAttribute Append(object node)", append_attribute},
};

constexpr Member kNamespacesMembers[] = {
    {"new(object nameTable)",
     [](const Call&) -> Result<Value> { return instance(kNamespaces, Namespaces{}); }},
    {"void AddNamespace(string prefix, string uri)",
     [](const Call& c) -> Result<Value> {
       state_of<Namespaces>(c.self).prefixes.emplace_back(c.text(0), c.text(1));
       return Value::nothing();
     }},
    {"bool HasNamespace(string prefix)",
     [](const Call& c) -> Result<Value> {
       for (const auto& [prefix, uri] : state_of<Namespaces>(c.self).prefixes) {
         if (prefix == c.text(0)) return truth(true);
       }
       return truth(false);
     }},
};

Result<Value> convert_document(const Value& value, const TypeRef& type) {
  if (value.is_null()) return Value::null();
  if (const auto* object = value.as<XmlObject>(); object != nullptr && object->is_document()) return value;
  // Lines, as Get-Content gives them, are one text.
  std::string content;
  for (const Value& line : to_items(value)) content += (content.empty() ? "" : "\n") + to_string(line);
  auto tree = parse_xml(content);
  if (tree) return xml_value(*tree, (*tree)->document);
  return Error{.id = "InvalidCastToXmlDocument",
               .category = ErrorCategory::InvalidArgument,
               .message = fmt::format("Cannot convert value \"{}\" to type \"{}\". Error: \"{}\"", content,
                                      type.info->name, tree.error().message),
               .exception = "System.Management.Automation.PSInvalidCastException"};
}

std::span<const Type> list() {
  using namespace xml_info;
  static const Type declared[] = {
      {.info = &kNode, .members = kNodeMembers},
      {.info = &kDocument,
       .names = "xml, XmlDocument",
       .members = kDocumentMembers,
       .convert = convert_document},
      {.info = &kElement, .members = kElementMembers},
      {.info = &kAttribute, .members = kAttributeMembers},
      {.info = &kText},
      {.info = &kCData},
      {.info = &kComment},
      {.info = &kDeclaration},
      {.info = &kInstruction},
      {.info = &kDocType},
      {.info = &kNodeList, .members = kListMembers, .interfaces = "System.Collections.IEnumerable"},
      {.info = &kAttributes, .members = kAttributesMembers, .interfaces = "System.Collections.IEnumerable"},
      {.info = &kNamespaces, .members = kNamespacesMembers},
  };
  return declared;
}

}  // namespace

std::span<const Type> xml_types() { return list(); }

}  // namespace hvsh::shell::dotnet
