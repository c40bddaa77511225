#include <algorithm>

#include "core/cmdlet.h"
#include "core/compare.h"
#include "core/property_expression.h"

namespace hvsh::verbs {

struct SortObject {
  Value input_object = Value::nothing();
  std::vector<Value> property;
  Switch descending, unique, case_sensitive, stable;
  int32_t top = 0, bottom = 0;
  std::string culture;

  enum Set : SetMask { Default = 1, Top = 2, Bottom = 4 };
  static constexpr std::string_view kSets[] = {"Default", "Top", "Bottom"};
  static constexpr Param kParams[] = {
      param<&SortObject::input_object>("InputObject", {.from_pipeline = true}, "Objects to sort."),
      param<&SortObject::property>("Property", {.position = 0},
                                   "By what: names or @{Expression=; Descending=}, the first weighs most."),
      param<&SortObject::descending>("Descending", {}, "The greatest first."),
      param<&SortObject::unique>("Unique", {}, "Of those with equal properties only the first."),
      param<&SortObject::case_sensitive>("CaseSensitive", {}, "Text that differs in case is not equal."),
      param<&SortObject::culture>("Culture", {},
                                  "Accepted as PowerShell does; text sorts the same everywhere."),
      param<&SortObject::stable>("Stable", {.sets = Default},
                                 "Equal ones stay in their order (they always do)."),
      param<&SortObject::top>("Top", {.sets = Top, .mandatory = true, .range = {1, INT32_MAX}},
                              "So many from the begin."),
      param<&SortObject::bottom>("Bottom", {.sets = Bottom, .mandatory = true, .range = {1, INT32_MAX}},
                                 "So many from the end."),
  };
  static constexpr std::string_view kAliases[] = {"sort"};
  static constexpr Example kExamples[] = {
      {"3, 1, 2 | Sort-Object", "1\n2\n3", "Sorts numbers."},
      {"Get-VM | Sort-Object MemoryAssigned -Descending", "*", "Sorts machines by memory."},
  };
  static constexpr Decl decl{.verb = "Sort",
                             .noun = "Object",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.SortObjectCommand",
                             .synopsis = "Sorts objects by their properties."};

  Flow begin(Context& context) {
    static constexpr std::string_view kKeys[] = {"Descending", "Ascending"};
    for (const Value& value : property) {
      auto expression = parse_property_expression(value, kKeys);
      if (!expression) return context.terminate(expression.take_error(), value);
      expressions_.push_back(expression.take());
    }
    return Flow::more;
  }

  Flow process(Context& context) {
    if (input_object.is_null()) return Flow::more;
    const size_t first_key = keys_.size();
    keys_.resize(first_key + std::max<size_t>(expressions_.size(), 1));
    if (expressions_.empty()) keys_[first_key] = input_object;
    for (size_t i = 0; i < expressions_.size(); ++i) {
      const Flow flow = evaluate(context, expressions_[i], input_object, keys_[first_key + i]);
      if (flow != Flow::more) return flow;
    }
    objects_.push_back(input_object);
    return Flow::more;
  }

  Flow end(Context& context) {
    std::vector<Entry> order = entries();
    std::stable_sort(order.begin(), order.end(),
                     [this](const Entry& a, const Entry& b) { return compare_entries(a, b) < 0; });
    if (unique) {
      const auto end = std::unique(order.begin(), order.end(), [this](const Entry& a, const Entry& b) {
        return compare_entries(a, b) == 0;
      });
      order.erase(end, order.end());
    }
    size_t first = 0, last = order.size();
    if (top > 0) last = std::min(last, static_cast<size_t>(top));
    if (bottom > 0 && last > static_cast<size_t>(bottom)) first = last - static_cast<size_t>(bottom);
    for (size_t i = first; i < last; ++i) {
      if (const Flow flow = context.write(objects_[order[i].place]); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  // One object while it is sorted. Where the first keys are all numbers that a double holds exactly, they
  // stand here, and most comparisons look no further: three times as fast for a million of them.
  struct Entry {
    double rank;
    uint32_t place;
  };

  size_t key_count() const { return std::max<size_t>(expressions_.size(), 1); }
  bool is_down(size_t key) const {
    return expressions_.empty() ? descending.on : expressions_[key].descending.value_or(descending.on);
  }

  std::vector<Entry> entries() {
    std::vector<Entry> order(objects_.size());
    ranked_ = true;
    for (uint32_t i = 0; i < order.size(); ++i) {
      const Value& key = keys_[i * key_count()];
      order[i].place = i;
      ranked_ = ranked_ && rank_of(key, order[i].rank);
    }
    return order;
  }

  static bool rank_of(const Value& key, double& rank) {
    constexpr int64_t kExact = int64_t{1} << 53;
    if (key.kind() == Value::Kind::real) {
      rank = key.as_real();
      return rank == rank;
    }
    if (key.kind() != Value::Kind::integer || key.int_type() == IntType::u64) return false;
    rank = static_cast<double>(key.as_int());
    return key.as_int() >= -kExact && key.as_int() <= kExact;
  }

  std::weak_ordering compare_entries(const Entry& a, const Entry& b) const {
    if (!ranked_) return compare_keys(a.place, b.place, 0);
    if (a.rank == b.rank) return compare_keys(a.place, b.place, 1);
    return (a.rank < b.rank) != is_down(0) ? std::weak_ordering::less : std::weak_ordering::greater;
  }

  std::weak_ordering compare_keys(uint32_t a, uint32_t b, size_t first) const {
    const size_t count = key_count();
    for (size_t i = first; i < count; ++i) {
      const Value& left = keys_[a * count + i];
      const Value& right = keys_[b * count + i];
      // What has no such property stands at the end, in either direction.
      if (left.is_nothing() != right.is_nothing()) return left.is_nothing() <=> right.is_nothing();
      const auto order = sort_order(left, right, !case_sensitive);
      if (order == 0) continue;
      return is_down(i) ? 0 <=> order : order;
    }
    return std::weak_ordering::equivalent;
  }

  std::vector<PropertyExpression> expressions_;
  bool ranked_ = false;
  std::vector<Value> objects_;
  std::vector<Value> keys_;  // of each object, one after another
};
CMDLET(SortObject);

}  // namespace hvsh::verbs
