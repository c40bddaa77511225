// Export-Clixml, Import-Clixml, ConvertTo-CliXml, ConvertFrom-CliXml.
#include <fmt/format.h>

#include "core/clixml.h"
#include "core/cmdlet.h"
#include "verbs/file/paths.h"
#include "verbs/file/text_files.h"

namespace hvsh::verbs {

namespace {

Result<std::vector<Value>> read_clixml(Context& context, std::string_view text) {
  return from_clixml(text,
                     {.find_enum = [&context](std::string_view name) { return context.find_enum(name); }});
}

}  // namespace

struct ExportClixml {
  std::string path, literal_path, encoding = "utf8";
  Value input_object;
  int32_t depth = 2;
  Switch force, no_clobber;

  enum Set : SetMask { Path = 1, Literal = 2 };
  static constexpr std::string_view kSets[] = {"ByPath", "ByLiteralPath"};
  static constexpr Param kParams[] = {
      param<&ExportClixml::depth>("Depth", {.range = {1, INT32_MAX}},
                                  "Levels of objects within objects; what is deeper is text."),
      param<&ExportClixml::path>("Path", {.sets = Path, .position = 0, .mandatory = true}, "The file."),
      param<&ExportClixml::literal_path>(
          "LiteralPath", {.sets = Literal, .mandatory = true, .aliases = {"PSPath", "LP"}}, "The file."),
      param<&ExportClixml::input_object>(
          "InputObject", {.mandatory = true, .from_pipeline = true, .allow_null = true}, "Objects to write."),
      param<&ExportClixml::force>("Force", {}, "A read-only file too."),
      param<&ExportClixml::no_clobber>("NoClobber", {.aliases = "NoOverwrite"},
                                       "An existing file is an error."),
      param<&ExportClixml::encoding>("Encoding", {}, "How the text is encoded."),
  };
  static constexpr Example kExamples[] = {
      {"Get-VM | Export-Clixml machines.xml", "", "Keeps machines' settings."}};
  static constexpr Decl decl{.verb = "Export",
                             .noun = "Clixml",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.ExportClixmlCommand",
                             .synopsis = "Writes objects to a file that Import-Clixml reads."};

  Flow process(Context&) {
    objects_.push_back(input_object);
    return Flow::more;
  }
  Flow end(Context& context) {
    auto chosen = parse_encoding(encoding);
    if (!chosen) return context.terminate(chosen.take_error());
    auto file = context.resolve_path(path.empty() ? literal_path : path);
    if (!file) return context.terminate(file.take_error());
    if (no_clobber) {
      if (const auto free = refuse_existing(*file); !free) return context.terminate(free.error());
    }
    const Answer answer = context.should_process(*file, "Export-Clixml");
    if (answer != Answer::yes) return answer == Answer::stopped ? Flow::stopped : Flow::more;
    const FormattingPass pass;
    auto text = to_clixml(objects_, {.depth = depth});
    if (!text) return context.terminate(text.take_error());
    const auto done = write_text_file(*file, *text, *chosen);
    return done ? Flow::more : context.terminate(done.error());
  }

 private:
  std::vector<Value> objects_;
};
CMDLET(ExportClixml);

struct ImportClixml {
  std::vector<std::string> path, literal_path;
  uint64_t skip = 0, first = UINT64_MAX;
  Switch include_total_count;

