#include "shell/format/default_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/convert.h"
#include "core/dictionary_entry.h"
#include "core/extended_members.h"
#include "core/operators.h"
#include "shell/error_view.h"
#include "shell/format/cell_text.h"

namespace hvsh::shell {

namespace {

constexpr size_t kPropertiesInTable = 4;  // more make a list
constexpr size_t kColumnsAtMost = 10;     // of Format-Table without a list of its own

const Noun* noun_of(const Value& value) {
  auto* noun = value.as<AnyNoun>();
  return noun == nullptr ? nullptr : &noun->noun();
}

std::shared_ptr<const Layout> text_layout(bool blank_lines) {
  static const auto plain =
      std::make_shared<const Layout>(Layout{.shape = Shape::text, .blank_lines = false});
  static const auto spaced = std::make_shared<const Layout>(Layout{.shape = Shape::text});
  return blank_lines ? spaced : plain;
}

Entry text_entry(std::string text, bool blank_lines) {
  return {.layout = text_layout(blank_lines), .cells = {{.text = std::move(text)}}};
}

// Views of types that are no nouns, as the engine's own format data has them.
struct BuiltinView {
  const TypeInfo* type;
  Shape shape;
  std::span<const Column> columns;
};
constexpr Column kVersionColumns[] = {{.property = "Major", .width = 6},
                                      {.property = "Minor", .width = 6},
                                      {.property = "Build", .width = 6},
                                      {.property = "Revision", .width = 8}};
constexpr Column kTypeColumns[] = {{.property = "IsPublic", .width = 8},
                                   {.property = "IsSerializable", .label = "IsSerial", .width = 8},
                                   {.property = "Name", .width = 40},
                                   {.property = "BaseType"}};
constexpr Column kSpanColumns[] = {{"Days"},         {"Hours"},        {"Minutes"},          {"Seconds"},
                                   {"Milliseconds"}, {"Ticks"},        {"TotalDays"},        {"TotalHours"},
                                   {"TotalMinutes"}, {"TotalSeconds"}, {"TotalMilliseconds"}};
constexpr BuiltinView kBuiltin[] = {
    {&types::Version, Shape::table, kVersionColumns},
    {&types::RuntimeType, Shape::table, kTypeColumns},
    {&types::TimeSpan, Shape::list, kSpanColumns},
    {&types::TimeSpan, Shape::table, std::span(kSpanColumns).first(5)},
};

// Nouns that are shown as their own text.
constexpr std::string_view kShownAsText[] = {"Microsoft.PowerShell.Commands.MatchInfo"};

bool is_shown_as_text(const Value& value) {
  const Noun* noun = noun_of(value);
  return noun != nullptr && std::find(std::begin(kShownAsText), std::end(kShownAsText), noun->type.name) !=
                                std::end(kShownAsText);
}

// The view in the wanted shape, else the first of the type.
const BuiltinView* builtin_view(const Value& value, std::optional<Shape> wanted) {
  const BuiltinView* first = nullptr;
  for (const BuiltinView& view : kBuiltin) {
    if (&value.type() != view.type) continue;
    if (!wanted || view.shape == *wanted) return &view;
    if (first == nullptr) first = &view;
  }
  return first;
}

std::vector<std::string> all_properties(const Value& value) {
  std::vector<std::string> names;
  for (const PropertyView& view : list_properties(value)) {
    if (!view.costly) names.emplace_back(view.name);
  }
  return names;
}

Value in_unit(const Value& value, Unit unit) {
  if (unit == Unit::none || !is_numeric(value)) return value;
  auto divided = divide(value, Value::integer(unit == Unit::mebi ? 1 << 20 : 1 << 30));
  return divided ? *divided : value;
}

// "0.041", "1:02.500", "3:04:05.006": as the view of the history has it.
std::string short_span(TimeSpan span) {
  const int64_t thousandths = span.ticks / (kTicksPerSecond / 1000);
  const int64_t seconds = thousandths / 1000, minutes = seconds / 60, hours = minutes / 60;
  const std::string rest = fmt::format(".{:03}", thousandths % 1000);
  if (hours > 0) return fmt::format("{}:{:02}:{:02}{}", hours, minutes % 60, seconds % 60, rest);
  if (minutes > 0) return fmt::format("{}:{:02}{}", minutes, seconds % 60, rest);
  return fmt::format("{}{}", seconds, rest);
}

// A column may show a property of a property: ParentAdapter.VMName.
Cell column_cell(const Value& object, const Column& column, int limit) {
  if (const size_t dot = column.property.find('.'); dot != std::string_view::npos) {
    const auto owner = get_property(object, column.property.substr(0, dot));
    if (!owner || !owner->ok()) return {};
    Column rest = column;
    rest.property.remove_prefix(dot + 1);
    return column_cell(**owner, rest, limit);
  }
  const auto found = get_property(object, column.property);
  if (!found || !found->ok()) return {};
  if ((**found).is_null()) return {.text = std::string(column.null_text)};
  const Value value = in_unit(**found, column.unit);
  if (value.kind() == Value::Kind::time_span && column.property == "Duration")
    return {.text = short_span(value.as_time_span())};
  return {.text = cell_text(value, limit), .numeric = is_numeric(value)};
}

}  // namespace

bool is_own_text(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::boolean:
    case Value::Kind::character:
    case Value::Kind::integer:
    case Value::Kind::real:
    case Value::Kind::enumeration: return true;
    case Value::Kind::object: break;
    default: return false;
  }
  const ObjectKind kind = value.as_object()->kind();
  return kind == ObjectKind::string || kind == ObjectKind::decimal || kind == ObjectKind::script_block ||
         kind == ObjectKind::error_record || kind == ObjectKind::other;
}

