// Set-Content, Add-Content, Clear-Content.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "verbs/file/content.h"
#include "verbs/file/paths.h"
#include "verbs/file/tree.h"

namespace hvsh::verbs {

// Set-Content and Add-Content take lines until the end and write them at once.
struct ContentWriter : ContentTarget {
  std::vector<Value> value;
  Switch no_newline, pass_thru;

  Flow take(Context& context) {
    for (const Value& item : value) {
      for (const Value& line : to_items(item)) {
        if (bytes()) {
          auto byte = to_integer(line, IntType::u8);
          if (!byte) {
            return context.terminate(
                {.id = "InvalidByte",
                 .category = ErrorCategory::InvalidData,
                 .message = fmt::format("Cannot write '{}' as a byte: with -AsByteStream the "
                                        "content has to be numbers from 0 to 255.",
                                        to_string(line)),
                 .exception = "System.Management.Automation.PSArgumentException"},
                line);
          }
          text_ += static_cast<char>(byte->as_int());
        } else {
          text_ += to_string(line);
          if (!no_newline) text_ += '\n';
        }
        lines_.push_back(line);
      }
    }
    return Flow::more;
  }

  Flow finish(Context& context, bool append) {
    if (!stream.empty() && stream != ":$DATA") return context.terminate(no_streams());
    auto chosen = text_encoding();
    if (!chosen) return context.terminate(chosen.take_error());
    const PartedPaths parted = part_paths(context, path, literal_path);
    for (const NamedPath& target : parted.named) {
      const Flow flow = ask_and_change(
          context, "Item: " + display(target), append ? "Add Content" : "Set Content",
          [&] { return context.get<Drives>().set_item(target, named_value(context, target, append)); });
      if (flow != Flow::more) return flow;
    }
    std::vector<std::string> found;
    if (Flow flow = each_path(context, parted.paths, parted.literal_paths, found, false, true);
        flow != Flow::more)
      return flow;
    for (const std::string& file : found) {
      if (!is_wanted(file)) continue;
      const Flow flow = ask_and_change(context, "Path: " + file, append ? "Add Content" : "Set Content",
                                       [&] { return write(file, append, *chosen); });
      if (flow != Flow::more) return flow;
    }
    return pass_thru ? context.write_all(lines_) : Flow::more;
  }

 private:
  Result<void> write(const std::string& file, bool append, Encoding chosen) const {
    if (is_folder(file)) return is_a_folder(file);
    struct stat info {};
    if (::stat(file.c_str(), &info) == 0 && S_ISREG(info.st_mode) && (info.st_mode & 0222) == 0) {
      if (!force) {
        Error error = errno_error("write to", file, EACCES);
        error.message = fmt::format("Access to the path '{}' is denied: it is read-only.", file);
        error.hint = "Add -Force if it shall be written.";
        error.exception = "System.UnauthorizedAccessException";
        return error;
      }
      // The mode of the file stays what it is.
      if (::chmod(file.c_str(), (info.st_mode | S_IWUSR) & 07777) != 0)
        return errno_error("write to", file, errno);
      auto done = write_now(file, append, chosen);
      (void)::chmod(file.c_str(), info.st_mode & 07777);
      return done;
    }
    return write_now(file, append, chosen);
  }
  Result<void> write_now(const std::string& file, bool append, Encoding chosen) const {
    if (bytes()) return append ? append_file(file, text_) : replace_file(file, text_);
    return append ? append_text_file(file, text_, chosen) : write_text_file(file, text_, chosen);
  }

  Value named_value(Context& context, const NamedPath& target, bool append) const {
    std::string text = text_;
    if (!text.empty() && !no_newline) text.pop_back();
    if (target.drive.kind == DriveKind::environment) {
      const std::vector<NamedItem> items = context.get<Drives>().items(target);
      return Value::string(append && !items.empty() ? to_string(items.front().content) + text : text);
    }
    return lines_.size() == 1 ? lines_.front() : Value::array(lines_);
  }

  std::string text_;
  std::vector<Value> lines_;
};

template <class Self>
consteval auto content_writer_params() {
  return join(
      std::array{
          param<&ContentWriter::value, Self>("Value",
                                             {.position = 1,
                                              .mandatory = true,
                                              .from_pipeline = true,
                                              .from_pipeline_property = true,
                                              .allow_null = true,
                                              .allow_empty = true},
                                             "The lines."),
          param<&ContentWriter::pass_thru, Self>("PassThru", {}, "Write the lines to the pipeline too."),
          param<&ContentWriter::no_newline, Self>("NoNewline", {}, "Without line ends."),
      },
      content_target_params<Self>(), encoding_params<Self>());
}

struct SetContent : ContentWriter {
  static constexpr auto kParams = content_writer_params<SetContent>();
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
  Flow process(Context& context) { return take(context); }
  Flow end(Context& context) { return finish(context, false); }
};
CMDLET(SetContent);

struct AddContent : ContentWriter {
  static constexpr auto kParams = content_writer_params<AddContent>();
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
  Flow process(Context& context) { return take(context); }
  Flow end(Context& context) { return finish(context, true); }
};
CMDLET(AddContent);

struct ClearContent : ContentTarget {
  static constexpr auto kParams = content_target_params<ClearContent>();
  static constexpr std::string_view kAliases[] = {"clc"};
  static constexpr Example kExamples[] = {{"Clear-Content notes.txt", "*", "Empties a file."}};
  static constexpr Decl decl{.verb = "Clear",
                             .noun = "Content",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.ClearContentCommand",
                             .synopsis = "Empties files."};

  Flow process(Context& context) {
    if (!stream.empty() && stream != ":$DATA") return context.terminate(no_streams());
    std::vector<std::string> found;
    if (Flow flow = each_path(context, path, literal_path, found, true, force.on); flow != Flow::more)
      return flow;
    for (const std::string& file : found) {
      if (!is_wanted(file)) continue;
      const Flow flow = ask_and_change(context, "Item: " + file, "Clear Content", [&]() -> Result<void> {
        if (is_folder(file)) return is_a_folder(file);
        return replace_file(file, {});
      });
      if (flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(ClearContent);

}  // namespace hvsh::verbs
