#include <fmt/format.h>

#include <map>
#include <unordered_map>

#include "core/clixml.h"
#include "core/convert.h"
#include "core/decimal.h"
#include "core/error_record.h"
#include "core/extended_members.h"
#include "core/script_block.h"
#include "core/text.h"

namespace hvsh {

namespace {

constexpr int kMaxLevels = 50;  // whatever -Depth says

std::string base64(const std::vector<Value>& bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t j = 0; j < 3; ++j) {
      group = group << 8 | (i + j < bytes.size() ? static_cast<uint32_t>(bytes[i + j].as_int() & 0xff) : 0);
    }
    for (size_t j = 0; j < 4; ++j) {
      text += i + j > bytes.size() ? '=' : kDigits[group >> (18 - 6 * j) & 63];
    }
  }
  return text;
}

// PT1H2M3.5S, as XML Schema writes a duration.
std::string duration(TimeSpan span) {
  const bool negative = span.ticks < 0;
  uint64_t ticks = negative ? 0 - static_cast<uint64_t>(span.ticks) : static_cast<uint64_t>(span.ticks);
  const uint64_t fraction = ticks % kTicksPerSecond;
  const uint64_t seconds = ticks / kTicksPerSecond;
  std::string text = negative ? "-P" : "P";
  if (seconds >= 86'400) text += fmt::format("{}D", seconds / 86'400);
  std::string time;
  if (seconds / 3600 % 24 != 0) time += fmt::format("{}H", seconds / 3600 % 24);
  if (seconds / 60 % 60 != 0) time += fmt::format("{}M", seconds / 60 % 60);
  if (fraction != 0) {
    std::string digits = fmt::format("{:07}", fraction);
    digits.erase(digits.find_last_not_of('0') + 1);
    time += fmt::format("{}.{}S", seconds % 60, digits);
  } else if (seconds % 60 != 0 || (time.empty() && text.back() == 'P')) {
    time += fmt::format("{}S", seconds % 60);
  }
  return time.empty() ? text : text + "T" + time;
}

// Without zeros at the end of the fraction.
std::string date_text(const DateTime& time) {
  std::string text = time.to_iso();
  const size_t dot = text.find('.');
  if (dot == std::string::npos) return text;
  size_t end = dot + 8;
  while (text[end - 1] == '0') text.erase(--end, 1);
  if (text[end - 1] == '.') text.erase(end - 1, 1);
  return text;
}

class Writer {
 public:
  explicit Writer(const ClixmlWriteOptions& options) : options_(options) {}

  Result<std::string> write(std::span<const Value> values) {
    text_ = "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">";
    level_ = 1;
    for (const Value& item : values) HVSH_CHECK(value(item, {}, options_.depth));
    level_ = 0;
    line();
    return std::move(text_) + "</Objs>";
  }

 private:
  void line() {
    if (!options_.indent) return;
    text_ += '\n';
    text_.append(static_cast<size_t>(level_) * 2, ' ');
  }

  // Characters that XML or its readers change are written as _xHHHH_.
  void escaped(std::string_view text, bool attribute) {
    for (size_t i = 0; i < text.size();) {
      const size_t begin = i;
      const char32_t c = next_code_point(text, i);
      const bool looks_escaped =
          c == '_' && begin + 1 < text.size() && (text[begin + 1] == 'x' || text[begin + 1] == 'X');
      if (c < 0x20 || (c >= 0x7f && c <= 0x9f) || looks_escaped || c == 0xfffe || c == 0xffff) {
        text_ += fmt::format("_x{:04X}_", static_cast<uint32_t>(c));
      } else if (c == '&') {
        text_ += "&amp;";
      } else if (c == '<') {
        text_ += "&lt;";
      } else if (c == '>') {
        text_ += "&gt;";
      } else if (c == '"' && attribute) {
        text_ += "&quot;";
      } else {
        text_ += text.substr(begin, i - begin);
      }
    }
  }

  void begin(std::string_view tag, std::string_view name, std::string_view attributes = {}) {
    line();
    text_ += '<';
    text_ += tag;
    if (!name.empty()) {
      text_ += " N=\"";
      escaped(name, true);
      text_ += '"';
    }
    text_ += attributes;
  }

