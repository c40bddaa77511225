// The binder by tables: a declaration, a command line, and what comes of it as text.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "shell/bind/binder.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <sstream>

#include "core/noun.h"

namespace hvsh {
namespace {

struct Box {
  std::string name;
  static constexpr Prop kProps[] = {prop<&Box::name>("Name", "Its name."), alias_prop("BoxName", "Name")};
  static constexpr Noun noun{.type = {"Test.Box", "Box"}, .props = kProps};
};

enum class Light { Red = 1, Green = 2, Grey = 3 };

}  // namespace

template <>
struct EnumOf<Light> {
  static constexpr EnumMember kMembers[] = {{"Red", 1}, {"Green", 2}, {"Grey", 3}};
  static constexpr EnumInfo info{.type = {"Test.Light", "Light"}, .members = kMembers};
};

namespace {

// Like Stop-VM: by name or by object.
struct StopBox {
  std::vector<std::string> name;
  std::vector<Object<Box>> box;
  Switch save, force;
  std::optional<int32_t> timeout;

  enum Set : SetMask { Name = 1, BoxObject = 2 };
  static constexpr std::string_view kSets[] = {"Name", "BoxObject"};
  static constexpr Param kParams[] = {
      param<&StopBox::name>("Name",
                            {.sets = Name,
                             .position = 0,
                             .mandatory = true,
                             .from_pipeline_property = true,
                             .aliases = {"BoxName"}},
                            "Names."),
      param<&StopBox::box>(
          "Box", {.sets = BoxObject, .position = 0, .mandatory = true, .from_pipeline = true}, "Objects."),
      param<&StopBox::save>("Save", {}, "Save."),
      param<&StopBox::force>("Force", {}, "Force."),
      param<&StopBox::timeout>("Timeout", {.range = {1, 600}}, "Seconds."),
  };
  static constexpr Decl decl{.verb = "Stop",
                             .noun = "Box",
                             .module = "Test",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .should_process = true,
                             .synopsis = "Stops boxes."};
};

// One set; values by every kind of rule.
struct SetBox {
  std::string path;
  Light light = Light::Red;
  int64_t size = 0;
  std::string mode;
  std::vector<std::string> rest;
  Value input;

