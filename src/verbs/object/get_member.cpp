#include <fmt/format.h>

#include <algorithm>

#include "core/cmdlet.h"
#include "core/wildcard.h"
#include "verbs/object/member_types.h"

namespace hvsh::verbs {

enum class MemberView { Extended = 1, Adapted = 2, Base = 4, All = 7 };

}  // namespace hvsh::verbs

namespace hvsh {

template <>
struct EnumOf<verbs::MemberView> {
  static constexpr EnumMember kMembers[] = {{"Extended", 1}, {"Adapted", 2}, {"Base", 4}, {"All", 7}};
  static constexpr EnumInfo info{
      .type = {"System.Management.Automation.PSMemberViewTypes", "PSMemberViewTypes"},
      .members = kMembers,
      .flags = true};
};

}  // namespace hvsh

namespace hvsh::verbs {

struct MemberDefinition {
  std::string type_name, name;
  MemberType member_type = MemberType::Property;
  std::string definition;

  std::string display() const { return definition; }
  static constexpr Prop kProps[] = {
      prop<&MemberDefinition::type_name>("TypeName", "The type that has it."),
      prop<&MemberDefinition::name>("Name", "Its name."),
      prop<&MemberDefinition::member_type>("MemberType", "What it is."),
      prop<&MemberDefinition::definition>("Definition", "Its type and name."),
  };
  static constexpr Column kTable[] = {{"Name"}, {"MemberType"}, {"Definition"}};
  static constexpr Noun noun{.type = {"Microsoft.PowerShell.Commands.MemberDefinition", "MemberDefinition"},
                             .props = kProps,
                             .table = kTable,
                             .group_by = "TypeName"};
};

namespace {

// The type of a note's value as PowerShell writes it there.
std::string note_type(const Value& value) {
  if (value.is_null()) return "object";
  if (value.is_object(ObjectKind::record)) return type_names(value)[0];
  const std::string name = to_string(value.type());
  return value.kind() == Value::Kind::object && name.starts_with("System.") ? name.substr(name.rfind('.') + 1)
                                                                            : name;
}

std::string note_text(const Value& value) {
  if (value.is_null()) return "null";
  const bool collection = value.is_object(ObjectKind::array) || value.is_object(ObjectKind::list);
  return collection ? type_names(value)[0] : to_string(value);
}

std::string names_of(const Value& items) {
  std::string text;
  for (const Value& item : to_items(items)) {
    const auto name = get_property(item, "Name");
    text += (text.empty() ? "" : ", ") + to_string(name && *name ? **name : item);
  }
  return text;
}

MemberDefinition describe(const std::string& type, const ExtendedMember& member) {
  const std::string& name = member.name;
  switch (member.kind) {
    case MemberKind::alias: {
      const std::string cast = member.second.is_null() ? "" : fmt::format("({})", to_string(member.second));
      return {type, name, MemberType::AliasProperty,
              fmt::format("{} = {}{}", name, cast, to_string(member.value))};
    }
    case MemberKind::note:
      return {type, name, MemberType::NoteProperty,
              fmt::format("{} {}={}", note_type(member.value), name, note_text(member.value))};
    case MemberKind::script_property: {
      std::string text = fmt::format("System.Object {} {{", name);
      if (const auto* get = member.value.as<ScriptBlockObject>()) text += "get=" + get->text() + ";";
      if (const auto* set = member.second.as<ScriptBlockObject>()) text += "set=" + set->text() + ";";
      return {type, name, MemberType::ScriptProperty, text + "}"};
    }
    case MemberKind::script_method:
      return {type, name, MemberType::ScriptMethod, fmt::format("System.Object {}();", name)};
    case MemberKind::property_set:
      return {type, name, MemberType::PropertySet, fmt::format("{} {{{}}}", name, names_of(member.value))};
    case MemberKind::member_set:
      return {type, name, MemberType::MemberSet, fmt::format("{} {{{}}}", name, names_of(member.value))};
  }
  return {};
}

std::vector<MemberText> common_methods() {
  return {{"Equals", "bool Equals(System.Object obj)"},
          {"GetHashCode", "int GetHashCode()"},
          {"GetType", "type GetType()"},
          {"ToString", "string ToString()"}};
}

}  // namespace

struct GetMember {
  Value input_object = Value::nothing();
  std::vector<std::string> name;
  MemberType member_type = MemberType::All;
  MemberView view = MemberView::All;
  Switch static_members, force;

