#pragma once
// What is to be drawn: a layout, shared by all objects of one view, and one entry per object. Format-Table
// and its like write entries down the pipeline as objects; whoever prints draws them.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/noun.h"

namespace hvsh::shell {

enum class Shape : uint8_t { table, list, wide, text };

struct LayoutColumn {
  std::string label;
  int width = 0;                   // 0: as wide as its content
  Align align = Align::automatic;  // numbers right, all else left
  bool centered = false;
  bool exact = false;  // the width is the user's own
};

struct Layout {
  Shape shape = Shape::text;
  std::vector<LayoutColumn> columns = {};  // of a table
  bool hide_headers = false;
  bool wrap = false;
  bool repeat_header = false;
  int wide_columns = 0;     // 0: as many as fit
  bool blank_lines = true;  // around a text
  std::string group_label = {};
  int group_indent = 3;
};

struct Cell {
  std::string label = {};  // of a list's line; a table's are in the layout
  std::string text = {};
  bool numeric = false;
};

struct Entry {
  std::shared_ptr<const Layout> layout;  // null: what was begun is at its end
  std::vector<Cell> cells;
  std::optional<std::string> group = {};  // the value that the layout groups by
};

// An entry as a pipeline object.
class FormatObject final : public HeapObject {
 public:
  static constexpr TypeInfo kType{"Microsoft.PowerShell.Commands.Internal.Format.FormatEntryData",
                                  "FormatEntryData"};
  explicit FormatObject(Entry entry) : HeapObject(ObjectKind::other), entry(std::move(entry)) {}
  const TypeInfo& type() const override { return kType; }
  Entry entry;
};

}  // namespace hvsh::shell
