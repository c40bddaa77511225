#pragma once
// What the Format cmdlets have in common: -Property, -GroupBy, -Expand, and entries written as objects.
#include <optional>
#include <string>
#include <vector>

#include "core/cmdlet.h"
#include "core/property_expression.h"
#include "shell/format/default_view.h"
#include "shell/format/preferences.h"

namespace hvsh::shell {

struct FormatCommand {
  Value input_object = Value::nothing();
  std::vector<Value> property;
  Value group_by;
  std::string view_name;
  Switch show_error, display_error, force;
  std::string expand;

  // `keys`: what a calculated property may say; `settings`: of every layout that is made.
  Flow prepare(Context& context, Shape shape, Layout settings, std::span<const std::string_view> keys);
  Flow format(Context& context);
  Flow finish(Context& context);

 protected:
  int depth_ = 5;  // of Format-Custom

 private:
  Flow format_collection(Context& context);
  Flow format_one(Context& context, const Value& object);
  Flow make_entry(Context& context, const Value& object, Entry& entry);
  Flow make_cell(Context& context, const Value& object, const PropertyExpression& column, Cell& cell);
  Cell cell_of(const Value& value, const std::string& format) const;
  Flow write(Context& context, Entry entry);
  Flow write_text(Context& context, const std::string& text);

  Shape shape_ = Shape::table;
  Layout settings_;
  FormatPreferences preferences_;
  std::vector<PropertyExpression> expressions_;
  std::vector<PropertyExpression> columns_;
  std::optional<PropertyExpression> group_;
  std::shared_ptr<const Layout> layout_;
  DefaultView default_view_;
};

inline constexpr std::string_view kExpansions[] = {"CoreOnly", "EnumOnly", "Both"};

template <class Self>
consteval auto format_params(std::string_view property_help) {
  return std::array{
      param<&FormatCommand::input_object, Self>("InputObject", {.from_pipeline = true}, "Objects to show."),
      param<&FormatCommand::property, Self>("Property", {.position = 0, .wildcards = true}, property_help),
      param<&FormatCommand::group_by, Self>("GroupBy", {},
                                            "Property whose value begins a new group when it changes."),
      param<&FormatCommand::view_name, Self>("View", {}, "Name of another view of the type."),
      param<&FormatCommand::show_error, Self>("ShowError", {},
                                              "Errors of calculated properties are reported."),
      param<&FormatCommand::display_error, Self>("DisplayError", {},
                                                 "A calculated property that fails is shown as #ERR."),
      param<&FormatCommand::force, Self>(
          "Force", {}, "Properties of errors, text and numbers too, instead of themselves."),
      param<&FormatCommand::expand, Self>(
          "Expand", {.values = kExpansions},
          "A collection's items (EnumOnly), itself (CoreOnly), or both (Both)."),
  };
}

}  // namespace hvsh::shell
