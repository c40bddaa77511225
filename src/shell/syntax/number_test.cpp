#include "shell/syntax/number.h"

#include <doctest/doctest.h>

#include "shell/syntax/test_support.h"

namespace hvsh::shell {

// What stands behind a number is left alone.
TEST_CASE("a number ends where its characters end") {
  struct Case {
    const char* text;
    size_t length;
  };
  for (const Case& c :
       {Case{"12 ", 2}, Case{"12abc", 2}, Case{"1..5", 1}, Case{"1.5.5", 3}, Case{"1.x", 2}, Case{"1e5", 3},
        Case{"1ex", 1}, Case{"1e+", 1}, Case{"0x1G", 3}, Case{"0xg", 1}, Case{"0b12", 3}, Case{"1kbx", 3},
        Case{"1k", 1}, Case{"1ulx", 3}, Case{"1und", 2}, Case{"1lgb", 4}, Case{".5.", 2}}) {
    CAPTURE(c.text);
    Number number;
    size_t length = 0;
    CHECK(scan_number(c.text, false, length, number) == NumberScan::number);
    CHECK(length == c.length);
  }
  Number number;
  size_t length = 0;
  for (const char* text : {"", "x", ".", "..", ".x", "-1", "e5", "kb"}) {
    CAPTURE(text);
    CHECK(scan_number(text, false, length, number) == NumberScan::none);
  }
}

TEST_CASE("the parts of a decimal") {
  Number number;
  size_t length = 0;
  REQUIRE(scan_number("79228162514264337593543950335d", true, length, number) == NumberScan::number);
  CHECK(number.type == NumberType::Decimal);
  CHECK(number.decimal.low == 0xFFFFFFFFu);
  CHECK(number.decimal.middle == 0xFFFFFFFFu);
  CHECK(number.decimal.high == 0xFFFFFFFFu);
  CHECK(number.decimal.scale == 0);
  CHECK(number.decimal.negative);
}

}  // namespace hvsh::shell
