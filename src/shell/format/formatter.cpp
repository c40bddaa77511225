#include "shell/format/formatter.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace hvsh::shell {

namespace {

constexpr auto kWaitForRows = std::chrono::milliseconds(300);
constexpr size_t kRowsAtMost = 10'000;  // held back, however fast they come
constexpr size_t kSmallestCut = 4;      // columns that a cut column keeps, or it is left out
constexpr size_t kDefaultWidth = 80;    // of Format-Wide off a terminal

std::string_view first_line(std::string_view text) {
  const size_t end = text.find_first_of("\r\n");
  return end == std::string_view::npos ? text : text.substr(0, end);
}

// A single column has no room for the sign of what is missing.
std::string cut(std::string_view text, size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width <= 1) return std::string(text.substr(0, prefix_of_width(text, width)));
  return std::string(text.substr(0, prefix_of_width(text, width - 1))) + "…";
}

// What stands on the right keeps its end: …6789.
std::string cut_front(std::string_view text, size_t width) {
  const size_t taken = display_width(text);
  if (taken <= width) return std::string(text);
  const std::string_view sign = width > 1 ? "…" : "";
  const size_t kept = width - (width > 1 ? 1 : 0);
  size_t from = prefix_of_width(text, taken - kept);
  while (from < text.size() && display_width(text.substr(from)) > kept) (void)next_code_point(text, from);
  return std::string(sign) + std::string(text.substr(from));
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (size_t begin = 0;;) {
    const size_t end = text.find('\n', begin);
    std::string_view one = text.substr(begin, end == std::string_view::npos ? end : end - begin);
    if (!one.empty() && one.back() == '\r') one.remove_suffix(1);
    lines.emplace_back(one);
    if (end == std::string_view::npos) return lines;
    begin = end + 1;
  }
}

// Breaks at spaces where there are any, else where the width ends.
std::vector<std::string> wrap(std::string_view text, size_t width) {
  std::vector<std::string> result;
  for (const std::string& whole : lines_of(text)) {
    std::string_view rest = whole;
    while (width > 0 && display_width(rest) > width) {
      size_t end = std::max<size_t>(prefix_of_width(rest, width), 1);
      const size_t space = rest.rfind(' ', end);
      size_t next = end;
      if (space != std::string_view::npos && space > 0) {
        end = space;
        next = space + 1;
      }
      result.emplace_back(rest.substr(0, end));
      rest.remove_prefix(next);
    }
    result.emplace_back(rest);
  }
  return result;
}

// A cell shows its first line, and with -Wrap all of them.
size_t cell_width(std::string_view text, bool all_lines) {
  if (!all_lines) {
    const std::string_view first = first_line(text);
    return display_width(first) + (first.size() < text.size() ? 1 : 0);
  }
  size_t width = 0;
  for (const std::string& one : lines_of(text)) width = std::max(width, display_width(one));
  return width;
}

// Not the text that stands among the rows.
bool is_row(const Entry& entry) { return entry.layout->shape != Shape::text; }

std::string spaces(size_t count) { return std::string(count, ' '); }

}  // namespace

void Formatter::line(std::string_view text) {
  output_(text);
  output_("\n");
}

std::string Formatter::colored(const std::string& text, const std::string& style) const {
  return options_.colors && !style.empty() ? style + text + "\x1b[0m" : text;
}

void Formatter::write(const Value& value) {
  std::vector<Entry> entries;
  {
    const FormattingPass pass;
    default_view_.set_enumeration_limit(options_.enumeration_limit);
    entries = default_view_.entries(value, options_.error_text);
  }
  for (Entry& entry : entries) add(std::move(entry));
}

void Formatter::end() {
  end_group();
  default_view_.reset();
}

void Formatter::add(Entry entry) {
  if (!entry.layout) {
    end_group();
    return;
  }
  if (entry.layout->shape == Shape::text && !entry.layout->blank_lines) {
    // Plain text stands between the rows of an open table and does not end it.
    if (layout_ && layout_->shape == Shape::table && !waiting_.empty()) {
      waiting_.push_back(std::move(entry));
      return;
    }
    flush_rows();
    line(entry.cells[0].text);
    return;
  }
  if (layout_ != entry.layout || group_ != entry.group) {
    // Between two groups of one table stands one blank line, between two tables the end's and the begin's.
    const bool same_table = layout_ == entry.layout;
    end_group();
    begin_group(entry, !same_table);
  }
  if (layout_->shape == Shape::list) {
    write_list(entry);
    return;
  }
  if (layout_->shape == Shape::text) {
    line(entry.cells[0].text);
    return;
  }
  if (layout_->shape == Shape::table && header_written_) {
    write_row(entry);
    return;
  }
  if (waiting_.empty()) first_row_ = std::chrono::steady_clock::now();
  waiting_.push_back(std::move(entry));
  if (layout_->shape == Shape::wide) return;
  const bool late = !options_.hold && std::chrono::steady_clock::now() - first_row_ > kWaitForRows;
  if (late || waiting_.size() >= kRowsAtMost) flush_rows();
}

