// Update-TypeData, Get-TypeData, Remove-TypeData.
#include <fmt/format.h>

#include <algorithm>

#include "core/cmdlet.h"
#include "core/wildcard.h"
#include "verbs/object/member_types.h"

namespace hvsh::verbs {

struct UpdateTypeData {
  std::string type_name, member_name;
  MemberType member_type = MemberType::NoteProperty;
  Value value, second_value;
  std::vector<std::string> default_display_property_set, default_key_property_set, append_path, prepend_path,
      property_serialization_set;
  std::string default_display_property, serialization_method;
  int32_t serialization_depth = 0;
  Switch force;

  enum Set : SetMask { Dynamic = 1, Files = 2 };
  static constexpr std::string_view kSets[] = {"DynamicTypeSet", "FileSet"};
  static constexpr Param kParams[] = {
      param<&UpdateTypeData::type_name>("TypeName",
                                        {.sets = Dynamic,
                                         .position = 0,
                                         .mandatory = true,
                                         .from_pipeline_property = true,
                                         .not_null_or_empty = true},
                                        "The type."),
      param<&UpdateTypeData::member_type>("MemberType", {.sets = Dynamic}, "What kind of member."),
      param<&UpdateTypeData::member_name>("MemberName", {.sets = Dynamic, .not_null_or_empty = true},
                                          "The member's name."),
      param<&UpdateTypeData::value>("Value", {.sets = Dynamic},
                                    "Its value, its getter, its script, or the property it stands for."),
      param<&UpdateTypeData::second_value>("SecondValue", {.sets = Dynamic},
                                           "A script property's setter, an alias's type."),
      param<&UpdateTypeData::default_display_property>(
          "DefaultDisplayProperty", {.sets = Dynamic, .not_null_or_empty = true}, "What Format-Wide shows."),
      param<&UpdateTypeData::default_display_property_set>("DefaultDisplayPropertySet",
                                                           {.sets = Dynamic, .not_null_or_empty = true},
                                                           "The properties that are shown by default."),
      param<&UpdateTypeData::default_key_property_set>("DefaultKeyPropertySet",
                                                       {.sets = Dynamic, .not_null_or_empty = true},
                                                       "The properties that Group and Sort go by."),
      param<&UpdateTypeData::serialization_method>(
          "SerializationMethod", {.sets = Dynamic},
          "Accepted as PowerShell does; all properties are written."),
      param<&UpdateTypeData::property_serialization_set>("PropertySerializationSet", {.sets = Dynamic},
                                                         "Accepted as PowerShell does."),
      param<&UpdateTypeData::serialization_depth>("SerializationDepth", {.sets = Dynamic, .range = {0, 50}},
                                                  "How deep Export-Clixml writes objects of the type."),
      param<&UpdateTypeData::append_path>("AppendPath",
                                          {.sets = Files, .position = 0, .aliases = {"PSPath", "Path"}},
                                          "Files of types (.ps1xml)."),
      param<&UpdateTypeData::prepend_path>("PrependPath", {.sets = Files}, "Files of types (.ps1xml)."),
      param<&UpdateTypeData::force>("Force", {.sets = Dynamic}, "In the place of a member of that name."),
  };
  static constexpr Example kExamples[] = {
      {"Update-TypeData -TypeName System.String -MemberType ScriptProperty -MemberName Twice -Value { "
       "\"$this$this\" "
       "}; 'ab'.Twice",
       "abab", "Gives every text a property."}};
  static constexpr Decl decl{.verb = "Update",
                             .noun = "TypeData",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 1,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.UpdateTypeDataCommand",
                             .synopsis = "Gives all objects of a type further members."};

  Flow process(Context& context) {
    if (context.parameter_set() == Files) {
      if (append_path.empty() && prepend_path.empty()) return Flow::more;
      return context.terminate(
          {.id = "TypeFilesNotRead",
           .category = ErrorCategory::NotImplemented,
           .message = "Files of types (.ps1xml) are not read here.",
           .hint = "Name the members with -TypeName, -MemberType, -MemberName and -Value."});
    }
    const bool has_member = context.is_bound("MemberName") || context.is_bound("MemberType");
    if (!has_member && default_display_property_set.empty() && default_display_property.empty() &&
        default_key_property_set.empty() && !context.is_bound("SerializationDepth") &&
        serialization_method.empty()) {
      return context.error({.id = "TypesDynamicUpdateException",
                            .category = ErrorCategory::InvalidOperation,
                            .message = fmt::format("No member was given for the type \"{}\".", type_name),
                            .hint = "Name it with -MemberType, -MemberName and -Value."});
    }
    const Answer answer = context.should_process(type_name, "Update TypeData");
    if (answer != Answer::yes) return answer == Answer::stopped ? Flow::stopped : Flow::more;
    if (has_member) {
      if (const Flow flow = add(context); flow != Flow::more) return flow;
    }
    TypeData& data = type_data(type_name);
    if (!default_display_property_set.empty()) data.display = default_display_property_set;
    if (context.is_bound("SerializationDepth")) data.serialization_depth = serialization_depth;
    return Flow::more;
  }

