#include "shell/error_view.h"

#include <doctest/doctest.h>

#include "shell/syntax/parser.h"

namespace hvsh::shell {

static Error not_found(Span span) {
  return {.id = "InvalidParameter",
          .category = ErrorCategory::ObjectNotFound,
          .message = "Hyper-V was unable to find a virtual machine with name \"nosuch\".",
          .error_class = "Microsoft.HyperV.PowerShell.Commands.GetVM",
          .activity = "Get-VM",
          .span = span};
}

static std::string parse_view(std::string_view script, std::string name = {}, ErrorViewOptions options = {}) {
  SourceTable sources;
  uint32_t id = sources.add(std::move(name), script);
  ParseResult result = parse(sources.text(id), id);
  std::string text;
  for (const Error& error : result.errors) text += concise_view(error, sources, options) + "\n";
  return text;
}

TEST_CASE("a prompt's line stands above its error") {
  SourceTable sources;
  uint32_t id = sources.add("", "Get-VM nosuch");
  CHECK(concise_view(not_found({id, 0, 13}), sources) ==
        "Get-VM: Hyper-V was unable to find a virtual machine with name \"nosuch\".");
  CHECK(concise_view(not_found({}), sources) ==
        "Get-VM: Hyper-V was unable to find a virtual machine with name \"nosuch\".");
  Error hinted = not_found({});
  hinted.message = "no VM";
  hinted.hint = "Did you mean 'web01'?";
  CHECK(concise_view(hinted, sources) == "Get-VM: no VM. Did you mean 'web01'?");
}

TEST_CASE("a script's error shows its line") {
  SourceTable sources;
  uint32_t id = sources.add("/srv/x.ps1", "\n\n  Get-VM nosuch | Start-VM\n");
  CHECK(concise_view(not_found({id, 4, 17}), sources) ==
        "Get-VM: /srv/x.ps1:3\n"
        "Line |\n"
        "   3 |    Get-VM nosuch | Start-VM\n"
        "     |    ~~~~~~~~~~~~~\n"
        "     | Hyper-V was unable to find a virtual machine with name \"nosuch\".");
  uint32_t command = sources.add("", "\nGet-VM nosuch");
  CHECK(concise_view(not_found({command, 1, 14}), sources) ==
        "Get-VM: \n"
        "Line |\n"
        "   2 |  Get-VM nosuch\n"
        "     |  ~~~~~~~~~~~~~\n"
        "     | Hyper-V was unable to find a virtual machine with name \"nosuch\".");
  uint32_t deep = sources.add("x", std::string(12344, '\n') + "Get-VM nosuch");
  CHECK(concise_view(not_found({deep, 12344, 12357}), sources) ==
        "Get-VM: x:12345\n"
        " Line |\n"
        "12345 |  Get-VM nosuch\n"
        "      |  ~~~~~~~~~~~~~\n"
        "      | Hyper-V was unable to find a virtual machine with name \"nosuch\".");
}

TEST_CASE("errors of the parser always show their line") {
  CHECK(parse_view("foo )") ==
        "ParserError: \n"
        "Line |\n"
        "   1 |  foo )\n"
        "     |      ~\n"
        "     | Unexpected token ')' in expression or statement.\n");
  CHECK(parse_view("if ($x) {\n  foo\n", "a.ps1") ==
        "ParserError: a.ps1:1\n"
        "Line |\n"
        "   1 |  if ($x) {\n"
        "     |          ~\n"
        "     | Missing closing '}' in statement block or type definition.\n");
  CHECK(parse_view("\"a: $x: b\"") ==
        "ParserError: \n"
        "Line |\n"
        "   1 |  \"a: $x: b\"\n"
        "     |      ~~~\n"
        "     | Variable reference is not valid. ':' was not followed by a valid variable name character. "
        "Consider "
        "using ${} to delimit the name.\n");
}

TEST_CASE("a place in a text of several lines, tabs, wide characters") {
  CHECK(parse_view("\tfoo )") ==
        "ParserError: \nLine |\n   1 |      foo )\n     |          ~\n"
        "     | Unexpected token ')' in expression or statement.\n");
  CHECK(parse_view("'\xE6\xBC\xA2\xE5\xAD\x97' )") ==
        "ParserError: \nLine |\n   1 |  '\xE6\xBC\xA2\xE5\xAD\x97' )\n     |         ~\n"
        "     | Unexpected token ')' in expression or statement.\n");
  SourceTable sources;
  uint32_t id = sources.add("x", "foo {\n  bar\n}");
  CHECK(concise_view(not_found({id, 0, 13}), sources).find("   1 |  foo {\n     |  ~~~~~\n") !=
        std::string::npos);
  CHECK(concise_view(not_found({id, 13, 13}), sources).find("   3 |  }\n     |   ~\n") != std::string::npos);
}

TEST_CASE("long lines are cut around the error") {
  std::string script = "foo " + std::string(100, 'a') + " ) " + std::string(100, 'b');
  CHECK(parse_view(script) ==
        "ParserError: \nLine |\n"
        "   1 |  … " +
            std::string(59, 'a') +
            " ) bbbbbbb …\n"
            "     |  " +
            std::string(62, ' ') +
            "~\n"
            "     | Unexpected token ')' in expression or statement.\n");
  CHECK(parse_view(") " + std::string(100, 'b')) ==
        "ParserError: \nLine |\n"
        "   1 |  ) " +
            std::string(67, 'b') +
            " …\n"
            "     |  ~\n"
            "     | Unexpected token ')' in expression or statement.\n");
}

TEST_CASE("messages are wrapped on a terminal only") {
  SourceTable sources;
  uint32_t id = sources.add("x", "Get-VM nosuch");
  std::string view = concise_view(not_found({id, 0, 13}), sources, {.color = false, .width = 40});
  CHECK(view.substr(view.find("~\n") + 2) ==
        "     | Hyper-V was unable to find a\n"
        "     | virtual machine with name\n"
        "     | \"nosuch\".");
}

TEST_CASE("colours are PowerShell's") {
  SourceTable sources;
  uint32_t id = sources.add("x", "Get-VM a | b");
  Error error = not_found({id, 0, 8});
  error.message = "no";
  CHECK(concise_view(error, sources, {.color = true, .width = 80}) ==
        "\033[31;1mGet-VM: \033[0mx:1\n"
        "\033[36;1mLine |\n"
        "\033[36;1m   1 | \033[0m \033[36;1mGet-VM a\033[0m | b\n"
        "\033[36;1m     | \033[31;1m ~~~~~~~~\n"
        "\033[36;1m     | \033[31;1mno\033[0m");
}

TEST_CASE("the word before the colon") {
  SourceTable sources;
  Error error{.message = "m"};
  CHECK(concise_view(error, sources) == "RuntimeException: m");
  error.exception = "System.DivideByZeroException";
  CHECK(concise_view(error, sources) == "DivideByZeroException: m");
  error.category = ErrorCategory::InvalidOperation;
  CHECK(concise_view(error, sources) == "InvalidOperation: m");
  error.category = ErrorCategory::OperationStopped;
  CHECK(concise_view(error, sources) == "OperationStopped: m");
}

TEST_CASE("one line") {
  SourceTable sources;
  uint32_t id = sources.add("/srv/x.ps1", "\n  Get-VM nosuch");
  Error error = not_found({id, 3, 16});
  error.message = "no\nsuch\tVM";
  CHECK(one_line_view(error, sources) ==
        "/srv/x.ps1:2:3: error: Get-VM: InvalidParameter,Microsoft.HyperV.PowerShell.Commands.GetVM: no such "
        "VM");
  CHECK(one_line_view(Error{.id = "X", .message = "m"}, sources) == "error: X: m");
  uint32_t command = sources.add("", "foo");
  CHECK(one_line_view(Error{.id = "X", .message = "m", .span = {command, 0, 3}}, sources) ==
        "<command>:1:1: error: X: m");
}

TEST_CASE("the message about a position") {
  SourceTable sources;
  uint32_t id = sources.add("/srv/x.ps1", "\n  Get-VM nosuch");
  CHECK(position_message({id, 3, 16}, sources) ==
        "At /srv/x.ps1:2 char:3\n+   Get-VM nosuch\n+   ~~~~~~~~~~~~~");
  uint32_t command = sources.add("", "foo");
  CHECK(position_message({command, 0, 3}, sources) == "At line:1 char:1\n+ foo\n+ ~~~");
  CHECK(position_message({}, sources).empty());
}

}  // namespace hvsh::shell
