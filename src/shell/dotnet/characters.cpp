// Char, StringBuilder, StringComparer, and how text compares.
#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>

#include "core/compare.h"
#include "core/operators.h"
#include "core/text.h"
#include "shell/dotnet/groups.h"
#include "shell/dotnet/text_compare.h"

namespace hvsh::shell::dotnet {

bool ignores_case(const Value& comparison) {
  return comparison.kind() == Value::Kind::enumeration && comparison.enum_number() % 2 == 1;
}

int text_order(std::string_view a, std::string_view b, bool ignore_case) {
  auto order = compare_text(a, b, true);
  if (order == 0 && !ignore_case) {
    // Small letters come first among texts that differ in case alone.
    order = compare_text(b, a, false);
  }
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

std::string normalized(std::string_view text, int32_t form) {
  constexpr int32_t kC = 1, kD = 2, kKC = 5;
  int options = UTF8PROC_STABLE;
  options |= form == kC || form == kKC ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE;
  if (form != kC && form != kD) options |= UTF8PROC_COMPAT;
  utf8proc_uint8_t* made = nullptr;
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                 static_cast<utf8proc_ssize_t>(text.size()), &made,
                                 static_cast<utf8proc_option_t>(options));
  if (size < 0) return std::string(text);
  std::string result(reinterpret_cast<char*>(made), static_cast<size_t>(size));
  std::free(made);
  return result;
}

namespace {

// ------------------------------------------------------------------------------------------------- Char

using Category = utf8proc_category_t;
Category category(char32_t c) { return utf8proc_category(static_cast<utf8proc_int32_t>(c)); }
bool is_digit(char32_t c) { return category(c) == UTF8PROC_CATEGORY_ND; }
bool is_number(char32_t c) {
  return category(c) >= UTF8PROC_CATEGORY_ND && category(c) <= UTF8PROC_CATEGORY_NO;
}
bool is_letter(char32_t c) {
  return category(c) >= UTF8PROC_CATEGORY_LU && category(c) <= UTF8PROC_CATEGORY_LO;
}
bool is_letter_or_digit(char32_t c) { return is_letter(c) || is_digit(c); }
bool is_upper(char32_t c) { return category(c) == UTF8PROC_CATEGORY_LU; }
bool is_lower(char32_t c) { return category(c) == UTF8PROC_CATEGORY_LL; }
bool is_control(char32_t c) { return category(c) == UTF8PROC_CATEGORY_CC; }
bool is_punctuation(char32_t c) {
  return category(c) >= UTF8PROC_CATEGORY_PC && category(c) <= UTF8PROC_CATEGORY_PO;
}
bool is_symbol(char32_t c) {
  return category(c) >= UTF8PROC_CATEGORY_SM && category(c) <= UTF8PROC_CATEGORY_SO;
}
bool is_separator(char32_t c) {
  return category(c) >= UTF8PROC_CATEGORY_ZS && category(c) <= UTF8PROC_CATEGORY_ZP;
}
bool is_white_space(char32_t c) { return is_separator(c) || (c >= 9 && c <= 13) || c == 0x85; }
bool is_surrogate(char32_t c) { return c >= 0xd800 && c < 0xe000; }
bool is_ascii(char32_t c) { return c < 0x80; }

template <bool (*kTest)(char32_t)>
Result<Value> is_class(const Call& call) {
  if (call.count() == 1) return truth(kTest(call.character(0)));
  const std::u16string units = to_utf16(call.text(0));
  const int64_t at = call.integer(1);
  if (at < 0 || static_cast<size_t>(at) >= units.size()) {
    return out_of_range("index",
                        "Index was out of range. Must be non-negative and less than the size of the "
                        "collection.");
  }
  return truth(kTest(units[static_cast<size_t>(at)]));
}

Result<Value> cased(char16_t c, bool upper) {
  const std::string one = utf8_of(c);
  const std::u16string units = to_utf16(upper ? to_upper(one) : to_lower(one));
  return Value::character(units.size() == 1 ? units[0] : c);
}

constexpr Member kChar[] = {
    {"static char MinValue", [](const Call&) -> Result<Value> { return Value::character(0); }},
    {"static char MaxValue", [](const Call&) -> Result<Value> { return Value::character(0xffff); }},
    {"static bool IsDigit(char c)", is_class<is_digit>},
    {"static bool IsDigit(string s, int index)", is_class<is_digit>},
    {"static bool IsNumber(char c)", is_class<is_number>},
    {"static bool IsNumber(string s, int index)", is_class<is_number>},
    {"static bool IsLetter(char c)", is_class<is_letter>},
    {"static bool IsLetter(string s, int index)", is_class<is_letter>},
    {"static bool IsLetterOrDigit(char c)", is_class<is_letter_or_digit>},
    {"static bool IsLetterOrDigit(string s, int index)", is_class<is_letter_or_digit>},
    {"static bool IsUpper(char c)", is_class<is_upper>},
    {"static bool IsUpper(string s, int index)", is_class<is_upper>},
    {"static bool IsLower(char c)", is_class<is_lower>},
    {"static bool IsLower(string s, int index)", is_class<is_lower>},
    {"static bool IsWhiteSpace(char c)", is_class<is_white_space>},
    {"static bool IsWhiteSpace(string s, int index)", is_class<is_white_space>},
    {"static bool IsControl(char c)", is_class<is_control>},
    {"static bool IsPunctuation(char c)", is_class<is_punctuation>},
    {"static bool IsSymbol(char c)", is_class<is_symbol>},
    {"static bool IsSeparator(char c)", is_class<is_separator>},
    {"static bool IsSurrogate(char c)", is_class<is_surrogate>},
    {"static bool IsAscii(char c)", is_class<is_ascii>},
    {"static char ToUpper(char c)", [](const Call& c) { return cased(c.character(0), true); }},
    {"static char ToUpperInvariant(char c)", [](const Call& c) { return cased(c.character(0), true); }},
    {"static char ToLower(char c)", [](const Call& c) { return cased(c.character(0), false); }},
    {"static char ToLowerInvariant(char c)", [](const Call& c) { return cased(c.character(0), false); }},
    {"static double GetNumericValue(char c)",
     [](const Call& c) -> Result<Value> {
       const char16_t unit = c.character(0);
       return Value::real(unit >= '0' && unit <= '9' ? unit - '0' : -1);
     }},
    {"static string ToString(char c)", [](const Call& c) -> Result<Value> { return text(c.text(0)); }},
    {"static string ConvertFromUtf32(int utf32)",
     [](const Call& c) -> Result<Value> {
       std::string made;
       append_utf8(made, static_cast<char32_t>(c.integer(0)));
       return text(std::move(made));
     }},
    {"static int ConvertToUtf32(string s, int index)",
     [](const Call& c) -> Result<Value> {
       const std::u16string units = to_utf16(c.text(0));
       const auto at = static_cast<size_t>(std::max<int64_t>(c.integer(1), 0));
       if (at >= units.size()) return out_of_range("index", "Index was out of range.");
       const std::string rest = to_utf8(std::u16string_view(units).substr(at));
       size_t position = 0;
       return number(static_cast<int64_t>(next_code_point(rest, position)));
     }},
    {"static char Parse(string s)",
     [](const Call& c) -> Result<Value> {
       const std::u16string units = to_utf16(c.text(0));
       if (units.size() != 1) return thrown("FormatException", "String must be exactly one character long.");
       return Value::character(units[0]);
     }},
    {"bool Equals(object obj)",
     [](const Call& c) -> Result<Value> {
       return truth(c.at(0).kind() == Value::Kind::character && c.at(0).as_char() == c.self.as_char());
     }},
    {"int CompareTo(char value)",
     [](const Call& c) -> Result<Value> { return number(int64_t{c.self.as_char()} - c.character(0)); }},
};

Result<Value> convert_char(const Value& value, const TypeRef& type) {
  if (value.kind() == Value::Kind::character) return value;
  if (value.is_string()) {
    const std::u16string units = to_utf16(value.as_string());
    if (units.size() == 1) return Value::character(units[0]);
    return conversion_error(value, type.info->name, "String must be exactly one character long.");
  }
  HVSH_TRY(Value unit, to_integer(value, IntType::u16));
  return Value::character(static_cast<char16_t>(unit.as_int()));
}

// ----------------------------------------------------------------------------------------- StringBuilder

constexpr TypeInfo kBuilderInfo{"System.Text.StringBuilder", "StringBuilder"};
constexpr int64_t kMostText = int64_t{1} << 30;

struct Builder {
  std::string text;
  int64_t capacity = 16;
  int64_t length() const { return static_cast<int64_t>(utf16_size(text)); }
};
Builder& builder_of(const Call& call) { return state_of<Builder>(call.self); }

Result<Value> append(const Call& call, std::string_view more) {
  Builder& builder = builder_of(call);
  if (static_cast<int64_t>(builder.text.size() + more.size()) > kMostText) {
    return out_of_range("capacity", "Capacity exceeds maximum capacity.");
  }
  builder.text += more;
  return call.self;
}

// Replaces `count` units from `at` on.
Result<Value> splice(const Call& call, int64_t at, int64_t count, std::string_view with) {
  Builder& builder = builder_of(call);
  std::u16string units = to_utf16(builder.text);
  if (at < 0 || count < 0 || at + count > static_cast<int64_t>(units.size())) {
    return out_of_range("index",
                        "Index was out of range. Must be non-negative and less than the size of the "
                        "collection.");
  }
  units.replace(static_cast<size_t>(at), static_cast<size_t>(count), to_utf16(with));
  builder.text = to_utf8(units);
  return call.self;
}

Result<Value> builder_text(const Call& call) {
  Builder& builder = builder_of(call);
  if (call.count() == 0) return text(builder.text);
  const std::u16string units = to_utf16(builder.text);
  const int64_t at = call.integer(0), count = call.integer(1);
  if (at < 0 || count < 0 || at + count > static_cast<int64_t>(units.size())) {
    return out_of_range("startIndex", "Index and length must refer to a location within the string.");
  }
  return text(
      to_utf8(std::u16string_view(units).substr(static_cast<size_t>(at), static_cast<size_t>(count))));
}

Result<Value> replace_all(const Call& call) {
  Builder& builder = builder_of(call);
  const std::string from = call.text(0), to = call.text(1);
  if (from.empty()) return thrown("ArgumentException", "Empty name is not legal. (Parameter 'oldValue')");
  std::string made;
  size_t begin = 0;
  for (size_t at; (at = builder.text.find(from, begin)) != std::string::npos; begin = at + from.size()) {
    made.append(builder.text, begin, at - begin);
    made += to;
  }
  made.append(builder.text, begin);
  builder.text = std::move(made);
  return call.self;
}

Result<Value> append_format(const Call& call, std::string_view pattern, const Value& arguments) {
  auto made = format_composite(pattern, to_items(arguments));
  if (!made) return thrown("FormatException", "Input string was not in a correct format.");
  return append(call, *made);
}

Result<Value> append_join(const Call& call) {
  std::string all;
  const std::vector<Value> items = to_items(call.at(1));
  for (size_t i = 0; i < items.size(); ++i) all += (i > 0 ? call.text(0) : "") + to_string(items[i]);
  return append(call, all);
}

constexpr Member kBuilder[] = {
    {"new()", [](const Call&) -> Result<Value> { return instance(kBuilderInfo, Builder{}); }},
    {"new(int capacity)",
     [](const Call& c) -> Result<Value> {
       return instance(kBuilderInfo, Builder{.capacity = c.integer(0)});
     }},
    {"new(string value)",
     [](const Call& c) -> Result<Value> { return instance(kBuilderInfo, Builder{.text = c.text(0)}); }},
    {"new(string value, int capacity)",
     [](const Call& c) -> Result<Value> {
       return instance(kBuilderInfo, Builder{.text = c.text(0), .capacity = c.integer(1)});
     }},
    {"int Capacity",
     [](const Call& c) -> Result<Value> {
       return number(std::max(builder_of(c).capacity, builder_of(c).length()));
     }},
    {"int MaxCapacity", [](const Call&) -> Result<Value> { return number(INT32_MAX); }},
    {"int Length", [](const Call& c) -> Result<Value> { return number(builder_of(c).length()); },
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(Value wanted, to_integer(c.at(0), IntType::i32));
       Builder& builder = builder_of(c);
       std::u16string units = to_utf16(builder.text);
       if (wanted.as_int() < 0 || wanted.as_int() > kMostText)
         return out_of_range("value", "Length is out of range.");
       units.resize(static_cast<size_t>(wanted.as_int()));
       builder.text = to_utf8(units);
       return Value::nothing();
     }},
    {"StringBuilder Append(char value)", [](const Call& c) { return append(c, c.text(0)); }},
    {"StringBuilder Append(string value)", [](const Call& c) { return append(c, c.text(0)); }},
    {"StringBuilder Append(object value)", [](const Call& c) { return append(c, c.text(0)); }},
    {"StringBuilder Append(char value, int repeatCount)",
     [](const Call& c) -> Result<Value> {
       if (c.integer(1) < 0 || c.integer(1) > kMostText)
         return out_of_range("repeatCount", "Count is out of range.");
       return append(c, to_utf8(std::u16string(static_cast<size_t>(c.integer(1)), c.character(0))));
     }},
    {"StringBuilder AppendLine()", [](const Call& c) { return append(c, "\n"); }},
    {"StringBuilder AppendLine(string value)", [](const Call& c) { return append(c, c.text(0) + "\n"); }},
    {"StringBuilder AppendFormat(string format, params object[] args)",
     [](const Call& c) { return append_format(c, c.text(0), c.at(1)); }},
    {"StringBuilder AppendFormat(IFormatProvider provider, string format, params object[] args)",
     [](const Call& c) { return append_format(c, c.text(1), c.at(2)); }},
    {"StringBuilder AppendJoin(string separator, params object[] values)", append_join},
    {"StringBuilder Insert(int index, object value)",
     [](const Call& c) { return splice(c, c.integer(0), 0, c.text(1)); }},
    {"StringBuilder Remove(int startIndex, int length)",
     [](const Call& c) { return splice(c, c.integer(0), c.integer(1), ""); }},
    {"StringBuilder Replace(string oldValue, string newValue)", replace_all},
    {"StringBuilder Clear()",
     [](const Call& c) -> Result<Value> {
       builder_of(c).text.clear();
       return c.self;
     }},
    {"char get_Chars(int index)",
     [](const Call& c) -> Result<Value> {
       const std::u16string units = to_utf16(builder_of(c).text);
       if (c.integer(0) < 0 || c.integer(0) >= static_cast<int64_t>(units.size())) {
         return thrown("IndexOutOfRangeException", "Index was outside the bounds of the array.");
       }
       return Value::character(units[static_cast<size_t>(c.integer(0))]);
     }},
    {"char get_Item(int index)",
     [](const Call& c) -> Result<Value> {
       const std::u16string units = to_utf16(builder_of(c).text);
       if (c.integer(0) < 0 || c.integer(0) >= static_cast<int64_t>(units.size())) return Value::null();
       return Value::character(units[static_cast<size_t>(c.integer(0))]);
     }},
    {"void set_Item(int index, char value)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(Value same, splice(c, c.integer(0), 1, c.text(1)));
       (void)same;
       return Value::nothing();
     }},
    {"string ToString()", builder_text},
    {"string ToString(int startIndex, int length)", builder_text},
};

