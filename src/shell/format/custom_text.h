#pragma once
// An object as a tree of its properties (Format-Custom).
#include <span>
#include <string>

#include "core/property_expression.h"
#include "shell/format/preferences.h"

namespace hvsh::shell {

// `properties`: those of the object itself that are shown; empty: all. Objects deeper than `depth` are text.
std::string custom_text(const Value& object, std::span<const PropertyExpression> properties, int depth,
                        const FormatPreferences& preferences);

}  // namespace hvsh::shell
