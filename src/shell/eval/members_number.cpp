// Math, Convert, and members of numbers and enumerations.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/compare.h"
#include "core/decimal.h"
#include "core/operators.h"
#include "shell/eval/interpreter.h"
#include "shell/eval/members.h"

namespace hvsh::shell {

namespace {

template <double (*kFunction)(double)>
Result<Value> real_function(const Call& call) {
  HVSH_TRY(double x, real_argument(call, 0));
  return Value::real(kFunction(x));
}

Result<Value> round_number(const Call& call) {
  int64_t digits = 0;
  bool away = false;
  for (size_t i = 1; i < call.count(); ++i) {
    if (call.at(i).kind() == Value::Kind::integer) {
      digits = call.at(i).as_int();
    } else {
      away = equal_names(to_string(call.at(i)), "AwayFromZero");
    }
  }
  if (digits < 0 || digits > 28)
    return argument_error("Rounding digits must be between 0 and 28, inclusive.");
  if (const auto* decimal = call.at(0).as<DecimalObject>()) {
    return Value::object(make<DecimalObject>(round(decimal->value, static_cast<int>(digits))));
  }
  HVSH_TRY(double x, real_argument(call, 0));
  const double scale = std::pow(10.0, static_cast<double>(digits));
  const double scaled = x * scale;
  if (!std::isfinite(scaled)) return Value::real(x);
  double rounded = away ? std::round(scaled) : std::nearbyint(scaled);
  return Value::real(rounded / scale);
}

template <bool kMax>
Result<Value> extreme(const Call& call) {
  HVSH_TRY(auto order, compare(call.at(0), call.at(1)));
  const bool first = kMax ? order >= 0 : order <= 0;
  // The wider type of both, as the overloads of .NET give.
  HVSH_TRY(Value zero, subtract(call.at(first ? 1 : 0), call.at(first ? 1 : 0)));
  return add(call.at(first ? 0 : 1), zero);
}

constexpr MemberEntry kMath[] = {
    {"PI", 0, kProperty, [](const Call&) -> Result<Value> { return Value::real(M_PI); }},
    {"E", 0, kProperty, [](const Call&) -> Result<Value> { return Value::real(M_E); }},
    {"Abs", 1, 1,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(auto order, compare(c.at(0), Value::integer(0)));
       return order < 0 ? negate(c.at(0)) : Result<Value>(c.at(0));
     }},
    {"Ceiling", 1, 1, real_function<std::ceil>},
    {"Floor", 1, 1, real_function<std::floor>},
    {"Truncate", 1, 1, real_function<std::trunc>},
    {"Round", 1, 3, round_number},
    {"Sqrt", 1, 1, real_function<std::sqrt>},
    {"Exp", 1, 1, real_function<std::exp>},
    {"Log10", 1, 1, real_function<std::log10>},
    {"Log2", 1, 1, real_function<std::log2>},
    {"Sin", 1, 1, real_function<std::sin>},
    {"Cos", 1, 1, real_function<std::cos>},
    {"Tan", 1, 1, real_function<std::tan>},
    {"Atan", 1, 1, real_function<std::atan>},
    {"Log", 1, 2,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(double x, real_argument(c, 0));
       if (c.count() == 1) return Value::real(std::log(x));
       HVSH_TRY(double base, real_argument(c, 1));
       return Value::real(std::log(x) / std::log(base));
     }},
    {"Pow", 2, 2,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(double x, real_argument(c, 0));
       HVSH_TRY(double y, real_argument(c, 1));
       return Value::real(std::pow(x, y));
     }},
    {"Max", 2, 2, extreme<true>},
    {"Min", 2, 2, extreme<false>},
    {"Sign", 1, 1,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(double x, real_argument(c, 0));
       return Value::integer(x < 0 ? -1 : x > 0 ? 1 : 0);
     }},
};

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Result<Value> to_base64(const Call& call) {
  std::string text;
  std::vector<uint8_t> bytes;
  for (const Value& item : to_items(call.at(0))) {
    HVSH_TRY(Value byte, to_integer(item, IntType::u8));
    bytes.push_back(static_cast<uint8_t>(byte.as_int()));
  }
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = static_cast<uint32_t>(bytes[i]) << 16;
    if (i + 1 < bytes.size()) group |= static_cast<uint32_t>(bytes[i + 1]) << 8;
    if (i + 2 < bytes.size()) group |= bytes[i + 2];
    text += kBase64[group >> 18 & 63];
    text += kBase64[group >> 12 & 63];
    text += i + 1 < bytes.size() ? kBase64[group >> 6 & 63] : '=';
    text += i + 2 < bytes.size() ? kBase64[group & 63] : '=';
  }
  return Value::string(std::move(text));
}

