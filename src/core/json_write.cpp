#include <fmt/format.h>

#include <cmath>

#include "core/convert.h"
#include "core/decimal.h"
#include "core/json.h"
#include "core/noun.h"
#include "core/text.h"

namespace hvsh {

namespace {

class Writer {
 public:
  Writer(const JsonWriteOptions& options, JsonText& out) : options_(options), out_(out), text_(out.text) {}

  void value(const Value& value, int level) {
    switch (value.kind()) {
      case Value::Kind::nothing:
      case Value::Kind::null: text_ += "null"; return;
      case Value::Kind::boolean: text_ += value.as_bool() ? "true" : "false"; return;
      case Value::Kind::character: string(to_string(value)); return;
      case Value::Kind::integer: text_ += to_string(value); return;
      case Value::Kind::real: real(value.as_real()); return;
      case Value::Kind::date_time: string(iso(value.as_date_time())); return;
      case Value::Kind::enumeration:
        if (options_.enums_as_strings) {
          string(to_string(value));
        } else {
          text_ += std::to_string(value.enum_number());
        }
        return;
      case Value::Kind::time_span:
      case Value::Kind::object: break;
    }
    object(value, level);
  }

 private:
  void object(const Value& value, int level) {
    if (value.is_string() || value.is_object(ObjectKind::guid) || value.is_object(ObjectKind::script_block) ||
        value.is_object(ObjectKind::type) || value.is_object(ObjectKind::other)) {
      string(to_string(value));
      return;
    }
    if (auto* decimal = value.as<DecimalObject>()) {
      const std::string digits = to_string(decimal->value);
      text_ += digits.find('.') == std::string::npos ? digits + ".0" : digits;
      return;
    }
    if (level > options_.depth) {
      out_.truncated = true;
      string(to_string(value));
      return;
    }
    if (value.is_object(ObjectKind::array) || value.is_object(ObjectKind::list)) {
      array(to_items(value), level);
    } else if (auto* map = value.as<MapObject>()) {
      open('{');
      for (const auto& [key, item] : map->entries()) member(to_string(key), item, level);
      close('}', level);
    } else {
      members(value, level);
    }
  }

  void members(const Value& object, int level) {
    open('{');
    for (const PropertyView& view : list_properties(object)) {
      if (view.costly) continue;
      const auto property = get_property(object, view.name);
      if (property && !property->ok() && out_.unread.empty()) {
        out_.unread = fmt::format("{}: {}", view.name, property->error().message);
      }
      member(view.name, property && property->ok() ? **property : Value(), level);
    }
    close('}', level);
  }

  void array(const std::vector<Value>& items, int level) {
    open('[');
    for (const Value& item : items) {
      separate(level);
      value(item, level + 1);
    }
    close(']', level);
  }

  void member(std::string_view name, const Value& item, int level) {
    separate(level);
    string(name);
    text_ += options_.compress ? ":" : ": ";
    value(item, level + 1);
  }

  void open(char bracket) {
    text_ += bracket;
    empty_ = true;
  }
  void close(char bracket, int level) {
    if (!empty_) line(level);
    text_ += bracket;
    empty_ = false;
  }
  void separate(int level) {
    if (!empty_) text_ += ',';
    empty_ = false;
    line(level + 1);
  }
  void line(int level) {
    if (options_.compress) return;
    text_ += '\n';
    text_.append(static_cast<size_t>(level) * 2, ' ');
  }

  void real(double number) {
    if (!std::isfinite(number)) {
      string(real_to_string(number));
      return;
    }
    const std::string digits = real_to_string(number);
    text_ += digits;
    if (digits.find_first_of(".E") == std::string::npos) text_ += ".0";
  }

  // 2026-11-22T17:00:00.5+01:00: as to_iso(), without zeros at the end of the fraction.
  static std::string iso(const DateTime& time) {
    std::string text = time.to_iso();
    const size_t dot = text.find('.');
    size_t end = dot + 8;
    while (text[end - 1] == '0') text.erase(--end, 1);
    if (text[end - 1] == '.') text.erase(end - 1, 1);
    return text;
  }

  void unicode_escape(char32_t c) {
    if (c < 0x10000) {
      text_ += fmt::format("\\u{:04x}", static_cast<uint32_t>(c));
    } else {
      text_ += fmt::format("\\u{:04x}\\u{:04x}", 0xd800 + ((static_cast<uint32_t>(c) - 0x10000) >> 10),
                           0xdc00 + ((static_cast<uint32_t>(c) - 0x10000) & 0x3ff));
    }
  }

  void string(std::string_view text) {
    text_ += '"';
    for (size_t i = 0; i < text.size();) {
      const size_t begin = i;
      const char32_t c = next_code_point(text, i);
      switch (c) {
        case '"': text_ += "\\\""; continue;
        case '\\': text_ += "\\\\"; continue;
        case '\b': text_ += "\\b"; continue;
        case '\f': text_ += "\\f"; continue;
        case '\n': text_ += "\\n"; continue;
        case '\r': text_ += "\\r"; continue;
        case '\t': text_ += "\\t"; continue;
        default: break;
      }
      const bool html =
          options_.escape == JsonEscape::html && (c == '<' || c == '>' || c == '&' || c == '\'');
      const bool foreign = options_.escape == JsonEscape::non_ascii && c >= 0x80;
      // Line separators end a line in JavaScript, so the usual writers escape them too.
      if (c < 0x20 || c == 0x85 || c == 0x2028 || c == 0x2029 || html || foreign) {
        unicode_escape(c);
      } else {
        text_ += text.substr(begin, i - begin);
      }
    }
    text_ += '"';
  }

  const JsonWriteOptions& options_;
  JsonText& out_;
  std::string& text_;
  bool empty_ = true;
};

}  // namespace

JsonText to_json(const Value& value, const JsonWriteOptions& options) {
  JsonText out;
  Writer(options, out).value(value, 0);
  return out;
}

}  // namespace hvsh
