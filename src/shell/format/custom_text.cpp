#include "shell/format/custom_text.h"

#include "core/convert.h"
#include "core/dictionary_entry.h"
#include "shell/format/cell_text.h"
#include "shell/format/default_view.h"

namespace hvsh::shell {

namespace {

class Tree {
 public:
  Tree(int depth, int limit) : depth_(depth), limit_(limit) {}

  void add(const Value& value, std::span<const std::string> names, int level) {
    if (is_leaf(value, level)) {
      line(cell_text(value, limit_));
    } else if (is_collection(value)) {
      add_items(value, level);
    } else {
      add_object(value, names, level);
    }
  }
  std::string take() {
    if (!text_.empty()) text_.pop_back();  // whoever prints ends the last line
    return std::move(text_);
  }

 private:
  static bool is_collection(const Value& value) {
    return value.is_object(ObjectKind::array) || value.is_object(ObjectKind::list) ||
           value.is_object(ObjectKind::map);
  }
  bool is_leaf(const Value& value, int level) const {
    return value.is_null() || level > depth_ || is_own_text(value) ||
           value.kind() == Value::Kind::date_time || value.kind() == Value::Kind::time_span;
  }

  void add_items(const Value& value, int level) {
    std::vector<Value> items;
    if (auto* map = value.as<MapObject>()) {
      for (const auto& [key, entry] : map->entries())
        items.push_back(noun_value(DictionaryEntry{key, entry}));
    } else {
      items = to_items(value);
    }
    line("[");
    indent_ += 2;
    int count = 0;
    for (const Value& item : items) {
      if (limit_ >= 0 && count++ == limit_) {
        line("…");
        break;
      }
      add(item, {}, level + 1);
    }
    indent_ -= 2;
    line("]");
  }

  void add_object(const Value& value, std::span<const std::string> names, int level) {
    const std::string type = type_names(value)[0];
    line("class " + type.substr(type.rfind('.') + 1));
    line("{");
    indent_ += 2;
    std::vector<std::string> all;
    if (names.empty()) {
      all = default_properties(value, Shape::list);
      names = all;
    }
    for (const std::string& name : names) add_property(value, name, level);
    indent_ -= 2;
    line("}");
  }

  void add_property(const Value& object, const std::string& name, int level) {
    const auto found = get_property(object, name);
    const Value value = found && found->ok() ? **found : Value::null();
    if (is_leaf(value, level + 1)) {
      line(name + " = " + cell_text(value, limit_));
      return;
    }
    line(name + " = ");
    indent_ += 2;
    add(value, {}, level + 1);
    indent_ -= 2;
    if (is_collection(value)) text_ += "\n";
  }

  void line(std::string_view text) { text_.append(indent_, ' ').append(text).append("\n"); }

  int depth_, limit_;
  size_t indent_ = 0;
  std::string text_;
};

}  // namespace

std::string custom_text(const Value& object, std::span<const PropertyExpression> properties, int depth,
                        const FormatPreferences& preferences) {
  std::vector<std::string> names;
  for (const PropertyExpression& property : properties) {
    for (const PropertyExpression& one : expand_wildcards(property, object)) names.push_back(one.name);
  }
  Tree tree(depth, preferences.enumeration_limit);
  tree.add(object, names, 0);
  return tree.take();
}

}  // namespace hvsh::shell
