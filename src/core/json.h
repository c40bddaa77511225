#pragma once
// JSON as PowerShell 7 writes and reads it.
//
// Writing: two blanks a level, enumerations as numbers, dates in ISO form, doubles always with a point; what
// is deeper than asked for becomes text, and `truncated` says so. Reading: whole numbers are long, ISO dates
// are DateTime, objects are records (or ordered hashtables). As ConvertFrom-Json reads it: comments are
// skipped, a comma may end a list, names may stand without quotation marks and text in single ones; `strict`
// takes none of that. Depth is bounded.
#include <string>
#include <string_view>

#include "core/value.h"

namespace hvsh {

enum class JsonEscape : uint8_t { plain, non_ascii, html };

struct JsonWriteOptions {
  int depth = 2;
  bool compress = false;
  bool enums_as_strings = false;
  JsonEscape escape = JsonEscape::plain;
};

struct JsonText {
  std::string text;
  bool truncated = false;
  std::string unread;  // first property that could not be read, and why; it is written as null
};

JsonText to_json(const Value& value, const JsonWriteOptions& options);

struct JsonReadOptions {
  int depth = 1024;
  bool as_hashtable = false;
  bool strict = false;
};

Result<Value> from_json(std::string_view text, const JsonReadOptions& options);

}  // namespace hvsh
