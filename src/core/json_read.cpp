#include <fmt/format.h>

#include <charconv>

#include "core/convert.h"
#include "core/json.h"
#include "core/text.h"
#include "core/word_cache.h"

namespace hvsh {

namespace {

// Reads straight into objects: one pass, no tree in between. Rows of a table are alike, so each object is
// first taken for one of the last shape on its level; while that holds, no name is looked up or copied.
class Reader {
 public:
  // What one text teaches about the next: lines of JSON are read one by one, and are alike.
  struct Memory {
    std::vector<Shape::Pointer> shapes;  // of the last record on each level
    WordCache words;
  };

  Reader(std::string_view text, const JsonReadOptions& options, Memory& memory)
      : text_(text), options_(options), shapes_(memory.shapes), words_(memory.words) {}

  Result<Value> document() {
    if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
    Value result;
    if (!skip()) return *std::move(error_);
    if (at_ == text_.size()) return result;
    if (!value(0, result) || !skip()) return *std::move(error_);
    if (at_ == text_.size()) return result;
    (void)wrong("Additional text encountered after finished reading JSON content");
    return *std::move(error_);
  }

 private:
  // Everything below returns false when it has set error_.
  bool wrong(std::string_view what) {
    size_t line = 1, column = 1;
    for (size_t i = 0; i < at_ && i < text_.size(); ++i) {
      ++column;
      if (text_[i] == '\n') ++line, column = 1;
    }
    error_ = Error{.id = "System.ArgumentException",
                   .category = ErrorCategory::NotSpecified,
                   .message = fmt::format("Conversion from JSON failed with error: {}. Line {}, position {}.",
                                          what, line, column),
                   .exception = "System.ArgumentException"};
    return false;
  }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool ended() const { return at_ == text_.size(); }

  // White space and comments.
  bool skip() {
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') continue;
      if (c != '/' || options_.strict) return true;
      const char kind = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
      if (kind != '/' && kind != '*') return true;
      const size_t end = kind == '/' ? text_.find('\n', at_) : text_.find("*/", at_ + 2);
      if (end == std::string_view::npos) {
        if (kind == '*') return wrong("Unexpected end while parsing comment");
        at_ = text_.size();
        return true;
      }
      at_ = kind == '/' ? end : end + 1;
    }
    return true;
  }

  bool value(int level, Value& out) {
    if (level > options_.depth) {
      return wrong(fmt::format("The maximum depth of {} has been exceeded", options_.depth));
    }
    switch (peek()) {
      case '{': return options_.as_hashtable ? map(level, out) : record(level, out);
      case '[': return array(level, out);
      case '\'':
        if (options_.strict) return literal(out);
        return string_value(out);
      case '"': return string_value(out);
      default: return literal(out);
    }
  }

  // The name of the next property with the colon behind it; at the object's end `more` is false.
  bool property(bool first, std::string_view& name, bool& more) {
    if (!first) {
      if (!skip()) return false;
      if (ended()) return wrong("Unexpected end when reading an object");
      if (peek() == '}') {
        ++at_;
        more = false;
        return true;
      }
      if (peek() != ',') return wrong("',' or '}' was expected after a value");
      ++at_;
    }
    if (!skip()) return false;
    if (ended()) return wrong("Unexpected end when reading an object");
    if (peek() == '}' && (first || !options_.strict)) {
      ++at_;
      more = false;
      return true;
    }
    if (!property_name(name) || !skip()) return false;
    if (peek() != ':') return wrong("':' was expected after a property name");
    ++at_;
    return skip();
  }

  bool map(int level, Value& out) {
    ++at_;
    auto map = make<MapObject>(true);
    for (bool first = true, more = true;; first = false) {
      std::string_view name;
      if (!property(first, name, more)) return false;
      if (!more) break;
      const Value key = Value::string(name);
      Value item;
      if (!value(level + 1, item)) return false;
      map->set(key, std::move(item));
    }
    out = Value::object(map);
    return true;
  }

  bool record(int level, Value& out) {
    ++at_;
    const size_t begin = values_.size();
    if (shapes_.size() <= static_cast<size_t>(level))
      shapes_.resize(static_cast<size_t>(level) + 1, Shape::empty());
    const Shape::Pointer guess = shapes_[static_cast<size_t>(level)];
    Shape::Pointer shape;  // null while the names are those of the guess
    for (bool first = true, more = true;; first = false) {
      std::string_view name;
      if (!property(first, name, more)) return false;
      if (!more) break;
      const size_t count = values_.size() - begin;
      size_t place = count;
      if (shape == nullptr && !(count < guess->size() && guess->name(count) == name)) {
        shape = prefix_of(guess, count);
      }
      if (shape != nullptr && !add_name(shape, name, place)) return false;
      Value item;
      if (!value(level + 1, item)) return false;
      if (place < count) {
        values_[begin + place] = std::move(item);  // the same name again
      } else {
        values_.push_back(std::move(item));
      }
    }
    const size_t count = values_.size() - begin;
    if (shape == nullptr) shape = count == guess->size() ? guess : prefix_of(guess, count);
    const auto from = values_.begin() + static_cast<ptrdiff_t>(begin);
    std::vector<Value> values(std::make_move_iterator(from), std::make_move_iterator(values_.end()));
    values_.resize(begin);
    shapes_[static_cast<size_t>(level)] = shape;
    out = Value::object(make<RecordObject>(std::move(shape), std::move(values)));
    return true;
  }

