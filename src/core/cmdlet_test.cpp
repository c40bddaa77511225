// A declaration as verbs write it: what the tables derive from the fields.
#include "core/cmdlet.h"

#include <doctest/doctest.h>

namespace hvsh {
namespace {

enum class Light { Red = 1, Green = 2 };

}  // namespace

template <>
struct EnumOf<Light> {
  static constexpr EnumMember kMembers[] = {{"Red", 1}, {"Green", 2}};
  static constexpr EnumInfo info{.type = {"Test.Light", "Light"}, .members = kMembers};
};

namespace {

struct Lamp {
  std::string name;
  Light light = Light::Red;
  Result<int64_t> hours() const { return int64_t{7}; }
  static constexpr Prop kProps[] = {
      prop<&Lamp::name>("Name", "What it is called."),
      prop<&Lamp::light>("Light", "What it shows."),
      prop<&Lamp::hours>("Hours", "How long it has burned.", {.cost = Cost::host_call}),
      alias_prop("LampName", "Name"),
  };
  static constexpr Column kTable[] = {{"Name"}, {"Light", "Light(C)"}};
  static constexpr Noun noun{.type = {"Test.Lamp", "Lamp"}, .props = kProps, .table = kTable};
};

struct ByName {
  std::vector<std::string> name;
};

struct SwitchLamp : ByName {
  std::vector<Object<Lamp>> lamp;
  std::optional<Light> to;
  Switch force;

  enum Set : SetMask { Name = 1, LampObject = 2 };
  static constexpr std::string_view kSets[] = {"Name", "LampObject"};
  static constexpr auto kParams =
      join(std::array{param<&SwitchLamp::name, SwitchLamp>(
               "Name",
               {.sets = Name, .position = 0, .mandatory = true, .wildcards = true, .aliases = {"LampName"}},
               "Names of lamps.")},
           std::array{
               param<&SwitchLamp::lamp>("Lamp", {.sets = LampObject, .position = 0, .from_pipeline = true},
                                        "Lamps."),
               param<&SwitchLamp::to>("To", {.also = {{{.sets = LampObject, .position = 1}}}}, "The light."),
               param<&SwitchLamp::force>("Force", {}, "Without asking.")});
  static constexpr Decl decl{.verb = "Switch",
                             .noun = "Lamp",
                             .module = "Test",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .synopsis = "Switches lamps."};
  Flow process(Context&) { return Flow::more; }
};
CMDLET(SwitchLamp);

TEST_CASE("a parameter table derives type, collection and sets from the fields") {
  const Decl& decl = *cmdlet_SwitchLamp.decl;
  REQUIRE(decl.params.size() == 4);
  CHECK(decl.params[0].type == &types::String);
  CHECK(decl.params[0].is_collection);
  CHECK(decl.params[1].type == &Lamp::noun.type);
  CHECK(decl.params[2].enumeration == &EnumOf<Light>::info);
  CHECK(decl.params[2].position_in(SwitchLamp::LampObject) == 1);
  CHECK(decl.params[2].position_in(SwitchLamp::Name) == -1);
  CHECK(decl.params[3].is_switch);
  CHECK(!cmdlet_SwitchLamp.begin);
  CHECK(static_cast<bool>(cmdlet_SwitchLamp.process));
}

TEST_CASE("a noun reads its fields and functions by name") {
  const Value lamp = noun_value(Lamp{.name = "north", .light = Light::Green});
  auto* object = lamp.as<AnyNoun>();
  REQUIRE(object != nullptr);
  const Prop* hours = object->noun().find("HOURS");
  REQUIRE(hours != nullptr);
  CHECK((*hours->get(object->data())).as_int() == 7);
  CHECK((*object->noun().find("LampName")->get(object->data())).as_string() == "north");
  CHECK(object->noun().find("nothing") == nullptr);
}

TEST_CASE("maps find keys without case, before and after they are indexed") {
  MapObject map(false);
  for (int i = 0; i < 40; ++i) map.set("Key" + std::to_string(i), Value::integer(i));
  CHECK(map.find("kEY7")->as_int() == 7);
  CHECK(map.remove(Value::string("key7")));
  CHECK(map.find("Key7") == nullptr);
  CHECK(map.find("Key39")->as_int() == 39);
}

TEST_CASE("records made alike share their shape") {
  RecordObject a, b;
  for (RecordObject* record : {&a, &b}) {
    record->set("Name", Value::string("x"));
    record->set("Size", Value::integer(1));
  }
  CHECK(a.shape_pointer() == b.shape_pointer());
  CHECK(a.find("size")->as_int() == 1);
}

}  // namespace
}  // namespace hvsh
