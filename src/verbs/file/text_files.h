#pragma once
// Text in and out of files for the cmdlets: encodings as -Encoding names them, whole files replaced
// atomically.
#include <functional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace hvsh::verbs {

enum class Encoding : uint8_t { utf8, utf8_bom, ascii, latin1, utf16, utf16_big_endian, utf32 };

// utf8, utf8NoBOM, utf8BOM, ascii, latin1, unicode, bigendianunicode, utf32, default, oem.
Result<Encoding> parse_encoding(std::string_view name);

// The file's bytes as UTF-8: a byte order mark decides, else `encoding`. A file of more than 1 GiB is an
// error.
Result<std::string> read_text_file(const std::string& path, Encoding encoding);

std::string encode_text(std::string_view text, Encoding encoding);  // without a mark
std::string decode_text(std::string bytes, Encoding encoding);      // a mark decides, and is taken away
Result<std::string> read_bytes(const std::string& path);            // at most 1 GiB

// -NoClobber: a file that is there is the error NoClobber.
Result<void> refuse_existing(const std::string& path);

// Replaces the file so that a crash leaves the old or the new one. What a link points to is replaced, not the
// link; devices and pipes are written to as they are.
Result<void> write_text_file(const std::string& path, std::string_view text, Encoding encoding);
Result<void> replace_file(const std::string& path, std::string_view bytes);
Result<void> append_file(const std::string& path, std::string_view bytes);
// Behind what is there; the encoding's mark is written to an empty file only.
Result<void> append_text_file(const std::string& path, std::string_view text, Encoding encoding);

}  // namespace hvsh::verbs
