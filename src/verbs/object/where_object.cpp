#include <bit>

#include "core/cmdlet.h"
#include "core/compare.h"
#include "core/property_expression.h"
#include "core/wildcard.h"

namespace hvsh::verbs {

namespace {

// The switch that chooses one comparison, and with it a parameter set.
template <auto Member>
consteval Param comparison(std::string_view name, int set, Names aliases, std::string_view help) {
  return param<Member>(name, {.sets = SetMask{1} << set, .mandatory = set != 0, .aliases = aliases}, help);
}

}  // namespace

// Where-Object { ... }, and Where-Object Property -eq Value with a switch for each comparison operator. Each
// operator is a parameter set, so that the binder finds two of them in one command.
struct WhereObject {
  Value input_object = Value::nothing();
  Ref<ScriptBlockObject> filter_script;
  std::string property;
  Value value;
  Switch eq, ceq, ne, cne, gt, cgt, lt, clt, ge, cge, le, cle, like, clike, notlike, cnotlike, match, cmatch,
      notmatch, cnotmatch, contains, ccontains, notcontains, cnotcontains, in, cin, notin, cnotin, is, isnot,
      not_;

  enum Set : SetMask { Equal = 1, Script = 2 };
  static constexpr std::string_view kSets[] = {
      "EqualSet",
      "ScriptBlockSet",
      "CaseSensitiveEqualSet",
      "NotEqualSet",
      "CaseSensitiveNotEqualSet",
      "GreaterThanSet",
      "CaseSensitiveGreaterThanSet",
      "LessThanSet",
      "CaseSensitiveLessThanSet",
      "GreaterOrEqualSet",
      "CaseSensitiveGreaterOrEqualSet",
      "LessOrEqualSet",
      "CaseSensitiveLessOrEqualSet",
      "LikeSet",
      "CaseSensitiveLikeSet",
      "NotLikeSet",
      "CaseSensitiveNotLikeSet",
      "MatchSet",
      "CaseSensitiveMatchSet",
      "NotMatchSet",
      "CaseSensitiveNotMatchSet",
      "ContainsSet",
      "CaseSensitiveContainsSet",
      "NotContainsSet",
      "CaseSensitiveNotContainsSet",
      "InSet",
      "CaseSensitiveInSet",
      "NotInSet",
      "CaseSensitiveNotInSet",
      "IsSet",
      "IsNotSet",
      "Not",
  };
  static constexpr int kIs = 29, kIsNot = 30, kNot = 31;
  // What the sets from EqualSet on compare by; every second one minds the case.
  static constexpr Comparison kOperations[] = {
      Comparison::ne,        Comparison::gt,       Comparison::lt,           Comparison::ge,
      Comparison::le,        Comparison::like,     Comparison::not_like,     Comparison::match,
      Comparison::not_match, Comparison::contains, Comparison::not_contains, Comparison::in,
      Comparison::not_in};

