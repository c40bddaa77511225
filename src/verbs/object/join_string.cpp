#include "core/cmdlet.h"
#include "core/operators.h"
#include "core/property_expression.h"

namespace hvsh::verbs {

struct JoinString {
  Value property;
  std::string separator, output_prefix, output_suffix, format_string;
  Switch single_quote, double_quote, use_culture;
  std::vector<Value> input_object;

  enum Set : SetMask { Default = 1, Single = 2, Double = 4, Format = 8 };
  static constexpr std::string_view kSets[] = {"default", "SingleQuote", "DoubleQuote", "Format"};
  static constexpr Param kParams[] = {
      param<&JoinString::property>("Property", {.position = 0},
                                   "A property, or a script block, of each object."),
      param<&JoinString::separator>("Separator", {.position = 1, .allow_empty = true},
                                    "What stands between."),
      param<&JoinString::output_prefix>("OutputPrefix", {.aliases = "op"}, "What stands before all."),
      param<&JoinString::output_suffix>("OutputSuffix", {.aliases = "os"}, "What stands behind all."),
      param<&JoinString::single_quote>("SingleQuote", {.sets = Single}, "Each in single quotes."),
      param<&JoinString::double_quote>("DoubleQuote", {.sets = Double}, "Each in double quotes."),
      param<&JoinString::format_string>("FormatString", {.sets = Format}, "Each by this .NET format."),
      param<&JoinString::use_culture>("UseCulture", {}, "By the culture, which is the invariant one here."),
      param<&JoinString::input_object>("InputObject", {.from_pipeline = true}, "Objects to join."),
  };
  static constexpr Example kExamples[] = {
      {"'a', 'b' | Join-String -Separator ', ' -SingleQuote", "'a', 'b'", "Makes one text of several."}};
  static constexpr Decl decl{.verb = "Join",
                             .noun = "String",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.JoinStringCommand",
                             .synopsis = "Makes one text of objects or of one of their properties."};

  Flow begin(Context& context) {
    if (property.is_null()) return Flow::more;
    auto expression = parse_property_expression(property, {});
    if (!expression) return context.terminate(expression.take_error(), property);
    expression_ = expression.take();
    return Flow::more;
  }

  Flow process(Context& context) {
    for (const Value& object : input_object) {
      if (object.is_null()) continue;
      Value value = object;
      if (expression_) {
        if (const Flow flow = evaluate(context, *expression_, object, value); flow != Flow::more) return flow;
      }
      std::string item = to_string(value);
      if (!format_string.empty()) {
        auto text = format_composite(format_string, std::span<const Value>(&value, 1));
        if (!text) return context.terminate(text.take_error());
        item = text.take();
      }
      const char* quote = single_quote ? "'" : double_quote ? "\"" : "";
      if (any_) text_ += separator;
      any_ = true;
      text_ += quote + item + quote;
    }
    return Flow::more;
  }

  Flow end(Context& context) { return context.write(Value::string(output_prefix + text_ + output_suffix)); }

 private:
  std::optional<PropertyExpression> expression_;
  std::string text_;
  bool any_ = false;
};
CMDLET(JoinString);

}  // namespace hvsh::verbs
