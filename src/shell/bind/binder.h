#pragma once
// The parameter binder: from what stands on the command line, and later from each pipeline object, to the
// parameters of one command. The order of steps is PowerShell's, because scripts see it through error ids
// and through which parameter set wins.
//
// No input or output, no evaluation: arguments are values already; converting and storing is the target's
// (a cmdlet's struct, a function's variables); missing mandatory parameters are a result that the caller may
// prompt for; a script block that must run per object is run by a callback. Errors carry PowerShell's ids;
// the caller adds the command's name and class. One Binder serves one invocation; no global state.
//
//   Binder binder(spec_of(decl), target);
//   HVSH_CHECK(binder.bind(arguments, input_expected, defaults));
//   for (size_t index : binder.missing()) ...            // prompt: binder.supply(index, answer)
//   HVSH_CHECK(binder.check_mandatory());
//   ... for each object: HVSH_CHECK(binder.rebind(object, run_block));
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "core/cmdlet.h"
#include "core/span.h"
#include "shell/bind/common_parameters.h"

namespace hvsh::shell {

// One word of a command line, evaluated.
struct Argument {
  bool is_parameter = false;  // -Name or -Name:value
  bool has_value = true;      // a parameter: whether `value` was given with it (-Name:value, splatting)
  bool from_splat = false;
  std::string_view name = {};  // of a parameter, without the dash
  Value value = {};
  // How the script spells it, where that matters: a number that is bound to text keeps its spelling.
  std::string_view text = {};
  Span span = {};
};

// What the binder must know about a command.
struct BindSpec {
  std::span<const Param> params;
  std::span<const Param> common = {};
  std::span<const std::string_view> sets = {};  // empty: one set
  int default_set = -1;
  bool collects_rest = false;  // a simple function: what is left goes to $args, no error
  bool is_script = false;      // conversion errors have the wording and id of script parameters
};
BindSpec spec_of(const Decl& decl);

// Where values go. `index` counts the command's own parameters.
class BindTarget {
 public:
  // Converts (or, with Coercion::none, only accepts what is of the type), validates beyond what Param
  // declares, and stores.
  virtual Result<void> assign(size_t index, const Value& value, Coercion coercion) = 0;
  virtual void reset(size_t index) = 0;  // back to the default
 protected:
  ~BindTarget() = default;
};

// A cmdlet's struct as target.
class CmdletTarget final : public BindTarget {
 public:
  CmdletTarget(std::span<const Param> params, void* self) : params_(params), self_(self) {}
  Result<void> assign(size_t index, const Value& value, Coercion coercion) override {
    return params_[index].assign(self_, value, coercion);
  }
  void reset(size_t index) override { params_[index].reset(self_); }

 private:
  std::span<const Param> params_;
  void* self_;
};

enum class BoundBy : uint8_t { none, command_line, default_value, pipeline };

// One entry of $PSDefaultParameterValues that is meant for this command.
struct DefaultValue {
  std::string_view parameter;
  Value value;
};

// Runs a delay-bound script block with `object` as $_.
using RunBlock = std::function<Result<Value>(ScriptBlockObject& block, const Value& object)>;

class Binder {
 public:
  Binder(const BindSpec& spec, BindTarget& target);

  // The command-line phase. Afterwards missing() lists mandatory parameters that nothing can supply any more.
  Result<void> bind(std::span<const Argument> arguments, bool input_expected,
                    std::span<const DefaultValue> defaults = {});
  const std::vector<size_t>& missing() const { return missing_; }
  Result<void> supply(size_t index, const Value& value);  // an answer to a prompt
  Result<void> check_mandatory() const;                   // MissingMandatoryParameter

  // The pipeline phase, for one object. InputObjectNotBound is an error that does not end the command.
  Result<void> rebind(const Value& object, const RunBlock& run_block);
  // For a command that gets no object: its one process call must have one set.
  bool takes_pipeline_input() const;

