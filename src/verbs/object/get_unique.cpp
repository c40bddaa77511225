#include "core/cmdlet.h"
#include "core/compare.h"

namespace hvsh::verbs {

struct GetUnique {
  Value input_object = Value::nothing();
  Switch as_string, on_type, case_insensitive;

  enum Set : SetMask { AsString = 1, OnType = 2 };
  static constexpr std::string_view kSets[] = {"AsString", "UniqueByType"};
  static constexpr Param kParams[] = {
      param<&GetUnique::input_object>("InputObject", {.from_pipeline = true, .allow_null = true},
                                      "Sorted objects."),
      param<&GetUnique::as_string>("AsString", {.sets = AsString}, "Compares their text."),
      param<&GetUnique::on_type>("OnType", {.sets = OnType}, "One of each type."),
      param<&GetUnique::case_insensitive>("CaseInsensitive", {}, "Text that differs in case only is equal."),
  };
  static constexpr std::string_view kAliases[] = {"gu"};
  static constexpr Example kExamples[] = {
      {"1, 1, 2, 1 | Get-Unique", "1\n2\n1", "Leaves out what repeats the object before."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "Unique",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetUniqueCommand",
                             .synopsis = "Leaves out objects that equal the one before them."};

  Flow process(Context& context) {
    if (input_object.is_nothing() || (!last_.is_nothing() && is_repeated())) return Flow::more;
    last_ = input_object;
    return context.write(input_object);
  }

 private:
  bool is_repeated() const {
    if (on_type) return type_names(last_) == type_names(input_object);
    if (as_string || last_.is_string()) {
      return compare_text(to_string(last_), to_string(input_object), case_insensitive.on) == 0;
    }
    return equal(last_, input_object, case_insensitive.on);
  }

  Value last_ = Value::nothing();
};
CMDLET(GetUnique);

}  // namespace hvsh::verbs
