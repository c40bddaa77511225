// System.Text.Encoding and its kin.
#include <fmt/format.h>

#include "core/text.h"
#include "shell/dotnet/encoding.h"
#include "shell/dotnet/groups.h"

namespace hvsh::shell::dotnet {

namespace {

constexpr TypeInfo kEncodingInfo{"System.Text.Encoding", "Encoding"};
constexpr TypeInfo kUtf8Info{"System.Text.UTF8Encoding", "UTF8Encoding", &kEncodingInfo};
constexpr TypeInfo kUnicodeInfo{"System.Text.UnicodeEncoding", "UnicodeEncoding", &kEncodingInfo};
constexpr TypeInfo kUtf32Info{"System.Text.UTF32Encoding", "UTF32Encoding", &kEncodingInfo};
constexpr TypeInfo kAsciiInfo{"System.Text.ASCIIEncoding", "ASCIIEncoding", &kEncodingInfo};
constexpr TypeInfo kLatin1Info{"System.Text.Latin1Encoding", "Latin1Encoding", &kEncodingInfo};

struct Facts {
  Charset charset;
  const TypeInfo* info;
  std::string_view name, title;
  int code_page;
  std::string_view mark;  // the byte order mark
};
constexpr Facts kFacts[] = {
    {Charset::utf8, &kUtf8Info, "utf-8", "Unicode (UTF-8)", 65001, "\xef\xbb\xbf"},
    {Charset::utf16, &kUnicodeInfo, "utf-16", "Unicode", 1200, "\xff\xfe"},
    {Charset::utf16_big, &kUnicodeInfo, "utf-16BE", "Unicode (Big-Endian)", 1201, "\xfe\xff"},
    {Charset::utf32, &kUtf32Info, "utf-32", "Unicode (UTF-32)", 12000, std::string_view("\xff\xfe\0\0", 4)},
    {Charset::ascii, &kAsciiInfo, "us-ascii", "US-ASCII", 20127, ""},
    {Charset::latin1, &kLatin1Info, "iso-8859-1", "Western European (ISO)", 28591, ""},
};
const Facts& facts_of(Charset charset) { return kFacts[static_cast<size_t>(charset)]; }

void put_unit(std::string& bytes, char16_t unit, bool big) {
  const auto low = static_cast<char>(unit & 0xff), high = static_cast<char>(unit >> 8);
  bytes += big ? high : low;
  bytes += big ? low : high;
}

}  // namespace

std::string encode(std::string_view text, Charset charset) {
  std::string bytes;
  switch (charset) {
    case Charset::utf8: return std::string(text);
    case Charset::utf16:
    case Charset::utf16_big:
      for (const char16_t unit : to_utf16(text)) put_unit(bytes, unit, charset == Charset::utf16_big);
      return bytes;
    default: break;
  }
  for (size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    if (charset == Charset::utf32) {
      for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(c >> shift & 0xff);
    } else {
      bytes += c < (charset == Charset::ascii ? 0x80U : 0x100U) ? static_cast<char>(c) : '?';
    }
  }
  return bytes;
}

std::string decode(std::string_view bytes, Charset charset) {
  std::string text;
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(bytes[i])); };
  switch (charset) {
    case Charset::utf8:
      for (size_t at = 0; at < bytes.size();) append_utf8(text, next_code_point(bytes, at));
      return text;
    case Charset::utf16:
    case Charset::utf16_big: {
      std::u16string units;
      const bool big = charset == Charset::utf16_big;
      for (size_t i = 0; i + 1 < bytes.size(); i += 2) {
        units += static_cast<char16_t>(byte(i + (big ? 1 : 0)) | byte(i + (big ? 0 : 1)) << 8);
      }
      return to_utf8(units);
    }
    case Charset::utf32:
      for (size_t i = 0; i + 3 < bytes.size(); i += 4) {
        append_utf8(text, byte(i) | byte(i + 1) << 8 | byte(i + 2) << 16 | byte(i + 3) << 24);
      }
      return text;
    case Charset::ascii:
    case Charset::latin1:
      for (size_t i = 0; i < bytes.size(); ++i) {
        append_utf8(text, charset == Charset::ascii && byte(i) > 0x7f ? U'\ufffd' : byte(i));
      }
      return text;
  }
  return text;
}

