#include "shell/format/format_command.h"

#include <fmt/format.h>

#include "core/dictionary_entry.h"
#include "core/operators.h"
#include "shell/format/cell_text.h"
#include "shell/format/custom_text.h"

namespace hvsh::shell {

namespace {

constexpr std::string_view kGroupKeys[] = {"FormatString"};

// A property's title is spelled as the object spells it.
std::string own_title(const PropertyExpression& column, const Value& object) {
  if (!column.label.empty() || column.block) return column.title();
  for (const PropertyView& view : list_properties(object)) {
    if (equal_names(view.name, column.name)) return std::string(view.name);
  }
  return column.name;
}

LayoutColumn layout_column(const PropertyExpression& column, const Value& object) {
  LayoutColumn result{.label = own_title(column, object), .width = column.width, .exact = column.width > 0};
  if (column.alignment == "left") result.align = Align::left;
  if (column.alignment == "right") result.align = Align::right;
  result.centered = column.alignment == "center";
  return result;
}

bool is_collection(const Value& value) {
  return value.is_object(ObjectKind::map) || value.is_object(ObjectKind::array) ||
         value.is_object(ObjectKind::list);
}

std::vector<Value> enumerated(const Value& value) {
  auto* map = value.as<MapObject>();
  if (map == nullptr) return to_items(value);
  std::vector<Value> entries;
  for (const auto& [key, entry] : map->entries()) entries.push_back(noun_value(DictionaryEntry{key, entry}));
  return entries;
}

}  // namespace

Flow FormatCommand::prepare(Context& context, Shape shape, Layout settings,
                            std::span<const std::string_view> keys) {
  shape_ = shape;
  settings_ = std::move(settings);
  settings_.shape = shape;
  preferences_ = context.get<FormatPreferences>();
  for (const Value& value : property) {
    auto expression = parse_property_expression(value, keys);
    if (!expression) return context.terminate(expression.take_error(), value);
    expressions_.push_back(expression.take());
  }
  if (!group_by.is_null()) {
    auto expression = parse_property_expression(group_by, kGroupKeys);
    if (!expression) return context.terminate(expression.take_error(), group_by);
    group_ = expression.take();
    settings_.group_label = group_->title();
  }
  default_view_ = DefaultView(shape, settings_, force.on);
  default_view_.set_enumeration_limit(preferences_.enumeration_limit);
  return Flow::more;
}

Flow FormatCommand::format(Context& context) {
  if (input_object.is_null()) return Flow::more;
  if (!view_name.empty()) {
    return context.terminate({.id = "FormatViewNotFound",
                              .category = ErrorCategory::ObjectNotFound,
                              .message = fmt::format("The view name {} cannot be found.", view_name),
                              .hint = "Name the properties with -Property.",
                              .target = view_name});
  }
  if (is_collection(input_object) && shape_ != Shape::text) return format_collection(context);
  return format_one(context, input_object);
}

Flow FormatCommand::format_collection(Context& context) {
  const std::vector<Value> items = enumerated(input_object);
  const bool core = equal_names(expand, "CoreOnly"), both = equal_names(expand, "Both");
  if (both) {
    const Flow flow = write_text(context, "The following object supports IEnumerable:\n");
    if (flow != Flow::more) return flow;
  }
  if (core || both) {
    if (const Flow flow = write(context, default_view_.object_entry(input_object)); flow != Flow::more)
      return flow;
  }
  if (core) return Flow::more;
  if (both) {
    const auto text = fmt::format("\nThe IEnumerable contains the following {} objects:\n", items.size());
    if (const Flow flow = write_text(context, text); flow != Flow::more) return flow;
  }
  for (const Value& item : items) {
    if (const Flow flow = format_one(context, item); flow != Flow::more) return flow;
  }
  return Flow::more;
}

Flow FormatCommand::format_one(Context& context, const Value& object) {
  const FormattingPass pass;
  std::vector<Entry> entries;
  const bool as_text = is_own_text(object) && (!force.on || list_properties(object).empty());
  if (shape_ == Shape::text && !as_text) {
    Layout layout = settings_;
    if (!layout_) layout_ = std::make_shared<const Layout>(std::move(layout));
    Entry entry{.layout = layout_,
                .cells = {{.text = custom_text(object, expressions_, depth_, preferences_)}}};
    entries.push_back(std::move(entry));
  } else if (expressions_.empty() || as_text) {
    entries = default_view_.entries(object, {});
  } else {
    Entry entry;
    if (const Flow flow = make_entry(context, object, entry); flow != Flow::more) return flow;
    entries.push_back(std::move(entry));
  }
  if (group_ && !as_text) {
    Value value;
    if (const Flow flow = evaluate(context, *group_, object, value); flow != Flow::more) return flow;
    for (Entry& entry : entries) entry.group = cell_of(value, group_->format).text;
  }
  for (Entry& entry : entries) {
    if (const Flow flow = write(context, std::move(entry)); flow != Flow::more) return flow;
  }
  return Flow::more;
}

Flow FormatCommand::finish(Context& context) { return write(context, {}); }

Flow FormatCommand::write(Context& context, Entry entry) {
  return context.write(Value::object(make<FormatObject>(std::move(entry))));
}

Flow FormatCommand::write_text(Context& context, const std::string& text) {
  for (Entry& entry : default_view_.entries(Value::string(text), {})) {
    if (const Flow flow = write(context, std::move(entry)); flow != Flow::more) return flow;
  }
  return Flow::more;
}

Flow FormatCommand::make_entry(Context& context, const Value& object, Entry& entry) {
  // A table keeps the columns that its first object had; a list is made for each object.
  if (shape_ == Shape::list || !layout_) {
    columns_.clear();
    for (const PropertyExpression& expression : expressions_) {
      for (PropertyExpression& one : expand_wildcards(expression, object)) columns_.push_back(std::move(one));
    }
  }
  if (!layout_) {
    Layout layout = settings_;
    for (const PropertyExpression& column : columns_) layout.columns.push_back(layout_column(column, object));
    layout_ = std::make_shared<const Layout>(std::move(layout));
  }
  entry.layout = layout_;
  for (const PropertyExpression& column : columns_) {
    Cell cell;
    if (const Flow flow = make_cell(context, object, column, cell); flow != Flow::more) return flow;
    cell.label = own_title(column, object);
    entry.cells.push_back(std::move(cell));
    if (shape_ == Shape::wide) break;
  }
  if (shape_ == Shape::wide && entry.cells.empty()) entry.cells.emplace_back();
  return Flow::more;
}

Flow FormatCommand::make_cell(Context& context, const Value& object, const PropertyExpression& column,
                              Cell& cell) {
  if (!column.block) {
    if (const auto found = get_property(object, column.name); found && found->ok())
      cell = cell_of(**found, column.format);
    return Flow::more;
  }
  // A calculated property that fails leaves its cell empty; the switches say more.
  Value value;
  std::optional<Error> error;
  const Flow flow = context.try_invoke(*column.block, object, value, error);
  cell = cell_of(value, column.format);
  if (!error) return flow;
  if (display_error) cell.text = "#ERR";
  return show_error ? context.error(std::move(*error), object) : Flow::more;
}

Cell FormatCommand::cell_of(const Value& value, const std::string& format) const {
  Cell cell{.text = cell_text(value, preferences_.enumeration_limit), .numeric = is_numeric(value)};
  if (format.empty()) return cell;
  const Value arguments[] = {value};
  auto text = format.find('{') == std::string::npos ? format_value(value, format)
                                                    : format_composite(format, arguments);
  if (text) cell.text = *text;
  return cell;
}

}  // namespace hvsh::shell
