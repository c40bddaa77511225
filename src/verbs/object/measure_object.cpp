#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/cmdlet.h"
#include "core/compare.h"
#include "core/number.h"
#include "core/property_expression.h"

namespace hvsh::verbs {

struct GenericMeasureInfo {
  int32_t count = 0;
  std::optional<double> average, sum, standard_deviation;
  Value maximum, minimum;
  Value property;

  static constexpr Prop kProps[] = {
      prop<&GenericMeasureInfo::count>("Count", "How many values."),
      prop<&GenericMeasureInfo::average>("Average", "Their average."),
      prop<&GenericMeasureInfo::sum>("Sum", "Their sum."),
      prop<&GenericMeasureInfo::maximum>("Maximum", "The greatest."),
      prop<&GenericMeasureInfo::minimum>("Minimum", "The smallest."),
      prop<&GenericMeasureInfo::standard_deviation>("StandardDeviation", "How far they spread."),
      prop<&GenericMeasureInfo::property>("Property", "The property that was measured."),
  };
  static constexpr Noun noun{
      .type = {"Microsoft.PowerShell.Commands.GenericMeasureInfo", "GenericMeasureInfo"}, .props = kProps};
};

struct TextMeasureInfo {
  std::optional<int32_t> lines, words, characters;
  Value property;

  static constexpr Prop kProps[] = {
      prop<&TextMeasureInfo::lines>("Lines", "How many lines."),
      prop<&TextMeasureInfo::words>("Words", "How many words."),
      prop<&TextMeasureInfo::characters>("Characters", "How many characters."),
      prop<&TextMeasureInfo::property>("Property", "The property that was measured."),
  };
  static constexpr Column kTable[] = {{"Lines", {}, 0, Align::right},
                                      {"Words", {}, 0, Align::right},
                                      {"Characters", {}, 0, Align::right},
                                      {"Property"}};
  static constexpr Noun noun{.type = {"Microsoft.PowerShell.Commands.TextMeasureInfo", "TextMeasureInfo"},
                             .props = kProps,
                             .table = kTable};
};

struct MeasureObject {
  Value input_object = Value::nothing();
  std::vector<Value> property;
  Switch standard_deviation, sum, all_stats, average, maximum, minimum, line, word, character,
      ignore_white_space;

  enum Set : SetMask { Generic = 1, Text = 2 };
  static constexpr std::string_view kSets[] = {"GenericMeasure", "TextMeasure"};
  static constexpr Param kParams[] = {
      param<&MeasureObject::input_object>("InputObject", {.from_pipeline = true}, "Objects to measure."),
      param<&MeasureObject::property>("Property", {.position = 0}, "Properties to measure."),
      param<&MeasureObject::standard_deviation>("StandardDeviation", {.sets = Generic},
                                                "How far the values spread."),
      param<&MeasureObject::sum>("Sum", {.sets = Generic}, "The sum."),
      param<&MeasureObject::all_stats>("AllStats", {.sets = Generic}, "All of them."),
      param<&MeasureObject::average>("Average", {.sets = Generic}, "The average."),
      param<&MeasureObject::maximum>("Maximum", {.sets = Generic}, "The greatest value."),
      param<&MeasureObject::minimum>("Minimum", {.sets = Generic}, "The smallest value."),
      param<&MeasureObject::line>("Line", {.sets = Text}, "Counts lines."),
      param<&MeasureObject::word>("Word", {.sets = Text}, "Counts words."),
      param<&MeasureObject::character>("Character", {.sets = Text}, "Counts characters."),
      param<&MeasureObject::ignore_white_space>("IgnoreWhiteSpace", {.sets = Text}, "Blanks do not count."),
  };
  static constexpr std::string_view kAliases[] = {"measure"};
  static constexpr Example kExamples[] = {{"(1..4 | Measure-Object -Sum).Sum", "10", "Adds numbers."}};
  static constexpr Decl decl{.verb = "Measure",
                             .noun = "Object",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.MeasureObjectCommand",
                             .synopsis = "Counts objects and adds up their properties."};

  Flow begin(Context& context) {
    for (const Value& value : property) {
      auto expression = parse_property_expression(value, {});
      if (!expression) return context.terminate(expression.take_error(), value);
      totals_.push_back({.expression = expression.take()});
    }
    if (totals_.empty()) totals_.emplace_back();
    return Flow::more;
  }

