#pragma once
// Names as cmdlets take them: several, each of which may be a wildcard.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/wildcard.h"

namespace hvsh::shell {

// Whether the text fits one of the patterns; without patterns it does.
inline bool any_match(const std::vector<std::string>& patterns, std::string_view text) {
  if (patterns.empty()) return true;
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return Wildcard(pattern).matches(text); });
}

}  // namespace hvsh::shell
