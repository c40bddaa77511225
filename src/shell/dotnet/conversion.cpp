// Convert, BitConverter.
#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "core/decimal.h"
#include "core/text.h"
#include "shell/dotnet/base64.h"
#include "shell/dotnet/groups.h"
#include "shell/eval/interpreter.h"

namespace hvsh::shell::dotnet {

namespace {

constexpr TypeInfo kConvertInfo{"System.Convert", "Convert"};
constexpr TypeInfo kBitConverterInfo{"System.BitConverter", "BitConverter"};
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string encode_base64(std::string_view bytes) {
  const auto at = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(bytes[i])); };
  std::string encoded;
  encoded.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = at(i) << 16;
    if (i + 1 < bytes.size()) group |= at(i + 1) << 8;
    if (i + 2 < bytes.size()) group |= at(i + 2);
    encoded += kBase64[group >> 18 & 63];
    encoded += kBase64[group >> 12 & 63];
    encoded += i + 1 < bytes.size() ? kBase64[group >> 6 & 63] : '=';
    encoded += i + 2 < bytes.size() ? kBase64[group & 63] : '=';
  }
  return encoded;
}

Result<std::string> decode_base64(std::string_view text) {
  const auto bad = [] {
    return thrown(
        "FormatException",
        "The input is not a valid Base-64 string as it contains a non-base 64 character, more than two "
        "padding characters, or an illegal character among the padding characters.");
  };
  std::string bytes;
  uint32_t group = 0;
  int bits = 0;
  size_t characters = 0, padding = 0;
  for (const char c : text) {
    if (c == '\n' || c == '\r' || c == ' ' || c == '\t') continue;
    ++characters;
    if (c == '=') {
      ++padding;
      continue;
    }
    const size_t digit = kBase64.find(c);
    if (digit == std::string_view::npos || padding > 0) return bad();
    group = group << 6 | static_cast<uint32_t>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(group >> bits & 0xff);
  }
  if (characters % 4 != 0 || padding > 2) return bad();
  return bytes;
}

