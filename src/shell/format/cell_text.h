#pragma once
// A value as one cell of a table or list shows it.
#include <string>

#include "core/value.h"

namespace hvsh::shell {

// Collections stand in braces, at most `limit` items ($FormatEnumerationLimit; negative: all) and then …;
// dates as the culture writes them.
std::string cell_text(const Value& value, int limit);
// Numbers stand on the right where nothing else is declared.
bool is_numeric(const Value& value);

}  // namespace hvsh::shell