 private:
  Flow add(Context& context) const {
    if (!context.is_bound("MemberName") || !context.is_bound("MemberType")) {
      return context.terminate(
          {.id = context.is_bound("MemberName") ? "MemberTypeIsMissing" : "MemberNameIsMissing",
           .category = ErrorCategory::InvalidArgument,
           .message = fmt::format("The {} parameter is required for the type \"{}\". Enter a {}.",
                                  context.is_bound("MemberName") ? "MemberType" : "MemberName", type_name,
                                  context.is_bound("MemberName") ? "member type" : "member name")});
    }
    auto member = make_member(member_type, member_name, value, second_value);
    if (!member) return context.terminate(member.take_error());
    std::deque<ExtendedMember>& members = type_data(type_name).members;
    const auto known = std::find_if(members.begin(), members.end(), [&](const ExtendedMember& one) {
      return equal_names(one.name, member_name);
    });
    if (known == members.end()) {
      members.push_back(member.take());
    } else if (force) {
      *known = member.take();
    } else {
      return context.error(
          {.id = "TypesDynamicUpdateException",
           .category = ErrorCategory::InvalidOperation,
           .message = fmt::format("Error in TypeData \"{}\": The member {} is already present.", type_name,
                                  member_name),
           .exception = "System.Management.Automation.RuntimeException"});
    }
    return Flow::more;
  }
};
CMDLET(UpdateTypeData);

struct TypeDataInfo {
  std::string type_name;
  Value members;
  std::vector<std::string> default_display_property_set;
  int32_t serialization_depth = 0;

  static constexpr Prop kProps[] = {
      prop<&TypeDataInfo::type_name>("TypeName", "The type."),
      prop<&TypeDataInfo::members>("Members", "What was added to it, by name."),
      prop<&TypeDataInfo::default_display_property_set>("DefaultDisplayPropertySet", "What is shown of it."),
      prop<&TypeDataInfo::serialization_depth>("SerializationDepth", "How deep it is written."),
  };
  static constexpr Column kTable[] = {{"TypeName"}, {"Members"}};
  static constexpr Noun noun{.type = {"System.Management.Automation.Runspaces.TypeData", "TypeData"},
                             .props = kProps,
                             .table = kTable};
};

struct GetTypeData {
  std::vector<std::string> type_name;

  static constexpr Param kParams[] = {param<&GetTypeData::type_name>(
      "TypeName", {.position = 0, .from_pipeline = true, .wildcards = true, .not_null_or_empty = true},
      "Only of these types.")};
  static constexpr Example kExamples[] = {{"Get-TypeData", "", "Lists the types that have further members."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "TypeData",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetTypeDataCommand",
                             .synopsis = "Lists what was added to types."};

  Flow process(Context& context) {
    for (const TypeData* data : all_type_data()) {
      const bool wanted = type_name.empty() ||
                          std::any_of(type_name.begin(), type_name.end(), [&](const std::string& pattern) {
                            return Wildcard(pattern).matches(data->type_name);
                          });
      if (!wanted) continue;
      auto members = make<MapObject>(true);
      for (const ExtendedMember& member : data->members) members->set(member.name, member.value);
      const Flow flow =
          context.write(noun_value(TypeDataInfo{.type_name = data->type_name,
                                                .members = Value::object(members),
                                                .default_display_property_set = data->display,
                                                .serialization_depth = data->serialization_depth}));
      if (flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(GetTypeData);

struct RemoveTypeData {
  std::string type_name;
  Value type_data_object = Value::nothing();

  enum Set : SetMask { Name = 1, Data = 2 };
  static constexpr std::string_view kSets[] = {"RemoveTypeSet", "RemoveTypeDataSet"};
  static constexpr Param kParams[] = {
      param<&RemoveTypeData::type_name>(
          "TypeName", {.sets = Name, .position = 0, .mandatory = true, .not_null_or_empty = true},
          "The type."),
      param<&RemoveTypeData::type_data_object>(
          "TypeData", {.sets = Data, .mandatory = true, .from_pipeline = true}, "What Get-TypeData gave."),
  };
  static constexpr Example kExamples[] = {
      {"Update-TypeData -TypeName My.Type -MemberType NoteProperty -MemberName A -Value 1; Remove-TypeData "
       "My.Type; "
       "(Get-TypeData My.Type).Count",
       "0", "Takes away what was added to a type."}};
  static constexpr Decl decl{.verb = "Remove",
                             .noun = "TypeData",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.RemoveTypeDataCommand",
                             .synopsis = "Takes away what was added to a type."};

  Flow process(Context& context) {
    std::string name = type_name;
    if (const auto* info = noun_cast<TypeDataInfo>(type_data_object)) name = info->type_name;
    if (find_type_data(name) == nullptr) {
      return context.error(
          {.id = "TypesDynamicRemoveException",
           .category = ErrorCategory::InvalidOperation,
           .message =
               fmt::format("Error in TypeData \"{}\": Type \"{}\" was not found. Remove-TypeData can remove "
                           "only what Update-TypeData added.",
                           name, name)});
    }
    const Answer answer = context.should_process(name, "Remove TypeData");
    if (answer != Answer::yes) return answer == Answer::stopped ? Flow::stopped : Flow::more;
    remove_type_data(name);
    return Flow::more;
  }
};
CMDLET(RemoveTypeData);

}  // namespace hvsh::verbs
