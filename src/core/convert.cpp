#include "core/convert.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/big_integer.h"
#include "core/decimal.h"
#include "core/extended_members.h"
#include "core/noun.h"
#include "core/operators.h"
#include "core/script_block.h"
#include "core/text.h"

namespace hvsh {

namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const size_t begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpaces) - begin + 1);
}

struct IntLimits {
  const TypeInfo& type;
  int64_t minimum;
  uint64_t maximum;
  std::string_view called;  // as .NET's overflow message calls it
};

const IntLimits& limits_of(IntType type) {
  static constexpr IntLimits kLimits[] = {
      {types::SByte, INT8_MIN, INT8_MAX, "a signed byte"}, {types::Byte, 0, UINT8_MAX, "an unsigned byte"},
      {types::Int16, INT16_MIN, INT16_MAX, "an Int16"},    {types::UInt16, 0, UINT16_MAX, "a UInt16"},
      {types::Int32, INT32_MIN, INT32_MAX, "an Int32"},    {types::UInt32, 0, UINT32_MAX, "a UInt32"},
      {types::Int64, INT64_MIN, INT64_MAX, "an Int64"},    {types::UInt64, 0, UINT64_MAX, "a UInt64"},
  };
  return kLimits[static_cast<size_t>(type)];
}

Error overflow_error(const Value& value, const IntLimits& limits) {
  return {.id = value.is_string() ? "InvalidCastFromStringToInteger" : "InvalidCastIConvertible",
          .category = ErrorCategory::InvalidArgument,
          .message = fmt::format("Cannot convert value \"{}\" to type \"{}\". Error: \"Value was either too "
                                 "large or too small for {}.\"",
                                 to_string(value), limits.type.name, limits.called)};
}

Result<Value> integer_from_double(const Value& origin, double number, IntType type) {
  const IntLimits& limits = limits_of(type);
  const double whole = std::nearbyint(number);  // the default rounding mode: half to even
  // The maximum plus one, exactly: the halves of odd maxima lose their half on purpose.
  const double above = static_cast<double>(limits.maximum / 2 + 1) * 2;  // NOLINT(bugprone-integer-division)
  if (!(whole >= static_cast<double>(limits.minimum) && whole < above)) return overflow_error(origin, limits);
  const bool high = whole >= 9223372036854775808.0;
  return Value::integer(
      high ? static_cast<int64_t>(static_cast<uint64_t>(whole)) : static_cast<int64_t>(whole), type);
}

Result<Value> integer_from_integer(const Value& value, IntType type) {
  const IntLimits& limits = limits_of(type);
  const int64_t bits = value.as_int();
  const bool is_unsigned = value.int_type() == IntType::u64;
  const bool fits =
      is_unsigned || bits >= 0 ? static_cast<uint64_t>(bits) <= limits.maximum : bits >= limits.minimum;
  if (!fits) return overflow_error(value, limits);
  return Value::integer(bits, type);
}

double as_double(const Value& integer) {
  return integer.int_type() == IntType::u64 ? static_cast<double>(static_cast<uint64_t>(integer.as_int()))
                                            : static_cast<double>(integer.as_int());
}

// The multiplier that ends `text` (kb, mb, gb, tb, pb), removed from it; 1 when there is none.
int64_t take_multiplier(std::string_view& text) {
  if (text.size() < 3 || ascii_lower(text.back()) != 'b') return 1;
  constexpr std::string_view kLetters = "kmgtp";
  const size_t index = kLetters.find(ascii_lower(text[text.size() - 2]));
  if (index == std::string_view::npos) return 1;
  text.remove_suffix(2);
  return int64_t{1} << (10 * (index + 1));
}

std::optional<Value> narrowest(__int128 number) {
  if (number >= INT32_MIN && number <= INT32_MAX) return Value::integer(static_cast<int64_t>(number));
  if (number >= INT64_MIN && number <= INT64_MAX) {
    return Value::integer(static_cast<int64_t>(number), IntType::i64);
  }
  return std::nullopt;
}

