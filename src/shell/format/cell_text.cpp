#include "shell/format/cell_text.h"

#include "core/convert.h"
#include "core/noun.h"
#include "core/number.h"
#include "core/operators.h"

namespace hvsh::shell {

namespace {

std::string item_text(const Value& value) {
  if (value.kind() == Value::Kind::date_time) return *format_value(value, "G");
  return to_string(value);
}

template <class Items, class Text>
std::string braces(const Items& items, int limit, Text text) {
  std::string result = "{";
  size_t count = 0;
  for (const auto& item : items) {
    if (limit >= 0 && count == static_cast<size_t>(limit)) return result + "…}";
    if (count++ > 0) result += ", ";
    result += text(item);
  }
  return result + "}";
}

}  // namespace

std::string cell_text(const Value& value, int limit) {
  if (value.kind() == Value::Kind::object) {
    if (auto* array = value.as<ArrayObject>()) return braces(array->items, limit, item_text);
    if (auto* list = value.as<ListObject>()) return braces(list->items, limit, item_text);
    if (auto* map = value.as<MapObject>()) {
      return braces(map->entries(), limit, [](const auto& entry) {
        return "[" + item_text(entry.first) + ", " + item_text(entry.second) + "]";
      });
    }
  }
  return item_text(value);
}

bool is_numeric(const Value& value) { return is_number(value); }

}  // namespace hvsh::shell
