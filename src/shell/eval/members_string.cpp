// Members of System.String and System.Char, and the static ones of both and of Regex.
#include <algorithm>

#include "core/compare.h"
#include "core/operators.h"
#include "core/regex.h"
#include "core/text.h"
#include "shell/eval/members.h"

namespace hvsh::shell {

namespace {

std::string_view self_text(const Call& call) { return call.self.as_string(); }
Value text(std::string value) { return Value::string(std::move(value)); }
Value number(size_t value) { return Value::integer(static_cast<int64_t>(value)); }

bool is_ascii(const Call& call) { return static_cast<StringObject*>(call.self.as_object())->is_ascii(); }

// UTF-16 positions of a text and back; for ASCII both are bytes.
size_t units_before(std::string_view text, size_t byte) { return to_utf16(text.substr(0, byte)).size(); }

Result<Value> substring(const Call& call) {
  HVSH_TRY(int64_t begin, int_argument(call, 0));
  const std::u16string units = is_ascii(call) ? std::u16string() : to_utf16(self_text(call));
  const auto size = static_cast<int64_t>(is_ascii(call) ? self_text(call).size() : units.size());
  int64_t length = size - begin;
  if (call.count() == 2) {
    HVSH_TRY(length, int_argument(call, 1));
  }
  if (begin < 0 || begin > size) {
    return Error{.id = "ArgumentOutOfRangeException",
                 .message = "startIndex cannot be larger than length of string. (Parameter 'startIndex')",
                 .exception = "System.ArgumentOutOfRangeException"};
  }
  if (length < 0 || begin + length > size) {
    return Error{
        .id = "ArgumentOutOfRangeException",
        .message = "Index and length must refer to a location within the string. (Parameter 'length')",
        .exception = "System.ArgumentOutOfRangeException"};
  }
  const auto from = static_cast<size_t>(begin), count = static_cast<size_t>(length);
  if (is_ascii(call)) return text(std::string(self_text(call).substr(from, count)));
  return text(to_utf8(std::u16string_view(units).substr(from, count)));
}

Result<Value> split_members(const Call& call) {
  std::vector<std::string> separators;
  size_t most = SIZE_MAX;
  bool drop_empty = false;
  for (size_t i = 0; i < call.count(); ++i) {
    const Value& argument = call.at(i);
    const std::string option = to_string(argument);
    if (i > 0 && equal_names(option, "RemoveEmptyEntries")) {
      drop_empty = true;
    } else if (i > 0 && equal_names(option, "None")) {
      continue;
    } else if (i > 0 && argument.kind() == Value::Kind::integer) {
      most = static_cast<size_t>(std::max<int64_t>(argument.as_int(), 0));
    } else {
      for (const Value& item : to_items(argument)) separators.push_back(to_string(item));
    }
  }
  // .NET takes a text as one separator, and nothing as white space.
  std::erase(separators, std::string());
  const std::string whole(self_text(call));
  std::vector<Value> parts;
  size_t begin = 0;
  for (size_t at = 0; at < whole.size() && parts.size() + 1 < most;) {
    size_t length = 0;
    if (separators.empty()) {
      length = std::string_view(" \t\n\r\f\v").find(whole[at]) != std::string_view::npos ? 1 : 0;
    }
    for (const std::string& separator : separators) {
      if (whole.compare(at, separator.size(), separator) == 0) {
        length = separator.size();
        break;
      }
    }
    if (length == 0) {
      ++at;
      continue;
    }
    if (!drop_empty || at > begin) parts.push_back(text(whole.substr(begin, at - begin)));
    at += length;
    begin = at;
  }
  if (!drop_empty || begin < whole.size()) parts.push_back(text(whole.substr(begin)));
  return Value::object(make<ArrayObject>(std::move(parts), &types::String));
}

std::string trim_set(const Call& call) {
  if (call.count() == 0) return " \t\n\r\f\v";
  std::string set;
  for (size_t i = 0; i < call.count(); ++i) {
    for (const Value& item : to_items(call.at(i))) set += to_string(item);
  }
  return set;
}

std::string_view trimmed(std::string_view value, const std::string& set, bool front, bool back) {
  size_t begin = 0, end = value.size();
  while (front && begin < end && set.find(value[begin]) != std::string::npos) ++begin;
  while (back && end > begin && set.find(value[end - 1]) != std::string::npos) --end;
  return value.substr(begin, end - begin);
}

bool ignores_case(const Call& call, size_t index) {
  if (call.count() <= index) return false;
  const Value& option = call.at(index);
  if (option.kind() == Value::Kind::boolean) return option.as_bool();
  const std::string name = to_string(option);
  return name.find("IgnoreCase") != std::string::npos || name.find("ignorecase") != std::string::npos;
}

Result<Value> find_text(const Call& call, bool last) {
  std::string whole(self_text(call)), wanted = text_argument(call, 0);
  if (ignores_case(call, call.count() - 1) && call.count() > 1) {
    whole = fold_case(whole);
    wanted = fold_case(wanted);
  }
  size_t from = last ? std::string::npos : 0;
  if (call.count() > 1 && call.at(1).kind() == Value::Kind::integer) {
    from = static_cast<size_t>(std::max<int64_t>(call.at(1).as_int(), 0));
    if (!is_ascii(call)) from = to_utf8(to_utf16(whole).substr(0, from)).size();
  }
  const size_t at = last ? whole.rfind(wanted, from) : whole.find(wanted, from);
  if (at == std::string::npos) return Value::integer(-1);
  return number(is_ascii(call) ? at : units_before(whole, at));
}

Result<Value> pad(const Call& call, bool left) {
  HVSH_TRY(int64_t width, int_argument(call, 0));
  const std::string fill = call.count() == 2 ? text_argument(call, 1) : " ";
  const size_t size = static_cast<StringObject*>(call.self.as_object())->utf16_length();
  constexpr int64_t kMostPadding = 1 << 24;
  if (width < 0 || width > kMostPadding) return argument_error("totalWidth is out of range.");
  std::string filled;
  for (size_t i = size; i < static_cast<size_t>(width); ++i) filled += fill;
  return text(left ? filled + std::string(self_text(call)) : std::string(self_text(call)) + filled);
}

bool matches_at(const Call& call, bool end) {
  std::string whole(self_text(call)), part = text_argument(call, 0);
  if (ignores_case(call, 1)) {
    whole = fold_case(whole);
    part = fold_case(part);
  }
  return end ? whole.ends_with(part) : whole.starts_with(part);
}

Result<Value> replace_text(const Call& call) {
  std::string whole(self_text(call));
  const std::string from = text_argument(call, 0), to = text_argument(call, 1);
  if (from.empty()) return argument_error("String cannot be of zero length. (Parameter 'oldValue')");
  std::string result;
  size_t begin = 0;
  for (size_t at; (at = whole.find(from, begin)) != std::string::npos; begin = at + from.size()) {
    result.append(whole, begin, at - begin);
    result += to;
  }
  result.append(whole, begin);
  return text(std::move(result));
}

Result<Value> insert_or_remove(const Call& call, bool insert) {
  HVSH_TRY(int64_t at, int_argument(call, 0));
  std::u16string units = to_utf16(self_text(call));
  if (at < 0 || static_cast<size_t>(at) > units.size()) {
    return argument_error("Index was outside of the string. (Parameter 'startIndex')");
  }
  if (insert) {
    units.insert(static_cast<size_t>(at), to_utf16(text_argument(call, 1)));
  } else {
    size_t length = units.size() - static_cast<size_t>(at);
    if (call.count() == 2) {
      HVSH_TRY(int64_t wanted, int_argument(call, 1));
      if (wanted < 0 || static_cast<size_t>(wanted) > length) return argument_error("count is out of range.");
      length = static_cast<size_t>(wanted);
    }
    units.erase(static_cast<size_t>(at), length);
  }
  return text(to_utf8(units));
}

Result<Value> characters(const Call& call) {
  std::vector<Value> items;
  for (char16_t unit : to_utf16(self_text(call))) items.push_back(Value::character(unit));
  return Value::object(make<ArrayObject>(std::move(items), &types::Char));
}

constexpr MemberEntry kString[] = {
    {"ToUpper", 0, 1, [](const Call& c) -> Result<Value> { return text(to_upper(self_text(c))); }},
    {"ToLower", 0, 1, [](const Call& c) -> Result<Value> { return text(to_lower(self_text(c))); }},
    {"ToUpperInvariant", 0, 0, [](const Call& c) -> Result<Value> { return text(to_upper(self_text(c))); }},
    {"ToLowerInvariant", 0, 0, [](const Call& c) -> Result<Value> { return text(to_lower(self_text(c))); }},
    {"Trim", 0, kAnyCount,
     [](const Call& c) -> Result<Value> {
       return text(std::string(trimmed(self_text(c), trim_set(c), true, true)));
     }},
    {"TrimStart", 0, kAnyCount,
     [](const Call& c) -> Result<Value> {
       return text(std::string(trimmed(self_text(c), trim_set(c), true, false)));
     }},
    {"TrimEnd", 0, kAnyCount,
     [](const Call& c) -> Result<Value> {
       return text(std::string(trimmed(self_text(c), trim_set(c), false, true)));
     }},
    {"Substring", 1, 2, substring},
    {"Split", 0, kAnyCount, split_members},
    {"Replace", 2, 2, replace_text},
    {"Contains", 1, 2,
     [](const Call& c) -> Result<Value> {
       std::string whole(self_text(c)), part = text_argument(c, 0);
       if (ignores_case(c, 1)) {
         whole = fold_case(whole);
         part = fold_case(part);
       }
       return Value::boolean(whole.find(part) != std::string::npos);
     }},
    {"StartsWith", 1, 3, [](const Call& c) -> Result<Value> { return Value::boolean(matches_at(c, false)); }},
    {"EndsWith", 1, 3, [](const Call& c) -> Result<Value> { return Value::boolean(matches_at(c, true)); }},
    {"IndexOf", 1, 3, [](const Call& c) { return find_text(c, false); }},
    {"LastIndexOf", 1, 3, [](const Call& c) { return find_text(c, true); }},
    {"IndexOfAny", 1, 1,
     [](const Call& c) -> Result<Value> {
       std::string set;
       for (const Value& item : to_items(c.at(0))) set += to_string(item);
       const size_t at = self_text(c).find_first_of(set);
       return at == std::string_view::npos ? Value::integer(-1) : number(units_before(self_text(c), at));
     }},
    {"PadLeft", 1, 2, [](const Call& c) { return pad(c, true); }},
    {"PadRight", 1, 2, [](const Call& c) { return pad(c, false); }},
    {"Insert", 2, 2, [](const Call& c) { return insert_or_remove(c, true); }},
    {"Remove", 1, 2, [](const Call& c) { return insert_or_remove(c, false); }},
    {"ToCharArray", 0, 0, characters},
    {"GetEnumerator", 0, 0, characters},
    {"Equals", 1, 2,
     [](const Call& c) -> Result<Value> {
       return Value::boolean(c.at(0).is_string() &&
                             compare_text(self_text(c), c.at(0).as_string(), ignores_case(c, 1)) == 0);
     }},
    {"CompareTo", 1, 1,
     [](const Call& c) -> Result<Value> {
       const auto order = compare_text(self_text(c), text_argument(c, 0), false);
       return Value::integer(order < 0 ? -1 : order > 0 ? 1 : 0);
     }},
    {"Normalize", 0, 1, [](const Call& c) -> Result<Value> { return c.self; }},
};

Result<Value> is_class(const Call& call, bool (*test)(char32_t)) {
  const std::string value = text_argument(call, 0);
  size_t at = 0;
  if (call.count() == 2) {
    HVSH_TRY(int64_t index, int_argument(call, 1));
    at = static_cast<size_t>(std::max<int64_t>(index, 0));
  }
  if (at >= value.size()) return Value::boolean(false);
  return Value::boolean(test(next_code_point(value, at)));
}

bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }
bool is_letter(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= 0x80 && fold_case(c) != c) || c >= 0xc0;
}
bool is_space(char32_t c) { return c == ' ' || (c >= 9 && c <= 13) || c == 0x85 || c == 0xa0; }