std::optional<Value> parse_hexadecimal(std::string_view digits, bool negative, int64_t multiplier) {
  uint64_t number = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  if (code != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  // 0xFFFFFFFF is -1 and 0xFFFFFFFFFFFFFFFF too: the digits fill the type's bits.
  __int128 value = digits.size() <= 8
                       ? static_cast<int64_t>(static_cast<int32_t>(static_cast<uint32_t>(number)))
                       : static_cast<int64_t>(number);
  return narrowest((negative ? -value : value) * multiplier);
}

std::string enum_text(const EnumInfo& info, int32_t number) {
  if (const std::string_view name = info.name_of(number); !name.empty()) return std::string(name);
  if (!info.flags || number == 0) return std::to_string(number);
  std::vector<std::string_view> names;
  int32_t rest = number;
  for (auto it = info.members.rbegin(); it != info.members.rend(); ++it) {
    if (it->value == 0 || (rest & it->value) != it->value) continue;
    names.insert(names.begin(), it->name);
    rest &= ~it->value;
  }
  if (rest != 0) return std::to_string(number);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string record_text(const RecordObject& record) {
  // The engine's own objects that are made of a record: an InvocationInfo, $PSStyle.
  if (!record.type_names.empty() && record.type_names[0].starts_with("System.Management.Automation.") &&
      record.type_names[0] != types::PSCustomObject.name) {
    return record.type_names[0];
  }
  std::string text = "@{";
  for (size_t i = 0; i < record.shape().size(); ++i) {
    if (i > 0) text += "; ";
    const Value& value = record.values()[i];
    // A record inside a record, or a list, shows its type only, as the language's own text does.
    const bool deep = value.is_object(ObjectKind::array) || value.is_object(ObjectKind::list);
    text += record.shape().name(i) + "=" +
            (deep                                  ? std::string(value.type().name)
             : value.is_object(ObjectKind::record) ? std::string()
                                                   : to_string(value));
  }
  return text + "}";
}

std::string object_text(const Value& value) {
  HeapObject* object = value.as_object();
  switch (object->kind()) {
    case ObjectKind::string: return std::string(static_cast<StringObject*>(object)->text());
    case ObjectKind::array: return text_of_items(static_cast<ArrayObject*>(object)->items, " ");
    case ObjectKind::list: return text_of_items(static_cast<ListObject*>(object)->items, " ");
    case ObjectKind::record: return record_text(*static_cast<RecordObject*>(object));
    case ObjectKind::noun: return static_cast<AnyNoun*>(object)->display();
    case ObjectKind::decimal: return to_string(static_cast<DecimalObject*>(object)->value);
    case ObjectKind::guid: return static_cast<GuidObject*>(object)->value.to_string();
    case ObjectKind::version: return static_cast<VersionObject*>(object)->value.to_string();
    case ObjectKind::script_block: return static_cast<ScriptBlockObject*>(object)->text();
    case ObjectKind::error_record: return static_cast<ErrorRecordObject*>(object)->error.message;
    case ObjectKind::type: return to_string(*static_cast<TypeObject*>(object)->described);
    case ObjectKind::declared: return static_cast<DeclaredObject*>(object)->display();
    case ObjectKind::other:
      if (is_big_integer(value)) return big_to_string(value);
      break;
    case ObjectKind::map: break;
  }
  return std::string(object->type().name);
}

Error enum_error(std::string_view text, const EnumInfo& info, bool ambiguous) {
  std::vector<std::string_view> names;
  for (const EnumMember& member : info.members) names.push_back(member.name);
  return {.id = "SubstringDisambiguationEnumParseThrewAnException",
          .category = ErrorCategory::InvalidArgument,
          .message = fmt::format("Cannot convert value \"{}\" to type \"{}\". Error: \"Unable to match the "
                                 "identifier name {} to a valid enumerator name{}. Specify one of the "
                                 "following enumerator names and try again:\n{}\"",
                                 text, info.type.name, text, ambiguous ? ": several begin with it" : "",
                                 fmt::join(names, ", "))};
}

Result<int32_t> enum_number_of(std::string_view whole, std::string_view name, const EnumInfo& info) {
  const EnumMember* prefixed = nullptr;
  bool ambiguous = false;
  for (const EnumMember& member : info.members) {
    if (equal_names(member.name, name)) return member.value;
    if (name.empty() || !equal_names(member.name.substr(0, name.size()), name)) continue;
    ambiguous = ambiguous || (prefixed != nullptr && prefixed->value != member.value);
    prefixed = &member;
  }
  if (prefixed != nullptr && !ambiguous) return prefixed->value;
  int32_t number = 0;
  const auto [end, code] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (!name.empty() && code == std::errc{} && end == name.data() + name.size()) return number;
  return enum_error(whole, info, ambiguous);
}

Result<Value> enum_from_number(const Value& value, int64_t number, const EnumInfo& info) {
  int64_t known = 0;
  for (const EnumMember& member : info.members) known |= member.value;
  const bool valid = number >= INT32_MIN && number <= INT32_MAX &&
                     (!info.name_of(static_cast<int32_t>(number)).empty() ||
                      (info.flags && number >= 0 && (number & ~known) == 0));
  if (valid) return Value::enumeration(info, static_cast<int32_t>(number));
  std::vector<std::string_view> names;
  for (const EnumMember& member : info.members) names.push_back(member.name);
  return Error{.id = "InvalidCastEnumerationValue",
               .category = ErrorCategory::InvalidArgument,
               .message = fmt::format("Cannot convert value \"{}\" to type \"{}\" due to enumeration values "
                                      "that are not valid. Specify one of the following enumeration values "
                                      "and try again. The possible enumeration values are \"{}\".",
                                      to_string(value), info.type.name, fmt::join(names, ","))};
}

Error no_conversion_without_coercion(const Value& value, const TypeInfo& type) {
  return conversion_error(value, type.name);
}

bool is_enumerable(const Value& value) {
  return value.is_object(ObjectKind::array) || value.is_object(ObjectKind::list);
}

}  // namespace

bool to_bool(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::nothing:
    case Value::Kind::null: return false;
    case Value::Kind::boolean: return value.as_bool();
    case Value::Kind::character: return value.as_char() != 0;
    case Value::Kind::integer: return value.as_int() != 0;
    case Value::Kind::real: return value.as_real() != 0;
    case Value::Kind::enumeration: return value.enum_number() != 0;
    case Value::Kind::date_time:
    case Value::Kind::time_span: return true;
    case Value::Kind::object: break;
  }
  if (value.is_string()) return !value.as_string().empty();
  if (auto* decimal = value.as<DecimalObject>()) return decimal->value.magnitude != 0;
  if (!is_enumerable(value)) return true;
  const std::vector<Value> items = to_items(value);
  if (items.size() != 1) return !items.empty();
  // One item stands for the list, but a list within it is not opened again.
  return is_enumerable(items[0]) ? !to_items(items[0]).empty() : to_bool(items[0]);
}

