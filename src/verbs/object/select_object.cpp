#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "core/cmdlet.h"
#include "core/property_expression.h"
#include "core/wildcard.h"
#include "verbs/object/unique.h"

namespace hvsh::verbs {

struct SelectObject {
  Value input_object = Value::nothing();
  std::vector<Value> property;
  std::vector<std::string> exclude_property;
  std::string expand_property;
  Switch unique, case_insensitive, wait;
  int32_t first = 0, last = 0, skip = 0, skip_last = 0;
  std::vector<int32_t> index, skip_index;

  enum Set : SetMask { Default = 1, SkipLast = 2, Index = 4, SkipIndex = 8 };
  static constexpr std::string_view kSets[] = {"DefaultParameter", "SkipLastParameter", "IndexParameter",
                                               "SkipIndexParameter"};
  static constexpr Range kCount{0, INT32_MAX};
  static constexpr Param kParams[] = {
      param<&SelectObject::input_object>("InputObject", {.from_pipeline = true}, "Objects to choose from."),
      param<&SelectObject::property>("Property",
                                     {.sets = Default | SkipLast, .position = 0, .wildcards = true},
                                     "What the results have: names, wildcards or @{Name=; Expression=}."),
      param<&SelectObject::exclude_property>(
          "ExcludeProperty", {.sets = Default | SkipLast, .wildcards = true}, "What they do not have."),
      param<&SelectObject::expand_property>("ExpandProperty", {.sets = Default | SkipLast},
                                            "The property whose value is the result."),
      param<&SelectObject::unique>("Unique", {}, "Equal results only once."),
      param<&SelectObject::case_insensitive>("CaseInsensitive", {},
                                             "Text that differs in case only is equal."),
      param<&SelectObject::last>("Last", {.sets = Default, .range = kCount}, "So many from the end."),
      param<&SelectObject::first>("First", {.sets = Default, .range = kCount}, "So many from the begin."),
      param<&SelectObject::skip>("Skip", {.sets = Default, .range = kCount},
                                 "So many are left out first (at the end with -Last)."),
      param<&SelectObject::skip_last>("SkipLast", {.sets = SkipLast, .range = kCount},
                                      "So many are left out at the end."),
      param<&SelectObject::wait>("Wait", {.sets = Default | Index},
                                 "Let the commands before finish their work."),
      param<&SelectObject::index>("Index", {.sets = Index}, "Those at these places, counted from 0."),
      param<&SelectObject::skip_index>("SkipIndex", {.sets = SkipIndex, .mandatory = true},
                                       "All but those at these places."),
  };
  static constexpr std::string_view kAliases[] = {"select"};
  static constexpr Example kExamples[] = {
      {"Get-VM | Select-Object Name, State", "*", "Takes two properties of each machine."},
      {"1..10 | Select-Object -First 2", "1\n2", "Takes the first two."},
  };
  static constexpr Decl decl{.verb = "Select",
                             .noun = "Object",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.SelectObjectCommand",
                             .synopsis = "Chooses objects, or some of their properties."};

  Flow begin(Context& context) {
    for (const Value& value : property) {
      auto expression = parse_property_expression(value, {});
      if (!expression) return context.terminate(expression.take_error(), value);
      expressions_.push_back(expression.take());
    }
    if (expressions_.empty() && !exclude_property.empty() && expand_property.empty()) {
      expressions_.push_back({.name = "*", .block = {}});
    }
    for (const std::string& pattern : exclude_property) excluded_.emplace_back(pattern);
    has_first_ = context.is_bound("First");
    has_last_ = context.is_bound("Last");
    by_index_ = context.is_bound("Index");
    by_skip_index_ = context.is_bound("SkipIndex");
    remaining_skip_ = has_last_ && !has_first_ ? 0 : skip;
    std::sort(index.begin(), index.end());
    return Flow::more;
  }

