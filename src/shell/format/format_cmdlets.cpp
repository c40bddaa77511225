#include "shell/format/format_cmdlets.h"

#include <fmt/format.h>

#include "core/dictionary_entry.h"
#include "core/operators.h"
#include "core/property_expression.h"
#include "shell/format/cell_text.h"
#include "shell/format/default_view.h"

namespace hvsh::shell {

namespace {

// What the Format cmdlets have in common: -Property, -GroupBy, and entries written as objects.
struct FormatCommand {
  Value input_object = Value::nothing();
  std::vector<Value> property;
  Value group_by;
  std::string view_name;
  Switch show_error, display_error, force;
  std::string expand;

  // `keys`: what a calculated property may say; `settings`: of every layout that is made.
  Flow prepare(Context& context, Shape shape, Layout settings, std::span<const std::string_view> keys) {
    shape_ = shape;
    settings_ = std::move(settings);
    settings_.shape = shape;
    for (const Value& value : property) {
      auto expression = parse_property_expression(value, keys);
      if (!expression) return context.terminate(expression.take_error(), value);
      expressions_.push_back(expression.take());
    }
    if (!group_by.is_null()) {
      auto expression = parse_property_expression(group_by, {});
      if (!expression) return context.terminate(expression.take_error(), group_by);
      group_ = expression.take();
      settings_.group_label = group_->title();
    }
    default_view_ = DefaultView(shape, settings_);
    return Flow::more;
  }

