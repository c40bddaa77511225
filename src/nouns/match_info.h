#pragma once
// What Select-String writes.
#include <optional>
#include <string>
#include <vector>

#include "core/noun.h"

namespace hvsh::nouns {

struct MatchInfoContext {
  std::vector<std::string> pre, post;              // all lines around
  std::vector<std::string> shown_pre, shown_post;  // those that no other match shows

  static constexpr Prop kProps[] = {
      prop<&MatchInfoContext::pre>("PreContext", "The lines before."),
      prop<&MatchInfoContext::post>("PostContext", "The lines behind."),
      prop<&MatchInfoContext::shown_pre>("DisplayPreContext", "The lines before that are shown."),
      prop<&MatchInfoContext::shown_post>("DisplayPostContext", "The lines behind that are shown."),
  };
  static constexpr Noun noun{.type = {"Microsoft.PowerShell.Commands.MatchInfoContext", "MatchInfoContext"},
                             .props = kProps};
};

// Prints as it is shown: file:line number:line.
struct MatchInfo {
  bool ignore_case = true;
  int64_t line_number = 0;
  std::string line;
  std::string path = "InputStream";
  std::string shown_path;  // as seen from the current folder; empty: of the pipeline
  std::string pattern;
  std::optional<MatchInfoContext> context;
  std::vector<Value> matches;

  std::string file_name() const { return path.substr(path.rfind('/') + 1); }
  std::string display() const;

  static constexpr Prop kProps[] = {
      prop<&MatchInfo::ignore_case>("IgnoreCase", "Whether case was ignored."),
      prop<&MatchInfo::line_number>("LineNumber", "Which line, from 1."),
      prop<&MatchInfo::line>("Line", "The line."),
      prop<&MatchInfo::file_name>("Filename", "The file's name."),
      prop<&MatchInfo::path>("Path", "The file; InputStream for text from the pipeline."),
      prop<&MatchInfo::pattern>("Pattern", "The pattern that it fits."),
      prop<&MatchInfo::context>("Context", "The lines around."),
      prop<&MatchInfo::matches>("Matches", "What fits, as regular expressions give it."),
  };
  static constexpr Noun noun{.type = {"Microsoft.PowerShell.Commands.MatchInfo", "MatchInfo"},
                             .props = kProps};
};

}  // namespace hvsh::nouns
