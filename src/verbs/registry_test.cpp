#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "verbs/registry.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace hvsh::verbs {
namespace {

std::string lower(std::string_view text) {
  std::string result;
  for (char c : text) result += ascii_lower(c);
  return result;
}

TEST_CASE("each registered name is the declaration's verb and noun") {
  for (const CmdletEntry& entry : cmdlets()) {
    CHECK(std::string(entry.name) ==
          std::string(entry.cmdlet->decl->verb) + "-" + std::string(entry.cmdlet->decl->noun));
  }
}

TEST_CASE("each declaration is complete") {
  for (const CmdletEntry& entry : cmdlets()) {
    const Decl& decl = *entry.cmdlet->decl;
    CAPTURE(std::string(entry.name));
    CHECK(is_approved_verb(decl.verb));
    CHECK_FALSE(decl.error_class.empty());
    CHECK_FALSE(decl.examples.empty());
  }
}

TEST_CASE("no two cmdlets share a name or alias") {
  std::set<std::string> seen;
  for (const CmdletEntry& entry : cmdlets()) {
    CHECK(seen.insert(lower(entry.name)).second);
    for (std::string_view alias : entry.cmdlet->decl->aliases) CHECK(seen.insert(lower(alias)).second);
  }
}

}  // namespace
}  // namespace hvsh::verbs