  Flow process(Context& context) {
    if (input_object.is_nothing()) return has_first_ && first == 0 ? Flow::enough : Flow::more;
    const int64_t place = place_++;
    if (by_index_) return process_index(context, place);
    if (by_skip_index_) {
      const bool skipped = std::find(skip_index.begin(), skip_index.end(), place) != skip_index.end();
      return skipped ? Flow::more : emit(context, input_object);
    }
    if (skip_last > 0) {
      kept_.push_back(input_object);
      if (kept_.size() <= static_cast<size_t>(skip_last)) return Flow::more;
      const Value oldest = kept_.front();
      kept_.pop_front();
      return emit(context, oldest);
    }
    if (remaining_skip_ > 0) {
      --remaining_skip_;
      return Flow::more;
    }
    if (has_first_ && taken_ < first) {
      ++taken_;
      if (const Flow flow = emit(context, input_object); flow != Flow::more) return flow;
      return taken_ == first && !has_last_ && !wait ? Flow::enough : Flow::more;
    }
    if (has_last_) {
      kept_.push_back(input_object);
      const size_t most = static_cast<size_t>(last) + (has_first_ ? 0 : static_cast<size_t>(skip));
      if (kept_.size() > most) kept_.pop_front();
      return Flow::more;
    }
    if (has_first_) return wait ? Flow::more : Flow::enough;
    return emit(context, input_object);
  }