namespace {

Result<Value> to_base64(const Call& call) {
  HVSH_TRY(const std::string bytes, bytes_of(call.at(0)));
  std::string encoded;
  if (call.count() >= 3) {
    const auto offset = static_cast<size_t>(std::max<int64_t>(call.integer(1), 0));
    if (offset > bytes.size())
      return out_of_range("offset", "Offset and length must refer to a position in the array.");
    encoded = encode_base64(std::string_view(bytes).substr(offset, static_cast<size_t>(call.integer(2))));
  } else {
    encoded = encode_base64(bytes);
  }
  const bool breaks = call.count() == 2 && to_string(call.at(1)) == "InsertLineBreaks";
  for (size_t at = 76; breaks && at < encoded.size(); at += 78) encoded.insert(at, "\r\n");
  return text(std::move(encoded));
}

Result<uint64_t> digits_of(std::string_view digits, int64_t base) {
  if (base != 2 && base != 8 && base != 10 && base != 16) return thrown("ArgumentException", "Invalid Base.");
  if (base == 16 && (digits.starts_with("0x") || digits.starts_with("0X"))) digits.remove_prefix(2);
  if (digits.empty()) return out_of_range("startIndex", "Index was out of range.");
  uint64_t made = 0;
  for (const char c : digits) {
    const size_t digit = std::string_view("0123456789abcdef").find(ascii_lower(c));
    if (digit >= static_cast<size_t>(base)) {
      return thrown("FormatException",
                    made == 0 && c == digits.front()
                        ? "Could not find any recognizable digits."
                        : "Additional non-parsable characters are at the end of the string.");
    }
    made = made * static_cast<uint64_t>(base) + digit;
  }
  return made;
}

template <IntType kType>
Result<Value> integer_of_base(const Call& call) {
  HVSH_TRY(const uint64_t bits, digits_of(call.text(0), call.integer(1)));
  constexpr int kBits = kType == IntType::u8 || kType == IntType::i8     ? 8
                        : kType == IntType::i16 || kType == IntType::u16 ? 16
                        : kType == IntType::i32 || kType == IntType::u32 ? 32
                                                                         : 64;
  if constexpr (kBits < 64) {
    if (bits >> kBits != 0) {
      return thrown("OverflowException", "Value was either too large or too small for an Int32.");
    }
  }
  int64_t made = static_cast<int64_t>(bits);
  if constexpr (kType == IntType::i8) made = static_cast<int8_t>(bits);
  if constexpr (kType == IntType::i16) made = static_cast<int16_t>(bits);
  if constexpr (kType == IntType::i32) made = static_cast<int32_t>(bits);
  return Value::integer(made, kType);
}

// Convert minds the text more than a cast: "0x1F", " 5kb " and the like are no numbers.
template <IntType kType>
Result<Value> integer_of(const Call& call) {
  const Value& value = call.at(0);
  if (value.is_string()) {
    const std::string_view input = value.as_string();
    const bool plain = !input.empty() && input.find_first_not_of("0123456789-+ \t") == std::string_view::npos;
    if (!plain) {
      return thrown("FormatException",
                    fmt::format("The input string '{}' was not in a correct format.", input));
    }
  }
  auto made = to_integer(value, kType);
  if (made) return made;
  return thrown("OverflowException", "Value was either too large or too small for an Int32.");
}

Result<Value> text_of_base(const Call& call) {
  const int64_t base = call.integer(1);
  if (base != 2 && base != 8 && base != 10 && base != 16) return thrown("ArgumentException", "Invalid Base.");
  const int64_t value = call.integer(0);
  if (base == 10) return text(std::to_string(value));
  auto rest = static_cast<uint64_t>(value);
  switch (call.at(0).int_type()) {
    case IntType::i32: rest = static_cast<uint32_t>(value); break;
    case IntType::i16: rest = static_cast<uint16_t>(value); break;
    default: break;
  }
  std::string made;
  do {
    made.insert(made.begin(), "0123456789abcdef"[rest % static_cast<uint64_t>(base)]);
    rest /= static_cast<uint64_t>(base);
  } while (rest != 0);
  return text(std::move(made));
}

std::string hex(std::string_view bytes, std::string_view separator) {
  std::string made;
  for (const char c : bytes) {
    if (!made.empty()) made += separator;
    made += fmt::format("{:02X}", static_cast<uint8_t>(c));
  }
  return made;
}

Result<Value> from_hex(const Call& call) {
  const std::string digits = call.text(0);
  std::string bytes;
  for (size_t i = 0; i < digits.size(); i += 2) {
    auto byte = digits_of(std::string_view(digits).substr(i, 2), 16);
    if (!byte || i + 2 > digits.size()) {
      return thrown("FormatException",
                    "The input is not a valid hex string as it contains a non-hex character.");
    }
    bytes += static_cast<char>(*byte);
  }
  return byte_array(bytes);
}

Result<Value> by_type(const Call& call) {
  const TypeRef* type = call.shell().types().ref_of(call.at(1));
  return convert_to(call.at(0), *type);
}

constexpr Member kConvert[] = {
    {"static string ToBase64String(byte[] inArray)", to_base64},
    {"static string ToBase64String(byte[] inArray, Base64FormattingOptions options)", to_base64},
    {"static string ToBase64String(byte[] inArray, int offset, int length)", to_base64},
    {"static byte[] FromBase64String(string s)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const std::string bytes, decode_base64(c.text(0)));
       return byte_array(bytes);
     }},
    {"static string ToHexString(byte[] inArray)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const std::string bytes, bytes_of(c.at(0)));
       return text(hex(bytes, ""));
     }},
    {"static byte[] FromHexString(string s)", from_hex},
    {"static sbyte ToSByte(object value)", integer_of<IntType::i8>},
    {"static byte ToByte(object value)", integer_of<IntType::u8>},
    {"static byte ToByte(string value, int fromBase)", integer_of_base<IntType::u8>},
    {"static short ToInt16(object value)", integer_of<IntType::i16>},
    {"static short ToInt16(string value, int fromBase)", integer_of_base<IntType::i16>},
    {"static ushort ToUInt16(object value)", integer_of<IntType::u16>},
    {"static ushort ToUInt16(string value, int fromBase)", integer_of_base<IntType::u16>},
    {"static int ToInt32(object value)", integer_of<IntType::i32>},
    {"static int ToInt32(string value, int fromBase)", integer_of_base<IntType::i32>},
    {"static uint ToUInt32(object value)", integer_of<IntType::u32>},
    {"static uint ToUInt32(string value, int fromBase)", integer_of_base<IntType::u32>},
    {"static long ToInt64(object value)", integer_of<IntType::i64>},
    {"static long ToInt64(string value, int fromBase)", integer_of_base<IntType::i64>},
    {"static ulong ToUInt64(object value)", integer_of<IntType::u64>},
    {"static ulong ToUInt64(string value, int fromBase)", integer_of_base<IntType::u64>},
    {"static double ToDouble(double value)", [](const Call& c) -> Result<Value> { return c.at(0); }},
    {"static float ToSingle(float value)", [](const Call& c) -> Result<Value> { return c.at(0); }},
    {"static decimal ToDecimal(decimal value)", [](const Call& c) -> Result<Value> { return c.at(0); }},
    {"static datetime ToDateTime(datetime value)", [](const Call& c) -> Result<Value> { return c.at(0); }},
    {"static char ToChar(object value)",
     [](const Call& c) -> Result<Value> {
       if (c.at(0).is_string() && to_utf16(c.at(0).as_string()).size() != 1) {
         return thrown("FormatException", "String must be exactly one character long.");
       }
       return convert_to(c.at(0), *c.shell().types().find("char"));
     }},
    {"static bool ToBoolean(object value)",
     [](const Call& c) -> Result<Value> {
       if (!c.at(0).is_string()) return truth(to_bool(c.at(0)));
       if (equal_ascii(c.at(0).as_string(), "true")) return truth(true);
       if (equal_ascii(c.at(0).as_string(), "false")) return truth(false);
       return thrown("FormatException",
                     fmt::format("String '{}' was not recognized as a valid Boolean.", c.text(0)));
     }},
    {"static string ToString(object value)", [](const Call& c) -> Result<Value> { return text(c.text(0)); }},
    {"static string ToString(byte value, int toBase)", text_of_base},
    {"static string ToString(short value, int toBase)", text_of_base},
    {"static string ToString(int value, int toBase)", text_of_base},
    {"static string ToString(long value, int toBase)", text_of_base},
    {"static object ChangeType(object value, type conversionType)", by_type},
    {"static bool IsDBNull(object value)", [](const Call&) -> Result<Value> { return truth(false); }},
};

