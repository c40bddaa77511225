#include "shell/dotnet/type_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "shell/dotnet/groups.h"
#include "shell/dotnet/overloads.h"
#include "shell/eval/exceptions.h"

namespace hvsh::shell::dotnet {

namespace {

constexpr std::string_view kHead = R"(# .NET types that scripts can use

Written by `hvsh --dump-types`; scripts/test fails when this file is not what it writes. The declarations stand in
src/shell/dotnet. What is not listed here is one error that names the type or member.

Every object has `GetType()`, `ToString()`, `Equals()`, `GetHashCode()`, `psobject`, `pstypenames`, `.Where()` and
`.ForEach()`. A member behind `static` is reached with `[type]::member`. The number behind a method counts its overloads.
)";

// "Substring(2)": a method's name and how many overloads it has.
std::string joined(const std::map<std::string, int>& members) {
  std::string all;
  for (const auto& [name, overloads] : members) {
    if (!all.empty()) all += ", ";
    all += overloads == 0 ? name : overloads == 1 ? name + "()" : fmt::format("{}({})", name, overloads);
  }
  return all;
}

void describe_members(const Type& type, std::string& out) {
  std::map<std::string, int> own, fixed;
  int constructors = 0;
  for (const auto& members : {type.members, type.shared}) {
    for (const Member& member : members) {
      const Shape shape = shape_of(member);
      if (shape.kind == MemberKind::constructor) {
        ++constructors;
        continue;
      }
      auto& list = shape.is_static ? fixed : own;
      list[member_name(member)] += shape.kind == MemberKind::method ? 1 : 0;
    }
  }
  if (constructors > 0)
    out += fmt::format("- `new`: {} form{}\n", constructors, constructors == 1 ? "" : "s");
  if (!own.empty() && type.info != &types::Object) out += fmt::format("- {}\n", joined(own));
  if (!fixed.empty()) out += fmt::format("- static: {}\n", joined(fixed));
}

std::string values_of(const EnumInfo& info) {
  std::string all;
  for (const EnumMember& member : info.members) all += (all.empty() ? "" : ", ") + std::string(member.name);
  return all;
}

}  // namespace

std::string describe_types() {
  std::vector<const Type*> all;
  for (const auto& group : groups()) {
    for (const Type& type : group) {
      if (!type.info->name.starts_with("ordered")) all.push_back(&type);
    }
  }
  std::sort(all.begin(), all.end(),
            [](const Type* a, const Type* b) { return a->info->name < b->info->name; });
  std::string out(kHead);
  std::string enumerations, interfaces;
  for (const Type* type : all) {
    if (type->enumeration != nullptr) {
      enumerations += fmt::format("- `{}`: {}\n", type->info->name, values_of(*type->enumeration));
      continue;
    }
    if (type->is_interface) {
      interfaces += fmt::format("{}`{}`", interfaces.empty() ? "" : ", ", type->info->name);
      continue;
    }
    out += fmt::format("\n## {}\n\n", type->info->name);
    if (!type->names.empty()) out += fmt::format("Also `{}`.\n", type->names);
    if (type->info->base != nullptr) out += fmt::format("Derives from `{}`.\n", type->info->base->name);
    describe_members(*type, out);
  }
  out += "\n## Enumerations\n\n" + enumerations;
  out += "\n## Interfaces\n\nFor `-is` alone: " + interfaces + ".\n";
  out += "\n## Exceptions\n\nEach has `new()`, `new(message)` and `new(message, inner)`: ";
  std::string names;
  for (const std::string_view name : exception_names())
    names += fmt::format("{}`{}`", names.empty() ? "" : ", ", name);
  return out + names + ".\n";
}

}  // namespace hvsh::shell::dotnet
