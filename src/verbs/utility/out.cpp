// Out-Null, Out-String, Out-File.
#include <fmt/format.h>

#include "core/cmdlet.h"
#include "verbs/file/paths.h"
#include "verbs/file/text_files.h"

namespace hvsh::verbs {

struct OutNull {
  Value input_object;

  static constexpr Param kParams[] = {
      param<&OutNull::input_object>("InputObject", {.from_pipeline = true}, "What is thrown away.")};
  static constexpr Example kExamples[] = {{"Get-VM | Out-Null", "", "Throws the output away."}};
  static constexpr Decl decl{.verb = "Out",
                             .noun = "Null",
                             .module = "Microsoft.PowerShell.Core",
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.OutNullCommand",
                             .synopsis = "Throws its input away."};
  Flow process(Context&) { return Flow::more; }
};
CMDLET(OutNull);

struct OutString {
  Value input_object;
  Switch stream, no_newline;
  int32_t width = 0;

  enum Set : SetMask { NoNewLine = 1, Stream = 2 };
  static constexpr std::string_view kSets[] = {"NoNewLineFormatting", "StreamFormatting"};
  static constexpr Param kParams[] = {
      param<&OutString::stream>("Stream", {.sets = Stream}, "Each line as a text of its own."),
      param<&OutString::width>("Width", {.range = {2, INT32_MAX}},
                               "Columns at most; without it nothing is cut."),
      param<&OutString::no_newline>("NoNewline", {.sets = NoNewLine}, "Without line ends."),
      param<&OutString::input_object>("InputObject", {.from_pipeline = true}, "Objects to show."),
  };
  static constexpr Example kExamples[] = {{"(1, 2 | Out-String -Stream).Count", "2", "Makes lines of text."}};
  static constexpr Decl decl{.verb = "Out",
                             .noun = "String",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.OutStringCommand",
                             .synopsis = "Shows objects as text, as the console does."};

  Flow process(Context&) {
    if (!input_object.is_null()) objects_.push_back(input_object);
    return Flow::more;
  }
  Flow end(Context& context) {
    std::string text = context.format_text(objects_, width);
    if (stream) {
      std::string_view rest = text;
      while (!rest.empty()) {
        const size_t end = std::min(rest.find('\n'), rest.size());
        if (const Flow flow = context.write(Value::string(rest.substr(0, end))); flow != Flow::more)
          return flow;
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
      return Flow::more;
    }
    if (no_newline) std::erase(text, '\n');
    return context.write(Value::string(std::move(text)));
  }

 private:
  std::vector<Value> objects_;
};
CMDLET(OutString);

struct OutFile {
  Value input_object;
  std::string file_path, literal_path, encoding = "utf8";
  Switch append, force, no_clobber, no_newline;
  int32_t width = 0;

  enum Set : SetMask { Path = 1, Literal = 2 };
  static constexpr std::string_view kSets[] = {"ByPath", "ByLiteralPath"};
  static constexpr Param kParams[] = {
      param<&OutFile::file_path>(
          "FilePath", {.sets = Path, .position = 0, .mandatory = true, .aliases = "Path"}, "The file."),
      param<&OutFile::literal_path>(
          "LiteralPath",
          {.sets = Literal, .mandatory = true, .from_pipeline_property = true, .aliases = {"PSPath", "LP"}},
          "The file."),
      param<&OutFile::encoding>("Encoding", {.position = 1}, "How the text is encoded."),
      param<&OutFile::append>("Append", {}, "Behind what is there."),
      param<&OutFile::force>("Force", {}, "A read-only file too."),
      param<&OutFile::no_clobber>("NoClobber", {.aliases = "NoOverwrite"}, "An existing file is an error."),
      param<&OutFile::width>("Width", {.range = {2, INT32_MAX}},
                             "Columns at most; without it nothing is cut."),
      param<&OutFile::no_newline>("NoNewline", {}, "Without line ends."),
      param<&OutFile::input_object>("InputObject", {.from_pipeline = true}, "Objects to show."),
  };
  static constexpr Example kExamples[] = {
      {"Get-VM | Out-File machines.txt", "", "Writes what the console would show."}};
  static constexpr Decl decl{.verb = "Out",
                             .noun = "File",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.OutFileCommand",
                             .synopsis = "Writes what the console would show to a file."};

  Flow process(Context&) {
    if (!input_object.is_null()) objects_.push_back(input_object);
    return Flow::more;
  }
  Flow end(Context& context) {
    auto file = context.resolve_path(file_path.empty() ? literal_path : file_path);
    if (!file) return context.terminate(file.take_error());
    auto chosen = parse_encoding(encoding);
    if (!chosen) return context.terminate(chosen.take_error());
    if (no_clobber && !append) {
      if (const auto free = refuse_existing(*file); !free) return context.terminate(free.error());
    }
    if (const Answer answer = context.should_process(*file, "Output to File"); answer != Answer::yes) {
      return answer == Answer::stopped ? Flow::stopped : Flow::more;
    }
    std::string text = context.format_text(objects_, width);
    if (no_newline) std::erase(text, '\n');
    const auto done = append ? append_text_file(*file, text, *chosen) : write_text_file(*file, text, *chosen);
    return done ? Flow::more : context.terminate(done.error());
  }

 private:
  std::vector<Value> objects_;
};
CMDLET(OutFile);

}  // namespace hvsh::verbs