  Flow end(Context& context) {
    if (!has_last_) return Flow::more;
    size_t count = kept_.size();
    if (!has_first_) count -= std::min(count, static_cast<size_t>(skip));
    count = std::min(count, static_cast<size_t>(last));
    const size_t begin = has_first_ ? kept_.size() - count : 0;
    for (size_t i = begin; i < begin + count; ++i) {
      if (const Flow flow = emit(context, kept_[i]); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  Flow process_index(Context& context, int64_t place) {
    if (!std::binary_search(index.begin(), index.end(), place)) return Flow::more;
    if (const Flow flow = emit(context, input_object); flow != Flow::more) return flow;
    return place == index.back() && !wait ? Flow::enough : Flow::more;
  }

  bool is_excluded(std::string_view name) const {
    return std::any_of(excluded_.begin(), excluded_.end(),
                       [name](const Wildcard& w) { return w.matches(name); });
  }

  Flow emit(Context& context, const Value& object) {
    if (!expand_property.empty()) return expand(context, object);
    if (expressions_.empty()) return emit_once(context, object);
    const auto* row =
        object.is_object(ObjectKind::record) ? static_cast<RecordObject*>(object.as_object()) : nullptr;
    if (row != nullptr && row->shape().id() == plan_.from && row->type_names.empty())
      return emit_planned(context, *row);
    auto record = make<RecordObject>();
    const std::vector<std::string> names = type_names(object);
    if (!names.empty()) {
      record->type_names = {"Selected." + names[0], std::string(types::PSCustomObject.name), "System.Object"};
    }
    if (const Flow flow = fill(context, object, *record); flow != Flow::more) return flow;
    if (row != nullptr) make_plan(*row, *record);
    return emit_once(context, Value::object(record));
  }

  // Rows of a table have one shape. When the first of them gave plain properties, the others are made by
  // their places: five times as fast.
  struct Plan {
    uint32_t from = 0;  // the shape that it is for; 0: there is none
    std::vector<size_t> places;
    Shape::Pointer shape;
    TypeNames type_names;
  };

  void make_plan(const RecordObject& row, const RecordObject& made) {
    const bool plain =
        std::all_of(expressions_.begin(), expressions_.end(), [](const PropertyExpression& one) {
          return one.label.empty() && !one.block && !one.has_wildcards();
        });
    if (!plain || !row.type_names.empty() || made.shape().size() != expressions_.size()) return;
    Plan plan{
        .from = row.shape().id(), .places = {}, .shape = made.shape_pointer(), .type_names = made.type_names};
    for (const PropertyExpression& expression : expressions_) {
      const auto place = row.shape().find(expression.name);
      if (!place) return;
      plan.places.push_back(*place);
    }
    plan_ = std::move(plan);
  }

  Flow emit_planned(Context& context, const RecordObject& row) {
    std::vector<Value> values;
    values.reserve(plan_.places.size());
    for (size_t place : plan_.places) values.push_back(row.values()[place]);
    auto record = make<RecordObject>(plan_.shape, std::move(values));
    record->type_names = plan_.type_names;
    return emit_once(context, Value::object(record));
  }

  Flow fill(Context& context, const Value& object, RecordObject& record) {
    for (const PropertyExpression& expression : expressions_) {
      for (const PropertyExpression& one : expand_wildcards(expression, object)) {
        const std::string title = own_name(one, object);
        if (is_excluded(title)) continue;
        if (record.find(title) != nullptr) {
          if (expression.has_wildcards()) continue;
          const Flow flow = context.error(
              {.id = "AlreadyExistingUserSpecifiedPropertyNoExpand",
               .category = ErrorCategory::InvalidOperation,
               .message = fmt::format(
                   "The property cannot be processed because the property \"{}\" already exists.", title)},
              object);
          if (flow != Flow::more) return flow;
          continue;
        }
        Value value;
        if (const Flow flow = evaluate(context, one, object, value); flow != Flow::more) return flow;
        record.set(title, value.is_nothing() ? Value::null() : value);
      }
    }
    return Flow::more;
  }

  // As the object spells it, not as the user did.
  static std::string own_name(const PropertyExpression& expression, const Value& object) {
    if (!expression.label.empty() || expression.block) return expression.title();
    for (const PropertyView& view : list_properties(object)) {
      if (equal_names(view.name, expression.name)) return std::string(view.name);
    }
    return expression.name;
  }

  Flow expand(Context& context, const Value& object) {
    std::string name = expand_property;
    if (is_pattern(name)) {
      const auto matching = expand_wildcards({.name = name, .block = {}}, object);
      if (matching.size() == 1) name = matching[0].name;
    }
    const auto found = get_property(object, name);
    if (!found) {
      return context.error({.id = "ExpandPropertyNotFound",
                            .category = ErrorCategory::InvalidArgument,
                            .message = fmt::format("Property \"{}\" cannot be found.", expand_property),
                            .exception = "System.Management.Automation.PSArgumentException"},
                           object);
    }
    if (!found->ok()) return context.error(found->error(), object);
    const Value& value = **found;
    const std::vector<Value> items = value.is_null() ? std::vector<Value>{Value()} : to_items(value);
    for (const Value& item : items) {
      Value result = item;
      // Further properties can only be added to what carries its own: a copy of an ad-hoc object.
      if (auto* record = item.as<RecordObject>(); record != nullptr && !expressions_.empty()) {
        auto copy = make<RecordObject>();
        copy->type_names = record->type_names;
        for (size_t i = 0; i < record->shape().size(); ++i)
          copy->set(record->shape().name(i), record->values()[i]);
        if (const Flow flow = fill(context, object, *copy); flow != Flow::more) return flow;
        result = Value::object(copy);
      }
      if (const Flow flow = emit_once(context, result); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

  Flow emit_once(Context& context, const Value& value) {
    if (unique && !seen_.add(value, case_insensitive.on)) return Flow::more;
    return context.write(value);
  }

  std::vector<PropertyExpression> expressions_;
  std::vector<Wildcard> excluded_;
  std::deque<Value> kept_;
  UniqueSet seen_;
  Plan plan_;
  int64_t place_ = 0;
  int32_t taken_ = 0;
  int32_t remaining_skip_ = 0;
  bool has_first_ = false, has_last_ = false, by_index_ = false, by_skip_index_ = false;
};
CMDLET(SelectObject);

}  // namespace hvsh::verbs
