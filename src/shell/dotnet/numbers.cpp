// Numbers, Boolean, and what they have alike.
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "core/big_integer.h"
#include "core/compare.h"
#include "core/decimal.h"
#include "core/number.h"
#include "core/operators.h"
#include "core/text.h"
#include "shell/dotnet/groups.h"
#include "shell/eval/reference.h"

namespace hvsh::shell::dotnet {

Result<Value> to_text(const Call& call) {
  if (call.count() == 0 || !call.at(0).is_string()) return text(to_string(call.self));
  HVSH_TRY(std::string made, format_value(call.self, call.text(0)));
  return text(std::move(made));
}

Result<Value> compare_to(const Call& call) {
  if (call.at(0).is_null()) return number(1);
  HVSH_TRY(auto order, compare(call.self, call.at(0), false));
  return number(order < 0 ? -1 : order > 0 ? 1 : 0);
}

Result<void> set_reference(const Value& reference, Value value) {
  if (auto* target = reference.as<Reference>()) return target->set(std::move(value));
  return {};
}

namespace {

Error format_error(std::string_view input) {
  return thrown("FormatException", fmt::format("The input string '{}' was not in a correct format.", input));
}

std::string_view trimmed(std::string_view input) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const size_t begin = input.find_first_not_of(kSpaces);
  return begin == std::string_view::npos ? std::string_view()
                                         : input.substr(begin, input.find_last_not_of(kSpaces) - begin + 1);
}

bool is_integer_type(const TypeInfo& info) {
  for (const TypeInfo* type : {&types::SByte, &types::Byte, &types::Int16, &types::UInt16, &types::Int32,
                               &types::UInt32, &types::Int64, &types::UInt64}) {
    if (type == &info) return true;
  }
  return false;
}

// What .NET's Parse takes, which is less than a cast: no suffixes, no 0x, and for integers no fraction.
bool is_number_text(std::string_view input, bool integer) {
  if (input.empty()) return false;
  for (size_t i = 0; i < input.size(); ++i) {
    const char c = input[i];
    const bool sign = (c == '-' || c == '+') && (i == 0 || ascii_lower(input[i - 1]) == 'e');
    const bool fraction = !integer && (c == '.' || c == ',' || ascii_lower(c) == 'e');
    if (!(c >= '0' && c <= '9') && !sign && !fraction) return false;
  }
  return input.find_first_of("0123456789") != std::string_view::npos;
}

Result<Value> parse_hexadecimal(std::string_view digits, const TypeRef& type) {
  if (digits.empty() || digits.size() > 16) return format_error(digits);
  uint64_t made = 0;
  for (const char c : digits) {
    const size_t digit = std::string_view("0123456789abcdef").find(ascii_lower(c));
    if (digit == std::string_view::npos) return format_error(digits);
    made = made << 4 | digit;
  }
  const bool narrow = type.info == &types::Int32 && digits.size() <= 8;
  const int64_t bits =
      narrow ? static_cast<int32_t>(static_cast<uint32_t>(made)) : static_cast<int64_t>(made);
  return convert_to(Value::integer(bits, type.info == &types::UInt64 ? IntType::u64 : IntType::i64), type);
}

// The style is System.Globalization.NumberStyles; only HexNumber changes what is read.
Result<Value> parse_number_text(std::string_view input, std::string_view style, const TypeRef& type) {
  const std::string_view number = trimmed(input);
  if (style.find("Hex") != std::string_view::npos) return parse_hexadecimal(number, type);
  const bool integer = is_integer_type(*type.info);
  if (!integer && (number == "NaN" || number == "Infinity" || number == "-Infinity" || number == "∞")) {
    const double infinity = std::numeric_limits<double>::infinity();
    return Value::real(number == "NaN" ? std::nan("") : number[0] == '-' ? -infinity : infinity);
  }
  std::string digits(number);
  const bool thousands = integer && style.find("Any") != std::string_view::npos;
  if (thousands) std::erase(digits, ',');
  if (!is_number_text(digits, integer)) return format_error(input);
  auto made = convert_to(Value::string(digits), type);
  if (made) return made;
  return thrown("OverflowException",
                fmt::format("Value was either too large or too small for {} {}.",
                            type.info == &types::Decimal ? "a" : "an", type.info->short_name));
}

Result<Value> parse(const Call& call) {
  if (!call.given(0)) return thrown("ArgumentNullException", "Value cannot be null. (Parameter 's')");
  const std::string style = call.count() > 1 ? call.text(1) : "";
  return parse_number_text(call.text(0), style, *call.type);
}

Result<Value> try_parse_number(const Call& call) {
  const std::string style = call.count() == 4 ? call.text(1) : "";
  auto made = parse_number_text(call.text(0), style, *call.type);
  HVSH_CHECK(set_reference(call.at(call.count() - 1), made ? *made : default_of(*call.type)));
  return truth(made.ok());
}

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
  const std::string_view info = call.type->info->name;
  if (info == "System.Decimal") {
    Decimal decimal;
    decimal.magnitude = (static_cast<unsigned __int128>(1) << 96) - 1;
    decimal.negative = !most;
    return Value::object(make<DecimalObject>(decimal));
  }
  using Double = std::numeric_limits<double>;
  using Single = std::numeric_limits<float>;
  const double top = info == "System.Single" ? static_cast<double>(Single::max()) : Double::max();
  return convert_to(Value::real(most ? top : -top), *call.type);
}

