// New-Object and Get-Member.
#include <fmt/format.h>

#include <algorithm>

#include "core/cmdlet.h"
#include "core/wildcard.h"
#include "verbs/object/unique.h"

namespace hvsh::verbs {

struct NewObject {
  std::string type_name;
  std::vector<Value> argument_list;
  Value property;
  std::string com_object_name;
  Switch strict;

  static constexpr std::string_view kSets[] = {"Net", "Com"};
  static constexpr Param kParams[] = {
      param<&NewObject::type_name>("TypeName", {.sets = 1, .position = 0, .mandatory = true},
                                   "What to make: PSObject, System.Collections.ArrayList ..."),
      param<&NewObject::com_object_name>("ComObject", {.sets = 2, .position = 0, .mandatory = true},
                                         "A COM class; there is no COM here."),
      param<&NewObject::strict>("Strict", {.sets = 2}, "Of COM."),
      param<&NewObject::argument_list>("ArgumentList", {.sets = 1, .position = 1, .aliases = "Args"},
                                       "Arguments of its constructor."),
      param<&NewObject::property>("Property", {}, "Its properties, as a hashtable."),
  };
  static constexpr Example kExamples[] = {
      {"(New-Object PSObject -Property @{Name = 'web'}).Name", "web", "Makes an object with one property."}};
  static constexpr Decl decl{.verb = "New",
                             .noun = "Object",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.NewObjectCommand",
                             .synopsis = "Makes an object."};

  static Error no_com() {
    return {.id = "NoCOMClassIdentified",
            .category = ErrorCategory::NotImplemented,
            .message = "Cannot make a COM object: COM is Windows'.",
            .hint = "Look for a .NET type or a program that does the same."};
  }

  Error not_made(Error error) const {
    if (error.id == "TypeNotFound") {
      error.message = fmt::format(
          "Cannot find type [{}]: verify that the assembly containing this type is loaded.", type_name);
    } else if (error.id == "MethodCountCouldNotFindBest" || error.id == "MethodNotFound") {
      error.id = "CannotFindAppropriateCtor";
      error.category = ErrorCategory::ObjectNotFound;
      error.message = fmt::format(
          "A constructor was not found. Cannot find an appropriate constructor for type {}.", type_name);
    } else if (!error.inner_exception.empty()) {
      error.id = "ConstructorInvokedThrowException";
      error.category = ErrorCategory::InvalidOperation;
    }
    return error;
  }

  Flow make_typed(Context& context) {
    auto made = context.construct(type_name, argument_list);
    if (!made) return context.terminate(not_made(made.take_error()), Value::string(type_name));
    if (auto* map = property.as<MapObject>()) {
      for (const auto& [key, value] : map->entries()) {
        Value unused;
        const Flow flow = context.call_method(*made, "set_" + to_string(key), {&value, 1}, unused);
        if (flow == Flow::stopped) return flow;
      }
    }
    return context.write(*made);
  }

  Flow process(Context& context) {
    static constexpr std::string_view kKnown[] = {"PSObject",
                                                  "PSCustomObject",
                                                  "Object",
                                                  "System.Object",
                                                  "System.Management.Automation.PSObject",
                                                  "System.Management.Automation.PSCustomObject"};
    const bool ad_hoc = std::any_of(std::begin(kKnown), std::end(kKnown),
                                    [this](std::string_view name) { return equal_ascii(name, type_name); });
    if (!com_object_name.empty()) return context.terminate(no_com());
    if (!ad_hoc) return make_typed(context);
    auto object = make<RecordObject>();
    if (auto* map = property.as<MapObject>()) {
      for (const auto& [key, value] : map->entries()) object->set(to_string(key), value);
    } else if (!property.is_null()) {
      return context.terminate(conversion_error(property, types::Hashtable.name), property);
    }
    return context.write(Value::object(object));
  }
};
CMDLET(NewObject);

enum class MemberType { AliasProperty = 1, Property = 4, NoteProperty = 8, Properties = 31, All = 255 };

}  // namespace hvsh::verbs

