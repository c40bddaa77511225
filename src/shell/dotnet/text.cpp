// System.String.
#include <fmt/format.h>

#include <algorithm>

#include "core/compare.h"
#include "core/operators.h"
#include "core/text.h"
#include "shell/dotnet/groups.h"
#include "shell/dotnet/text_compare.h"
#include "shell/eval/interpreter.h"

namespace hvsh::shell::dotnet {

namespace {

const StringObject& self_object(const Call& call) {
  return *static_cast<StringObject*>(call.self.as_object());
}
std::string_view self_text(const Call& call) { return call.self.as_string(); }

// A text in UTF-16 units, which is how .NET counts; ASCII stays as it is.
class Units {
 public:
  explicit Units(const Call& call) : text_(self_text(call)), ascii_(self_object(call).is_ascii()) {
    if (!ascii_) units_ = to_utf16(text_);
  }
  int64_t size() const { return static_cast<int64_t>(ascii_ ? text_.size() : units_.size()); }
  std::string part(int64_t begin, int64_t length) const {
    const auto from = static_cast<size_t>(begin), count = static_cast<size_t>(length);
    if (ascii_) return std::string(text_.substr(from, count));
    return to_utf8(std::u16string_view(units_).substr(from, count));
  }
  // Bytes before a unit, and units before a byte.
  size_t byte_of(int64_t unit) const { return ascii_ ? static_cast<size_t>(unit) : part(0, unit).size(); }
  int64_t unit_of(size_t byte) const {
    return static_cast<int64_t>(ascii_ ? byte : to_utf16(text_.substr(0, byte)).size());
  }