  enum Set : SetMask { Path = 1, Literal = 2 };
  static constexpr std::string_view kSets[] = {"ByPath", "ByLiteralPath"};
  static constexpr Param kParams[] = {
      param<&ImportClixml::path>("Path",
                                 {.sets = Path,
                                  .position = 0,
                                  .mandatory = true,
                                  .from_pipeline = true,
                                  .from_pipeline_property = true},
                                 "The files."),
      param<&ImportClixml::literal_path>(
          "LiteralPath",
          {.sets = Literal, .mandatory = true, .from_pipeline_property = true, .aliases = {"PSPath", "LP"}},
          "The files, without wildcards."),
      param<&ImportClixml::include_total_count>("IncludeTotalCount", {}, "Tells how many there are, first."),
      param<&ImportClixml::skip>("Skip", {}, "So many are left out."),
      param<&ImportClixml::first>("First", {}, "So many at most."),
  };
  static constexpr Example kExamples[] = {
      {"Import-Clixml machines.xml", "*", "Reads what Export-Clixml wrote."}};
  static constexpr Decl decl{.verb = "Import",
                             .noun = "Clixml",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.ImportClixmlCommand",
                             .synopsis = "Reads objects that Export-Clixml wrote."};

  Flow process(Context& context) {
    std::vector<std::string> files;
    if (const Flow flow = each_path(context, path, literal_path, files); flow != Flow::more) return flow;
    for (const std::string& file : files) {
      auto text = read_text_file(file, Encoding::utf8);
      if (!text) return context.terminate(text.take_error());
      auto objects = read_clixml(context, *text);
      if (!objects) return context.terminate(objects.take_error(), Value::string(file));
      if (include_total_count) {
        const Flow flow = context.write(Value::integer(static_cast<int64_t>(objects->size()), IntType::u64));
        if (flow != Flow::more) return flow;
      }
      for (size_t i = skip; i < objects->size() && i - skip < first; ++i) {
        if (const Flow flow = context.write((*objects)[i]); flow != Flow::more) return flow;
      }
    }
    return Flow::more;
  }
};
CMDLET(ImportClixml);

struct ConvertToCliXml {
  Value input_object;
  int32_t depth = 2;

  static constexpr Param kParams[] = {
      param<&ConvertToCliXml::input_object>(
          "InputObject", {.mandatory = true, .from_pipeline = true, .allow_null = true}, "Objects to write."),
      param<&ConvertToCliXml::depth>("Depth", {.range = {1, INT32_MAX}},
                                     "Levels of objects within objects; what is deeper is text."),
  };
  static constexpr Example kExamples[] = {
      {"1 | ConvertTo-CliXml",
       "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">\n  "
       "<I32>1</I32>\n</Objs>",
       "Writes objects as text that ConvertFrom-CliXml reads."}};
  static constexpr Decl decl{.verb = "ConvertTo",
                             .noun = "CliXml",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.ConvertToClixmlCommand",
                             .synopsis = "Writes objects as XML text, as Export-Clixml does."};

  Flow process(Context&) {
    objects_.push_back(input_object);
    return Flow::more;
  }
  Flow end(Context& context) {
    const FormattingPass pass;
    auto text = to_clixml(objects_, {.depth = depth});
    return text ? context.write(Value::string(text.take())) : context.terminate(text.take_error());
  }

 private:
  std::vector<Value> objects_;
};
CMDLET(ConvertToCliXml);

struct ConvertFromCliXml {
  std::string input_object;

  static constexpr Param kParams[] = {param<&ConvertFromCliXml::input_object>(
      "InputObject", {.position = 0, .mandatory = true, .from_pipeline = true},
      "The text; several lines are one.")};
  static constexpr Example kExamples[] = {
      {"'a', 'b' | ConvertTo-CliXml | ConvertFrom-CliXml", "a\nb", "Reads objects from XML text."}};
  static constexpr Decl decl{.verb = "ConvertFrom",
                             .noun = "CliXml",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.ConvertFromClixmlCommand",
                             .synopsis = "Reads objects from XML text."};

  Flow process(Context&) {
    text_ += input_object;
    text_ += '\n';
    return Flow::more;
  }
  Flow end(Context& context) {
    if (text_.empty()) return Flow::more;
    auto objects = read_clixml(context, text_);
    if (!objects) return context.terminate(objects.take_error());
    for (Value& object : *objects) {
      if (const Flow flow = context.write(std::move(object)); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  std::string text_;
};
CMDLET(ConvertFromCliXml);

}  // namespace hvsh::verbs