std::string real_to_string(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  if (value == 0) return std::signbit(value) ? "-0" : "0";
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  std::string_view text(buffer, static_cast<size_t>(end - buffer));
  const size_t mark = text.find('e');
  int exponent = 0;
  const char* digits = text.data() + mark + 1 + (text[mark + 1] == '+' ? 1 : 0);
  std::from_chars(digits, end, exponent);
  if (exponent >= 15 || exponent < -4) {
    return fmt::format("{}E{}{:02}", text.substr(0, mark), exponent < 0 ? '-' : '+', std::abs(exponent));
  }
  const auto plain = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed).ptr;
  return {buffer, plain};
}

std::string to_string(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::nothing:
    case Value::Kind::null: return {};
    case Value::Kind::boolean: return value.as_bool() ? "True" : "False";
    case Value::Kind::character: return utf8_of(value.as_char());
    case Value::Kind::integer:
      return value.int_type() == IntType::u64 ? std::to_string(static_cast<uint64_t>(value.as_int()))
                                              : std::to_string(value.as_int());
    case Value::Kind::real: return real_to_string(value.as_real());
    case Value::Kind::date_time: return value.as_date_time().to_string();
    case Value::Kind::time_span: return value.as_time_span().to_string();
    case Value::Kind::enumeration: return enum_text(value.enum_info(), value.enum_number());
    case Value::Kind::object: {
      const auto own = call_extended(value, "ToString", {});
      if (own && own->ok()) return to_string(**own);
      const std::string* text = display_text(value);
      return text != nullptr ? *text : object_text(value);
    }
  }
  return {};
}