 private:
  std::string_view text_;
  std::u16string units_;
  bool ascii_;
};

Result<Value> substring(const Call& call) {
  const Units units(call);
  const int64_t begin = call.integer(0);
  const int64_t length = call.count() == 2 ? call.integer(1) : units.size() - begin;
  if (begin < 0) return out_of_range("startIndex", "StartIndex cannot be less than zero.");
  if (begin > units.size())
    return out_of_range("startIndex", "startIndex cannot be larger than length of string.");
  if (length < 0) return out_of_range("length", "Length cannot be less than zero.");
  if (begin + length > units.size()) {
    return out_of_range("length", "Index and length must refer to a location within the string.");
  }
  return text(units.part(begin, length));
}

constexpr std::string_view kBlanks = " \t\n\r\f\v";

std::vector<std::string> separators_of(const Value& value) {
  std::vector<std::string> separators;
  for (const Value& item : to_items(value)) separators.push_back(to_string(item));
  std::erase(separators, std::string());
  return separators;
}

struct SplitOptions {
  int64_t most = INT32_MAX;
  bool drop_empty = false, trim = false;
};

std::string_view trim_blanks(std::string_view part) {
  const size_t begin = part.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return part.substr(begin, part.find_last_not_of(kBlanks) - begin + 1);
}

Value split(std::string_view whole, const std::vector<std::string>& separators, SplitOptions options) {
  std::vector<std::string> parts;
  const auto add = [&](std::string_view part) {
    if (options.trim) part = trim_blanks(part);
    if (!options.drop_empty || !part.empty()) parts.emplace_back(part);
  };
  if (options.most == 0) return text_array({});
  size_t begin = 0;
  for (size_t at = 0; at < whole.size() && static_cast<int64_t>(parts.size()) + 1 < options.most;) {
    size_t length = 0;
    if (separators.empty()) length = kBlanks.find(whole[at]) != std::string_view::npos ? 1 : 0;
    for (const std::string& separator : separators) {
      if (whole.substr(at, separator.size()) != separator) continue;
      length = separator.size();
      break;
    }
    if (length == 0) {
      ++at;
      continue;
    }
    add(whole.substr(begin, at - begin));
    at += length;
    begin = at;
  }
  // With a limit, the rest of a text whose empty parts are dropped begins behind its separators.
  add(whole.substr(begin));
  return text_array(std::move(parts));
}

SplitOptions split_options(const Value& options, int64_t most) {
  const int32_t bits = options.kind() == Value::Kind::enumeration ? options.enum_number() : 0;
  return {.most = most, .drop_empty = (bits & 1) != 0, .trim = (bits & 2) != 0};
}

Result<Value> split_set(const Call& call) {  // (separators[, count][, options])
  int64_t most = INT32_MAX;
  Value options;
  for (size_t i = 1; i < call.count(); ++i) {
    if (call.at(i).kind() == Value::Kind::integer) most = call.integer(i);
    if (call.at(i).kind() == Value::Kind::enumeration) options = call.at(i);
  }
  if (most < 0) return out_of_range("count", "Count cannot be less than zero.");
  const std::vector<std::string> separators =
      call.count() == 0 ? std::vector<std::string>() : separators_of(call.at(0));
  return split(self_text(call), separators, split_options(options, most));
}

std::string trim_set(const Call& call) {
  std::string set;
  if (call.given(0)) {
    for (const Value& item : to_items(call.at(0))) set += to_string(item);
  }
  return set.empty() ? std::string(kBlanks) : set;
}

Result<Value> trim(const Call& call, bool front, bool back) {
  const std::string set = trim_set(call);
  const std::string_view value = self_text(call);
  // By characters, as a set may hold more than ASCII.
  const std::u16string wanted = to_utf16(set), units = to_utf16(value);
  size_t begin = 0, end = units.size();
  while (front && begin < end && wanted.find(units[begin]) != std::u16string::npos) ++begin;
  while (back && end > begin && wanted.find(units[end - 1]) != std::u16string::npos) --end;
  return text(to_utf8(std::u16string_view(units).substr(begin, end - begin)));
}

struct Search {
  std::string whole, wanted;
  Search(const Call& call, bool ignore_case) : whole(self_text(call)), wanted(call.text(0)) {
    if (!ignore_case) return;
    whole = fold_case(whole);
    wanted = fold_case(wanted);
  }
};

// IndexOf and LastIndexOf: (value[, start[, count]][, comparison])
Result<Value> find_text(const Call& call, bool last) {
  const Units units(call);
  int64_t numbers[2] = {last ? units.size() - 1 : 0, -1};
  size_t given = 0;
  bool ignore_case = false;
  for (size_t i = 1; i < call.count(); ++i) {
    if (call.at(i).kind() == Value::Kind::integer && given < 2) numbers[given++] = call.integer(i);
    if (call.at(i).kind() == Value::Kind::enumeration) ignore_case = ignores_case(call.at(i));
  }
  const int64_t start = numbers[0];
  if (given > 0 && (start < 0 || start > units.size())) {
    return out_of_range("startIndex",
                        "Index was out of range. Must be non-negative and less than or equal to the "
                        "size of the collection.");
  }
  const Search search(call, ignore_case);
  if (!last) {
    const size_t at = search.whole.find(search.wanted, units.byte_of(start));
    if (at == std::string::npos) return number(-1);
    const int64_t found = units.unit_of(at);
    return number(numbers[1] >= 0 && found >= start + numbers[1] ? -1 : found);
  }
  const size_t end = units.byte_of(std::min(start + 1, units.size()));
  const std::string_view within = std::string_view(search.whole).substr(0, end);
  const size_t at = within.rfind(search.wanted);
  return at == std::string_view::npos ? number(-1) : number(units.unit_of(at));
}

Result<Value> find_any(const Call& call, bool last) {
  const std::u16string units = to_utf16(self_text(call));
  std::u16string set;
  for (const Value& item : to_items(call.at(0))) set += to_utf16(to_string(item));
  const auto start = static_cast<size_t>(call.count() > 1 ? std::max<int64_t>(call.integer(1), 0) : 0);
  const size_t at = last ? units.find_last_of(set) : units.find_first_of(set, start);
  return number(at == std::u16string::npos ? -1 : static_cast<int64_t>(at));
}

Result<Value> pad(const Call& call, bool left) {
  const int64_t width = call.integer(0);
  constexpr int64_t kMostPadding = 1 << 24;
  if (width < 0 || width > kMostPadding) return out_of_range("totalWidth", "Non-negative number required.");
  const std::string fill = call.count() == 2 ? call.text(1) : " ";
  std::string filled;
  for (size_t i = self_object(call).utf16_length(); i < static_cast<size_t>(width); ++i) filled += fill;
  const std::string own(self_text(call));
  return text(left ? filled + own : own + filled);
}

Result<Value> matches_at(const Call& call, bool end) {
  const bool folded = (call.count() == 2 && ignores_case(call.at(1))) || (call.count() == 3 && call.flag(1));
  const Search search(call, folded);
  return truth(end ? search.whole.ends_with(search.wanted) : search.whole.starts_with(search.wanted));
}

Result<Value> replace_text(const Call& call) {
  const std::string whole(self_text(call)), from = call.text(0), to = call.text(1);
  if (from.empty())
    return thrown("ArgumentException", "String cannot be of zero length. (Parameter 'oldValue')");
  const bool folded = (call.count() == 3 && ignores_case(call.at(2))) || (call.count() == 4 && call.flag(2));
  const std::string searched = folded ? fold_case(whole) : whole, wanted = folded ? fold_case(from) : from;
  // Folding keeps lengths for all but rare letters; where it does not, case counts.
  const bool exact = searched.size() != whole.size();
  const std::string& in = exact ? whole : searched;
  const std::string& what = exact ? from : wanted;
  std::string result;
  size_t begin = 0;
  for (size_t at; (at = in.find(what, begin)) != std::string::npos; begin = at + what.size()) {
    result.append(whole, begin, at - begin);
    result += to;
  }
  result.append(whole, begin);
  return text(std::move(result));
}

Result<Value> insert(const Call& call) {
  std::u16string units = to_utf16(self_text(call));
  const int64_t at = call.integer(0);
  if (at < 0 || static_cast<size_t>(at) > units.size()) {
    return out_of_range("startIndex",
                        "Index was out of range. Must be non-negative and less than or equal to the "
                        "size of the collection.");
  }
  units.insert(static_cast<size_t>(at), to_utf16(call.text(1)));
  return text(to_utf8(units));
}

Result<Value> remove(const Call& call) {
  std::u16string units = to_utf16(self_text(call));
  const int64_t at = call.integer(0), size = static_cast<int64_t>(units.size());
  if (at < 0) return out_of_range("startIndex", "StartIndex cannot be less than zero.");
  const int64_t count = call.count() == 2 ? call.integer(1) : size - at;
  if (at > size || (call.count() == 1 && at == size && size > 0)) {
    return out_of_range("startIndex", "startIndex must be less than length of string.");
  }
  if (count < 0 || at + count > size) {
    return out_of_range("count", "Index and count must refer to a location within the string.");
  }
  units.erase(static_cast<size_t>(at), static_cast<size_t>(count));
  return text(to_utf8(units));
}

Result<Value> characters(const Call& call) {
  std::vector<Value> items;
  const std::u16string units = to_utf16(self_text(call));
  const auto begin = static_cast<size_t>(call.count() == 2 ? call.integer(0) : 0);
  const size_t count = call.count() == 2 ? static_cast<size_t>(call.integer(1)) : units.size();
  if (begin > units.size() || count > units.size() - begin) {
    return out_of_range("startIndex", "Index was out of range.");
  }
  for (size_t i = begin; i < begin + count; ++i) items.push_back(Value::character(units[i]));
  return typed_array(std::move(items), types::Char);
}

Result<Value> character_at(const Call& call) {
  const std::u16string units = to_utf16(self_text(call));
  const int64_t at = call.integer(0);
  if (at < 0 || static_cast<size_t>(at) >= units.size()) {
    return thrown("IndexOutOfRangeException", "Index was outside the bounds of the array.");
  }
  return Value::character(units[static_cast<size_t>(at)]);
}

Result<Value> contains(const Call& call) {
  const Search search(call, call.count() == 2 && ignores_case(call.at(1)));
  return truth(search.whole.find(search.wanted) != std::string::npos);
}

Result<Value> equals(const Call& call) {
  if (!call.at(0).is_string()) return truth(false);
  const bool folded = call.count() == 2 && ignores_case(call.at(1));
  return truth(compare_text(self_text(call), call.at(0).as_string(), folded) == 0);
}

Result<Value> compare_texts(const Call& call, size_t first, bool folded) {
  if (!call.given(first) || !call.given(first + 1)) {
    return number(static_cast<int>(call.given(first)) - static_cast<int>(call.given(first + 1)));
  }
  return number(text_order(call.text(first), call.text(first + 1), folded));
}

Result<Value> format(std::string_view pattern, std::span<const Value> items) {
  auto made = format_composite(pattern, items);
  if (made) return text(made.take());
  return thrown("FormatException", made.error().message.substr(made.error().message.find(": ") + 2));
}

Result<Value> join(std::string_view separator, const std::vector<Value>& items) {
  std::string all;
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) all += separator;
    all += to_string(items[i]);
  }
  return text(std::move(all));
}