  static Shape::Pointer prefix_of(const Shape::Pointer& shape, size_t count) {
    Shape::Pointer prefix = Shape::empty();
    for (size_t i = 0; i < count; ++i) prefix = Shape::extend(prefix, shape->name(i));
    return prefix;
  }

  bool add_name(Shape::Pointer& shape, std::string_view name, size_t& place) {
    const auto known = shape->find(name);
    if (!known) {
      shape = Shape::extend(shape, name);
      return true;
    }
    place = *known;
    if (shape->name(place) == name) return true;
    return wrong(
        fmt::format("Cannot convert the JSON string because it has keys that differ in case only, as '{}'; "
                    "use -AsHashtable",
                    name));
  }

  bool array(int level, Value& out) {
    ++at_;
    std::vector<Value> items;
    if (!skip()) return false;
    if (peek() == ']') {
      ++at_;
      out = Value::array({});
      return true;
    }
    while (true) {
      if (!items.empty() && !options_.strict && peek() == ']') break;
      if (!value(level + 1, items.emplace_back()) || !skip()) return false;
      if (ended()) return wrong("Unexpected end when reading an array");
      if (peek() == ']') break;
      if (peek() != ',') return wrong("',' or ']' was expected after a value");
      ++at_;
      if (!skip()) return false;
    }
    ++at_;
    out = Value::array(std::move(items));
    return true;
  }

  bool string_value(Value& out) {
    std::string_view text;
    if (!string(text)) return false;
    // A date that JSON writers make: 2026-11-22T17:00:00, with a fraction, Z or an offset.
    const bool date = text.size() >= 19 && text.size() <= 33 && text[4] == '-' && text[7] == '-' &&
                      text[10] == 'T' && text[13] == ':' && text[16] == ':';
    if (date) {
      if (auto time = DateTime::parse(text)) {
        out = Value::date_time(text.back() == 'Z' ? time->to_utc() : *time);
        return true;
      }
    }
    out = words_.string(text);
    return true;
  }

  bool four_digits(char16_t& unit) {
    uint32_t number = 0;
    if (at_ + 4 > text_.size()) return wrong("Unexpected end while parsing a Unicode escape");
    const char* begin = text_.data() + at_;
    const auto [end, code] = std::from_chars(begin, begin + 4, number, 16);
    if (code != std::errc{} || end != begin + 4) return wrong("A Unicode escape has four hexadecimal digits");
    at_ += 4;
    unit = static_cast<char16_t>(number);
    return true;
  }

  bool property_name(std::string_view& out) {
    if (peek() == '"' || (peek() == '\'' && !options_.strict)) return string(out);
    const size_t end = std::min(text_.find_first_of(" \t\r\n:,{}[]\"'/", at_), text_.size());
    if (options_.strict || end == at_) return wrong("A property name in double quotes was expected");
    out = text_.substr(at_, end - at_);
    at_ = end;
    return true;
  }

  // `out` is valid until the next call: a part of the text where nothing is escaped, else in unescaped_.
  bool string(std::string_view& out) {
    const char quote = text_[at_];
    const size_t begin = ++at_;
    while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\\') ++at_;
    out = text_.substr(begin, at_ - begin);
    if (peek() == quote) {
      ++at_;
      return true;
    }
    unescaped_ = out;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == quote) {
        out = unescaped_;
        return true;
      }
      if (c != '\\') {
        unescaped_ += c;
      } else if (!escape()) {
        return false;
      }
    }
    at_ = begin;
    return wrong("Unterminated string");
  }

  bool escape() {
    if (ended()) return wrong("Unterminated string");
    const char c = text_[at_++];
    switch (c) {
      case 'n': unescaped_ += '\n'; return true;
      case 't': unescaped_ += '\t'; return true;
      case 'r': unescaped_ += '\r'; return true;
      case 'b': unescaped_ += '\b'; return true;
      case 'f': unescaped_ += '\f'; return true;
      case '"':
      case '\'':
      case '\\':
      case '/': unescaped_ += c; return true;
      case 'u': break;
      default: return wrong(fmt::format("Bad escape sequence: \\{}", c));
    }
    char16_t unit = 0, low = 0;
    if (!four_digits(unit)) return false;
    std::u16string units(1, unit);
    if (unit >= 0xd800 && unit < 0xdc00 && text_.substr(at_, 2) == "\\u") {
      at_ += 2;
      if (!four_digits(low)) return false;
      units += low;
    }
    unescaped_ += to_utf8(units);
    return true;
  }

  bool literal(Value& out) {
    const size_t end = std::min(text_.find_first_of(" \t\r\n,]}/:\"[{", at_), text_.size());
    const std::string_view word = text_.substr(at_, end - at_);
    const auto done = [&](Value result) {
      at_ = end;
      out = std::move(result);
      return true;
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
  std::optional<Error> error_;
  std::string unescaped_;
  std::vector<Value> values_;  // of the records that are being read, the innermost last
  std::vector<Shape::Pointer>& shapes_;
  WordCache& words_;
};

}  // namespace

Result<Value> from_json(std::string_view text, const JsonReadOptions& options) {
  static thread_local Reader::Memory memory;
  return Reader(text, options, memory).document();
}

}  // namespace hvsh