  void plain(std::string_view tag, std::string_view name, std::string_view text) {
    begin(tag, name);
    if (text.empty()) {
      text_ += "></";
    } else {
      text_ += '>';
      escaped(text, false);
      text_ += "</";
    }
    text_ += tag;
    text_ += '>';
  }

  void open(std::string_view tag, std::string_view name = {}, std::string_view attributes = {}) {
    begin(tag, name, attributes);
    text_ += '>';
    ++level_;
  }
  void close(std::string_view tag) {
    --level_;
    line();
    text_ += "</";
    text_ += tag;
    text_ += '>';
  }

  Result<void> value(const Value& item, std::string_view name, int depth) {
    switch (item.kind()) {
      case Value::Kind::nothing:
      case Value::Kind::null:
        begin("Nil", name);
        text_ += " />";
        return {};
      case Value::Kind::boolean: plain("B", name, item.as_bool() ? "true" : "false"); return {};
      case Value::Kind::character: plain("C", name, std::to_string(item.as_char())); return {};
      case Value::Kind::integer: {
        static constexpr std::string_view kTags[] = {"SB", "By", "I16", "U16", "I32", "U32", "I64", "U64"};
        plain(kTags[static_cast<size_t>(item.int_type())], name, to_string(item));
        return {};
      }
      case Value::Kind::real: {
        const std::string text = to_string(item);
        plain("Db", name, text == "∞" ? "INF" : text == "-∞" ? "-INF" : text);
        return {};
      }
      case Value::Kind::date_time: plain("DT", name, date_text(item.as_date_time())); return {};
      case Value::Kind::time_span: plain("TS", name, duration(item.as_time_span())); return {};
      case Value::Kind::enumeration: enumeration(item, name); return {};
      case Value::Kind::object: break;
    }
    return object(item, name, depth);
  }

  Result<void> object(const Value& item, std::string_view name, int depth) {
    switch (item.as_object()->kind()) {
      case ObjectKind::string:
        if (!item.as_object()->is_extended()) {
          plain("S", name, item.as_string());
          return {};
        }
        break;
      case ObjectKind::decimal: plain("D", name, to_string(item)); return {};
      case ObjectKind::guid: plain("G", name, to_string(item)); return {};
      case ObjectKind::version: plain("Version", name, to_string(item)); return {};
      case ObjectKind::script_block: plain("SBK", name, to_string(item)); return {};
      default: break;
    }
    if (item.type().name == "System.Security.SecureString") {
      return Error{.id = "SecureStringNotWritten",
                   .category = ErrorCategory::SecurityError,
                   .message = "A secure string is not written as CliXml: nothing on this host encrypts it.",
                   .hint = "Use ConvertFrom-SecureString -Key, and write its result."};
    }
    if (const auto* array = item.as<ArrayObject>(); array != nullptr && array->element_type == &types::Byte) {
      plain("BA", name, base64(array->items));
      return {};
    }
    const auto seen = objects_.find(item.as_object());
    if (seen != objects_.end()) {
      begin("Ref", name, fmt::format(" RefId=\"{}\" />", seen->second));
      return {};
    }
    if (depth <= 0 || level_ / 2 >= kMaxLevels) {
      plain("S", name, to_string(item));
      return {};
    }
    return complex(item, name, depth);
  }

  Result<void> complex(const Value& item, std::string_view name, int depth) {
    const int id = next_object_++;
    objects_.emplace(item.as_object(), id);
    open("Obj", name, fmt::format(" RefId=\"{}\"", id));
    type_names_of(type_names(item));
    if (item.is_string()) {
      plain("S", {}, item.as_string());
    } else if (item.is_object(ObjectKind::array) || item.is_object(ObjectKind::list)) {
      open("LST");
      for (const Value& one : to_items(item)) HVSH_CHECK(value(one, {}, depth - 1));
      close("LST");
    } else if (const auto* map = item.as<MapObject>()) {
      open("DCT");
      for (const auto& [key, entry] : map->entries()) {
        open("En");
        HVSH_CHECK(value(key, "Key", depth - 1));
        HVSH_CHECK(value(entry, "Value", depth - 1));
        close("En");
      }
      close("DCT");
    } else if (const auto* record = item.as<ErrorRecordObject>()) {
      plain("ToString", {}, record->error.message);
      HVSH_CHECK(error_record(*record, depth));
    } else if (const auto* bag = item.as<RecordObject>()) {
      if (const std::string* text = display_text(item)) plain("ToString", {}, *text);
      HVSH_CHECK(members(item, *bag, depth));
    } else {
      plain("ToString", {}, to_string(item));
      HVSH_CHECK(properties(item, depth));
    }
    if (!item.is_object(ObjectKind::record)) HVSH_CHECK(added(item, depth));
    close("Obj");
    return {};
  }