Result<Value> equals(const Call& call) {
  return truth(!call.at(0).is_null() && &call.self.type() == &call.at(0).type() &&
               equal(call.self, call.at(0), false));
}

constexpr Member kFormattableMembers[] = {
    {"string ToString(string format)", to_text},
    {"string ToString(IFormatProvider provider)",
     [](const Call& c) -> Result<Value> { return text(to_string(c.self)); }},
    {"string ToString(string format, IFormatProvider provider)", to_text},
    {"int CompareTo(object value)", compare_to},
    {"bool Equals(object obj)", equals},
};

constexpr Member kIntegers[] = {
    {"static Self MaxValue", [](const Call& c) { return limit_of(c, true); }},
    {"static Self MinValue", [](const Call& c) { return limit_of(c, false); }},
    {"static Self Parse(string s)", parse},
    {"static Self Parse(string s, NumberStyles style)", parse},
    {"static Self Parse(string s, IFormatProvider provider)",
     [](const Call& c) { return parse_number_text(c.text(0), "", *c.type); }},
    {"static Self Parse(string s, NumberStyles style, IFormatProvider provider)", parse},
    {"static bool TryParse(string s, ref Self result)", try_parse_number},
    {"static bool TryParse(string s, NumberStyles style, IFormatProvider provider, ref Self result)",
     try_parse_number},
};

Result<Value> constant(double value) { return Value::real(value); }

constexpr Member kReals[] = {
    {"static Self MaxValue", [](const Call& c) { return limit_of(c, true); }},
    {"static Self MinValue", [](const Call& c) { return limit_of(c, false); }},
    {"static Self NaN", [](const Call&) { return constant(std::nan("")); }},
    {"static Self PositiveInfinity",
     [](const Call&) { return constant(std::numeric_limits<double>::infinity()); }},
    {"static Self NegativeInfinity",
     [](const Call&) { return constant(-std::numeric_limits<double>::infinity()); }},
    {"static Self Epsilon", [](const Call&) { return constant(std::numeric_limits<double>::denorm_min()); }},
    {"static Self Parse(string s)", parse},
    {"static Self Parse(string s, IFormatProvider provider)",
     [](const Call& c) { return parse_number_text(c.text(0), "", *c.type); }},
    {"static Self Parse(string s, NumberStyles style, IFormatProvider provider)", parse},
    {"static bool TryParse(string s, ref Self result)", try_parse_number},
    {"static bool TryParse(string s, NumberStyles style, IFormatProvider provider, ref Self result)",
     try_parse_number},
    {"static bool IsNaN(double d)",
     [](const Call& c) -> Result<Value> { return truth(std::isnan(c.real(0))); }},
    {"static bool IsInfinity(double d)",
     [](const Call& c) -> Result<Value> { return truth(std::isinf(c.real(0))); }},
};

