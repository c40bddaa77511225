#include <fmt/format.h>

#include <charconv>

#include "core/convert.h"
#include "core/json.h"
#include "core/text.h"

namespace hvsh {

namespace {

class Reader {
 public:
  Reader(std::string_view text, const JsonReadOptions& options) : text_(text), options_(options) {}

  Result<Value> document() {
    if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
    HVSH_CHECK(skip());
    if (at_ == text_.size()) return Value();
    HVSH_TRY(Value result, value(0));
    HVSH_CHECK(skip());
    if (at_ != text_.size()) return wrong("Additional text encountered after finished reading JSON content");
    return result;
  }

 private:
  Error wrong(std::string_view what) const {
    size_t line = 1, column = 1;
    for (size_t i = 0; i < at_ && i < text_.size(); ++i) {
      ++column;
      if (text_[i] == '\n') ++line, column = 1;
    }
    return {.id = "System.ArgumentException",
            .category = ErrorCategory::NotSpecified,
            .message = fmt::format("Conversion from JSON failed with error: {}. Line {}, position {}.", what,
                                   line, column),
            .exception = "System.ArgumentException"};
  }

  Result<void> skip() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        ++at_;
      } else if (c == '/' && at_ + 1 < text_.size() && text_[at_ + 1] == '/') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (c == '/' && at_ + 1 < text_.size() && text_[at_ + 1] == '*') {
        const size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return wrong("Unexpected end while parsing comment");
        at_ = end + 2;
      } else {
        break;
      }
    }
    return {};
  }

  Result<Value> value(int level) {
    if (level > options_.depth) {
      return wrong(fmt::format("The maximum depth of {} has been exceeded", options_.depth));
    }
    switch (at_ < text_.size() ? text_[at_] : '\0') {
      case '{': return object(level);
      case '[': return array(level);
      case '"': return string_value();
      default: return literal();
    }
  }

  Result<Value> object(int level) {
    ++at_;
    auto record = options_.as_hashtable ? Ref<RecordObject>() : make<RecordObject>();
    auto map = options_.as_hashtable ? make<MapObject>(true) : Ref<MapObject>();
    HVSH_CHECK(skip());
    bool first = true;
    while (true) {
      if (at_ == text_.size()) return wrong("Unexpected end when reading an object");
      if (text_[at_] == '}' && first) break;
      if (text_[at_] != '"') return wrong("A property name in double quotes was expected");
      HVSH_TRY(const std::string name, string());
      HVSH_CHECK(skip());
      if (at_ == text_.size() || text_[at_] != ':') return wrong("':' was expected after a property name");
      ++at_;
      HVSH_CHECK(skip());
      HVSH_TRY(Value item, value(level + 1));
      if (map) {
        map->set(name, std::move(item));
      } else if (const Value* before = record->find(name); before != nullptr && !has_exactly(*record, name)) {
        return wrong(
            fmt::format("Cannot convert the JSON string because it has keys that differ in case only, as "
                        "'{}'; use -AsHashtable",
                        name));
      } else {
        record->set(name, std::move(item));
      }
      first = false;
      HVSH_CHECK(skip());
      if (at_ == text_.size()) return wrong("Unexpected end when reading an object");
      if (text_[at_] == '}') break;
      if (text_[at_] != ',') return wrong("',' or '}' was expected after a value");
      ++at_;
      HVSH_CHECK(skip());
    }
    ++at_;
    return map ? Value::object(map) : Value::object(record);
  }

  static bool has_exactly(const RecordObject& record, std::string_view name) {
    const auto index = record.shape().find(name);
    return index && record.shape().name(*index) == name;
  }

  Result<Value> array(int level) {
    ++at_;
    std::vector<Value> items;
    HVSH_CHECK(skip());
    if (at_ < text_.size() && text_[at_] == ']') {
      ++at_;
      return Value::array({});
    }
    while (true) {
      HVSH_TRY(Value item, value(level + 1));
      items.push_back(std::move(item));
      HVSH_CHECK(skip());
      if (at_ == text_.size()) return wrong("Unexpected end when reading an array");
      const char c = text_[at_++];
      if (c == ']') return Value::array(std::move(items));
      if (c != ',') {
        --at_;
        return wrong("',' or ']' was expected after a value");
      }
      HVSH_CHECK(skip());
    }
  }

  Result<Value> string_value() {
    HVSH_TRY(std::string text, string());
    // A date that JSON writers make: 2026-11-22T17:00:00, with a fraction, Z or an offset.
    const bool date = text.size() >= 19 && text.size() <= 33 && text[4] == '-' && text[7] == '-' &&
                      text[10] == 'T' && text[13] == ':' && text[16] == ':';
    if (date) {
      if (auto time = DateTime::parse(text)) {
        return Value::date_time(text.back() == 'Z' ? time->to_utc() : *time);
      }
    }
    return Value::string(std::move(text));
  }

  Result<char16_t> four_digits() {
    uint32_t unit = 0;
    if (at_ + 4 > text_.size()) return wrong("Unexpected end while parsing a Unicode escape");
    const char* begin = text_.data() + at_;
    const auto [end, code] = std::from_chars(begin, begin + 4, unit, 16);
    if (code != std::errc{} || end != begin + 4) return wrong("A Unicode escape has four hexadecimal digits");
    at_ += 4;
    return static_cast<char16_t>(unit);
  }

  Result<std::string> string() {
    ++at_;
    std::string result;
    while (true) {
      const size_t end = text_.find_first_of("\"\\", at_);
      if (end == std::string_view::npos) return wrong("Unterminated string");
      result += text_.substr(at_, end - at_);
      at_ = end + 1;
      if (text_[end] == '"') return result;
      if (at_ == text_.size()) return wrong("Unterminated string");
      const char c = text_[at_++];
      switch (c) {
        case 'n': result += '\n'; break;
        case 't': result += '\t'; break;
        case 'r': result += '\r'; break;
        case 'b': result += '\b'; break;
        case 'f': result += '\f'; break;
        case '"':
        case '\\':
        case '/': result += c; break;
        case 'u': {
          HVSH_TRY(const char16_t unit, four_digits());
          std::u16string units(1, unit);
          if (unit >= 0xd800 && unit < 0xdc00 && text_.substr(at_, 2) == "\\u") {
            at_ += 2;
            HVSH_TRY(const char16_t low, four_digits());
            units += low;
          }
          result += to_utf8(units);
          break;
        }
        default: return wrong(fmt::format("Bad escape sequence: \\{}", c));
      }
    }
  }

  Result<Value> literal() {
    const size_t end = std::min(text_.find_first_of(" \t\r\n,]}/:\"[{", at_), text_.size());
    const std::string_view word = text_.substr(at_, end - at_);
    const auto done = [&](Value result) {
      at_ = end;
      return result;
    };
    if (word == "true") return done(Value::boolean(true));
    if (word == "false") return done(Value::boolean(false));
    if (word == "null") return done(Value());
    const bool number = !word.empty() && (word[0] == '-' ? word.size() > 1 && word[1] >= '0' && word[1] <= '9'
                                                         : word[0] >= '0' && word[0] <= '9');
    if (number) {
      int64_t whole = 0;
      const auto [stop, code] = std::from_chars(word.data(), word.data() + word.size(), whole);
      if (code == std::errc{} && stop == word.data() + word.size()) {
        return done(Value::integer(whole, IntType::i64));
      }
      double real = 0;
      const auto [real_stop, real_code] = std::from_chars(word.data(), word.data() + word.size(), real);
      if (real_stop == word.data() + word.size() && real_code == std::errc{}) return done(Value::real(real));
    }
    if (word.empty()) return wrong("A value was expected");
    return wrong(fmt::format("Unexpected text encountered while parsing value: {}", word.substr(0, 40)));
  }

  std::string_view text_;
  const JsonReadOptions& options_;
  size_t at_ = 0;
};

}  // namespace

Result<Value> from_json(std::string_view text, const JsonReadOptions& options) {
  return Reader(text, options).document();
}

}  // namespace hvsh