std::string_view byte_order_mark(const TextEncoding& encoding) {
  return encoding.with_mark ? facts_of(encoding.charset).mark : std::string_view();
}

std::string decode_file(std::string_view bytes, TextEncoding encoding) {
  for (const Charset charset : {Charset::utf32, Charset::utf8, Charset::utf16, Charset::utf16_big}) {
    const std::string_view mark = facts_of(charset).mark;
    if (bytes.starts_with(mark)) return decode(bytes.substr(mark.size()), charset);
  }
  return decode(bytes, encoding.charset);
}

TextEncoding encoding_of(const Value& value) {
  const auto* state = state_cast<TextEncoding>(value);
  return state != nullptr ? *state : TextEncoding{};
}

namespace {

TextEncoding& self_encoding(const Call& call) { return state_of<TextEncoding>(call.self); }
Value made(Charset charset, bool with_mark) {
  return instance(*facts_of(charset).info, TextEncoding{charset, with_mark});
}

Result<Value> by_name(const Call& call) {
  std::string name = call.text(0);
  for (const Facts& facts : kFacts) {
    if (equal_ascii(facts.name, name) || std::to_string(facts.code_page) == name)
      return made(facts.charset, true);
  }
  static constexpr std::pair<std::string_view, Charset> kOthers[] = {
      {"utf8", Charset::utf8},   {"unicode", Charset::utf16},         {"utf-16LE", Charset::utf16},
      {"ascii", Charset::ascii}, {"latin1", Charset::latin1},         {"windows-1252", Charset::latin1},
      {"1252", Charset::latin1}, {"unicodeFFFE", Charset::utf16_big},
  };
  for (const auto& [other, charset] : kOthers) {
    if (equal_ascii(other, name)) return made(charset, true);
  }
  return thrown("ArgumentException",
                fmt::format("'{}' is not a supported encoding name. (Parameter 'name')", name));
}

Result<Value> part_text(const Call& call) {
  HVSH_TRY(std::string bytes, bytes_of(call.at(0)));
  if (call.count() == 3) {
    const int64_t from = call.integer(1), count = call.integer(2);
    if (from < 0 || count < 0 || from + count > static_cast<int64_t>(bytes.size())) {
      return out_of_range("bytes", "Index and count must refer to a location within the buffer.");
    }
    bytes = bytes.substr(static_cast<size_t>(from), static_cast<size_t>(count));
  }
  return text(decode(bytes, self_encoding(call).charset));
}

std::string joined(const Value& characters) {
  std::u16string units;
  for (const Value& item : to_items(characters)) units += item.as_char();
  return to_utf8(units);
}

constexpr Member kEncoding[] = {
    {"static Encoding UTF8", [](const Call&) -> Result<Value> { return made(Charset::utf8, true); }},
    {"static Encoding Unicode", [](const Call&) -> Result<Value> { return made(Charset::utf16, true); }},
    {"static Encoding BigEndianUnicode",
     [](const Call&) -> Result<Value> { return made(Charset::utf16_big, true); }},
    {"static Encoding UTF32", [](const Call&) -> Result<Value> { return made(Charset::utf32, true); }},
    {"static Encoding ASCII", [](const Call&) -> Result<Value> { return made(Charset::ascii, false); }},
    {"static Encoding Latin1", [](const Call&) -> Result<Value> { return made(Charset::latin1, false); }},
    {"static Encoding Default", [](const Call&) -> Result<Value> { return made(Charset::utf8, false); }},
    {"static Encoding GetEncoding(string name)", by_name},
    {"static Encoding GetEncoding(int codepage)", by_name},
    {"static byte[] Convert(Encoding srcEncoding, Encoding dstEncoding, byte[] bytes)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const std::string bytes, bytes_of(c.at(2)));
       return byte_array(encode(decode(bytes, encoding_of(c.at(0)).charset), encoding_of(c.at(1)).charset));
     }},
    {"string EncodingName",
     [](const Call& c) -> Result<Value> {
       return text(std::string(facts_of(self_encoding(c).charset).title));
     }},
    {"string WebName",
     [](const Call& c) -> Result<Value> {
       return text(std::string(facts_of(self_encoding(c).charset).name));
     }},
    {"string BodyName",
     [](const Call& c) -> Result<Value> {
       return text(std::string(facts_of(self_encoding(c).charset).name));
     }},
    {"int CodePage",
     [](const Call& c) -> Result<Value> { return number(facts_of(self_encoding(c).charset).code_page); }},
    {"byte[] GetBytes(string s)",
     [](const Call& c) -> Result<Value> { return byte_array(encode(c.text(0), self_encoding(c).charset)); }},
    {"byte[] GetBytes(char[] chars)",
     [](const Call& c) -> Result<Value> {
       return byte_array(encode(joined(c.at(0)), self_encoding(c).charset));
     }},
    {"int GetByteCount(string s)",
     [](const Call& c) -> Result<Value> {
       return number(static_cast<int64_t>(encode(c.text(0), self_encoding(c).charset).size()));
     }},
    {"string GetString(byte[] bytes)", part_text},
    {"string GetString(byte[] bytes, int index, int count)", part_text},
    {"char[] GetChars(byte[] bytes)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const std::string bytes, bytes_of(c.at(0)));
       std::vector<Value> items;
       for (const char16_t unit : to_utf16(decode(bytes, self_encoding(c).charset))) {
         items.push_back(Value::character(unit));
       }
       return typed_array(std::move(items), types::Char);
     }},
    {"byte[] GetPreamble()",
     [](const Call& c) -> Result<Value> { return byte_array(byte_order_mark(self_encoding(c))); }},
};

