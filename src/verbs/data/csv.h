#pragma once
// Comma-separated values as PowerShell 7 writes and reads them.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/object.h"
#include "core/word_cache.h"

namespace hvsh::verbs {

enum class UseQuotes : uint8_t { Never, Always, AsNeeded };

// Makes lines from objects; the first object decides the columns.
class CsvWriter {
 public:
  struct Options {
    char delimiter = ',';
    UseQuotes quotes = UseQuotes::Always;
    std::vector<std::string> quote_fields = {};  // only these columns
    bool type_information = false;
    bool no_header = false;
  };
  explicit CsvWriter(Options options) : options_(std::move(options)) {}

  // The lines for this object: before the first, the header (unless `columns` were given by set_columns).
  std::vector<std::string> lines_for(const Value& object);
  // Columns of a file that is appended to. False when the object lacks one of them.
  void set_columns(std::vector<std::string> columns) { columns_ = std::move(columns); }
  std::optional<std::string> missing_column(const Value& object) const;

 private:
  std::string quoted(const std::string& text, const std::string& column, bool is_null) const;

  Options options_;
  std::optional<std::vector<std::string>> columns_;
};

// Takes lines (or parts of a text with line ends inside of quotes) and gives objects.
class CsvReader {
 public:
  CsvReader(char delimiter, std::vector<std::string> header)
      : delimiter_(delimiter), header_(std::move(header)) {}

  // Appends the records that are complete with this line.
  Result<void> add_line(std::string_view line, std::vector<Value>& objects);
  // Behind the last line: an open quotation ends here.
  Result<void> finish(std::vector<Value>& objects);

 private:
  Result<void> record(std::string_view text, std::vector<Value>& objects);
  Result<void> take_header(std::vector<std::string> fields);
  char delimiter_;
  std::vector<std::string> header_;
  Shape::Pointer shape_;  // of the header; null while there is none
  bool typed_ = false;    // a first line gave the type's name
  TypeNames type_names_;
  WordCache words_;
  std::string pending_;  // the begin of a record whose quotation goes on
  bool open_ = false;
};

std::vector<std::string> parse_csv_line(std::string_view line, char delimiter);

}  // namespace hvsh::verbs