  static constexpr std::string_view kModes[] = {"Fast", "Slow"};
  static constexpr Param kParams[] = {
      param<&SetBox::path>("Path", {.position = 0, .from_pipeline_property = true, .aliases = {"FullName"}},
                           "Where."),
      param<&SetBox::light>("Light", {.position = 1}, "Light."),
      param<&SetBox::size>("SizeBytes", {}, "Size."),
      param<&SetBox::mode>("Mode", {.not_null_or_empty = true, .values = kModes}, "Mode."),
      param<&SetBox::rest>("Rest", {.remaining_arguments = true}, "The rest."),
      param<&SetBox::input>("InputObject", {.from_pipeline = true}, "Objects."),
  };
  static constexpr Decl decl{
      .verb = "Set", .noun = "Box", .module = "Test", .params = kParams, .synopsis = "Sets boxes."};
};

// No default set, and two that need different things.
struct FindBox {
  std::string id, name, color;
  enum Set : SetMask { Id = 1, Name = 2 };
  static constexpr std::string_view kSets[] = {"Id", "Name"};
  static constexpr Param kParams[] = {
      param<&FindBox::id>("Id", {.sets = Id, .mandatory = true}, "Id."),
      param<&FindBox::name>("Name", {.sets = Name, .mandatory = true}, "Name."),
      param<&FindBox::color>("Color", {}, "Color."),
  };
  static constexpr Decl decl{.verb = "Find",
                             .noun = "Box",
                             .module = "Test",
                             .sets = kSets,
                             .params = kParams,
                             .synopsis = "Finds boxes."};
};

}  // namespace

namespace shell {
namespace {

// Words to arguments: -Name, -Name:value, "#5" a number, "@name" a Box, "," makes an array, the rest text.
Value value_of(const std::string& word) {
  if (word.find(',') != std::string::npos) {
    std::vector<Value> items;
    std::istringstream parts(word);
    for (std::string part; std::getline(parts, part, ',');) items.push_back(value_of(part));
    return Value::array(std::move(items));
  }
  if (word == "$null") return Value::null();
  if (word == "''") return Value::string("");
  if (word[0] == '#') return Value::integer(std::stoi(word.substr(1)));
  if (word[0] == '@') return noun_value(Box{word.substr(1)});
  if (word[0] == '%') {
    auto record = make<RecordObject>();
    record->set(word.substr(1, word.find('=') - 1), Value::string(word.substr(word.find('=') + 1)));
    return Value::object(record);
  }
  return Value::string(word);
}

std::vector<Argument> arguments_of(const std::vector<std::string>& words) {
  std::vector<Argument> arguments;
  for (const std::string& word : words) {
    if (word.size() > 1 && word[0] == '-' && std::isalpha(static_cast<unsigned char>(word[1])) != 0) {
      const size_t colon = word.find(':');
      Argument argument{.is_parameter = true, .has_value = colon != std::string::npos};
      argument.name = std::string_view(word).substr(1, colon == std::string::npos ? colon : colon - 1);
      if (argument.has_value) argument.value = value_of(word.substr(colon + 1));
      arguments.push_back(argument);
    } else {
      arguments.push_back({.value = value_of(word)});
    }
  }
  return arguments;
}

std::string state_of(const Binder& binder, const BindSpec& spec) {
  std::string text;
  for (size_t i = 0; i < spec.params.size(); ++i) {
    if (!binder.is_bound(i)) continue;
    const Value& value = binder.value(i);
    const Box* box = noun_cast<Box>(value);
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", spec.params[i].name,
                        box != nullptr ? "@" + box->name : to_string(value));
  }
  const SetMask set = binder.set();
  for (size_t i = 0; i < spec.sets.size(); ++i) {
    if (set == SetMask{1} << i) text += fmt::format(" [{}]", spec.sets[i]);
  }
  return text;
}

// "Stop-Box words | object": the command line, then what each object makes of it.
template <class T>
std::string bound(const std::string& line, std::vector<DefaultValue> defaults = {}) {
  std::vector<std::string> words, objects;
  std::istringstream stream(line);
  bool after_bar = false, input = false;
  for (std::string word; stream >> word;) {
    if (word == "|") {
      after_bar = input = true;
    } else {
      (after_bar ? objects : words).push_back(word);
    }
  }
  const BindSpec spec = spec_of(T::decl);
  T self;
  CmdletTarget target(spec.params, &self);
  Binder binder(spec, target);
  if (auto result = binder.bind(arguments_of(words), input, defaults); !result) return result.error().id;
  if (!binder.missing().empty()) {
    auto missing = binder.check_mandatory();
    return missing.error().message.substr(missing.error().message.rfind(':'));
  }
  if (!input) return state_of(binder, spec);
  std::string text;
  for (const std::string& object : objects) {
    auto result =
        binder.rebind(value_of(object), [](ScriptBlockObject&, const Value&) { return Value::null(); });
    text += (text.empty() ? "" : "; ") + (result ? state_of(binder, spec) : result.error().id);
  }
  return text;
}

template <class T>
Error error_of(const std::vector<std::string>& words) {
  const BindSpec spec = spec_of(T::decl);
  T self;
  CmdletTarget target(spec.params, &self);
  Binder binder(spec, target);
  auto result = binder.bind(arguments_of(words), false, {});
  REQUIRE(!result);
  return result.error();
}

TEST_CASE("named and positional arguments, and the set that they choose") {
  CHECK(bound<StopBox>("web01") == "Name=web01 [Name]");
  CHECK(bound<StopBox>("-Name web01 -Save") == "Name=web01 Save=True [Name]");
  CHECK(bound<StopBox>("web01 -Force -Save") == "Name=web01 Save=True Force=True [Name]");
  CHECK(bound<StopBox>("-Force:#0 web01") == "Name=web01 Force=0 [Name]");
  CHECK(bound<StopBox>("@web01") == "Box=@web01 [BoxObject]");
  CHECK(bound<StopBox>("-Box @web01 -Save") == "Box=@web01 Save=True [BoxObject]");
  CHECK(bound<StopBox>("a,b") == "Name=a b [Name]");
  CHECK(bound<StopBox>("-BoxName web01") == "Name=web01 [Name]");
}

TEST_CASE("names may be short, and a wrong one is told with the nearest") {
  CHECK(bound<StopBox>("web01 -Sa") == "Name=web01 Save=True [Name]");
  CHECK(bound<StopBox>("web01 -F") == "Name=web01 Force=True [Name]");
  CHECK(bound<StopBox>("-na web01") == "Name=web01 [Name]");
  CHECK(bound<StopBox>("web01 -Wrong") == "NamedParameterNotFound");
  CHECK(error_of<StopBox>({"web01", "-Forse"}).hint == "Did you mean -Force?");
  // -InformationAction is a common parameter: the command's own names win. Aliases count as names.
  CHECK(bound<SetBox>("-In x") == "InputObject=x");
  CHECK(bound<StopBox>("-B @x") == "AmbiguousParameter");
  CHECK(bound<StopBox>("web01 -Error x") == "AmbiguousParameter");
  CHECK(error_of<StopBox>({"web01", "-Error", "x"}).message ==
        "Parameter cannot be processed because the parameter name 'Error' is ambiguous. Possible matches "
        "include: "
        "-ErrorAction -ErrorVariable.");
}

TEST_CASE("what cannot be bound has PowerShell's id") {
  CHECK(bound<StopBox>("-Name") == "MissingArgument");
  CHECK(bound<StopBox>("-Name -Force") == "MissingArgument");
  CHECK(bound<StopBox>("-Name -Unknown") == "Name=-Unknown [Name]");
  CHECK(bound<StopBox>("web01 extra") == "PositionalParameterNotFound");
  CHECK(bound<StopBox>("-Name a -Name b") == "ParameterAlreadyBound");
  CHECK(bound<StopBox>("-Name a -Box @b") == "AmbiguousParameterSet");
  CHECK(bound<StopBox>("") == ": Name.");
  CHECK(bound<StopBox>("web01 -Timeout abc") == "CannotConvertArgumentNoMessage");
  CHECK(bound<StopBox>("web01 -Timeout #0") == "ParameterArgumentValidationError");
  CHECK(bound<StopBox>("web01 -Timeout 601") == "ParameterArgumentValidationError");
  CHECK(bound<StopBox>("-Name $null") == "ParameterArgumentValidationErrorNullNotAllowed");
  CHECK(bound<StopBox>("-Name ''") == "ParameterArgumentValidationErrorEmptyStringNotAllowed");
  CHECK(error_of<StopBox>({"web01", "-Timeout", "#700"}).message ==
        "Cannot validate argument on parameter 'Timeout'. The 700 argument is greater than the maximum "
        "allowed range "
        "of 600. Supply an argument that is less than or equal to 600 and then try the command again.");
  CHECK(error_of<StopBox>({"-Name"}).message ==
        "Missing an argument for parameter 'Name'. Specify a parameter of type 'System.String[]' and try "
        "again.");
}

TEST_CASE("conversion and validation of one set") {
  CHECK(bound<SetBox>("a.vhdx Green") == "Path=a.vhdx Light=Green");
  CHECK(bound<SetBox>("-Light Re") == "Light=Re");
  CHECK(bound<SetBox>("-Light Gre") == "CannotConvertArgumentNoMessage");
  CHECK(bound<SetBox>("-SizeBytes 4kb") == "SizeBytes=4kb");
  CHECK(bound<SetBox>("-Mode fast") == "Mode=fast");
  CHECK(bound<SetBox>("-Mode none") == "ParameterArgumentValidationError");
  CHECK(bound<SetBox>("a Red b c") == "Path=a Light=Red Rest=b c");
  CHECK(bound<SetBox>("a Red -Rest b,c") == "Path=a Light=Red Rest=b c");
  CHECK(bound<SetBox>("a Red -what b") == "Path=a Light=Red Rest=-what b");
  CHECK(bound<SetBox>("-Path a,b") == "CannotConvertArgumentNoMessage");
}

TEST_CASE("without a default set the names decide, or nothing does") {
  CHECK(bound<FindBox>("-Id 1") == "Id=1 [Id]");
  CHECK(bound<FindBox>("-Name x -Color red") == "Name=x Color=red [Name]");
  CHECK(bound<FindBox>("-Color red") == "AmbiguousParameterSet");
  CHECK(bound<FindBox>("") == "AmbiguousParameterSet");
}

TEST_CASE("pipeline objects bind by value, then by property, and each starts anew") {
  CHECK(bound<StopBox>("| @a @b") == "Box=@a [BoxObject]; Box=@b [BoxObject]");
  CHECK(bound<StopBox>("-Save | @a") == "Box=@a Save=True [BoxObject]");
  CHECK(bound<StopBox>("| %Name=x @a %BoxName=y") == "Name=x [Name]; Box=@a [BoxObject]; Name=y [Name]");
  CHECK(bound<StopBox>("| text @a") == "InputObjectNotBound; Box=@a [BoxObject]");
  // -Name on the command line leaves no place for the object.
  CHECK(bound<StopBox>("web01 | @a") == "InputObjectNotBound");
  CHECK(bound<SetBox>("| %FullName=p") == "Path=p InputObject=@{FullName=p}");
  CHECK(bound<SetBox>("-Path x | %FullName=p") == "Path=x InputObject=@{FullName=p}");
}

TEST_CASE("default values fill what is not given, and never fail") {
  const std::vector<DefaultValue> defaults = {{"Timeout", Value::integer(5)}, {"Save", Value::boolean(true)}};
  CHECK(bound<StopBox>("web01", defaults) == "Name=web01 Save=True Timeout=5 [Name]");
  CHECK(bound<StopBox>("web01 -Timeout #7", defaults) == "Name=web01 Save=True Timeout=7 [Name]");
  CHECK(bound<StopBox>("web01", {{"Timeout", Value::string("x")}}) == "Name=web01 [Name]");
}

TEST_CASE("a splatted value gives way to the same name on the command line") {
  const BindSpec spec = spec_of(StopBox::decl);
  StopBox self;
  CmdletTarget target(spec.params, &self);
  Binder binder(spec, target);
  const Argument arguments[] = {
      {.is_parameter = true, .from_splat = true, .name = "Name", .value = Value::string("splat")},
      {.is_parameter = true, .from_splat = true, .name = "Save", .value = Value::boolean(true)},
      {.is_parameter = true, .has_value = false, .name = "Name"},
      {.value = Value::string("given")},
  };
  REQUIRE(binder.bind(arguments, false));
  CHECK(self.name == std::vector<std::string>{"given"});
  CHECK(self.save.on);
}

TEST_CASE("common parameters go to their own struct") {
  const BindSpec spec = spec_of(StopBox::decl);
  StopBox self;
  CmdletTarget target(spec.params, &self);
  Binder binder(spec, target);
  REQUIRE(binder.bind(arguments_of({"web01", "-ea", "Stop", "-WhatIf", "-Confirm:#0", "-ov", "x"}), false));
  CHECK(binder.common().error_action == ActionPreference::Stop);
  CHECK(binder.common().what_if->on);
  CHECK(!binder.common().confirm->on);
  CHECK(binder.common().out_variable == "x");
  CHECK(!binder.common().verbose);
}

TEST_CASE("a number keeps its spelling where text is wanted") {
  const BindSpec spec = spec_of(SetBox::decl);
  SetBox self;
  CmdletTarget target(spec.params, &self);
  Binder binder(spec, target);
  const Argument arguments[] = {{.value = Value::integer(10), .text = "010"}};
  REQUIRE(binder.bind(arguments, false));
  CHECK(self.path == "010");
}

}  // namespace
}  // namespace shell
}  // namespace hvsh
