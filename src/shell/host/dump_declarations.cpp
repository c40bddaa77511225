#include "shell/host/dump_declarations.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace hvsh::shell {

namespace {

using Json = nlohmann::ordered_json;

std::string type_text(const Param& param) {
  return std::string(param.type->short_name) + (param.is_collection ? "[]" : "");
}

Json validation(const Param& param) {
  Json validate = Json::object();
  const ParamOptions& options = param.options;
  if (options.not_null) validate["ValidateNotNull"] = true;
  if (options.not_null_or_empty) validate["ValidateNotNullOrEmpty"] = true;
  if (options.range.is_set()) validate["ValidateRange"] = {options.range.minimum, options.range.maximum};
  // An enumeration's names are its type's; only a narrower list is a validation.
  if (!options.values.empty() && param.enumeration == nullptr) validate["ValidateSet"] = options.values;
  return validate;
}

Json parameter(const Param& param) {
  Json json{{"type", type_text(param)}, {"help", param.help}};
  const ParamOptions& options = param.options;
  Json aliases = Json::array();
  for (std::string_view alias : options.aliases) aliases.push_back(alias);
  if (!aliases.empty()) json["aliases"] = std::move(aliases);
  if (options.from_pipeline && options.from_pipeline_property) {
    json["pipeline"] = "value+property";
  } else if (options.from_pipeline) {
    json["pipeline"] = "value";
  } else if (options.from_pipeline_property) {
    json["pipeline"] = "property";
  }
  if (options.wildcards) json["wildcards"] = true;
  if (!options.values.empty()) {
    json["values"] = options.values;
  } else if (param.enumeration != nullptr) {
    for (const EnumMember& member : param.enumeration->members) json["values"].push_back(member.name);
  }
  if (Json validate = validation(param); !validate.empty()) json["validate"] = std::move(validate);
  return json;
}

Json set_entry(const Decl& decl, size_t index) {
  const SetMask bit = SetMask{1} << index;
  Json json{{"name", decl.sets.empty() ? std::string_view("__AllParameterSets") : decl.sets[index]}};
  if (decl.default_set == static_cast<int>(index)) json["default"] = true;
  Json uses = Json::array();
  for (const Param& param : decl.params) {
    if ((param.sets() & bit) == 0) continue;
    std::string use(param.name);
    if (param.mandatory_in(bit)) use += '!';
    if (const int position = param.position_in(bit); position >= 0) use += fmt::format("@{}", position);
    uses.push_back(std::move(use));
  }
  json["parameters"] = std::move(uses);
  return json;
}

Json cmdlet(const CmdletEntry& entry) {
  static constexpr std::string_view kImpacts[] = {"None", "Low", "Medium", "High"};
  const Decl& decl = *entry.cmdlet->decl;
  Json json{{"cmdlet", entry.name}, {"module", decl.module}, {"synopsis", decl.synopsis}};
  if (!decl.aliases.empty()) json["aliases"] = decl.aliases;
  json["should_process"] = decl.should_process;
  if (decl.should_process) json["confirm_impact"] = kImpacts[static_cast<size_t>(decl.impact)];
  json["as_job"] = false;
  json["outputs"] = decl.outputs;
  Json parameters = Json::object();
  for (const Param& param : decl.params) {
    if (param.name == "AsJob") json["as_job"] = true;
    parameters[std::string(param.name)] = parameter(param);
  }
  const size_t sets = decl.sets.empty() ? 1 : decl.sets.size();
  json["sets"] = Json::array();
  for (size_t i = 0; i < sets; ++i) json["sets"].push_back(set_entry(decl, i));
  json["parameters"] = std::move(parameters);
  for (const Example& example : decl.examples) {
    json["examples"].push_back({{"code", example.code}, {"output", example.output}, {"says", example.says}});
  }
  return json;
}

}  // namespace

std::string dump_declarations(std::span<const CmdletEntry> cmdlets) {
  std::string text = "[\n";
  for (size_t i = 0; i < cmdlets.size(); ++i) {
    text += cmdlet(cmdlets[i]).dump();
    text += i + 1 < cmdlets.size() ? ",\n" : "\n";
  }
  return text + "]\n";
}

}  // namespace hvsh::shell