Result<Value> from_base64(const Call& call) {
  const std::string text = text_argument(call, 0);
  std::vector<Value> bytes;
  uint32_t group = 0;
  int bits = 0;
  for (char c : text) {
    if (c == '=' || c == '\n' || c == '\r' || c == ' ') continue;
    const size_t digit = kBase64.find(c);
    if (digit == std::string_view::npos) {
      return Error{
          .id = "FormatException",
          .message = "The input is not a valid Base-64 string as it contains a non-base 64 character.",
          .exception = "System.FormatException"};
    }
    group = group << 6 | static_cast<uint32_t>(digit);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(Value::integer(group >> bits & 0xff, IntType::u8));
    }
  }
  return Value::object(make<ArrayObject>(std::move(bytes), &types::Byte));
}

template <IntType kType>
Result<Value> convert_integer(const Call& call) {
  if (call.count() == 2) {
    HVSH_TRY(int64_t base, int_argument(call, 1));
    if (base != 2 && base != 8 && base != 10 && base != 16) return argument_error("Invalid Base.");
    std::string text = text_argument(call, 0);
    if (base == 16 && (text.starts_with("0x") || text.starts_with("0X"))) text.erase(0, 2);
    uint64_t number = 0;
    if (text.empty() || text.size() > 64) return argument_error("The text is not a number of that base.");
    for (char c : text) {
      const int digit = c >= '0' && c <= '9'                             ? c - '0'
                        : ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f' ? ascii_lower(c) - 'a' + 10
                                                                         : 99;
      if (digit >= base) {
        return Error{.id = "FormatException",
                     .message = "Could not find any recognizable digits.",
                     .exception = "System.FormatException"};
      }
      number = number * static_cast<uint64_t>(base) + static_cast<uint64_t>(digit);
    }
    return to_integer(Value::integer(static_cast<int64_t>(number), IntType::i64), kType);
  }
  return to_integer(call.at(0), kType);
}

Result<Value> convert_text(const Call& call) {
  if (call.count() == 1) return Value::string(text_argument(call, 0));
  HVSH_TRY(int64_t number, int_argument(call, 0));
  HVSH_TRY(int64_t base, int_argument(call, 1));
  if (base != 2 && base != 8 && base != 10 && base != 16) return argument_error("Invalid Base.");
  if (base == 10) return Value::string(std::to_string(number));
  auto rest = call.at(0).kind() == Value::Kind::integer && call.at(0).int_type() == IntType::i32
                  ? static_cast<uint64_t>(static_cast<uint32_t>(number))
                  : static_cast<uint64_t>(number);
  std::string text;
  do {
    text.insert(text.begin(), "0123456789abcdef"[rest % static_cast<uint64_t>(base)]);
    rest /= static_cast<uint64_t>(base);
  } while (rest != 0);
  return Value::string(std::move(text));
}

constexpr MemberEntry kConvert[] = {
    {"ToBase64String", 1, 1, to_base64},
    {"FromBase64String", 1, 1, from_base64},
    {"ToInt16", 1, 2, convert_integer<IntType::i16>},
    {"ToInt32", 1, 2, convert_integer<IntType::i32>},
    {"ToInt64", 1, 2, convert_integer<IntType::i64>},
    {"ToUInt32", 1, 2, convert_integer<IntType::u32>},
    {"ToUInt64", 1, 2, convert_integer<IntType::u64>},
    {"ToByte", 1, 2, convert_integer<IntType::u8>},
    {"ToString", 1, 2, convert_text},
    {"ToBoolean", 1, 1, [](const Call& c) -> Result<Value> { return Value::boolean(to_bool(c.at(0))); }},
    {"ToDouble", 1, 1,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(double x, real_argument(c, 0));
       return Value::real(x);
     }},
};

Result<Value> limit_of(const Call& call, bool most) {
  static constexpr struct {
    const TypeInfo* type;
    IntType kind;
    int64_t least, most;
  } kLimits[] = {
      {&types::SByte, IntType::i8, INT8_MIN, INT8_MAX},    {&types::Byte, IntType::u8, 0, UINT8_MAX},
      {&types::Int16, IntType::i16, INT16_MIN, INT16_MAX}, {&types::UInt16, IntType::u16, 0, UINT16_MAX},
      {&types::Int32, IntType::i32, INT32_MIN, INT32_MAX}, {&types::UInt32, IntType::u32, 0, UINT32_MAX},
      {&types::Int64, IntType::i64, INT64_MIN, INT64_MAX}, {&types::UInt64, IntType::u64, 0, -1},
  };
  for (const auto& limit : kLimits) {
    if (limit.type == call.type->info) return Value::integer(most ? limit.most : limit.least, limit.kind);
  }
  return Value::real(most ? std::numeric_limits<double>::max() : std::numeric_limits<double>::lowest());
}

