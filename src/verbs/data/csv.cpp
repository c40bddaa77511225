#include "verbs/data/csv.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/convert.h"
#include "core/operators.h"
#include "core/text.h"

namespace hvsh::verbs {

namespace {

std::string field_text(const Value& value) {
  if (value.kind() == Value::Kind::date_time) return *format_value(value, "G");
  if (value.is_object(ObjectKind::array) || value.is_object(ObjectKind::list)) return type_names(value)[0];
  return to_string(value);
}

constexpr size_t kMaxRecord = size_t{1} << 30;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

std::string CsvWriter::quoted(const std::string& text, const std::string& column, bool is_null) const {
  if (is_null) return {};
  bool quote = options_.quotes == UseQuotes::Always;
  if (!options_.quote_fields.empty()) {
    quote = std::any_of(options_.quote_fields.begin(), options_.quote_fields.end(),
                        [&](const std::string& field) { return equal_ascii(field, column); });
  } else if (options_.quotes == UseQuotes::AsNeeded) {
    quote = text.find_first_of("\"\r\n") != std::string::npos ||
            text.find(options_.delimiter) != std::string::npos;
  }
  if (!quote) return text;
  std::string result = "\"";
  for (char c : text) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + "\"";
}

std::vector<std::string> CsvWriter::lines_for(const Value& object) {
  std::vector<std::string> lines;
  if (!columns_) {
    columns_.emplace();
    for (const PropertyView& view : list_properties(object)) {
      if (!view.costly) columns_->emplace_back(view.name);
    }
    if (options_.type_information) lines.push_back("#TYPE " + type_names(object)[0]);
    if (!options_.no_header) {
      std::string header;
      for (const std::string& name : *columns_) {
        if (&name != columns_->data()) header += options_.delimiter;
        header += quoted(name, name, false);
      }
      lines.push_back(std::move(header));
    }
  }
  std::string line;
  for (const std::string& name : *columns_) {
    if (&name != columns_->data()) line += options_.delimiter;
    const auto property = get_property(object, name);
    const Value value = property && property->ok() ? **property : Value();
    line += quoted(field_text(value), name, value.is_null());
  }
  lines.push_back(std::move(line));
  return lines;
}

std::optional<std::string> CsvWriter::missing_column(const Value& object) const {
  for (const std::string& name : *columns_) {
    if (!get_property(object, name)) return name;
  }
  return std::nullopt;
}

std::string_view CsvFields::unquoted(std::string_view field) const {
  while (!field.empty() && is_blank(field.front())) field.remove_prefix(1);
  if (field.empty() || !is_blank(field.back())) return field;
  const size_t first = field.find_first_of("\" \t");
  return field.find_first_not_of(" \t", first) == std::string_view::npos ? field.substr(0, first + 1) : field;
}

// A line without quotation marks: the fields are parts of it.
void CsvFields::add_plain(std::string_view line, bool ended) {
  for (size_t at = 0;;) {
    const size_t next = line.find(delimiter_, at);
    const std::string_view field = unquoted(line.substr(at, next - at));
    if (next != std::string_view::npos || ended || !field.empty()) fields_.push_back(field);
    if (next == std::string_view::npos) return;
    at = next + 1;
  }
}

void CsvFields::take_quoted() {
  for (const std::string& field : quoted_) fields_.push_back(field);
}

Result<bool> CsvFields::add_line(std::string_view line, std::string_view end) {
  if (!open_) {
    fields_.clear();
    quoted_.clear();
    if (line.find('"') == std::string_view::npos) {
      add_plain(line, !end.empty());
      return true;
    }
  }
  for (size_t at = 0;;) {
    if (open_) {
      const size_t quote = line.find('"', at);
      field_ += line.substr(at, quote - at);
      if (field_.size() > kMaxRecord) {
        return Error{.id = "ValueTooLong",
                     .category = ErrorCategory::LimitsExceeded,
                     .message = "A value in quotation marks is longer than 1 GiB.",
                     .hint = "Look for a quotation mark that is never closed."};
      }
      if (quote == std::string_view::npos) {
        field_ += end;
        return false;
      }
      if (line.substr(quote + 1).starts_with('"')) {
        field_ += '"';
        at = quote + 2;
        continue;
      }
      // What follows the closing mark belongs to the value, blanks aside.
      open_ = false;
      const size_t next = std::min(line.find(delimiter_, quote + 1), line.size());
      const std::string_view rest = line.substr(quote + 1, next - quote - 1);
      if (rest.find_first_not_of(" \t") != std::string_view::npos) field_ += rest;
      quoted_.push_back(std::exchange(field_, {}));
      at = next;
    } else {
      while (at < line.size() && is_blank(line[at]) && line[at] != delimiter_) ++at;
      if (line.substr(at).starts_with('"') && delimiter_ != '"') {
        open_ = true;
        ++at;
        continue;
      }
      const size_t next = std::min(line.find(delimiter_, at), line.size());
      const std::string_view field = unquoted(line.substr(at, next - at));
      if (next < line.size() || !end.empty() || !field.empty()) quoted_.emplace_back(field);
      at = next;
    }
    if (at == line.size()) break;
    ++at;
  }
  take_quoted();
  return true;
}

bool CsvFields::finish() {
  if (!open_) return false;
  open_ = false;
  if (!field_.empty()) quoted_.push_back(std::exchange(field_, {}));
  take_quoted();
  return true;
}

Result<void> CsvReader::add_line(std::string_view line, std::string_view end, std::vector<Value>& objects) {
  if (end == "\n" && line.ends_with('\r')) {
    line.remove_suffix(1);
    end = "\r\n";
  }
  // A carriage return alone ends a line, too.
  for (size_t at; (at = line.find('\r')) != std::string_view::npos; line.remove_prefix(at + 1)) {
    HVSH_CHECK(part(line.substr(0, at), "\r", objects));
  }
  return part(line, end, objects);
}

Result<void> CsvReader::part(std::string_view line, std::string_view end, std::vector<Value>& objects) {
  if (std::exchange(text_begins_, false) && take_comment(line)) return {};
  HVSH_TRY(const bool complete, fields_.add_line(line, end));
  return complete ? record(objects) : Result<void>();
}

Result<void> CsvReader::finish(std::vector<Value>& objects) {
  text_begins_ = true;
  return fields_.finish() ? record(objects) : Result<void>();
}

// A text's first line that begins with # is none of values; "#TYPE ..." names the objects' type.
bool CsvReader::take_comment(std::string_view line) {
  if (!type_names_.empty() || !line.starts_with('#')) return false;
  constexpr std::string_view kType = "#TYPE ";
  if (line.size() > kType.size() && equal_ascii(line.substr(0, kType.size()), kType)) {
    type_names_ = {"CSV:" + std::string(line.substr(kType.size())), std::string(types::PSCustomObject.name),
                   "System.Object"};
  }
  return true;
}

// The text's own names of its columns: a row, without the empty ones at its end.
Result<void> CsvReader::read_header(std::vector<std::string> fields) {
  while (fields.size() > 1 && fields.back().empty()) fields.pop_back();
  constexpr std::string_view kW3cFields = "#Fields: ";
  if (fields[0].starts_with(kW3cFields)) {
    fields[0].erase(0, kW3cFields.size());
  } else if (fields[0].starts_with('#')) {
    return {};
  }
  return take_header(std::move(fields));
}

// Names the columns; all records have the shape that this gives.
Result<void> CsvReader::take_header(std::vector<std::string> fields) {
  Shape::Pointer shape = Shape::empty();
  int unnamed = 0;
  for (std::string& field : fields) {
    if (field.empty()) field = fmt::format("H{}", ++unnamed);
    if (shape->find(field)) {
      return Error{.id = "AlreadyPresentPSMemberInfoInternalCollectionAdd",
                   .message = fmt::format("The member \"{}\" is already present.", field),
                   .hint = "Give other names with -Header.",
                   .exception = "System.Management.Automation.ExtendedTypeSystemException"};
    }
    shape = Shape::extend(shape, field);
  }
  named_columns_ = unnamed > 0;
  shape_ = std::move(shape);
  return {};
}

Result<void> CsvReader::record(std::vector<Value>& objects) {
  const std::vector<std::string_view>& fields = fields_.fields();
  if (fields.empty() || (fields.size() == 1 && fields[0].empty())) return {};
  if (shape_ == nullptr) {
    if (header_.empty()) return read_header({fields.begin(), fields.end()});
    HVSH_CHECK(take_header(header_));
  }
  std::vector<Value> values;
  values.reserve(shape_->size());
  for (size_t i = 0; i < fields.size() && i < shape_->size(); ++i) values.push_back(words_.string(fields[i]));
  values.resize(shape_->size());
  auto object = make<RecordObject>(shape_, std::move(values));
  object->type_names = type_names_;
  objects.push_back(Value::object(object));
  return {};
}

}  // namespace hvsh::verbs