std::string to_string(const TypeInfo& type) {
  static constexpr std::pair<const TypeInfo*, std::string_view> kShort[] = {
      {&types::Bool, "bool"},
      {&types::Char, "char"},
      {&types::SByte, "sbyte"},
      {&types::Byte, "byte"},
      {&types::Int16, "short"},
      {&types::UInt16, "ushort"},
      {&types::Int32, "int"},
      {&types::UInt32, "uint"},
      {&types::Int64, "long"},
      {&types::UInt64, "ulong"},
      {&types::Double, "double"},
      {&types::Decimal, "decimal"},
      {&types::String, "string"},
      {&types::DateTime, "datetime"},
      {&types::TimeSpan, "timespan"},
      {&types::Guid, "guid"},
      {&types::Version, "version"},
      {&types::Hashtable, "hashtable"},
      {&types::ScriptBlock, "scriptblock"},
      {&types::Object, "System.Object"},
  };
  for (const auto& [info, name] : kShort) {
    if (info == &type) return std::string(name);
  }
  return std::string(type.name);
}

std::optional<Value> parse_number(std::string_view text) {
  text = trim(text);
  if (text.empty() || text.size() > 400) return std::nullopt;
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  const bool hexadecimal = text.size() > 2 && text[0] == '0' && ascii_lower(text[1]) == 'x';
  const int64_t multiplier = take_multiplier(text);
  if (hexadecimal) return parse_hexadecimal(text.substr(2), negative, multiplier);
  std::string digits;
  bool point = false, exponent = false, any = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c >= '0' && c <= '9') {
      any = true;
    } else if (c == ',' && any && !point && !exponent) {
      continue;  // thousands, which .NET does not ask to be three apart
    } else if (c == '.' && !point && !exponent) {
      point = true;
    } else if (ascii_lower(c) == 'e' && any && !exponent) {
      exponent = true;
      digits += 'e';
      if (i + 1 < text.size() && (text[i + 1] == '+' || text[i + 1] == '-'))
        digits += text[++i] == '-' ? "-" : "";
      if (i + 1 == text.size()) return std::nullopt;
      continue;
    } else {
      return std::nullopt;
    }
    digits += c;
  }
  if (!any) return std::nullopt;
  if (!point && !exponent && digits.size() <= 19) {
    __int128 number = 0;
    for (char c : digits) number = number * 10 + (c - '0');
    if (auto value = narrowest((negative ? -number : number) * multiplier)) return value;
  }
  double number = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (end != digits.data() + digits.size()) return std::nullopt;
  if (code == std::errc::result_out_of_range) number = std::strtod(digits.c_str(), nullptr);
  return Value::real((negative ? -number : number) * static_cast<double>(multiplier));
}

Result<Value> to_integer(const Value& value, IntType type) {
  switch (value.kind()) {
    case Value::Kind::nothing:
    case Value::Kind::null: return Value::integer(0, type);
    case Value::Kind::boolean: return Value::integer(value.as_bool() ? 1 : 0, type);
    case Value::Kind::character: return integer_from_integer(Value::integer(value.as_char()), type);
    case Value::Kind::integer: return integer_from_integer(value, type);
    case Value::Kind::real: return integer_from_double(value, value.as_real(), type);
    case Value::Kind::enumeration: return integer_from_integer(Value::integer(value.enum_number()), type);
    case Value::Kind::date_time:
    case Value::Kind::time_span: return conversion_error(value, limits_of(type).type.name);
    case Value::Kind::object: break;
  }
  if (auto* decimal = value.as<DecimalObject>()) {
    const auto whole = to_int64(decimal->value);
    if (!whole) return overflow_error(value, limits_of(type));
    return integer_from_integer(Value::integer(*whole, IntType::i64), type);
  }
  if (is_big_integer(value)) {
    const auto whole = big_to_int(value);
    if (!whole || *whole < INT64_MIN || *whole > UINT64_MAX) return overflow_error(value, limits_of(type));
    return integer_from_integer(
        Value::integer(static_cast<int64_t>(*whole), *whole > INT64_MAX ? IntType::u64 : IntType::i64), type);
  }
  if (!value.is_string()) return conversion_error(value, limits_of(type).type.name);
  const std::string_view text = trim(value.as_string());
  if (text.empty()) return Value::integer(0, type);
  uint64_t large = 0;  // u64 beyond int64 does not fit parse_number's integers
  if (const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), large);
      code == std::errc{} && end == text.data() + text.size() && large > INT64_MAX) {
    return integer_from_integer(Value::integer(static_cast<int64_t>(large), IntType::u64), type);
  }
  const auto number = parse_number(text);
  if (!number) {
    return Error{
        .id = "InvalidCastFromStringToInteger",
        .category = ErrorCategory::InvalidArgument,
        .message = fmt::format("Cannot convert value \"{}\" to type \"{}\". Error: \"The input string "
                               "'{}' was not in a correct format.\"",
                               value.as_string(), limits_of(type).type.name, value.as_string())};
  }
  auto result = to_integer(*number, type);
  if (!result) return overflow_error(value, limits_of(type));
  return result;
}

