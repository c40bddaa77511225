#pragma once
// Text as bytes. What cannot be written in a charset is '?', as .NET has it.
#include <string>
#include <string_view>

#include "core/value.h"

namespace hvsh::shell::dotnet {

enum class Charset : uint8_t { utf8, utf16, utf16_big, utf32, ascii, latin1 };

struct TextEncoding {
  Charset charset = Charset::utf8;
  bool with_mark = false;  // files begin with the byte order mark
};

std::string encode(std::string_view text, Charset charset);
std::string decode(std::string_view bytes, Charset charset);
std::string_view byte_order_mark(const TextEncoding& encoding);
// A file's text: a byte order mark counts more than `encoding`.
std::string decode_file(std::string_view bytes, TextEncoding encoding);
TextEncoding encoding_of(const Value& value);  // an Encoding; null: UTF-8 without a mark

}  // namespace hvsh::shell::dotnet