Result<Value> decimal_constant(int64_t value) {
  return Value::object(make<DecimalObject>(decimal_from_integer(value)));
}
const Decimal& decimal_at(const Call& call, size_t index) {
  return static_cast<DecimalObject*>(call.at(index).as_object())->value;
}
constexpr Member kDecimals[] = {
    {"static decimal MaxValue", [](const Call& c) { return limit_of(c, true); }},
    {"static decimal MinValue", [](const Call& c) { return limit_of(c, false); }},
    {"static decimal Zero", [](const Call&) { return decimal_constant(0); }},
    {"static decimal One", [](const Call&) { return decimal_constant(1); }},
    {"static decimal MinusOne", [](const Call&) { return decimal_constant(-1); }},
    {"static decimal Parse(string s)", parse},
    {"static decimal Parse(string s, IFormatProvider provider)",
     [](const Call& c) { return parse_number_text(c.text(0), "", *c.type); }},
    {"static bool TryParse(string s, ref decimal result)", try_parse_number},
    {"static decimal Round(decimal d)",
     [](const Call& c) -> Result<Value> {
       return Value::object(make<DecimalObject>(round(decimal_at(c, 0), 0)));
     }},
    {"static decimal Round(decimal d, int decimals)",
     [](const Call& c) -> Result<Value> {
       return Value::object(make<DecimalObject>(round(decimal_at(c, 0), static_cast<int>(c.integer(1)))));
     }},
    {"static decimal Truncate(decimal d)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(Decimal rest, remainder(decimal_at(c, 0), decimal_from_integer(1)));
       HVSH_TRY(Decimal whole, subtract(decimal_at(c, 0), rest));
       return Value::object(make<DecimalObject>(round(whole, 0)));
     }},
    {"static int ToInt32(decimal d)", [](const Call& c) { return to_integer(c.at(0), IntType::i32); }},
    {"static double ToDouble(decimal d)",
     [](const Call& c) -> Result<Value> { return Value::real(to_double(decimal_at(c, 0))); }},
};

Result<Value> parse_boolean(const Call& call) {
  const std::string input = call.text(0);
  if (equal_ascii(trimmed(input), "true")) return truth(true);
  if (equal_ascii(trimmed(input), "false")) return truth(false);
  return thrown("FormatException", fmt::format("String '{}' was not recognized as a valid Boolean.", input));
}

constexpr Member kBoolean[] = {
    {"static string TrueString", [](const Call&) -> Result<Value> { return text("True"); }},
    {"static string FalseString", [](const Call&) -> Result<Value> { return text("False"); }},
    {"static bool Parse(string value)", parse_boolean},
    {"static bool TryParse(string value, ref bool result)",
     [](const Call& c) -> Result<Value> {
       auto made = parse_boolean(c);
       HVSH_CHECK(set_reference(c.at(1), truth(made && made->as_bool())));
       return truth(made.ok());
     }},
    {"int CompareTo(object value)", compare_to},
    {"bool Equals(object obj)", equals},
    // A switch parameter's value is a boolean here.
    {"bool IsPresent", [](const Call& c) -> Result<Value> { return c.self; }},
    {"bool ToBool()", [](const Call& c) -> Result<Value> { return c.self; }},
};

constexpr Member kSwitch[] = {
    {"new(bool isPresent)", [](const Call& c) -> Result<Value> { return truth(c.flag(0)); }},
    {"static switch Present", [](const Call&) -> Result<Value> { return truth(true); }},
};

