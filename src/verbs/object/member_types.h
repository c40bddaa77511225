#pragma once
// PSMemberTypes, which Add-Member, Update-TypeData and Get-Member share.
#include "core/convert.h"
#include "core/extended_members.h"
#include "core/noun.h"

namespace hvsh::verbs {

enum class MemberType {
  AliasProperty = 1,
  CodeProperty = 2,
  Property = 4,
  NoteProperty = 8,
  ScriptProperty = 16,
  PropertySet = 32,
  Method = 64,
  CodeMethod = 128,
  ScriptMethod = 256,
  MemberSet = 1024,
  Properties = 31,
  Methods = 448,
  All = 28159,
};

}  // namespace hvsh::verbs

namespace hvsh {

template <>
struct EnumOf<verbs::MemberType> {
  static constexpr EnumMember kMembers[] = {
      {"AliasProperty", 1},   {"CodeProperty", 2},   {"Property", 4},     {"NoteProperty", 8},
      {"ScriptProperty", 16}, {"Properties", 31},    {"PropertySet", 32}, {"Method", 64},
      {"CodeMethod", 128},    {"ScriptMethod", 256}, {"Methods", 448},    {"ParameterizedProperty", 512},
      {"MemberSet", 1024},    {"Event", 2048},       {"Dynamic", 4096},   {"InferredProperty", 8192},
      {"All", 28159}};
  static constexpr EnumInfo info{.type = {"System.Management.Automation.PSMemberTypes", "PSMemberTypes"},
                                 .members = kMembers,
                                 .flags = true};
};

}  // namespace hvsh

namespace hvsh::verbs {

// Checks what Add-Member and Update-TypeData were given and makes the member of it. The ids are Add-Member's.
Result<ExtendedMember> make_member(MemberType type, const std::string& name, const Value& value,
                                   const Value& second);

}  // namespace hvsh::verbs
