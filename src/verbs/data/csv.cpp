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

// Quotes that are open at the end of the text. A quotation mark opens only at the begin of a field.
bool quotation_open(std::string_view text, char delimiter) {
  bool inside = false, field_begins = true;
  for (char c : text) {
    if (inside) {
      if (c == '"') inside = false;
    } else if (c == '"') {
      inside = field_begins || inside;
      if (!field_begins) inside = true;  // the second of "" reopens
    }
    field_begins = !inside && (c == delimiter || (field_begins && c == ' '));
  }
  return inside;
}

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

std::vector<std::string> parse_csv_line(std::string_view line, char delimiter) {
  std::vector<std::string> fields;
  size_t i = 0;
  while (true) {
    std::string field;
    size_t begin = i;
    while (begin < line.size() && line[begin] == ' ' && delimiter != ' ') ++begin;
    if (begin < line.size() && line[begin] == '"') {
      i = begin + 1;
      while (i < line.size()) {
        if (line[i] == '"') {
          if (i + 1 == line.size() || line[i + 1] != '"') break;
          ++i;
        }
        field += line[i++];
      }
      if (i < line.size()) ++i;
      while (i < line.size() && line[i] != delimiter) ++i;  // what follows the quotation mark is nothing
    } else {
      const size_t end = std::min(line.find(delimiter, begin), line.size());
      field = line.substr(begin, end - begin);
      i = end;
    }
    fields.push_back(std::move(field));
    if (i >= line.size()) return fields;
    ++i;
  }
}

Result<void> CsvReader::add_line(std::string_view line, std::vector<Value>& objects) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (!open_ && line.find('"') == std::string_view::npos) return record(line, objects);
  if (open_) {
    pending_ += '\n';
    pending_ += line;
  } else {
    pending_ = line;
  }
  open_ = quotation_open(pending_, delimiter_);
  return open_ ? Result<void>() : record(pending_, objects);
}

Result<void> CsvReader::finish(std::vector<Value>& objects) {
  if (!open_) return {};
  open_ = false;
  return record(pending_, objects);
}

// Names the columns; all records have the shape that this gives.
Result<void> CsvReader::take_header(std::vector<std::string> fields) {
  shape_ = Shape::empty();
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].empty()) fields[i] = fmt::format("H{}", i + 1);
    if (shape_->find(fields[i])) {
      return Error{.id = "MemberAlreadyPresent",
                   .category = ErrorCategory::InvalidData,
                   .message = fmt::format("The member \"{}\" is already present.", fields[i]),
                   .hint = "Give other names with -Header."};
    }
    shape_ = Shape::extend(shape_, fields[i]);
  }
  return {};
}

Result<void> CsvReader::record(std::string_view text, std::vector<Value>& objects) {
  if (text.starts_with("#TYPE ") && !typed_) {
    typed_ = true;
    type_names_ = {"CSV:" + std::string(text.substr(6)), std::string(types::PSCustomObject.name),
                   "System.Object"};
    return {};
  }
  if (text.empty() || (shape_ == nullptr && header_.empty() && text[0] == '#')) return {};
  if (shape_ == nullptr) {
    if (header_.empty()) return take_header(parse_csv_line(text, delimiter_));
    HVSH_CHECK(take_header(header_));
  }
  std::vector<Value> values;
  values.reserve(shape_->size());
  if (text.find('"') == std::string_view::npos) {
    // Fields without quotation marks are parts of the line.
    for (bool more = true; more && values.size() < shape_->size();) {
      const size_t end = std::min(text.find(delimiter_), text.size());
      std::string_view field = text.substr(0, end);
      while (delimiter_ != ' ' && field.starts_with(' ')) field.remove_prefix(1);
      values.push_back(words_.string(field));
      more = end < text.size();
      text.remove_prefix(more ? end + 1 : end);
    }
  } else {
    for (std::string& field : parse_csv_line(text, delimiter_)) {
      if (values.size() < shape_->size()) values.push_back(Value::string(std::move(field)));
    }
  }
  values.resize(shape_->size());
  auto object = make<RecordObject>(shape_, std::move(values));
  object->type_names = type_names_;
  objects.push_back(Value::object(object));
  return {};
}

}  // namespace hvsh::verbs
