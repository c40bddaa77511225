// Get-Content, Set-Content, Add-Content.
#include <fmt/format.h>
#include <sys/stat.h>

#include <deque>

#include "core/cmdlet.h"
#include "verbs/file/paths.h"
#include "verbs/file/text_files.h"

namespace hvsh::verbs {

struct GetContent {
  std::vector<std::string> path, literal_path;
  int64_t read_count = 1, total_count = -1;
  int32_t tail = -1;
  Switch raw, force;
  std::string delimiter, encoding = "utf8";

  enum Set : SetMask { Path = 1, Literal = 2 };
  static constexpr std::string_view kSets[] = {"Path", "LiteralPath"};
  static constexpr Param kParams[] = {
      param<&GetContent::read_count>("ReadCount", {.from_pipeline_property = true, .range = {0, INT64_MAX}},
                                     "So many lines as one array; 0: all."),
      param<&GetContent::total_count>(
          "TotalCount",
          {.from_pipeline_property = true, .aliases = {"First", "Head"}, .range = {0, INT64_MAX}},
          "So many lines from the begin."),
      param<&GetContent::tail>("Tail",
                               {.from_pipeline_property = true, .aliases = "Last", .range = {0, INT32_MAX}},
                               "So many lines from the end."),
      param<&GetContent::path>(
          "Path",
          {.sets = Path, .position = 0, .mandatory = true, .from_pipeline_property = true, .wildcards = true},
          "The files."),
      param<&GetContent::literal_path>(
          "LiteralPath",
          {.sets = Literal, .mandatory = true, .from_pipeline_property = true, .aliases = {"PSPath", "LP"}},
          "The files, without wildcards."),
      param<&GetContent::force>("Force", {}, "Hidden files too."),
      param<&GetContent::delimiter>("Delimiter", {}, "What ends a line, instead of the line's end."),
      param<&GetContent::encoding>("Encoding", {}, "How the text is encoded, where no mark tells."),
      param<&GetContent::raw>("Raw", {}, "The whole file as one text."),
  };
  static constexpr std::string_view kAliases[] = {"gc", "type"};
  static constexpr Example kExamples[] = {
      {"Get-Content machines.txt -TotalCount 1", "*", "Reads the first line."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "Content",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetContentCommand",
                             .synopsis = "Reads files."};

  Flow process(Context& context) {
    auto chosen = parse_encoding(encoding);
    if (!chosen) return context.terminate(chosen.take_error());
    std::vector<std::string> found;
    if (const Flow flow = each_path(context, path, literal_path, found, true, force.on); flow != Flow::more)
      return flow;
    for (const std::string& file : found) {
      struct stat info {};
      if (::stat(file.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
        const Flow flow =
            context.error({.id = "GetContentReaderUnauthorizedAccessError",
                           .category = ErrorCategory::PermissionDenied,
                           .message = fmt::format("Access to the path '{}' is denied: it is a folder.", file),
                           .hint = "Give the path of a file.",
                           .exception = "System.UnauthorizedAccessException"},
                          Value::string(file));
        if (flow != Flow::more) return flow;
        continue;
      }
      auto text = read_text_file(file, *chosen);
      const Flow flow = text ? write(context, *text) : context.error(text.take_error(), Value::string(file));
      if (flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  Flow write(Context& context, std::string_view text) {
    if (raw) return text.empty() ? Flow::more : context.write(Value::string(text));
    const std::string_view mark = delimiter.empty() ? std::string_view("\n") : std::string_view(delimiter);
    std::deque<Value> last;
    std::vector<Value> block;
    int64_t count = 0;
    const auto emit = [&](Value line) {
      if (read_count == 1) return context.write(std::move(line));
      block.push_back(std::move(line));
      if (read_count == 0 || static_cast<int64_t>(block.size()) < read_count) return Flow::more;
      return context.write(Value::array(std::exchange(block, {})));
    };
    while (!text.empty() && (total_count < 0 || count < total_count)) {
      const size_t end = text.find(mark);
      std::string_view line = text.substr(0, end);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + mark.size());
      if (delimiter.empty() && !line.empty() && line.back() == '\r') line.remove_suffix(1);
      ++count;
      if (tail < 0) {
        if (const Flow flow = emit(Value::string(line)); flow != Flow::more) return flow;
        continue;
      }
      last.push_back(Value::string(line));
      if (last.size() > static_cast<size_t>(tail)) last.pop_front();
    }
    for (Value& line : last) {
      if (const Flow flow = emit(std::move(line)); flow != Flow::more) return flow;
    }
    return block.empty() ? Flow::more : context.write(Value::array(std::move(block)));
  }
};
CMDLET(GetContent);

// Set-Content and Add-Content take lines until the end and write them at once.
struct ContentWriter {
  std::vector<std::string> path, literal_path;
  std::vector<Value> value;
  Switch no_newline, force, pass_thru;
  std::string encoding = "utf8";

  enum Set : SetMask { Path = 1, Literal = 2 };
  static constexpr std::string_view kSets[] = {"Path", "LiteralPath"};

  void take() {
    for (const Value& item : value) {
      for (const Value& line : to_items(item)) {
        text_ += to_string(line);
        if (!no_newline) text_ += '\n';
        lines_.push_back(line);
      }
    }
  }

  Flow finish(Context& context, bool append) {
    auto chosen = parse_encoding(encoding);
    if (!chosen) return context.terminate(chosen.take_error());
    std::vector<std::string> found;
    if (const Flow flow = each_path(context, path, literal_path, found, false, true); flow != Flow::more)
      return flow;
    for (const std::string& file : found) {
      if (const Answer answer =
              context.should_process("Path: " + file, append ? "Add Content" : "Set Content");
          answer != Answer::yes) {
        if (answer == Answer::stopped) return Flow::stopped;
        continue;
      }
      const auto done =
          append ? append_text_file(file, text_, *chosen) : write_text_file(file, text_, *chosen);
      if (done) continue;
      if (const Flow flow = context.error(done.error(), Value::string(file)); flow != Flow::more) return flow;
    }
    return pass_thru ? context.write_all(lines_) : Flow::more;
  }

 private:
  std::string text_;
  std::vector<Value> lines_;
};

template <class Self>
consteval auto content_params() {
  return std::array{
      param<&ContentWriter::path, Self>("Path",
                                        {.sets = ContentWriter::Path,
                                         .position = 0,
                                         .mandatory = true,
                                         .from_pipeline_property = true,
                                         .wildcards = true},
                                        "The files."),
      param<&ContentWriter::literal_path, Self>("LiteralPath",
                                                {.sets = ContentWriter::Literal,
                                                 .mandatory = true,
                                                 .from_pipeline_property = true,
                                                 .aliases = {"PSPath", "LP"}},
                                                "The files, without wildcards."),
      param<&ContentWriter::value, Self>("Value",
                                         {.position = 1,
                                          .mandatory = true,
                                          .from_pipeline = true,
                                          .from_pipeline_property = true,
                                          .allow_null = true,
                                          .allow_empty = true},
                                         "The lines."),
      param<&ContentWriter::pass_thru, Self>("PassThru", {}, "Write the lines to the pipeline too."),
      param<&ContentWriter::force, Self>("Force", {}, "A read-only file too."),
      param<&ContentWriter::no_newline, Self>("NoNewline", {}, "Without line ends."),
      param<&ContentWriter::encoding, Self>("Encoding", {}, "How the text is encoded."),
  };
}

struct SetContent : ContentWriter {
  static constexpr auto kParams = content_params<SetContent>();
  static constexpr std::string_view kAliases[] = {"sc"};
  static constexpr Example kExamples[] = {
      {"Set-Content notes.txt 'Made by hand.'", "", "Writes a file of one line."}};
  static constexpr Decl decl{.verb = "Set",
                             .noun = "Content",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.SetContentCommand",
                             .synopsis = "Writes files."};
  Flow process(Context&) {
    take();
    return Flow::more;
  }
  Flow end(Context& context) { return finish(context, false); }
};
CMDLET(SetContent);

struct AddContent : ContentWriter {
  static constexpr auto kParams = content_params<AddContent>();
  static constexpr std::string_view kAliases[] = {"ac"};
  static constexpr Example kExamples[] = {{"Add-Content notes.txt 'One more line.'", "", "Appends a line."}};
  static constexpr Decl decl{.verb = "Add",
                             .noun = "Content",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.AddContentCommand",
                             .synopsis = "Appends to files."};
  Flow process(Context&) {
    take();
    return Flow::more;
  }
  Flow end(Context& context) { return finish(context, true); }
};
CMDLET(AddContent);

}  // namespace hvsh::verbs
