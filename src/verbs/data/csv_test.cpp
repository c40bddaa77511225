#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "verbs/data/csv.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "core/convert.h"
#include "core/object.h"
#include "verbs/file/text_files.h"

namespace hvsh::verbs {
namespace {

std::string rows(std::initializer_list<const char*> lines, char delimiter = ',') {
  CsvReader reader(delimiter, {});
  std::vector<Value> objects;
  for (const char* line : lines) {
    if (const auto read = reader.add_line(line, "\n", objects); !read)
      return "error: " + read.error().message;
  }
  REQUIRE(reader.finish(objects).ok());
  std::string all;
  for (const Value& object : objects) all += to_string(object);
  return all;
}

TEST_CASE("values are read with their quotation marks") {
  CHECK(rows({"A,B", "1,2"}) == "@{A=1; B=2}");
  CHECK(rows({"\"A\",\"B\"", "\"x,\"\"y\"\"\",", "z"}) == "@{A=x,\"y\"; B=}@{A=z; B=}");
  CHECK(rows({"A,B", "\"x\"y , \"z\"  ", "p q  ,r  "}) == "@{A=xy ; B=z}@{A=p q  ; B=r }");
  CHECK(rows({"A,B", "\"x\r", "\ry\",\t1 \"2"}) == "@{A=x\r\n\ry; B=1 \"2}");
  CHECK(rows({"A;B", "1;\"two", "lines\""}, ';') == "@{A=1; B=two\nlines}");
  CHECK(rows({"#TYPE X", "A\r", "\r", "1\r"}) == "@{A=1}");
  CHECK(rows({"A,", "1,2"}) == "@{A=1}");
  CHECK(rows({",A,,B", "1,2,3,4"}) == "@{H1=1; A=2; H2=3; B=4}");
  CHECK(rows({"#a", "#Fields: A,B", "#,2"}) == "@{A=#; B=2}");
  CHECK(rows({"A,a", "1,2"}) == "error: The member \"a\" is already present.");
}

TEST_CASE("values are written as PowerShell 7 writes them") {
  auto record = make<RecordObject>();
  record->set("A", Value::string("x\"y"));
  record->set("B", Value());
  record->set("C", Value::array({Value::integer(1)}));
  CsvWriter writer({});
  CHECK(writer.lines_for(Value::object(record)) ==
        std::vector<std::string>{"\"A\",\"B\",\"C\"", "\"x\"\"y\",,\"System.Object[]\""});
  CsvWriter plain({.delimiter = ';', .quotes = UseQuotes::AsNeeded});
  CHECK(plain.lines_for(Value::object(record))[1] == "\"x\"\"y\";;System.Object[]");
}

TEST_CASE("text files keep their encoding, devices stay devices") {
  char folder[] = "/tmp/hvsh-text-XXXXXX";
  REQUIRE(mkdtemp(folder) != nullptr);
  const std::string path = std::string(folder) + "/a.txt";
  for (const Encoding encoding :
       {Encoding::utf8, Encoding::utf8_bom, Encoding::utf16, Encoding::utf16_big_endian, Encoding::utf32}) {
    REQUIRE(write_text_file(path, "grün €\n", encoding).ok());
    REQUIRE(append_text_file(path, "zwei", encoding).ok());
    CHECK(*read_text_file(path, encoding) == "grün €\nzwei");
  }
  CHECK(!write_text_file(folder, "x", Encoding::utf8).ok());
  CHECK(write_text_file("/dev/null", "x", Encoding::utf8).ok());
  struct stat info {};
  REQUIRE(stat("/dev/null", &info) == 0);
  CHECK(S_ISCHR(info.st_mode));
  unlink(path.c_str());
  rmdir(folder);
}

}  // namespace
}  // namespace hvsh::verbs
