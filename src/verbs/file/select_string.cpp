// Select-String.
#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "core/cmdlet.h"
#include "core/regex.h"
#include "nouns/file_system.h"
#include "nouns/match_info.h"
#include "verbs/file/item_paths.h"
#include "verbs/file/line_reader.h"
#include "verbs/file/paths.h"
#include "verbs/file/tree.h"

namespace hvsh::verbs {

struct SelectString {
  std::vector<std::string> path, literal_path, pattern, include, exclude;
  Value input_object = Value::nothing();
  Switch simple_match, case_sensitive, quiet, list, not_match, all_matches, raw, no_emphasis;
  std::string encoding = "utf8", culture;
  std::vector<int32_t> context;

  enum Set : SetMask {
    File = 1,
    Object = 2,
    ObjectRaw = 4,
    FileRaw = 8,
    LiteralFile = 16,
    LiteralFileRaw = 32
  };
  static constexpr SetMask kFiles = File | FileRaw, kObjects = Object | ObjectRaw,
                           kLiteral = LiteralFile | LiteralFileRaw;
  static constexpr std::string_view kSets[] = {"File",    "Object",      "ObjectRaw",
                                               "FileRaw", "LiteralFile", "LiteralFileRaw"};
  static constexpr Param kParams[] = {
      param<&SelectString::culture>("Culture", {},
                                    "Accepted with -SimpleMatch; texts are compared as invariant."),
      param<&SelectString::input_object>("InputObject",
                                         {.sets = kObjects,
                                          .mandatory = true,
                                          .from_pipeline = true,
                                          .allow_null = true,
                                          .allow_empty = true},
                                         "Text, or files."),
      param<&SelectString::pattern>("Pattern", {.position = 0, .mandatory = true}, "Regular expressions."),
      param<&SelectString::path>("Path",
                                 {.sets = kFiles,
                                  .position = 1,
                                  .mandatory = true,
                                  .from_pipeline_property = true,
                                  .wildcards = true},
                                 "The files."),
      param<&SelectString::literal_path>(
          "LiteralPath",
          {.sets = kLiteral, .mandatory = true, .from_pipeline_property = true, .aliases = {"PSPath", "LP"}},
          "The files, without wildcards."),
      param<&SelectString::raw>("Raw", {.sets = ObjectRaw | FileRaw | LiteralFileRaw, .mandatory = true},
                                "The lines alone."),
      param<&SelectString::simple_match>("SimpleMatch", {}, "Patterns are text."),
      param<&SelectString::case_sensitive>("CaseSensitive", {}, "Case counts."),
      param<&SelectString::quiet>("Quiet", {.sets = File | Object | LiteralFile}, "True if anything fits."),
      param<&SelectString::list>("List", {}, "The first of each file."),
      param<&SelectString::no_emphasis>("NoEmphasis", {}, "Accepted; nothing is emphasised."),
      param<&SelectString::include>("Include", {}, "Only files like these."),
      param<&SelectString::exclude>("Exclude", {}, "No files like these."),
      param<&SelectString::not_match>("NotMatch", {}, "Lines that fit no pattern."),
      param<&SelectString::all_matches>("AllMatches", {}, "Every fit of a line, not the first alone."),
      param<&SelectString::encoding>("Encoding", {}, "How the text is encoded."),
      param<&SelectString::context>("Context", {}, "Lines before and behind."),
  };
  static constexpr std::string_view kAliases[] = {"sls"};
  static constexpr Example kExamples[] = {
      {"'web01', 'db01' | Select-String '^web'", "web01", "Finds lines."}};
  static constexpr Decl decl{.verb = "Select",
                             .noun = "String",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.SelectStringCommand",
                             .synopsis = "Finds text in texts and files."};

  Flow begin(Context& outer) {
    for (const std::string& one : pattern) {
      auto compiled =
          Regex::compile(simple_match ? escape_regex(one) : one, {.ignore_case = !case_sensitive.on});
      if (compiled) {
        rules_.push_back(compiled.take());
        continue;
      }
      Error error = compiled.take_error();
      error.id = "InvalidRegex";
      error.category = ErrorCategory::InvalidArgument;
      error.message = fmt::format("The string {} is not a valid regular expression: {}", one, error.message);
      return outer.terminate(std::move(error), Value::string(one));
    }
    auto chosen = parse_encoding(encoding);
    if (!chosen) return outer.terminate(chosen.take_error());
    encoding_ = *chosen;
    if (!context.empty()) {
      before_ = std::max(context.front(), 0);
      behind_ = std::max(context.back(), 0);
    }
    return Flow::more;
  }

  Flow process(Context& outer) {
    if (quiet && found_any_) return Flow::enough;
    if ((outer.parameter_set() & kObjects) != 0) {
      if (const auto* item = nouns::item_cast(input_object)) {
        if (is_folder(item->path)) return Flow::more;
        return search_file(outer, item->path);
      }
      if (input_object.is_null()) return Flow::more;
      return take_line(outer, input_, to_string(input_object), ++input_number_);
    }
    std::vector<std::string> files;
    if (Flow flow = each_path(outer, path, literal_path, files); flow != Flow::more) return flow;
    for (const std::string& file : files) {
      const std::string_view leaf = leaf_of(file);
      if ((!include.empty() && !any_matches(include, leaf)) || any_matches(exclude, leaf)) continue;
      if (is_folder(file)) {
        if ((outer.parameter_set() & kLiteral) != 0) continue;
        const Flow flow =
            outer.error({.id = "ProcessingFile",
                         .category = ErrorCategory::InvalidArgument,
                         .message = fmt::format("The file {} cannot be read: it is a folder.", file)},
                        Value::string(file));
        if (flow != Flow::more) return flow;
        continue;
      }
      if (const Flow flow = search_file(outer, file); flow != Flow::more) return flow;
      if (quiet && found_any_) break;
    }
    return Flow::more;
  }

