// The parser's promises that a table cannot show: limits, time, encodings, moving, spans, every cut of a
// script.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "shell/syntax/parser.h"

#include <ctime>
#include <string>

#include "core/bounds.h"
#include "shell/syntax/number.h"
#include "shell/syntax/test_support.h"

namespace hvsh::shell {

static std::string repeat(std::string_view text, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i) all += text;
  return all;
}

// One error about the nesting, soon, whatever is nested.
TEST_CASE("nesting has a limit") {
  for (const char* open :
       {"(",     "{",   "@(",      "$(",  "@{a=",    "\"$(", "[int]", "[x({",        "!",
        "-not ", ",",   "if($a){", "$a[", "$a.f(1,", "[a[",  "1?",    "function f{", "switch($a){1{",
        "try{",  "$a=", "& {"}) {
    CAPTURE(open);
    ParseResult result = parse(repeat(open, 100000), 1);
    REQUIRE(result.errors.size() == 1);
    CHECK(result.errors[0].id == "ScriptTooComplicated");
    CHECK_FALSE(result.incomplete);
    check_tree(*result.root, result.text.size());
  }
  ParseResult closed = parse(repeat("(", 100000) + "1" + repeat(")", 100000), 1);
  CHECK(describe_errors(closed) ==
        "1000-1001 ScriptTooComplicated: The script is too complicated: more than 1000 constructs stand "
        "inside one "
        "another here.");
  CHECK(parse(repeat("(", 900) + "1" + repeat(")", 900), 1).ok());
}

TEST_CASE("chains that grow to the left have a limit") {
  for (const char* part : {"+1", ".b", "[0]", ".f()"}) {
    CAPTURE(part);
    ParseResult result = parse("$a" + repeat(part, 100000), 1);
    REQUIRE(result.errors.size() == 1);
    CHECK(result.errors[0].id == "ScriptTooComplicated");
    CHECK(result.root->height <= kMaxTreeHeight + 10);
    CHECK(parse("$a" + repeat(part, 1200), 1).ok());
  }
  CHECK(parse("1" + repeat(",1", 100000), 1).ok());
  CHECK(parse("a" + repeat("|a", 100000), 1).ok());
  CHECK(parse("if($a){}" + repeat("elseif($a){}", 100000), 1).ok());
}

TEST_CASE("a megabyte on one line takes no time") {
  const size_t kSize = 1000000;
  for (const char* unit : {"(1)+",    "$a ",   "a ", "'", "\"",    "`", ")",  "] ",     "$",  "<#",
                           "<",       "> a ",  "::", "?", "@",     "&", "a|", "a;",     "\n", "`\n",
                           "\"$a\",", "-a:1 ", "#",  "1", "$a.b[", "{", "}",  "@{a=1};"}) {
    CAPTURE(unit);
    std::string script = "x " + repeat(unit, kSize / std::char_traits<char>::length(unit));
    const std::clock_t begin = std::clock();  // of this process: other work on the machine does not count
    ParseResult result = parse(script, 1);
    const auto took = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    CHECK(took < 5);  // measured: 0.1 s and less; quadratic time would be minutes
    CHECK(result.errors.size() <= kMaxParseErrors);
  }
}

TEST_CASE("encodings") {
  CHECK(dump(*parse("\xEF\xBB\xBF"
                    "foo",
                    1)
                  .root) == "(block (cmd foo))");
  CHECK(parse("\xEF\xBB\xBF"
              "foo",
              1)
            .root->span == Span{1, 0, 3});
  CHECK(describe_errors(parse("foo \xFF bar", 1)) ==
        "4-5 InvalidUtf8: The script is not UTF-8 text: there is an invalid byte here.");
  CHECK(describe_errors(parse("foo \xE2\x80", 1)) ==
        "4-5 InvalidUtf8: The script is not UTF-8 text: there is an invalid byte here.");
  CHECK(dump(*parse("a\r\nb\r\n", 1).root) == "(block (cmd a) (cmd b))");
  CHECK(dump(*parse("a\rb", 1).root) == "(block (cmd a) (cmd b))");
  CHECK(dump(*parse("a `\r\n -b", 1).root) == "(block (cmd a -b))");
  CHECK(dump(*parse("@\"\r\na\r\n\"@", 1).root) == "(block @\"a\")");
  CHECK(dump(*parse("a\tb\xC2\xA0"
                    "c\xE3\x80\x80"
                    "d",
                    1)
                  .root) == "(block (cmd a b c d))");
  CHECK(dump(*parse("", 1).root) == "(block)");
  CHECK(dump(*parse(std::string_view("a\0b", 3), 1).root) == "(block (cmd `a\\0b`))");
}