template <IntType kType>
Result<Value> convert_integer(const Value& value, const TypeRef&) {
  return to_integer(value, kType);
}
Result<Value> convert_truth(const Value& value, const TypeRef&) { return truth(to_bool(value)); }
Result<Value> convert_double(const Value& value, const TypeRef&) {
  HVSH_TRY(double made, to_double(value));
  return Value::real(made);
}
Result<Value> convert_single(const Value& value, const TypeRef&) {
  HVSH_TRY(double made, to_double(value));
  // Single has no values of its own here: the double of its shortest text shows as .NET's does, 1.1 not
  // 1.100000023841858.
  const auto cut = static_cast<float>(made);
  if (!std::isfinite(cut)) return Value::real(cut);
  char shortest[40];
  const auto end = std::to_chars(shortest, shortest + sizeof shortest, cut).ptr;
  std::from_chars(shortest, end, made);
  return Value::real(made);
}
Result<Value> convert_decimal(const Value& value, const TypeRef& type) {
  if (value.is_object(ObjectKind::decimal)) return value;
  const auto made = [](Decimal decimal) { return Value::object(make<DecimalObject>(decimal)); };
  if (value.kind() == Value::Kind::integer) {
    return made(value.int_type() == IntType::u64
                    ? decimal_from_unsigned(static_cast<uint64_t>(value.as_int()))
                    : decimal_from_integer(value.as_int()));
  }
  if (value.is_string()) {
    std::string digits(trimmed(value.as_string()));
    std::erase(digits, ',');
    if (auto decimal = parse_decimal(digits)) return made(*decimal);
    const auto number = parse_number(value.as_string());  // with an exponent
    auto rounded = number ? to_decimal(*number) : Result<Decimal>(Error{});
    if (rounded) return made(*rounded);
    Error error = conversion_error(
        value, type.info->name,
        fmt::format("The input string '{}' was not in a correct format.", value.as_string()));
    error.id = "InvalidCastFromStringToDecimal";
    return error;
  }
  if (is_big_integer(value)) {
    HVSH_TRY(Decimal whole, to_decimal(value));
    return made(whole);
  }
  HVSH_TRY(double real, to_double(value));
  HVSH_TRY(Decimal decimal, decimal_from_double(real));
  return made(decimal);
}

constexpr std::string_view kValueInterfaces = "System.IComparable, System.IFormattable, System.IConvertible";

constexpr Type number_type(const TypeInfo& info, std::string_view names, std::span<const Member> members,
                           ConvertFunction convert) {
  return {.info = &info,
          .names = names,
          .members = members,
          .shared = kFormattableMembers,
          .convert = convert,
          .interfaces = kValueInterfaces,
          .is_value = true};
}
constexpr Type kTypes[] = {
    number_type(types::SByte, "sbyte", kIntegers, convert_integer<IntType::i8>),
    number_type(types::Byte, "byte", kIntegers, convert_integer<IntType::u8>),
    number_type(types::Int16, "int16, short", kIntegers, convert_integer<IntType::i16>),
    number_type(types::UInt16, "uint16, ushort", kIntegers, convert_integer<IntType::u16>),
    number_type(types::Int32, "int, int32", kIntegers, convert_integer<IntType::i32>),
    number_type(types::UInt32, "uint, uint32", kIntegers, convert_integer<IntType::u32>),
    number_type(types::Int64, "long, int64", kIntegers, convert_integer<IntType::i64>),
    number_type(types::UInt64, "ulong, uint64", kIntegers, convert_integer<IntType::u64>),
    number_type(types::Double, "double", kReals, convert_double),
    number_type(types::Single, "float, single", kReals, convert_single),
    number_type(types::Decimal, "decimal", kDecimals, convert_decimal),
    {.info = &types::Bool,
     .names = "bool, boolean",
     .members = kBoolean,
     .convert = convert_truth,
     .interfaces = "System.IComparable, System.IConvertible",
     .is_value = true},
    {.info = &types::SwitchParameter,
     .names = "switch",
     .members = kSwitch,
     .convert = convert_truth,
     .is_value = true},
};

}  // namespace

const std::span<const Member> kFormattable = kFormattableMembers;

std::span<const Type> number_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
