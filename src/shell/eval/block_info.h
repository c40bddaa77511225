#pragma once
// What the evaluator works out once for each script block: the layout of its scopes, its parameters as the
// binder wants them, and whether the quick way of calling it will do.
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/cmdlet.h"
#include "shell/bind/binder.h"
#include "shell/bind/common_parameters.h"
#include "shell/eval/frame.h"
#include "shell/eval/types.h"

namespace hvsh::shell {

class Interpreter;

// Validation attributes beyond those that core/cmdlet.h declares, as a script gives them.
struct Validators {
  struct Numbers {
    double minimum, maximum;
    std::string_view wish = {};  // of Positive and the like: what a value that fails is not
  };
  std::optional<Numbers> range;
  std::optional<std::pair<int64_t, int64_t>> length, count;
  std::string pattern, pattern_message;
  Ref<ShellScriptBlock> script;
  std::string script_message;
  std::vector<std::string> set;
  std::string set_message;
  bool set_exact_case = false;
  bool not_null = false, not_null_or_empty = false, not_white_space = false;
  bool any() const {
    return range || length || count || !pattern.empty() || script || !set.empty() || not_null ||
           not_null_or_empty || not_white_space;
  }
};

// Whether an attribute is the named one, with or without "Attribute" and its namespace.
bool is_attribute(const TypeName& type, std::string_view name);

struct FunctionParameter {
  Symbol symbol = 0;
  uint32_t slot = 0;
  const Parameter* tree = nullptr;  // null for a dynamic one
  bool dynamic = false;             // asked for by dynamicparam: in $PSBoundParameters only
  const TypeRef* type = nullptr;    // nullptr: any
  bool is_switch = false;
  const Validators* validators = nullptr;
  const Constraint* constraint = nullptr;  // nullptr: an ordinary variable
};

struct BlockInfo {
  ScopeLayout layout;
  std::vector<Param> params;
  std::vector<FunctionParameter> parameters;
  std::vector<std::string_view> sets;
  int default_set = -1;
  bool advanced = false;  // [CmdletBinding()] or [Parameter()]: common parameters, no $args
  bool should_process = false;
  ConfirmImpact impact = ConfirmImpact::Medium;
  bool has_phases = false;        // begin, process or dynamicparam
  bool by_position_only = false;  // arguments by position may be stored directly: no attributes matter

  std::deque<std::string> texts;  // what the views in `params` point to
  std::deque<Validators> validators;
  std::deque<std::vector<std::string_view>> value_sets;

  BindSpec spec() const {
    return {.params = params,
            .common = advanced ? CommonParameters::table(should_process) : std::span<const Param>(),
            .sets = sets,
            .default_set = default_set,
            .collects_rest = !advanced,
            .is_script = true};
  }
};

// What a parameter's type means for the binder.
void describe_parameter_type(FunctionParameter& function, Param& param);
// The layout of a block's parameters, made anew.
Result<std::shared_ptr<BlockInfo>> read_block_info(Interpreter& interpreter, const ScriptBlock& tree);

// Checks a converted value against a script's validation attributes; the Error is the sentence that follows
// "Cannot validate argument on parameter 'x'." (id ParameterArgumentValidationError).
Result<void> check_validators(Interpreter& interpreter, const Validators& validators, const Param* param,
                              std::string_view variable, const Value& value);

// A function's parameters as the binder's target: variables of its scope.
class FunctionTarget final : public BindTarget {
 public:
  FunctionTarget(Interpreter& interpreter, BlockInfo& info, Frame& frame)
      : interpreter_(interpreter), info_(info), frame_(frame) {}
  Result<void> assign(size_t index, const Value& value, Coercion coercion) override;
  void reset(size_t index) override;
  // Default values of what is not bound, evaluated in the function's scope. false: pending error.
  bool set_defaults(const std::function<bool(size_t)>& is_bound);

 private:
  // Its place in the frame, which is another block's when this one is dot-sourced.
  Slot& slot_of(const FunctionParameter& parameter);

  Interpreter& interpreter_;
  BlockInfo& info_;
  Frame& frame_;
  std::vector<Value> defaults_;
};

// A parameter's failed assignment as the binder's error.
Error bind_error_of(const BlockInfo& info, size_t index, Error cause);

}  // namespace hvsh::shell
