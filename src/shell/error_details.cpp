// DetailedView and Get-Error: an error record as a tree of its properties.
#include <algorithm>

#include "core/convert.h"
#include "core/noun.h"
#include "core/text.h"
#include "shell/error_view.h"

namespace hvsh::shell {

namespace {

constexpr int kDepthAtMost = 10;

bool has_properties(const Value& value) {
  if (value.is_object(ObjectKind::error_record)) return true;
  // What says itself in a line is a line: CategoryInfo.
  if (value.is_object(ObjectKind::record) || value.is_object(ObjectKind::noun)) {
    const std::string type = type_names(value)[0];
    return !type.ends_with("Info") || type.ends_with("InvocationInfo");
  }
  return false;
}

bool is_empty(const Value& value) {
  if (value.is_null()) return true;
  if (value.is_string()) return value.as_string().empty();
  if (auto* map = value.as<MapObject>()) return map->size() == 0;
  const bool items = value.is_object(ObjectKind::array) || value.is_object(ObjectKind::list);
  return items && to_items(value).empty();
}

void add_lines(std::string& text, std::string_view value, size_t indent) {
  for (size_t begin = 0;;) {
    const size_t end = std::min(value.find('\n', begin), value.size());
    text.append(value.substr(begin, end - begin)).append("\n");
    if (end == value.size()) return;
    text.append(indent, ' ');
    begin = end + 1;
  }
}

struct Line {
  std::string name;
  Value value;
};

std::vector<Line> lines_of(const Value& object) {
  std::vector<Line> lines;
  const std::string type = type_names(object)[0];
  if (type.ends_with("Exception")) lines.push_back({"Type", Value::string(type)});
  for (const PropertyView& property : list_properties(object)) {
    const auto found = get_property(object, property.name);
    if (found && found->ok() && !is_empty(**found)) lines.push_back({std::string(property.name), **found});
  }
  return lines;
}

void add_object(std::string& text, const Value& object, size_t indent, int depth) {
  const std::vector<Line> lines = lines_of(object);
  size_t width = 0;
  for (const Line& line : lines) width = std::max(width, display_width(line.name));
  for (const Line& line : lines) {
    text.append(indent, ' ').append(line.name).append(width - display_width(line.name), ' ').append(" : ");
    if (has_properties(line.value) && depth < kDepthAtMost) {
      text += "\n";
      add_object(text, line.value, indent + 4, depth + 1);
    } else {
      add_lines(text, to_string(line.value), indent + width + 3);
    }
  }
}

}  // namespace

std::string detailed_view(const Value& record) {
  std::string text = "\n";
  add_object(text, record, 0, 0);
  return text;
}

}  // namespace hvsh::shell