  static constexpr Param kParams[] = {
      param<&WhereObject::input_object>("InputObject", {.from_pipeline = true}, "Objects to choose from."),
      param<&WhereObject::filter_script>("FilterScript", {.sets = Script, .position = 0, .mandatory = true},
                                         "What must be true of $_."),
      param<&WhereObject::property>(
          "Property",
          {.sets = kAllSets & ~Script, .position = 0, .mandatory = true, .not_null_or_empty = true},
          "The property that is compared."),
      param<&WhereObject::value>("Value", {.sets = kAllSets & ~Script & ~(SetMask{1} << kNot), .position = 1},
                                 "What it is compared with."),
      comparison<&WhereObject::eq>("EQ", 0, "IEQ", "It is equal."),
      comparison<&WhereObject::ceq>("CEQ", 2, {}, "It is equal, case included."),
      comparison<&WhereObject::ne>("NE", 3, "INE", "It is not equal."),
      comparison<&WhereObject::cne>("CNE", 4, {}, "It is not equal, case included."),
      comparison<&WhereObject::gt>("GT", 5, "IGT", "It is greater."),
      comparison<&WhereObject::cgt>("CGT", 6, {}, "It is greater, case included."),
      comparison<&WhereObject::lt>("LT", 7, "ILT", "It is less."),
      comparison<&WhereObject::clt>("CLT", 8, {}, "It is less, case included."),
      comparison<&WhereObject::ge>("GE", 9, "IGE", "It is greater or equal."),
      comparison<&WhereObject::cge>("CGE", 10, {}, "It is greater or equal, case included."),
      comparison<&WhereObject::le>("LE", 11, "ILE", "It is less or equal."),
      comparison<&WhereObject::cle>("CLE", 12, {}, "It is less or equal, case included."),
      comparison<&WhereObject::like>("Like", 13, "ILike", "It matches the wildcards."),
      comparison<&WhereObject::clike>("CLike", 14, {}, "It matches the wildcards, case included."),
      comparison<&WhereObject::notlike>("NotLike", 15, "INotLike", "It does not match the wildcards."),
      comparison<&WhereObject::cnotlike>("CNotLike", 16, {},
                                         "It does not match the wildcards, case included."),
      comparison<&WhereObject::match>("Match", 17, "IMatch", "It matches the regular expression."),
      comparison<&WhereObject::cmatch>("CMatch", 18, {}, "It matches the regular expression, case included."),
      comparison<&WhereObject::notmatch>("NotMatch", 19, "INotMatch",
                                         "It does not match the regular expression."),
      comparison<&WhereObject::cnotmatch>("CNotMatch", 20, {},
                                          "It does not match the regular expression, case included."),
      comparison<&WhereObject::contains>("Contains", 21, "IContains", "It is a list with the value in it."),
      comparison<&WhereObject::ccontains>("CContains", 22, {},
                                          "It is a list with the value in it, case included."),
      comparison<&WhereObject::notcontains>("NotContains", 23, "INotContains",
                                            "It is a list without the value."),
      comparison<&WhereObject::cnotcontains>("CNotContains", 24, {},
                                             "It is a list without the value, case included."),
      comparison<&WhereObject::in>("In", 25, "IIn", "It is one of the values."),
      comparison<&WhereObject::cin>("CIn", 26, {}, "It is one of the values, case included."),
      comparison<&WhereObject::notin>("NotIn", 27, "INotIn", "It is none of the values."),
      comparison<&WhereObject::cnotin>("CNotIn", 28, {}, "It is none of the values, case included."),
      comparison<&WhereObject::is>("Is", kIs, {}, "It is of the type."),
      comparison<&WhereObject::isnot>("IsNot", kIsNot, {}, "It is not of the type."),
      comparison<&WhereObject::not_>("Not", kNot, {}, "It is empty, zero or false."),
  };
  static constexpr std::string_view kAliases[] = {"?", "where"};
  static constexpr Example kExamples[] = {
      {"1..5 | Where-Object { $_ -gt 3 }", "4\n5", "Keeps what is greater than 3."},
      {"Get-VM | Where-Object State -eq Running", "*", "Keeps the machines that run."},
  };
  static constexpr Decl decl{.verb = "Where",
                             .noun = "Object",
                             .module = "Microsoft.PowerShell.Core",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.WhereObjectCommand",
                             .synopsis = "Keeps the objects for which a condition is true."};

  Flow process(Context& context) {
    if (input_object.is_nothing()) return Flow::more;
    if (context.parameter_set() == Script) {
      Value result;
      if (const Flow flow = context.invoke(*filter_script, input_object, {}, result); flow != Flow::more) {
        return flow;
      }
      return to_bool(result) ? context.write(input_object) : Flow::more;
    }
    Value left;
    if (const auto found = find_property(input_object, property)) {
      if (!found->ok()) return context.error(found->error(), input_object);
      left = **found;
    }
    const Result<bool> keep = test(context, left);
    if (!keep) return context.terminate(keep.error(), input_object);
    return *keep ? context.write(input_object) : Flow::more;
  }

 private:
  // The property by name, or the first that a wildcard pattern fits.
  static std::optional<Result<Value>> find_property(const Value& object, std::string_view name) {
    if (!is_pattern(name)) return get_property(object, name);
    const Wildcard pattern(name);
    for (const PropertyView& view : list_properties(object)) {
      if (pattern.matches(view.name)) return get_property(object, view.name);
    }
    return std::nullopt;
  }

  Result<bool> test(Context& context, const Value& left) const {
    const int set = std::countr_zero(context.parameter_set());
    if (set == 0 && !context.is_bound("EQ") && !context.is_bound("Value")) return to_bool(left);
    if (set == kNot) return !to_bool(left);
    if (set == kIs || set == kIsNot) return is_of_type(left) == (set == kIs);
    const Comparison operation = set == 0 || set == 2 ? Comparison::eq : kOperations[(set - 3) / 2];
    const bool ignore_case = set == 0 || (set != 2 && set % 2 == 1);
    HVSH_TRY(const Value result, compare_operator(operation, left, value, ignore_case));
    return to_bool(result);
  }

  bool is_of_type(const Value& left) const {
    const auto* type = value.as<TypeObject>();
    const std::string wanted = type != nullptr ? std::string(type->described->name) : to_string(value);
    for (const std::string& name : type_names(left)) {
      if (equal_ascii(name, wanted)) return true;
    }
    return !left.is_null() && equal_ascii(left.type().short_name, wanted);
  }
};
CMDLET(WhereObject);

}  // namespace hvsh::verbs