TEST_CASE("a result keeps its tree when it moves, and does not need the text") {
  std::string script = "Get-VM -Name \"web$n\"";
  ParseResult first = parse(script, 7);
  script.assign(script.size(), 'x');
  const ScriptBlock* root = first.root;
  ParseResult second = std::move(first);
  CHECK(second.root == root);
  CHECK(dump(*second.root) == "(block (cmd Get-VM -Name (text \"web\" $n)))");
  CHECK(second.root->span == Span{7, 0, 20});
}

TEST_CASE("spans") {
  ParseResult result = parse("  $x = Get-VM  -Name web01 # comment\n", 3);
  const auto& assignment = as<Assignment>(*result.root->end->body->statements[0]);
  CHECK(result.text_of(assignment.span) == "$x = Get-VM  -Name web01");
  CHECK(result.text_of(assignment.target->span) == "$x");
  const auto& command = as<Command>(*as<Pipeline>(*assignment.value).elements[0]);
  CHECK(result.text_of(command.span) == "Get-VM  -Name web01");
  CHECK(result.text_of(command.arguments[0]->span) == "-Name");
  CHECK(result.text_of(command.arguments[1]->span) == "web01");
  CHECK(command.call_site == nullptr);
  CHECK(as<Variable>(*assignment.target).slot == 0);
  ParseResult binary = parse("1  -eq 2", 1);
  const auto& statement = as<ExpressionStatement>(*binary.root->end->body->statements[0]);
  CHECK(binary.text_of(as<Binary>(*statement.expression).op_span) == "-eq");
}

TEST_CASE("comments are kept on request") {
  ParseResult result = parse("# a\nfoo <# b\n#> bar # c", 1, {.keep_comments = true});
  REQUIRE(result.comments.size() == 3);
  CHECK(result.text_of(result.comments[0]) == "# a");
  CHECK(result.text_of(result.comments[1]) == "<# b\n#>");
  CHECK(result.text_of(result.comments[2]) == "# c");
}

TEST_CASE("the number of errors is bounded") {
  CHECK(parse(repeat("$x y\n", 1000), 1).errors.size() == kMaxParseErrors);
}

// Whatever a script is cut to, there is a tree; an open end asks for more.
TEST_CASE("every beginning of a script can be parsed") {
  const std::string script =
      "#requires -Version 7\n[CmdletBinding()]\nparam([Parameter(Mandatory)][string[]]$Name = @('a', "
      "\"b$c\"))\n"
      "begin { $h = @{ a = 1; b = if ($x) { 2 } else { 3 } } }\n"
      "process {\n  foreach ($n in $Name) { try { Get-VM $n -ErrorAction Stop | ? { $_.State -eq 'Running' } "
      "|\n"
      "    Stop-VM -Force:$true 2>&1 > $null } catch [Exception] { throw \"no: $($_.Exception.Message)\" } "
      "}\n}\n"
      "end { switch -Regex ($x) { '^a' { 1 } default { $y[0].z(1, 2).a++ } } @\"\nhere $x\n\"@ }\n";
  CHECK(parse(script, 1).ok());
  for (size_t size = 0; size <= script.size(); ++size) {
    CAPTURE(size);
    ParseResult result = parse(std::string_view(script).substr(0, size), 1);
    check_tree(*result.root, size);
    // Cut at the end of a line, it is right, or a prompt asks for more.
    if (size == script.size() || script[size] == '\n') CHECK(result.ok() != result.incomplete);
  }
}

TEST_CASE("prompts ask for more exactly when more could help") {
  for (const char* open :
       {"if ($x) {", "foo {", "foo |", "1 +", "\"abc", "@'\nabc", "foo (", "@(1,", "@{ a = 1", "function f",
        "foo `", "<# a", "$x =", "try { a }", "a &&", "$x.f(1", "[int", "do { a }"}) {
    CAPTURE(open);
    CHECK(parse(open, 1).incomplete);
  }
  for (const char* closed :
       {"foo", "foo )", "}", "$x y", "1 | 2", "\"a\" = 1", "if ($x) { a }", "$x foo {", ") {"}) {
    CAPTURE(closed);
    CHECK_FALSE(parse(closed, 1).incomplete);
  }
}

}  // namespace hvsh::shell
