// Get-Content.
#include "verbs/file/content.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <deque>

#include "verbs/file/line_reader.h"
#include "verbs/file/paths.h"
#include "verbs/file/tree.h"

namespace hvsh::verbs {

Error no_streams() {
  return {.id = "AlternateDataStreamNotFound",
          .category = ErrorCategory::ObjectNotFound,
          .message = "Cannot get streams: files on Linux have one stream of data, their content.",
          .hint = "Leave -Stream out."};
}

Error is_a_folder(const std::string& path) {
  return {.id = "GetContentReaderUnauthorizedAccessError",
          .category = ErrorCategory::PermissionDenied,
          .message = fmt::format("Access to the path '{}' is denied: it is a folder.", path),
          .hint = "Give the path of a file.",
          .exception = "System.UnauthorizedAccessException"};
}

struct GetContent : ContentTarget {
  int64_t read_count = 1, total_count = -1;
  int32_t tail = -1;
  Switch raw, wait;
  std::string delimiter;

  static constexpr auto kParams = join(
      std::array{
          param<&GetContent::read_count>("ReadCount",
                                         {.from_pipeline_property = true, .range = {0, INT64_MAX}},
                                         "So many lines as one array; 0: all."),
          param<&GetContent::total_count>(
              "TotalCount",
              {.from_pipeline_property = true, .aliases = {"First", "Head"}, .range = {0, INT64_MAX}},
              "So many lines from the begin."),
          param<&GetContent::tail>(
              "Tail", {.from_pipeline_property = true, .aliases = "Last", .range = {0, INT32_MAX}},
              "So many lines from the end."),
          param<&GetContent::delimiter>("Delimiter", {}, "What ends a line, instead of the line's end."),
          param<&GetContent::wait>("Wait", {}, "Goes on with what is added to the file, until Ctrl-C."),
          param<&GetContent::raw>("Raw", {}, "The whole file as one text."),
      },
      content_target_params<GetContent>(), encoding_params<GetContent>());
  static constexpr std::string_view kAliases[] = {"cat", "gc", "type"};
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
    if (auto wrong = check(context)) return context.terminate(std::move(*wrong));
    const PartedPaths parted = part_paths(context, path, literal_path);
    std::vector<std::string> found;
    if (Flow flow = each_path(context, parted.paths, parted.literal_paths, found, true, force.on);
        flow != Flow::more)
      return flow;
    for (const std::string& file : found) {
      if (!is_wanted(file)) continue;
      if (const Flow flow = read(context, file); flow != Flow::more) return flow;
    }
    return each_named(context, parted.named,
                      [&](const NamedPath&, const NamedItem& item) { return context.write(item.content); });
  }

 private:
  std::optional<Error> check(Context& context) const {
    if (!stream.empty() && stream != ":$DATA") return no_streams();
    const auto clash = [](std::string_view first, std::string_view second) {
      return Error{
          .id = "InvalidOperation",
          .category = ErrorCategory::InvalidOperation,
          .message = fmt::format("The parameters {} and {} cannot be used together. Please specify only "
                                 "one parameter.",
                                 first, second)};
    };
    if (context.is_bound("TotalCount") && context.is_bound("Tail")) return clash("TotalCount", "Tail");
    if (raw && context.is_bound("TotalCount")) return clash("Raw", "TotalCount");
    if (raw && context.is_bound("Tail")) return clash("Raw", "Tail");
    if (raw && wait) return clash("Raw", "Wait");
    auto chosen = text_encoding();
    return chosen ? std::nullopt : std::optional<Error>(chosen.take_error());
  }

  Flow read(Context& context, const std::string& file) {
    if (is_folder(file)) return context.error(is_a_folder(file), Value::string(file));
    if (bytes()) return read_as_bytes(context, file);
    const Encoding chosen = *text_encoding();
    if (raw) {
      auto text = read_text_file(file, chosen);
      if (!text) return context.error(text.take_error(), Value::string(file));
      return context.write(Value::string(text.take()));
    }
    auto reader = LineReader::open(file, chosen, delimiter);
    if (!reader) return context.error(reader.take_error(), Value::string(file));
    if (tail >= 0) {
      if (auto skipped = reader->skip_to_last(tail); !skipped)
        return context.error(skipped.take_error(), Value::string(file));
    }
    return write_lines(context, *reader, file);
  }

  Flow write_lines(Context& context, LineReader& reader, const std::string& file) {
    std::string_view line;
    for (int64_t count = 0; total_count < 0 || count < total_count;) {
      auto more = reader.next(line, wait.on);
      if (!more) return context.error(more.take_error(), Value::string(file));
      if (*more) {
        ++count;
        if (const Flow flow = emit(context, Value::string(line)); flow != Flow::more) return flow;
        continue;
      }
      if (!wait) break;
      if (const Flow flow = flush(context); flow != Flow::more) return flow;
      if (!context.sleep(TimeSpan::seconds(1))) return Flow::stopped;
    }
    return flush(context);
  }

  Flow emit(Context& context, Value item) {
    if (read_count == 1) return context.write(std::move(item));
    block_.push_back(std::move(item));
    if (read_count == 0 || static_cast<int64_t>(block_.size()) < read_count) return Flow::more;
    return flush(context);
  }
  Flow flush(Context& context) {
    return block_.empty() ? Flow::more : context.write(Value::array(std::exchange(block_, {})));
  }

  Flow read_as_bytes(Context& context, const std::string& file) {
    auto all = read_bytes(file);
    if (!all) return context.error(all.take_error(), Value::string(file));
    std::string_view some = *all;
    if (total_count >= 0) some = some.substr(0, static_cast<size_t>(total_count));
    if (tail >= 0 && some.size() > static_cast<size_t>(tail))
      some.remove_prefix(some.size() - static_cast<size_t>(tail));
    const auto byte = [](char c) { return Value::integer(static_cast<unsigned char>(c), IntType::u8); };
    if (raw) {
      std::vector<Value> items;
      items.reserve(some.size());
      for (char c : some) items.push_back(byte(c));
      return context.write(Value::object(make<ArrayObject>(std::move(items), &types::Byte)));
    }
    for (char c : some) {
      if (const Flow flow = emit(context, byte(c)); flow != Flow::more) return flow;
    }
    return flush(context);
  }

  std::vector<Value> block_;
};
CMDLET(GetContent);

}  // namespace hvsh::verbs