Result<Value> concat(const Call& call) {
  std::string all;
  for (size_t i = 0; i < call.count(); ++i) {
    for (const Value& item : to_items(call.at(i))) all += to_string(item);
  }
  return text(std::move(all));
}

bool is_blank(std::string_view value) { return value.find_first_not_of(kBlanks) == std::string_view::npos; }

constexpr Member kString[] = {
    {"new(char[] value)",
     [](const Call& c) -> Result<Value> {
       std::u16string units;
       for (const Value& item : to_items(c.at(0))) units += item.as_char();
       return text(to_utf8(units));
     }},
    {"new(char c, int count)",
     [](const Call& c) -> Result<Value> {
       constexpr int64_t kMost = 1 << 28;
       if (c.integer(1) < 0 || c.integer(1) > kMost)
         return out_of_range("count", "'count' must be non-negative.");
       return text(to_utf8(std::u16string(static_cast<size_t>(c.integer(1)), c.character(0))));
     }},
    {"new(char[] value, int startIndex, int length)",
     [](const Call& c) -> Result<Value> {
       const std::vector<Value> items = to_items(c.at(0));
       std::u16string units;
       if (c.integer(1) < 0 || c.integer(2) < 0 ||
           c.integer(1) + c.integer(2) > static_cast<int64_t>(items.size())) {
         return out_of_range("startIndex", "Index was out of range.");
       }
       for (int64_t i = 0; i < c.integer(2); ++i)
         units += items[static_cast<size_t>(c.integer(1) + i)].as_char();
       return text(to_utf8(units));
     }},
    {"int Length", core_property},
    {"char Chars(int index)", character_at},
    {"char get_Chars(int index)", character_at},
    {"string ToUpper()", [](const Call& c) -> Result<Value> { return text(to_upper(self_text(c))); }},
    {"string ToUpper(IFormatProvider culture)",
     [](const Call& c) -> Result<Value> { return text(to_upper(self_text(c))); }},
    {"string ToUpperInvariant()",
     [](const Call& c) -> Result<Value> { return text(to_upper(self_text(c))); }},
    {"string ToLower()", [](const Call& c) -> Result<Value> { return text(to_lower(self_text(c))); }},
    {"string ToLower(IFormatProvider culture)",
     [](const Call& c) -> Result<Value> { return text(to_lower(self_text(c))); }},
    {"string ToLowerInvariant()",
     [](const Call& c) -> Result<Value> { return text(to_lower(self_text(c))); }},
    {"string Trim()", [](const Call& c) { return trim(c, true, true); }},
    {"string Trim(params char[] trimChars)", [](const Call& c) { return trim(c, true, true); }},
    {"string TrimStart()", [](const Call& c) { return trim(c, true, false); }},
    {"string TrimStart(params char[] trimChars)", [](const Call& c) { return trim(c, true, false); }},
    {"string TrimEnd()", [](const Call& c) { return trim(c, false, true); }},
    {"string TrimEnd(params char[] trimChars)", [](const Call& c) { return trim(c, false, true); }},
    {"string Substring(int startIndex)", substring},
    {"string Substring(int startIndex, int length)", substring},
    {"string[] Split()", split_set},
    {"string[] Split(char separator)", split_set},
    {"string[] Split(string separator)", split_set},
    {"string[] Split(char separator, StringSplitOptions options)", split_set},
    {"string[] Split(char separator, int count)", split_set},
    {"string[] Split(char separator, int count, StringSplitOptions options)", split_set},
    {"string[] Split(string separator, StringSplitOptions options)", split_set},
    {"string[] Split(string separator, int count)", split_set},
    {"string[] Split(string separator, int count, StringSplitOptions options)", split_set},
    {"string[] Split(params char[] separator)", split_set},
    {"string[] Split(char[] separator, int count)", split_set},
    {"string[] Split(char[] separator, StringSplitOptions options)", split_set},
    {"string[] Split(char[] separator, int count, StringSplitOptions options)", split_set},
    {"string[] Split(string[] separator, StringSplitOptions options)", split_set},
    {"string[] Split(string[] separator, int count, StringSplitOptions options)", split_set},
    {"string Replace(string oldValue, string newValue)", replace_text},
    {"string Replace(string oldValue, string newValue, StringComparison comparisonType)", replace_text},
    {"string Replace(string oldValue, string newValue, bool ignoreCase, IFormatProvider culture)",
     replace_text},
    {"bool Contains(string value)", contains},
    {"bool Contains(string value, StringComparison comparisonType)", contains},
    {"bool StartsWith(string value)", [](const Call& c) { return matches_at(c, false); }},
    {"bool StartsWith(string value, StringComparison comparisonType)",
     [](const Call& c) { return matches_at(c, false); }},
    {"bool StartsWith(string value, bool ignoreCase, IFormatProvider culture)",
     [](const Call& c) { return matches_at(c, false); }},
    {"bool EndsWith(string value)", [](const Call& c) { return matches_at(c, true); }},
    {"bool EndsWith(string value, StringComparison comparisonType)",
     [](const Call& c) { return matches_at(c, true); }},
    {"bool EndsWith(string value, bool ignoreCase, IFormatProvider culture)",
     [](const Call& c) { return matches_at(c, true); }},
    {"int IndexOf(string value)", [](const Call& c) { return find_text(c, false); }},
    {"int IndexOf(string value, int startIndex)", [](const Call& c) { return find_text(c, false); }},
    {"int IndexOf(string value, StringComparison comparisonType)",
     [](const Call& c) { return find_text(c, false); }},
    {"int IndexOf(string value, int startIndex, int count)",
     [](const Call& c) { return find_text(c, false); }},
    {"int IndexOf(string value, int startIndex, StringComparison comparisonType)",
     [](const Call& c) { return find_text(c, false); }},
    {"int LastIndexOf(string value)", [](const Call& c) { return find_text(c, true); }},
    {"int LastIndexOf(string value, int startIndex)", [](const Call& c) { return find_text(c, true); }},
    {"int LastIndexOf(string value, StringComparison comparisonType)",
     [](const Call& c) { return find_text(c, true); }},
    {"int IndexOfAny(char[] anyOf)", [](const Call& c) { return find_any(c, false); }},
    {"int IndexOfAny(char[] anyOf, int startIndex)", [](const Call& c) { return find_any(c, false); }},
    {"int LastIndexOfAny(char[] anyOf)", [](const Call& c) { return find_any(c, true); }},
    {"string PadLeft(int totalWidth)", [](const Call& c) { return pad(c, true); }},
    {"string PadLeft(int totalWidth, char paddingChar)", [](const Call& c) { return pad(c, true); }},
    {"string PadRight(int totalWidth)", [](const Call& c) { return pad(c, false); }},
    {"string PadRight(int totalWidth, char paddingChar)", [](const Call& c) { return pad(c, false); }},
    {"string Insert(int startIndex, string value)", insert},
    {"string Remove(int startIndex)", remove},
    {"string Remove(int startIndex, int count)", remove},
    {"char[] ToCharArray()", characters},
    {"char[] ToCharArray(int startIndex, int length)", characters},
    {"object GetEnumerator()", characters},
    {"object Clone()", [](const Call& c) -> Result<Value> { return c.self; }},
    {"bool Equals(string value)", equals},
    {"bool Equals(object obj)", equals},
    {"bool Equals(string value, StringComparison comparisonType)", equals},
    {"int CompareTo(object value)",
     [](const Call& c) -> Result<Value> {
       return number(c.given(0) ? text_order(self_text(c), c.text(0), false) : 1);
     }},
    {"string Normalize()", [](const Call& c) -> Result<Value> { return text(normalized(self_text(c), 1)); }},
    {"string Normalize(NormalizationForm normalizationForm)",
     [](const Call& c) -> Result<Value> { return text(normalized(self_text(c), c.at(0).enum_number())); }},
    {"bool IsNormalized()",
     [](const Call& c) -> Result<Value> { return truth(normalized(self_text(c), 1) == self_text(c)); }},
    {"string ToString(IFormatProvider provider)", [](const Call& c) -> Result<Value> { return c.self; }},
    {"static string Empty", [](const Call&) -> Result<Value> { return Value::string(""); }},
    {"static bool IsNullOrEmpty(string value)",
     [](const Call& c) -> Result<Value> { return truth(c.text(0).empty()); }},
    {"static bool IsNullOrWhiteSpace(string value)",
     [](const Call& c) -> Result<Value> { return truth(is_blank(c.text(0))); }},
    {"static string Join(string separator, params object[] values)",
     [](const Call& c) { return join(c.text(0), to_items(c.at(1))); }},
    {"static string Join(string separator, string[] value, int startIndex, int count)",
     [](const Call& c) -> Result<Value> {
       std::vector<Value> items = to_items(c.at(1));
       const int64_t from = c.integer(2), count = c.integer(3);
       if (from < 0 || count < 0 || from + count > static_cast<int64_t>(items.size())) {
         return out_of_range("startIndex", "Index was out of range.");
       }
       return join(c.text(0), {items.begin() + from, items.begin() + from + count});
     }},
    {"static string Format(string format, params object[] args)",
     [](const Call& c) { return format(c.text(0), to_items(c.at(1))); }},
    {"static string Format(IFormatProvider provider, string format, params object[] args)",
     [](const Call& c) { return format(c.text(1), to_items(c.at(2))); }},
    {"static string Concat(params object[] args)", concat},
    {"static int Compare(string strA, string strB)",
     [](const Call& c) { return compare_texts(c, 0, false); }},
    {"static int Compare(string strA, string strB, bool ignoreCase)",
     [](const Call& c) { return compare_texts(c, 0, c.flag(2)); }},
    {"static int Compare(string strA, string strB, StringComparison comparisonType)",
     [](const Call& c) { return compare_texts(c, 0, ignores_case(c.at(2))); }},
    {"static int CompareOrdinal(string strA, string strB)",
     [](const Call& c) -> Result<Value> {
       const int order = c.text(0).compare(c.text(1));
       return number(order < 0 ? -1 : order > 0 ? 1 : 0);
     }},
    {"static bool Equals(string a, string b)",
     [](const Call& c) -> Result<Value> {
       return truth(c.given(0) == c.given(1) && c.text(0) == c.text(1));
     }},
    {"static bool Equals(string a, string b, StringComparison comparisonType)",
     [](const Call& c) -> Result<Value> {
       return truth(c.given(0) == c.given(1) &&
                    compare_text(c.text(0), c.text(1), ignores_case(c.at(2))) == 0);
     }},
    {"static string Copy(string str)", [](const Call& c) -> Result<Value> { return c.at(0); }},
};

Result<Value> convert_string(const Value& value, const TypeRef& type) {
  if (value.is_string()) return value;
  // $OFS is the evaluator's; a cast joins with it.
  if (type.table != nullptr && type.table->interpreter() != nullptr) {
    return Value::string(type.table->interpreter()->join_text(value));
  }
  return Value::string(to_string(value));
}

constexpr Type kTypes[] = {
    {.info = &types::String,
     .names = "string",
     .members = kString,
     .convert = convert_string,
     .interfaces =
         "System.IComparable, System.ICloneable, System.IConvertible, System.Collections.IEnumerable"},
};

}  // namespace

std::span<const Type> text_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
