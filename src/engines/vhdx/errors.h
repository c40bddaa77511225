#pragma once
// The errors that image code gives, in one place so that ids and wording stay the same everywhere.
#include <string>
#include <string_view>

#include "core/error.h"

namespace hvsh::vhdx {

// The content breaks a rule of its format. `what` is a clause: "both headers are damaged".
Error corrupt(std::string_view path, std::string_view what);

// Well formed as far as it can be told, but of a kind or version that is not handled.
Error unsupported(std::string_view path, std::string_view what);

// The caller ended a long operation; the image is whole.
Error stopped(std::string_view path);

// A parameter of the caller is out of its range.
Error invalid_parameter(std::string message, std::string hint = {});

}  // namespace hvsh::vhdx
