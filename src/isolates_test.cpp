// Several interpreters in one process, each in a thread of its own (shell/eval/interpreter.h): what they do
// at the same time must not meet. Run under -fsanitize=thread it finds state that they would share.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <thread>

#include "known_types.h"
#include "shell/cmdlets/engine_cmdlets.h"
#include "shell/eval/interpreter.h"
#include "shell/format/format_cmdlets.h"
#include "shell/format/formatter.h"
#include "verbs/registry.h"

namespace hvsh {

namespace {

using shell::Interpreter;

// A host that keeps what it is shown.
class QuietHost final : public shell::Host {
 public:
  Flow write_output(const Value& value) override {
    formatter_.write(value);
    return Flow::more;
  }
  void end_output() override { formatter_.pause(); }
  Flow write_text(std::string_view words, bool) override {
    text += words;
    return Flow::more;
  }
  void write_error(const ErrorRecordObject& record) override { text += record.error.message + "\n"; }
  void write_labelled(std::string_view, std::string_view words) override { text += words; }
  void write_progress(const Progress&) override {}
  std::string format_text(std::span<const Value> values, int width) override {
    return shell::format_objects(values, {.width = width, .hold = true});
  }
  std::unique_ptr<shell::Formatter> make_formatter(std::function<void(std::string_view)> output,
                                                   int width) override {
    return std::make_unique<shell::Formatter>(std::move(output),
                                              shell::Formatter::Options{.width = width, .hold = true});
  }
  bool can_prompt() const override { return false; }
  std::optional<std::string> read_line(std::string_view) override { return std::nullopt; }
  void flush() override {}
  int width() const override { return 80; }

  std::string text;

 private:
  shell::Formatter formatter_{[this](std::string_view words) { text += words; }, {.width = 80, .hold = true}};
};

class HostSink final : public shell::Sink {
 public:
  explicit HostSink(QuietHost& host) : host_(host) {}
  Flow write(Value value) override { return host_.write_output(value); }

 private:
  QuietHost& host_;
};

std::vector<CmdletEntry> all_cmdlets() {
  std::vector<CmdletEntry> all;
  for (auto table : {verbs::cmdlets(), shell::format_cmdlets(), shell::engine_cmdlets()}) {
    all.insert(all.end(), table.begin(), table.end());
  }
  return all;
}

// What a script shows, run by an interpreter of its own in the calling thread.
std::string run(std::string_view script) {
  const std::vector<CmdletEntry> cmdlets = all_cmdlets();
  QuietHost host;
  HostSink sink(host);
  Interpreter interpreter({.cmdlets = cmdlets, .types = known_types(), .host = &host, .owns_folder = false});
  auto source = interpreter.load(script, {});
  REQUIRE(source.ok());
  (void)interpreter.run_line(*source, sink);
  host.end_output();
  return host.text;
}

// A bit of everything that keeps something between calls: shapes, patterns, constants, defaults of cmdlets,
// the environment, views, error records, the call depth.
constexpr std::string_view kScript = R"(
  function fib([int]$n) { if ($n -lt 2) { $n } else { (fib ($n - 1)) + (fib ($n - 2)) } }
  $rows = 1..60 | ForEach-Object { [pscustomobject]@{ Id = $_; Name = "vm$_"; Key = $_ % 7 } }
  $rows | Where-Object Key -gt 4 | Sort-Object Key, Id -Descending | Select-Object -First 3 Id, Key
  ($rows | Group-Object Key | Measure-Object Count -Sum).Sum
  ($rows | Where-Object { $_.Name -match '^vm(\d)5$' -and $Matches[1] -ne '9' }).Count
  $rows[3] | ConvertTo-Json -Compress | ConvertFrom-Json | ConvertTo-Csv
  'a,b', '1,2' | ConvertFrom-Csv
  try { [int]'x' } catch { "caught: $_" }
  Get-Item NoSuchThing
  $env:HVSH_ISOLATE = 'set'; $env:HVSH_ISOLATE
  'A1b2' -replace '[0-9]', '#' -split '#'
  Set-Location /; "$PWD"
  switch -Wildcard ('web01') { 'web*' { 'web' } default { 'none' } }
  function deep { deep }; try { deep } catch { 'too deep' }
  fib 12
)";

}  // namespace

TEST_CASE("interpreters in several threads do not meet") {
  const std::string expected = run(kScript);
  CHECK(expected.find("too deep") != std::string::npos);
  CHECK(expected.find("\n144") != std::string::npos);
  std::string found[3];
  std::vector<std::thread> threads;
  for (std::string& text : found) {
    threads.emplace_back([&text] {
      for (int i = 0; i < 3; ++i) text = run(kScript);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& text : found) CHECK(text == expected);
}

TEST_CASE("an interpreter that does not own the folder leaves the process where it is") {
  const std::string before = run("\"$PWD\"");
  CHECK(run("Set-Location /usr; \"$PWD\"") == "/usr\n");
  CHECK(run("\"$PWD\"") == before);
}

}  // namespace hvsh