void Formatter::begin_group(const Entry& first, bool blank_line) {
  layout_ = first.layout;
  group_ = first.group;
  header_written_ = false;
  if (blank_line) line("");
  if (group_) {
    line(fmt::format("{}{}: {}", spaces(static_cast<size_t>(layout_->group_indent)), layout_->group_label,
                     *group_));
    line("");
  }
}

void Formatter::end_group() {
  if (!layout_) return;
  flush_rows();
  if (layout_->shape != Shape::list) line("");
  layout_ = nullptr;
  group_.reset();
}

void Formatter::flush_rows() {
  if (waiting_.empty()) return;
  if (layout_->shape == Shape::wide) {
    write_wide();
  } else {
    fit_columns();
    write_table_header();
    for (const Entry& entry : waiting_) {
      is_row(entry) ? write_row(entry) : line(entry.cells[0].text);
    }
  }
  waiting_.clear();
}

// Widths from the rows that wait; on a terminal, columns at the right that do not fit are cut or left out.
void Formatter::fit_columns() {
  const std::vector<LayoutColumn>& columns = layout_->columns;
  widths_.assign(columns.size(), 0);
  right_.assign(columns.size(), false);
  for (size_t i = 0; i < columns.size(); ++i) {
    const LayoutColumn& column = columns[i];
    right_[i] = column.align == Align::right;
    if (column.align == Align::automatic) {
      // By the first row that has something to say.
      const auto shown = std::find_if(waiting_.begin(), waiting_.end(), [i](const Entry& entry) {
        return is_row(entry) && i < entry.cells.size() && !entry.cells[i].text.empty();
      });
      right_[i] = shown != waiting_.end() && shown->cells[i].numeric;
    }
    if (column.width > 0) {
      widths_[i] = static_cast<size_t>(column.width);
      continue;
    }
    widths_[i] = display_width(column.label);
    for (const Entry& entry : waiting_) {
      if (is_row(entry) && i < entry.cells.size())
        widths_[i] = std::max(widths_[i], cell_width(entry.cells[i].text, layout_->wrap));
    }
  }
  visible_ = columns.size();
  if (options_.width <= 0) return;
  const auto available = static_cast<size_t>(options_.width);
  size_t used = 0;
  for (size_t i = 0; i < columns.size(); ++i) {
    const size_t gap = i > 0 ? 1 : 0;
    if (used + gap + widths_[i] <= available) {
      used += gap + widths_[i];
      continue;
    }
    const size_t left = available > used + gap ? available - used - gap : 0;
    visible_ = left >= kSmallestCut || i == 0 ? i + 1 : i;
    if (visible_ == i + 1) widths_[i] = std::max<size_t>(left, 1);
    break;
  }
}

// `last`: of the line; a left-aligned last cell has no blanks behind it.
std::string Formatter::aligned(const std::string& text, size_t column, bool last) const {
  const size_t width = widths_[column];
  const size_t taken = display_width(text);
  const size_t blanks = taken < width ? width - taken : 0;
  if (layout_->columns[column].centered)
    return spaces(blanks / 2) + text + (last ? "" : spaces(blanks - blanks / 2));
  if (right_[column]) return spaces(blanks) + text;
  return last ? text : text + spaces(blanks);
}

std::string Formatter::fitted(const std::string& text, size_t column) const {
  return right_[column] ? cut_front(text, widths_[column]) : cut(text, widths_[column]);
}

