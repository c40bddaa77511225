#include "shell/host/command_line.h"

#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include "core/object.h"

namespace hvsh::shell {

namespace {

struct OptionName {
  std::string_view name;
  size_t shortest;                  // characters that must be given
  std::string_view canonical = {};  // what CLI11 knows it as, where that differs
};

// pwsh's names and shortest forms.
constexpr OptionName kOptions[] = {
    {"check", 5},
    {"command", 1},
    {"dump-declarations", 17},
    {"dump-types", 10},
    {"executionpolicy", 2},
    {"ep", 2, "executionpolicy"},
    {"file", 1},
    {"help", 1},
    {"?", 1, "help"},
    {"inputformat", 2},
    {"interactive", 1},
    {"login", 1},
    {"noexit", 3},
    {"nologo", 3},
    {"noninteractive", 4},
    {"noprofile", 3},
    {"outputformat", 1},
    {"serve", 5},
    {"version", 1},
    {"windowstyle", 1},
    {"workingdirectory", 2},
    {"wd", 2, "workingdirectory"},
};

// The option that a word means: one or two dashes, without case, a prefix that is long enough. Empty: none.
std::string_view find_option(std::string_view word) {
  if (word.size() < 2 || word[0] != '-') return {};
  word.remove_prefix(word[1] == '-' && word.size() > 2 ? 2 : 1);
  for (const OptionName& known : kOptions) {
    if (word.size() >= known.shortest && word.size() <= known.name.size() &&
        equal_names(word, known.name.substr(0, word.size()))) {
      return known.canonical.empty() ? known.name : known.canonical;
    }
  }
  return {};
}

Error wrong(std::string message, std::string_view target) {
  return {.id = "CommandLine",
          .category = ErrorCategory::InvalidArgument,
          .message = std::move(message),
          .hint = "hvsh --help shows how it is called.",
          .target = std::string(target)};
}

Result<OutputFormat> format_of(std::string_view word) {
  if (equal_names(word, "text")) return OutputFormat::text;
  if (equal_names(word, "json")) return OutputFormat::json;
  if (equal_names(word, "csv")) return OutputFormat::csv;
  return wrong(fmt::format("'{}' is not an output format; there are Text, Json and Csv.", word), word);
}

// What CLI11 stores its findings in.
struct Given {
  std::string format = "text";
  std::string folder;
  std::string ignored;
  bool command = false, file = false, check = false;
  bool dump_declarations = false, dump_types = false, serve = false, version = false, help = false;
};

void declare(CLI::App& app, Given& given, CommandLine& line) {
  app.prefix_command();  // what begins with the first other word belongs to what is run
  app.set_help_flag();   // usage() is the help
  app.add_flag("--check", given.check);
  app.add_flag("--command", given.command);
  app.add_flag("--file", given.file);
  app.add_flag("--dump-declarations", given.dump_declarations);
  app.add_flag("--dump-types", given.dump_types);
  app.add_flag("--serve", given.serve);
  app.add_flag("--version", given.version);
  app.add_flag("--help", given.help);
  app.add_flag("--noninteractive", line.non_interactive);
  app.add_flag("--noexit", line.no_exit);
  app.add_flag("--nologo", line.no_logo);
  app.add_option("--outputformat", given.format);
  app.add_option("--workingdirectory", given.folder);
  // What has no meaning here (profiles, policies) is accepted, since cron lines hold it.
  for (const char* name : {"--noprofile", "--interactive", "--login"}) app.add_flag(name);
  for (const char* name : {"--executionpolicy", "--inputformat", "--windowstyle"})
    app.add_option(name, given.ignored);
  for (CLI::Option* option : app.get_options()) option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

// PowerShell's way of writing options, which CLI11 does not know (one dash and a long name, any unique
// prefix, an end at -Command and -File), in CLI11's: full names, and `--` before the words that are not ours.
Result<std::vector<std::string>> spelled_out(const CLI::App& app, int argc, const char* const* argv) {
  std::vector<std::string> words;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "-") continue;  // standard input, which it is anyway
    const std::string_view option = find_option(word);
    if (option.empty() && word.starts_with('-'))
      return wrong(fmt::format("There is no option '{}'.", word), word);
    if (!option.empty()) {
      words.push_back(fmt::format("--{}", option));
      const bool rest_is_its = option == "check" || option == "command" || option == "file";
      const bool has_value = rest_is_its || app.get_option(words.back())->get_items_expected_min() > 0;
      if (has_value && i + 1 >= argc) return wrong(fmt::format("The option '{}' needs a value.", word), word);
      if (has_value && !rest_is_its) words.emplace_back(argv[++i]);
      if (!rest_is_its) continue;
      ++i;
    }
    words.emplace_back("--");
    words.insert(words.end(), argv + i, argv + argc);
    break;
  }
  return words;
}

// `words`: what is run, and what is handed to it.
Result<void> take_words(CommandLine& line, const Given& given, std::vector<std::string> words) {
  using Mode = CommandLine::Mode;
  if (words.empty()) return {};
  line.text = std::move(words.front());
  words.erase(words.begin());
  if ((given.command || given.file) && line.text == "-") {
    line.mode = Mode::standard_input;
  } else if (given.command) {
    line.mode = Mode::command;
  } else if (given.file || line.text.ends_with(".ps1") || access(line.text.c_str(), F_OK) == 0) {
    line.mode = Mode::file;
  } else {
    line.mode = Mode::cmdlet;
  }
  for (size_t i = 0; i < words.size(); ++i) {
    if (given.command) {
      // As pwsh does: all words that follow belong to the command.
      line.text.append(" ").append(words[i]);
    } else if (line.mode == Mode::cmdlet && equal_names(words[i], "-OutputFormat") && i + 1 < words.size()) {
      HVSH_TRY(line.format, format_of(words[++i]));
    } else {
      line.arguments.push_back(std::move(words[i]));
    }
  }
  return {};
}

}  // namespace

