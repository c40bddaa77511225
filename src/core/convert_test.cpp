#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <limits>

#include "core/cmdlet.h"
#include "core/decimal.h"
#include "core/error_record.h"
#include "core/text.h"

namespace hvsh {

namespace {
enum class Power { Other = 1, Running = 2, Off = 3, Resuming = 4 };
enum class Days { None = 0, Mon = 1, Tue = 2, Wed = 4 };
}  // namespace
template <>
struct EnumOf<Power> {
  static constexpr EnumMember kMembers[] = {{"Other", 1}, {"Running", 2}, {"Off", 3}, {"Resuming", 4}};
  static constexpr EnumInfo info{.type = {"Test.Power", "Power"}, .members = kMembers};
};
template <>
struct EnumOf<Days> {
  static constexpr EnumMember kMembers[] = {{"None", 0}, {"Mon", 1}, {"Tue", 2}, {"Wed", 4}};
  static constexpr EnumInfo info{.type = {"Test.Days", "Days"}, .members = kMembers, .flags = true};
};

namespace {

Value text(std::string_view value) { return Value::string(value); }
Value list(std::vector<Value> items) { return Value::array(std::move(items)); }

TEST_CASE("truth") {
  CHECK(!to_bool(Value::null()));
  CHECK(!to_bool(text("")));
  CHECK(to_bool(text("False")));
  CHECK(!to_bool(Value::integer(0)));
  CHECK(!to_bool(list({})));
  CHECK(!to_bool(list({Value::integer(0)})));
  CHECK(to_bool(list({Value::integer(0), Value::integer(0)})));
}

TEST_CASE("doubles print as .NET prints them") {
  const std::pair<double, const char*> cases[] = {
      {0.1, "0.1"},
      {1e20, "1E+20"},
      {100, "100"},
      {1e15, "1E+15"},
      {123456789012345, "123456789012345"},
      {0.0001, "0.0001"},
      {0.00001, "1E-05"},
      {1.5e-7, "1.5E-07"},
      {-2.5, "-2.5"},
      {1.0 / 3, "0.3333333333333333"},
      {std::numeric_limits<double>::max(), "1.7976931348623157E+308"}};
  for (const auto& [number, expected] : cases) CHECK(real_to_string(number) == expected);
}

TEST_CASE("text to numbers") {
  const std::pair<const char*, int64_t> cases[] = {
      {"42", 42}, {" 7 ", 7}, {"0x10", 16},  {"1kb", 1024}, {"1,000", 1000},   {"2.5", 2},
      {"3.5", 4}, {"-1", -1}, {"1e3", 1000}, {"", 0},       {"0xFFFFFFFF", -1}};
  for (const auto& [from, expected] : cases) {
    CAPTURE(from);
    const auto number = to_integer(text(from), IntType::i32);
    REQUIRE(number.ok());
    CHECK(number->as_int() == expected);
  }
  for (const char* wrong : {"abc", "1x", "--1", "4GB", "1e", "0x", "99999999999"}) {
    CAPTURE(wrong);
    CHECK(!to_integer(text(wrong), IntType::i32).ok());
  }
  CHECK(to_integer(text("4GB"), IntType::i64)->as_int() == int64_t{4} << 30);
  CHECK(to_string(*to_integer(text("18446744073709551615"), IntType::u64)) == "18446744073709551615");
  CHECK(to_integer(text("abc"), IntType::i32).error().message ==
        "Cannot convert value \"abc\" to type \"System.Int32\". Error: \"The input string 'abc' was not in a "
        "correct format.\"");
  CHECK(to_integer(Value::integer(300), IntType::u8).error().message ==
        "Cannot convert value \"300\" to type \"System.Byte\". Error: \"Value was either too large or too "
        "small "
        "for an unsigned byte.\"");
}

TEST_CASE("text to enumerations: exact, without case, unique prefix, flags") {
  const EnumInfo& power = EnumOf<Power>::info;
  CHECK(to_enum(text("running"), power)->enum_number() == 2);
  CHECK(to_enum(text("Ru"), power)->enum_number() == 2);
  CHECK(to_enum(text("3"), power)->enum_number() == 3);
  CHECK(!to_enum(text("R"), power).ok());
  CHECK(!to_enum(text("Paused"), power).ok());
  CHECK(!to_enum(Value::integer(9), power).ok());
  CHECK(to_string(*to_enum(text("mon, wed"), EnumOf<Days>::info)) == "Mon, Wed");
}

TEST_CASE("objects as text") {
  CHECK(to_string(list({Value::integer(1), list({Value::integer(2)}), Value::null()})) ==
        "1 System.Object[] ");
  auto record = make<RecordObject>();
  record->set("Name", text("web"));
  record->set("Size", Value::integer(2));
  CHECK(to_string(Value::object(record)) == "@{Name=web; Size=2}");
  CHECK(to_string(Value::object(make<MapObject>(false))) == "System.Collections.Hashtable");
  CHECK(to_string(Value::boolean(true)) == "True");
}

TEST_CASE("dates") {
  const std::pair<const char*, const char*> cases[] = {
      {"2026-11-22", "11/22/2026 00:00:00"},
      {"2026-11-22T17:00:01", "11/22/2026 17:00:01"},
      {"11/22/2026 5:00 PM", "11/22/2026 17:00:00"},
      {"22 Nov 2026", "11/22/2026 00:00:00"},
      {"November 22, 2026 12:30 AM", "11/22/2026 00:30:00"},
      {"Sunday, November 22, 2026 5:00:00 PM", "11/22/2026 17:00:00"},
      {"0001-01-01", "01/01/0001 00:00:00"},
      {"2024-02-29 23:59", "02/29/2024 23:59:00"}};
  for (const auto& [from, expected] : cases) {
    CAPTURE(from);
    const auto date = DateTime::parse(from);
    REQUIRE(date.ok());
    CHECK(date->to_string() == expected);
  }
  for (const char* wrong : {"", "2026-02-29", "2026-13-01", "soon", "25:00", "2026-11-22T17:00:00x"}) {
    CAPTURE(wrong);
    CHECK(!DateTime::parse(wrong).ok());
  }
  CHECK(DateTime::from_unix(0).to_iso() == "1970-01-01T00:00:00.0000000Z");
  CHECK(DateTime::parse("2026-11-22T17:00:00Z")->to_utc().to_iso() == "2026-11-22T17:00:00.0000000Z");
  CHECK(DateTime::from_unix(1'700'000'000).to_local().to_unix_seconds() == 1'700'000'000);
}

TEST_CASE("time spans") {
  const std::pair<const char*, const char*> cases[] = {{"1:02:03", "01:02:03"},
                                                       {"2.03:04:05.5", "2.03:04:05.5000000"},
                                                       {"3", "3.00:00:00"},
                                                       {"-0:01", "-00:01:00"}};
  for (const auto& [from, expected] : cases) {
    CAPTURE(from);
    REQUIRE(TimeSpan::parse(from).ok());
    CHECK(TimeSpan::parse(from)->to_string() == expected);
  }
  CHECK(!TimeSpan::parse("25:00").ok());
  CHECK(!TimeSpan::parse("abc").ok());
  CHECK(to_string(Value::time_span({std::numeric_limits<int64_t>::min()})) == "-10675199.02:48:05.4775808");
}

TEST_CASE("decimals") {
  const auto decimal = [](const char* digits) { return *parse_decimal(digits); };
  CHECK(to_string(decimal("1.50")) == "1.50");
  CHECK(to_string(*add(decimal("0.1"), decimal("0.2"))) == "0.3");
  CHECK(to_string(*multiply(decimal("1.5"), decimal("-2.5"))) == "-3.75");
  CHECK(to_string(*divide(decimal("1"), decimal("8"))) == "0.125");
  CHECK(to_string(*divide(decimal("1"), decimal("3"))) == "0.3333333333333333333333333333");
  CHECK(to_string(*remainder(decimal("10.5"), decimal("3"))) == "1.5");
  CHECK(to_string(*subtract(decimal("1"), decimal("1.0"))) == "0.0");
  CHECK(!add(decimal("79228162514264337593543950335"), decimal("1")).ok());
  CHECK(!parse_decimal("79228162514264337593543950336"));
  CHECK(!divide(decimal("1"), decimal("0")).ok());
  CHECK(compare(decimal("1.0"), decimal("1")) == std::strong_ordering::equal);
  CHECK(compare(decimal("-2"), decimal("1")) == std::strong_ordering::less);
  CHECK(to_string(*decimal_from_double(0.1)) == "0.1");
  CHECK(*to_int64(decimal("2.5")) == 2);
}

TEST_CASE("properties of every kind of object") {
  const auto read = [](const Value& object, std::string_view name) {
    const auto value = get_property(object, name);
    REQUIRE(value.has_value());
    REQUIRE(value->ok());
    return to_string(**value);
  };
  CHECK(read(text("grün"), "length") == "4");
  CHECK(read(list({Value::null(), Value::null()}), "Count") == "2");
  auto map = make<MapObject>(false);
  map->set("Name", text("web"));
  map->set("Count", Value::integer(9));
  CHECK(read(Value::object(map), "name") == "web");
  CHECK(read(Value::object(map), "count") == "9");
  CHECK(read(Value::object(map), "Keys") == "Name Count");
  CHECK(read(Value::date_time(*DateTime::parse("2026-11-22")), "DayOfWeek") == "Sunday");
  CHECK(read(Value::time_span(TimeSpan::seconds(90)), "TotalMinutes") == "1.5");
  CHECK(read(Value::time_span(TimeSpan::seconds(90)), "Seconds") == "30");
  CHECK(!get_property(Value::integer(1), "Nothing").has_value());

  Error error{.id = "InvalidParameter",
              .category = ErrorCategory::ObjectNotFound,
              .message = "Hyper-V was unable to find a virtual machine with name \"x\".",
              .target = "x",
              .error_class = "Microsoft.HyperV.PowerShell.Commands.GetVM",
              .exception = "Microsoft.HyperV.PowerShell.VirtualizationException",
              .activity = "Get-VM"};
  const Value record = Value::object(make<ErrorRecordObject>(error, Value()));
  CHECK(read(record, "FullyQualifiedErrorId") ==
        "InvalidParameter,Microsoft.HyperV.PowerShell.Commands.GetVM");
  CHECK(read(record, "CategoryInfo") == "ObjectNotFound: (x:String) [Get-VM], VirtualizationException");
  const Value exception = **get_property(record, "Exception");
  CHECK(read(exception, "Message") == error.message);
  CHECK(type_names(exception)[0] == "Microsoft.HyperV.PowerShell.VirtualizationException");
  CHECK(type_names(Value::integer(1)) ==
        std::vector<std::string>{"System.Int32", "System.ValueType", "System.Object"});
}

TEST_CASE("text in UTF-16 units, folded, and its width") {
  CHECK(to_utf8(to_utf16("aé€😀")) == "aé€😀");
  CHECK(to_utf16("😀").size() == 2);
  CHECK(fold_case("ÄSS") == "äss");
  CHECK(to_upper("straße") == "STRAßE");
  CHECK(display_width("日本") == 4);
  CHECK(display_width("\x1b[31mred\x1b[0m") == 3);
  CHECK(to_utf16("\xff\xc3").size() == 2);
}

TEST_CASE("approved verbs") {
  CHECK(is_approved_verb("Checkpoint"));
  CHECK(is_approved_verb("get"));
  CHECK(!is_approved_verb("Fetch"));
}

}  // namespace
}  // namespace hvsh
