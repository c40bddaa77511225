#include "shell/bind/bind_errors.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/convert.h"

namespace hvsh::shell::bind_errors {

namespace {

constexpr const char* kBindingException = "System.Management.Automation.ParameterBindingException";
constexpr const char* kValidationException =
    "System.Management.Automation.ParameterBindingValidationException";
constexpr const char* kTransformationException =
    "System.Management.Automation.ParameterBindingArgumentTransformationException";

Error make(std::string_view id, std::string message, Span span = {}) {
  return {.id = std::string(id),
          .category = ErrorCategory::InvalidArgument,
          .message = std::move(message),
          .exception = kBindingException,
          .span = span};
}

std::string type_text(const Param& param) {
  return std::string(param.type->name) + (param.is_collection ? "[]" : "");
}

// Edits (insert, delete, replace, swap neighbours) between two names, without case.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), previous(b.size() + 1), current(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same = ascii_lower(a[i - 1]) == ascii_lower(b[j - 1]);
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && ascii_lower(a[i - 1]) == ascii_lower(b[j - 2]) &&
          ascii_lower(a[i - 2]) == ascii_lower(b[j - 1])) {
        current[j] = std::min(current[j], before[j - 2] + 1);
      }
    }
    std::swap(before, previous);
    std::swap(previous, current);
  }
  return previous[b.size()];
}

}  // namespace

std::string_view nearest(std::string_view name, const std::vector<std::string_view>& names) {
  constexpr size_t kLongestName = 64;  // longer ones are no typing errors, and cost time
  if (name.size() > kLongestName || name.size() < 2) return {};
  std::string_view best;
  size_t best_distance = name.size() <= 4 ? 2 : 3;
  for (std::string_view candidate : names) {
    if (candidate.size() > kLongestName) continue;
    const size_t edits = distance(name, candidate);
    if (edits < best_distance) {
      best = candidate;
      best_distance = edits;
    }
  }
  return best;
}

Error named_parameter_not_found(std::string_view name, std::string_view did_you_mean, Span span) {
  Error error =
      make("NamedParameterNotFound",
           fmt::format("A parameter cannot be found that matches parameter name '{}'.", name), span);
  if (!did_you_mean.empty()) error.hint = fmt::format("Did you mean -{}?", did_you_mean);
  return error;
}

Error ambiguous_parameter(std::string_view name, const std::vector<std::string_view>& candidates) {
  std::string list;
  for (std::string_view candidate : candidates) fmt::format_to(std::back_inserter(list), " -{}", candidate);
  return make(
      "AmbiguousParameter",
      fmt::format("Parameter cannot be processed because the parameter name '{}' is ambiguous. Possible "
                  "matches include:{}.",
                  name, list));
}

Error missing_argument(const Param& param, Span span) {
  return make(
      "MissingArgument",
      fmt::format("Missing an argument for parameter '{}'. Specify a parameter of type '{}' and try again.",
                  param.name, type_text(param)),
      span);
}

Error already_bound(const Param& param, Span span) {
  return make(
      "ParameterAlreadyBound",
      fmt::format("Cannot bind parameter because parameter '{}' is specified more than once. To provide "
                  "multiple values to parameters that can accept multiple values, use the array syntax. For "
                  "example, \"-parameter value1,value2,value3\".",
                  param.name),
      span);
}

Error positional_parameter_not_found(std::string_view argument, Span span) {
  return make("PositionalParameterNotFound",
              fmt::format("A positional parameter cannot be found that accepts argument '{}'.", argument),
              span);
}

Error ambiguous_set(const std::vector<std::string_view>& candidates) {
  Error error =
      make("AmbiguousParameterSet",
           "Parameter set cannot be resolved using the specified named parameters. One or more parameters "
           "issued cannot be used together or an insufficient number of parameters were provided.");
  if (!candidates.empty()) {
    error.hint = fmt::format("Parameter sets that are still possible: {}.", fmt::join(candidates, ", "));
  }
  return error;
}

Error missing_mandatory(const std::vector<std::string_view>& names) {
  return make("MissingMandatoryParameter",
              fmt::format("Cannot process command because of one or more missing mandatory parameters: {}.",
                          fmt::join(names, " ")));
}

Error input_object_not_bound(const Value& object) {
  Error error =
      make("InputObjectNotBound",
           "The input object cannot be bound to any parameters for the command either because the command "
           "does not take pipeline input or the input and its properties do not match any of the "
           "parameters that take pipeline input.");
  error.target = to_string(object);
  error.target_type = object.is_null() ? "" : object.type().name;
  return error;
}

Error conversion_failed(const Param& param, Error cause, bool is_script, Span span) {
  Error error =
      make(is_script ? "ParameterArgumentTransformationError" : "CannotConvertArgumentNoMessage",
           fmt::format("Cannot {} parameter '{}'. {}",
                       is_script ? "process argument transformation on" : "bind", param.name, cause.message),
           span);
  error.category = is_script ? ErrorCategory::InvalidData : ErrorCategory::InvalidArgument;
  if (is_script) error.exception = kTransformationException;
  error.hint = std::move(cause.hint);
  return error;
}

Error empty_not_allowed(const Param& param, std::string_view what, std::string_view id_suffix) {
  Error error =
      make(fmt::format("{}{}", kValidationId, id_suffix),
           fmt::format("Cannot bind argument to parameter '{}' because it is {}.", param.name, what));
  error.category = ErrorCategory::InvalidData;
  error.exception = kValidationException;
  return error;
}

Error validation_failed(const Param& param, std::string_view why) {
  Error error =
      make(kValidationId, fmt::format("Cannot validate argument on parameter '{}'. {}", param.name, why));
  error.category = ErrorCategory::InvalidData;
  error.exception = kValidationException;
  return error;
}

}  // namespace hvsh::shell::bind_errors