Result<CommandLine> parse_command_line(int argc, const char* const* argv) {
  CommandLine line;
  Given given;
  CLI::App app;
  declare(app, given, line);
  HVSH_TRY(std::vector<std::string> words, spelled_out(app, argc, argv));
  std::reverse(words.begin(), words.end());  // as CLI11 wants them
  try {
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    return wrong(fmt::format("The command line is wrong: {}.", error.what()), error.get_name());
  }
  using Mode = CommandLine::Mode;
  if (given.help || given.version || given.dump_declarations || given.dump_types) {
    line.mode = given.help         ? Mode::help
                : given.version    ? Mode::version
                : given.dump_types ? Mode::dump_types
                                   : Mode::dump_declarations;
    return line;
  }
  if (given.serve) {
    line.mode = Mode::serve;
    return line;
  }
  HVSH_TRY(line.format, format_of(given.format));
  if (!given.folder.empty() && chdir(given.folder.c_str()) != 0) {
    return errno_error("go to", given.folder, errno);
  }
  std::vector<std::string> rest = app.remaining();
  if (!rest.empty()) rest.erase(rest.begin());  // the `--`
  if (given.check) {
    line.mode = Mode::check;
    line.arguments = std::move(rest);
    return line;
  }
  HVSH_CHECK(take_words(line, given, std::move(rest)));
  return line;
}

std::string_view usage() {
  return "Usage: hvsh [-NonInteractive] [-OutputFormat Text|Json|Csv] [what to run]\n"
         "\n"
         "  hvsh                           a prompt on a terminal; else a script from standard input\n"
         "  hvsh FILE.ps1 [ARGUMENT ...]   a script (-File FILE)\n"
         "  hvsh -Command TEXT             a command line (-c TEXT)\n"
         "  hvsh Get-VM [ARGUMENT ...]     one cmdlet; the words are its arguments, not code\n"
         "\n"
         "  hvsh --check FILE ...          parses scripts without running them; the first error of each\n"
         "\n"
         "  --dump-declarations            every cmdlet's declaration, as JSON\n"
         "  --dump-types                   every .NET type with its members, as Markdown\n"
         "  --version, --help\n"
         "\n"
         "Exit codes: 0; the script's `exit`; 1 after an error that ended it; 64 wrong command line; 70 out "
         "of "
         "memory.\n";
}

}  // namespace hvsh::shell