  void enumeration(const Value& item, std::string_view name) {
    open("Obj", name, fmt::format(" RefId=\"{}\"", next_object_++));
    type_names_of(type_names(item));
    plain("ToString", {}, to_string(item));
    plain("I32", {}, std::to_string(item.enum_number()));
    close("Obj");
  }

  void type_names_of(const std::vector<std::string>& names) {
    const auto [place, is_new] = type_ids_.emplace(names, static_cast<int>(type_ids_.size()));
    if (!is_new) {
      begin("TNRef", {}, fmt::format(" RefId=\"{}\" />", place->second));
      return;
    }
    open("TN", {}, fmt::format(" RefId=\"{}\"", place->second));
    for (const std::string& one : names) plain("T", {}, one);
    close("TN");
  }

  Result<void> members(const Value& item, const RecordObject& record, int depth) {
    const std::vector<PropertyView> views = list_properties(item);
    if (views.empty()) return {};
    open("MS");
    for (const PropertyView& view : views) {
      const Value* own = record.find(view.name);
      const auto read = own == nullptr ? get_property(item, view.name) : std::optional<Result<Value>>(*own);
      HVSH_CHECK(value(read && read->ok() ? **read : Value(), view.name, depth - 1));
    }
    close("MS");
    return {};
  }

  // Properties that the type declares.
  Result<void> properties(const Value& item, int depth) {
    std::vector<PropertyView> views = list_properties(item);
    std::erase_if(views, [&](const PropertyView& view) {
      return view.costly || find_extended(item, view.name) != nullptr;
    });
    if (views.empty()) return {};
    open("Props");
    for (const PropertyView& view : views) {
      const auto read = get_property(item, view.name);
      HVSH_CHECK(value(read && read->ok() ? **read : Value(), view.name, depth - 1));
    }
    close("Props");
    return {};
  }

  // Properties that scripts added.
  Result<void> added(const Value& item, int depth) {
    std::vector<const ExtendedMember*> all = extended_members(item);
    std::erase_if(all, [](const ExtendedMember* member) { return !member->is_property(); });
    if (all.empty()) return {};
    open("MS");
    for (const ExtendedMember* member : all) {
      const auto read = read_extended(item, *member);
      HVSH_CHECK(value(read ? *read : Value(), member->name, depth - 1));
    }
    close("MS");
    return {};
  }

  Result<void> error_record(const ErrorRecordObject& record, int depth) {
    const ErrorCategoryInfo category = category_info(record);
    open("MS");
    HVSH_CHECK(value(exception_of(record), "Exception", depth - 1));
    const auto target = get_property(Value::object(const_cast<ErrorRecordObject*>(&record)), "TargetObject");
    HVSH_CHECK(value(target && *target ? **target : Value(), "TargetObject", depth - 1));
    plain("S", "FullyQualifiedErrorId", record.error.fully_qualified_id());
    plain("S", "ExceptionType", exception_type(record.error));
    plain("I32", "ErrorCategory_Category", std::to_string(static_cast<int>(category.category)));
    plain("S", "ErrorCategory_Activity", category.activity);
    plain("S", "ErrorCategory_Reason", category.reason);
    plain("S", "ErrorCategory_TargetName", category.target_name);
    plain("S", "ErrorCategory_TargetType", category.target_type);
    plain("S", "ErrorCategory_Message", category.display());
    plain("S", "RecommendedAction", record.error.hint);
    close("MS");
    return {};
  }

  const ClixmlWriteOptions& options_;
  std::string text_;
  int level_ = 0;
  int next_object_ = 0;
  std::unordered_map<const HeapObject*, int> objects_;
  std::map<std::vector<std::string>, int> type_ids_;
};

}  // namespace

Result<std::string> to_clixml(std::span<const Value> values, const ClixmlWriteOptions& options) {
  return Writer(options).write(values);
}

}  // namespace hvsh