Cell property_cell(const Value& object, std::string_view name, int limit) {
  const auto found = get_property(object, name);
  if (!found || !found->ok()) return {.label = std::string(name)};
  return {.label = std::string(name), .text = cell_text(**found, limit), .numeric = is_numeric(**found)};
}

std::vector<std::string> default_properties(const Value& value, Shape shape) {
  std::vector<std::string> names;
  if (names = display_properties(value); !names.empty()) {
    if (shape == Shape::wide) names.resize(1);
    return names;
  }
  if (value.is_object(ObjectKind::map)) return {"Keys", "Values", "Count"};
  if (const Noun* noun = noun_of(value)) {
    if (shape == Shape::list && !noun->list.empty()) return {noun->list.begin(), noun->list.end()};
  }
  if (shape == Shape::wide) {
    if (get_property(value, "Name")) return {"Name"};
    names = all_properties(value);
    names.resize(std::min<size_t>(names.size(), 1));
    return names;
  }
  names = all_properties(value);
  if (shape == Shape::table && names.size() > kColumnsAtMost) names.resize(kColumnsAtMost);
  return names;
}

const DefaultView::View& DefaultView::view_for(const Value& value) {
  const Noun* noun = noun_of(value);
  const BuiltinView* builtin = builtin_view(value, forced_);
  // Nouns that share one table are one kind: files and folders.
  std::string key = type_names(value)[0];
  if (noun != nullptr && !noun->table.empty()) {
    key = std::to_string(reinterpret_cast<uintptr_t>(noun->table.data()));
  }
  if (current_ && current_->key == key) {
    const bool declared = noun != nullptr || builtin != nullptr || current_->layout->shape == Shape::list;
    if (declared) return *current_;
    // An ad-hoc object stays in the table of the ones before it when it has any of its columns.
    for (const std::string& name : current_->names) {
      if (get_property(value, name)) return *current_;
    }
  }
  auto view = std::make_shared<View>();
  view->key = std::move(key);
  Layout layout = settings_;
  const std::span<const Column> columns = noun != nullptr      ? noun->table
                                          : builtin != nullptr ? builtin->columns
                                                               : std::span<const Column>();
  const bool is_list = builtin != nullptr && builtin->shape == Shape::list;
  if (!columns.empty() && !is_list && forced_.value_or(Shape::table) == Shape::table) {
    fill_declared(*view, layout, columns);
    if (noun != nullptr && !noun->group_by.empty() && layout.group_label.empty()) {
      view->group_by = noun->group_by;
      layout.group_label = noun->group_label.empty() ? noun->group_by : noun->group_label;
      // Views with words of their own stand one column further in: "    Directory: /srv".
      layout.group_indent = noun->group_label.empty() ? 3 : 4;
    }
  } else {
    fill_by_properties(*view, layout, value);
  }
  view->layout = std::make_shared<const Layout>(std::move(layout));
  current_ = std::move(view);
  return *current_;
}

