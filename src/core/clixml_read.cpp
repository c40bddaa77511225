#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <pugixml.hpp>
#include <unordered_map>

#include "core/clixml.h"
#include "core/convert.h"
#include "core/decimal.h"
#include "core/extended_members.h"
#include "core/text.h"

namespace hvsh {

namespace {

constexpr int kMaxLevels = 100;  // of objects within objects
constexpr size_t kMaxBytes = size_t{512} << 20;

Error wrong(std::string why) {
  return {.id = "CliXmlError",
          .category = ErrorCategory::InvalidData,
          .message = fmt::format("The CliXml is not valid: {}.", why),
          .exception = "System.Xml.XmlException"};
}

// _x000A_ becomes the character.
std::string decode(std::string_view text) {
  std::u16string units;
  std::string result;
  const auto flush = [&] {
    if (!units.empty()) result += to_utf8(units);
    units.clear();
  };
  for (size_t i = 0; i < text.size(); ++i) {
    uint32_t unit = 0;
    const bool escape =
        text[i] == '_' && i + 6 < text.size() && (text[i + 1] == 'x' || text[i + 1] == 'X') &&
        text[i + 6] == '_' &&
        std::from_chars(text.data() + i + 2, text.data() + i + 6, unit, 16).ptr == text.data() + i + 6;
    if (escape) {
      units += static_cast<char16_t>(unit);
      i += 6;
    } else {
      flush();
      result += text[i];
    }
  }
  flush();
  return result;
}

Result<Value> base64(std::string_view text) {
  std::vector<Value> bytes;
  uint32_t group = 0;
  int bits = 0;
  for (char c : text) {
    uint32_t digit = 0;
    if (c >= 'A' && c <= 'Z')
      digit = static_cast<uint32_t>(c - 'A');
    else if (c >= 'a' && c <= 'z')
      digit = static_cast<uint32_t>(c - 'a') + 26;
    else if (c >= '0' && c <= '9')
      digit = static_cast<uint32_t>(c - '0') + 52;
    else if (c == '+')
      digit = 62;
    else if (c == '/')
      digit = 63;
    else if (c == '=' || c == '\n' || c == '\r' || c == ' ')
      continue;
    else
      return wrong("a byte array is not base64");
    group = group << 6 | digit;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(Value::integer(static_cast<int64_t>(group >> bits & 0xff), IntType::u8));
  }
  return Value::object(make<ArrayObject>(std::move(bytes), &types::Byte));
}

// P1DT2H3M4.5S
Result<Value> duration(std::string_view text) {
  const std::string all(text);
  int64_t ticks = 0;
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (!text.starts_with('P')) return wrong(fmt::format("'{}' is not a duration", all));
  text.remove_prefix(1);
  bool time = false;
  while (!text.empty()) {
    if (text[0] == 'T') {
      time = true;
      text.remove_prefix(1);
      continue;
    }
    int64_t whole = 0, fraction = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), whole);
    if (code != std::errc{} || whole > 1'000'000'000'000)
      return wrong(fmt::format("'{}' is not a duration", all));
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    if (text.starts_with('.')) {
      text.remove_prefix(1);
      for (int64_t unit = kTicksPerSecond / 10; !text.empty() && text[0] >= '0' && text[0] <= '9';
           unit /= 10) {
        fraction += (text[0] - '0') * unit;
        text.remove_prefix(1);
      }
    }
    if (text.empty()) return wrong(fmt::format("'{}' is not a duration", all));
    const char letter = text[0];
    text.remove_prefix(1);
    const int64_t seconds = letter == 'D' ? 86'400 : letter == 'H' ? 3600 : letter == 'M' && time ? 60 : 1;
    if (__builtin_mul_overflow(whole, seconds * kTicksPerSecond, &whole) ||
        __builtin_add_overflow(ticks, whole + fraction, &ticks)) {
      return wrong(fmt::format("'{}' is too long", all));
    }
  }
  return Value::time_span({negative ? -ticks : ticks});
}

class Reader {
 public:
  explicit Reader(const ClixmlReadOptions& options) : options_(options) {}

  Result<std::vector<Value>> document(const pugi::xml_node& root) {
    std::vector<Value> values;
    for (const pugi::xml_node& node : root.children()) {
      if (node.type() != pugi::node_element) continue;
      HVSH_TRY(Value one, value(node, 0));
      values.push_back(std::move(one));
    }
    return values;
  }

 private:
  Result<Value> value(const pugi::xml_node& node, int level) {
    const std::string_view tag = node.name();
    if (tag == "Obj") return object(node, level);
    if (tag == "Ref") {
      const auto found = objects_.find(node.attribute("RefId").value());
      if (found == objects_.end()) return wrong("a Ref names an object that is not there");
      return found->second;
    }
    return plain(tag, node.text().get());
  }