Result<double> to_double(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::nothing:
    case Value::Kind::null: return 0.0;
    case Value::Kind::boolean: return value.as_bool() ? 1.0 : 0.0;
    case Value::Kind::character: return static_cast<double>(value.as_char());
    case Value::Kind::integer: return as_double(value);
    case Value::Kind::real: return value.as_real();
    case Value::Kind::enumeration: return static_cast<double>(value.enum_number());
    case Value::Kind::date_time:
    case Value::Kind::time_span: return conversion_error(value, types::Double.name);
    case Value::Kind::object: break;
  }
  if (auto* decimal = value.as<DecimalObject>()) return to_double(decimal->value);
  if (is_big_integer(value)) return big_to_double(value);
  if (!value.is_string()) return conversion_error(value, types::Double.name);
  const std::string_view text = trim(value.as_string());
  if (text.empty()) return 0.0;
  if (equal_names(text, "NaN")) return std::numeric_limits<double>::quiet_NaN();
  if (equal_names(text, "Infinity")) return std::numeric_limits<double>::infinity();
  if (equal_names(text, "-Infinity")) return -std::numeric_limits<double>::infinity();
  if (const auto number = parse_number(text)) return to_double(*number);
  return Error{
      .id = "InvalidCastFromStringToDoubleOrSingle",
      .category = ErrorCategory::InvalidArgument,
      .message = fmt::format("Cannot convert value \"{}\" to type \"System.Double\". Error: \"The input "
                             "string '{}' was not in a correct format.\"",
                             value.as_string(), value.as_string())};
}

Result<Value> to_enum(const Value& value, const EnumInfo& info) {
  if (value.kind() == Value::Kind::enumeration) {
    if (&value.enum_info() == &info) return value;
    return enum_from_number(value, value.enum_number(), info);
  }
  if (value.kind() == Value::Kind::integer) return enum_from_number(value, value.as_int(), info);
  if (value.kind() == Value::Kind::real) {
    HVSH_TRY(const Value whole, to_integer(value, IntType::i32));
    return enum_from_number(value, whole.as_int(), info);
  }
  if (is_enumerable(value) && info.flags)
    return to_enum(Value::string(fmt::format("{}", fmt::join(
                                                       [&] {
                                                         std::vector<std::string> names;
                                                         for (const Value& item : to_items(value))
                                                           names.push_back(to_string(item));
                                                         return names;
                                                       }(),
                                                       ","))),
                   info);
  if (!value.is_string()) return conversion_error(value, info.type.name);
  const std::string_view text = trim(value.as_string());
  if (!info.flags || text.find(',') == std::string_view::npos) {
    HVSH_TRY(const int32_t number, enum_number_of(text, text, info));
    return Value::enumeration(info, number);
  }
  int32_t number = 0;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    HVSH_TRY(const int32_t part, enum_number_of(text, trim(text.substr(begin, end - begin)), info));
    number |= part;
    begin = end + 1;
  }
  return Value::enumeration(info, number);
}

Result<DateTime> to_date_time(const Value& value) {
  if (value.kind() == Value::Kind::date_time) return value.as_date_time();
  if (value.kind() == Value::Kind::integer && value.as_int() >= 0 && value.as_int() <= DateTime::kMaxTicks) {
    return DateTime{value.as_int(), DateTime::Kind::unspecified};
  }
  if (value.is_string()) return DateTime::parse(value.as_string());
  return conversion_error(value, types::DateTime.name);
}

Result<TimeSpan> to_time_span(const Value& value) {
  if (value.kind() == Value::Kind::time_span) return value.as_time_span();
  if (value.kind() == Value::Kind::integer) return TimeSpan{value.as_int()};
  if (value.is_string()) return TimeSpan::parse(value.as_string());
  return conversion_error(value, types::TimeSpan.name);
}

Result<Guid> to_guid(const Value& value) {
  if (auto* guid = value.as<GuidObject>()) return guid->value;
  if (value.is_string()) {
    if (const auto guid = Guid::parse(trim(value.as_string()))) return *guid;
    return conversion_error(value, types::Guid.name,
                            "Guid should contain 32 digits with 4 dashes "
                            "(xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).");
  }
  return conversion_error(value, types::Guid.name);
}

