#include <fmt/format.h>

#include "core/cmdlet.h"
#include "core/text.h"

namespace hvsh::verbs {

namespace {

constexpr std::string_view kAs[] = {"Stream", "String", "Document"};

std::string escaped(std::string_view text, bool attribute) {
  std::string result;
  for (char c : text) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += attribute ? "&quot;" : "\""; break;
      default: result += c;
    }
  }
  return result;
}

// <Objects><Object Type=".."><Property Name=".." Type="..">..</Property></Object></Objects>
class Writer {
 public:
  Writer(int depth, bool types) : depth_(depth), types_(types) {}

  void object(const Value& value, std::string_view tag, const std::string& name, int level, int indent) {
    begin(tag, name, value, indent);
    const bool collection = value.is_object(ObjectKind::array) || value.is_object(ObjectKind::list);
    const bool map = value.is_object(ObjectKind::map);
    const bool members = value.is_object(ObjectKind::record) || value.is_object(ObjectKind::noun);
    if (value.is_null()) {
      text += " />";
      return;
    }
    if ((!collection && !map && !members) || level >= depth_) {
      const std::string plain = collection ? type_names(value)[0] : to_string(value);
      if (plain.empty()) {
        text += "></" + std::string(tag) + ">";
      } else {
        text += ">" + escaped(plain, false) + "</" + std::string(tag) + ">";
      }
      return;
    }
    text += ">";
    if (collection) {
      for (const Value& item : to_items(value)) object(item, "Property", {}, level + 1, indent + 1);
    } else if (map) {
      for (const auto& [key, item] : value.as<MapObject>()->entries()) {
        object(key, "Property", "Key", level + 1, indent + 1);
        object(item, "Property", "Value", level + 1, indent + 1);
      }
    } else {
      for (const PropertyView& view : list_properties(value)) {
        if (view.costly) continue;
        const auto read = get_property(value, view.name);
        object(read && read->ok() ? **read : Value(), "Property", std::string(view.name), level + 1,
               indent + 1);
      }
    }
    line(indent);
    text += "</" + std::string(tag) + ">";
  }

  void line(int indent) {
    if (!text.empty()) text += "\n";
    text.append(static_cast<size_t>(indent) * 2, ' ');
  }

  std::string text;

 private:
  void begin(std::string_view tag, const std::string& name, const Value& value, int indent) {
    line(indent);
    text += "<" + std::string(tag);
    if (!name.empty()) text += " Name=\"" + escaped(name, true) + "\"";
    if (types_) {
      const std::string type = value.is_null() ? "System.Object" : type_names(value)[0];
      text += " Type=\"" + escaped(type, true) + "\"";
    }
  }

  int depth_;
  bool types_;
};

}  // namespace

struct ConvertToXml {
  Value input_object;
  int32_t depth = 1;
  Switch no_type_information;
  std::string as = "Document";

  static constexpr Param kParams[] = {
      param<&ConvertToXml::depth>("Depth", {.range = {1, INT32_MAX}}, "Levels of objects within objects."),
      param<&ConvertToXml::input_object>(
          "InputObject", {.position = 0, .mandatory = true, .from_pipeline = true, .allow_null = true},
          "Objects to write."),
      param<&ConvertToXml::no_type_information>("NoTypeInformation", {}, "Without the types."),
      param<&ConvertToXml::as>("As", {.values = kAs},
                               "String: one text; Stream: one for each; Document: an XML document."),
  };
  static constexpr Example kExamples[] = {{"1 | ConvertTo-Xml -As String",
                                           "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Objects>\n  <Object "
                                           "Type=\"System.Int32\">1</Object>\n</Objects>",
                                           "Writes XML."}};
  static constexpr Decl decl{.verb = "ConvertTo",
                             .noun = "Xml",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.ConvertToXmlCommand",
                             .synopsis = "Writes objects as XML."};

  Flow process(Context&) {
    objects_.push_back(input_object);
    return Flow::more;
  }

  Flow end(Context& context) {
    const FormattingPass pass;
    constexpr std::string_view kHead = "<?xml version=\"1.0\" encoding=\"utf-8\"?>";
    if (equal_ascii(as, "Stream")) return write_stream(context, kHead);
    Writer writer(depth, !no_type_information);
    writer.text = kHead;
    writer.line(0);
    writer.text += "<Objects>";
    for (const Value& object : objects_) writer.object(object, "Object", {}, 0, 1);
    writer.line(0);
    writer.text += "</Objects>";
    if (equal_ascii(as, "String")) return context.write(Value::string(std::move(writer.text)));
    auto document = context.construct("System.Xml.XmlDocument", {});
    if (!document) {
      return context.terminate(
          {.id = "XmlDocumentNotThere",
           .category = ErrorCategory::NotImplemented,
           .message = "ConvertTo-Xml cannot give an XML document: " + document.error().message,
           .hint = "Use -As String."});
    }
    Value ignored;
    const Value text = Value::string(std::move(writer.text));
    const Flow flow = context.call_method(*document, "LoadXml", std::span<const Value>(&text, 1), ignored);
    return flow == Flow::more ? context.write(*document) : flow;
  }

 private:
  Flow write_stream(Context& context, std::string_view head) const {
    std::vector<Value> lines{Value::string(head), Value::string("<Objects>")};
    for (const Value& object : objects_) {
      Writer writer(depth, !no_type_information);
      writer.object(object, "Object", {}, 0, 0);
      lines.push_back(Value::string(std::move(writer.text)));
    }
    lines.push_back(Value::string("</Objects>"));
    return context.write_all(lines);
  }

  std::vector<Value> objects_;
};
CMDLET(ConvertToXml);

}  // namespace hvsh::verbs
