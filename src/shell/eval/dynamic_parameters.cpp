#include "shell/eval/dynamic_parameters.h"

#include <fmt/format.h>

#include <algorithm>

#include "shell/eval/interpreter.h"

namespace hvsh::shell {

namespace {

// Whether it is an object of that type of System.Management.Automation.
bool is_a(const Value& value, std::string_view type) {
  constexpr std::string_view kNamespace = "System.Management.Automation.";
  const std::string_view name = value.type().name;
  return name.starts_with(kNamespace) && name.substr(kNamespace.size()) == type;
}

Value property(const Value& object, std::string_view name) {
  auto found = get_property(object, name);
  return found && *found ? **found : Value::null();
}

// Adds one dynamic parameter to a block's own.
class Adder {
 public:
  Adder(Interpreter& interpreter, BlockInfo& info) : interpreter_(interpreter), info_(info) {}
  Result<void> add(const Value& definition);

 private:
  void validate(const Value& attribute, Validators& validators);
  Result<void> place(const Value& attribute, Param& param);
  std::string_view keep(std::string text) { return info_.texts.emplace_back(std::move(text)); }

  Interpreter& interpreter_;
  BlockInfo& info_;
};

void Adder::validate(const Value& attribute, Validators& validators) {
  if (is_a(attribute, "ValidateSetAttribute")) {
    for (const Value& one : to_items(property(attribute, "ValidValues")))
      validators.set.push_back(to_string(one));
  } else if (is_a(attribute, "ValidateRangeAttribute")) {
    auto low = to_double(property(attribute, "MinRange")), high = to_double(property(attribute, "MaxRange"));
    if (low && high) validators.range = {*low, *high};
  } else if (is_a(attribute, "ValidatePatternAttribute")) {
    validators.pattern = to_string(property(attribute, "RegexPattern"));
  } else if (is_a(attribute, "ValidateNotNullOrEmptyAttribute")) {
    validators.not_null_or_empty = true;
  }
}

Result<void> Adder::place(const Value& attribute, Param& param) {
  ParamOptions& options = param.options;
  const std::string set = to_string(property(attribute, "ParameterSetName"));
  options.mandatory = to_bool(property(attribute, "Mandatory"));
  options.from_pipeline = to_bool(property(attribute, "ValueFromPipeline"));
  options.from_pipeline_property = to_bool(property(attribute, "ValueFromPipelineByPropertyName"));
  options.remaining_arguments = to_bool(property(attribute, "ValueFromRemainingArguments"));
  HVSH_TRY(const Value position, to_integer(property(attribute, "Position"), IntType::i32));
  options.position = position.as_int() == INT32_MIN ? -1 : static_cast<int>(position.as_int());
  if (set.empty() || equal_names(set, "__AllParameterSets")) return {};
  for (size_t i = 0; i < info_.sets.size(); ++i) {
    if (equal_names(info_.sets[i], set)) options.sets = SetMask{1} << i;
  }
  if (options.sets != kAllSets) return {};
  if (info_.sets.size() >= 32) {
    return Error{.id = "ParsingTooManyParameterSets",
                 .category = ErrorCategory::LimitsExceeded,
                 .message = "A command can have at most 32 parameter sets."};
  }
  info_.sets.push_back(keep(set));
  options.sets = SetMask{1} << (info_.sets.size() - 1);
  return {};
}

Result<void> Adder::add(const Value& definition) {
  const Value type = property(definition, "ParameterType");
  Param param{.name = keep(to_string(property(definition, "Name"))), .options = {}, .help = {}};
  param.type = &types::PSObject;
  FunctionParameter function;
  function.dynamic = true;
  // No variable of the function has this name: the value is in $PSBoundParameters only.
  function.symbol = interpreter_.symbols().intern(fmt::format("\x01{}", param.name));
  function.type = interpreter_.types().ref_of(type);
  Validators validators;
  for (const Value& attribute : to_items(property(definition, "Attributes"))) {
    if (is_a(attribute, "ParameterAttribute")) HVSH_CHECK(place(attribute, param));
    if (is_a(attribute, "AliasAttribute")) {
      size_t count = 0;
      for (const Value& one : to_items(property(attribute, "AliasNames"))) {
        if (count < param.options.aliases.items.size())
          param.options.aliases.items[count++] = keep(to_string(one));
      }
    }
    validate(attribute, validators);
  }
  describe_parameter_type(function, param);
  if (validators.any()) function.validators = &info_.validators.emplace_back(std::move(validators));
  info_.params.push_back(param);
  info_.parameters.push_back(function);
  return {};
}

}  // namespace

Result<std::shared_ptr<BlockInfo>> with_dynamic_parameters(Interpreter& interpreter, const ScriptBlock& tree,
                                                           const Value& dictionary) {
  HVSH_TRY(auto info, read_block_info(interpreter, tree));
  info->advanced = true;
  const auto* map = dictionary.as<MapObject>();
  if (map == nullptr) return info;
  Adder adder(interpreter, *info);
  for (const auto& [name, definition] : map->entries()) HVSH_CHECK(adder.add(definition));
  return info;
}

}  // namespace hvsh::shell