// ----------------------------------------------------------------------------------------- StringComparer

constexpr TypeInfo kComparerInfo{"System.StringComparer", "StringComparer"};
struct Comparer {
  bool ignore_case = false;
};

template <bool kIgnoreCase>
Result<Value> comparer(const Call&) {
  return instance(kComparerInfo, Comparer{kIgnoreCase});
}

constexpr Member kComparer[] = {
    {"static StringComparer Ordinal", comparer<false>},
    {"static StringComparer OrdinalIgnoreCase", comparer<true>},
    {"static StringComparer InvariantCulture", comparer<false>},
    {"static StringComparer InvariantCultureIgnoreCase", comparer<true>},
    {"static StringComparer CurrentCulture", comparer<false>},
    {"static StringComparer CurrentCultureIgnoreCase", comparer<true>},
    {"bool Equals(string x, string y)",
     [](const Call& c) -> Result<Value> {
       return truth(compare_text(c.text(0), c.text(1), state_of<Comparer>(c.self).ignore_case) == 0);
     }},
    {"int Compare(string x, string y)",
     [](const Call& c) -> Result<Value> {
       return number(text_order(c.text(0), c.text(1), state_of<Comparer>(c.self).ignore_case));
     }},
};

constexpr Type kTypes[] = {
    {.info = &types::Char,
     .names = "char",
     .members = kChar,
     .convert = convert_char,
     .interfaces = "System.IComparable, System.IConvertible",
     .is_value = true},
    {.info = &kBuilderInfo, .names = "stringbuilder", .members = kBuilder},
    {.info = &kComparerInfo,
     .members = kComparer,
     .interfaces = "System.Collections.IComparer, "
                   "System.Collections.IEqualityComparer"},
};

}  // namespace

bool is_folding_comparer(const Value& comparer) {
  const auto* state = state_cast<Comparer>(comparer);
  return state != nullptr && state->ignore_case;
}

std::span<const Type> character_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