constexpr MemberEntry kCharStatics[] = {
    {"IsDigit", 1, 2, [](const Call& c) { return is_class(c, is_digit); }},
    {"IsNumber", 1, 2, [](const Call& c) { return is_class(c, is_digit); }},
    {"IsLetter", 1, 2, [](const Call& c) { return is_class(c, is_letter); }},
    {"IsLetterOrDigit", 1, 2,
     [](const Call& c) { return is_class(c, [](char32_t x) { return is_letter(x) || is_digit(x); }); }},
    {"IsWhiteSpace", 1, 2, [](const Call& c) { return is_class(c, is_space); }},
    {"IsUpper", 1, 2,
     [](const Call& c) {
       return is_class(c,
                       [](char32_t x) { return (x >= 'A' && x <= 'Z') || (x > 0x7f && fold_case(x) != x); });
     }},
    {"IsLower", 1, 2,
     [](const Call& c) { return is_class(c, [](char32_t x) { return x >= 'a' && x <= 'z'; }); }},
    {"ToUpper", 1, 1,
     [](const Call& c) -> Result<Value> {
       return Value::character(to_utf16(to_upper(text_argument(c, 0)))[0]);
     }},
    {"ToLower", 1, 1,
     [](const Call& c) -> Result<Value> {
       return Value::character(to_utf16(to_lower(text_argument(c, 0)))[0]);
     }},
};