void Formatter::write_table_header() {
  header_written_ = true;
  page_rows_ = 0;
  if (layout_->hide_headers) return;
  std::string labels, dashes;
  const bool hidden = visible_ < layout_->columns.size();
  for (size_t i = 0; i < visible_; ++i) {
    const bool last = i + 1 == visible_;
    const std::string label = fitted(layout_->columns[i].label, i);
    if (i > 0) labels += ' ', dashes += ' ';
    labels += aligned(label, i, last);
    dashes += aligned(std::string(std::max<size_t>(display_width(label), 1), '-'), i, last);
  }
  if (hidden && display_width(labels) + 2 <= static_cast<size_t>(options_.width)) labels += " …";
  line(colored(labels, options_.styles.table_header));
  line(colored(dashes, options_.styles.table_header));
}

void Formatter::write_row(const Entry& entry) {
  if (layout_->repeat_header && options_.height > 0 && page_rows_++ >= options_.height - 4) {
    line("");
    write_table_header();
  }
  const bool bounded = options_.width > 0;
  std::vector<std::string> cells;
  for (size_t i = 0; i < visible_ && i < entry.cells.size(); ++i) {
    const std::string& text = entry.cells[i].text;
    if (layout_->wrap) {
      cells.push_back(text);
      continue;
    }
    std::string shown(first_line(text));
    if (shown.size() < text.size()) shown += "…";
    // The last column of a type's own view has no end; one that the user gave a width has.
    const bool fixed = layout_->columns[i].width > 0 && (i + 1 < visible_ || layout_->columns[i].exact);
    cells.push_back(bounded || fixed ? fitted(shown, i) : shown);
  }
  if (layout_->wrap) {
    write_wrapped_row(cells);
    return;
  }
  std::string text;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) text += ' ';
    text += aligned(cells[i], i, i + 1 == cells.size());
  }
  line(text);
}

void Formatter::write_wrapped_row(const std::vector<std::string>& cells) {
  std::vector<std::vector<std::string>> columns;
  size_t height = 0;
  for (size_t i = 0; i < cells.size(); ++i) {
    const bool bounded = options_.width > 0 || layout_->columns[i].width > 0;
    columns.push_back(bounded ? wrap(cells[i], widths_[i]) : lines_of(cells[i]));
    height = std::max(height, columns.back().size());
  }
  for (size_t row = 0; row < height; ++row) {
    std::string text;
    for (size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) text += ' ';
      text += aligned(row < columns[i].size() ? columns[i][row] : "", i, i + 1 == columns.size());
    }
    line(text);
  }
}

void Formatter::write_list(const Entry& entry) {
  size_t label_width = 0;
  for (const Cell& cell : entry.cells) label_width = std::max(label_width, display_width(cell.label));
  const size_t indent = label_width + 3;
  const size_t available =
      options_.width > static_cast<int>(indent) + 10 ? static_cast<size_t>(options_.width) - indent : 0;
  for (const Cell& cell : entry.cells) {
    const std::vector<std::string> lines = available > 0 ? wrap(cell.text, available) : lines_of(cell.text);
    const std::string label = cell.label + spaces(label_width - display_width(cell.label)) + " : ";
    line(colored(label, options_.styles.accent) + lines[0]);
    for (size_t i = 1; i < lines.size(); ++i) line(spaces(indent) + lines[i]);
  }
  line("");
}

void Formatter::write_wide() {
  const size_t width = options_.width > 0 ? static_cast<size_t>(options_.width) : kDefaultWidth;
  size_t widest = 1;
  for (const Entry& entry : waiting_)
    widest = std::max(widest, display_width(first_line(entry.cells[0].text)));
  const size_t columns = layout_->wide_columns > 0 ? static_cast<size_t>(layout_->wide_columns)
                                                   : std::max<size_t>(1, (width + 1) / (widest + 1));
  const size_t cell =
      layout_->wide_columns > 0 ? std::max<size_t>(1, (width - (columns - 1)) / columns) : widest;
  std::string text;
  for (size_t i = 0; i < waiting_.size(); ++i) {
    const std::string shown = cut(first_line(waiting_[i].cells[0].text), cell);
    const bool last = (i + 1) % columns == 0 || i + 1 == waiting_.size();
    text += last ? shown : shown + spaces(cell - display_width(shown) + 1);
    if (!last) continue;
    line(text);
    text.clear();
  }
}

std::string format_objects(std::span<const Value> values, Formatter::Options options) {
  std::string text;
  options.hold = true;
  const FormattingPass pass;
  Formatter formatter([&text](std::string_view more) { text += more; }, std::move(options));
  for (const Value& value : values) formatter.write(value);
  formatter.end();
  return text;
}

}  // namespace hvsh::shell