  Flow process(Context& context) {
    if (input_object.is_null()) return Flow::more;
    had_input_ = true;
    for (size_t i = 0; i < totals_.size(); ++i) {
      if (!totals_[i].expression) {
        if (const Flow flow = add(context, totals_[i], input_object); flow != Flow::more) return flow;
        continue;
      }
      if (!totals_[i].expression->has_wildcards()) {
        Value value;
        if (const Flow flow = evaluate(context, *totals_[i].expression, input_object, value);
            flow != Flow::more)
          return flow;
        if (value.is_null()) continue;
        if (const Flow flow = add(context, totals_[i], value); flow != Flow::more) return flow;
        continue;
      }
      const PropertyExpression expression = *totals_[i].expression;
      for (const PropertyExpression& one : expand_wildcards(expression, input_object)) {
        Value value;
        if (const Flow flow = evaluate(context, one, input_object, value); flow != Flow::more) return flow;
        if (value.is_null()) continue;
        if (const Flow flow = add(context, total_named(one), value); flow != Flow::more) return flow;
      }
    }
    return Flow::more;
  }

  Flow end(Context& context) {
    for (const Total& total : totals_) {
      if (total.expression && !had_input_) continue;  // of nothing, not even zeros
      if (total.expression && total.expression->has_wildcards()) continue;
      if (total.expression && total.count == 0) {
        const Flow flow = context.error(
            {.id = "GenericMeasurePropertyNotFound",
             .category = ErrorCategory::InvalidArgument,
             .message = fmt::format("The property \"{}\" cannot be found in the input for any objects.",
                                    total.expression->title())});
        if (flow != Flow::more) return flow;
        continue;
      }
      if (const Flow flow = context.write(result(context, total)); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  struct Total {
    std::optional<PropertyExpression> expression = {};
    int32_t count = 0;
    double sum = 0, mean = 0, squares = 0;  // of differences from the mean (Welford's way)
    Value minimum, maximum;
    int32_t lines = 0, words = 0, characters = 0;
  };

  Total& total_named(const PropertyExpression& expression) {
    for (Total& total : totals_) {
      if (total.expression && equal_names(total.expression->name, expression.name)) return total;
    }
    totals_.push_back({.expression = expression});
    return totals_.back();
  }

  bool needs_numbers() const { return sum || average || standard_deviation || all_stats; }

  Flow add(Context& context, Total& total, const Value& value) {
    if (context.parameter_set() == Text) {
      ++total.count;
      count_text(total, to_string(value));
      return Flow::more;
    }
    if (needs_numbers()) {
      const auto number = as_number(value);
      const auto real = number ? to_double(*number) : Result<double>(number.error());
      if (!real) {
        return context.error(
            {.id = "NonNumericInputObject",
             .category = ErrorCategory::InvalidType,
             .message = fmt::format("Input object \"{}\" is not numeric.", to_string(value))},
            value);
      }
      const double difference = *real - total.mean;
      total.sum += *real;
      total.mean += difference / (total.count + 1);
      total.squares += difference * (*real - total.mean);
    }
    ++total.count;
    if (maximum || all_stats) {
      if (total.maximum.is_null() || sort_order(value, total.maximum) > 0) total.maximum = value;
    }
    if (minimum || all_stats) {
      if (total.minimum.is_null() || sort_order(value, total.minimum) < 0) total.minimum = value;
    }
    return Flow::more;
  }

  void count_text(Total& total, const std::string& text) const {
    bool inside = false;
    total.lines += text.empty() ? 0 : 1 + static_cast<int32_t>(std::count(text.begin(), text.end(), '\n'));
    for (size_t i = 0; i < text.size();) {
      const char32_t c = next_code_point(text, i);
      const bool blank = c == ' ' || (c >= '\t' && c <= '\r');
      if (!blank && !inside) ++total.words;
      inside = !blank;
      if (!blank || !ignore_white_space) ++total.characters;
    }
  }

  Value result(Context& context, const Total& total) const {
    const Value name = total.expression ? Value::string(total.expression->title()) : Value();
    if (context.parameter_set() == Text) {
      TextMeasureInfo info{.property = name};
      if (line) info.lines = total.lines;
      if (word) info.words = total.words;
      if (character) info.characters = total.characters;
      return noun_value(info);
    }
    GenericMeasureInfo info{.count = total.count,
                            .maximum = extreme(total.maximum),
                            .minimum = extreme(total.minimum),
                            .property = name};
    if ((sum || all_stats)) info.sum = total.sum;
    if ((average || all_stats) && total.count > 0) info.average = total.sum / total.count;
    if (standard_deviation || all_stats) {
      info.standard_deviation = total.count > 1 ? std::sqrt(total.squares / (total.count - 1)) : 0;
    }
    return noun_value(info);
  }

  // Numbers are told as double, as Measure-Object always does.
  static Value extreme(const Value& value) {
    if (!is_number(value)) return value;
    const auto real = to_double(value);
    return real ? Value::real(*real) : value;
  }

  std::vector<Total> totals_;
  bool had_input_ = false;
};
CMDLET(MeasureObject);

}  // namespace hvsh::verbs