  Result<Value> plain(std::string_view tag, std::string_view text) const {
    static constexpr std::pair<std::string_view, IntType> kIntegers[] = {
        {"SB", IntType::i8},   {"By", IntType::u8},   {"I16", IntType::i16}, {"U16", IntType::u16},
        {"I32", IntType::i32}, {"U32", IntType::u32}, {"I64", IntType::i64}, {"U64", IntType::u64}};
    if (tag == "S" || tag == "URI" || tag == "SBK" || tag == "XD") return Value::string(decode(text));
    if (tag == "Nil") return Value::null();
    if (tag == "B") return Value::boolean(text == "true" || text == "1");
    const Value as_text = Value::string(text);
    for (const auto& [name, type] : kIntegers) {
      if (tag == name) return to_integer(as_text, type);
    }
    if (tag == "Db" || tag == "Sg") {
      if (text == "INF" || text == "-INF") return Value::real(text[0] == '-' ? -HUGE_VAL : HUGE_VAL);
      HVSH_TRY(const double real, to_double(as_text));
      return Value::real(real);
    }
    if (tag == "C") {
      HVSH_TRY(const Value unit, to_integer(as_text, IntType::u16));
      return Value::character(static_cast<char16_t>(unit.as_int()));
    }
    if (tag == "DT") {
      HVSH_TRY(DateTime time, DateTime::parse(text));
      return Value::date_time(text.ends_with('Z') ? time.to_utc() : time);
    }
    if (tag == "TS") return duration(text);
    if (tag == "BA") return base64(text);
    if (tag == "D") {
      const auto decimal = parse_decimal(text);
      if (!decimal) return wrong(fmt::format("'{}' is not a decimal number", text));
      return Value::object(make<DecimalObject>(*decimal));
    }
    if (tag == "G") {
      HVSH_TRY(const Guid guid, to_guid(as_text));
      return Value::guid(guid);
    }
    if (tag == "Version") {
      HVSH_TRY(const Version version, to_version(as_text));
      return Value::object(make<VersionObject>(version));
    }
    if (tag == "SS") {
      return Error{.id = "SecureStringNotRead",
                   .category = ErrorCategory::SecurityError,
                   .message = "The CliXml holds a secure string, and nothing on this host can decrypt it.",
                   .hint = "Write the object anew without it, or use ConvertTo-SecureString -Key."};
    }
    return wrong(fmt::format("<{}> is not known", tag));
  }

  std::vector<std::string> names_of(const pugi::xml_node& node) {
    if (const pugi::xml_node ref = node.child("TNRef")) return type_names_[ref.attribute("RefId").value()];
    std::vector<std::string> names;
    const pugi::xml_node list = node.child("TN");
    for (const pugi::xml_node& one : list.children("T")) names.push_back(decode(one.text().get()));
    if (list) type_names_[list.attribute("RefId").value()] = names;
    return names;
  }

  static std::vector<std::string> deserialized(std::vector<std::string> names) {
    for (std::string& name : names) {
      if (!name.starts_with("Deserialized.")) name.insert(0, "Deserialized.");
    }
    return names;
  }

  void remember(const pugi::xml_node& node, const Value& object) {
    if (const auto id = node.attribute("RefId")) objects_[id.value()] = object;
  }

  Result<Value> object(const pugi::xml_node& node, int level) {
    if (level > kMaxLevels) return wrong("there are too many objects within objects");
    const std::vector<std::string> names = names_of(node);
    Value result;
    for (const pugi::xml_node& part : node.children()) {
      const std::string_view tag = part.name();
      if (tag == "LST" || tag == "IE" || tag == "QUE" || tag == "STK") {
        auto array = make<ArrayObject>(std::vector<Value>{});
        result = Value::object(array);
        remember(node, result);
        for (const pugi::xml_node& item : part.children()) {
          if (item.type() != pugi::node_element) continue;
          HVSH_TRY(Value one, value(item, level + 1));
          array->items.push_back(std::move(one));
        }
      } else if (tag == "DCT") {
        HVSH_TRY(result, dictionary(node, part, names, level));
      } else if (tag != "TN" && tag != "TNRef" && tag != "ToString" && tag != "Props" && tag != "MS" &&
                 part.type() == pugi::node_element) {
        HVSH_TRY(result, based_on(node, part, names, level));
      }
    }
    if (!result.is_null()) {
      remember(node, result);
      if (const auto members = node.child("MS")) HVSH_CHECK(add_members(result, members, level));
      return result;
    }
    return record(node, names, level);
  }