// ------------------------------------------------------------------------------------------- BitConverter

template <class T>
std::string little_endian(T value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

template <class T>
Result<T> read_at(const Call& call) {
  HVSH_TRY(const std::string bytes, bytes_of(call.at(0)));
  const int64_t start = call.integer(1);
  if (start < 0 || static_cast<size_t>(start) + sizeof(T) > bytes.size()) {
    return thrown(
        "ArgumentException",
        "Destination array is not long enough to copy all the items in the collection. Check array index and "
        "length.");
  }
  T value{};
  std::memcpy(&value, bytes.data() + start, sizeof value);
  return value;
}
template <class T, IntType kType>
Result<Value> read_integer(const Call& call) {
  HVSH_TRY(const T value, read_at<T>(call));
  return Value::integer(static_cast<int64_t>(value), kType);
}

static_assert(std::endian::native == std::endian::little);
constexpr Member kBitConverter[] = {
    {"static bool IsLittleEndian", [](const Call&) -> Result<Value> { return truth(true); }},
    {"static byte[] GetBytes(bool value)",
     [](const Call& c) -> Result<Value> { return byte_array(little_endian<uint8_t>(c.flag(0) ? 1 : 0)); }},
    {"static byte[] GetBytes(char value)",
     [](const Call& c) -> Result<Value> { return byte_array(little_endian(c.character(0))); }},
    {"static byte[] GetBytes(short value)",
     [](const Call& c) -> Result<Value> {
       return byte_array(little_endian(static_cast<int16_t>(c.integer(0))));
     }},
    {"static byte[] GetBytes(ushort value)",
     [](const Call& c) -> Result<Value> {
       return byte_array(little_endian(static_cast<uint16_t>(c.integer(0))));
     }},
    {"static byte[] GetBytes(int value)",
     [](const Call& c) -> Result<Value> {
       return byte_array(little_endian(static_cast<int32_t>(c.integer(0))));
     }},
    {"static byte[] GetBytes(uint value)",
     [](const Call& c) -> Result<Value> {
       return byte_array(little_endian(static_cast<uint32_t>(c.integer(0))));
     }},
    {"static byte[] GetBytes(long value)",
     [](const Call& c) -> Result<Value> { return byte_array(little_endian(c.integer(0))); }},
    {"static byte[] GetBytes(ulong value)",
     [](const Call& c) -> Result<Value> {
       return byte_array(little_endian(static_cast<uint64_t>(c.integer(0))));
     }},
    {"static byte[] GetBytes(double value)",
     [](const Call& c) -> Result<Value> { return byte_array(little_endian(c.real(0))); }},
    {"static short ToInt16(byte[] value, int startIndex)", read_integer<int16_t, IntType::i16>},
    {"static ushort ToUInt16(byte[] value, int startIndex)", read_integer<uint16_t, IntType::u16>},
    {"static int ToInt32(byte[] value, int startIndex)", read_integer<int32_t, IntType::i32>},
    {"static uint ToUInt32(byte[] value, int startIndex)", read_integer<uint32_t, IntType::u32>},
    {"static long ToInt64(byte[] value, int startIndex)", read_integer<int64_t, IntType::i64>},
    {"static ulong ToUInt64(byte[] value, int startIndex)", read_integer<uint64_t, IntType::u64>},
    {"static double ToDouble(byte[] value, int startIndex)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const double value, read_at<double>(c));
       return Value::real(value);
     }},
    {"static string ToString(byte[] value)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const std::string bytes, bytes_of(c.at(0)));
       return text(hex(bytes, "-"));
     }},
    {"static string ToString(byte[] value, int startIndex)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const std::string bytes, bytes_of(c.at(0)));
       const auto from = std::min(static_cast<size_t>(std::max<int64_t>(c.integer(1), 0)), bytes.size());
       return text(hex(std::string_view(bytes).substr(from), "-"));
     }},
};

constexpr Type kTypes[] = {
    {.info = &kConvertInfo, .names = "convert", .members = kConvert},
    {.info = &kBitConverterInfo, .names = "bitconverter", .members = kBitConverter},
};

}  // namespace

std::span<const Type> conversion_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
