#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "shell/source_table.h"

#include <doctest/doctest.h>

namespace hvsh::shell {

TEST_CASE("texts have numbers from 1") {
  SourceTable sources;
  CHECK(sources.add("a.ps1", "foo") == 1);
  CHECK(sources.add("",
                    "\xEF\xBB\xBF"
                    "bar") == 2);
  CHECK(sources.name(1) == "a.ps1");
  CHECK(sources.name(2).empty());
  CHECK(sources.text(2) == "bar");
  CHECK(sources.text(Span{1, 1, 3}) == "oo");
  CHECK(sources.text(Span{1, 2, 9}) == "o");
  CHECK(sources.text(Span{1, 4, 9}).empty());
  sources.remove(1);
  CHECK_FALSE(sources.contains(1));
  CHECK(sources.text(1).empty());
  CHECK(sources.add("c.ps1", "") == 3);
  CHECK_FALSE(sources.contains(0));
  CHECK_FALSE(sources.contains(4));
  CHECK(sources.begin(Span{4, 0, 1}) == Position{1, 1});
}

TEST_CASE("lines and columns") {
  SourceTable sources;
  uint32_t id = sources.add("", "ab\ncd\r\n\r\xC3\xA4\xF0\x9F\x98\x80x\n");
  CHECK(sources.line_count(id) == 5);
  CHECK(sources.line(id, 1) == "ab");
  CHECK(sources.line(id, 2) == "cd");
  CHECK(sources.line(id, 3).empty());
  CHECK(sources.line(id, 4) == "\xC3\xA4\xF0\x9F\x98\x80x");
  CHECK(sources.line(id, 5).empty());
  CHECK(sources.line(id, 6).empty());
  CHECK(sources.line(id, 0).empty());
  CHECK(sources.begin(Span{id, 0, 1}) == Position{1, 1});
  CHECK(sources.end(Span{id, 0, 2}) == Position{1, 3});
  CHECK(sources.begin(Span{id, 3, 4}) == Position{2, 1});
  CHECK(sources.begin(Span{id, 8, 10}) == Position{4, 1});
  CHECK(sources.begin(Span{id, 14, 15}) == Position{4, 4});  // UTF-16 units: one and two before it
  CHECK(sources.begin(Span{id, 99, 99}) == Position{5, 1});
}

}  // namespace hvsh::shell
