// ConvertTo-Csv, ConvertFrom-Csv, Export-Csv, Import-Csv.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cmdlet.h"
#include "core/dictionary_entry.h"
#include "verbs/data/csv.h"
#include "verbs/file/line_reader.h"
#include "verbs/file/paths.h"
#include "verbs/file/text_files.h"

namespace hvsh {

template <>
struct EnumOf<verbs::UseQuotes> {
  static constexpr EnumMember kMembers[] = {{"Never", 0}, {"Always", 1}, {"AsNeeded", 2}};
  static constexpr EnumInfo info{
      .type = {"Microsoft.PowerShell.Commands.BaseCsvWritingCommand+QuoteKind", "QuoteKind"},
      .members = kMembers};
};

}  // namespace hvsh

namespace hvsh::verbs {

namespace {

// What writing needs, in both cmdlets.
struct CsvOutput {
  Value input_object;
  std::string delimiter;
  Switch use_culture, include_type_information, no_type_information, no_header;
  std::vector<std::string> quote_fields;
  UseQuotes use_quotes = UseQuotes::Always;

  Result<CsvWriter::Options> options() const {
    if (delimiter.size() > 1) {
      return Error{.id = "CannotConvertArgument",
                   .category = ErrorCategory::InvalidArgument,
                   .message = fmt::format("The delimiter '{}' is not one character.", delimiter)};
    }
    return CsvWriter::Options{.delimiter = delimiter.empty() ? ',' : delimiter[0],
                              .quotes = use_quotes,
                              .quote_fields = quote_fields,
                              .type_information = include_type_information.on,
                              .no_header = no_header.on};
  }
};

template <class Self>
consteval auto csv_output_params() {
  return std::array{
      param<&CsvOutput::input_object, Self>(
          "InputObject", {.mandatory = true, .from_pipeline = true, .from_pipeline_property = true},
          "Objects to write."),
      param<&CsvOutput::use_culture, Self>("UseCulture", {},
                                           "The culture's delimiter, which is the comma here."),
      param<&CsvOutput::include_type_information, Self>("IncludeTypeInformation", {.aliases = "ITI"},
                                                        "A first line with the type."),
      param<&CsvOutput::no_type_information, Self>("NoTypeInformation", {.aliases = "NTI"},
                                                   "Without that line, as is the rule."),
      param<&CsvOutput::quote_fields, Self>("QuoteFields", {.aliases = "QF"},
                                            "Only these columns in quotation marks."),
      param<&CsvOutput::use_quotes, Self>("UseQuotes", {.aliases = "UQ"}, "What stands in quotation marks."),
      param<&CsvOutput::no_header, Self>("NoHeader", {}, "Without the line of names."),
  };
}

Error scalar_input(const Value& value) {
  return {.id = "CannotConvertInput",
          .category = ErrorCategory::InvalidData,
          .message = fmt::format("\"{}\" has no properties that make a line of values.", to_string(value))};
}

Result<char> delimiter_of(const std::string& text) {
  if (text.size() <= 1) return text.empty() ? ',' : text[0];
  return Error{.id = "CannotConvertArgument",
               .category = ErrorCategory::InvalidArgument,
               .message = fmt::format("The delimiter '{}' is not one character.", text)};
}

// What reading needs, in both cmdlets.
struct CsvInput {
  std::vector<std::string> header;
  std::string delimiter;
  Switch use_culture;

 protected:
  // Each record goes on as soon as it is complete: a text of any size takes no memory.
  Flow take_line(Context& context, CsvReader& reader, std::string_view line, std::string_view end) {
    std::vector<Value> objects;
    const auto read = reader.add_line(line, end, objects);
    return read ? write(context, reader, objects) : context.terminate(read.error());
  }
  Flow finish(Context& context, CsvReader& reader) {
    std::vector<Value> objects;
    const auto read = reader.finish(objects);
    return read ? write(context, reader, objects) : context.terminate(read.error());
  }

 private:
  Flow write(Context& context, const CsvReader& reader, std::vector<Value>& objects) {
    if (reader.named_columns() && !objects.empty() && !std::exchange(warned_, true)) {
      const Flow flow = context.warning(
          "One or more headers were not specified. Default names starting with \"H\" have been used in "
          "place of any missing headers.");
      if (flow != Flow::more) return flow;
    }
    return context.write_all(objects);
  }

