#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "core/convert.h"
#include "shell/format/formatter.h"

namespace hvsh::shell {
namespace {

struct Lamp {
  std::string name;
  int64_t bytes = 0;
  std::string room;
  static constexpr Prop kProps[] = {prop<&Lamp::name>("Name", "x"), prop<&Lamp::bytes>("Bytes", "x"),
                                    prop<&Lamp::room>("Room", "x")};
  static constexpr Column kTable[] = {{"Name"}, {"Bytes", "Size(M)", 0, Align::right, Unit::mebi}};
  static constexpr Noun noun{
      .type = {"Test.Lamp", "Lamp"}, .props = kProps, .table = kTable, .group_by = "Room"};
};

Value record(std::initializer_list<std::pair<const char*, Value>> members) {
  auto object = make<RecordObject>();
  for (const auto& [name, value] : members) object->set(name, value);
  return Value::object(object);
}
Value text(const char* value) { return Value::string(value); }

std::string show(std::vector<Value> values, int width = 0) {
  return format_objects(values, {.width = width});
}

TEST_CASE("up to four properties make a table, numbers on the right") {
  CHECK(show({record({{"Name", text("web")}, {"Size", Value::integer(5)}}),
              record({{"Name", text("database")}, {"Size", Value::integer(1000)}})}) ==
        "\n"
        "Name     Size\n"
        "----     ----\n"
        "web         5\n"
        "database 1000\n"
        "\n");
}

TEST_CASE("five properties make a list") {
  const Value value = Value::integer(1);
  CHECK(show({record({{"A", value},
                      {"Long", value},
                      {"C", value},
                      {"D", Value::array({value, text("x")})},
                      {"E", value}})}) ==
        "\n"
        "A    : 1\n"
        "Long : 1\n"
        "C    : 1\n"
        "D    : {1, x}\n"
        "E    : 1\n"
        "\n");
}

TEST_CASE("scalars print as text, dates between blank lines") {
  CHECK(show({Value::integer(1), text("a"), Value::boolean(true), Value::null()}) == "1\na\nTrue\n");
  CHECK(show({Value::date_time(*DateTime::parse("2026-11-22 17:00"))}) ==
        "\nSunday, November 22, 2026 5:00:00 PM\n\n");
}

TEST_CASE("a declared table has its labels, units and groups") {
  CHECK(show({noun_value(Lamp{"north", 512 << 20, "hall"}), noun_value(Lamp{"south", 3 << 19, "hall"}),
              noun_value(Lamp{"east", 0, "attic"})}) ==
        "\n"
        "   Room: hall\n"
        "\n"
        "Name  Size(M)\n"
        "----  -------\n"
        "north     512\n"
        "south     1.5\n"
        "\n"
        "   Room: attic\n"
        "\n"
        "Name Size(M)\n"
        "---- -------\n"
        "east       0\n"
        "\n");
}

TEST_CASE("another kind of object begins another table; text stands among the rows") {
  CHECK(show({record({{"A", Value::integer(1)}}), record({{"B", Value::integer(2)}}), text("end")}) ==
        "\nA\n-\n1\n\n\nB\n-\n2\nend\n\n");
}

TEST_CASE("a hashtable is shown by its entries, long collections are cut") {
  auto map = make<MapObject>(true);
  map->set("k", Value::integer(1));
  CHECK(show({Value::object(map)}) ==
        "\n"
        "Name                           Value\n"
        "----                           -----\n"
        "k                              1\n"
        "\n");
  std::vector<Value> five(5, Value::integer(7));
  CHECK(show({record({{"A", Value::array(five)}, {"M", Value::object(map)}})}) ==
        "\nA             M\n-             -\n{7, 7, 7, 7…} {[k, 1]}\n\n");
}

TEST_CASE("on a terminal columns are cut or left out, visibly") {
  const Value wide =
      record({{"First", text("0123456789")}, {"Second", text("abcdefghij")}, {"Third", text("x")}});
  CHECK(show({wide}, 16) ==
        "\n"
        "First      Seco…\n"
        "-----      -----\n"
        "0123456789 abcd…\n"
        "\n");
  CHECK(show({wide}, 13) ==
        "\n"
        "First …\n"
        "-----\n"
        "0123456789\n"
        "\n");
}

TEST_CASE("a pause keeps the table open, an interruption ends it") {
  std::string out;
  Formatter formatter([&out](std::string_view more) { out += more; }, {});
  formatter.write(record({{"A", Value::integer(1)}}));
  formatter.pause();
  formatter.write(record({{"A", Value::integer(2)}}));
  formatter.end();
  formatter.write(record({{"A", Value::integer(3)}}));
  formatter.end();
  CHECK(out == "\nA\n-\n1\n2\n\n\nA\n-\n3\n\n");
}

}  // namespace
}  // namespace hvsh::shell