  Flow end(Context& outer) {
    if (const Flow flow = finish(outer, input_); flow != Flow::more) return flow;
    if (!quiet || found_any_) return Flow::more;
    return outer.write(Value::boolean(false));
  }

 private:
  // One text that is searched: the lines around, and the matches that wait for theirs.
  struct Source {
    std::string path, shown_path;
    std::deque<std::string> before;
    std::deque<nouns::MatchInfo> waiting;
    int64_t shown_to = 0;  // the last line that some match shows
    bool done = false;
  };

  Flow search_file(Context& outer, const std::string& file) {
    auto reader = LineReader::open(file, encoding_);
    if (!reader) return outer.error(unreadable(reader.take_error(), file), Value::string(file));
    Source source{.path = file, .shown_path = shown(outer, file)};
    std::string_view line;
    for (int64_t number = 1; !source.done; ++number) {
      auto more = reader->next(line);
      if (!more) return outer.error(unreadable(more.take_error(), file), Value::string(file));
      if (!*more) break;
      if (const Flow flow = take_line(outer, source, line, number); flow != Flow::more) return flow;
      if (outer.stopping()) return Flow::stopped;
    }
    return finish(outer, source);
  }

  static Error unreadable(Error error, const std::string& file) {
    error.id = "ProcessingFile";
    error.category = ErrorCategory::InvalidArgument;
    error.message = fmt::format("The file {} cannot be read: {}", file, error.message);
    return error;
  }

  static std::string shown(Context& outer, const std::string& file) {
    const std::string here = outer.current_location() == "/" ? "/" : outer.current_location() + "/";
    return file.starts_with(here) ? file.substr(here.size()) : file;
  }

  // Whether the line fits, and what of it.
  Result<bool> fits(std::string_view line, nouns::MatchInfo& match) const {
    for (size_t i = 0; i < rules_.size(); ++i) {
      HVSH_TRY(const std::vector<RegexMatch> all, rules_[i]->find_all(line, all_matches ? SIZE_MAX : 1));
      if (all.empty()) continue;
      match.pattern = pattern[i];
      if (simple_match) return true;
      for (const RegexMatch& one : all) match.matches.push_back(rules_[i]->match_value(line, one));
      return true;
    }
    return false;
  }

  Flow take_line(Context& outer, Source& source, std::string_view line, int64_t number) {
    nouns::MatchInfo match;
    auto fit = fits(line, match);
    if (!fit) return outer.error(fit.take_error(), Value::string(line));
    const bool hit = *fit != not_match.on;
    for (nouns::MatchInfo& waiting : source.waiting) {
      waiting.context->post.emplace_back(line);
      if (!hit && source.shown_to < number && &waiting == &source.waiting.back()) {
        waiting.context->shown_post.emplace_back(line);
        source.shown_to = number;
      }
    }
    while (!source.waiting.empty() &&
           static_cast<int32_t>(source.waiting.front().context->post.size()) >= behind_) {
      if (const Flow flow = hand_over(outer, source); flow != Flow::more) return flow;
    }
    if (hit) {
      if (const Flow flow = keep(outer, source, std::move(match), line, number); flow != Flow::more)
        return flow;
    }
    if (before_ > 0) {
      source.before.emplace_back(line);
      if (static_cast<int32_t>(source.before.size()) > before_) source.before.pop_front();
    }
    return Flow::more;
  }

  Flow keep(Context& outer, Source& source, nouns::MatchInfo match, std::string_view line, int64_t number) {
    found_any_ = true;
    if (quiet) {
      source.done = true;
      if (const Flow flow = outer.write(Value::boolean(true)); flow != Flow::more) return flow;
      return source.path.empty() ? Flow::enough : Flow::more;
    }
    if (list && !source.path.empty()) source.done = true;
    if (not_match) {
      match.pattern = pattern.front();
      match.matches.clear();
    }
    match.ignore_case = !case_sensitive.on;
    match.line_number = number;
    match.line = line;
    if (!source.path.empty()) {
      match.path = source.path;
      match.shown_path = source.shown_path;
    }
    if (before_ == 0 && behind_ == 0) return write(outer, std::move(match));
    match.context.emplace();
    int64_t at = number - static_cast<int64_t>(source.before.size());
    for (const std::string& earlier : source.before) {
      match.context->pre.push_back(earlier);
      if (at++ > source.shown_to) match.context->shown_pre.push_back(earlier);
    }
    source.shown_to = number;
    source.waiting.push_back(std::move(match));
    return behind_ == 0 ? hand_over(outer, source) : Flow::more;
  }

  Flow hand_over(Context& outer, Source& source) {
    nouns::MatchInfo match = std::move(source.waiting.front());
    source.waiting.pop_front();
    return write(outer, std::move(match));
  }

  Flow write(Context& outer, nouns::MatchInfo match) const {
    return outer.write(raw ? Value::string(match.line) : noun_value(std::move(match)));
  }

  Flow finish(Context& outer, Source& source) {
    while (!source.waiting.empty()) {
      if (const Flow flow = hand_over(outer, source); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

  std::vector<std::shared_ptr<const Regex>> rules_;
  Encoding encoding_ = Encoding::utf8;
  int32_t before_ = 0, behind_ = 0;
  bool found_any_ = false;
  int64_t input_number_ = 0;
  Source input_;  // the pipeline
};
CMDLET(SelectString);

}  // namespace hvsh::verbs
