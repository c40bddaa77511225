#include "verbs/object/member_types.h"

#include <fmt/format.h>

namespace hvsh::verbs {

namespace {

Error wrong(std::string_view id, std::string message) {
  return {.id = std::string(id), .category = ErrorCategory::InvalidOperation, .message = std::move(message)};
}

Result<ExtendedMember> make_script_property(ExtendedMember member) {
  if (member.value.is_null() && member.second.is_null()) {
    return wrong("Value1AndValue2AreNotBothNull",
                 "Both Value and SecondValue are null for the ScriptProperty member type. At least one value "
                 "must be a script block.");
  }
  for (const Value* block : {&member.value, &member.second}) {
    if (!block->is_null() && block->as<ScriptBlockObject>() == nullptr) {
      return wrong("ConvertValueFailed", conversion_error(*block, types::ScriptBlock.name).message);
    }
  }
  return member;
}

Error value_missing(MemberType type) {
  return wrong("Value1ShouldNotBeNull",
               fmt::format("The Value parameter should not be null for a {} member type.",
                           to_string(Traits<MemberType>::to(type))));
}

Error second_given(MemberType type) {
  return wrong("Value2ShouldNotBeSpecified",
               fmt::format("The SecondValue parameter should not be specified for a {} member type.",
                           to_string(Traits<MemberType>::to(type))));
}

}  // namespace

Result<ExtendedMember> make_member(MemberType type, const std::string& name, const Value& value,
                                   const Value& second) {
  ExtendedMember member{.name = name, .value = value, .second = second};
  const bool takes_second = type == MemberType::ScriptProperty || type == MemberType::AliasProperty ||
                            type == MemberType::CodeProperty;
  if (!takes_second && !second.is_null()) return second_given(type);
  switch (type) {
    case MemberType::NoteProperty: return member;
    case MemberType::AliasProperty:
      if (value.is_null()) return value_missing(type);
      member.kind = MemberKind::alias;
      member.value = Value::string(to_string(value));
      return member;
    case MemberType::ScriptProperty:
      member.kind = MemberKind::script_property;
      return make_script_property(std::move(member));
    case MemberType::ScriptMethod:
      if (value.as<ScriptBlockObject>() == nullptr) {
        return value.is_null()
                   ? value_missing(type)
                   : wrong("ConvertValueFailed", conversion_error(value, types::ScriptBlock.name).message);
      }
      member.kind = MemberKind::script_method;
      return member;
    case MemberType::PropertySet: {
      if (value.is_null()) return value_missing(type);
      std::vector<Value> names;
      for (const Value& item : to_items(value)) names.push_back(Value::string(to_string(item)));
      member.kind = MemberKind::property_set;
      member.value = Value::array(std::move(names));
      return member;
    }
    case MemberType::MemberSet: member.kind = MemberKind::member_set; return member;
    default: break;
  }
  if (type == MemberType::CodeMethod || type == MemberType::CodeProperty) {
    return wrong("CannotAddMemberOfThisType",
                 fmt::format("A {} needs a .NET method that it stands for, and there is none here; add a "
                             "ScriptProperty or ScriptMethod.",
                             to_string(Traits<MemberType>::to(type))));
  }
  return wrong(
      "WrongMemberCount",
      fmt::format("Cannot add a member with type \"{}\". Specify a different type for the MemberTypes "
                  "parameter.",
                  to_string(Traits<MemberType>::to(type))));
}

}  // namespace hvsh::verbs
