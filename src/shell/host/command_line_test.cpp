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

TEST_CASE("after what is run, no word is ours or changed") {
  using Words = std::vector<std::string>;
  const char* kWords[] = {"-File", "a.ps1", "--",    "-NoLogo", "[a,b]", "",
                          "-",     "++",    "--x=1", "{}",      "/y",    "-?"};
  auto file = parse({"-nop", kWords[0], kWords[1], kWords[2], kWords[3], kWords[4], kWords[5], kWords[6],
                     kWords[7], kWords[8], kWords[9], kWords[10], kWords[11]});
  CHECK(file->mode == Mode::file);
  CHECK(file->text == "a.ps1");
  CHECK(file->arguments == Words(std::begin(kWords) + 2, std::end(kWords)));
  CHECK_FALSE(file->no_logo);
  CHECK(parse({"Get-VM", "--", "-x", "[a]"})->arguments == Words{"--", "-x", "[a]"});
  CHECK(parse({"-Command", ""})->mode == Mode::command);
  CHECK(parse({"-Command", "[int]", "-NoSuchThing"})->text == "[int] -NoSuchThing");
  CHECK(parse({"-File", "-"})->mode == Mode::standard_input);
  CHECK(parse({"-File", "-x"})->text == "-x");
}

TEST_CASE("options in pwsh's spellings") {
  auto line = parse(
      {"--NOLOGO", "-noni", "-ep", "Bypass", "-NoE", "-In", "Text", "-w", "Hidden", "-wd", "/", "-c", "1"});
  CHECK(line->no_logo);
  CHECK(line->non_interactive);
  CHECK(line->no_exit);
  CHECK(line->text == "1");
  CHECK(parse({"-nol", "-nologo", "-o", "csv", "-o", "json"})->format == OutputFormat::json);
  CHECK(parse({"-"})->mode == Mode::standard_input);
  CHECK(parse({"-v"})->mode == Mode::version);
  CHECK_FALSE(parse({"-no"}));  // could be three
}

TEST_CASE("wrong lines are told apart from commands") {
  CHECK_FALSE(parse({"-NoSuchThing"}));
  CHECK_FALSE(parse({"-Command"}));
  CHECK_FALSE(parse({"-OutputFormat", "xml"}));
  CHECK_FALSE(parse({"-wd"}));
  CHECK_FALSE(parse({"-WorkingDirectory", "/no/such/folder"}));
  CHECK(parse({"-OutputFormat"}).error().message == "The option '-OutputFormat' needs a value.");
  CHECK(parse({"-NoSuchThing"}).error().message == "There is no option '-NoSuchThing'.");
}

}  // namespace
}  // namespace hvsh::shell
