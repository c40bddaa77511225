#pragma once
// How an object is shown when nobody said how (engine-semantics 1.5): the noun's table or list, plain text
// for scalars, else a table of up to four properties and a list of more. The choice is made for the first
// object and kept while objects of the same kind follow.
#include <functional>
#include <string>
#include <vector>

#include "core/object.h"
#include "shell/format/entry.h"

namespace hvsh::shell {

// What Get-Error gives: drawn as $ErrorView's DetailedView.
inline constexpr std::string_view kExtendedErrorType =
    "System.Management.Automation.ErrorRecord#PSExtendedError";

using ErrorText = std::function<std::string(const ErrorRecordObject&)>;

class DefaultView {
 public:
  DefaultView() = default;
  // Always this shape, with the layout's other settings taken from `settings` (Format-Table -Wrap).
  // `all`: also of what prints as its own text otherwise (-Force).
  DefaultView(Shape shape, Layout settings, bool all)
      : forced_(shape), all_(all), settings_(std::move(settings)) {}

  // Entries for one object: one, several for a hashtable or a nested array, none for $null.
  // `error_text` draws error records.
  std::vector<Entry> entries(const Value& value, const ErrorText& error_text);
  // The entry of one object that is shown by its properties, whatever it is.
  Entry object_entry(const Value& value);
  // $FormatEnumerationLimit, for the cells to come.
  void set_enumeration_limit(int limit) { enumeration_limit_ = limit; }
  // Forgets the view that is kept, so that the next object chooses anew.
  void reset() { current_ = nullptr; }

 private:
  struct View {
    std::string key;  // what objects of the view have in common
    std::shared_ptr<const Layout> layout;
    std::vector<Column> columns;     // of a table
    std::vector<std::string> names;  // the columns' properties, or the list's
    std::string group_by;
  };
  const View& view_for(const Value& value);
  void fill_declared(View& view, Layout& layout, std::span<const Column> columns) const;
  void fill_by_properties(View& view, Layout& layout, const Value& value) const;
  std::vector<Entry> collection_entries(const Value& value, const ErrorText& error_text);

  std::optional<Shape> forced_;
  bool all_ = false;
  int enumeration_limit_ = 4;
  Layout settings_;
  std::shared_ptr<const View> current_;
};

// The properties that `Format-Table` and `Format-List` without -Property show.
std::vector<std::string> default_properties(const Value& value, Shape shape);
// Reads a property as a cell; a property that is missing or cannot be read is an empty one.
Cell property_cell(const Value& object, std::string_view name, int enumeration_limit);
// True for what prints as its own text, among rows of a table too: numbers, strings, enumerations, and
// errors.
bool is_own_text(const Value& value);

}  // namespace hvsh::shell