  bool is_bound(size_t index) const { return states_[index].by != BoundBy::none; }
  bool is_bound(std::string_view name) const;
  // The value as it was given (not converted); null when nothing bound it. Common parameters follow the
  // command's own ones.
  const Value& value(size_t index) const { return states_[index].value; }
  BoundBy bound_by(size_t index) const { return states_[index].by; }
  const CommonParameters& common() const { return common_; }
  // The chosen set's bit; the default's, or all that are left, while it is open.
  SetMask set() const;
  // Arguments that bound to nothing, when the spec collects them.
  const std::vector<Argument>& rest() const { return rest_; }
  // Default values that could not be used, as warnings.
  const std::vector<Error>& default_errors() const { return default_errors_; }
  // The index of a parameter by name or alias, also by unique prefix; or an error (AmbiguousParameter), or
  // nullopt.
  Result<std::optional<size_t>> find(std::string_view name) const;

 private:
  struct State {
    BoundBy by = BoundBy::none;
    bool delayed = false;  // a script block that runs per object
    Value value = {};
  };
  // A parameter that pipeline objects may fill, and one that must be filled: looked up for every object.
  struct PipelineParam {
    size_t index;
    SetMask sets;
    bool by_value, by_property;
  };
  struct Named {
    size_t index;
    const Argument* argument;  // where the value comes from
    Value value;
    std::string_view text;
  };

  const Param& param(size_t index) const {
    return index < spec_.params.size() ? spec_.params[index] : spec_.common[index - spec_.params.size()];
  }
  size_t count() const { return states_.size(); }
  bool in_mask(size_t index, SetMask mask) const { return (param(index).sets() & mask) != 0; }
  bool mandatory_in(size_t index, SetMask mask) const;
  bool takes_pipeline(size_t index) const;
  bool takes_script_block(size_t index) const;

  Result<void> reparse(std::span<const Argument> arguments, std::vector<Named>& named,
                       std::vector<Argument>& rest) const;
  Result<void> bind_named(std::span<const Named> named);
  Result<void> bind_positional(std::vector<Argument>& rest);
  bool takes_position(size_t index) const;
  bool try_position(int position, SetMask sets, const Argument& argument, Coercion coercion,
                    std::optional<Error>& failure);
  void apply_defaults(std::span<const DefaultValue> defaults);
  Result<void> bind_remaining(std::vector<Argument>& rest);
  Error unbound_error(const Argument& argument) const;
  Result<void> store(size_t index, const Value& value, std::string_view text, Coercion coercion, BoundBy by);
  Result<void> validate(size_t index, const Value& value) const;

  Result<size_t> validate_sets(bool before_input, bool fix_default);
  bool any_unbound_takes_pipeline(SetMask mask) const;
  SetMask sets_without_missing(SetMask mask, bool ignore_pipeline) const;
  void drop_sets_without_input();
  Result<void> find_missing(bool input_expected);

  Result<bool> bind_object(const Value& object, bool by_value, Coercion coercion, SetMask sets);
  void prepare_pipeline();
  Result<void> run_delayed(const Value& object, const RunBlock& run_block);

  BindSpec spec_;
  BindTarget& target_;
  SetMask all_;
  SetMask default_;
  SetMask mask_;
  SetMask saved_mask_ = 0;  // restored before every pipeline object
  std::vector<State> states_;
  std::vector<PipelineParam> pipeline_;  // not bound by the command line
  std::vector<size_t> mandatory_;        // likewise, mandatory in some set that is left
  std::vector<size_t> delayed_;
  std::vector<size_t> bound_by_object_;
  bool pipeline_prepared_ = false;
  std::vector<size_t> missing_;
  std::vector<Argument> rest_;
  std::vector<Error> default_errors_;
  CommonParameters common_;
  std::optional<Error> positional_failure_;
};

}  // namespace hvsh::shell