template <Charset kCharset>
Result<Value> plain(const Call&) {
  return made(kCharset, kCharset != Charset::utf8);
}
constexpr Member kUtf8[] = {
    {"new()", plain<Charset::utf8>},
    {"new(bool encoderShouldEmitUTF8Identifier)",
     [](const Call& c) -> Result<Value> { return made(Charset::utf8, c.flag(0)); }},
    {"new(bool encoderShouldEmitUTF8Identifier, bool throwOnInvalidBytes)",
     [](const Call& c) -> Result<Value> { return made(Charset::utf8, c.flag(0)); }},
};
constexpr Member kUnicode[] = {
    {"new()", plain<Charset::utf16>},
    {"new(bool bigEndian, bool byteOrderMark)",
     [](const Call& c) -> Result<Value> {
       return made(c.flag(0) ? Charset::utf16_big : Charset::utf16, c.flag(1));
     }},
};
constexpr Member kUtf32[] = {{"new()", plain<Charset::utf32>}};
constexpr Member kAscii[] = {{"new()", plain<Charset::ascii>}};

// A name of PowerShell's -Encoding, or one of .NET's, is an encoding too.
Result<Value> convert_encoding(const Value& value, const TypeRef& type) {
  if (value.is_null()) return Value::null();
  if (state_cast<TextEncoding>(value) != nullptr) return value;
  const Call call{nullptr, Value::null(), {&value, 1}};
  auto found = by_name(call);
  return found ? std::move(found) : Result<Value>(conversion_error(value, type.info->name));
}

constexpr Type kTypes[] = {
    {.info = &kEncodingInfo, .members = kEncoding, .convert = convert_encoding},
    {.info = &kUtf8Info, .members = kUtf8},
    {.info = &kUnicodeInfo, .members = kUnicode},
    {.info = &kUtf32Info, .members = kUtf32},
    {.info = &kAsciiInfo, .members = kAscii},
    {.info = &kLatin1Info},
};

}  // namespace

std::span<const Type> encoding_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