bool is_blank(std::string_view value) {
  return std::all_of(value.begin(), value.end(),
                     [](char c) { return is_space(static_cast<unsigned char>(c)); });
}

constexpr MemberEntry kStringStatics[] = {
    {"Empty", 0, kProperty, [](const Call&) -> Result<Value> { return Value::string(""); }},
    {"IsNullOrEmpty", 1, 1,
     [](const Call& c) -> Result<Value> { return Value::boolean(text_argument(c, 0).empty()); }},
    {"IsNullOrWhiteSpace", 1, 1,
     [](const Call& c) -> Result<Value> { return Value::boolean(is_blank(text_argument(c, 0))); }},
    {"Join", 2, kAnyCount,
     [](const Call& c) -> Result<Value> {
       std::vector<Value> items;
       if (c.count() == 2) {
         items = to_items(c.at(1));
       } else {
         items.assign(c.arguments.begin() + 1, c.arguments.end());
       }
       return join(Value::array(std::move(items)), text_argument(c, 0));
     }},
    {"Format", 1, kAnyCount,
     [](const Call& c) -> Result<Value> {
       std::vector<Value> items(c.arguments.begin() + 1, c.arguments.end());
       if (items.size() == 1 && items[0].is_object(ObjectKind::array)) items = to_items(items[0]);
       HVSH_TRY(std::string made, format_composite(text_argument(c, 0), items));
       return text(std::move(made));
     }},
    {"Concat", 1, kAnyCount,
     [](const Call& c) -> Result<Value> {
       std::string all;
       for (size_t i = 0; i < c.count(); ++i) {
         for (const Value& item : to_items(c.at(i))) all += to_string(item);
       }
       return text(std::move(all));
     }},
    {"Compare", 2, 3,
     [](const Call& c) -> Result<Value> {
       const auto order = compare_text(text_argument(c, 0), text_argument(c, 1), ignores_case(c, 2));
       return Value::integer(order < 0 ? -1 : order > 0 ? 1 : 0);
     }},
    {"Equals", 2, 3,
     [](const Call& c) -> Result<Value> {
       return Value::boolean(compare_text(text_argument(c, 0), text_argument(c, 1), ignores_case(c, 2)) == 0);
     }},
    {"new", 2, 2,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(int64_t count, int_argument(c, 1));
       std::string all;
       for (int64_t i = 0; i < std::min<int64_t>(count, 1 << 24); ++i) all += text_argument(c, 0);
       return text(std::move(all));
     }},
};

