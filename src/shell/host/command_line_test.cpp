#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "shell/host/command_line.h"

#include <doctest/doctest.h>

namespace hvsh::shell {
namespace {

using Mode = CommandLine::Mode;

Result<CommandLine> parse(std::vector<const char*> words) {
  words.insert(words.begin(), "hvsh");
  return parse_command_line(static_cast<int>(words.size()), words.data());
}

TEST_CASE("what is to be run") {
  CHECK(parse({})->mode == Mode::standard_input);
  CHECK(parse({"-Command", "-"})->mode == Mode::standard_input);
  CHECK(parse({"-c", "Get-VM"})->text == "Get-VM");
  CHECK(parse({"-NoProfile", "-Command", "Get-VM", "web01"})->text == "Get-VM web01");
  CHECK(parse({"missing.ps1", "-Folder", "x"})->mode == Mode::file);
  CHECK(parse({"missing.ps1", "-Folder", "x"})->arguments == std::vector<std::string>{"-Folder", "x"});
  CHECK(parse({"--dump-declarations"})->mode == Mode::dump_declarations);
  CHECK(parse({"-?"})->mode == Mode::help);
}

TEST_CASE("a cmdlet keeps its own words, and -OutputFormat is ours wherever it stands") {
  auto line = parse({"Get-VM", "-Name", "web*", "-OutputFormat", "Json"});
  CHECK(line->mode == Mode::cmdlet);
  CHECK(line->arguments == std::vector<std::string>{"-Name", "web*"});
  CHECK(line->format == OutputFormat::json);
  CHECK(parse({"-o", "csv", "Get-VM"})->format == OutputFormat::csv);
}

TEST_CASE("wrong lines are told apart from commands") {
  CHECK_FALSE(parse({"-NoSuchThing"}));
  CHECK_FALSE(parse({"-Command"}));
  CHECK_FALSE(parse({"-OutputFormat", "xml"}));
  CHECK(parse({"-NoSuchThing"}).error().message == "There is no option '-NoSuchThing'.");
}

}  // namespace
}  // namespace hvsh::shell