Result<Version> to_version(const Value& value) {
  if (auto* version = value.as<VersionObject>()) return version->value;
  if (value.is_string() || value.kind() == Value::Kind::real || value.is_object(ObjectKind::decimal)) {
    const std::string text = to_string(value);
    if (const auto version = Version::parse(trim(text))) return *version;
    return conversion_error(value, types::Version.name,
                            text.find('.') == text.npos || std::count(text.begin(), text.end(), '.') > 3
                                ? "Version string portion was too short or too long. (Parameter 'input')"
                                : "The input string '" + text + "' was not in a correct format.");
  }
  return conversion_error(value, types::Version.name);
}

std::vector<Value> to_items(const Value& value) {
  if (value.is_null()) return {};
  if (value.is_object(ObjectKind::array)) return static_cast<ArrayObject*>(value.as_object())->items;
  if (value.is_object(ObjectKind::list)) return static_cast<ListObject*>(value.as_object())->items;
  return {value};
}

Error conversion_error(const Value& value, std::string_view type_name, std::string_view why) {
  if (value.is_null()) {
    return {.id = "nullConversion",
            .category = ErrorCategory::InvalidArgument,
            .message = fmt::format("Cannot convert null to type \"{}\".", type_name)};
  }
  if (!why.empty()) {
    return {.id = "InvalidCastParseTargetInvocation",
            .category = ErrorCategory::InvalidArgument,
            .message = fmt::format("Cannot convert value \"{}\" to type \"{}\". Error: \"{}\"",
                                   to_string(value), type_name, why)};
  }
  const std::string full_name(value.type().name);
  return {.id = "ConvertToFinalInvalidCastException",
          .category = ErrorCategory::InvalidArgument,
          .message = fmt::format("Cannot convert the \"{}\" value of type \"{}\" to type \"{}\".",
                                 is_enumerable(value) ? full_name : to_string(value), full_name, type_name)};
}

Result<bool> Traits<bool>::from(const Value& value, Coercion coercion) {
  if (value.kind() == Value::Kind::boolean) return value.as_bool();
  const bool numeric = value.kind() == Value::Kind::integer || value.kind() == Value::Kind::real ||
                       value.is_object(ObjectKind::decimal);
  if (coercion == Coercion::full && numeric) return to_bool(value);
  return conversion_error(
      value, types::Bool.name,
      "Boolean parameters accept only Boolean values and numbers, such as $True, $False, 1 "
      "or 0.");
}

Result<Switch> Traits<Switch>::from(const Value& value, Coercion coercion) {
  HVSH_TRY(const bool on, Traits<bool>::from(value, coercion));
  return Switch{on};
}

Result<double> Traits<double>::from(const Value& value, Coercion coercion) {
  if (coercion == Coercion::none && value.kind() != Value::Kind::real) {
    return no_conversion_without_coercion(value, type);
  }
  return to_double(value);
}

Result<std::string> Traits<std::string>::from(const Value& value, Coercion coercion) {
  if (value.is_string()) return std::string(value.as_string());
  if (coercion == Coercion::none || is_enumerable(value)) return no_conversion_without_coercion(value, type);
  return to_string(value);
}

Result<Guid> Traits<Guid>::from(const Value& value, Coercion coercion) {
  if (coercion == Coercion::none && !value.is_object(ObjectKind::guid)) {
    return no_conversion_without_coercion(value, type);
  }
  return to_guid(value);
}

Result<Version> Traits<Version>::from(const Value& value, Coercion coercion) {
  if (coercion == Coercion::none && !value.is_object(ObjectKind::version)) {
    return no_conversion_without_coercion(value, type);
  }
  return to_version(value);
}

Result<TimeSpan> Traits<TimeSpan>::from(const Value& value, Coercion coercion) {
  if (coercion == Coercion::none && value.kind() != Value::Kind::time_span) {
    return no_conversion_without_coercion(value, type);
  }
  return to_time_span(value);
}

Result<DateTime> Traits<DateTime>::from(const Value& value, Coercion coercion) {
  if (coercion == Coercion::none && value.kind() != Value::Kind::date_time) {
    return no_conversion_without_coercion(value, type);
  }
  return to_date_time(value);
}

}  // namespace hvsh
