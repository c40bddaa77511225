#pragma once
// Objects in, text out, as the console shows it. One formatter belongs to the end of a top-level pipeline, to
// Out-String, or to a file.
//
// A table's widths come from its first rows, so the formatter holds rows back for up to 300 ms; whoever
// prints something else in between calls pause() first, and the order on the screen is the order of events.
// Off a terminal (width 0) nothing is cut or wrapped and nothing is coloured.
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "shell/format/default_view.h"
#include "shell/format/entry.h"
#include "shell/format/preferences.h"

namespace hvsh::shell {

class Formatter {
 public:
  struct Options {
    int width = 0;        // columns of the terminal; 0: not bounded
    int height = 0;       // its lines, for -RepeatHeader; 0: no pages
    bool colors = false;  // header and labels, in `styles`
    bool hold = false;    // wait for all rows (Out-String, a file), not only 300 ms
    int enumeration_limit = 4;
    Styles styles = {};
    ErrorText error_text = {};
  };
  using Output = std::function<void(std::string_view text)>;

  Formatter(Output output, Options options) : output_(std::move(output)), options_(std::move(options)) {}

  void write(const Value& value);  // any object, or what a Format cmdlet wrote
  // A pipeline is over, or something else is about to be printed: draws what waits. The table stays open, so
  // that the next command's objects of the same kind are further rows of it, as in a script of PowerShell's.
  void pause() { flush_rows(); }
  // Ends the table.
  void end();
  Options& options() { return options_; }

 private:
  void add(Entry entry);
  void begin_group(const Entry& first, bool blank_line);
  void end_group();
  void flush_rows();
  void write_table_header();
  void fit_columns();
  void write_row(const Entry& entry);
  void write_wrapped_row(const std::vector<std::string>& cells);
  void write_list(const Entry& entry);
  void write_wide();
  void line(std::string_view text);
  std::string fitted(const std::string& text, size_t column) const;
  std::string aligned(const std::string& text, size_t column, bool last) const;
  std::string colored(const std::string& text, const std::string& style) const;

  Output output_;
  Options options_;
  DefaultView default_view_;

  std::shared_ptr<const Layout> layout_;  // of the open group
  std::optional<std::string> group_;
  std::vector<Entry> waiting_;  // rows whose widths are not known yet
  std::chrono::steady_clock::time_point first_row_;
  bool header_written_ = false;
  int page_rows_ = 0;   // rows since the header, for -RepeatHeader
  size_t visible_ = 0;  // columns that fit the terminal
  std::vector<size_t> widths_;
  std::vector<bool> right_;
};

// Text of objects as the console would show them.
std::string format_objects(std::span<const Value> values, Formatter::Options options);

}  // namespace hvsh::shell
