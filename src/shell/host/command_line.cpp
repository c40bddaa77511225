#include "shell/host/command_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <optional>

#include "core/object.h"

namespace hvsh::shell {

namespace {

enum class Option : uint8_t {
  command,
  file,
  output_format,
  non_interactive,
  no_profile,
  no_logo,
  no_exit,
  execution_policy,
  input_format,
  window_style,
  working_directory,
  login,
  interactive,
  dump_declarations,
  version,
  help,
};

struct OptionName {
  std::string_view name;
  size_t shortest;  // characters that must be given
  Option option;
};

// pwsh's names and shortest forms. What has no meaning here (profiles, policies) is accepted, since cron
// lines hold it.
constexpr OptionName kOptions[] = {
    {"command", 1, Option::command},
    {"dump-declarations", 17, Option::dump_declarations},
    {"executionpolicy", 2, Option::execution_policy},
    {"ep", 2, Option::execution_policy},
    {"file", 1, Option::file},
    {"help", 1, Option::help},
    {"?", 1, Option::help},
    {"inputformat", 2, Option::input_format},
    {"interactive", 1, Option::interactive},
    {"login", 1, Option::login},
    {"noexit", 3, Option::no_exit},
    {"nologo", 3, Option::no_logo},
    {"noninteractive", 4, Option::non_interactive},
    {"noprofile", 3, Option::no_profile},
    {"outputformat", 1, Option::output_format},
    {"version", 1, Option::version},
    {"windowstyle", 1, Option::window_style},
    {"workingdirectory", 2, Option::working_directory},
    {"wd", 2, Option::working_directory},
};

std::optional<Option> find_option(std::string_view word) {
  if (word.size() < 2 || word[0] != '-') return std::nullopt;
  word.remove_prefix(word[1] == '-' && word.size() > 2 ? 2 : 1);
  for (const OptionName& known : kOptions) {
    if (word.size() >= known.shortest && word.size() <= known.name.size() &&
        equal_names(word, known.name.substr(0, word.size()))) {
      return known.option;
    }
  }
  return std::nullopt;
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

// The words after a cmdlet's name are its own, except our -OutputFormat.
Result<void> take_cmdlet_words(CommandLine& line, int first, int argc, const char* const* argv) {
  for (int i = first; i < argc; ++i) {
    if (equal_names(argv[i], "-OutputFormat") && i + 1 < argc) {
      HVSH_TRY(line.format, format_of(argv[++i]));
    } else {
      line.arguments.emplace_back(argv[i]);
    }
  }
  return {};
}

}  // namespace

Result<CommandLine> parse_command_line(int argc, const char* const* argv) {
  CommandLine line;
  using Mode = CommandLine::Mode;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const auto value = [&]() -> Result<std::string> {
      if (i + 1 >= argc) return wrong(fmt::format("The option '{}' needs a value.", word), word);
      return std::string(argv[++i]);
    };
    const auto option = find_option(word);
    if (!option) {
      if (word.size() > 1 && word[0] == '-')
        return wrong(fmt::format("There is no option '{}'.", word), word);
      if (word == "-") continue;  // standard input, which it is anyway
      line.text = word;
      line.mode = access(argv[i], F_OK) == 0 || word.ends_with(".ps1") ? Mode::file : Mode::cmdlet;
      if (line.mode == Mode::cmdlet) {
        HVSH_CHECK(take_cmdlet_words(line, i + 1, argc, argv));
      } else {
        line.arguments.assign(argv + i + 1, argv + argc);
      }
      return line;
    }
    switch (*option) {
      case Option::command: {
        HVSH_TRY(line.text, value());
        line.mode = line.text == "-" ? Mode::standard_input : Mode::command;
        // As pwsh does: all words that follow belong to the command.
        for (++i; i < argc; ++i) line.text.append(" ").append(argv[i]);
        return line;
      }
      case Option::file: {
        HVSH_TRY(line.text, value());
        line.mode = line.text == "-" ? Mode::standard_input : Mode::file;
        line.arguments.assign(argv + i + 1, argv + argc);
        return line;
      }
      case Option::output_format: {
        HVSH_TRY(const std::string name, value());
        HVSH_TRY(line.format, format_of(name));
        break;
      }
      case Option::working_directory: {
        HVSH_TRY(const std::string folder, value());
        if (chdir(folder.c_str()) != 0) return errno_error("go to", folder, errno);
        break;
      }
      case Option::execution_policy:
      case Option::input_format:
      case Option::window_style:
        HVSH_CHECK(value().ok() ? Result<void>() : wrong("A value is missing.", word));
        break;
      case Option::non_interactive: line.non_interactive = true; break;
      case Option::no_exit: line.no_exit = true; break;
      case Option::no_logo: line.no_logo = true; break;
      case Option::no_profile:
      case Option::interactive:
      case Option::login: break;
      case Option::dump_declarations: line.mode = Mode::dump_declarations; return line;
      case Option::version: line.mode = Mode::version; return line;
      case Option::help: line.mode = Mode::help; return line;
    }
  }
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
         "  --dump-declarations            every cmdlet's declaration, as JSON\n"
         "  --version, --help\n"
         "\n"
         "Exit codes: 0; the script's `exit`; 1 after an error that ended it; 64 wrong command line; 70 no "
         "start.\n";
}

}  // namespace hvsh::shell