Result<std::shared_ptr<const Regex>> regex_of(const Call& call, size_t pattern, size_t options) {
  const bool ignore_case = call.count() > options && ignores_case(call, options);
  return Regex::compile(text_argument(call, pattern), {.ignore_case = ignore_case});
}

constexpr MemberEntry kRegexStatics[] = {
    {"Escape", 1, 1, [](const Call& c) -> Result<Value> { return text(escape_regex(text_argument(c, 0))); }},
    {"IsMatch", 2, 3,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(auto regex, regex_of(c, 1, 2));
       HVSH_TRY(auto found, regex->find(text_argument(c, 0)));
       return Value::boolean(found.has_value());
     }},
    {"Match", 2, 3,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(auto regex, regex_of(c, 1, 2));
       const std::string whole = text_argument(c, 0);
       HVSH_TRY(auto found, regex->find(whole));
       return regex->match_value(whole, found.value_or(RegexMatch{}));
     }},
    {"Matches", 2, 3,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(auto regex, regex_of(c, 1, 2));
       const std::string whole = text_argument(c, 0);
       HVSH_TRY(auto all, regex->find_all(whole));
       std::vector<Value> items;
       for (const RegexMatch& match : all) items.push_back(regex->match_value(whole, match));
       return Value::array(std::move(items));
     }},
    {"Replace", 3, 4,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(auto regex, regex_of(c, 1, 3));
       HVSH_TRY(std::string made, regex->replace(text_argument(c, 0), text_argument(c, 2)));
       return text(std::move(made));
     }},
    {"Split", 2, 3,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(auto regex, regex_of(c, 1, 2));
       HVSH_TRY(auto parts, regex->split(text_argument(c, 0)));
       std::vector<Value> items;
       for (std::string& part : parts) items.push_back(text(std::move(part)));
       return Value::object(make<ArrayObject>(std::move(items), &types::String));
     }},
};

constexpr MemberFamily kFamilies[] = {
    {&types::String, false, kString},
    {&types::String, true, kStringStatics},
    {&types::Char, true, kCharStatics},
    {&types::Regex, true, kRegexStatics},
};

}  // namespace

std::span<const MemberFamily> string_members() { return kFamilies; }

}  // namespace hvsh::shell
