#pragma once
// The binder's errors, with PowerShell's ids, categories and wording.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/cmdlet.h"
#include "core/error.h"

namespace hvsh::shell::bind_errors {

Error named_parameter_not_found(std::string_view name, std::string_view did_you_mean, Span span);
Error ambiguous_parameter(std::string_view name, const std::vector<std::string_view>& candidates);
Error missing_argument(const Param& param, Span span);
Error already_bound(const Param& param, Span span);
Error positional_parameter_not_found(std::string_view argument, Span span);
Error ambiguous_set(const std::vector<std::string_view>& candidates);
Error missing_mandatory(const std::vector<std::string_view>& names);
Error input_object_not_bound(const Value& object);
Error conversion_failed(const Param& param, Error cause, bool is_script, Span span);
// `id_suffix`: NullNotAllowed, EmptyStringNotAllowed, EmptyArrayNotAllowed.
Error empty_not_allowed(const Param& param, std::string_view what, std::string_view id_suffix);
Error validation_failed(const Param& param, std::string_view why);

// The name in `names` that is nearest to `name`, if one is near enough to be what was meant.
std::string_view nearest(std::string_view name, const std::vector<std::string_view>& names);

inline constexpr std::string_view kValidationId = "ParameterArgumentValidationError";

}  // namespace hvsh::shell::bind_errors
