#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <set>

#include "shell/dotnet/groups.h"
#include "shell/dotnet/overloads.h"
#include "shell/dotnet/type_list.h"

namespace {

using hvsh::shell::TypeTable;
using hvsh::shell::dotnet::find_by_short_name;
using hvsh::shell::dotnet::Member;
using hvsh::shell::dotnet::Type;

bool is_known(TypeTable& types, std::string_view name) {
  static const std::set<std::string_view> kOwn = {"T", "K", "T[]", "Self"};
  if (kOwn.contains(name) || types.resolve_text(name)) return true;
  if (name.ends_with("[]")) name.remove_suffix(2);
  return find_by_short_name(name) != nullptr;
}

// The types of a declaration's parameters.
std::vector<std::string_view> parameter_types(std::string_view text) {
  std::vector<std::string_view> found;
  const size_t open = text.find('(');
  if (open == std::string_view::npos) return found;
  text = text.substr(open + 1, text.rfind(')') - open - 1);
  while (!text.empty()) {
    const size_t comma = text.find(", ");
    std::string_view part = text.substr(0, comma);
    for (const std::string_view word : {"params ", "ref "}) {
      if (part.starts_with(word)) part.remove_prefix(word.size());
    }
    found.push_back(part.substr(0, part.rfind(' ')));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 2);
  }
  return found;
}

}  // namespace

TEST_CASE("every declaration names types that are there") {
  TypeTable types{hvsh::shell::TypeCatalog{}};
  for (const auto& group : hvsh::shell::dotnet::groups()) {
    for (const Type& type : group) {
      for (const auto& members : {type.members, type.shared}) {
        for (const Member& member : members) {
          for (const std::string_view name : parameter_types(member.text)) {
            CHECK_MESSAGE(is_known(types, name), std::string(type.info->name), ": ",
                          std::string(member.text));
          }
          const bool has_function = member.function != nullptr;
          CHECK_MESSAGE(has_function, std::string(member.text));
        }
      }
    }
  }
}

TEST_CASE("no two types have a name in common") {
  std::set<std::string_view> names;
  for (const auto& group : hvsh::shell::dotnet::groups()) {
    for (const Type& type : group) {
      CHECK_MESSAGE(names.insert(type.info->name).second, std::string(type.info->name));
      if (!type.names.empty()) CHECK_MESSAGE(names.insert(type.names).second, std::string(type.names));
    }
  }
}

TEST_CASE("the list of types has all of them") {
  const std::string text = hvsh::shell::dotnet::describe_types();
  for (const std::string_view name :
       {"## System.String", "## System.Xml.XmlDocument", "`System.DayOfWeek`"}) {
    CHECK(text.find(name) != std::string::npos);
  }
}