  Flow format(Context& context) {
    if (input_object.is_null()) return Flow::more;
    std::vector<Value> objects{input_object};
    if (auto* map = input_object.as<MapObject>()) {
      objects.clear();
      for (const auto& [key, value] : map->entries())
        objects.push_back(noun_value(DictionaryEntry{key, value}));
    }
    for (const Value& object : objects) {
      if (const Flow flow = format_one(context, object); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  Flow format_one(Context& context, const Value& object) {
    const FormattingPass pass;
    std::vector<Entry> entries;
    if (expressions_.empty()) {
      entries = default_view_.entries(object, {});
    } else {
      Entry entry;
      if (const Flow flow = make_entry(context, object, entry); flow != Flow::more) return flow;
      entries.push_back(std::move(entry));
    }
    if (group_) {
      Value value;
      if (const Flow flow = evaluate(context, *group_, object, value); flow != Flow::more) return flow;
      for (Entry& entry : entries) entry.group = cell_text(value);
    }
    for (Entry& entry : entries) {
      if (const Flow flow = context.write(Value::object(make<FormatObject>(std::move(entry))));
          flow != Flow::more) {
        return flow;
      }
    }
    return Flow::more;
  }

  Flow make_entry(Context& context, const Value& object, Entry& entry) {
    // A table keeps the columns that its first object had; a list is made for each object.
    if (shape_ == Shape::list || !layout_) {
      columns_.clear();
      for (const PropertyExpression& expression : expressions_) {
        for (PropertyExpression& one : expand_wildcards(expression, object))
          columns_.push_back(std::move(one));
      }
    }
    if (!layout_) {
      Layout layout = settings_;
      for (const PropertyExpression& column : columns_)
        layout.columns.push_back(layout_column(column, object));
      layout_ = std::make_shared<const Layout>(std::move(layout));
    }
    entry.layout = layout_;
    for (const PropertyExpression& column : columns_) {
      Cell cell;
      if (column.block) {
        Value value;
        if (const Flow flow = context.invoke(*column.block, object, {}, value); flow != Flow::more)
          return flow;
        cell = cell_of(value, column.format);
      } else if (const auto found = get_property(object, column.name); found && found->ok()) {
        cell = cell_of(**found, column.format);
      }
      cell.label = own_title(column, object);
      entry.cells.push_back(std::move(cell));
      if (shape_ == Shape::wide) break;
    }
    if (shape_ == Shape::wide && entry.cells.empty()) entry.cells.emplace_back();
    return Flow::more;
  }

  static Cell cell_of(const Value& value, const std::string& format) {
    Cell cell{.text = cell_text(value), .numeric = is_numeric(value)};
    if (format.empty()) return cell;
    const Value arguments[] = {value};
    auto text = format.find('{') == std::string::npos ? format_value(value, format)
                                                      : format_composite(format, arguments);
    if (text) cell.text = *text;
    return cell;
  }

  // A property's title is spelled as the object spells it.
  static std::string own_title(const PropertyExpression& column, const Value& object) {
    if (!column.label.empty() || column.block) return column.title();
    for (const PropertyView& view : list_properties(object)) {
      if (equal_names(view.name, column.name)) return std::string(view.name);
    }
    return column.name;
  }

  static LayoutColumn layout_column(const PropertyExpression& column, const Value& object) {
    LayoutColumn result{.label = own_title(column, object), .width = column.width};
    if (column.alignment == "left") result.align = Align::left;
    if (column.alignment == "right") result.align = Align::right;
    result.centered = column.alignment == "center";
    return result;
  }

  Shape shape_ = Shape::table;
  Layout settings_;
  std::vector<PropertyExpression> expressions_;
  std::vector<PropertyExpression> columns_;
  std::optional<PropertyExpression> group_;
  std::shared_ptr<const Layout> layout_;
  DefaultView default_view_;
};

template <class Self>
consteval auto format_params(std::string_view property_help) {
  return std::array{
      param<&FormatCommand::input_object, Self>("InputObject", {.from_pipeline = true}, "Objects to show."),
      param<&FormatCommand::property, Self>("Property", {.position = 0, .wildcards = true}, property_help),
      param<&FormatCommand::group_by, Self>("GroupBy", {},
                                            "Property whose value begins a new group when it changes."),
      param<&FormatCommand::view_name, Self>("View", {}, "Name of another view of the type."),
      param<&FormatCommand::show_error, Self>("ShowError", {}, "Accepted as PowerShell does."),
      param<&FormatCommand::display_error, Self>("DisplayError", {}, "Accepted as PowerShell does."),
      param<&FormatCommand::force, Self>("Force", {}, "Accepted as PowerShell does."),
      param<&FormatCommand::expand, Self>("Expand", {}, "Accepted as PowerShell does."),
  };
}

Flow refuse_view(Context& context, const std::string& view) {
  if (view.empty()) return Flow::more;
  return context.terminate({.id = "FormatViewNotFound",
                            .category = ErrorCategory::ObjectNotFound,
                            .message = fmt::format("The view name {} cannot be found.", view),
                            .hint = "Name the properties with -Property.",
                            .target = view});
}

}  // namespace

struct FormatTable : FormatCommand {
  Switch auto_size, hide_table_headers, repeat_header, wrap;

  static constexpr auto kParams = join(
      format_params<FormatTable>("The columns: names, wildcards or @{Name=; Expression=; Width=; Alignment=; "
                                 "FormatString=}."),
      std::array{
          param<&FormatTable::auto_size>("AutoSize", {}, "As wide as the content (which is the rule here)."),
          param<&FormatTable::repeat_header>("RepeatHeader", {}, "Accepted as PowerShell does."),
          param<&FormatTable::hide_table_headers>("HideTableHeaders", {},
                                                  "Without the two lines at the top."),
          param<&FormatTable::wrap>("Wrap", {}, "Long text goes on in the next line instead of being cut."),
      });
  static constexpr std::string_view kAliases[] = {"ft"};
  static constexpr Example kExamples[] = {
      {"Get-VM | Format-Table Name, State", "*", "Shows two properties of each machine."}};
  static constexpr Decl decl{.verb = "Format",
                             .noun = "Table",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.FormatTableCommand",
                             .synopsis = "Shows objects as a table."};

  Flow begin(Context& context) {
    if (const Flow flow = refuse_view(context, view_name); flow != Flow::more) return flow;
    static constexpr std::string_view kKeys[] = {"Width", "Alignment", "FormatString"};
    return prepare(context, Shape::table, {.hide_headers = hide_table_headers.on, .wrap = wrap.on}, kKeys);
  }
  Flow process(Context& context) { return format(context); }
};
CMDLET(FormatTable);

struct FormatList : FormatCommand {
  static constexpr auto kParams =
      format_params<FormatList>("The lines: names, wildcards or @{Name=; Expression=; FormatString=}.");
  static constexpr std::string_view kAliases[] = {"fl"};
  static constexpr Example kExamples[] = {
      {"Get-VM web01 | Format-List *", "*", "Shows all that is known of a machine."}};
  static constexpr Decl decl{.verb = "Format",
                             .noun = "List",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.FormatListCommand",
                             .synopsis = "Shows objects as lists, one property a line."};

  Flow begin(Context& context) {
    if (const Flow flow = refuse_view(context, view_name); flow != Flow::more) return flow;
    static constexpr std::string_view kKeys[] = {"FormatString"};
    return prepare(context, Shape::list, {}, kKeys);
  }
  Flow process(Context& context) { return format(context); }
};
CMDLET(FormatList);

struct FormatWide : FormatCommand {
  Switch auto_size;
  int32_t column = 0;

  static constexpr auto kParams =
      join(format_params<FormatWide>("The property that is shown: a name or @{Expression=; FormatString=}."),
           std::array{
               param<&FormatWide::auto_size>("AutoSize", {}, "As many columns as fit."),
               param<&FormatWide::column>("Column", {.range = {1, 1000}}, "How many columns."),
           });
  static constexpr std::string_view kAliases[] = {"fw"};
  static constexpr Example kExamples[] = {
      {"Get-VM | Format-Wide", "*", "Shows the names alone, side by side."}};
  static constexpr Decl decl{.verb = "Format",
                             .noun = "Wide",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.FormatWideCommand",
                             .synopsis = "Shows one property of each object, side by side."};

  Flow begin(Context& context) {
    if (const Flow flow = refuse_view(context, view_name); flow != Flow::more) return flow;
    static constexpr std::string_view kKeys[] = {"FormatString"};
    const int columns = column > 0 ? column : auto_size ? 0 : 2;
    return prepare(context, Shape::wide, {.wide_columns = columns}, kKeys);
  }
  Flow process(Context& context) { return format(context); }
};
CMDLET(FormatWide);

std::span<const CmdletEntry> format_cmdlets() {
  static constexpr CmdletEntry kEntries[] = {{"Format-List", &cmdlet_FormatList},
                                             {"Format-Table", &cmdlet_FormatTable},
                                             {"Format-Wide", &cmdlet_FormatWide}};
  return kEntries;
}

}  // namespace hvsh::shell
