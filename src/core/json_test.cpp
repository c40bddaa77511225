#include "core/json.h"

#include <doctest/doctest.h>

#include "core/convert.h"

namespace hvsh {
namespace {

std::string compact(std::string_view text) {
  const auto value = from_json(text, {});
  if (!value) return "error: " + value.error().message;
  return to_json(*value, {.depth = 100, .compress = true}).text;
}

TEST_CASE("JSON is written as PowerShell 7 writes it") {
  auto record = make<RecordObject>();
  record->set("Name", Value::string("a\"b\\\n\x01é<"));
  record->set("Size", Value::real(2));
  record->set("When",
              Value::date_time({DateTime::parse("2026-11-22T17:00:00.5")->ticks, DateTime::Kind::utc}));
  record->set("Empty", Value::array({}));
  record->set("List", Value::array({Value::integer(1), Value::null()}));
  const JsonText out = to_json(Value::object(record), {});
  CHECK(out.text ==
        "{\n"
        "  \"Name\": \"a\\\"b\\\\\\n\\u0001é<\",\n"
        "  \"Size\": 2.0,\n"
        "  \"When\": \"2026-11-22T17:00:00.5Z\",\n"
        "  \"Empty\": [],\n"
        "  \"List\": [\n"
        "    1,\n"
        "    null\n"
        "  ]\n"
        "}");
  CHECK(!out.truncated);
  const JsonText shallow = to_json(Value::object(record), {.depth = 0, .compress = true});
  CHECK(shallow.truncated);
  CHECK(to_json(Value::string("é😀"), {.escape = JsonEscape::non_ascii}).text == "\"\\u00e9\\ud83d\\ude00\"");
}

TEST_CASE("JSON is read strictly, with comments") {
  CHECK(compact(R"( {"a": [1, 2.5, "x\u00e9\ud83d\ude00", true, null], // end
      "b": {}} )") == R"({"a":[1,2.5,"xé😀",true,null],"b":{}})");
  CHECK((*from_json("3", {})).int_type() == IntType::i64);
  CHECK((*from_json("\"2026-11-22T17:00:00Z\"", {})).kind() == Value::Kind::date_time);
  CHECK(compact("12345678901234567890") == "1.2345678901234567E+19");
  for (const char* bad : {"{", "[1,", "{\"a\"}", "[1 2]", "\"x", "\"\\x\"", "tru", "01x", "[,]", "{,}", "1 2",
                          "{\"a\":1,\"A\":2}", "\"\\u12\"", "/* x"}) {
    CAPTURE(bad);
    CHECK(compact(bad).starts_with("error: Conversion from JSON failed"));
  }
  CHECK(compact("{a: 1, 'b': 'x', \"c\": [1, 2,],}") == R"({"a":1,"b":"x","c":[1,2]})");
  for (const char* loose : {"{\"a\":1,}", "[1,]", "{a:1}", "['x']", "[1] // end"}) {
    CAPTURE(loose);
    CHECK(from_json(loose, {}).ok());
    CHECK(!from_json(loose, {.strict = true}).ok());
  }
  CHECK(compact(std::string(100'000, '[')).find("depth") != std::string::npos);
}

}  // namespace
}  // namespace hvsh
