#include "core/operators.h"

#include <doctest/doctest.h>

#include "core/compare.h"
#include "core/convert.h"
#include "core/decimal.h"
#include "core/regex.h"
#include "core/wildcard.h"

namespace hvsh {
namespace {

Value text(std::string_view value) { return Value::string(value); }
Value number(int64_t value) { return Value::integer(value); }
Value long_number(int64_t value) { return Value::integer(value, IntType::i64); }
Value list(std::vector<Value> items) { return Value::array(std::move(items)); }

// The value with its type, so that 3 (int) and 3 (long) differ.
std::string show(const Result<Value>& result) {
  if (!result) return "error: " + result.error().message;
  if (result->is_null()) return "null";
  if (result->is_object(ObjectKind::array)) {
    std::string all = "[";
    for (const Value& item : to_items(*result)) all += (all.size() > 1 ? "," : "") + to_string(item);
    return all + "]";
  }
  return std::string(result->type().short_name) + " " + to_string(*result);
}

TEST_CASE("arithmetic widens as PowerShell's") {
  CHECK(show(add(number(1), number(2))) == "Int32 3");
  CHECK(show(add(number(2147483647), number(1))) == "Double 2147483648");
  CHECK(show(add(long_number(INT64_MAX), number(1))) == "Double 9.223372036854776E+18");
  CHECK(show(add(number(1), text("2.5"))) == "Double 3.5");
  CHECK(show(add(text("1"), number(2))) == "String 12");
  CHECK(show(add(Value::null(), number(2))) == "Int32 2");
  CHECK(show(add(number(1), text("x"))) ==
        "error: Cannot convert value \"x\" to type \"System.Int32\". Error: \"The input string 'x' was not "
        "in a "
        "correct format.\"");
  CHECK(show(divide(number(7), number(2))) == "Double 3.5");
  CHECK(show(divide(number(6), number(2))) == "Int32 3");
  CHECK(show(divide(number(6), number(0))) == "error: Attempted to divide by zero.");
  CHECK(show(remainder(number(-7), number(3))) == "Int32 -1");
  CHECK(show(multiply(text("ab"), number(3))) == "String ababab");
  CHECK(show(multiply(list({number(1), number(2)}), number(2))) == "[1,2,1,2]");
  CHECK(show(add(list({number(1)}), list({number(2), number(3)}))) == "[1,2,3]");
  CHECK(show(add(list({number(1)}), text("x"))) == "[1,x]");
  CHECK(show(negate(text("5"))) == "Int32 -5");
  CHECK(show(subtract(Value::integer(5, IntType::u32), number(-1))) == "Int64 6");
  CHECK(show(multiply(Value::integer(-1, IntType::u64), Value::integer(2, IntType::u64))) ==
        "Double 3.6893488147419103E+19");
  CHECK(show(add(Value::object(make<DecimalObject>(*parse_decimal("0.1"))), number(1))) == "Decimal 1.1");
  CHECK(show(add(Value::boolean(true), number(1))) == "Int32 2");
  CHECK(!add(Value::object(make<RecordObject>()), number(1)).ok());
  CHECK(!multiply(text("xx"), number(2147483647)).ok());
}

TEST_CASE("dates and spans") {
  const Value date = Value::date_time(*DateTime::parse("2026-11-22"));
  const Value hour = Value::time_span(TimeSpan::seconds(3600));
  CHECK(show(add(date, hour)) == "DateTime 11/22/2026 01:00:00");
  CHECK(show(subtract(date, date)) == "TimeSpan 00:00:00");
  CHECK(show(add(hour, text("0:30"))) == "TimeSpan 01:30:00");
  CHECK(show(divide(hour, number(2))) == "TimeSpan 00:30:00");
  CHECK(!add(date, date).ok());
}

TEST_CASE("bits") {
  CHECK(show(bit_and(number(12), number(10))) == "Int32 8");
  CHECK(show(bit_or(number(12), text("3"))) == "Int32 15");
  CHECK(show(bit_xor(number(5), long_number(1))) == "Int64 4");
  CHECK(show(bit_not(number(0))) == "Int32 -1");
  CHECK(show(shift_left(number(1), number(31))) == "Int32 -2147483648");
  CHECK(show(shift_left(long_number(1), number(40))) == "Int64 1099511627776");
  CHECK(show(shift_right(number(-8), number(1))) == "Int32 -4");
}

TEST_CASE("ranges") {
  CHECK(show(range(number(1), number(3))) == "[1,2,3]");
  CHECK(show(range(number(2), number(-1))) == "[2,1,0,-1]");
  CHECK(show(range(text("a"), text("c"))) == "[a,b,c]");
  CHECK(show(range(text("1"), text("3"))) == "[1,2,3]");
  CHECK(!range(number(1), number(2147483647)).ok());
}

TEST_CASE("equality converts the right side to the left's type") {
  CHECK(equal(number(10), text("10")));
  CHECK(equal(text("10"), number(10)));
  CHECK(!equal(number(10), text("ten")));
  CHECK(equal(text("ABC"), text("abc")));
  CHECK(!equal(text("ABC"), text("abc"), false));
  CHECK(equal(text("STRASSE"), text("strasse")));
  CHECK(equal(text("ÄÖ"), text("äö")));
  CHECK(equal(Value::boolean(true), text("False")));
  CHECK(!equal(number(0), Value::null()));
  CHECK(equal(Value::null(), Value::null()));
  CHECK(equal(number(0), text("")));
  CHECK(equal(number(1), Value::real(1.0)));
  CHECK(equal(Value::character(u'A'), text("a")));
  CHECK(*compare(Value::null(), number(1)) < 0);
  CHECK(*compare(text("a"), text("B")) < 0);
  CHECK(*compare(Value::integer(-1, IntType::u64), number(5)) > 0);
  CHECK(!compare(number(1), text("abc")).ok());
  CHECK(compare(number(1), text("abc")).error().id == "ComparisonFailure");
  CHECK(!compare(Value::object(make<RecordObject>()), number(1)).ok());
}

TEST_CASE("comparison operators filter lists on the left") {
  const Value names = list({text("web1"), text("db1"), text("Web2")});
  CHECK(show(compare_operator(Comparison::like, names, text("web*"), true)) == "[web1,Web2]");
  CHECK(show(compare_operator(Comparison::like, names, text("web*"), false)) == "[web1]");
  CHECK(show(compare_operator(Comparison::contains, names, text("DB1"), true)) == "Boolean True");
  CHECK(show(compare_operator(Comparison::in, text("x"), names, true)) == "Boolean False");
  CHECK(show(compare_operator(Comparison::gt, list({number(1), number(5)}), text("3"), true)) == "[5]");
  Matches matches;
  CHECK(show(compare_operator(Comparison::match, text("web12"), text("(?<kind>[a-z]+)(\\d+)"), true,
                              &matches)) == "Boolean True");
  REQUIRE(matches.groups.size() == 3);
  CHECK(to_string(matches.groups[0].second) == "web12");
  CHECK(to_string(matches.groups[2].first) == "kind");
  CHECK(show(compare_operator(Comparison::match, text("a"), text("("), true))
            .starts_with("error: Invalid pattern '('"));
}

TEST_CASE("wildcards") {
  const auto matches = [](const char* pattern, const char* value) {
    return Wildcard(pattern).matches(value);
  };
  CHECK(matches("web*", "WEB01"));
  CHECK(matches("*", ""));
  CHECK(!matches("?", ""));
  CHECK(matches("w?b[0-2]1", "web01"));
  CHECK(!matches("w?b[0-2]1", "web31"));
  CHECK(matches("a`*b", "a*b"));
  CHECK(!matches("a`*b", "axb"));
  CHECK(matches("[abc", "[abc"));
  CHECK(matches("ü*", "Über"));
  CHECK(matches("*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaab"));
  CHECK(is_pattern("a*"));
  CHECK(!is_pattern("a`*"));
  CHECK(Wildcard(escape_wildcards("[x]*")).matches("[x]*"));
  CHECK(unescape_wildcards("a`*") == "a*");
}

TEST_CASE("numbers by format") {
  const std::pair<Value, std::pair<const char*, const char*>> cases[] = {
      {number(1234567), {"N0", "1,234,567"}},
      {Value::real(1234.567), {"N2", "1,234.57"}},
      {Value::real(0.5), {"P0", "50%"}},
      {Value::real(0.1234), {"P", "12.34%"}},
      {number(255), {"X", "FF"}},
      {number(255), {"x4", "00ff"}},
      {number(-1), {"X", "FFFFFFFF"}},
      {number(7), {"D3", "007"}},
      {number(-7), {"D3", "-007"}},
      {Value::real(1.5), {"F", "1.50"}},
      {Value::real(12345.6789), {"E2", "1.23E+004"}},
      {Value::real(12345.678), {"G3", "1.23E+04"}},
      {number(5), {"C", "$5.00"}},
      {Value::real(1234.5), {"#,##0.00", "1,234.50"}},
      {Value::real(0.5), {"0.##", "0.5"}},
      {number(42), {"00000", "00042"}},
      {Value::real(0.256), {"0.0%", "25.6%"}},
      {number(-3), {"0;(0);zero", "(3)"}},
      {number(0), {"0;(0);zero", "zero"}},
      {number(1234567), {"0,,.0 'M'", "1.2 M"}},
      {Value::real(-0.001), {"N1", "-0.0"}},
      {number(5), {"000.0", "005.0"}},
      {Value::real(123456), {"0.00E+00", "1.23E+05"}},
      {number(5), {"B8", "00000101"}},
      {number(12), {"#-#", "1-2"}},
  };
  for (const auto& [value, expected] : cases) {
    CAPTURE(expected.first);
    const auto result = format_value(value, expected.first);
    REQUIRE(result.ok());
    CHECK(*result == expected.second);
  }
  CHECK(!format_value(Value::real(1.5), "D").ok());
}

TEST_CASE("dates and spans by format") {
  const Value date = Value::date_time(*DateTime::parse("2026-11-02T17:05:09.125"));
  const std::pair<const char*, const char*> cases[] = {
      {"yyyy-MM-dd HH:mm:ss.fff", "2026-11-02 17:05:09.125"},
      {"d", "11/2/2026"},
      {"dddd, d MMMM yy h:mm tt", "Monday, 2 November 26 5:05 PM"},
      {"s", "2026-11-02T17:05:09"},
      {"yyyyMMdd'T'HHmm", "20261102T1705"},
      {"%d", "2"},
  };
  for (const auto& [format, expected] : cases) {
    CAPTURE(format);
    CHECK(*format_value(date, format) == expected);
  }
  const Value span = Value::time_span(*TimeSpan::parse("1.02:03:04.5"));
  CHECK(*format_value(span, "g") == "1:2:03:04.5");
  CHECK(*format_value(span, "d\\.hh\\:mm") == "1.02:03");
}

TEST_CASE("composite formats") {
  const Value arguments = list({text("web"), number(5), Value::real(2.5)});
  CHECK(show(format_operator(text("{0,-5}|{1,4}|{2:N1}"), arguments)) == "String web  |   5|2.5");
  CHECK(show(format_operator(text("{{{1}}}"), arguments)) == "String {5}");
  CHECK(show(format_operator(text("{0}"), number(7))) == "String 7");
  for (const char* wrong : {"{3}", "{", "}", "{x}", "{0", "{0,}", "{0:N"}) {
    CAPTURE(wrong);
    CHECK(!format_operator(text(wrong), arguments).ok());
  }
}

TEST_CASE("split, join, replace") {
  CHECK(show(split(text("a,b;c"), text("[,;]"), true)) == "[a,b,c]");
  CHECK(show(split(text("a1b2c"), text("(\\d)"), true)) == "[a,1,b,2,c]");
  CHECK(show(split(text("a,b,c"), list({text(","), number(2)}), true)) == "[a,b,c]");
  CHECK(to_items(*split(text("a,b,c"), list({text(","), number(2)}), true)).size() == 2);
  CHECK(to_string(to_items(
            *split(text("a.b.c"), list({text("."), number(-2), text("SimpleMatch")}), true))[0]) == "a.b");
  CHECK(show(split(text("  a  b "), Value::null(), true)) == "[a,b]");
  CHECK(to_items(*split(text("abc"), text(""), true)).size() == 5);
  CHECK(to_string(join(list({text("a"), number(1)}), "-")) == "a-1");
  const auto no_block = [](const Value&, const Value&) -> Result<std::string> { return std::string(); };

  CHECK(show(replace(text("a-b"), list({text("(?<x>a)-(b)"), text("${x}+$1$$$9")}), true, no_block)) ==
        "String a+b$$9");
  CHECK(show(replace(text("ABC"), text("b"), true, no_block)) == "String AC");
  CHECK(show(replace(text("ABC"), text("b"), false, no_block)) == "String ABC");
  CHECK(show(replace(text("äöü"), list({text("ö"), text("o")}), true, no_block)) == "String äoü");
}

TEST_CASE("a pattern that never ends is an error, not a hang") {
  const auto regex = Regex::compile("^(([a-z])+.)+[A-Z]([a-z])+$", {});
  REQUIRE(regex.ok());
  const auto match = (*regex)->find(std::string(60, 'a'));
  CHECK((!match.ok() || !match->has_value()));
}

}  // namespace
}  // namespace hvsh
