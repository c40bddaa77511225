// The binder's decisions about parameter sets, and its pipeline phase.
#include <algorithm>
#include <bit>

#include "shell/bind/bind_errors.h"
#include "shell/bind/binder.h"

namespace hvsh::shell {

namespace be = bind_errors;

bool Binder::any_unbound_takes_pipeline(SetMask mask) const {
  for (size_t i = 0; i < spec_.params.size(); ++i) {
    if (!is_bound(i) && takes_pipeline(i) && in_mask(i, mask)) return true;
    if (states_[i].delayed) return true;
  }
  return false;
}

// The sets of `mask` in which no mandatory parameter is unbound.
SetMask Binder::sets_without_missing(SetMask mask, bool ignore_pipeline) const {
  SetMask complete = 0;
  for (SetMask left = mask; left != 0; left &= left - 1) {
    const SetMask set = left & -left;
    bool missing = false;
    for (size_t i = 0; i < spec_.params.size() && !missing; ++i) {
      missing = !is_bound(i) && param(i).mandatory_in(set) && !(ignore_pipeline && takes_pipeline(i));
    }
    if (!missing) complete |= set;
  }
  return complete;
}

// How many sets are possible. `before_input`: the pipeline may still decide. `fix_default`: take the default
// set now where it is among several.
Result<size_t> Binder::validate_sets(bool before_input, bool fix_default) {
  const auto ambiguous = [&] {
    std::vector<std::string_view> names;
    for (size_t i = 0; i < spec_.sets.size(); ++i) {
      if ((mask_ >> i & 1) != 0) names.push_back(spec_.sets[i]);
    }
    return be::ambiguous_set(names);
  };
  if (mask_ == 0) return ambiguous();
  if (is_one(mask_)) return size_t{1};
  const size_t possible = static_cast<size_t>(std::popcount(mask_));
  const bool waits = before_input && any_unbound_takes_pipeline(mask_);
  if (waits) return possible;
  if ((mask_ & default_) != 0) {
    if (before_input && !fix_default) return possible;
    mask_ = default_;
    return size_t{1};
  }
  if (before_input) return possible;
  const SetMask complete = sets_without_missing(mask_, false);
  if (!is_one(complete)) return ambiguous();
  mask_ = complete;
  return size_t{1};
}

// Input is expected, so a set in which nothing can take it is not meant.
void Binder::drop_sets_without_input() {
  SetMask kept = 0;
  for (SetMask left = mask_; left != 0; left &= left - 1) {
    const SetMask set = left & -left;
    if (any_unbound_takes_pipeline(set)) kept |= set;
  }
  if (kept != 0) mask_ = kept;
}

// What must be asked for. With input expected, parameters that it can supply wait, and sets that lack
// something that it cannot supply are left aside while another one needs nothing.
Result<void> Binder::find_missing(bool input_expected) {
  missing_.clear();
  SetMask sets = mask_;
  if (mask_ != 0 && !is_one(mask_)) {
    const SetMask viable = sets_without_missing(mask_, input_expected);
    if (viable != 0) {
      mask_ = viable;
      return {};
    }
    sets = (mask_ & default_) != 0 ? default_ : mask_;
    if (!is_one(sets)) return be::ambiguous_set({});
    mask_ = sets;
  }
  for (size_t i = 0; i < spec_.params.size(); ++i) {
    if (is_bound(i) || !param(i).mandatory_in(sets)) continue;
    if (input_expected && takes_pipeline(i)) continue;
    missing_.push_back(i);
  }
  return {};
}

// -------------------------------------------------------------------------------------- the pipeline phase

// What a pipeline object can change, worked out once.
void Binder::prepare_pipeline() {
  pipeline_prepared_ = true;
  for (size_t i = 0; i < spec_.params.size(); ++i) {
    if (states_[i].delayed) {
      delayed_.push_back(i);
      continue;
    }
    if (is_bound(i) || !in_mask(i, saved_mask_)) continue;
    const ParamOptions& options = param(i).options;
    if (takes_pipeline(i)) {
      pipeline_.push_back({i, param(i).sets(), options.from_pipeline, options.from_pipeline_property});
    }
    if (mandatory_in(i, saved_mask_)) mandatory_.push_back(i);
  }
}

Result<void> Binder::run_delayed(const Value& object, const RunBlock& run_block) {
  for (size_t i : delayed_) {
    const State kept = states_[i];
    HVSH_TRY(Value value, run_block(*kept.value.as<ScriptBlockObject>(), object));
    // Several objects are an array here; none is an error that binding null reports.
    HVSH_CHECK(store(i, value, {}, Coercion::full, BoundBy::pipeline));
    states_[i] = kept;
  }
  return {};
}

// One of the four states for the parameters of `sets`. Casts that fail are passed over, validation is not.
Result<bool> Binder::bind_object(const Value& object, bool by_value, Coercion coercion, SetMask sets) {
  bool any = false;
  for (const PipelineParam& one : pipeline_) {
    if (!(by_value ? one.by_value : one.by_property)) continue;
    if (is_bound(one.index) || (one.sets & sets & mask_) == 0) continue;
    Value value = object;
    if (!by_value) {
      auto property = get_property(object, param(one.index).name);
      for (std::string_view alias : param(one.index).options.aliases) {
        if (property) break;
        property = get_property(object, alias);
      }
      if (!property) continue;
      HVSH_TRY(value, std::move(*property));
    }
    const SetMask before = mask_;
    auto stored = store(one.index, value, {}, coercion, BoundBy::pipeline);
    if (stored) {
      bound_by_object_.push_back(one.index);
      any = true;
      continue;
    }
    mask_ = before;
    if (stored.error().id.starts_with(be::kValidationId)) {
      if (coercion == Coercion::full || stored.error().id == be::kValidationId) return stored.take_error();
    }
  }
  return any;
}

Result<void> Binder::rebind(const Value& object, const RunBlock& run_block) {
  if (!pipeline_prepared_) prepare_pipeline();
  for (size_t i : bound_by_object_) {
    states_[i] = {};
    target_.reset(i);
  }
  bound_by_object_.clear();
  mask_ = saved_mask_;
  if (!delayed_.empty()) HVSH_CHECK(run_delayed(object, run_block));
  bool any = !delayed_.empty();

  static constexpr struct {
    bool by_value;
    Coercion coercion;
  } kStates[] = {
      {true, Coercion::none}, {false, Coercion::none}, {true, Coercion::full}, {false, Coercion::full}};
  for (const auto& state : kStates) {
    if (bound_by_object_.size() == pipeline_.size()) break;
    // The default set first; what it takes narrows the mask for the others.
    bool bound = false;
    if ((mask_ & default_) != 0 && mask_ != default_) {
      HVSH_TRY(bound, bind_object(object, state.by_value, state.coercion, mask_ & default_));
    }
    if (!bound) {
      HVSH_TRY(bound, bind_object(object, state.by_value, state.coercion, mask_));
    }
    if (bound) HVSH_CHECK(validate_sets(true, true));
    any = any || bound;
  }
  if (!any) return be::input_object_not_bound(object);
  HVSH_CHECK(validate_sets(false, true));
  for (size_t i : mandatory_) {
    // Only the object could have supplied it.
    if (!is_bound(i) && mandatory_in(i, mask_)) return be::input_object_not_bound(object);
  }
  return {};
}

}  // namespace hvsh::shell
