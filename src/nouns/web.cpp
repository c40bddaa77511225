#include "nouns/web.h"

#include <fmt/format.h>

#include "core/text.h"

namespace hvsh::nouns {

namespace {

constexpr size_t kMaxElements = 100'000;

// Elements of one name, with their attributes, by a plain scan: pages are rarely well-formed.
std::vector<Value> elements(std::string_view text, std::string_view name, bool with_end) {
  std::vector<Value> found;
  const std::string lower = to_lower(text);
  if (lower.size() != text.size()) return found;
  const std::string begin = "<" + std::string(name), end = "</" + std::string(name) + ">";
  for (size_t at = lower.find(begin); at != std::string::npos && found.size() < kMaxElements;
       at = lower.find(begin, at + 1)) {
    const char next = at + begin.size() < text.size() ? text[at + begin.size()] : '>';
    const size_t close = lower.find('>', at);
    if (close == std::string::npos) break;
    if (next != ' ' && next != '>' && next != '\n' && next != '\t' && next != '/') continue;
    size_t stop = close + 1;
    if (with_end) {
      const size_t last = lower.find(end, close);
      if (last != std::string::npos) stop = last + end.size();
    }
    auto record = make<RecordObject>();
    record->set("outerHTML", Value::string(text.substr(at, stop - at)));
    record->set("tagName", Value::string(to_upper(name)));
    std::string_view rest = text.substr(at + begin.size(), close - at - begin.size());
    while (!rest.empty()) {
      const size_t equals = rest.find('=');
      if (equals == std::string_view::npos) break;
      std::string_view key = rest.substr(0, equals);
      while (!key.empty() &&
             (key.front() == ' ' || key.front() == '\n' || key.front() == '\t' || key.front() == '/'))
        key.remove_prefix(1);
      while (!key.empty() && key.back() == ' ') key.remove_suffix(1);
      if (const size_t blank = key.rfind(' '); blank != std::string_view::npos) key.remove_prefix(blank + 1);
      rest.remove_prefix(equals + 1);
      while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
      const bool quoted = !rest.empty() && (rest.front() == '"' || rest.front() == '\'');
      const char mark = quoted ? rest.front() : ' ';
      if (quoted) rest.remove_prefix(1);
      const size_t length = std::min(rest.find(mark), rest.size());
      if (!key.empty()) record->set(key, Value::string(rest.substr(0, length)));
      rest.remove_prefix(std::min(length + 1, rest.size()));
    }
    found.push_back(Value::object(record));
  }
  return found;
}

}  // namespace

Value WebResponse::headers() const {
  auto map = make<MapObject>(true);
  for (const auto& [name, value] : header_lines) {
    std::vector<Value> values;
    if (const Value* known = map->find(std::string_view(name))) values = to_items(*known);
    values.push_back(Value::string(value));
    map->set(name, Value::object(make<ArrayObject>(std::move(values), &types::String)));
  }
  return Value::object(map);
}

std::string WebResponse::raw_content() const {
  std::string text = fmt::format("HTTP/1.1 {} {}\r\n", status, reason);
  for (const auto& [name, value] : header_lines) text += name + ": " + value + "\r\n";
  return text + "\r\n" + content;
}

Value WebResponse::links() const { return Value::array(elements(content, "a", true)); }
Value WebResponse::images() const { return Value::array(elements(content, "img", false)); }

}  // namespace hvsh::nouns