void DefaultView::fill_declared(View& view, Layout& layout, std::span<const Column> columns) const {
  layout.shape = Shape::table;
  view.columns.assign(columns.begin(), columns.end());
  for (const Column& column : columns) {
    // A declared column stands on the left unless it says otherwise, as in format data.
    layout.columns.push_back({.label = std::string(column.label.empty() ? column.property : column.label),
                              .width = column.width,
                              .align = column.align == Align::automatic ? Align::left : column.align});
  }
}

void DefaultView::fill_by_properties(View& view, Layout& layout, const Value& value) const {
  const Noun* noun = noun_of(value);
  const BuiltinView* builtin = builtin_view(value, forced_);
  const bool declared_list = builtin != nullptr || (noun != nullptr && !noun->list.empty());
  if (builtin != nullptr) {
    for (const Column& column : builtin->columns) view.names.emplace_back(column.property);
  } else {
    view.names = default_properties(value, forced_.value_or(declared_list ? Shape::list : Shape::text));
  }
  layout.shape =
      forced_.value_or(declared_list || view.names.size() > kPropertiesInTable ? Shape::list : Shape::table);
  if (layout.shape == Shape::table) {
    for (const std::string& name : view.names) layout.columns.push_back({.label = name});
  }
}

Entry DefaultView::object_entry(const Value& value) {
  const View& view = view_for(value);
  Entry entry{.layout = view.layout, .cells = {}};
  for (const Column& column : view.columns)
    entry.cells.push_back(column_cell(value, column, enumeration_limit_));
  if (view.columns.empty()) {
    // A list shows each object's own properties, where it is not a declared one.
    const bool ad_hoc = view.layout->shape == Shape::list && value.is_object(ObjectKind::record);
    const std::vector<std::string> own = ad_hoc ? all_properties(value) : std::vector<std::string>();
    for (const std::string& name : ad_hoc ? own : view.names)
      entry.cells.push_back(property_cell(value, name, enumeration_limit_));
  }
  if (!view.group_by.empty()) entry.group = property_cell(value, view.group_by, enumeration_limit_).text;
  return entry;
}

std::vector<Entry> DefaultView::collection_entries(const Value& value, const ErrorText& error_text) {
  std::vector<Entry> result;
  for (const Value& item : to_items(value)) {
    // One level is opened; what is nested deeper is shown in braces.
    const bool nested = item.is_object(ObjectKind::array) || item.is_object(ObjectKind::list);
    if (nested) {
      result.push_back(text_entry(cell_text(item, enumeration_limit_), false));
      continue;
    }
    for (Entry& entry : entries(item, error_text)) result.push_back(std::move(entry));
  }
  return result;
}

std::vector<Entry> DefaultView::entries(const Value& value, const ErrorText& error_text) {
  if (value.is_null()) return {};
  if (auto* format = value.as<FormatObject>()) return {format->entry};
  if (is_own_text(value) && !(forced_ && all_ && !list_properties(value).empty())) {
    auto* record = value.as<ErrorRecordObject>();
    if (record == nullptr) return {text_entry(to_string(value), false)};
    return {text_entry(error_text ? error_text(*record) : record->error.message, false)};
  }
  if (is_shown_as_text(value) && !forced_) return {text_entry(to_string(value), true)};
  if (value.kind() == Value::Kind::date_time && !forced_)
    return {text_entry(value.as_date_time().to_long_string(), true)};
  if (value.is_object(ObjectKind::array) || value.is_object(ObjectKind::list))
    return collection_entries(value, error_text);
  std::vector<Entry> result;
  if (auto* map = value.as<MapObject>()) {
    for (const auto& [key, entry] : map->entries()) {
      result.push_back(object_entry(noun_value(DictionaryEntry{key, entry})));
    }
    return result;
  }
  if (auto* record = value.as<RecordObject>(); record != nullptr && !forced_) {
    if (record->shape().size() == 0) return {};
    if (!record->type_names.empty() && record->type_names[0] == kExtendedErrorType)
      return {text_entry(detailed_view(value), false)};
  }
  result.push_back(object_entry(value));
  return result;
}

}  // namespace hvsh::shell
