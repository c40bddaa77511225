// Reading the declarations in scripts: parameters, attributes, sets.
#include "shell/eval/block_info.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/compare.h"
#include "core/operators.h"
#include "core/regex.h"
#include "shell/bind/bind_errors.h"
#include "shell/eval/interpreter.h"

namespace hvsh::shell {

namespace {

// What one [Parameter(...)] says.
struct ParameterAttribute {
  std::string set;  // empty: all sets
  int position = -1;
  bool mandatory = false, from_pipeline = false, from_property = false, remaining = false, hidden = false;
  std::string help;
};

class Reader {
 public:
  Reader(Interpreter& interpreter, BlockInfo& info) : interpreter_(interpreter), info_(info) {}

  bool read(const ScriptBlock& tree);

 private:
  bool binding_attribute(const Attribute& attribute);
  bool parameter(const Parameter& tree);
  bool parameter_attribute(const Attribute& attribute, ParameterAttribute& out);
  bool value_of(const Expr* expr, Value& out);
  bool flag_of(const Attribute::Named& named, bool& out);
  SetMask set_bit(const std::string& name);
  std::string_view keep(std::string text) { return info_.texts.emplace_back(std::move(text)); }
  bool place(FunctionParameter& function, Param& param, const std::vector<ParameterAttribute>& attributes,
             Span span);

