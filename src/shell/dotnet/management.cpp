// Objects that dynamic parameters, prompts and proxies are made of.
#include <fmt/format.h>

#include "shell/dotnet/groups.h"
#include "shell/eval/interpreter.h"

namespace hvsh::shell::dotnet {

namespace {

constexpr TypeInfo kChoiceInfo{"System.Management.Automation.Host.ChoiceDescription", "ChoiceDescription"};
constexpr TypeInfo kAttributeInfo{"System.Attribute", "Attribute"};
constexpr TypeInfo kParameterInfo{"System.Management.Automation.ParameterAttribute", "ParameterAttribute",
                                  &kAttributeInfo};
constexpr TypeInfo kAliasInfo{"System.Management.Automation.AliasAttribute", "AliasAttribute",
                              &kAttributeInfo};
constexpr TypeInfo kSetInfo{"System.Management.Automation.ValidateSetAttribute", "ValidateSetAttribute",
                            &kAttributeInfo};
constexpr TypeInfo kRangeInfo{"System.Management.Automation.ValidateRangeAttribute", "ValidateRangeAttribute",
                              &kAttributeInfo};
constexpr TypeInfo kPatternInfo{"System.Management.Automation.ValidatePatternAttribute",
                                "ValidatePatternAttribute", &kAttributeInfo};
constexpr TypeInfo kNotEmptyInfo{"System.Management.Automation.ValidateNotNullOrEmptyAttribute",
                                 "ValidateNotNullOrEmptyAttribute", &kAttributeInfo};
constexpr TypeInfo kRuntimeInfo{"System.Management.Automation.RuntimeDefinedParameter",
                                "RuntimeDefinedParameter"};
constexpr TypeInfo kRuntimeMapInfo{"System.Management.Automation.RuntimeDefinedParameterDictionary",
                                   "RuntimeDefinedParameterDictionary"};

// A plain object: its properties by position.
struct Fields {
  std::vector<Value> values;
};
template <size_t kIndex>
Result<Value> get(const Call& call) {
  return state_of<Fields>(call.self).values[kIndex];
}
template <size_t kIndex>
Result<Value> set(const Call& call) {
  state_of<Fields>(call.self).values[kIndex] = call.at(0);
  return Value::nothing();
}
Value fields(const TypeInfo& info, std::vector<Value> values) {
  return instance(info, Fields{std::move(values)});
}

constexpr Member kChoice[] = {
    {"new(string label)",
     [](const Call& c) -> Result<Value> {
       return fields(kChoiceInfo, {c.at(0), text("")});
     }},
    {"new(string label, string helpMessage)",
     [](const Call& c) -> Result<Value> {
       return fields(kChoiceInfo, {c.at(0), c.at(1)});
     }},
    {"string Label", get<0>},
    {"string HelpMessage", get<1>, set<1>},
};

constexpr Member kParameter[] = {
    {"new()",
     [](const Call&) -> Result<Value> {
       return fields(kParameterInfo, {truth(false), number(INT32_MIN), text("__AllParameterSets"),
                                      truth(false), truth(false), truth(false), Value::null(), truth(false)});
     }},
    {"bool Mandatory", get<0>, set<0>},
    {"int Position", get<1>, set<1>},
    {"string ParameterSetName", get<2>, set<2>},
    {"bool ValueFromPipeline", get<3>, set<3>},
    {"bool ValueFromPipelineByPropertyName", get<4>, set<4>},
    {"bool ValueFromRemainingArguments", get<5>, set<5>},
    {"string HelpMessage", get<6>, set<6>},
    {"bool DontShow", get<7>, set<7>},
};
constexpr Member kAlias[] = {
    {"new(params string[] aliasNames)",
     [](const Call& c) -> Result<Value> { return fields(kAliasInfo, {c.at(0)}); }},
    {"string[] AliasNames", get<0>},
};
constexpr Member kSet[] = {
    {"new(params string[] validValues)",
     [](const Call& c) -> Result<Value> {
       return fields(kSetInfo, {c.at(0), truth(true)});
     }},
    {"string[] ValidValues", get<0>},
    {"bool IgnoreCase", get<1>, set<1>},
};
constexpr Member kRange[] = {
    {"new(object minRange, object maxRange)",
     [](const Call& c) -> Result<Value> {
       return fields(kRangeInfo, {c.at(0), c.at(1)});
     }},
    {"object MinRange", get<0>},
    {"object MaxRange", get<1>},
};
constexpr Member kPattern[] = {
    {"new(string regexPattern)",
     [](const Call& c) -> Result<Value> { return fields(kPatternInfo, {c.at(0)}); }},
    {"string RegexPattern", get<0>},
};
constexpr Member kNotEmpty[] = {
    {"new()", [](const Call&) -> Result<Value> { return fields(kNotEmptyInfo, {}); }},
};

constexpr Member kRuntime[] = {
    {"new()",
     [](const Call& c) -> Result<Value> {
       Value attributes = Value::object(make<ListObject>(types::ArrayList));
       return fields(kRuntimeInfo, {text(""), c.shell().types().type_value(*c.shell().types().find("object")),
                                    attributes, Value::null(), truth(false)});
     }},
    {"new(string name, type parameterType, IEnumerable attributes)",
     [](const Call& c) -> Result<Value> {
       return fields(kRuntimeInfo, {c.at(0), c.at(1), c.at(2), Value::null(), truth(false)});
     }},
    {"string Name", get<0>, set<0>},
    {"type ParameterType", get<1>, set<1>},
    {"object Attributes", get<2>},
    {"object Value", get<3>,
     [](const Call& c) -> Result<Value> {
       Fields& own = state_of<Fields>(c.self);
       own.values[3] = c.at(0);
       own.values[4] = truth(true);
       return Value::nothing();
     }},
    {"bool IsSet", get<4>, set<4>},
};

Result<Value> runtime_map(const Call&) {
  return Value::object(make<MapObject>(kRuntimeMapInfo, MapRules{.exact_case = false}));
}
MapObject& map_of(const Call& call) { return *static_cast<MapObject*>(call.self.as_object()); }
constexpr Member kRuntimeMap[] = {
    {"new()", runtime_map},
    {"int Count", core_property},
    {"object Keys", core_property},
    {"object Values", core_property},
    {"void Add(string key, RuntimeDefinedParameter value)",
     [](const Call& c) -> Result<Value> {
       if (map_of(c).find(c.at(0)) != nullptr) {
         return thrown("ArgumentException",
                       fmt::format("An item with the same key has already been added. Key: {}", c.text(0)));
       }
       map_of(c).set(c.at(0), c.at(1));
       return Value::nothing();
     }},
    {"bool ContainsKey(string key)",
     [](const Call& c) -> Result<Value> { return truth(map_of(c).find(c.at(0)) != nullptr); }},
    {"bool Remove(string key)",
     [](const Call& c) -> Result<Value> { return truth(map_of(c).remove(c.at(0))); }},
};

constexpr Type kTypes[] = {
    {.info = &kChoiceInfo, .members = kChoice},
    {.info = &kAttributeInfo},
    {.info = &kParameterInfo, .names = "parameter", .members = kParameter},
    {.info = &kAliasInfo, .names = "alias", .members = kAlias},
    {.info = &kSetInfo, .names = "validateset", .members = kSet},
    {.info = &kRangeInfo, .names = "validaterange", .members = kRange},
    {.info = &kPatternInfo, .names = "validatepattern", .members = kPattern},
    {.info = &kNotEmptyInfo, .names = "validatenotnullorempty", .members = kNotEmpty},
    {.info = &kRuntimeInfo, .members = kRuntime},
    {.info = &kRuntimeMapInfo,
     .members = kRuntimeMap,
     .interfaces =
         "System.Collections.IDictionary, System.Collections.ICollection, System.Collections.IEnumerable"},
};

}  // namespace

std::span<const Type> management_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