  static constexpr Param kParams[] = {
      param<&GetMember::input_object>("InputObject", {.from_pipeline = true},
                                      "Objects whose members are wanted."),
      param<&GetMember::name>("Name", {.position = 0, .wildcards = true}, "Only members of these names."),
      param<&GetMember::member_type>("MemberType", {.aliases = "Type"}, "Only members of this kind."),
      param<&GetMember::view>("View", {}, "Extended: what was added; Adapted and Base: what the type has."),
      param<&GetMember::static_members>("Static", {}, "The members of the type itself."),
      param<&GetMember::force>("Force", {}, "Members too that are not meant to be seen."),
  };
  static constexpr std::string_view kAliases[] = {"gm"};
  static constexpr Example kExamples[] = {{"Get-VM | Get-Member", "*", "Lists the members of a machine."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "Member",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetMemberCommand",
                             .synopsis = "Lists the properties and methods of objects."};

  Flow process(Context& context) {
    if (input_object.is_null()) return Flow::more;
    any_ = true;
    std::string type = type_names(input_object)[0];
    if (const auto* described = input_object.as<TypeObject>(); static_members && described != nullptr) {
      type = described->described->name;
    }
    if (std::find(seen_.begin(), seen_.end(), type) != seen_.end()) return Flow::more;
    seen_.push_back(type);
    std::vector<MemberDefinition> members = definitions(context, type);
    std::sort(members.begin(), members.end(), [](const MemberDefinition& a, const MemberDefinition& b) {
      const std::string kind = to_string(Traits<MemberType>::to(a.member_type));
      const std::string other = to_string(Traits<MemberType>::to(b.member_type));
      return kind != other ? kind < other : fold_case(a.name) < fold_case(b.name);
    });
    for (MemberDefinition& member : members) {
      if (!is_wanted(member)) continue;
      if (const Flow flow = context.write(noun_value(std::move(member))); flow != Flow::more) return flow;
    }
    return Flow::more;
  }
  Flow end(Context& context) {
    if (any_) return Flow::more;
    return context.error({.id = "NoObjectInGetMember",
                          .category = ErrorCategory::CloseError,
                          .message = "You must specify an object for the Get-Member cmdlet.",
                          .exception = "System.InvalidOperationException"});
  }

 private:
  bool shows(MemberView part) const { return (static_cast<int>(view) & static_cast<int>(part)) != 0; }

  bool is_wanted(const MemberDefinition& member) const {
    if ((static_cast<int>(member.member_type) & static_cast<int>(member_type)) == 0) return false;
    const bool hidden = equal_names(member.name, "PSStandardMembers");
    if (hidden && !force) return false;
    return name.empty() || std::any_of(name.begin(), name.end(), [&](const std::string& pattern) {
             return Wildcard(pattern).matches(member.name);
           });
  }

  std::vector<MemberDefinition> definitions(Context& context, const std::string& type) const {
    std::vector<MemberDefinition> members;
    const auto add = [&](MemberDefinition member) {
      const bool known = std::any_of(members.begin(), members.end(), [&](const MemberDefinition& before) {
        return equal_names(before.name, member.name);
      });
      if (!known) members.push_back(std::move(member));
    };
    if (shows(MemberView::Extended) && !static_members) {
      for (const ExtendedMember* member : extended_members(input_object)) add(describe(type, *member));
    }
    if (const auto* record = input_object.as<RecordObject>()) {
      for (size_t i = 0; i < record->values().size() && shows(MemberView::Extended); ++i) {
        add(describe(type, {.name = record->shape().name(i), .value = record->values()[i]}));
      }
    }
    if (!shows(MemberView::Adapted) && !shows(MemberView::Base)) return members;
    std::vector<MemberText> declared = context.declared_members(input_object, static_members.on);
    if (declared.empty() && !static_members) declared = common_methods();
    for (MemberText& member : declared) {
      add({type, std::move(member.name), member.is_property ? MemberType::Property : MemberType::Method,
           std::move(member.definition)});
    }
    if (!static_members) add_declared_properties(type, add);
    return members;
  }

  template <class Add>
  void add_declared_properties(const std::string& type, const Add& add) const {
    if (input_object.is_object(ObjectKind::map) || input_object.is_object(ObjectKind::record)) return;
    if (const auto* noun = input_object.as<AnyNoun>()) {
      for (const Prop& prop : noun->noun().props) {
        if (!prop.alias_of.empty()) {
          add({type, std::string(prop.name), MemberType::AliasProperty,
               fmt::format("{} = {}", prop.name, prop.alias_of)});
          continue;
        }
        add({type, std::string(prop.name), MemberType::Property,
             fmt::format("{}{} {} {{get;}}", to_string(*prop.type), prop.is_collection ? "[]" : "",
                         prop.name)});
      }
      return;
    }
    for (const PropertyView& property : list_properties(input_object)) {
      const auto value = get_property(input_object, property.name);
      const Value shown = value && value->ok() ? **value : Value();
      add({type, std::string(property.name), MemberType::Property,
           fmt::format("{} {} {{get;}}", shown.is_null() ? "System.Object" : to_string(shown.type()),
                       property.name)});
    }
  }

  std::vector<std::string> seen_;
  bool any_ = false;
};
CMDLET(GetMember);

}  // namespace hvsh::verbs