  Interpreter& interpreter_;
  BlockInfo& info_;
  bool binds_by_position_ = true;
  bool explicit_places_ = false;
  std::string default_set_;
};

bool Reader::value_of(const Expr* expr, Value& out) {
  if (expr == nullptr) {
    out = Value::boolean(true);
    return true;
  }
  return interpreter_.eval(*expr, out);
}

bool Reader::flag_of(const Attribute::Named& named, bool& out) {
  Value value;
  if (!value_of(named.value, value)) return false;
  out = to_bool(value);
  return true;
}

SetMask Reader::set_bit(const std::string& name) {
  for (size_t i = 0; i < info_.sets.size(); ++i) {
    if (equal_names(info_.sets[i], name)) return SetMask{1} << i;
  }
  if (info_.sets.size() == 32) return 0;
  info_.sets.push_back(keep(name));
  return SetMask{1} << (info_.sets.size() - 1);
}

bool Reader::binding_attribute(const Attribute& attribute) {
  if (!is_attribute(*attribute.type, "CmdletBinding")) return true;
  info_.advanced = true;
  for (const Attribute::Named& item : attribute.named) {
    Value value;
    if (!value_of(item.value, value)) return false;
    if (equal_names(item.name, "SupportsShouldProcess")) info_.should_process = to_bool(value);
    if (equal_names(item.name, "PositionalBinding")) binds_by_position_ = to_bool(value);
    if (equal_names(item.name, "DefaultParameterSetName")) default_set_ = to_string(value);
    if (equal_names(item.name, "ConfirmImpact")) {
      auto impact = to_enum(value, EnumOf<ConfirmImpact>::info);
      if (!impact) return interpreter_.fail(impact.take_error(), item.name_span);
      info_.impact = static_cast<ConfirmImpact>(impact->enum_number());
    }
  }
  return true;
}

bool Reader::parameter_attribute(const Attribute& attribute, ParameterAttribute& out) {
  for (const Attribute::Named& item : attribute.named) {
    bool ok = true;
    Value value;
    if (equal_names(item.name, "Mandatory")) {
      ok = flag_of(item, out.mandatory);
    } else if (equal_names(item.name, "ValueFromPipeline")) {
      ok = flag_of(item, out.from_pipeline);
    } else if (equal_names(item.name, "ValueFromPipelineByPropertyName")) {
      ok = flag_of(item, out.from_property);
    } else if (equal_names(item.name, "ValueFromRemainingArguments")) {
      ok = flag_of(item, out.remaining);
    } else if (equal_names(item.name, "DontShow")) {
      ok = flag_of(item, out.hidden);
    } else if (equal_names(item.name, "ParameterSetName")) {
      ok = value_of(item.value, value);
      out.set = to_string(value);
      if (equal_names(out.set, "__AllParameterSets")) out.set.clear();
      if (!out.set.empty()) explicit_places_ = true;
    } else if (equal_names(item.name, "HelpMessage")) {
      ok = value_of(item.value, value);
      out.help = to_string(value);
    } else if (equal_names(item.name, "Position")) {
      ok = value_of(item.value, value);
      auto number = to_integer(value, IntType::i32);
      if (!number) return interpreter_.fail(number.take_error(), item.name_span);
      out.position = static_cast<int>(number->as_int());
      explicit_places_ = true;
    }
    if (!ok) return false;
  }
  return true;
}

// Spreads the [Parameter()] attributes over the main line and `also`, which say what differs in some sets.
bool Reader::place(FunctionParameter&, Param& param, const std::vector<ParameterAttribute>& attributes,
                   Span span) {
  ParamOptions& options = param.options;
  SetMask named_sets = 0;
  std::vector<SetUse> uses;
  bool in_all = attributes.empty();
  for (const ParameterAttribute& one : attributes) {
    options.from_pipeline = options.from_pipeline || one.from_pipeline;
    options.from_pipeline_property = options.from_pipeline_property || one.from_property;
    options.remaining_arguments = options.remaining_arguments || one.remaining;
    options.hidden = options.hidden || one.hidden;
    if (one.set.empty()) {
      in_all = true;
      options.position = one.position;
      options.mandatory = one.mandatory;
      continue;
    }
    const SetMask bit = set_bit(one.set);
    if (bit == 0) {
      return interpreter_.fail({.id = "ParsingTooManyParameterSets",
                                .category = ErrorCategory::LimitsExceeded,
                                .message = "A command can have at most 32 parameter sets."},
                               span);
    }
    named_sets |= bit;
    bool joined = false;
    for (SetUse& use : uses) {
      if (use.position != one.position || use.mandatory != one.mandatory) continue;
      use.sets |= bit;
      joined = true;
      break;
    }
    if (!joined) uses.push_back({bit, one.position, one.mandatory});
  }
  if (!in_all) {
    options.sets = uses.front().sets;
    options.position = uses.front().position;
    options.mandatory = uses.front().mandatory;
    uses.erase(uses.begin());
  }
  if (uses.size() > options.also.size()) {
    return interpreter_.fail({.id = "TooManySetUses",
                              .category = ErrorCategory::LimitsExceeded,
                              .message = fmt::format("Parameter '{}' differs in more than {} parameter sets.",
                                                     param.name, options.also.size() + 1)},
                             span);
  }
  for (size_t i = 0; i < uses.size(); ++i) options.also[i] = uses[i];
  return true;
}

bool Reader::parameter(const Parameter& tree) {
  FunctionParameter function;
  function.tree = &tree;
  function.symbol = interpreter_.symbols().intern(tree.variable->name);
  function.slot = info_.layout.add(function.symbol);
  Param param{.name = tree.variable->name, .options = {}, .help = {}};
  param.type = &types::PSObject;
  Validators validators;
  std::vector<ParameterAttribute> attributes;
  for (const Node* node : tree.attributes) {
    if (const auto* type_name = try_as<TypeName>(node)) {
      auto type = interpreter_.types().resolve(*type_name);
      if (!type) return interpreter_.fail(type.take_error(), type_name->span);
      if (function.type == nullptr) function.type = *type;
      continue;
    }
    const Attribute& attribute = as<Attribute>(*node);
    if (is_attribute(*attribute.type, "Parameter")) {
      info_.advanced = true;
      if (!parameter_attribute(attribute, attributes.emplace_back())) return false;
    } else if (is_attribute(*attribute.type, "Alias")) {
      size_t count = 0;
      for (const Expr* expr : attribute.positional) {
        Value value;
        if (!interpreter_.eval(*expr, value)) return false;
        for (const Value& item : to_items(value)) {
          if (count == param.options.aliases.items.size()) break;
          param.options.aliases.items[count++] = keep(to_string(item));
        }
      }
    } else if (is_attribute(*attribute.type, "AllowNull")) {
      param.options.allow_null = true;
    } else if (is_attribute(*attribute.type, "AllowEmptyString") ||
               is_attribute(*attribute.type, "AllowEmptyCollection")) {
      param.options.allow_empty = true;
    } else {
      bool known = false;
      if (!interpreter_.validators_of(attribute, validators, known)) return false;
    }
  }
  describe_parameter_type(function, param);
  if (validators.any()) {
    info_.validators.push_back(std::move(validators));
    function.validators = &info_.validators.back();
  }
  if (function.type != nullptr || function.validators != nullptr) {
    function.constraint =
        interpreter_.new_constraint({.type = function.type, .validators = function.validators});
  }
  if (!place(function, param, attributes, tree.span)) return false;
  info_.params.push_back(param);
  info_.parameters.push_back(function);
  return true;
}

bool Reader::read(const ScriptBlock& tree) {
  info_.has_phases = tree.begin != nullptr || tree.process != nullptr || tree.dynamic_param != nullptr;
  if (tree.param_block == nullptr) return true;
  for (const Attribute* attribute : tree.param_block->attributes) {
    if (!binding_attribute(*attribute)) return false;
  }
  for (const Parameter* one : tree.param_block->parameters) {
    if (!parameter(*one)) return false;
  }
  if (!default_set_.empty()) {
    const SetMask bit = set_bit(default_set_);
    for (size_t i = 0; i < info_.sets.size(); ++i) {
      if (bit == SetMask{1} << i) info_.default_set = static_cast<int>(i);
    }
  }
  // Without a place of its own anywhere, each parameter that is no switch gets the next position.
  if (binds_by_position_ && !explicit_places_) {
    int next = 0;
    for (Param& param : info_.params) {
      if (!param.is_switch && !param.options.remaining_arguments) param.options.position = next++;
    }
  }
  info_.by_position_only = !info_.advanced && !info_.has_phases;
  for (const FunctionParameter& one : info_.parameters) {
    info_.by_position_only = info_.by_position_only && !one.is_switch;
  }
  return true;
}

}  // namespace

Result<std::shared_ptr<BlockInfo>> read_block_info(Interpreter& interpreter, const ScriptBlock& tree) {
  auto info = std::make_shared<BlockInfo>();
  if (Reader(interpreter, *info).read(tree)) return info;
  return std::exchange(interpreter.pending(), {}).error->error;
}

void describe_parameter_type(FunctionParameter& function, Param& param) {
  if (function.type != nullptr) {
    const TypeRef& type = *function.type;
    param.is_collection = type.is_array || (type.element != nullptr);
    param.type = type.is_array && type.element != nullptr ? type.element->info : type.info;
    param.enumeration = type.enumeration;
    param.is_switch = type.info == &types::SwitchParameter;
    function.is_switch = param.is_switch;
  }
  param.takes_script_block =
      param.type == &types::ScriptBlock || param.type == &types::PSObject || param.type == &types::Object;
}

BlockInfo* Interpreter::info_of(const ScriptBlock& tree) {
  if (tree.info != nullptr) return static_cast<BlockInfo*>(tree.info);
  auto info = std::make_shared<BlockInfo>();
  info->by_position_only = true;
  if (!Reader(*this, *info).read(tree)) return nullptr;
  if (info->has_phases) info->by_position_only = false;
  tree.info = info.get();
  sources_[tree.span.source - 1]->attachments.push_back(info);
  return info.get();
}

// ---------------------------------------------------------------------------------------- FunctionTarget

Slot& FunctionTarget::slot_of(const FunctionParameter& parameter) {
  return frame_.layout == &info_.layout ? frame_.slot(parameter.slot) : frame_.make(parameter.symbol);
}

Result<void> FunctionTarget::assign(size_t index, const Value& value, Coercion coercion) {
  const FunctionParameter& parameter = info_.parameters[index];
  Value stored = value.is_nothing() ? Value::null() : value;
  if (parameter.type != nullptr) {
    if (coercion == Coercion::none && !parameter.is_switch && !is_of_type(stored, *parameter.type)) {
      const bool element = parameter.type->is_array && parameter.type->element != nullptr &&
                           is_of_type(stored, *parameter.type->element);
      if (!element) return conversion_error(stored, parameter.type->info->name);
    }
    HVSH_TRY(stored, convert_to(stored, *parameter.type));
  }
  if (parameter.validators != nullptr) {
    HVSH_CHECK(check_validators(interpreter_, *parameter.validators, &info_.params[index], {}, stored));
  }
  Slot& slot = slot_of(parameter);
  slot.value = std::move(stored);
  slot.constraint = parameter.constraint;
  return {};
}

void FunctionTarget::reset(size_t index) {
  Slot& slot = slot_of(info_.parameters[index]);
  slot.value = index < defaults_.size() ? defaults_[index] : Value::null();
}

bool FunctionTarget::set_defaults(const std::function<bool(size_t)>& is_bound) {
  defaults_.resize(info_.parameters.size());
  Interpreter::FrameGuard guard(interpreter_, Ref<Frame>(&frame_));
  for (size_t i = 0; i < info_.parameters.size(); ++i) {
    const FunctionParameter& parameter = info_.parameters[i];
    if (is_bound(i)) continue;
    Value value;
    if (parameter.tree != nullptr && parameter.tree->default_value != nullptr) {
      if (!interpreter_.eval(*parameter.tree->default_value, value)) return false;
      if (value.is_nothing()) value = Value::null();
      if (parameter.type != nullptr) {
        auto converted = convert_to(value, *parameter.type);
        if (!converted) return interpreter_.fail(converted.take_error(), parameter.tree->span);
        value = converted.take();
      }
    } else if (parameter.type != nullptr) {
      value = default_of(*parameter.type);
    }
    defaults_[i] = value;
    Slot& slot = slot_of(parameter);
    slot.value = std::move(value);
    slot.constraint = parameter.constraint;
  }
  return true;
}

Error bind_error_of(const BlockInfo& info, size_t index, Error cause) {
  if (cause.id == bind_errors::kValidationId) return cause;
  return bind_errors::conversion_failed(info.params[index], std::move(cause), true, {});
}

}  // namespace hvsh::shell
