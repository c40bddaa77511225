#include "nouns/match_info.h"

#include <fmt/format.h>

namespace hvsh::nouns {

std::string MatchInfo::display() const {
  const auto shown = [this](std::string_view text, int64_t number, std::string_view mark) {
    if (shown_path.empty()) return fmt::format("{}{}", mark, text);
    return fmt::format("{}{}:{}:{}", mark, shown_path, number, text);
  };
  if (!context) return shown(line, line_number, "");
  std::string all;
  int64_t number = line_number - static_cast<int64_t>(context->shown_pre.size());
  for (const std::string& before : context->shown_pre) all += shown(before, number++, "  ") + "\n";
  all += shown(line, number++, "> ");
  for (const std::string& behind : context->shown_post) all += "\n" + shown(behind, number++, "  ");
  return all;
}

}  // namespace hvsh::nouns