  bool warned_ = false;
};

template <class Self>
consteval auto csv_input_params() {
  return std::array{
      param<&CsvInput::delimiter, Self>("Delimiter", {.position = 1}, "What stands between values."),
      param<&CsvInput::use_culture, Self>("UseCulture", {},
                                          "The culture's delimiter, which is the comma here."),
      param<&CsvInput::header, Self>("Header", {}, "Names of the columns, where the first line has none."),
  };
}

}  // namespace

struct ConvertToCsv : CsvOutput {
  static constexpr auto kParams = join(std::array{param<&CsvOutput::delimiter, ConvertToCsv>(
                                           "Delimiter", {.position = 1}, "What stands between values.")},
                                       csv_output_params<ConvertToCsv>());
  static constexpr Example kExamples[] = {
      {"[pscustomobject]@{A = 1} | ConvertTo-Csv", "\"A\"\n\"1\"", "Writes lines of values."}};
  static constexpr Decl decl{.verb = "ConvertTo",
                             .noun = "Csv",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.ConvertToCsvCommand",
                             .synopsis = "Writes objects as lines of values."};

  Flow begin(Context& context) {
    auto chosen = options();
    if (!chosen) return context.terminate(chosen.take_error());
    writer_.emplace(chosen.take());
    return Flow::more;
  }
  Flow process(Context& context) {
    if (input_object.is_null()) return Flow::more;
    if (list_properties(input_object).empty()) return context.error(scalar_input(input_object), input_object);
    const FormattingPass pass;
    for (std::string& line : writer_->lines_for(input_object)) {
      if (const Flow flow = context.write(Value::string(std::move(line))); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  std::optional<CsvWriter> writer_;
};
CMDLET(ConvertToCsv);

struct ExportCsv : CsvOutput {
  std::string path, literal_path, encoding = "utf8";
  Switch force, no_clobber, append;

  static constexpr auto kParams = join(
      std::array{
          param<&ExportCsv::path>("Path", {.position = 0, .not_null_or_empty = true}, "The file."),
          param<&ExportCsv::literal_path>(
              "LiteralPath", {.not_null_or_empty = true, .aliases = {"PSPath", "LP"}}, "The file."),
          param<&ExportCsv::force>("Force", {}, "A read-only file too, and objects that lack a column."),
          param<&ExportCsv::no_clobber>("NoClobber", {.aliases = "NoOverwrite"},
                                        "An existing file is an error."),
          param<&ExportCsv::encoding>("Encoding", {}, "How the text is encoded."),
          param<&ExportCsv::append>("Append", {}, "Behind what is there."),
          param<&CsvOutput::delimiter, ExportCsv>("Delimiter", {.position = 1},
                                                  "What stands between values."),
      },
      csv_output_params<ExportCsv>());
  static constexpr std::string_view kAliases[] = {"epcsv"};
  static constexpr Example kExamples[] = {
      {"Get-VM | Export-Csv machines.csv", "", "Writes a file of machines."}};
  static constexpr Decl decl{.verb = "Export",
                             .noun = "Csv",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.ExportCsvCommand",
                             .synopsis = "Writes objects to a file of values."};

  Flow begin(Context& context) {
    if (const auto bad = open(context); !bad) return context.terminate(bad.error());
    return Flow::more;
  }
  Flow process(Context& context) {
    if (input_object.is_null()) return Flow::more;
    if (list_properties(input_object).empty()) return context.error(scalar_input(input_object), input_object);
    if (appending_ && !force) {
      if (const auto missing = writer_->missing_column(input_object)) {
        return context.terminate(
            {.id = "CannotAppendCsvWithMismatchedPropertyNames",
             .category = ErrorCategory::InvalidData,
             .message = fmt::format(
                 "Cannot append CSV content to the following file: {}. The appended object does not "
                 "have a property that corresponds to the following column: {}. To continue with "
                 "mismatched properties, add the -Force parameter, and then retry the command.",
                 file_, *missing)});
      }
    }
    const FormattingPass pass;
    for (const std::string& line : writer_->lines_for(input_object)) text_ += line + "\n";
    return Flow::more;
  }
  Flow end(Context& context) {
    if (const Answer answer = context.should_process(file_, "Export-Csv"); answer != Answer::yes) {
      return answer == Answer::stopped ? Flow::stopped : Flow::more;
    }
    const auto done =
        append ? append_text_file(file_, text_, encoding_) : write_text_file(file_, text_, encoding_);
    return done ? Flow::more : context.terminate(done.error());
  }

 private:
  Result<void> open(Context& context) {
    if (path.empty() == literal_path.empty()) {
      return Error{.id = "CannotSpecifyPathAndLiteralPath",
                   .category = ErrorCategory::InvalidData,
                   .message = "You must specify either the -Path or -LiteralPath parameters, but not both."};
    }
    HVSH_TRY(encoding_, parse_encoding(encoding));
    HVSH_TRY(file_, context.resolve_path(path.empty() ? literal_path : path));
    HVSH_TRY(CsvWriter::Options chosen, options());
    struct stat info {};
    const bool exists = ::stat(file_.c_str(), &info) == 0;
    if (no_clobber && !append) HVSH_CHECK(refuse_existing(file_));
    std::vector<std::string> columns;
    if (append && exists && info.st_size > 0 && S_ISREG(info.st_mode)) {
      HVSH_TRY(const std::string before, read_text_file(file_, encoding_));
      std::string_view line = std::string_view(before).substr(0, before.find('\n'));
      if (line.ends_with('\r')) line.remove_suffix(1);
      CsvFields fields(chosen.delimiter);
      HVSH_TRY(const bool complete, fields.add_line(line, "\n"));
      if (complete || fields.finish()) columns.assign(fields.fields().begin(), fields.fields().end());
      if (before.back() != '\n') text_ = "\n";
    }
    appending_ = !columns.empty();
    writer_.emplace(std::move(chosen));
    if (appending_) writer_->set_columns(std::move(columns));
    return {};
  }

  std::optional<CsvWriter> writer_;
  std::string file_, text_;
  Encoding encoding_ = Encoding::utf8;
  bool appending_ = false;
};
CMDLET(ExportCsv);

struct ConvertFromCsv : CsvInput {
  std::vector<std::string> input_object;

  static constexpr auto kParams =
      join(std::array{param<&ConvertFromCsv::input_object>("InputObject",
                                                           {.position = 0,
                                                            .mandatory = true,
                                                            .from_pipeline = true,
                                                            .from_pipeline_property = true,
                                                            .allow_empty = true},
                                                           "Lines of values.")},
           csv_input_params<ConvertFromCsv>());
  static constexpr Example kExamples[] = {
      {"('A,B', '1,2' | ConvertFrom-Csv).B", "2", "Reads lines of values."}};
  static constexpr Decl decl{.verb = "ConvertFrom",
                             .noun = "Csv",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.ConvertFromCsvCommand",
                             .synopsis = "Reads objects from lines of values."};

  Flow begin(Context& context) {
    auto separator = delimiter_of(delimiter);
    if (!separator) return context.terminate(separator.take_error());
    reader_.emplace(*separator, header);
    return Flow::more;
  }
  // Each text is read to its end: a value in quotation marks does not go on in the next text.
  Flow process(Context& context) {
    for (std::string_view text : input_object) {
      while (!text.empty()) {
        const size_t end = std::min(text.find('\n'), text.size());
        const Flow flow = take_line(context, *reader_, text.substr(0, end), text.substr(end, 1));
        if (flow != Flow::more) return flow;
        text.remove_prefix(std::min(end + 1, text.size()));
      }
      if (const Flow flow = finish(context, *reader_); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  std::optional<CsvReader> reader_;
};
CMDLET(ConvertFromCsv);

struct ImportCsv : CsvInput {
  std::vector<std::string> path, literal_path;
  std::string encoding = "utf8";

  static constexpr auto kParams = join(
      std::array{
          param<&ImportCsv::path>("Path", {.position = 0, .from_pipeline = true, .not_null_or_empty = true},
                                  "The files."),
          param<&ImportCsv::literal_path>(
              "LiteralPath",
              {.from_pipeline_property = true, .not_null_or_empty = true, .aliases = {"PSPath", "LP"}},
              "The files, without wildcards."),
          param<&ImportCsv::encoding>("Encoding", {}, "How the text is encoded."),
      },
      csv_input_params<ImportCsv>());
  static constexpr std::string_view kAliases[] = {"ipcsv"};
  static constexpr Example kExamples[] = {{"Import-Csv machines.csv", "*", "Reads a file of machines."}};
  static constexpr Decl decl{.verb = "Import",
                             .noun = "Csv",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.ImportCsvCommand",
                             .synopsis = "Reads objects from a file of values."};

  Flow process(Context& context) {
    auto separator = delimiter_of(delimiter);
    if (!separator) return context.terminate(separator.take_error());
    auto chosen = parse_encoding(encoding);
    if (!chosen) return context.terminate(chosen.take_error());
    std::vector<std::string> files;
    if (const Flow flow = each_path(context, path, literal_path, files); flow != Flow::more) return flow;
    for (const std::string& file : files) {
      if (const Flow flow = read(context, file, *chosen, *separator); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  Flow read(Context& context, const std::string& file, Encoding chosen, char separator) {
    auto lines = LineReader::open(file, chosen, "\n");
    if (!lines) return context.error(lines.take_error());
    CsvReader reader(separator, header);
    for (bool more = true; more;) {
      // A last line without an end is another one than with it.
      for (const bool complete : {true, false}) {
        std::string_view line;
        auto found = lines->next(line, complete);
        if (!found) return context.error(found.take_error());
        more = *found;
        if (!more) continue;
        const Flow flow = take_line(context, reader, line, complete ? "\n" : "");
        if (flow != Flow::more) return flow;
        break;
      }
    }
    return finish(context, reader);
  }
};
CMDLET(ImportCsv);

}  // namespace hvsh::verbs