namespace hvsh {

template <>
struct EnumOf<verbs::MemberType> {
  static constexpr EnumMember kMembers[] = {
      {"AliasProperty", 1}, {"Property", 4}, {"NoteProperty", 8}, {"Properties", 31}, {"All", 255}};
  static constexpr EnumInfo info{.type = {"System.Management.Automation.PSMemberTypes", "PSMemberTypes"},
                                 .members = kMembers,
                                 .flags = true};
};

}  // namespace hvsh

namespace hvsh::verbs {

struct MemberDefinition {
  std::string type_name, name;
  MemberType member_type = MemberType::Property;
  std::string definition;

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

struct GetMember {
  Value input_object = Value::nothing();
  std::vector<std::string> name;
  MemberType member_type = MemberType::All;
  Switch force;

  static constexpr Param kParams[] = {
      param<&GetMember::input_object>("InputObject", {.from_pipeline = true},
                                      "Objects whose members are wanted."),
      param<&GetMember::name>("Name", {.position = 0, .wildcards = true}, "Only members of these names."),
      param<&GetMember::member_type>("MemberType", {.aliases = "Type"}, "Only members of this kind."),
      param<&GetMember::force>("Force", {}, "Accepted as PowerShell does."),
  };
  static constexpr std::string_view kAliases[] = {"gm"};
  static constexpr Example kExamples[] = {{"Get-VM | Get-Member", "*", "Lists the properties of a machine."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "Member",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetMemberCommand",
                             .synopsis = "Lists the properties of objects."};

  Flow process(Context& context) {
    if (input_object.is_null()) return Flow::more;
    any_ = true;
    const std::string type = type_names(input_object)[0];
    if (std::find(seen_.begin(), seen_.end(), type) != seen_.end()) return Flow::more;
    seen_.push_back(type);
    std::vector<MemberDefinition> members = definitions(type);
    std::sort(members.begin(), members.end(), [](const MemberDefinition& a, const MemberDefinition& b) {
      if (a.member_type != b.member_type) return a.member_type < b.member_type;
      return fold_case(a.name) < fold_case(b.name);
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
                          .message = "You must specify an object for the Get-Member cmdlet."});
  }

 private:
  bool is_wanted(const MemberDefinition& member) const {
    if ((static_cast<int>(member.member_type) & static_cast<int>(member_type)) == 0) return false;
    return name.empty() || std::any_of(name.begin(), name.end(), [&](const std::string& pattern) {
             return Wildcard(pattern).matches(member.name);
           });
  }

  std::vector<MemberDefinition> definitions(const std::string& type) const {
    std::vector<MemberDefinition> members;
    if (auto* noun = input_object.as<AnyNoun>()) {
      for (const Prop& prop : noun->noun().props) {
        if (!prop.alias_of.empty()) {
          members.push_back({type, std::string(prop.name), MemberType::AliasProperty,
                             fmt::format("{} = {}", prop.name, prop.alias_of)});
          continue;
        }
        members.push_back({type, std::string(prop.name), MemberType::Property,
                           fmt::format("{}{} {} {{get;}}", to_string(*prop.type),
                                       prop.is_collection ? "[]" : "", prop.name)});
      }
      return members;
    }
    const bool notes = input_object.is_object(ObjectKind::record) || input_object.is_object(ObjectKind::map);
    for (const PropertyView& view : list_properties(input_object)) {
      const auto value = get_property(input_object, view.name);
      const Value shown = value && value->ok() ? **value : Value();
      const std::string short_name = shown.is_null() ? "object" : to_string(shown.type());
      members.push_back({type, std::string(view.name),
                         notes ? MemberType::NoteProperty : MemberType::Property,
                         notes ? fmt::format("{} {}={}", short_name, view.name, to_string(shown))
                               : fmt::format("{} {} {{get;}}", short_name, view.name)});
    }
    return members;
  }

  std::vector<std::string> seen_;
  bool any_ = false;
};
CMDLET(GetMember);

}  // namespace hvsh::verbs