  // An object that is a plain value at heart: an enumeration, text with members.
  Result<Value> based_on(const pugi::xml_node& node, const pugi::xml_node& part,
                         const std::vector<std::string>& names, int level) {
    HVSH_TRY(Value base, value(part, level + 1));
    for (const std::string& name : names) {
      if (name != "System.Enum" && name != "Deserialized.System.Enum") continue;
      const EnumInfo* info = options_.find_enum ? options_.find_enum(names[0]) : nullptr;
      if (info != nullptr && base.kind() == Value::Kind::integer) {
        return Value::enumeration(*info, static_cast<int32_t>(base.as_int()));
      }
      return Value::string(decode(node.child("ToString").text().get()));
    }
    return base;
  }

  Result<Value> dictionary(const pugi::xml_node& node, const pugi::xml_node& part,
                           const std::vector<std::string>& names, int level) {
    const bool ordered = !names.empty() && names[0].find("OrderedDictionary") != std::string::npos;
    auto map = make<MapObject>(ordered);
    const Value result = Value::object(map);
    remember(node, result);
    for (const pugi::xml_node& entry : part.children("En")) {
      Value key, item;
      for (const pugi::xml_node& half : entry.children()) {
        if (half.type() != pugi::node_element) continue;
        HVSH_TRY(Value one, value(half, level + 1));
        (std::string_view(half.attribute("N").value()) == "Key" ? key : item) = std::move(one);
      }
      if (key.is_null()) return wrong("an entry of a dictionary has no key");
      map->set(key, std::move(item));
    }
    return result;
  }

  Result<void> add_members(const Value& object, const pugi::xml_node& members, int level) {
    for (const pugi::xml_node& member : members.children()) {
      if (member.type() != pugi::node_element) continue;
      HVSH_TRY(Value one, value(member, level + 1));
      const std::string name = decode(member.attribute("N").value());
      if (auto* bag = object.as<RecordObject>()) {
        bag->set(name, std::move(one));
      } else if (object.kind() == Value::Kind::object) {
        add_extended(*object.as_object(), {.name = name, .value = std::move(one)});
      }
    }
    return {};
  }

  Result<Value> record(const pugi::xml_node& node, const std::vector<std::string>& names, int level) {
    auto bag = make<RecordObject>();
    const Value result = Value::object(bag);
    remember(node, result);
    if (!names.empty()) bag->type_names = deserialized(names);
    for (const char* part : {"Props", "MS"}) {
      if (const auto members = node.child(part)) HVSH_CHECK(add_members(result, members, level));
    }
    if (const auto text = node.child("ToString")) set_display_text(result, decode(text.text().get()));
    if (options_.error_records && !names.empty() && names[0] == types::ErrorRecord.name) {
      return error_record(*bag, decode(node.child("ToString").text().get()));
    }
    return result;
  }

  static Result<Value> error_record(const RecordObject& bag, std::string message) {
    const auto text = [&](std::string_view name) {
      const Value* found = bag.find(name);
      return found == nullptr ? std::string() : to_string(*found);
    };
    Error error{.message = std::move(message)};
    const std::string id = text("FullyQualifiedErrorId");
    const size_t comma = id.find(',');
    error.id = id.substr(0, comma);
    if (comma != std::string::npos) error.error_class = id.substr(comma + 1);
    if (const Value* category = bag.find("ErrorCategory_Category")) {
      HVSH_TRY(const Value number, to_integer(*category, IntType::i32));
      error.category = static_cast<ErrorCategory>(number.as_int() & 31);
    }
    error.activity = text("ErrorCategory_Activity");
    error.target = text("ErrorCategory_TargetName");
    error.target_type = text("ErrorCategory_TargetType");
    error.exception = text("ExceptionType");
    error.hint = text("RecommendedAction");
    const Value* target = bag.find("TargetObject");
    return Value::object(make<ErrorRecordObject>(std::move(error), target == nullptr ? Value() : *target));
  }

  const ClixmlReadOptions& options_;
  std::unordered_map<std::string, Value> objects_;
  std::unordered_map<std::string, std::vector<std::string>> type_names_;
};

}  // namespace

Result<std::vector<Value>> from_clixml(std::string_view text, const ClixmlReadOptions& options) {
  if (text.size() > kMaxBytes) return wrong("it is longer than 512 MB");
  pugi::xml_document document;
  const auto parsed = document.load_buffer(
      text.data(), text.size(), pugi::parse_default | pugi::parse_ws_pcdata_single, pugi::encoding_utf8);
  if (!parsed) return wrong(fmt::format("{} at byte {}", parsed.description(), parsed.offset));
  const pugi::xml_node root = document.child("Objs");
  if (!root) return wrong("its root is not <Objs>");
  return Reader(options).document(root);
}

}  // namespace hvsh
