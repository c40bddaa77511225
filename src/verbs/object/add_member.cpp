#include <fmt/format.h>

#include <array>

#include "core/cmdlet.h"
#include "verbs/object/member_types.h"

namespace hvsh::verbs {

// -NotePropertyName: any text that is not the name of a kind of member, so that the binder tells
// `Add-Member NoteProperty Name Value` from `Add-Member Name Value`.
struct NoteName {
  std::string text;
};

}  // namespace hvsh::verbs

namespace hvsh {

template <>
struct Traits<verbs::NoteName> : ScalarTraits {
  static constexpr const TypeInfo& type = types::String;
  static Value to(const verbs::NoteName& name) { return Value::string(name.text); }
  static Result<verbs::NoteName> from(const Value& value, Coercion coercion) {
    HVSH_TRY(std::string text, Traits<std::string>::from(value, coercion));
    if (!text.empty() && to_enum(value, EnumOf<verbs::MemberType>::info)) {
      return Error{.id = "NotePropertyNameIsMemberType",
                   .category = ErrorCategory::InvalidArgument,
                   .message = fmt::format("The parameter cannot be processed because the parameter name '{}' "
                                          "is the name of a member type.",
                                          text)};
    }
    return verbs::NoteName{std::move(text)};
  }
};

}  // namespace hvsh

namespace hvsh::verbs {

struct AddMember {
  Value input_object;
  MemberType member_type = MemberType::NoteProperty;
  std::string name, type_name;
  Value value, second_value;
  NoteName note_property_name;
  Value note_property_value;
  Ref<MapObject> note_property_members;
  Switch force, pass_thru;

  enum Set : SetMask { Type = 1, Many = 2, One = 4, Member = 8 };
  static constexpr std::string_view kSets[] = {"TypeNameSet", "NotePropertyMultiMemberSet",
                                               "NotePropertySingleMemberSet", "MemberSet"};
  static constexpr Param kParams[] = {
      param<&AddMember::input_object>("InputObject", {.mandatory = true, .from_pipeline = true},
                                      "The objects that get the member."),
      param<&AddMember::member_type>("MemberType",
                                     {.sets = Member, .position = 0, .mandatory = true, .aliases = "Type"},
                                     "What kind of member."),
      param<&AddMember::name>("Name", {.sets = Member, .position = 1, .mandatory = true}, "Its name."),
      param<&AddMember::value>("Value",
                               {.sets = Member, .position = 2, .allow_null = true, .allow_empty = true},
                               "Its value, its getter, its script, or the property it stands for."),
      param<&AddMember::second_value>("SecondValue", {.sets = Member, .position = 3},
                                      "A script property's setter, an alias's type."),
      param<&AddMember::type_name>("TypeName",
                                   {.sets = Many | One | Member,
                                    .also = {{{.sets = Type, .mandatory = true}}},
                                    .not_null_or_empty = true},
                                   "A type name that the objects get as well."),
      param<&AddMember::force>("Force", {.sets = Many | One | Member},
                               "In the place of a member of that name."),
      param<&AddMember::pass_thru>("PassThru", {}, "The objects go on."),
      param<&AddMember::note_property_name>(
          "NotePropertyName", {.sets = One, .position = 0, .mandatory = true, .not_null_or_empty = true},
          "The name of a property with a fixed value."),
      param<&AddMember::note_property_value>(
          "NotePropertyValue",
          {.sets = One, .position = 1, .mandatory = true, .allow_null = true, .allow_empty = true},
          "Its value."),
      param<&AddMember::note_property_members>(
          "NotePropertyMembers", {.sets = Many, .position = 0, .mandatory = true, .not_null_or_empty = true},
          "Several of them, as a hashtable."),
  };
  static constexpr Example kExamples[] = {
      {"$vm = [pscustomobject]@{ Name = 'web' } | Add-Member Size 2 -PassThru; $vm.Size", "2",
       "Gives an object one more property."},
      {"$o = [pscustomobject]@{ N = 3 } | Add-Member ScriptMethod Twice { $this.N * 2 } -PassThru; "
       "$o.Twice()",
       "6", "Gives it a method."}};
  static constexpr Decl decl{.verb = "Add",
                             .noun = "Member",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.AddMemberCommand",
                             .synopsis = "Gives objects further properties and methods."};

  Flow process(Context& context) {
    Value object = target(context);
    if (object.is_nothing()) return Flow::stopped;
    if (!type_name.empty()) add_type_name(object, type_name);
    bool added = true;
    Flow flow = Flow::more;
    switch (context.parameter_set()) {
      case Member: {
        auto member = make_member(member_type, name, value, second_value);
        if (!member) return context.terminate(member.take_error(), object);
        flow = add(context, object, member.take(), added);
        break;
      }
      case One:
        flow = add(context, object, {.name = note_property_name.text, .value = note_property_value}, added);
        break;
      case Many:
        for (const auto& [key, note] : note_property_members->entries()) {
          bool one = true;
          flow = add(context, object, {.name = to_string(key), .value = note}, one);
          if (flow != Flow::more) return flow;
          added = added && one;
        }
        break;
      default: break;
    }
    if (flow != Flow::more) return flow;
    return pass_thru && added ? context.write(object) : Flow::more;
  }

 private:
  // Text is a value: its copy gets the member, as the box around it does in PowerShell.
  Value target(Context& context) const {
    if (input_object.is_string()) return Value::string(input_object.as_string());
    if (input_object.kind() == Value::Kind::object) return input_object;
    (void)context.terminate(
        {.id = "MemberOfValue",
         .category = ErrorCategory::InvalidArgument,
         .message = fmt::format("Cannot add a member to the {} '{}': numbers, dates and other plain values "
                                "carry no members here.",
                                to_string(input_object.type()), to_string(input_object)),
         .hint = "Put it into an object: [pscustomobject]@{ Value = ... }."},
        input_object);
    return Value::nothing();
  }

  static bool has_member(Context& context, const Value& object, std::string_view name) {
    if (find_extended(object, name) != nullptr || get_property(object, name)) return true;
    for (const MemberText& member : context.declared_members(object, false)) {
      if (equal_names(member.name, name)) return true;
    }
    for (const char* common : {"ToString", "GetType", "Equals", "GetHashCode"}) {
      if (equal_names(common, name)) return true;
    }
    return false;
  }

  Flow add(Context& context, const Value& object, ExtendedMember member, bool& added) const {
    const bool map_key = object.is_object(ObjectKind::map) && !find_extended(object, member.name);
    if (!force && !map_key && has_member(context, object, member.name)) {
      added = false;
      return context.error({.id = "MemberAlreadyExists",
                            .category = ErrorCategory::InvalidOperation,
                            .message = fmt::format(
                                "Cannot add a member with the name \"{}\" because a member with that name "
                                "already exists. To overwrite the member anyway, add the Force parameter to "
                                "your command.",
                                member.name),
                            .exception = "System.InvalidOperationException"},
                           object);
    }
    HeapObject& heap = *object.as_object();
    if (auto* record = object.as<RecordObject>()) {
      if (member.kind == MemberKind::note) {
        remove_extended(heap, member.name);
        record->set(member.name, std::move(member.value));
        return Flow::more;
      }
      record->remove(member.name);
    }
    add_extended(heap, std::move(member));
    return Flow::more;
  }
};
CMDLET(AddMember);

}  // namespace hvsh::verbs
