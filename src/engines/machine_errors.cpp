#include "engines/machine_errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <tuple>

namespace hvsh::engines {

namespace {

constexpr std::string_view kMachineType = "Microsoft.HyperV.PowerShell.VirtualMachine";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Bytes of the UTF-8 character at `at`; broken input counts as single bytes.
size_t character_size(std::string_view text, size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  const size_t size = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
  return std::min(size, text.size() - at);
}

struct Step {
  bool matched = false;
  size_t pattern_size = 0;  // bytes of the pattern that this step is
};

// One bracket expression at pattern[0] == '['. Ranges compare bytes, which orders UTF-8 by code point.
std::optional<Step> match_set(std::string_view pattern, std::string_view character) {
  bool matched = false;
  size_t at = 1;
  const auto in_range = [&](std::string_view low, std::string_view high) {
    return character.size() == 1 && low.size() == 1 && high.size() == 1
               ? lower(low[0]) <= lower(character[0]) && lower(character[0]) <= lower(high[0])
               : low <= character && character <= high;
  };
  const auto take = [&]() {
    if (pattern[at] == '`' && at + 1 < pattern.size()) ++at;
    const size_t size = character_size(pattern, at);
    const std::string_view taken = pattern.substr(at, size);
    at += size;
    return taken;
  };
  while (at < pattern.size() && pattern[at] != ']') {
    const std::string_view low = take();
    if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
      ++at;
      matched |= in_range(low, take());
    } else {
      matched |= in_range(low, low);
    }
  }
  if (at >= pattern.size()) return std::nullopt;
  return Step{matched, at + 1};
}

// Whether the pattern's first step (not a star) takes `character`.
std::optional<Step> match_one(std::string_view pattern, std::string_view character) {
  if (pattern[0] == '?') return Step{true, 1};
  if (pattern[0] == '[') return match_set(pattern, character);
  const size_t escape = pattern[0] == '`' && pattern.size() > 1 ? 1 : 0;
  const size_t size = character_size(pattern, escape);
  return Step{same_name(pattern.substr(escape, size), character), escape + size};
}

}  // namespace

Error no_such_machine(std::string_view name) {
  return {.id = "InvalidParameter",
          .category = ErrorCategory::InvalidArgument,
          .message = fmt::format("Hyper-V was unable to find a virtual machine with name \"{}\".", name),
          .hint = "Get-VM lists the virtual machines of this host.",
          .target = std::string(name),
          .target_type = "System.String"};
}

Error no_such_machine(const Guid& id) {
  return {
      .id = "InvalidParameter",
      .category = ErrorCategory::InvalidArgument,
      .message = fmt::format("Hyper-V was unable to find a virtual machine with id \"{}\".", id.to_string()),
      .hint = "It may have been removed; Get-VM lists the virtual machines of this host.",
      .target = id.to_string(),
      .target_type = "System.Guid"};
}

std::string state_words(nouns::VMState state) {
  std::string words(EnumOf<nouns::VMState>::info.name_of(static_cast<int32_t>(state)));
  constexpr std::string_view kCritical = "Critical";
  if (words.ends_with(kCritical))
    words.replace(words.size() - kCritical.size(), kCritical.size(), " (critical)");
  std::transform(words.begin(), words.end(), words.begin(), lower);
  return words;
}

Error wrong_state(std::string_view action, std::string_view name, nouns::VMState state,
                  std::string_view needed) {
  return {
      .id = "InvalidState",
      .category = ErrorCategory::InvalidOperation,
      .message = fmt::format("Cannot {} virtual machine \"{}\": it is {}.", action, name, state_words(state)),
      .hint = fmt::format("It must be {}.", needed),
      .target = std::string(name),
      .target_type = std::string(kMachineType)};
}

Error machine_exists(std::string_view name) {
  return {.id = "MachineExists",
          .category = ErrorCategory::ResourceExists,
          .message = fmt::format("A virtual machine with name \"{}\" exists on this host already.", name),
          .hint = "Choose another name, or remove the other machine first.",
          .target = std::string(name),
          .target_type = std::string(kMachineType)};
}

bool has_wildcard(std::string_view name) {
  for (size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '`') {
      ++i;
    } else if (name[i] == '*' || name[i] == '?' || name[i] == '[') {
      return true;
    }
  }
  return false;
}

std::string unescape_wildcard(std::string_view name) {
  std::string text;
  for (size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '`' && i + 1 < name.size()) ++i;
    text += name[i];
  }
  return text;
}

bool wildcard_match(std::string_view pattern, std::string_view text) {
  // On a mismatch the last star takes one character more; earlier stars need not be tried again.
  size_t p = 0;
  size_t t = 0;
  std::optional<std::pair<size_t, size_t>> star;  // behind the star, and the text tried there
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = {++p, t};
      continue;
    }
    const std::string_view character = text.substr(t, character_size(text, t));
    if (p < pattern.size()) {
      const auto step = match_one(pattern.substr(p), character);
      if (!step) return false;
      if (step->matched) {
        p += step->pattern_size;
        t += character.size();
        continue;
      }
    }
    if (!star) return false;
    star->second += character_size(text, star->second);
    std::tie(p, t) = *star;
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool name_before(std::string_view a, std::string_view b) {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end(),
                                    [](char l, char r) { return lower(l) == lower(r); });
  if (x == a.end() && y == b.end()) return a < b;
  if (x == a.end() || y == b.end()) return x == a.end();
  return static_cast<unsigned char>(lower(*x)) < static_cast<unsigned char>(lower(*y));
}

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace hvsh::engines