Result<Value> parse_as(const Call& call) {
  return convert_to(Value::string(text_argument(call, 0)), *call.type);
}

// TryParse's result goes to a [ref], which scripts rarely use and hvsh does not have yet; the answer itself
// is what most ask for.
Result<Value> try_parse(const Call& call) {
  const std::string text = text_argument(call, 0);
  return Value::boolean(!text.empty() && convert_to(Value::string(text), *call.type).ok());
}

constexpr MemberEntry kNumberStatics[] = {
    {"MaxValue", 0, kProperty, [](const Call& c) { return limit_of(c, true); }},
    {"MinValue", 0, kProperty, [](const Call& c) { return limit_of(c, false); }},
    {"Parse", 1, 2, parse_as},
    {"TryParse", 1, 2, try_parse},
};
constexpr MemberEntry kDoubleStatics[] = {
    {"MaxValue", 0, kProperty, [](const Call& c) { return limit_of(c, true); }},
    {"MinValue", 0, kProperty, [](const Call& c) { return limit_of(c, false); }},
    {"NaN", 0, kProperty, [](const Call&) -> Result<Value> { return Value::real(std::nan("")); }},
    {"PositiveInfinity", 0, kProperty,
     [](const Call&) -> Result<Value> { return Value::real(std::numeric_limits<double>::infinity()); }},
    {"Parse", 1, 2, parse_as},
    {"TryParse", 1, 2, try_parse},
    {"IsNaN", 1, 1,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(double x, real_argument(c, 0));
       return Value::boolean(std::isnan(x));
     }},
};

constexpr MemberEntry kNumber[] = {
    {"ToString", 1, 2,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(std::string text, format_value(c.self, text_argument(c, 0)));
       return Value::string(std::move(text));
     }},
    {"CompareTo", 1, 1,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(auto order, compare(c.self, c.at(0)));
       return Value::integer(order < 0 ? -1 : order > 0 ? 1 : 0);
     }},
};

constexpr MemberEntry kEnumeration[] = {
    {"value__", 0, kProperty,
     [](const Call& c) -> Result<Value> { return Value::integer(c.self.enum_number()); }},
    {"HasFlag", 1, 1,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(Value flag, to_enum(c.at(0), c.self.enum_info()));
       return Value::boolean((c.self.enum_number() & flag.enum_number()) == flag.enum_number());
     }},
};

Result<const EnumInfo*> enum_argument(const Call& call) {
  const TypeRef* type = call.interpreter.types().ref_of(call.at(0));
  if (type == nullptr) {
    HVSH_TRY(type, call.interpreter.types().resolve_text(text_argument(call, 0)));
  }
  if (type->enumeration == nullptr) return argument_error("Type provided must be an Enum.");
  return type->enumeration;
}

constexpr MemberEntry kEnumStatics[] = {
    {"GetNames", 1, 1,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const EnumInfo* info, enum_argument(c));
       std::vector<Value> items;
       for (const EnumMember& member : info->members) items.push_back(Value::string(member.name));
       return Value::object(make<ArrayObject>(std::move(items), &types::String));
     }},
    {"GetValues", 1, 1,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const EnumInfo* info, enum_argument(c));
       std::vector<Value> items;
       for (const EnumMember& member : info->members)
         items.push_back(Value::enumeration(*info, member.value));
       return Value::array(std::move(items));
     }},
    {"Parse", 2, 3,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const EnumInfo* info, enum_argument(c));
       return to_enum(Value::string(text_argument(c, 1)), *info);
     }},
    {"IsDefined", 2, 2,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const EnumInfo* info, enum_argument(c));
       const std::string name = text_argument(c, 1);
       for (const EnumMember& member : info->members) {
         if (member.name == name || std::to_string(member.value) == name) return Value::boolean(true);
       }
       return Value::boolean(false);
     }},
};

constexpr MemberFamily kFamilies[] = {
    {&types::ValueType, false, kNumber},
    {&types::Enum, false, kEnumeration},
    {&types::Math, true, kMath},
    {&types::Convert, true, kConvert},
    {&types::SByte, true, kNumberStatics},
    {&types::Byte, true, kNumberStatics},
    {&types::Int16, true, kNumberStatics},
    {&types::UInt16, true, kNumberStatics},
    {&types::Int32, true, kNumberStatics},
    {&types::UInt32, true, kNumberStatics},
    {&types::Int64, true, kNumberStatics},
    {&types::UInt64, true, kNumberStatics},
    {&types::Double, true, kDoubleStatics},
    {&types::Single, true, kDoubleStatics},
    {&types::Enum, true, kEnumStatics},
};

}  // namespace

std::span<const MemberFamily> number_members() { return kFamilies; }

}  // namespace hvsh::shell
