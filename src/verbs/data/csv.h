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

// The fields of one record after the other, line by line: a value in quotation marks may go on in the next
// line. Blanks before a value are not part of it; of those behind an unquoted one the first is.
class CsvFields {
 public:
  explicit CsvFields(char delimiter) : delimiter_(delimiter) {}

  // Takes the next line. `end` is the line end that stands behind it; at the end of the text it is empty.
  // True: the record is complete, fields() has it until the next call.
  Result<bool> add_line(std::string_view line, std::string_view end);
  // Behind the last line: a quotation that is still open ends here. True: fields() has a last record.
  bool finish();
  const std::vector<std::string_view>& fields() const { return fields_; }

 private:
  void add_plain(std::string_view line, bool ended);
  std::string_view unquoted(std::string_view field) const;
  void take_quoted();

  char delimiter_;
  bool open_ = false;                // inside of quotation marks
  std::string field_;                // that is being read
  std::vector<std::string> quoted_;  // fields of a record with quotation marks
  std::vector<std::string_view> fields_;
};

// Takes lines and gives objects.
class CsvReader {
 public:
  CsvReader(char delimiter, std::vector<std::string> header)
      : fields_(delimiter), header_(std::move(header)) {}

  // Appends the records that are complete with this line (see CsvFields::add_line).
  Result<void> add_line(std::string_view line, std::string_view end, std::vector<Value>& objects);
  // Behind the last line of a text. Another text may follow, with the same columns.
  Result<void> finish(std::vector<Value>& objects);
  // Columns without a name were called H1, H2, ...
  bool named_columns() const { return named_columns_; }

 private:
  Result<void> part(std::string_view line, std::string_view end, std::vector<Value>& objects);
  Result<void> record(std::vector<Value>& objects);
  Result<void> read_header(std::vector<std::string> fields);
  Result<void> take_header(std::vector<std::string> fields);
  bool take_comment(std::string_view line);

  CsvFields fields_;
  std::vector<std::string> header_;
  Shape::Pointer shape_;  // of the header; null while there is none
  TypeNames type_names_;  // that a line "#TYPE ..." gave
  WordCache words_;
  bool text_begins_ = true;
  bool named_columns_ = false;
};

}  // namespace hvsh::verbs
