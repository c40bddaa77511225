// Objects' own memory: text behind its object, shapes that records share.
#include "core/object.h"

#include <doctest/doctest.h>

#include "core/word_cache.h"

namespace hvsh {
namespace {

TEST_CASE("text is kept with its object or, when long, taken over") {
  for (const size_t size : {size_t{0}, size_t{1}, size_t{15}, size_t{1024}, size_t{1025}, size_t{100'000}}) {
    CAPTURE(size);
    const std::string text(size, 'x');
    CHECK(Value::string(std::string_view(text)).as_string() == text);
    CHECK(Value::string(std::string(text)).as_string() == text);
    CHECK(StringObject::make(text)->utf16_length() == size);
    CHECK(StringObject::make(text)->is_ascii());
  }
  const auto wide = StringObject::make(std::string_view("a\xc3\xa9\xf0\x9f\x98\x80"));
  CHECK(!wide->is_ascii());
  CHECK(wide->utf16_length() == 4);
}

TEST_CASE("only long text grows in place") {
  CHECK(!StringObject::make(std::string_view("short"))->append("er"));
  const auto text = StringObject::make(std::string(2000, 'x'));
  CHECK(text->append("\xc3\xa9"));
  CHECK(text->text().ends_with("x\xc3\xa9"));
  CHECK(!text->is_ascii());
  CHECK(text->utf16_length() == 2001);
}

TEST_CASE("records made alike share a shape, and a shape's number is its own") {
  RecordObject first, second;
  for (RecordObject* record : {&first, &second}) {
    record->set("A", Value::integer(1));
    record->set("B", Value::integer(2));
  }
  CHECK(first.shape().id() == second.shape().id());
  second.set("b", Value::integer(3));  // another value, the same shape
  CHECK(first.shape().id() == second.shape().id());
  second.set("C", Value::integer(4));
  CHECK(first.shape().id() != second.shape().id());
  const RecordObject third(first.shape_pointer(), {Value::integer(5), Value::integer(6)});
  CHECK(third.find("b")->as_int() == 6);
  const uint32_t gone = [] {
    RecordObject record;
    record.set("Gone", Value::integer(1));
    return record.shape().id();
  }();
  RecordObject again;
  again.set("Other", Value::integer(1));
  CHECK(again.shape().id() != gone);
}

TEST_CASE("a word met again is the same object, whatever took its place") {
  WordCache words;
  const Value running = words.string("Running");
  CHECK(words.string("Running").as_object() == running.as_object());
  for (int i = 0; i < 1000; ++i) CHECK(words.string(std::to_string(i)).as_string() == std::to_string(i));
  CHECK(words.string("Running").as_string() == "Running");
  const std::string longer(25, 'x');
  CHECK(words.string(longer).as_object() != words.string(longer).as_object());
  CHECK(words.string("").as_string().empty());
}

}  // namespace
}  // namespace hvsh
